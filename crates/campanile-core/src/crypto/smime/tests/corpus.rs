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
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

struct Corpus {
    root: PathBuf,
    keys: Vec<SecretKey>,
    certificates: Vec<Certificate>,
    anchors: Vec<Anchor>,
    trust: TrustStore,
    now: Timestamp,
}

/// A folder of the test data, where it is.
pub fn testdata(folder: &str) -> Option<PathBuf> {
    let data = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let data = data.or_else(|| {
        let home = PathBuf::from(std::env::var_os("HOME")?);
        Some(home.join(".cache/campanile-testdata"))
    });
    data.map(|data| data.join(folder)).filter(|data| data.exists())
}

fn root() -> Option<PathBuf> {
    testdata("attacks")
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
            anchors: anchors.to_vec(),
            now,
            root,
        }
    }

    fn facts(&self, facts: &[SignatureFact]) -> String {
        let facts = facts.iter().map(|fact| {
            let who = match &fact.signer {
                None => "nobody".to_owned(),
                Some(signer) => {
                    let mut all = self.certificates.iter().zip(["dfn", "ist", "escert", "siemens"]);
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

/// What has to be said about each mail. Where nothing is wrong on this level, the gateway
/// refuses for the headers, the order of the layers or the freshness.
const EXPECTED: &[(&str, &str)] = &[
    ("c-smime-neomutt", "encrypted signed[ist] text"),
    ("c-smime-clear-dfn-cert", "encrypted signed[dfn] text"),
    ("c-smime-clear-escert", "encrypted signed[escert] text"),
    ("c-smime-opaque-dfn-cert", "encrypted opaque[dfn] text"),
    ("c-smime-opaque-cert-ist", "encrypted opaque[ist] text"),
    ("c-smime-triple", "signed[ist] encrypted signed[ist] text"),
    ("c-smime-gcm256", "encrypted signed[dfn] text"),
    ("c-smime-gcm128", "encrypted signed[dfn] text"),
    ("c-smime-oaep256", "encrypted signed[ist] text"),
    ("c-smime-ecdh-sha1kdf", "encrypted signed[escert] text"),
    ("c-smime-ecdh-sha256kdf", "encrypted signed[escert] text"),
    ("c-smime-pss", "encrypted signed[dfn] text"),
    ("c-smime-nocerts", "encrypted signed[dfn] text"),
    ("c-smime-ski", "encrypted signed[ist] text"),
    ("c-smime-octet", "encrypted signed[dfn] text"),
    ("c-smime-3rcpt", "encrypted signed[ist] text"),
    ("c-smime-aes128", "encrypted signed[dfn] text"),
    ("c-smime-attach", "encrypted signed[dfn] text"),
    ("c-smime-hp-9788", "encrypted opaque[dfn] text"),
    ("c-smime-outlook", "encrypted opaque[ist] text"),
    ("c-smime-gpgsm", "encrypted opaque[ist] text"),
    ("c-smime-compressed", "encrypted signed[dfn] compressed"),
    ("c-smime-toolkit", "encrypted signed[dfn] text"),
    ("s-enconly-nosignerinfo", "encrypted signed[] text"),
    ("s-enconly-digested", "encrypted other"),
    ("s-certsonly", "other"),
    ("s-nt-others", "encrypted[not-for-list]"),
    ("s-inv-twosigners", "signed[dfn] encrypted signed[ist] text"),
    ("s-efail-cbc-cut", "encrypted[integrity-broken]"),
    ("s-gcm-tagflip", "encrypted[integrity-broken]"),
    ("s-gcm-bitflip", "encrypted[integrity-broken]"),
    ("s-gcm-as-cbc", "encrypted[integrity-broken]"),
    ("s-econtent-confusion", "encrypted signed[dfn signature-invalid] text"),
    ("s-signers-append", "encrypted signed[ist, dfn signature-invalid] text"),
    ("s-signers-stranger", "encrypted signed[dfn, nobody signer-unknown] text"),
    ("s-signers-twoteams", "encrypted signed[dfn, ist] text"),
    ("s-contenttype-attr", "encrypted signed[dfn signed-attributes] text"),
    ("s-no-messagedigest", "encrypted signed[dfn signed-attributes] text"),
    (
        "s-signedattrs-confusion",
        "encrypted opaque[dfn signature-invalid signature-time-missing signed-attributes] end",
    ),
    ("s-badsig", "encrypted signed[dfn signature-invalid] text"),
    ("s-emptysig", "encrypted signed[nobody packet-structure] text"),
    ("s-cert-self-dfn", "encrypted signed[nobody signer-unknown] text"),
    ("s-cert-same-issuer-serial-dfn", "encrypted signed[dfn signature-invalid] text"),
    ("s-cert-dn-email-dfn", "encrypted signed[nobody signer-unknown] text"),
    ("s-cert-cn-dfn", "encrypted signed[nobody signer-unknown] text"),
    ("s-cert-mallory", "encrypted signed[nobody signer-unknown] text"),
    ("s-cert-ski", "encrypted signed[dfn signature-invalid] text"),
    ("s-stranger", "encrypted signed[nobody signer-unknown] text"),
    ("s-prex509", "encrypted signed[nobody signer-unknown] text"),
    ("s-state-old-cert", "encrypted signed[registered key-expired] text"),
    ("s-state-retired-cert", "encrypted signed[registered key-revoked] text"),
    ("s-state-eku-cert", "encrypted signed[registered key-usage] text"),
    ("s-state-ku-cert", "encrypted signed[registered key-usage] text"),
    (
        "s-state-future-cert",
        "encrypted signed[registered key-not-yet-valid signature-time-wrong] text",
    ),
    ("s-state-pathlen-cert", "encrypted signed[registered certificate-path] text"),
    ("s-state-expchain-cert", "encrypted signed[registered certificate-path] text"),
    ("s-state-critext-cert", "encrypted signed[registered certificate-path] text"),
    ("s-state-selfsigned-cert", "encrypted signed[registered certificate-path] text"),
    ("s-state-sha1cert", "encrypted signed[registered key-weak] text"),
    ("s-state-embeddedcrl", "encrypted signed[registered key-revoked] text"),
    ("s-digest-md5", "encrypted signed[dfn digest-weak] text"),
    ("s-digest-mixed", "encrypted signed[dfn digest-weak] text"),
    ("s-time-future", "encrypted signed[dfn signature-time-wrong] text"),
    ("s-ess-mismatch", "encrypted signed[dfn signed-attributes] text"),
    ("s-oracle-rsa-ok-unsigned", "encrypted text"),
    ("s-oracle-rsa-lead1", "encrypted[integrity-broken]"),
    ("s-oracle-rsa-short-ps", "encrypted[integrity-broken]"),
    ("s-oracle-rsa-cek16", "encrypted[integrity-broken]"),
    ("s-oracle-rsa-random", "encrypted[integrity-broken]"),
    ("s-oracle-cbc-badpad", "encrypted[integrity-broken]"),
    ("s-oracle-cbc-zeropad", "encrypted[integrity-broken]"),
    ("s-ecdh-offcurve", "encrypted[integrity-broken]"),
    ("s-ecdh-short", "encrypted[integrity-broken]"),
    ("s-x25519-zero", "encrypted[integrity-broken]"),
    ("s-x25519-loworder", "encrypted[integrity-broken]"),
    ("s-dos-recipients", "encrypted[too-complex]"),
    ("s-dos-signerinfos", "encrypted signed[nobody too-complex] text"),
    ("s-dos-berdepth", "other"),
    ("s-dos-berlength", "encrypted[packet-structure]"),
    ("s-dos-bigrsa", "encrypted signed[nobody too-complex] text"),
];

#[test]
fn every_mail_is_described_as_it_is() {
    let Some(root) = root() else {
        println!("skipped: no attack corpus");
        return;
    };
    let corpus = Corpus::open(root);
    let manifest = std::fs::read_to_string(corpus.root.join("dev/manifest.jsonl")).unwrap();
    let mut wrong = Vec::new();
    for line in manifest.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let Some((_, expected)) = EXPECTED.iter().find(|(known, _)| *known == id) else {
            continue;
        };
        let mail = read(&corpus.root.join(case["file"].as_str().unwrap()));
        let register = case["register"][0].as_str();
        let extra = register.map(|name| {
            let path = corpus.root.join(format!("keys/{name}.crt.pem"));
            Certificate::read(&std::fs::read(path).unwrap()).unwrap()
        });
        let found = corpus.describe(&mail, extra.as_ref(), 0);
        if found != *expected {
            wrong.push(format!("{id}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The condition that registration of each defective certificate is refused with.
const REFUSED: &[(&str, &str, Condition)] = &[
    ("bad/caleaf-cert", "caleaf@caleaf.example", Condition::KeyUsage),
    ("bad/critext-cert", "critext@critext.example", Condition::CertificatePath),
    ("bad/eku-cert", "eku@eku.example", Condition::KeyUsage),
    ("bad/expchain-cert", "expchain@expchain.example", Condition::CertificatePath),
    ("bad/future-cert", "future@future.example", Condition::KeyNotYetValid),
    ("bad/md5cert", "md5cert@md5cert.example", Condition::KeyWeak),
    ("bad/nc-cert", "nc@forbidden.example", Condition::CertificatePath),
    ("bad/nosan-cert", "nosan@nosan.example", Condition::SignerAddress),
    ("bad/notaca-cert", "notaca@notaca.example", Condition::CertificatePath),
    ("bad/old-cert", "old@old.example", Condition::KeyExpired),
    ("bad/pathlen-cert", "pathlen@pathlen.example", Condition::CertificatePath),
    ("bad/retired-cert", "retired@retired.example", Condition::KeyRevoked),
    ("bad/revoked-cert", "revoked@revoked.example", Condition::KeyRevoked),
    ("bad/rogue-cert", "rogue@rogue.example", Condition::CertificatePath),
    ("bad/san-cert", "san@san.example", Condition::SignerAddress),
    ("bad/selfsigned-cert", "selfsigned@self.example", Condition::CertificatePath),
    ("bad/sha1cert", "sha1cert@sha1cert.example", Condition::KeyWeak),
    ("bad/weak-cert", "weak@weak.example", Condition::KeyWeak),
    ("attacker/self-dfn", "dfn-cert@dfn.example", Condition::CertificatePath),
    ("attacker/rogue-dfn", "dfn-cert@dfn.example", Condition::CertificatePath),
    ("attacker/second-san-dfn", "dfn-cert@dfn.example", Condition::CertificatePath),
    ("attacker/same-issuer-serial-dfn", "dfn-cert@dfn.example", Condition::CertificatePath),
    ("attacker/dn-email-dfn", "dfn-cert@dfn.example", Condition::SignerAddress),
    ("attacker/cn-dfn", "dfn-cert@dfn.example", Condition::SignerAddress),
    ("attacker/nul-dfn", "dfn-cert@dfn.example", Condition::SignerAddress),
];

#[test]
fn defective_certificates_are_refused_for_their_defect() {
    let Some(root) = root() else {
        println!("skipped: no attack corpus");
        return;
    };
    let corpus = Corpus::open(root);
    let also = ["constrained", "expired-issuing", "pathlen-violator"].map(|name| {
        let path = corpus.root.join(format!("keys/x509/ca/{name}.crt.pem"));
        Anchor::read(&std::fs::read(path).unwrap(), None, corpus.now).unwrap()
    });
    let root_and_issuing = corpus.anchors.clone();
    let all = [root_and_issuing.as_slice(), &also].concat();
    let mut wrong = Vec::new();
    for (anchors, which) in [(root_and_issuing, "two anchors"), (all, "all anchors")] {
        let trust = TrustStore::new(anchors);
        for (name, address, expected) in REFUSED {
            let path = corpus.root.join(format!("keys/x509/{name}.crt.pem"));
            let file = std::fs::read(path).unwrap();
            let addresses = [address.parse().unwrap()];
            let found = Certificate::register(&file, &addresses, &trust, corpus.now);
            if found.as_ref().err().map(|refusal| refusal.condition) != Some(*expected) {
                wrong.push(format!("{name} with {which}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_leaf_is_no_anchor() {
    let Some(root) = root() else {
        println!("skipped: no attack corpus");
        return;
    };
    let now = Timestamp::parse("2026-08-25T02:00:00Z").unwrap();
    let file = std::fs::read(root.join("keys/x509/ca/not-a-ca.crt.pem")).unwrap();
    let refused = Anchor::read(&file, None, now).unwrap_err();
    assert_eq!(refused.condition, Condition::CertificatePath);
}
