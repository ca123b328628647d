//! A certification authority that issues certificates for mail.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage,
    SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509CrlBuilder, X509Name, X509RevokedBuilder};

/// A CA with its key.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

/// A certificate for mail with its key, both as PEM.
pub struct Issued {
    certificate: X509,
    key: PKey<Private>,
}

impl Issued {
    /// A certificate that somebody else has issued.
    pub fn of(certificate: X509, key: PKey<Private>) -> Self {
        Self { certificate, key }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    pub fn key_pem(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().unwrap()
    }

    pub fn certificate(&self) -> &X509 {
        &self.certificate
    }

    pub fn key(&self) -> &PKey<Private> {
        &self.key
    }

    /// SHA-256 in upper-case hexadecimal.
    pub fn fingerprint(&self) -> String {
        let digest = self.certificate.digest(MessageDigest::sha256()).unwrap();
        digest.iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn serial() -> Asn1Integer {
    let mut number = BigNum::new().unwrap();
    number.rand(127, MsbOption::MAYBE_ZERO, false).unwrap();
    number.to_asn1_integer().unwrap()
}

fn name(common_name: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common_name).unwrap();
    name.build()
}

fn begin(subject: &str, issuer: &str, key: &PKey<Private>) -> X509Builder {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial()).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_issuer_name(&name(issuer)).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(90).unwrap()).unwrap();
    builder
}

impl Authority {
    pub fn new(common_name: &str) -> Self {
        let key = key();
        let mut builder = begin(common_name, common_name, &key);
        let constraints = BasicConstraints::new().critical().ca().build().unwrap();
        let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build().unwrap();
        let identifier = SubjectKeyIdentifier::new();
        let identifier = identifier.build(&builder.x509v3_context(None, None)).unwrap();
        for extension in [constraints, usage, identifier] {
            builder.append_extension(extension).unwrap();
        }
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    fn common_name(&self) -> String {
        let entry = self.certificate.subject_name().entries().next().unwrap();
        entry.data().to_string().unwrap()
    }

    /// A certificate for mail.
    pub fn issue(&self, address: &str) -> Issued {
        self.issue_for(address, ExtendedKeyUsage::new().email_protection())
    }

    /// A certificate to log in with.
    pub fn issue_login(&self, address: &str) -> Issued {
        self.issue_for(address, ExtendedKeyUsage::new().client_auth())
    }

    fn issue_for(&self, address: &str, purpose: &ExtendedKeyUsage) -> Issued {
        let key = key();
        let mut builder = begin(address, &self.common_name(), &key);
        let mut usage = KeyUsage::new();
        let usage = usage.critical().digital_signature().key_agreement().build().unwrap();
        let purpose = purpose.build().unwrap();
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let named = SubjectAlternativeName::new().email(address).build(&context).unwrap();
        let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context).unwrap();
        for extension in [usage, purpose, named, issuer] {
            builder.append_extension(extension).unwrap();
        }
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        Issued { certificate: builder.build(), key }
    }

    /// A revocation list with these certificates, as PEM.
    pub fn revoke(&self, revoked: &[&Issued]) -> Vec<u8> {
        let now = Asn1Time::days_from_now(0).unwrap();
        let mut builder = X509CrlBuilder::new().unwrap();
        builder.set_issuer_name(self.certificate.subject_name()).unwrap();
        builder.set_last_update(&now).unwrap();
        builder.set_next_update(&Asn1Time::days_from_now(7).unwrap()).unwrap();
        for issued in revoked {
            let mut entry = X509RevokedBuilder::new().unwrap();
            entry.set_serial_number(issued.certificate.serial_number()).unwrap();
            entry.set_revocation_date(&now).unwrap();
            builder.add_revoked(entry.build()).unwrap();
        }
        let carrier = X509Builder::new().unwrap();
        let context = carrier.x509v3_context(Some(&self.certificate), None);
        let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context).unwrap();
        let number = CrlNumber::new(BigNum::from_u32(1).unwrap()).unwrap().build().unwrap();
        for extension in [issuer, number] {
            builder.append_extension(extension).unwrap();
        }
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        builder.build().unwrap().to_pem().unwrap()
    }
}
