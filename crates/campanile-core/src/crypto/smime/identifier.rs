//! How CMS names a certificate: SignerIdentifier and RecipientIdentifier [RFC 5652 §5.3, §6.2].

use std::cmp::Ordering;

use openssl::x509::X509Name;

use super::Certificate;
use super::ber::{BROKEN, Element, INTEGER, OCTET_STRING, SEQUENCE, context, context_primitive};
use crate::model::condition::Condition;

/// A name for a certificate. It proves nothing: anybody can write it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Identifier<'a> {
    /// The issuer's Name (all octets) and the serial number (content octets).
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    /// The SubjectKeyIdentifier.
    KeyId(&'a [u8]),
}

impl<'a> Identifier<'a> {
    /// From an IssuerAndSerialNumber or `[0]` SubjectKeyIdentifier, in a signer, a key transport
    /// recipient or, with one more SEQUENCE, a key agreement recipient.
    pub fn of(element: Element<'a>) -> Result<Self, Condition> {
        if element.tag == context_primitive(0) {
            return Ok(Self::KeyId(element.content));
        }
        let mut fields = element.reader();
        if element.tag == context(0) {
            return Ok(Self::KeyId(fields.take(OCTET_STRING)?.content));
        }
        if element.tag != SEQUENCE {
            return Err(BROKEN);
        }
        let issuer = fields.take(SEQUENCE)?.raw;
        let serial = fields.take(INTEGER)?.content;
        fields.end()?;
        Ok(Self::IssuerAndSerial { issuer, serial })
    }

    /// Whether it names this certificate.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::KeyId(id) => certificate.key_id() == Some(*id),
            Self::IssuerAndSerial { issuer, serial } => {
                let anatomy = certificate.anatomy();
                anatomy.serial == *serial
                    && (anatomy.issuer == *issuer || same_name(issuer, certificate))
            }
        }
    }
}

/// Some senders write the issuer's name with other string types than its certificate has.
fn same_name(issuer: &[u8], certificate: &Certificate) -> bool {
    let Ok(issuer) = X509Name::from_der(issuer) else {
        return false;
    };
    let order = issuer.try_cmp(certificate.x509().issuer_name());
    order.is_ok_and(|order| order == Ordering::Equal)
}
