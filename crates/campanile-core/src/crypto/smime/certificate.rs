//! Certificates of teams: reading, checking for registration, what they can do.
//!
//! Only certificates from here ever count as signers or recipients; what a mail carries along
//! is not even read.

use std::fmt;
use std::sync::Arc;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::{X509, X509ExtendedKeyUsage, X509KeyUsage};

use super::anatomy::Anatomy;
use super::file::{self, refusal};
use super::{Recipient, TrustStore, strength};
use crate::crypto::{Abilities, Refusal};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

const ASK_CA: &str = "Ask your CA for a certificate for signed and encrypted mail.";

/// An X.509 certificate of a team. Cheap to clone.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    x509: X509,
    der: Vec<u8>,
    anatomy: Anatomy,
    key_id: Option<Vec<u8>>,
    key: PKey<Public>,
    /// Name of the key's algorithm, or why the key may not be used.
    strength: Result<String, String>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl Certificate {
    /// Checks a file offered for registration (PEM or DER, one certificate) against every rule.
    ///
    /// At least one of `addresses` has to be named as rfc822Name in its subjectAltName; an
    /// address in the subject alone proves nothing, since CAs do not check it. A certificate
    /// that can only sign, or only encrypt, is taken: teams may have two.
    ///
    /// # Errors
    /// The first rule it breaks, with what to do about it.
    pub fn register(
        file: &[u8],
        addresses: &[EmailAddress],
        trust: &TrustStore,
        now: Timestamp,
    ) -> Result<(Self, Abilities), Refusal> {
        let certificate = Self::from_x509(file::certificate(file)?)?;
        certificate.check_key()?;
        certificate.check_purpose()?;
        trust.check(&certificate, now)?;
        let named = certificate.addresses();
        if !addresses.iter().any(|own| named.iter().any(|n| n.same_mailbox(own))) {
            return Err(refusal(
                Condition::SignerAddress,
                "the certificate does not name an address of the team as alternative name",
                "Ask your CA for a certificate with the team's address as rfc822Name, or have \
                 the address added to the team.",
            ));
        }
        let abilities = certificate.abilities(trust, now);
        match abilities.sign || abilities.encrypt {
            true => Ok((certificate, abilities)),
            false => Err(refusal(
                Condition::KeyUsage,
                "its key usage allows neither to sign nor to encrypt mail",
                ASK_CA,
            )),
        }
    }

    /// Reads back what [`Certificate::to_bytes`] wrote, without any rule but its form.
    ///
    /// # Errors
    /// The octets are no certificate.
    pub fn read(der: &[u8]) -> Result<Self, Refusal> {
        Self::from_x509(file::certificate(der)?)
    }

    pub(super) fn from_x509(x509: X509) -> Result<Self, Refusal> {
        let broken =
            |condition| refusal(condition, "the certificate cannot be read completely", ASK_CA);
        let structure = broken(Condition::PacketStructure);
        let der = x509.to_der().map_err(|_| structure.clone())?;
        let anatomy = Anatomy::read(&der).map_err(|_| structure)?;
        let key = x509.public_key();
        let key = key.map_err(|_| broken(Condition::KeyWeak))?;
        Ok(Self(Arc::new(Parts {
            strength: strength::describe(&key),
            key_id: anatomy.key_id(),
            x509,
            der,
            anatomy,
            key,
        })))
    }

    /// The DER form that is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.der.clone()
    }

    /// The PEM form, for export.
    pub fn pem(&self) -> String {
        let pem = self.0.x509.to_pem().unwrap_or_default();
        String::from_utf8_lossy(&pem).into_owned()
    }

    /// SHA-256 of the DER form.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::from_bytes(&openssl::sha::sha256(&self.0.der))
    }

    /// The plain mail addresses (rfc822Name) among its alternative names.
    pub fn addresses(&self) -> Vec<EmailAddress> {
        let names = self.0.x509.subject_alt_names();
        let names = names.iter().flatten();
        names.filter_map(|name| name.email()?.parse().ok()).collect()
    }

    /// What it can do at `now`.
    pub fn abilities(&self, trust: &TrustStore, now: Timestamp) -> Abilities {
        let good = self.check_key().is_ok()
            && self.check_purpose().is_ok()
            && trust.check(self, now).is_ok();
        Abilities {
            sign: good && self.may_sign(),
            encrypt: good && self.may_encrypt(),
            algorithms: match &self.0.strength {
                Ok(name) | Err(name) => name.clone(),
            },
            expires_at: timestamp(self.0.x509.not_after()),
        }
    }

    /// Its encryption key at `now`; `None` when it cannot be used.
    pub fn recipient(&self, trust: &TrustStore, now: Timestamp) -> Option<Recipient> {
        match self.abilities(trust, now).encrypt {
            true => Recipient::new(self),
            false => None,
        }
    }

    pub(super) fn x509(&self) -> &X509 {
        &self.0.x509
    }

    pub(super) fn key(&self) -> &PKey<Public> {
        &self.0.key
    }

    pub(super) fn anatomy(&self) -> &Anatomy {
        &self.0.anatomy
    }

    pub(super) fn key_id(&self) -> Option<&[u8]> {
        self.0.key_id.as_deref()
    }

    pub(super) fn digest(&self, digest: MessageDigest) -> Option<Vec<u8>> {
        let digest = openssl::hash::hash(digest, &self.0.der).ok()?;
        Some(digest.to_vec())
    }

    /// Whether the key is one that may be used at all.
    pub(super) fn check_key(&self) -> Result<(), Refusal> {
        match &self.0.strength {
            Ok(_) => Ok(()),
            Err(reason) => Err(refusal(
                Condition::KeyWeak,
                reason,
                "Make a new key (ECC P-256, or RSA with 3072 bits) and ask for a certificate.",
            )),
        }
    }

    /// Whether it is a certificate for mail, and not one of a CA.
    pub(super) fn check_purpose(&self) -> Result<(), Refusal> {
        if self.0.anatomy.is_ca() {
            return Err(refusal(
                Condition::KeyUsage,
                "this is the certificate of a certification authority",
                ASK_CA,
            ));
        }
        match allows_mail(&self.0.x509) {
            true => Ok(()),
            false => Err(refusal(
                Condition::KeyUsage,
                "its extended key usage does not name the protection of mail",
                ASK_CA,
            )),
        }
    }

    /// digitalSignature or nonRepudiation, if it limits its usage [RFC 8550 §4.4.2], and a key
    /// that can.
    pub(super) fn may_sign(&self) -> bool {
        let signs = X509KeyUsage::DIGITAL_SIGNATURE | X509KeyUsage::NON_REPUDIATION;
        let usage = self.0.x509.key_usage();
        self.0.key.id() != Id::X25519 && usage.is_none_or(|usage| usage.intersects(signs))
    }

    /// keyEncipherment for RSA, keyAgreement for elliptic curves, if it limits its usage.
    fn may_encrypt(&self) -> bool {
        let needed = match self.0.key.id() {
            Id::RSA => X509KeyUsage::KEY_ENCIPHERMENT,
            Id::EC | Id::X25519 => X509KeyUsage::KEY_AGREEMENT,
            _ => return false,
        };
        let usage = self.0.x509.key_usage();
        usage.is_none_or(|usage| usage.contains(needed))
    }

    /// Whether its own dates exclude this time.
    pub(super) fn check_dates(&self, at: Timestamp) -> Result<(), Refusal> {
        let x509 = &self.0.x509;
        let unreadable = || refusal(Condition::CertificatePath, "its dates are broken", ASK_CA);
        let at = Asn1Time::from_unix(at.seconds()).map_err(|_| unreadable())?;
        let before = x509.not_before().compare(&at).map_err(|_| unreadable())?;
        let after = x509.not_after().compare(&at).map_err(|_| unreadable())?;
        if before.is_gt() {
            return Err(refusal(
                Condition::KeyNotYetValid,
                &format!("it is valid from {} only", x509.not_before()),
                "Check the date, or offer a certificate that is valid now.",
            ));
        }
        match after.is_lt() {
            true => Err(refusal(
                Condition::KeyExpired,
                &format!("it has expired on {}", x509.not_after()),
                "Ask your CA for a new certificate.",
            )),
            false => Ok(()),
        }
    }
}

/// emailProtection or anyExtendedKeyUsage, if the extension is there [RFC 8550 §4.4.4].
pub(super) fn allows_mail(x509: &openssl::x509::X509Ref) -> bool {
    let mail = X509ExtendedKeyUsage::SMIME | X509ExtendedKeyUsage::ANYEKU;
    let usage = x509.extended_key_usage();
    usage.is_none_or(|usage| usage.intersects(mail))
}

/// A time of a certificate or revocation list.
pub(crate) fn timestamp(at: &Asn1TimeRef) -> Option<Timestamp> {
    let epoch = Asn1Time::from_unix(0).ok()?;
    let since = epoch.diff(at).ok()?;
    let seconds = i64::from(since.days) * 86_400 + i64::from(since.secs);
    Some(Timestamp::from_seconds(seconds))
}
