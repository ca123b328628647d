//! The attack corpus, when it is present: every mail through [`decrypt`], every offered key
//! through [`Certificate::register`].

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::crypto::openpgp::{decrypt, verify_detached};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition;

/// The corpus, its keys and its clock.
struct Corpus {
    root: PathBuf,
    pub list: Vec<SecretKey>,
    pub registered: Vec<Certificate>,
    pub now: Timestamp,
}

impl Corpus {
    fn find() -> Option<Self> {
        let data = std::env::var_os("CAMPANILE_TESTDATA")
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".cache/campanile-testdata")))?;
        let root = data.join("attacks");
        let Ok(network) = std::fs::read(root.join("network.json")) else {
            println!("skipped: no attack corpus in {}", root.display());
            return None;
        };
        let network: Value = serde_json::from_slice(&network).unwrap();
        let list = network["list"]["openpgp"].as_array().unwrap();
        let read = |path: &str| std::fs::read(root.join(path)).unwrap();
        let list = list
            .iter()
            .map(|key| {
                SecretKey::read(&read(&format!("{}.sec.asc", key.as_str().unwrap()))).unwrap()
            })
            .collect();
        let registered = network["teams"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|team| team["registered_credentials"].as_array().unwrap())
            .filter(|credential| credential["type"] == "openpgp")
            .map(|credential| Certificate::read(&read(credential["public"].as_str().unwrap())))
            .collect::<Result<_, _>>()
            .unwrap();
        let now = Timestamp::parse(network["reference_clock"].as_str().unwrap()).unwrap();
        Some(Self { root, list, registered, now })
    }

    fn cases(&self, kind: &str) -> Vec<Value> {
        let manifest = std::fs::read_to_string(self.root.join("dev/manifest.jsonl")).unwrap();
        let cases = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        cases.filter(|case| case["kind"] == kind).collect()
    }

    fn bytes(&self, case: &Value) -> Vec<u8> {
        let path = self.root.join(case["file"].as_str().unwrap());
        match case["file_encoding"] == "gzip" {
            true => Command::new("gzip").arg("-dc").arg(path).output().unwrap().stdout,
            false => std::fs::read(path).unwrap(),
        }
    }

    fn signers(&self, case: &Value) -> Vec<Certificate> {
        let mut all = self.registered.clone();
        for key in case["register"].as_array().into_iter().flatten() {
            let path = format!("keys/{}.pub.asc", key.as_str().unwrap());
            let bytes = std::fs::read(self.root.join(Path::new(&path))).unwrap();
            all.push(Certificate::read(&bytes).unwrap());
        }
        all
    }

    fn open(&self, case: &Value) -> Result<Decrypted, Condition> {
        let certificates = self.signers(case);
        let signers: Vec<_> = certificates.iter().collect();
        decrypt(armor_of(&self.bytes(case)), &self.list, &signers, self.now)
    }

    /// Facts inside the message, or of a multipart/signed that it holds.
    fn facts(&self, case: &Value, opened: &Decrypted) -> Vec<SignatureFact> {
        let Some((content, signature)) = signed_parts(&opened.plaintext) else {
            return opened.signatures.clone();
        };
        let certificates = self.signers(case);
        let signers: Vec<_> = certificates.iter().collect();
        let mut facts = opened.signatures.clone();
        facts.extend(verify_detached(signature, content, &self.list, &signers, self.now));
        facts
    }
}

/// From the first armor line to the end of its body part.
fn armor_of(mail: &[u8]) -> &[u8] {
    let rest = &mail[find(mail, b"-----BEGIN PGP MESSAGE").unwrap_or(mail.len())..];
    let armor = find(rest, b"-----END PGP MESSAGE-----").map_or(0, |at| at + 25);
    match find(&rest[armor..], b"\n--") {
        Some(end) => &rest[..armor + end],
        None => rest,
    }
}

fn is_openpgp(case: &Value) -> bool {
    // The quoted-printable one has to be decoded first.
    case["proto"].as_str().is_some_and(|proto| proto.starts_with("pgp"))
        && case["id"] != "c-inline-qp"
}

#[test]
fn genuine_mails_open_with_one_good_signature() {
    let Some(corpus) = Corpus::find() else { return };
    let cases = corpus.cases("controls");
    let mut count = 0;
    for case in cases.iter().filter(|case| is_openpgp(case) && case["expect"] == "accept") {
        let opened = corpus.open(case).unwrap_or_else(|c| panic!("{}: {c}", case["id"]));
        let facts = corpus.facts(case, &opened);
        assert_eq!(facts.len(), 1, "{}", case["id"]);
        assert!(facts[0].is_good(), "{}: {facts:?}", case["id"]);
        count += 1;
    }
    assert!(count > 30, "{count}");
}

