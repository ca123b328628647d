//! Certificates of other CAs that somebody wants to log in with.

use openssl::x509::X509KeyUsage;
use openssl::x509::{X509, X509ExtendedKeyUsage};

use super::key_digest;
use super::name::line;
use crate::crypto::Refusal;
use crate::crypto::smime::certificate::timestamp;
use crate::crypto::smime::{file, strength};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

const HINT: &str = "Offer the certificate that the browser logs in with, of a person and not of a \
                    CA or a server.";

/// What is known of a client certificate that we have not issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of it.
    pub fingerprint: Fingerprint,
    /// Serial number in upper-case hexadecimal.
    pub serial: String,
    /// SHA-256 of its public key.
    pub key_digest: Fingerprint,
    /// Issuer on one line.
    pub issuer: String,
    /// The mail addresses among its alternative names.
    pub addresses: Vec<EmailAddress>,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// When its validity ends.
    pub expires_at: Timestamp,
}

impl ClientCertificate {
    /// Reads one certificate, PEM or DER. Whether its CA is trusted is asked elsewhere, of what
    /// the handshake asks.
    ///
    /// # Errors
    /// It cannot be read, is weak, of a CA, over, or not for logging in.
    pub fn read(bytes: &[u8], now: Timestamp) -> Result<Self, Refusal> {
        let x509 = file::certificate(bytes)?;
        let refuse = |condition, reason: &str| Err(file::refusal(condition, reason, HINT));
        let (Ok(key), Ok(der)) = (x509.public_key(), x509.to_der()) else {
            return refuse(Condition::KeyWeak, "its key cannot be read");
        };
        if let Err(reason) = strength::describe(&key) {
            return refuse(Condition::KeyWeak, &reason);
        }
        if !may_log_in(&x509) {
            return refuse(Condition::KeyUsage, "it is not made for logging in");
        }
        let dates = (timestamp(x509.not_before()), timestamp(x509.not_after()));
        let (Some(not_before), Some(expires_at)) = dates else {
            return refuse(Condition::PacketStructure, "its dates are broken");
        };
        if expires_at <= now {
            return refuse(Condition::KeyExpired, "it has expired");
        }
        let names = x509.subject_alt_names();
        let names = names.iter().flatten();
        let serial = x509.serial_number().to_bn().and_then(|number| number.to_hex_str());
        Ok(Self {
            fingerprint: Fingerprint::from_bytes(&openssl::sha::sha256(&der)),
            certificate: der,
            serial: serial.map(|text| text.to_string()).unwrap_or_default(),
            key_digest: key_digest(&key),
            issuer: line(x509.issuer_name()),
            addresses: names.filter_map(|name| name.email()?.parse().ok()).collect(),
            not_before,
            expires_at,
        })
    }
}

/// No CA; clientAuth, or no limit to its purposes; digitalSignature, or no limit to its usage.
fn may_log_in(x509: &X509) -> bool {
    let signs = x509.key_usage().is_none_or(|usage| {
        usage.contains(X509KeyUsage::DIGITAL_SIGNATURE)
            && !usage.contains(X509KeyUsage::KEY_CERT_SIGN)
    });
    let purpose = x509
        .extended_key_usage()
        .is_none_or(|uses| uses.contains(X509ExtendedKeyUsage::SSL_CLIENT));
    let der = x509.to_der().unwrap_or_default();
    let anatomy = crate::crypto::smime::anatomy::Anatomy::read(&der);
    signs && purpose && anatomy.is_ok_and(|anatomy| !anatomy.is_ca())
}
