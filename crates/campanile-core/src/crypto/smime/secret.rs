//! Secret keys of lists with their certificates.

use std::fmt;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use zeroize::Zeroizing;

use super::file::{self, refusal};
use super::{Certificate, strength};
use crate::crypto::{Refusal, SealError};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A new certificate is valid from a little earlier on, for readers whose clocks go slow.
const BACKDATED_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;
/// Most characters of a commonName [RFC 5280 appendix A.1, ub-common-name].
const COMMON_NAME_CHARS_MAX: usize = 64;

/// A private key of a list with its certificate. Its `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct SecretKey {
    certificate: Certificate,
    key: PKey<Private>,
    /// Makes the content keys that stand in for those that do not open.
    rejection: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.fingerprint())
    }
}

impl SecretKey {
    /// Reads a certificate and its private key (PEM or DER, no passphrase); they have to match.
    ///
    /// # Errors
    /// Something cannot be read, does not match, or is too weak.
    pub fn read(certificate: &[u8], key: &[u8]) -> Result<Self, Refusal> {
        let certificate = Certificate::from_x509(file::certificate(certificate)?)?;
        certificate.check_key()?;
        Self::new(certificate, private_key(key)?)
    }

    fn new(certificate: Certificate, key: PKey<Private>) -> Result<Self, Refusal> {
        if let Err(reason) = strength::describe(&key) {
            let hint = "Make a new key for the list.";
            return Err(refusal(Condition::KeyWeak, &reason, hint));
        }
        if !certificate.key().public_eq(&key) {
            return Err(refusal(
                Condition::PacketStructure,
                "the private key does not belong to the certificate",
                "Offer the private key that the certificate was made for.",
            ));
        }
        let secret = key.private_key_to_der().map(Zeroizing::new);
        let secret = secret.map_err(|_| unreadable_key())?;
        let labelled =
            Zeroizing::new([b"campanile implicit rejection".as_slice(), &secret].concat());
        Ok(Self { certificate, key, rejection: Zeroizing::new(openssl::sha::sha256(&labelled)) })
    }

    /// Makes a P-256 key with a self-signed certificate, valid for `days`.
    ///
    /// # Errors
    /// OpenSSL's; or a time that cannot be written.
    pub fn generate(
        name: &str,
        address: &EmailAddress,
        now: Timestamp,
        days: u32,
    ) -> Result<Self, SealError> {
        let failed = |step: &str| SealError(format!("make a list key: {step}"));
        let key = p256().map_err(|_| failed("key"))?;
        let until = now.plus_seconds(i64::from(days).saturating_mul(DAY_SECONDS));
        let from = now.plus_seconds(-BACKDATED_SECONDS);
        let certificate = self_signed(&key, name, address, (from, until));
        let certificate = certificate.map_err(|_| failed("certificate"))?;
        let certificate = Certificate::from_x509(certificate).map_err(|_| failed("form"))?;
        Self::new(certificate, key).map_err(|_| failed("pair"))
    }

    /// Private key and certificate as one PEM text, for the key file.
    pub fn to_secret_pem(&self) -> Zeroizing<Vec<u8>> {
        let key = self.key.private_key_to_pem_pkcs8().map(Zeroizing::new);
        let mut pem = key.unwrap_or_default();
        // Reserving first leaves no copy of the key behind when the text grows.
        let certificate = self.certificate.pem();
        let mut whole = Zeroizing::new(Vec::with_capacity(pem.len() + certificate.len()));
        whole.append(&mut pem);
        whole.extend_from_slice(certificate.as_bytes());
        whole
    }

    /// Reads back what [`SecretKey::to_secret_pem`] wrote.
    ///
    /// # Errors
    /// As [`SecretKey::read`].
    pub fn from_secret_pem(pem: &[u8]) -> Result<Self, Refusal> {
        let certificate = X509::from_pem(pem).map_err(|_| {
            refusal(
                Condition::PacketStructure,
                "the file holds no certificate",
                "Restore the key file from the backup.",
            )
        })?;
        Self::new(Certificate::from_x509(certificate)?, private_key(pem)?)
    }

    /// The public half.
    pub fn certificate(&self) -> Certificate {
        self.certificate.clone()
    }

    /// SHA-256 of the DER certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }

    pub(super) fn private(&self) -> &PKey<Private> {
        &self.key
    }

    /// The key and the secret of its implicit rejection, if it is an RSA key.
    pub(super) fn rsa(&self) -> Option<(&PKey<Private>, &[u8; 32])> {
        (self.key.id() == Id::RSA).then_some((&self.key, &self.rejection))
    }
}

fn unreadable_key() -> Refusal {
    refusal(
        Condition::PacketStructure,
        "the file holds no private key that can be read",
        "Offer the private key in PEM or DER form (PKCS #8, PKCS #1 or SEC 1), without a \
         passphrase.",
    )
}

fn private_key(file: &[u8]) -> Result<PKey<Private>, Refusal> {
    // The default of OpenSSL would be to ask for the passphrase at the terminal.
    let ask_nobody = |_: &mut [u8]| Err(ErrorStack::get());
    let key = PKey::private_key_from_pem_callback(file, ask_nobody);
    let key = key.or_else(|_| PKey::private_key_from_der(file));
    key.map_err(|_| unreadable_key())
}

fn p256() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn self_signed(
    key: &PKey<Private>,
    name: &str,
    address: &EmailAddress,
    (from, until): (Timestamp, Timestamp),
) -> Result<X509, ErrorStack> {
    let name: String = name.chars().take(COMMON_NAME_CHARS_MAX).collect();
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_nid(Nid::COMMONNAME, &name)?;
    let subject = subject.build();

    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(serial_number()?.as_ref())?;
    builder.set_subject_name(&subject)?;
    builder.set_issuer_name(&subject)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(Asn1Time::from_unix(from.seconds())?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(until.seconds())?.as_ref())?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    let mut usage = KeyUsage::new();
    usage.critical().digital_signature().key_agreement();
    builder.append_extension(usage.build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
    let key_id = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(key_id)?;
    let mut names = SubjectAlternativeName::new();
    let names = names.email(address.as_str()).build(&builder.x509v3_context(None, None))?;
    builder.append_extension(names)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

/// 127 random bits: positive, and far from any other.
fn serial_number() -> Result<Asn1Integer, ErrorStack> {
    let mut octets = [0; 16];
    openssl::rand::rand_bytes(&mut octets)?;
    if let Some(first) = octets.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    Asn1Integer::from_bn(BigNum::from_slice(&octets)?.as_ref())
}
