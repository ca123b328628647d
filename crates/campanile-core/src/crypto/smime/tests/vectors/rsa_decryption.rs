//! Wycheproof: RSA PKCS #1 v1.5 and OAEP, as key transport of CMS.

use openssl::pkey::PKey;
use serde_json::Value;

use super::super::super::ber::{Algorithm, Element};
use super::super::super::key_transport::{Scheme, open};
use super::super::super::{der, oid};
use super::table::Table;
use super::wycheproof::{add, octets, tests, weak};
use crate::model::condition::Condition;

/// Length of the key that a wrong padding is replaced by, in octets: AES-256.
const KEY_BYTES: usize = 32;

pub fn pkcs1(table: &mut Table, file: &str, group: &Value) {
    decrypt(table, file, group, |_| Ok(Scheme::Pkcs1));
}

pub fn oaep(table: &mut Table, file: &str, group: &Value) {
    let digests = (group["sha"].as_str().unwrap(), group["mgfSha"].as_str().unwrap());
    decrypt(table, file, group, |test| {
        let algorithm = oaep_algorithm(digests, &octets(&test["label"]))?;
        Scheme::read(&Algorithm::of(Element::only(&algorithm)?)?)
    });
}

/// RSAES-OAEP-params with every field written out.
fn oaep_algorithm((sha, mgf): (&str, &str), label: &[u8]) -> Result<Vec<u8>, Condition> {
    let digest = |name| match name {
        "SHA-1" => Ok(der::algorithm(oid::SHA1, der::NULL)),
        "SHA-256" => Ok(der::algorithm(oid::SHA256, der::NULL)),
        "SHA-384" => Ok(der::algorithm(oid::SHA384, der::NULL)),
        "SHA-512" => Ok(der::algorithm(oid::SHA512, der::NULL)),
        // None of these has a name here: the parameters would be refused.
        _ => Err(Condition::CipherWeak),
    };
    let mask = der::explicit(1, &der::algorithm(oid::MGF1, &digest(mgf)?));
    // id-pSpecified: 1.2.840.113549.1.1.9.
    const SPECIFIED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 9];
    let source = der::explicit(2, &der::algorithm(SPECIFIED, &der::octet_string(label)));
    let parameters = der::sequence(&[&der::explicit(0, &digest(sha)?), &mask, &source]);
    Ok(der::algorithm(oid::RSAES_OAEP, &parameters))
}

fn decrypt(
    table: &mut Table,
    file: &str,
    group: &Value,
    scheme: impl Fn(&Value) -> Result<Scheme, Condition>,
) {
    let key = PKey::private_key_from_der(&octets(&group["privateKeyPkcs8"])).unwrap();
    for test in tests(group) {
        let message = octets(&test["msg"]);
        let bytes = match message.len() {
            0 => KEY_BYTES,
            length => length,
        };
        let found = match (weak(&key), scheme(test)) {
            (Some(weak), _) => weak,
            (None, Err(condition)) => format!("refuse: {condition}"),
            (None, Ok(_)) if bytes > KEY_BYTES => "refuse: longer than a key".into(),
            (None, Ok(scheme)) => {
                let encrypted = octets(&test["ct"]);
                // A substitute hangs on the secret of the key; what was encrypted does not.
                let open = |secret| open(&key, &[secret; 32], &scheme, &encrypted, bytes).unwrap();
                let (first, second) = (open(1), open(2));
                match first == second {
                    true if *first == message => "accept".into(),
                    true => "other content".into(),
                    false => "refuse: substitute".into(),
                }
            }
        };
        add(table, file, test, &found);
    }
}