/// Classes that this layer refuses by itself, whoever the sender is.
const CLASSES: [&str; 14] = [
    "encrypted-only",
    "signed-only",
    "not-to-list",
    "integrity",
    "efail-gadget",
    "bad-signature",
    "forged-key",
    "not-registered",
    "signature-type",
    "weak-digest",
    "signature-subpacket",
    "key-state",
    "status-injection",
    "packet-structure",
];

#[test]
fn attacks_on_the_cryptography_never_give_one_good_signature_of_the_claimed_team() {
    let Some(corpus) = Corpus::find() else { return };
    let cases = corpus.cases("mail");
    let mut count = 0;
    for case in cases.iter().filter(|case| is_openpgp(case) && case["expect"] == "reject") {
        // A revoked user id is a matter of the address: `Certificate::addresses`.
        if !CLASSES.contains(&case["class"].as_str().unwrap()) || case["id"] == "a-key-uidrev-cert"
        {
            continue;
        }
        let Ok(opened) = corpus.open(case) else {
            count += 1;
            continue;
        };
        let facts = corpus.facts(case, &opened);
        let [fact] = facts.as_slice() else {
            count += 1;
            continue;
        };
        // The adopted key belongs to another team than the one in From.
        assert!(!fact.is_good() || case["id"] == "a-adopted-subkey", "{}: {fact:?}", case["id"]);
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// Time that this thread has computed; zero where the system does not tell.
fn cpu_time() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = line.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

#[test]
fn denial_of_service_is_refused_in_time() {
    let Some(corpus) = Corpus::find() else { return };
    for case in corpus.cases("mail").iter().filter(|case| case["class"] == "dos-pgp") {
        let started = cpu_time();
        let result = corpus.open(case);
        let used = cpu_time() - started;
        println!("{} {:?} {used:?}", case["id"], result.as_ref().err());
        assert!(result.is_err() || case["expect"] == "either", "{}", case["id"]);
        // Decompression is about ten times slower when the libraries are not optimised.
        let most = if cfg!(debug_assertions) { 60 } else { 10 };
        assert!(used < Duration::from_secs(most), "{} {used:?}", case["id"]);
    }
}

#[test]
fn offered_certificates_are_judged_as_expected() {
    let Some(corpus) = Corpus::find() else { return };
    for case in corpus.cases("keyreg").iter().filter(|case| case["proto"] == "pgp-key") {
        let claimed = [address(case["claims"]["address"].as_str().unwrap())];
        let started = cpu_time();
        let result = Certificate::register(&corpus.bytes(case), &claimed, corpus.now);
        match case["expect"].as_str().unwrap() {
            "accept" => assert!(result.is_ok(), "{}: {:?}", case["id"], result.err()),
            "reject" => assert!(result.is_err(), "{}", case["id"]),
            _ => {}
        }
        assert!(cpu_time() - started < Duration::from_secs(10), "{}", case["id"]);
    }
}

#[test]
fn flooded_certificates_are_stripped() {
    let Some(corpus) = Corpus::find() else { return };
    for case in corpus.cases("keyreg") {
        if case["id"] == "k-certflood" || case["id"] == "k-photo" {
            let claimed = [address("new-cert@new.example")];
            let file = corpus.bytes(&case);
            let (certificate, _) = Certificate::register(&file, &claimed, corpus.now).unwrap();
            assert!(certificate.to_bytes().len() < 1000, "{}", case["id"]);
        }
    }
}

/// Every file that others have collected goes through all doors: none may panic, none may take
/// long, and none is signed by our toy network.
#[test]
fn files_of_other_projects_are_handled_calmly() {
    let Some(corpus) = Corpus::find() else { return };
    let interop = corpus.root.join("../interop");
    let mut folders = vec![interop];
    let signers: Vec<_> = corpus.registered.iter().collect();
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.len() > 4_000_000 {
                continue;
            }
            let started = cpu_time();
            for part in [bytes.as_slice(), armor_of(&bytes)] {
                let opened = decrypt(part, &corpus.list, &signers, corpus.now);
                let facts = verify_detached(part, b"", &corpus.list, &signers, corpus.now);
                assert!(opened.is_err(), "{}", path.display());
                assert!(!facts.iter().any(SignatureFact::is_good), "{}", path.display());
                drop(Certificate::register(part, &[address("a@b.example")], corpus.now));
            }
            let used = cpu_time() - started;
            assert!(used < Duration::from_secs(10), "{} {used:?}", path.display());
            count += 1;
        }
    }
    println!("{count} files");
}
