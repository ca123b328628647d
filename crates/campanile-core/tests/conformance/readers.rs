//! Every kind of copy that we send, before the programs that teams read mail with.

use std::path::Path;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::network::{List, Team};
use campanile_core::gateway::posting::{Posting, Source};
use campanile_core::gateway::recipients::choose;
use campanile_core::model::list::Policy;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use sequoia_openpgp::Profile;
use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::Features;

use crate::layers::{Says, explore};
use crate::pki::{self, Issued, Request};
use crate::programs::{Programs, is_installed};
use crate::table::Table;

const ABOUT: &str = "\
One posting, composed and sealed as for a team with each kind of key, given as a whole mail to the
programs on this machine, with the key of that team and the public key of the list. Accepted means:
the program decrypts it to the text that was sent and finds the signature of the list good. sq and
sqop read OpenPGP only, openssl and gpgsm S/MIME only. neomutt shows what it makes of a mail on its
screen; it asks gpg and gpgsm through GPGME.";
/// What the posting says.
const CANARY: &str = "canary-7d1c";

/// The key of a team.
enum Kind {
    Openpgp(Box<openpgp::SecretKey>),
    Smime(smime::SecretKey),
}

#[test]
#[ignore = "asks other programs: cargo x conformance"]
fn copies_are_opened_by_the_programs_that_teams_have() {
    let now = Timestamp::from_system_time(std::time::SystemTime::now());
    let root = Issued::root(Request::ca("Readers Root", 1));
    let list = list(&root, now);
    let mut table = Table::new("readers");
    for (name, kind) in kinds(&root, now) {
        let copy = copy(&kind, &list, &root, now);
        read_by_all(&mut table, name, &kind, &copy, &list, &root);
    }
    table.hold("Conformance: programs that open our copies", ABOUT);
}

fn list(root: &Issued, now: Timestamp) -> List {
    let address = "alert@list.example".parse().unwrap();
    let issued = root.issue(Request::mail("alert@list.example", pki::p256()));
    List {
        id: "alert".into(),
        name: "alert".into(),
        openpgp: vec![
            openpgp::SecretKey::generate("Alert", &address, now.plus_seconds(-3600)).unwrap(),
        ],
        smime: vec![smime::SecretKey::read(&issued.der(), &issued.key_pem()).unwrap()],
        address,
        policy: Policy::default(),
        subscribers: vec!["team".into()],
    }
}

fn kinds(root: &Issued, now: Timestamp) -> Vec<(&'static str, Kind)> {
    let pgp = |suite, profile: Profile| {
        let builder = CertBuilder::new().set_profile(profile).unwrap().set_cipher_suite(suite);
        let made = now.plus_seconds(-3600).system_time();
        let builder = builder.set_creation_time(made).add_userid("Team <a@team.example>");
        let mut builder = builder.add_signing_subkey().add_transport_encryption_subkey();
        if profile == Profile::RFC4880 {
            // Sequoia's own keys announce SEIPDv2; those of GnuPG do not.
            builder = builder.set_features(Features::empty().set_seipdv1()).unwrap();
        }
        let (cert, _) = builder.generate().unwrap();
        let file = cert.as_tsk().armored().to_vec().unwrap();
        Kind::Openpgp(Box::new(openpgp::SecretKey::read(&file).unwrap()))
    };
    let x509 = |key, extra: &[(&'static str, bool, Vec<u8>)]| {
        let mut request = Request::mail("a@team.example", key);
        request.extra.extend(extra.iter().cloned());
        let issued = root.issue(request);
        Kind::Smime(smime::SecretKey::read(&issued.der(), &issued.key_pem()).unwrap())
    };
    let (old, new) = (Profile::RFC4880, Profile::RFC9580);
    vec![
        ("SEIPDv1, RSA 3072", pgp(CipherSuite::RSA3k, old)),
        ("SEIPDv1, Cv25519", pgp(CipherSuite::Cv25519, old)),
        ("SEIPDv1, NIST P-256", pgp(CipherSuite::P256, old)),
        ("SEIPDv2, v6 X25519", pgp(CipherSuite::Cv25519, new)),
        ("EnvelopedData, RSA PKCS #1", x509(pki::rsa(2048), &[])),
        ("EnvelopedData, RSA OAEP", x509(pki::rsa(2048), &[pki::oaep_capability()])),
        ("EnvelopedData, ECDH P-256", x509(pki::p256(), &[])),
        ("AuthEnvelopedData, RSA PKCS #1", x509(pki::rsa(2048), &[pki::gcm_capability()])),
        ("AuthEnvelopedData, ECDH P-256", x509(pki::p256(), &[pki::gcm_capability()])),
    ]
}

/// A whole mail, as it goes to the next hop.
fn copy(kind: &Kind, list: &List, root: &Issued, now: Timestamp) -> Vec<u8> {
    let mut team = Team {
        id: "team".into(),
        handle: "TEAM".parse().unwrap(),
        state: TeamState::Active,
        addresses: vec!["a@team.example".parse().unwrap()],
        openpgp: Vec::new(),
        smime: Vec::new(),
    };
    match kind {
        Kind::Openpgp(key) => team.openpgp.push(key.certificate()),
        Kind::Smime(key) => team.smime.push(key.certificate()),
    }
    let anchor = smime::Anchor::read(&root.der(), None, now).unwrap();
    let trust = smime::TrustStore::new(vec![anchor]);
    let key = choose(&team, list, &trust, now).unwrap();
    let content = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         \r\n{CANARY}: gr=C3=BC=C3=9Fe\r\n{}",
        "Update the mail server.\r\n".repeat(200)
    );
    let message = format!(
        "From: a@team.example\r\nTo: alert@list.example\r\nSubject: Reader\r\n\
         Message-ID: <1@team.example>\r\n{content}"
    );
    let source = Source {
        message: message.as_bytes(),
        content: content.as_bytes(),
        list,
        team: &team,
        received_at: now,
        secret: b"secret",
    };
    let posting = Posting::compose(&source).unwrap();
    let sealed = posting.seal(key.container(), list, now).unwrap();
    let head = sealed.head(&key).unwrap();
    let body: Vec<u8> = sealed.body().flatten().collect();
    [sealed.prefix.as_slice(), &head, &body, &sealed.suffix].concat()
}

