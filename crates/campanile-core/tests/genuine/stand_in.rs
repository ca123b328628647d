//! Certificates in place of those whose CA breaks RFC 5280.
//!
//! The test CA of NSS, which Thunderbird's fixtures come from, names no key identifiers, and its
//! certificates no address as alternative name; no path through it is good here. To judge the
//! mails all the same, their signers get certificates with the same key, issuer, serial number
//! and dates, but complete, from a CA of the same name that is made here.

use campanile_core::crypto::smime::{Anchor, Certificate};
use campanile_core::model::time::Timestamp;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Ref};

/// A CA with the name and dates of another.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    /// Makes the double of a self-signed CA.
    pub fn like(original: &X509Ref) -> Self {
        let key = PKey::from_rsa(Rsa::generate(3072).unwrap()).unwrap();
        let certificate = double_of_ca(original, &key).unwrap();
        Self { certificate, key }
    }

    /// As an anchor of the operator.
    pub fn anchor(&self) -> Anchor {
        let pem = self.certificate.to_pem().unwrap();
        Anchor::read(&pem, None, Timestamp::from_seconds(0)).unwrap()
    }

    /// The complete certificate in place of `original`; `None` when that is of another CA.
    pub fn replace(&self, original: &X509Ref) -> Option<Certificate> {
        let issuer = original.issuer_name().try_cmp(self.certificate.subject_name());
        let own = original.subject_name().try_cmp(original.issuer_name());
        if issuer.ok()?.is_ne() || own.ok()?.is_eq() {
            return None;
        }
        let double = self.double_of_leaf(original).ok()?;
        Certificate::read(&double.to_der().unwrap()).ok()
    }

    fn double_of_leaf(&self, original: &X509Ref) -> Result<X509, ErrorStack> {
        let mut builder = builder_like(original)?;
        builder.set_pubkey(original.public_key()?.as_ref())?;
        let mut entries = original.subject_name().entries_by_nid(Nid::PKCS9_EMAILADDRESS);
        let address = entries.next().ok_or_else(ErrorStack::get)?;
        let address = address.data().to_string()?;
        let issuer = Some(self.certificate.as_ref());
        let context = builder.x509v3_context(issuer, None);
        let name = SubjectAlternativeName::new().email(&address).build(&context)?;
        let keyid = SubjectKeyIdentifier::new().build(&context)?;
        let authority = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        builder.append_extension(name)?;
        builder.append_extension(keyid)?;
        builder.append_extension(authority)?;
        let mut usage = KeyUsage::new();
        usage.critical().digital_signature().key_encipherment();
        builder.append_extension(usage.build()?)?;
        builder.append_extension(ExtendedKeyUsage::new().email_protection().build()?)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(builder.build())
    }
}

fn builder_like(original: &X509Ref) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let serial: BigNum = original.serial_number().to_bn()?;
    builder.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    builder.set_issuer_name(original.issuer_name())?;
    builder.set_subject_name(original.subject_name())?;
    builder.set_not_before(original.not_before())?;
    builder.set_not_after(original.not_after())?;
    Ok(builder)
}

fn double_of_ca(original: &X509Ref, key: &PKey<Private>) -> Result<X509, ErrorStack> {
    let mut builder = builder_like(original)?;
    // Mails were signed in the minutes around the making of the CA.
    let early = Asn1Time::from_unix(0)?;
    builder.set_not_before(&early)?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build()?;
    builder.append_extension(usage)?;
    let context = builder.x509v3_context(None, None);
    let keyid = SubjectKeyIdentifier::new().build(&context)?;
    builder.append_extension(keyid)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
