//! Wycheproof: signatures, by the algorithms of CMS.

use openssl::pkey::PKey;
use serde_json::Value;

use super::super::super::ber::{Algorithm, Element};
use super::super::super::digest::Digest;
use super::super::super::signature::Scheme;
use super::super::super::{der, oid};
use super::table::Table;
use super::wycheproof::{add, octets, tests, weak};
use crate::model::condition::Condition;

/// Digests by their names in the suite; the others have no name here.
fn digest(name: &str) -> Result<(Digest, &'static [u8]), Condition> {
    let oid = match name {
        "SHA-256" => oid::SHA256,
        "SHA-384" => oid::SHA384,
        "SHA-512" => oid::SHA512,
        _ => return Err(Condition::DigestWeak),
    };
    Ok((Digest::from_oid(oid).unwrap(), oid))
}

pub fn pkcs1(table: &mut Table, file: &str, group: &Value) {
    let scheme = digest(group["sha"].as_str().unwrap()).and_then(|(digest, _)| {
        let algorithm = match digest {
            Digest::Sha256 => oid::SHA256_WITH_RSA,
            Digest::Sha384 => oid::SHA384_WITH_RSA,
            Digest::Sha512 => oid::SHA512_WITH_RSA,
        };
        read(&der::algorithm(algorithm, der::NULL), digest)
    });
    verify(table, file, group, &scheme);
}

pub fn pss(table: &mut Table, file: &str, group: &Value) {
    let scheme = digest(group["sha"].as_str().unwrap()).and_then(|(digest_used, sha)| {
        let mask = digest(group["mgfSha"].as_str().unwrap_or_default())?.1;
        let sha = der::algorithm(sha, der::NULL);
        let mask = der::algorithm(oid::MGF1, &der::algorithm(mask, der::NULL));
        let salt = u8::try_from(group["sLen"].as_u64().unwrap()).unwrap();
        let salt = der::explicit(2, &der::small(salt));
        let parameters = [der::explicit(0, &sha), der::explicit(1, &mask), salt].concat();
        let algorithm = der::algorithm(oid::RSASSA_PSS, &der::sequence(&[&parameters]));
        read(&algorithm, digest_used)
    });
    verify(table, file, group, &scheme);
}

pub fn ecdsa(table: &mut Table, file: &str, group: &Value) {
    let scheme = digest(group["sha"].as_str().unwrap()).and_then(|(digest, _)| {
        let algorithm = match digest {
            Digest::Sha256 => oid::ECDSA_WITH_SHA256,
            Digest::Sha384 => oid::ECDSA_WITH_SHA384,
            Digest::Sha512 => oid::ECDSA_WITH_SHA512,
        };
        read(&der::algorithm(algorithm, &[]), digest)
    });
    verify(table, file, group, &scheme);
}

pub fn ed25519(table: &mut Table, file: &str, group: &Value) {
    let scheme = read(&der::algorithm(oid::ED25519, &[]), Digest::Sha512);
    verify(table, file, group, &scheme);
}

fn read(algorithm: &[u8], digest: Digest) -> Result<Scheme, Condition> {
    Scheme::read(&Algorithm::of(Element::only(algorithm)?)?, digest)
}

fn verify(table: &mut Table, file: &str, group: &Value, scheme: &Result<Scheme, Condition>) {
    let der = match group["publicKeyDer"].as_str() {
        Some(_) => octets(&group["publicKeyDer"]),
        None => {
            let private = octets(&group["privateKeyPkcs8"]);
            let private = PKey::private_key_from_der(&private).unwrap();
            private.public_key_to_der().unwrap()
        }
    };
    let key = PKey::public_key_from_der(&der);
    for test in tests(group) {
        let found = match (&key, scheme) {
            (Err(_), _) => "refuse: key-weak".into(),
            (_, Err(condition)) => format!("refuse: {condition}"),
            (Ok(key), Ok(scheme)) => weak(key).unwrap_or_else(|| {
                match scheme.verify(key, &octets(&test["msg"]), &octets(&test["sig"])) {
                    true => "accept".into(),
                    false => "refuse: signature-invalid".into(),
                }
            }),
        };
        add(table, file, test, &found);
    }
}
