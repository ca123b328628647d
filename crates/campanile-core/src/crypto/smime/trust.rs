//! Trust anchors of the network and their revocation lists.
//!
//! Only the operator adds them. How paths lead to them: [`super::path`].

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use openssl::hash::MessageDigest;
use openssl::x509::{CrlStatus, X509, X509Crl, X509KeyUsage, X509Ref};

use super::anatomy::{Anatomy, crl_is_unusual};
use super::certificate::timestamp;
use super::file::{self, refusal};
use super::strength;
use crate::crypto::Refusal;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::limits;
use crate::model::time::Timestamp;

/// One trust anchor: a CA certificate, with the newest CRL it has issued, if any.
#[derive(Clone)]
pub struct Anchor {
    certificate: X509,
    crl: Option<Arc<X509Crl>>,
}

impl fmt::Debug for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Anchor({})", self.fingerprint())
    }
}

impl Anchor {
    /// Checks files offered as anchor and CRL (PEM or DER).
    ///
    /// An expired CA is taken, because stored anchors come back this way as well; no path
    /// through it is good. An expired CRL is taken too: what it revokes stays revoked.
    ///
    /// # Errors
    /// The certificate is no CA or weak; the CRL is not this CA's, comes from the future, or
    /// says things that we would misread.
    pub fn read(certificate: &[u8], crl: Option<&[u8]>, now: Timestamp) -> Result<Self, Refusal> {
        let certificate = file::certificate(certificate)?;
        check_ca(&certificate)?;
        let crl = crl.map(file::crl).transpose()?;
        if let Some(crl) = &crl {
            check_crl(crl, &certificate, now)?;
        }
        Ok(Self { certificate, crl: crl.map(Arc::new) })
    }

    /// The DER certificate, to store.
    pub fn certificate_der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap_or_default()
    }

    /// The DER revocation list, to store.
    pub fn crl_der(&self) -> Option<Vec<u8>> {
        self.crl.as_ref().and_then(|crl| crl.to_der().ok())
    }

    /// SHA-256 of the DER certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest = self.certificate.digest(MessageDigest::sha256());
        Fingerprint::from_bytes(digest.as_deref().unwrap_or_default())
    }

    /// The subject, on one line, safe to print.
    pub fn subject(&self) -> String {
        let entries = self.certificate.subject_name().entries();
        let entries = entries.map(|entry| {
            let key = entry.object().nid().short_name().unwrap_or("?");
            let value = entry.data().to_string().unwrap_or_default();
            format!("{key}={value}")
        });
        let line = entries.collect::<Vec<_>>().join(", ");
        let printable = line.chars().map(|c| if is_printable(c) { c } else { '?' });
        printable.take(500).collect()
    }

    /// When the CA certificate ends.
    pub fn expires_at(&self) -> Option<Timestamp> {
        timestamp(self.certificate.not_after())
    }

    /// When its CA should have issued the next revocation list.
    pub fn crl_expires_at(&self) -> Option<Timestamp> {
        timestamp(self.crl.as_ref()?.next_update()?)
    }

    pub(super) fn certificate(&self) -> &X509 {
        &self.certificate
    }

    /// Whether its CRL, however old, revokes that certificate.
    pub(super) fn has_revoked(&self, certificate: &X509) -> bool {
        let state = self.crl.as_ref().map(|crl| crl.get_by_cert(certificate));
        matches!(state, Some(CrlStatus::Revoked(_)))
    }

    /// Whether this CA has issued that certificate.
    pub(super) fn has_issued(&self, certificate: &X509Ref) -> bool {
        let named = same_name(&self.certificate, certificate);
        let key = self.certificate.public_key();
        named && key.is_ok_and(|key| certificate.verify(&key).unwrap_or(false))
    }
}

/// No controls, and nothing that changes the direction of writing.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the one is named as issuer of the other.
pub(super) fn same_name(issuer: &X509Ref, certificate: &X509Ref) -> bool {
    let order = issuer.subject_name().try_cmp(certificate.issuer_name());
    order.is_ok_and(|order| order == Ordering::Equal)
}

fn check_ca(certificate: &X509) -> Result<(), Refusal> {
    let refuse = |condition, reason: &str| {
        let hint = "Offer the certificate of a CA that issues certificates for mail.";
        Err(refusal(condition, reason, hint))
    };
    let anatomy = certificate.to_der().ok().and_then(|der| Anatomy::read(&der).ok());
    if !anatomy.is_some_and(|anatomy| anatomy.is_ca()) {
        return refuse(
            Condition::CertificatePath,
            "this is no certificate of a certification authority",
        );
    }
    let usage = certificate.key_usage();
    if usage.is_some_and(|usage| !usage.contains(X509KeyUsage::KEY_CERT_SIGN)) {
        return refuse(Condition::KeyUsage, "its key usage does not allow to issue certificates");
    }
    let Ok(key) = certificate.public_key() else {
        return refuse(Condition::KeyWeak, "its key cannot be read");
    };
    match strength::describe(&key) {
        Ok(_) => Ok(()),
        Err(reason) => refuse(Condition::KeyWeak, &reason),
    }
}

fn check_crl(crl: &X509Crl, ca: &X509, now: Timestamp) -> Result<(), Refusal> {
    let refuse = |reason: &str| {
        let hint = "Offer the complete revocation list that this CA has issued last.";
        Err(refusal(Condition::CertificatePath, reason, hint))
    };
    let named = ca.subject_name().try_cmp(crl.issuer_name());
    let key = ca.public_key();
    let signed = key.is_ok_and(|key| crl.verify(&key).unwrap_or(false));
    if !named.is_ok_and(|order| order == Ordering::Equal) || !signed {
        return refuse("the revocation list is not signed by this CA");
    }
    let usage = ca.key_usage();
    if usage.is_some_and(|usage| !usage.contains(X509KeyUsage::CRL_SIGN)) {
        return refuse("this CA may not sign revocation lists");
    }
    let latest = now.plus_seconds(limits::CLOCK_SKEW_SECONDS_MAX).seconds();
    let latest = openssl::asn1::Asn1Time::from_unix(latest);
    let order = latest.and_then(|latest| crl.last_update().compare(&latest));
    if !order.is_ok_and(|order| order != Ordering::Greater) {
        return refuse("the revocation list comes from the future");
    }
    let der = crl.to_der().unwrap_or_default();
    match crl_is_unusual(&der) {
        Ok(false) => Ok(()),
        _ => refuse("the revocation list is partial, indirect or carries unknown extensions"),
    }
}
