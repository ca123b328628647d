//! Against GnuPG: it opens our copies, and we open what it writes.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::crypto::openpgp::decrypt;

/// A GnuPG home that goes away with its agent.
struct Gpg(tempfile::TempDir);

impl Gpg {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.0.path()).env("LC_ALL", "C");
        command.args(["--batch", "--quiet", "--no-auto-check-trustdb", "--trust-model", "always"]);
        command.args(["--passphrase", "", "--pinentry-mode", "loopback", "--status-fd", "2"]);
        command
    }

    /// Runs with `input`; gives output and status lines.
    fn run<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> (Vec<u8>, String) {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("GnuPG is missing: apt-get install gnupg");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let mut kill = Command::new("gpgconf");
        kill.env("GNUPGHOME", self.path()).args(["--kill", "all"]);
        drop(kill.output());
    }
}

/// GnuPG looks at the clock, so here we do too.
fn clock() -> Timestamp {
    Timestamp::from_system_time(std::time::SystemTime::now())
}

#[test]
fn gnupg_opens_copies_and_sees_one_slot_and_a_good_signature() {
    let gpg = Gpg::new();
    let list = SecretKey::generate("List", &address("alert@list.example"), clock()).unwrap();
    gpg.run(&["--import"], list.certificate().armored().as_bytes());
    for kind in ["rsa2048", "rsa3072", "ed25519", "nistp256"] {
        let user_id = format!("Team <{kind}@team.example>");
        let primary = if kind == "nistp256" { "nistp256/ecdsa" } else { kind };
        let primary = primary.trim_end_matches("/ecdsa");
        gpg.run(&["--quick-generate-key", &user_id, primary, "sign,cert", "1y"], b"");
        let fingerprint = fingerprint(&gpg, &user_id);
        let subkey = if kind == "ed25519" { "cv25519" } else { kind };
        gpg.run(&["--quick-add-key", &fingerprint, subkey, "encrypt", "1y"], b"");
        let (file, _) = gpg.run(&["--armor", "--export", &fingerprint], b"");
        let claimed = [address(&format!("{kind}@team.example"))];
        let (certificate, abilities) = Certificate::register(&file, &claimed, clock())
            .unwrap_or_else(|r| panic!("{kind} {r:?}"));
        assert!(abilities.expires_at.is_some());
        let recipient = certificate.recipient(clock()).unwrap();
        assert!(!recipient.aead());
        for size in [0, 10, 1200, 1400, 1600, 5000, 200_000] {
            let entity = vec![b'x'; size];
            let bulk = bulk(&entity, &list, Container::SeipdV1, clock()).unwrap();
            for _ in 0..2 {
                let copy = copy(&bulk, &recipient, Container::SeipdV1);
                let (plaintext, status) = gpg.run(&["--decrypt"], &copy);
                assert_eq!(plaintext, entity, "{kind} {size} {status}");
                assert_eq!(status.matches("ENC_TO").count(), 1, "{status}");
                for word in ["GOODSIG", "VALIDSIG", "GOODMDC", "DECRYPTION_OKAY"] {
                    assert!(status.contains(word), "{kind} {size} {status}");
                }
            }
        }
    }
}

fn fingerprint(gpg: &Gpg, user_id: &str) -> String {
    let (listing, _) = gpg.run(&["--with-colons", "--list-keys", &format!("={user_id}")], b"");
    let listing = String::from_utf8(listing).unwrap();
    let line = listing.lines().find(|line| line.starts_with("fpr:")).unwrap();
    line.trim_end_matches(':').rsplit(':').next().unwrap().to_owned()
}

#[test]
fn what_gnupg_signs_and_encrypts_is_opened_and_attributed() {
    let gpg = Gpg::new();
    let list = SecretKey::generate("List", &address("alert@list.example"), clock()).unwrap();
    gpg.run(&["--import"], list.certificate().armored().as_bytes());
    gpg.run(&["--quick-generate-key", "Team <team@team.example>", "ed25519", "sign,cert"], b"");
    let fingerprint = fingerprint(&gpg, "Team <team@team.example>");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encrypt"], b"");
    let (file, _) = gpg.run(&["--export", &fingerprint], b"");
    let claimed = [address("team@team.example")];
    let (team, _) = Certificate::register(&file, &claimed, clock()).unwrap();
    let text = b"Subject: x\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n".repeat(3000);
    for options in [
        &["--armor"][..],
        &["--compress-algo", "none"],
        &["--compress-algo", "zip"],
        &["--armor", "--compress-algo", "zlib"],
        &["--compress-algo", "bzip2"],
        &["--textmode", "--armor"],
        &["--cipher-algo", "CAMELLIA256"],
        &["--hidden-recipient", "alert@list.example"],
    ] {
        let to = ["--recipient", "alert@list.example", "--sign", "--encrypt"];
        let arguments = [options, &to[..]].concat();
        let (message, status) = gpg.run(&arguments, &text);
        let opened = decrypt(&message, std::slice::from_ref(&list), &[&team], clock())
            .unwrap_or_else(|condition| panic!("{options:?} {condition} {status}"));
        assert_eq!(opened.plaintext.as_slice(), text, "{options:?}");
        assert_eq!(opened.signatures.len(), 1, "{options:?}");
        assert!(opened.signatures[0].is_good(), "{options:?} {:?}", opened.signatures);
        assert_eq!(opened.signatures[0].signer, Some(team.fingerprint()));
    }
}
