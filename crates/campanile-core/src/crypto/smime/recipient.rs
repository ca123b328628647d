//! Wrapping the content key for one team.

use openssl::pkey::{Id, PKey, Public};

use super::{Certificate, Container, der, key_agreement, key_transport, oid};
use crate::crypto::SealError;

/// The encryption key of one certificate, checked once, ready to wrap a content key.
#[derive(Debug, Clone)]
pub struct Recipient {
    key: PKey<Public>,
    /// IssuerAndSerialNumber in DER.
    identifier: Vec<u8>,
    kind: Kind,
    container: Container,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa { oaep: bool },
    Agreement,
}

impl Recipient {
    /// `None` for a key that cannot encrypt. Whether it may is the caller's business.
    pub(super) fn new(certificate: &Certificate) -> Option<Self> {
        let capabilities = certificate.anatomy().capabilities();
        let able = |oid: &[u8]| capabilities.iter().any(|capability| capability == oid);
        Some(Self {
            key: certificate.key().clone(),
            identifier: certificate.anatomy().issuer_and_serial(),
            kind: match certificate.key().id() {
                // PKCS #1 v1.5 unless the certificate says more: gpgsm reads nothing else.
                Id::RSA => Kind::Rsa { oaep: able(oid::RSAES_OAEP) },
                Id::EC | Id::X25519 => Kind::Agreement,
                _ => return None,
            },
            container: match able(oid::AES256_GCM) {
                true => Container::AuthEnveloped,
                false => Container::Enveloped,
            },
        })
    }

    /// The strongest container its owner is known to open: AES-GCM only when the S/MIME
    /// capabilities in the certificate [RFC 4262] name it.
    pub fn container(&self) -> Container {
        self.container
    }

    /// Whether the RecipientInfo makes the EnvelopedData version 2 [RFC 5652 §6.1].
    pub(super) fn is_agreement(&self) -> bool {
        self.kind == Kind::Agreement
    }

    /// One RecipientInfo for one certificate.
    pub(super) fn info(&self, content_key: &[u8]) -> Result<Vec<u8>, SealError> {
        match self.kind {
            Kind::Agreement => key_agreement::seal(&self.key, &self.identifier, content_key),
            Kind::Rsa { oaep } => {
                let sealed = key_transport::seal(&self.key, oaep, content_key);
                let (algorithm, encrypted) =
                    sealed.map_err(|_| SealError("key transport".into()))?;
                let version = der::small(0);
                let encrypted = der::octet_string(&encrypted);
                Ok(der::sequence(&[&version, &self.identifier, &algorithm, &encrypted]))
            }
        }
    }
}
