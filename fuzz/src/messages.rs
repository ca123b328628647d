//! Targets: sealed and signed objects as anybody can send them.

use campanile_core::crypto::{openpgp, smime};

use crate::material::{Gate, NOW};

fn openpgp_keys() -> &'static [openpgp::SecretKey] {
    &Gate::get().network.lists[0].openpgp
}

/// Bytes that nobody encrypted for the list never open with a good signature.
pub fn openpgp_message(data: &[u8]) {
    if let Ok(opened) = openpgp::decrypt(data, openpgp_keys(), &[], NOW) {
        assert!(opened.signatures.iter().all(|signature| !signature.is_good()));
    }
    let facts = openpgp::verify_detached(data, b"content\r\n", openpgp_keys(), &[], NOW);
    assert!(facts.iter().all(|signature| !signature.is_good()));
}

/// Lines between the first and the last one of an armor of each kind, and the bytes as they are.
pub fn openpgp_armor(data: &[u8]) {
    read_armor(data);
    for kind in ["MESSAGE", "SIGNATURE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK"] {
        let first = format!("-----BEGIN PGP {kind}-----\r\n");
        let last = format!("\r\n-----END PGP {kind}-----\r\n");
        read_armor(&[first.as_bytes(), data, last.as_bytes()].concat());
    }
}

fn read_armor(text: &[u8]) {
    let _ = openpgp::looks_encrypted(text);
    let _ = openpgp::decrypt(text, openpgp_keys(), &[], NOW);
    let facts = openpgp::verify_detached(text, b"content\r\n", openpgp_keys(), &[], NOW);
    assert!(facts.iter().all(|signature| !signature.is_good()));
    if let Ok(certificate) = openpgp::Certificate::read(text) {
        let again = openpgp::Certificate::read(certificate.armored().as_bytes());
        assert_eq!(again.expect("what we wrote reads").fingerprint(), certificate.fingerprint());
    }
    let _ = openpgp::SecretKey::read(text);
}

/// Bytes of strangers never verify without a registered signer.
pub fn cms_message(data: &[u8]) {
    let trust = smime::TrustStore::new(Vec::new());
    let _ = smime::kind(data);
    let _ = smime::decrypt(data, &Gate::get().network.lists[0].smime);
    if let Ok((_, facts)) = smime::verify_opaque(data, &[], &trust, NOW) {
        assert!(facts.iter().all(|signature| !signature.is_good()));
    }
    let facts = smime::verify_detached(data, b"content\r\n", &[], &trust, NOW);
    assert!(facts.iter().all(|signature| !signature.is_good()));
}
