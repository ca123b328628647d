//! RFC 4134: the examples of S/MIME of 2005.

use std::path::Path;

use campanile_core::crypto::smime::{
    Anchor, Certificate, CmsKind, SecretKey, TrustStore, decrypt, kind, verify_detached,
    verify_opaque,
};
use campanile_core::mime::outer::{Outer, classify};
use campanile_core::mime::text::crlf;

use crate::table::{Table, data};
use crate::{judged, names, registered, time};

const ABOUT: &str = "\
The examples of RFC 4134, of 2005: DSA and RSA with 1,024 bits, SHA-1 and MD5, Triple-DES and RC2.
They show that the structures are read to the end and refused for the right reason; nothing of it
may be accepted today. Signers are the certificates of the RFC as they are, without registration.";
const NOW: &str = "2005-07-01T00:00:00Z";

/// Keys and the certificates they belong to.
const KEYS: [(&str, &str); 3] = [
    ("AlicePrivRSASign.pri", "AliceRSASignByCarl.cer"),
    ("BobPrivRSAEncrypt.pri", "BobRSASignByCarl.cer"),
    ("DianePrivRSASignEncrypt.pri", "DianeRSASignByCarl.cer"),
];

#[test]
fn examples_of_rfc_4134_are_refused_for_their_algorithms() {
    let Some(folder) = data("interop/rfc4134/rfc4134") else { return };
    let mut table = Table::new("rfc4134");
    let all = names(&folder);
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let ca = read("CarlRSASelf.cer");
    for name in all.iter().filter(|name| name.ends_with("Self.cer")) {
        let found = Anchor::read(&read(name), None, time(NOW));
        table.row("CA", name, "accept", &registered(&found));
    }
    for name in all.iter().filter(|name| name.ends_with(".crl")) {
        let found = Anchor::read(&ca, Some(&read(name)), time(NOW));
        table.row("CRL", name, "accept", &registered(&found));
    }
    let trust = TrustStore::new(Vec::new());
    let leaves: Vec<_> =
        all.iter().filter(|name| name.ends_with(".cer") && !name.contains("Self")).collect();
    for name in &leaves {
        let address = [format!("{}@example.com", &name[..3]).parse().unwrap()];
        let found = Certificate::register(&read(name), &address, &trust, time(NOW));
        table.row("certificate", name, "accept", &registered(&found));
    }
    for (key, certificate) in KEYS {
        let found = SecretKey::read(&read(certificate), &read(key));
        table.row("key", key, "accept", &registered(&found));
    }
    let signers: Vec<_> =
        leaves.iter().filter_map(|name| Certificate::read(&read(name)).ok()).collect();
    for name in all.iter().filter(|name| name.as_bytes()[0].is_ascii_digit()) {
        table.row("message", name, "accept", &message(&folder, name, &signers));
    }
    table.hold("Conformance: RFC 4134", ABOUT);
}

fn message(folder: &Path, name: &str, signers: &[Certificate]) -> String {
    let file = std::fs::read(folder.join(name)).unwrap();
    let signers: Vec<_> = signers.iter().collect();
    let content = std::fs::read(folder.join("ExContent.bin")).unwrap();
    if !name.ends_with(".eml") {
        return cms(&file, &content, &signers);
    }
    let mut mail = Vec::new();
    crlf(&file, &mut mail);
    let entity = campanile_core::mime::read(&mail).unwrap();
    match classify(&entity) {
        Ok(Outer::ClearSigned { content, signature, .. }) => {
            let trust = TrustStore::new(Vec::new());
            judged(&verify_detached(&signature, content.whole, &signers, &trust, time(NOW)))
        }
        Ok(Outer::Cms { der } | Outer::CmsByName { der }) => cms(&der, &content, &signers),
        Ok(_) => "refuse: not-encrypted".into(),
        Err(condition) => format!("refuse: {condition}"),
    }
}

fn cms(der: &[u8], content: &[u8], signers: &[&Certificate]) -> String {
    let trust = TrustStore::new(Vec::new());
    match kind(der) {
        CmsKind::Encrypted => match decrypt(der, &[]) {
            Ok(_) => "accept".into(),
            Err(condition) => format!("refuse: {condition}"),
        },
        CmsKind::Signed => match verify_opaque(der, signers, &trust, time(NOW)) {
            Ok((_, facts)) => judged(&facts),
            Err(condition) => format!("refuse: {condition}"),
        },
        CmsKind::Compressed => "refuse: compressed".into(),
        CmsKind::Other => judged(&verify_detached(der, content, signers, &trust, time(NOW))),
    }
}
