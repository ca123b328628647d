//! Old vectors with new keys.
//!
//! PKITS has RSA keys of 1,024 bits and SHA-1, so that every path of it would be refused for its
//! keys, and nothing else be seen. Here every certificate and CRL keeps all it says, but its key
//! is a fresh P-256 key and its signature is made anew; a signature that was wrong is made wrong.

use std::cell::RefCell;

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private, Public};
use openssl::sign::{Signer, Verifier};
use openssl::x509::{X509, X509Crl};

use super::super::super::ber::{BIT_STRING, Element, Reader, SEQUENCE, context};
use super::super::super::{der, oid};
use super::super::pki;

/// A SubjectPublicKeyInfo and the key in its place.
type Place = (Vec<u8>, PKey<Private>);

/// The keys that stand in for those of the suite.
pub struct Keys {
    places: RefCell<Vec<Place>>,
    /// Every certificate of the suite, to find who has signed.
    issuers: Vec<(Vec<u8>, PKey<Public>)>,
}

impl Keys {
    /// For a suite with these certificates.
    pub fn new(certificates: &[Vec<u8>]) -> Self {
        let read = |der: &Vec<u8>| {
            let key = X509::from_der(der).ok()?.public_key().ok()?;
            Some((key_info(der), key))
        };
        let issuers = certificates.iter().filter_map(read).collect();
        Self { places: RefCell::default(), issuers }
    }

    /// The key in the place of another.
    fn place(&self, key_info: &[u8]) -> PKey<Private> {
        let mut places = self.places.borrow_mut();
        if let Some((_, key)) = places.iter().find(|(old, _)| old == key_info) {
            return key.clone();
        }
        places.push((key_info.to_vec(), pki::p256()));
        places.last().unwrap().1.clone()
    }

    /// The same certificate with a new key and signature.
    pub fn certificate(&self, der: &[u8]) -> Vec<u8> {
        let x509 = X509::from_der(der).unwrap();
        let info = key_info(der);
        let new = self.place(&info).public_key_to_der().unwrap();
        let signer = self.signer(|key| x509.verify(key).unwrap_or(false));
        signed(der, signer.as_ref(), |at, field| match at {
            5 => new.clone(),
            _ => field.to_vec(),
        })
    }

    /// The same CRL with a new signature.
    pub fn crl(&self, der: &[u8]) -> Vec<u8> {
        let crl = X509Crl::from_der(der).unwrap();
        let signer = self.signer(|key| crl.verify(key).unwrap_or(false));
        signed(der, signer.as_ref(), |_, field| field.to_vec())
    }

    fn signer(&self, has_signed: impl Fn(&PKey<Public>) -> bool) -> Option<PKey<Private>> {
        let found = self.issuers.iter().find(|(_, key)| has_signed(key));
        found.map(|(info, _)| self.place(info))
    }
}

/// Fields of a TBSCertificate or TBSCertList behind the version.
fn fields<'a>(der: &'a [u8]) -> (Option<&'a [u8]>, Vec<Element<'a>>) {
    let mut whole = Element::only(der).unwrap().reader();
    let mut tbs: Reader<'a> = whole.take(SEQUENCE).unwrap().reader();
    let version = tbs.take_if(context(0)).unwrap().map(|version| version.raw);
    let mut found = Vec::new();
    while !tbs.is_empty() {
        found.push(tbs.any().unwrap());
    }
    (version, found)
}

fn key_info(certificate: &[u8]) -> Vec<u8> {
    // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo.
    fields(certificate).1[5].raw.to_vec()
}

/// Signs the fields again, each as `change` gives it; without a signer, wrongly.
fn signed(
    der: &[u8],
    signer: Option<&PKey<Private>>,
    change: impl Fn(usize, &[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let algorithm = der::algorithm(oid::ECDSA_WITH_SHA256, &[]);
    let (version, fields) = fields(der);
    let mut tbs = version.unwrap_or_default().to_vec();
    for (at, field) in fields.iter().enumerate() {
        // The algorithm is the second field: behind the serial number, or the version of a CRL.
        let field = match at {
            1 => algorithm.clone(),
            _ => change(at, field.raw),
        };
        tbs.extend(field);
    }
    let tbs = der::sequence(&[&tbs]);
    let stranger = pki::p256();
    let key = signer.unwrap_or(&stranger);
    let mut maker = Signer::new(MessageDigest::sha256(), key).unwrap();
    let signature = maker.sign_oneshot_to_vec(&tbs).unwrap();
    let mut check = Verifier::new(MessageDigest::sha256(), key).unwrap();
    assert!(check.verify_oneshot(&signature, &tbs).unwrap());
    let unused_bits = [&[0], signature.as_slice()].concat();
    der::sequence(&[&tbs, &algorithm, &der::tlv(BIT_STRING, &[&unused_bits])])
}
