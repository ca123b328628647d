//! The attack corpus, when it is on this machine: what this module says about each mail. What
//! the gateway makes of it is tested there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::{
    Anchor, Certificate, CmsKind, SecretKey, TrustStore, decrypt, kind, verify_detached,
    verify_opaque,
};
use super::mail::Entity;
use crate::crypto::SignatureFact;
use crate::model::time::Timestamp;

struct Corpus {
    root: PathBuf,
    keys: Vec<SecretKey>,
    certificates: Vec<Certificate>,
    trust: TrustStore,
    now: Timestamp,
}

fn root() -> Option<PathBuf> {
    let data = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let data = data.or_else(|| {
        let home = PathBuf::from(std::env::var_os("HOME")?);
        Some(home.join(".cache/campanile-testdata"))
    });
    data.map(|data| data.join("attacks"))
        .filter(|root| root.join("dev/manifest.jsonl").exists())
}

fn read(path: &Path) -> Vec<u8> {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return std::fs::read(path).unwrap();
    }
    let output = Command::new("gzip").arg("-dc").arg(path).output();
    output.unwrap().stdout
}

impl Corpus {
    fn open(root: PathBuf) -> Self {
        let now = Timestamp::parse("2026-08-25T02:00:00Z").unwrap();
        let x509 = root.join("keys/x509");
        let file = |name: &str| std::fs::read(x509.join(name)).unwrap();
        let anchors = ["root", "issuing"].map(|name| {
            let crl = file(&format!("ca/{name}.crl.pem"));
            Anchor::read(&file(&format!("ca/{name}.crt.pem")), Some(&crl), now).unwrap()
        });
        let keys = ["list-rsa", "list-p256", "list-x25519"].map(|name| {
            let key = file(&format!("good/{name}.key.pem"));
            SecretKey::read(&file(&format!("good/{name}.crt.pem")), &key).unwrap()
        });
        let teams = ["dfn-cert", "cert-ist", "escert", "siemens-cert"];
        let certificates =
            teams.map(|name| Certificate::read(&file(&format!("good/{name}.crt.pem"))).unwrap());
        Self {
            keys: keys.to_vec(),
            certificates: certificates.to_vec(),
            trust: TrustStore::new(anchors.to_vec()),
            now,
            root,
        }
    }

    fn facts(&self, facts: &[SignatureFact]) -> String {
        let facts = facts.iter().map(|fact| {
            let who = match &fact.signer {
                None => "nobody".to_owned(),
                Some(signer) => {
                    let mut all = self
                        .certificates
                        .iter()
                        .zip(["dfn", "ist", "escert", "siemens"]);
                    let found = all.find(|(certificate, _)| certificate.fingerprint() == *signer);
                    found.map_or("registered", |(_, name)| name).to_owned()
                }
            };
            let faults = fact.faults.iter().map(|fault| format!(" {fault}"));
            format!("{who}{}", faults.collect::<String>())
        });
        facts.collect::<Vec<_>>().join(", ")
    }

    /// All layers, in words.
    fn describe(&self, bytes: &[u8], extra: Option<&Certificate>, depth: usize) -> String {
        let entity = Entity::read(bytes);
        if depth > 5 || entity.body.is_empty() {
            return "end".into();
        }
        let signers: Vec<&Certificate> = self.certificates.iter().chain(extra).collect();
        if entity.is("multipart/signed") {
            let parts = entity.parts();
            let [content, signature] = parts.as_slice() else {
                return format!("{} parts", parts.len());
            };
            let signature = Entity::read(signature).decoded();
            let facts = verify_detached(&signature, content, &signers, &self.trust, self.now);
            let inner = self.describe(content, extra, depth + 1);
            return format!("signed[{}] {inner}", self.facts(&facts));
        }
        if !entity.is("pkcs7-mime") && !entity.is("octet-stream") {
            return "text".into();
        }
        let der = entity.decoded();
        match kind(&der) {
            CmsKind::Encrypted => match decrypt(&der, &self.keys) {
                Ok(opened) => {
                    let inner = self.describe(&opened.plaintext, extra, depth + 1);
                    format!("encrypted {inner}")
                }
                Err(fault) => format!("encrypted[{fault}]"),
            },
            CmsKind::Signed => match verify_opaque(&der, &signers, &self.trust, self.now) {
                Ok((content, facts)) => {
                    let inner = self.describe(&content, extra, depth + 1);
                    format!("opaque[{}] {inner}", self.facts(&facts))
                }
                Err(fault) => format!("opaque[{fault}]"),
            },
            CmsKind::Compressed => "compressed".into(),
            CmsKind::Other => "other".into(),
        }
    }
}

#[test]
fn every_mail_is_described() {
    let Some(root) = root() else {
        println!("skipped: no corpus");
        return;
    };
    let corpus = Corpus::open(root);
    let manifest = std::fs::read_to_string(corpus.root.join("dev/manifest.jsonl")).unwrap();
    for line in manifest.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        if !id.starts_with("c-smime") && !id.starts_with("s-") {
            continue;
        }
        let mail = read(&corpus.root.join(case["file"].as_str().unwrap()));
        let register = case["register"][0].as_str();
        let extra = register.map(|name| {
            let path = corpus.root.join(format!("keys/{name}.crt.pem"));
            Certificate::read(&std::fs::read(path).unwrap()).unwrap()
        });
        let start = std::time::Instant::now();
        let text = corpus.describe(&mail, extra.as_ref(), 0);
        println!("{id}: {text} ({} ms)", start.elapsed().as_millis());
    }
}
