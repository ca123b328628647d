//! Messages of other programs, when they are on this machine: Thunderbird's and NSS's.

use std::path::Path;

use openssl::pkcs12::Pkcs12;

use super::super::{
    Anchor, Certificate, CmsKind, SecretKey, TrustStore, decrypt, kind, verify_detached,
    verify_opaque,
};
use super::corpus::testdata;
use super::mail::Entity;
use crate::crypto::SignatureFact;
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

struct People {
    keys: Vec<SecretKey>,
    certificates: Vec<Certificate>,
    trust: TrustStore,
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T00:00:00Z").unwrap()
}

impl People {
    fn read(folder: &Path) -> Self {
        let names = ["Alice", "Bob", "Dave", "Fran", "Alice-ec", "Fran-ec"];
        let keys = names.map(|name| {
            let file = std::fs::read(folder.join(format!("{name}.p12"))).unwrap();
            let opened = Pkcs12::from_der(&file).unwrap().parse2("nss").unwrap();
            let certificate = opened.cert.unwrap().to_der().unwrap();
            let key = opened.pkey.unwrap().private_key_to_pem_pkcs8().unwrap();
            SecretKey::read(&certificate, &key).unwrap()
        });
        let ca = std::fs::read(folder.join("TestCA.pem")).unwrap();
        let anchor = Anchor::read(&ca, None, now()).unwrap();
        Self {
            certificates: keys.iter().map(SecretKey::certificate).collect(),
            keys: keys.to_vec(),
            trust: TrustStore::new(vec![anchor]),
        }
    }

    fn signed(&self, facts: &[SignatureFact]) -> String {
        let facts = facts.iter().map(|fact| {
            let path = Condition::CertificatePath;
            let faults = fact.faults.iter().filter(|fault| **fault != path);
            faults.map(|fault| format!(" {fault}")).collect::<String>()
        });
        format!("signed[{}]", facts.collect::<Vec<_>>().join(","))
    }

    fn cms(&self, der: &[u8], depth: usize) -> String {
        let signers: Vec<&Certificate> = self.certificates.iter().collect();
        match kind(der) {
            CmsKind::Encrypted => match decrypt(der, &self.keys) {
                Ok(opened) => format!("encrypted {}", self.describe(&opened.plaintext, depth + 1)),
                Err(fault) => format!("encrypted[{fault}]"),
            },
            CmsKind::Signed => match verify_opaque(der, &signers, &self.trust, now()) {
                Ok((content, facts)) => {
                    format!("{} {}", self.signed(&facts), self.describe(&content, depth + 1))
                }
                Err(fault) => format!("opaque[{fault}]"),
            },
            other => format!("{other:?}"),
        }
    }

    fn describe(&self, bytes: &[u8], depth: usize) -> String {
        let entity = Entity::read(bytes);
        if depth > 6 || entity.body.is_empty() {
            return "end".into();
        }
        if entity.is("multipart/signed") {
            let parts = entity.parts();
            let [content, signature] = parts.as_slice() else {
                return "parts".into();
            };
            let signers: Vec<&Certificate> = self.certificates.iter().collect();
            let der = Entity::read(signature).decoded();
            let facts = verify_detached(&der, content, &signers, &self.trust, now());
            return format!("{} {}", self.signed(&facts), self.describe(content, depth + 1));
        }
        match entity.is("pkcs7-mime") {
            true => self.cms(&entity.decoded(), depth),
            false => "text".into(),
        }
    }
}

/// What the name of a file says about it.
fn expected(name: &str, found: &str) -> bool {
    if name.ends_with("_ossl.env") {
        // A line of text without any header; one of them under Triple DES.
        return found == "encrypted end"
            || name == "fran-oaep_ossl.env" && found == "encrypted[cipher-weak]";
    }
    let broken = name.contains(".bad") || name.contains("mismatch-econtent");
    if name.contains("SHA1") {
        return found.contains("digest-weak");
    }
    if broken {
        return found.contains("signature-invalid");
    }
    // These were signed as text and then written with other line ends than they were signed
    // with; what was signed is verified octet by octet here.
    let rewritten = name.contains("dsig") && name.contains("env")
        || name.contains("dsig") && name.contains("dave.sig");
    let signed = !name.contains(".sig.") && !name.contains("dsig") || found.contains("signed[]");
    let opened = !name.contains("env") || found.contains("encrypted ");
    opened && (signed || rewritten) && found.ends_with("text")
}

#[test]
fn mails_of_nss_and_openssl_open() {
    let folder = "interop/thunderbird/mailnews/test/data/smime";
    let Some(folder) = testdata(folder) else {
        println!("skipped: no mails of Thunderbird");
        return;
    };
    let people = People::read(&folder);
    let folders = [folder.with_file_name("smime-interop"), folder];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut count = 0;
    for file in files.map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".eml") && !name.ends_with("_ossl.env") {
            continue;
        }
        count += 1;
        let found = people.describe(&std::fs::read(&file).unwrap(), 0);
        assert!(expected(&name, &found), "{name}: {found}");
    }
    assert!(count > 50, "{count} mails");
}

#[test]
fn example_certificates_of_the_ietf_are_registered() {
    let Some(folder) = testdata("interop/rfc9216") else {
        println!("skipped: no examples of RFC 9216");
        return;
    };
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let named = |part: &str| {
        let found = files.iter().filter(|file| file.to_string_lossy().ends_with(part));
        found.map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let anchors = named("root-certificate.crt.pem");
    let anchors = anchors.iter().map(|file| Anchor::read(file, None, now()));
    let trust = TrustStore::new(anchors.collect::<Result<_, _>>().unwrap());
    for name in ["alice", "bob", "carlos", "dana"] {
        let address = [format!("{name}@smime.example").parse().unwrap()];
        let register = |part: &str| {
            let certificates = named(&format!("-{name}-{part}-end-entity-certificate.crt.pem"));
            Certificate::register(&certificates[0], &address, &trust, now())
        };
        let (_, abilities) = register("signature-verification").unwrap();
        assert!(abilities.sign && !abilities.encrypt, "{name}");
        let (_, abilities) = register("encryption").unwrap();
        assert!(!abilities.sign && abilities.encrypt, "{name}");
    }
}
