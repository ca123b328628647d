//! Wycheproof: AES-CBC and AES-GCM, as whole messages of CMS.

use std::sync::OnceLock;

use serde_json::Value;

use super::super::super::ber::{INTEGER, context_primitive};
use super::super::super::key_transport;
use super::super::super::{SecretKey, decrypt, der, oid};
use super::super::pki::{self, Issued, Request};
use super::refused;
use super::table::Table;
use super::wycheproof::{add, octets, tests};

/// The key of a list.
fn owner() -> &'static (SecretKey, Issued) {
    static OWNER: OnceLock<(SecretKey, Issued)> = OnceLock::new();
    OWNER.get_or_init(|| {
        let issued = Issued::root(Request::mail("list@list.example", pki::rsa(2048)));
        (SecretKey::read(&issued.der(), &issued.key_pem()).unwrap(), issued)
    })
}

pub fn cbc(table: &mut Table, file: &str, group: &Value) {
    for test in tests(group) {
        let algorithm = match test["key"].as_str().unwrap().len() / 2 {
            16 => oid::AES128_CBC,
            24 => oid::AES192_CBC,
            _ => oid::AES256_CBC,
        };
        let algorithm = der::algorithm(algorithm, &der::octet_string(&octets(&test["iv"])));
        let message = message(test, oid::ENVELOPED_DATA, &algorithm, &[]);
        add(table, file, test, &opened(&message, &octets(&test["msg"])));
    }
}

pub fn gcm(table: &mut Table, file: &str, group: &Value) {
    for test in tests(group) {
        let algorithm = match test["key"].as_str().unwrap().len() / 2 {
            16 => oid::AES128_GCM,
            24 => oid::AES192_GCM,
            _ => oid::AES256_GCM,
        };
        // What CMS authenticates besides is a set of attributes, not free octets.
        if test["aad"] != "" {
            add(table, file, test, "free additional data");
            continue;
        }
        let tag = octets(&test["tag"]);
        let length = der::tlv(INTEGER, &[&[u8::try_from(tag.len()).unwrap()]]);
        let nonce = der::octet_string(&octets(&test["iv"]));
        let algorithm = der::algorithm(algorithm, &der::sequence(&[&nonce, &length]));
        let tag = der::octet_string(&tag);
        let message = message(test, oid::AUTH_ENVELOPED_DATA, &algorithm, &tag);
        add(table, file, test, &opened(&message, &octets(&test["msg"])));
    }
}

/// A ContentInfo for the owner, with what follows the encrypted content.
fn message(test: &Value, content_type: &[u8], algorithm: &[u8], behind: &[u8]) -> Vec<u8> {
    let certificate = owner().0.certificate();
    let key = certificate.key();
    let (transport, encrypted) = key_transport::seal(key, false, &octets(&test["key"])).unwrap();
    let name = certificate.anatomy().issuer_and_serial();
    let slot = der::sequence(&[&der::small(0), &name, &transport, &der::octet_string(&encrypted)]);
    let ciphertext = der::tlv(context_primitive(0), &[&octets(&test["ct"])]);
    let content = der::sequence(&[&der::oid(oid::DATA), algorithm, &ciphertext]);
    let enveloped = der::sequence(&[&der::small(0), &der::set(&slot), &content, behind]);
    der::sequence(&[&der::oid(content_type), &der::explicit(0, &enveloped)])
}

fn opened(message: &[u8], expected: &[u8]) -> String {
    let keys = [owner().0.clone()];
    refused(decrypt(message, &keys).map(|opened| {
        let same = opened.plaintext.as_slice() == expected;
        if same { "accept" } else { "other content" }.into()
    }))
}
