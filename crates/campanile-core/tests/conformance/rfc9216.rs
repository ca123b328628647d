//! RFC 9216: the sample CAs, certificates and keys of S/MIME.

use std::path::Path;

use campanile_core::crypto::smime::{
    Anchor, Certificate, Container, SecretKey, TrustStore, bulk, decrypt, head, sign,
    verify_detached,
};

use crate::table::{Table, data};
use crate::{judged, names, registered, time};

const ABOUT: &str = "\
The sample CAs, certificates and keys of RFC 9216. CAs are read as by `campanile trust add`,
certificates registered as by `campanile team key add` under the address that they name, keys read
as a list's. Then each signing key signs and the signature is verified, each decryption key opens
what was sealed for its certificate; and once more with the cross-signed CAs in the place of the
roots. RFC 9216 has no messages: for one of them see RFC 9788.";
const NOW: &str = "2026-08-25T02:00:00Z";
const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nAlert\r\n";
const RSA_ROOT: &str = "3-1-rsa-certification-authority-root-certificate.crt.pem";
const RSA_CROSS: &str = "3-3-rsa-certification-authority-cross-signed-certificate.crt.pem";
const EDWARDS_ROOT: &str = "6-1-ed25519-certification-authority-root-certificate.crt.pem";
const EDWARDS_CROSS: &str = "6-3-ed25519-certification-authority-cross-signed-certificate.crt.pem";

#[test]
fn certificates_and_keys_of_rfc_9216_are_taken_and_work() {
    let Some(folder) = data("interop/rfc9216") else { return };
    let mut table = Table::new("rfc9216");
    for name in [RSA_ROOT, RSA_CROSS, EDWARDS_ROOT, EDWARDS_CROSS] {
        let anchor = Anchor::read(&read(&folder, name), None, time(NOW));
        table.row("CA", name, "accept", &registered(&anchor));
    }
    for (group, roots) in [
        ("roots", [RSA_ROOT, EDWARDS_ROOT]),
        ("RSA root, cross-signed Ed25519 CA", [RSA_ROOT, EDWARDS_CROSS]),
        ("Ed25519 root, cross-signed RSA CA", [EDWARDS_ROOT, RSA_CROSS]),
    ] {
        let anchors = roots.map(|name| Anchor::read(&read(&folder, name), None, time(NOW)));
        let trust = TrustStore::new(anchors.into_iter().flatten().collect());
        for person in ["4-1-alice", "5-1-bob", "7-1-carlos", "8-1-dana"] {
            everything(&mut table, group, &folder, &trust, person);
        }
    }
    for name in names(&folder).iter().filter(|name| name.ends_with(".p12")) {
        table.row("PKCS #12", name, "accept", "not asked");
    }
    table.hold("Conformance: RFC 9216", ABOUT);
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

/// `4-1-alice` to her chapter and name; the four files stand in this order.
fn everything(table: &mut Table, group: &str, folder: &Path, trust: &TrustStore, person: &str) {
    let (chapter, name) = person.split_once("-1-").unwrap();
    let file = |part: u8, what: &str| read(folder, &format!("{chapter}-{part}-{name}-{what}"));
    let address = [format!("{name}@smime.example").parse().unwrap()];
    let signing = file(1, "signature-verification-end-entity-certificate.crt.pem");
    let signing_key = file(2, "signing-private-key-material.key.pem");
    let encryption = file(3, "encryption-end-entity-certificate.crt.pem");
    let decryption_key = file(4, "decryption-private-key-material.key.pem");
    let mut add = |what: &str, found: &str| {
        table.row(group, &format!("{name}: {what}"), "accept", found);
    };
    for (what, certificate, key) in
        [("signing", &signing, &signing_key), ("encryption", &encryption, &decryption_key)]
    {
        let found = Certificate::register(certificate, &address, trust, time(NOW));
        add(&format!("register {what}"), &registered(&found));
        add(&format!("read {what} key"), &registered(&SecretKey::read(certificate, key)));
    }
    let signer = SecretKey::read(&signing, &signing_key).unwrap();
    let signature = sign(ENTITY, &signer, time(NOW)).unwrap();
    let certificate = signer.certificate();
    let facts = verify_detached(&signature, ENTITY, &[&certificate], trust, time(NOW));
    add("sign and verify", &judged(&facts));
    let owner = SecretKey::read(&encryption, &decryption_key).unwrap();
    add("seal and open", &sealed(&owner, trust));
}

fn sealed(owner: &SecretKey, trust: &TrustStore) -> String {
    let Some(recipient) = owner.certificate().recipient(trust, time(NOW)) else {
        return "refuse: no recipient".into();
    };
    let bulk = bulk(ENTITY.to_vec().into(), Container::Enveloped).unwrap();
    let mut copy = head(&bulk, &recipient, Container::Enveloped).unwrap();
    copy.extend(bulk.body().flatten());
    let text = String::from_utf8(copy).unwrap().replace(['\r', '\n'], "");
    let der = openssl::base64::decode_block(&text).unwrap();
    match decrypt(&der, std::slice::from_ref(owner)) {
        Ok(opened) if opened.plaintext.as_slice() == ENTITY => "accept".into(),
        Ok(_) => "other content".into(),
        Err(condition) => format!("refuse: {condition}"),
    }
}
