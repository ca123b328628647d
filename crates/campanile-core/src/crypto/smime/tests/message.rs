//! CMS messages by hand: everything in them can be made wrong in one way.

use openssl::hash::MessageDigest;
use openssl::sign::Signer;

use super::super::ber::context;
use super::super::{Anchor, Certificate, SecretKey, TrustStore, der, oid};
use super::pki::{Issued, NOW, Request};
use crate::model::time::Timestamp;

pub fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

pub fn certificate(issued: &Issued) -> Certificate {
    Certificate::read(&issued.der()).unwrap()
}

pub fn secret(issued: &Issued) -> SecretKey {
    SecretKey::read(&issued.der(), &issued.key_pem()).unwrap()
}

/// A root with trust in it.
pub fn network() -> (Issued, TrustStore) {
    let root = Issued::root(Request::ca("Root", 1));
    let anchor = Anchor::read(&root.der(), None, now()).unwrap();
    (root, TrustStore::new(vec![anchor]))
}

pub fn attribute(name: &[u8], values: &[&[u8]]) -> Vec<u8> {
    let values = der::tlv(super::super::ber::SET, values);
    der::sequence(&[&der::oid(name), &values])
}

/// One SignerInfo to be.
pub struct Signature {
    pub issued: Issued,
    /// `None` is a signature without attributes.
    pub attributes: Option<Vec<Vec<u8>>>,
    pub digest: MessageDigest,
    pub digest_algorithm: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    /// Other names than the certificate has.
    pub signer: Option<Vec<u8>>,
}

impl Signature {
    /// A good one over this content, with ECDSA.
    pub fn over(content: &[u8], issued: &Issued) -> Self {
        let digest = openssl::sha::sha256(content);
        Self {
            issued: issued.clone(),
            attributes: Some(vec![
                attribute(oid::CONTENT_TYPE, &[&der::oid(oid::DATA)]),
                attribute(oid::SIGNING_TIME, &[&der::time(now()).unwrap()]),
                attribute(oid::MESSAGE_DIGEST, &[&der::octet_string(&digest)]),
            ]),
            digest: MessageDigest::sha256(),
            digest_algorithm: der::algorithm(oid::SHA256, &[]),
            signature_algorithm: der::algorithm(oid::ECDSA_WITH_SHA256, &[]),
            signer: None,
        }
    }

    pub fn without(mut self, name: &[u8]) -> Self {
        let start = der::oid(name);
        let attributes = self.attributes.as_mut().unwrap();
        attributes.retain(|attribute| !attribute[2..].starts_with(&start));
        self
    }

    pub fn with(mut self, attribute: Vec<u8>) -> Self {
        self.attributes.as_mut().unwrap().push(attribute);
        self
    }

    /// The SignerInfo; `plain` is what a signature without attributes covers.
    pub fn info(&self, plain: &[u8]) -> Vec<u8> {
        let (signed, sent) = match &self.attributes {
            None => (plain.to_vec(), Vec::new()),
            Some(attributes) => {
                let content = attributes.concat();
                let signed = der::tlv(super::super::ber::SET, &[&content]);
                (signed, der::tlv(context(0), &[&content]))
            }
        };
        let mut signer = Signer::new(self.digest, &self.issued.key).unwrap();
        let signature = signer.sign_oneshot_to_vec(&signed).unwrap();
        let name = certificate(&self.issued).anatomy().issuer_and_serial();
        der::sequence(&[
            &der::small(1),
            self.signer.as_ref().unwrap_or(&name),
            &self.digest_algorithm,
            &sent,
            &self.signature_algorithm,
            &der::octet_string(&signature),
        ])
    }
}

pub struct Signed<'a> {
    pub content_type: &'a [u8],
    pub content: Option<&'a [u8]>,
    pub certificates: Vec<u8>,
    pub infos: Vec<Vec<u8>>,
}

impl Signed<'_> {
    pub fn der(&self) -> Vec<u8> {
        let content = self.content.map(der::octet_string);
        let content = content.map(|content| der::explicit(0, &content));
        let encapsulated = [der::oid(self.content_type), content.unwrap_or_default()];
        let certificates = match self.certificates.as_slice() {
            [] => Vec::new(),
            certificates => der::tlv(context(0), &[certificates]),
        };
        let infos: Vec<&[u8]> = self.infos.iter().map(Vec::as_slice).collect();
        let data = der::sequence(&[
            &der::small(1),
            &der::set(&der::algorithm(oid::SHA256, &[])),
            &der::sequence(&[&encapsulated.concat()]),
            &certificates,
            &der::tlv(super::super::ber::SET, &infos),
        ]);
        der::sequence(&[&der::oid(oid::SIGNED_DATA), &der::explicit(0, &data)])
    }
}

/// A detached SignedData of these signers.
pub fn detached(infos: Vec<Vec<u8>>) -> Vec<u8> {
    Signed { content_type: oid::DATA, content: None, certificates: Vec::new(), infos }.der()
}
