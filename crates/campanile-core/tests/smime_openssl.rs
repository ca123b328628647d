//! Other programs open what we seal and verify what we sign: `openssl cms` and `gpgsm`, as real
//! processes.

// A test may fail where the program may not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../src/crypto/smime/tests/pki.rs"]
// Shared with the tests inside of the crate; each uses its part.
#[allow(dead_code)]
mod pki;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use campanile_core::crypto::smime::{
    Anchor, Certificate, Container, SecretKey, TrustStore, bulk, head, sign, verify_detached,
};
use campanile_core::model::time::Timestamp;
use openssl::nid::Nid;
use pki::{Issued, NOW, Request};
use tempfile::TempDir;

/// Content lengths around the lead, around lengths of lengths, and of a real mail.
const SIZES: &[usize] = &[0, 1, 15, 16, 1000, 1007, 1008, 1023, 1024, 1025, 1100, 66_000, 300_001];

struct Workshop {
    dir: TempDir,
    root: Issued,
}

impl Workshop {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), root: Issued::root(Request::ca("Root", 1)) }
    }

    fn trust(&self) -> TrustStore {
        TrustStore::new(vec![Anchor::read(&self.root.der(), None, now()).unwrap()])
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A copy as an S/MIME mail.
    fn seal(&self, entity: &[u8], owner: &Issued) -> PathBuf {
        let certificate = Certificate::read(&owner.der()).unwrap();
        let recipient = certificate.recipient(&self.trust(), now()).unwrap();
        let container = recipient.container();
        let bulk = bulk(entity.to_vec().into(), container).unwrap();
        let head = head(&bulk, &recipient, container).unwrap();
        let smime_type = match container {
            Container::Enveloped => "enveloped-data",
            Container::AuthEnveloped => "authEnveloped-data",
        };
        let mut mail = format!(
            "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type={smime_type}; \
             name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        )
        .into_bytes();
        mail.extend(head);
        mail.extend(bulk.body().flatten());
        self.file("copy.eml", &mail)
    }

    fn openssl_opens(&self, owner: &Issued, sizes: &[usize]) {
        let certificate = self.file("owner.crt", &owner.certificate.to_pem().unwrap());
        let key = self.file("owner.key", &owner.key_pem());
        for size in sizes {
            let entity = content(*size);
            let copy = self.seal(&entity, owner);
            let mut openssl = Command::new("openssl");
            openssl.args(["cms", "-decrypt", "-binary", "-inform", "SMIME"]);
            openssl.arg("-in").arg(copy).arg("-recip").arg(&certificate);
            let output = run(openssl.arg("-inkey").arg(&key), &[]);
            assert!(output == entity, "{size} octets come back as they were");
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

fn content(size: usize) -> Vec<u8> {
    let mut octets = vec![0; size];
    openssl::rand::rand_bytes(&mut octets).unwrap();
    octets
}

/// Runs a program to its good end; gives its output.
fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let child = command.stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| {
        panic!("{program}: {error}; install it: apt-get install openssl gpgsm gpg-agent")
    });
    // A program that reads nothing may have closed its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    output.stdout
}

#[test]
fn openssl_opens_copies_for_rsa() {
    let workshop = Workshop::new();
    let request = Request::mail("a@team.example", pki::rsa(2048));
    workshop.openssl_opens(&workshop.root.issue(request), SIZES);
}

#[test]
fn openssl_opens_copies_for_rsa_with_oaep() {
    let workshop = Workshop::new();
    let mut request = Request::mail("a@team.example", pki::rsa(3072));
    request.extra.push(pki::oaep_capability());
    workshop.openssl_opens(&workshop.root.issue(request), &[5000]);
}

#[test]
fn openssl_opens_copies_for_elliptic_curves() {
    let workshop = Workshop::new();
    let request = Request::mail("a@team.example", pki::p256());
    workshop.openssl_opens(&workshop.root.issue(request), SIZES);
    for nid in [Nid::SECP384R1, Nid::SECP521R1, Nid::BRAINPOOL_P256R1] {
        let request = Request::mail("a@team.example", pki::curve(nid));
        workshop.openssl_opens(&workshop.root.issue(request), &[5000]);
    }
}

#[test]
fn openssl_opens_authenticated_copies() {
    let workshop = Workshop::new();
    for key in [pki::rsa(2048), pki::p256()] {
        let mut request = Request::mail("a@team.example", key);
        request.extra.push(pki::gcm_capability());
        workshop.openssl_opens(&workshop.root.issue(request), SIZES);
    }
}

#[test]
fn openssl_verifies_our_signature() {
    let workshop = Workshop::new();
    let root = workshop.file("root.crt", &workshop.root.certificate.to_pem().unwrap());
    let entity = b"Content-Type: text/plain\r\n\r\nAlert\r\n";
    let content = workshop.file("content", entity);
    for key in [pki::rsa(2048), pki::p256()] {
        let issued = workshop.root.issue(Request::mail("list@list.example", key));
        let list = SecretKey::read(&issued.der(), &issued.key_pem()).unwrap();
        let signature = workshop.file("signature", &sign(entity, &list, now()).unwrap());
        let mut openssl = Command::new("openssl");
        openssl.args(["cms", "-verify", "-cades", "-binary", "-inform", "DER"]);
        openssl.args(["-x509_strict", "-purpose", "smimesign", "-attime"]);
        openssl.arg(NOW.to_string()).arg("-CAfile").arg(&root);
        openssl.arg("-in").arg(&signature);
        let output = run(openssl.arg("-content").arg(&content), &[]);
        assert_eq!(output, entity);
    }
}

#[test]
fn we_verify_what_openssl_signs() {
    let workshop = Workshop::new();
    let entity = b"Content-Type: text/plain\r\n\r\nAlert\r\n";
    let content = workshop.file("content", entity);
    for (key, options) in [
        (pki::rsa(2048), ["-md", "sha256"].as_slice()),
        (pki::rsa(2048), &["-keyopt", "rsa_padding_mode:pss"]),
        (pki::rsa(2048), &["-keyid", "-cades"]),
        (pki::p256(), &["-md", "sha512"]),
        (pki::curve(Nid::SECP384R1), &["-md", "sha384"]),
    ] {
        let issued = workshop.root.issue(Request::mail("cert@team.example", key));
        let key = workshop.file("key", &issued.key_pem());
        let certificate = workshop.file("crt", &issued.certificate.to_pem().unwrap());
        let mut openssl = Command::new("openssl");
        openssl.args(["cms", "-sign", "-binary", "-outform", "DER"]);
        openssl.arg("-in").arg(&content).arg("-signer");
        openssl.arg(&certificate).arg("-inkey").arg(&key);
        let signature = run(openssl.args(options), &[]);
        let certificate = Certificate::read(&issued.der()).unwrap();
        // openssl signs with the time of the real clock.
        let at = Timestamp::from_system_time(std::time::SystemTime::now());
        let facts = verify_detached(&signature, entity, &[&certificate], &workshop.trust(), at);
        assert_eq!(facts.len(), 1);
        assert!(facts[0].is_good(), "{options:?}: {facts:?}");
    }
}

#[test]
fn gpgsm_opens_copies_for_rsa() {
    let workshop = Workshop::new();
    let request = Request::mail("a@team.example", pki::rsa(2048));
    let owner = workshop.root.issue(request);
    let gpgsm = Gpgsm::new(&workshop, &owner);
    for size in SIZES.iter().filter(|size| **size > 0) {
        let entity = content(*size);
        let copy = workshop.seal(&entity, &owner);
        let output = gpgsm.decrypt(&copy);
        assert!(output == entity, "{size} octets come back as they were");
    }
}

/// A home directory with one key in it.
struct Gpgsm {
    home: TempDir,
}

impl Gpgsm {
    fn new(workshop: &Workshop, owner: &Issued) -> Self {
        // The path of the agent's socket has to be short.
        let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp");
        let home = home.unwrap();
        let conf = home.path().join("gpg-agent.conf");
        std::fs::write(conf, "allow-loopback-pinentry\n").unwrap();
        let certificate = workshop.file("owner.crt", &owner.certificate.to_pem().unwrap());
        let key = workshop.file("owner.key", &owner.key_pem());
        let pkcs12 = workshop.dir.path().join("owner.p12");
        let mut openssl = Command::new("openssl");
        openssl.args(["pkcs12", "-export", "-passout", "pass:x", "-macalg", "sha1"]);
        openssl.args(["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]);
        openssl.arg("-in").arg(&certificate).arg("-inkey").arg(&key);
        run(openssl.arg("-out").arg(&pkcs12), &[]);
        let gpgsm = Self { home };
        run(gpgsm.command().arg("--import").arg(&pkcs12), b"x\n");
        gpgsm
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpgsm");
        command.arg("--homedir").arg(self.home.path());
        command.args(["--batch", "--quiet", "--pinentry-mode", "loopback"]);
        command.args(["--passphrase-fd", "0"]);
        command
    }

    fn decrypt(&self, copy: &Path) -> Vec<u8> {
        let mail = std::fs::read_to_string(copy).unwrap();
        let (_, body) = mail.split_once("\r\n\r\n").unwrap();
        let file = self.home.path().join("body");
        std::fs::write(&file, body).unwrap();
        let mut command = self.command();
        command.args(["--assume-base64", "--decrypt"]).arg(file);
        run(&mut command, b"x\n")
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        end.arg("--homedir").arg(self.home.path());
        let _ = end.args(["--kill", "all"]).output();
    }
}
