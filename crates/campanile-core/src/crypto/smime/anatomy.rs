//! The parts of certificates and CRLs that OpenSSL's safe interface does not show: names and
//! serial numbers as octets, and extensions with their critical flag.
//!
//! OpenSSL has parsed the object before; this only finds the places again.

use super::ber::{BOOLEAN, Element, INTEGER, OCTET_STRING, Reader, SEQUENCE, context};
use super::oid;
use crate::model::condition::Condition;

/// One X.509 extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extension {
    pub oid: Vec<u8>,
    pub critical: bool,
    /// The DER inside of the OCTET STRING.
    pub value: Vec<u8>,
}

/// Parts of a TBSCertificate [RFC 5280 §4.1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anatomy {
    /// The issuer's Name, as it stands in the certificate.
    pub issuer: Vec<u8>,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    pub extensions: Vec<Extension>,
}

impl Anatomy {
    /// From the DER of a whole certificate.
    pub fn read(der: &[u8]) -> Result<Self, Condition> {
        let mut certificate = Element::only(der)?.reader();
        let mut tbs = certificate.take(SEQUENCE)?.reader();
        tbs.take_if(context(0))?; // version
        let serial = tbs.take(INTEGER)?.content.to_vec();
        tbs.take(SEQUENCE)?; // signature algorithm
        let issuer = tbs.take(SEQUENCE)?.raw.to_vec();
        Ok(Self { issuer, serial, extensions: extensions(tbs, 3)? })
    }

    /// The value of an extension that is there once.
    pub fn extension(&self, oid: &[u8]) -> Option<&[u8]> {
        let mut found = self.extensions.iter().filter(|e| e.oid == oid);
        match (found.next(), found.next()) {
            (Some(extension), None) => Some(&extension.value),
            _ => None,
        }
    }

    /// `cA` of the basic constraints. An extension that cannot be read counts as a CA.
    pub fn is_ca(&self) -> bool {
        let Some(value) = self.extension(oid::BASIC_CONSTRAINTS) else {
            return false;
        };
        let flag = || -> Result<bool, Condition> {
            let ca = Element::only(value)?.reader().take_if(BOOLEAN)?;
            Ok(ca.is_some_and(|ca| ca.content != [0]))
        };
        flag().unwrap_or(true)
    }

    /// The SubjectKeyIdentifier, if there is one.
    pub fn key_id(&self) -> Option<Vec<u8>> {
        let value = Element::only(self.extension(oid::SUBJECT_KEY_IDENTIFIER)?).ok()?;
        (value.tag == OCTET_STRING).then(|| value.content.to_vec())
    }

    /// IssuerAndSerialNumber [RFC 5652 §10.2.4], in DER.
    pub fn issuer_and_serial(&self) -> Vec<u8> {
        let serial = super::der::tlv(INTEGER, &[&self.serial]);
        super::der::sequence(&[&self.issuer, &serial])
    }

    /// The algorithms in the S/MIME capabilities that the issuer has certified [RFC 4262].
    pub fn capabilities(&self) -> Vec<Vec<u8>> {
        let read = |value| -> Result<Vec<Vec<u8>>, Condition> {
            let mut list = Element::only(value)?.reader();
            let mut found = Vec::new();
            while !list.is_empty() {
                found.push(list.take(SEQUENCE)?.reader().oid()?.to_vec());
            }
            Ok(found)
        };
        let value = self.extension(oid::SMIME_CAPABILITIES);
        value.and_then(|value| read(value).ok()).unwrap_or_default()
    }
}

/// The extensions behind the tag `[n]` at the end of a TBSCertificate or TBSCertList.
fn extensions(mut tbs: Reader<'_>, n: u8) -> Result<Vec<Extension>, Condition> {
    let mut found = Vec::new();
    while !tbs.is_empty() {
        let field = tbs.any()?;
        if field.tag != context(n) {
            continue;
        }
        let mut list = field.inner(SEQUENCE)?.reader();
        while !list.is_empty() {
            let mut extension = list.take(SEQUENCE)?.reader();
            found.push(Extension {
                oid: extension.oid()?.to_vec(),
                critical: extension.take_if(BOOLEAN)?.is_some_and(|flag| flag.content != [0]),
                value: extension.take(OCTET_STRING)?.content.to_vec(),
            });
        }
    }
    Ok(found)
}

/// Whether a CRL says more than "these serial numbers of mine are revoked": a delta to another
/// list, entries of other issuers, or a critical extension that we do not know. Such a list
/// would be misread, so it is refused.
pub(super) fn crl_is_unusual(der: &[u8]) -> Result<bool, Condition> {
    let mut crl = Element::only(der)?.reader();
    let tbs = crl.take(SEQUENCE)?.reader();
    let critical = extensions(tbs, 0)?.into_iter().filter(|e| e.critical);
    for extension in critical {
        if extension.oid != oid::ISSUING_DISTRIBUTION_POINT {
            return Ok(true);
        }
        let mut point = Element::only(&extension.value)?.reader();
        while !point.is_empty() {
            // [1], [2]: only end entities, only CAs. [3], [4], [5]: some reasons, indirect,
            // attribute certificates.
            if matches!(point.any()?.tag, 0x83..=0x85) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
