//! The attack corpus, when it is present: every mail through [`decrypt`], every offered key
//! through [`Certificate::register`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crypto::openpgp::{Certificate, SecretKey, decrypt, verify_detached};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

/// The corpus, its keys and its clock.
pub(super) struct Corpus {
    root: PathBuf,
    pub list: Vec<SecretKey>,
    pub registered: Vec<Certificate>,
    pub now: Timestamp,
}

impl Corpus {
    pub(super) fn find() -> Option<Self> {
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
        Some(Self {
            root,
            list,
            registered,
            now,
        })
    }

    pub(super) fn cases(&self, kind: &str) -> Vec<Value> {
        let manifest = std::fs::read_to_string(self.root.join("dev/manifest.jsonl")).unwrap();
        let cases = manifest
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        cases.filter(|case| case["kind"] == kind).collect()
    }

    pub(super) fn bytes(&self, case: &Value) -> Vec<u8> {
        let path = self.root.join(case["file"].as_str().unwrap());
        match case["file_encoding"] == "gzip" {
            true => {
                Command::new("gzip")
                    .arg("-dc")
                    .arg(path)
                    .output()
                    .unwrap()
                    .stdout
            }
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
        facts.extend(verify_detached(
            signature, content, &self.list, &signers, self.now,
        ));
        facts
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

/// From the first armor line to the end of its body part.
fn armor_of(mail: &[u8]) -> &[u8] {
    let start = find(mail, b"-----BEGIN PGP MESSAGE").unwrap_or(mail.len());
    let rest = &mail[start..];
    let end = find(rest, b"\n--=_").unwrap_or(rest.len());
    &rest[..end]
}

/// The two parts of an entity that is multipart/signed as a whole.
fn signed_parts(entity: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = &entity[..find(entity, b"\r\n\r\n")?];
    find(&head.to_ascii_lowercase(), b"multipart/signed")?;
    let at = find(head, b"boundary=\"")? + 10;
    let boundary = &head[at..at + find(&head[at..], b"\"")?];
    let open = [b"\r\n--", boundary, b"\r\n"].concat();
    let delimiter = [b"\r\n--", boundary].concat();
    let content = &entity[find(entity, &open)? + open.len()..];
    let end = find(content, &delimiter)?;
    let behind = &content[end..];
    let start = find(behind, b"-----BEGIN PGP SIG")?;
    let stop = find(behind, b"-----END PGP SIGNATURE-----")? + 27;
    Some((&content[..end], &behind[start..stop]))
}

#[test]
fn report() {
    let Some(corpus) = Corpus::find() else { return };
    for kind in ["controls", "mail"] {
        for case in corpus.cases(kind) {
            if !case["proto"].as_str().unwrap_or("").starts_with("pgp") {
                continue;
            }
            let started = Instant::now();
            let text = match corpus.open(&case) {
                Ok(opened) => format!(
                    "{} {:?}",
                    opened.method,
                    corpus
                        .facts(&case, &opened)
                        .iter()
                        .map(|f| (
                            f.signer.as_ref().map(|s| s.as_str()[..6].to_string()),
                            f.faults.clone()
                        ))
                        .collect::<Vec<_>>()
                ),
                Err(condition) => format!("! {condition}"),
            };
            println!(
                "{} {} [{}] {text} {:?}",
                case["id"],
                case["expect"],
                case["class"],
                started.elapsed()
            );
        }
    }
    for case in corpus.cases("keyreg") {
        if case["proto"] != "pgp-key" {
            continue;
        }
        let started = Instant::now();
        let address: EmailAddress = case["claims"]["address"].as_str().unwrap().parse().unwrap();
        let text = match Certificate::register(&corpus.bytes(&case), &[address], corpus.now) {
            Ok((c, a)) => format!("{:?} {}", a, c.to_bytes().len()),
            Err(r) => format!("! {} {}", r.condition, r.reason),
        };
        println!(
            "{} {} {text} {:?}",
            case["id"],
            case["expect"],
            started.elapsed()
        );
    }
}