fn read_by_all(
    table: &mut Table,
    name: &str,
    kind: &Kind,
    copy: &[u8],
    list: &List,
    root: &Issued,
) {
    let mut programs = Programs::new();
    let ca = String::from_utf8(root.certificate.to_pem().unwrap()).unwrap();
    programs.add_certificate(&ca, true);
    let list_openpgp = list.openpgp[0].certificate().armored();
    programs.add_openpgp(list_openpgp.as_bytes());
    programs.add_certificate(&list.smime[0].certificate().pem(), false);
    match kind {
        Kind::Openpgp(key) => programs.add_openpgp(&key.to_secret_armored()),
        Kind::Smime(key) => programs.add_pair(&key.to_secret_pem(), &key.certificate().pem()),
    }
    let now = Timestamp::from_system_time(std::time::SystemTime::now());
    let opinion = explore(copy, &programs, now);
    programs.file("copy.eml", copy);
    let mut add = |reader: &str, found: String| {
        let found = if is_installed(reader) { found } else { "not installed".into() };
        table.row(name, reader, "accept", &found);
    };
    match kind {
        Kind::Openpgp(key) => {
            add("gpg", says(opinion.gpg));
            programs.file("team.key", &key.to_secret_armored());
            programs.file("list.asc", list_openpgp.as_bytes());
            programs.file("copy.asc", &armor(copy));
            add("sq", sq(&programs));
            add("sqop", sqop(&programs));
        }
        Kind::Smime(_) => {
            add("openssl", says(opinion.openssl));
            add("gpgsm", says(opinion.gpgsm));
        }
    }
    add("neomutt", neomutt(&programs));
}

fn says(says: Says) -> String {
    match (says.opened, says.good) {
        (true, true) => "accept".into(),
        (true, false) => "refuse: opens, no good signature".into(),
        (false, _) => "refuse: does not open".into(),
    }
}

fn armor(copy: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(copy).into_owned();
    let start = text.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end = text.find("-----END PGP MESSAGE-----").unwrap();
    format!("{}-----END PGP MESSAGE-----\n", &text[start..end]).into_bytes()
}

fn seen(opened: bool, good: bool) -> String {
    says(Says { opened, good, ..Says::default() })
}

fn sq(programs: &Programs) -> String {
    let arguments =
        ["decrypt", "--recipient-key", "team.key", "--signer-cert", "list.asc", "copy.asc"];
    let (done, output, errors) = programs.run("sq", &arguments);
    let opened = String::from_utf8_lossy(&output).contains(CANARY);
    seen(opened, done && errors.contains("1 good signature"))
}

fn sqop(programs: &Programs) -> String {
    let line =
        "sqop decrypt --verify-with list.asc --verifications-out verified team.key < copy.asc";
    let (done, output, _) = programs.run("sh", &["-c", line]);
    let opened = String::from_utf8_lossy(&output).contains(CANARY);
    let verified = std::fs::read(programs.path().join("verified")).unwrap_or_default();
    seen(opened, done && !verified.is_empty())
}

/// neomutt on a terminal of its own: what it shows there. It stays until it is ended: when all is
/// seen, or after a time in which it shows something on a busy machine as well.
fn neomutt(programs: &Programs) -> String {
    let home = programs.path();
    let settings = "set crypt_use_gpgme=yes\nset crypt_verify_sig=yes\nset pager_stop=yes\n\
                    set folder=\".\"\nset header_cache=\"\"\npush \"<display-message>\"\n";
    programs.file("muttrc", settings.as_bytes());
    mailbox(home, &std::fs::read(home.join("copy.eml")).unwrap());
    let line = "stty cols 200 rows 100; neomutt -n -F muttrc -f inbox";
    let script = format!(
        "HOME=. TERM=xterm timeout 20 script -qefc '{line}' /dev/null > screen < /dev/null & pid=$!
         while kill -0 $pid && ! (grep {CANARY} screen && grep 'Good signature from' screen)
         do sleep 0.2
         done
         kill $pid"
    );
    programs.run("sh", &["-c", &script]);
    let shown = std::fs::read(home.join("screen")).unwrap_or_default();
    let shown = String::from_utf8_lossy(&shown);
    seen(shown.contains(CANARY), shown.contains("Good signature from"))
}

fn mailbox(home: &Path, copy: &[u8]) {
    let text = String::from_utf8_lossy(copy).replace("\r\n", "\n");
    let mail = format!("From a@team.example Tue Nov 24 00:00:00 2026\n{text}\n");
    std::fs::write(home.join("inbox"), mail).unwrap();
}
