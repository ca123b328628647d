//! Wycheproof: ECDH and X25519, as key agreement of CMS.

use openssl::aes::{AesKey, wrap_key};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::hash::{MessageDigest, hash};
use openssl::kdf::{HkdfMode, hkdf};
use openssl::md::Md;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use serde_json::Value;

use super::super::super::ber::{Algorithm, Element, context};
use super::super::super::key_agreement::Agreement;
use super::super::super::{der, oid};
use super::refused;
use super::table::Table;
use super::wycheproof::{add, octets, tests, weak};
use crate::model::condition::Condition;

/// The content key that is wrapped.
const CONTENT_KEY: [u8; 32] = [7; 32];

pub fn ecdh(table: &mut Table, file: &str, group: &Value) {
    let curve = match group["curve"].as_str().unwrap() {
        "secp256r1" => Nid::X9_62_PRIME256V1,
        "secp384r1" => Nid::SECP384R1,
        "secp521r1" => Nid::SECP521R1,
        "brainpoolP256r1" => Nid::BRAINPOOL_P256R1,
        "brainpoolP384r1" => Nid::BRAINPOOL_P384R1,
        other => panic!("{other}"),
    };
    for test in tests(group) {
        let Some(key) = private(curve, &octets(&test["private"])) else {
            add(table, file, test, "refuse: key-weak");
            continue;
        };
        let public = octets(&test["public"]);
        // A SubjectPublicKeyInfo is an OriginatorPublicKey under another tag.
        let originator = match group["encoding"] == "ecpoint" {
            true => {
                let point = der::bit_string(&public);
                let algorithm = der::algorithm(oid::EC_PUBLIC_KEY, &[]);
                der::tlv(context(1), &[&algorithm, &point])
            }
            false => match Element::only(&public) {
                Ok(info) => der::tlv(context(1), &[info.content]),
                Err(_) => public,
            },
        };
        let secret = octets(&test["shared"]);
        add(table, file, test, &open(&key, &originator, oid::STDDH_SHA256, &secret, x963));
    }
}

pub fn x25519(table: &mut Table, file: &str, group: &Value) {
    for test in tests(group) {
        let key = PKey::private_key_from_raw_bytes(&octets(&test["private"]), Id::X25519).unwrap();
        let point = der::bit_string(&octets(&test["public"]));
        let originator = der::tlv(context(1), &[&der::algorithm(oid::X25519, &[]), &point]);
        let secret = octets(&test["shared"]);
        add(table, file, test, &open(&key, &originator, oid::HKDF_SHA256, &secret, hkdf_sha256));
    }
}

fn private(curve: Nid, number: &[u8]) -> Option<PKey<Private>> {
    let group = EcGroup::from_curve_name(curve).ok()?;
    let number = BigNum::from_slice(number).ok()?;
    let mut numbers = openssl::bn::BigNumContext::new().ok()?;
    let mut point = EcPoint::new(&group).ok()?;
    point.mul_generator2(&group, &number, &mut numbers).ok()?;
    let key = EcKey::from_private_components(&group, &number, &point).ok()?;
    PKey::from_ec_key(key).ok()
}

fn x963(secret: &[u8], info: &[u8]) -> Vec<u8> {
    let input = [secret, &[0, 0, 0, 1], info].concat();
    hash(MessageDigest::sha256(), &input).unwrap().to_vec()
}

fn hkdf_sha256(secret: &[u8], info: &[u8]) -> Vec<u8> {
    let mut key = vec![0; 32];
    let mode = HkdfMode::ExtractAndExpand;
    hkdf(Md::sha256(), secret, None, Some(info), mode, None, &mut key).unwrap();
    key
}

/// Opens a content key that was wrapped with the shared secret of the vector.
fn open(
    key: &PKey<Private>,
    originator: &[u8],
    scheme: &[u8],
    secret: &[u8],
    derive: fn(&[u8], &[u8]) -> Vec<u8>,
) -> String {
    if let Some(weak) = weak(key) {
        return weak;
    }
    let wrap = der::algorithm(oid::AES256_WRAP, &[]);
    let bits = der::explicit(2, &der::octet_string(&[0, 0, 1, 0]));
    let info = der::sequence(&[&wrap, &bits]);
    let wrapping = AesKey::new_encrypt(&derive(secret, &info)).unwrap();
    let mut wrapped = vec![0; CONTENT_KEY.len() + 8];
    wrap_key(&wrapping, None, &mut wrapped, &CONTENT_KEY).unwrap();
    let opened = || -> Result<String, Condition> {
        let explicit = der::explicit(0, originator);
        let scheme = der::algorithm(scheme, &wrap);
        let algorithm = Algorithm::of(Element::only(&scheme)?)?;
        let originator = Element::only(&explicit)?;
        let agreement = Agreement::read(originator, None, &algorithm)?;
        let found = agreement.open(key, &wrapped)?;
        Ok(if *found == CONTENT_KEY { "accept" } else { "other content" }.into())
    };
    refused(opened())
}
