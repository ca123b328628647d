//! A certification authority for tests: everything it issues can be made wrong in one way.

use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{
    X509, X509Builder, X509CrlBuilder, X509Extension, X509Name, X509NameBuilder, X509Revoked,
    X509RevokedBuilder,
};

/// The time of all tests: 2026-08-25T02:00:00Z.
pub const NOW: i64 = 1_787_623_200;
const YEAR: i64 = 31_536_000;

pub fn p256() -> PKey<Private> {
    curve(Nid::X9_62_PRIME256V1)
}

pub fn curve(nid: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(nid).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

/// A certificate to be.
pub struct Request {
    pub name: String,
    pub address: Option<String>,
    pub key: PKey<Private>,
    pub from: i64,
    pub until: i64,
    pub usage: KeyUsage,
    pub extended: Option<ExtendedKeyUsage>,
    /// Of a CA, and how many more may come below.
    pub ca: Option<u32>,
    pub digest: MessageDigest,
    /// Identifier, critical, DER.
    pub extra: Vec<(&'static str, bool, Vec<u8>)>,
    pub serial: u32,
}

impl Request {
    /// A good certificate for mail.
    pub fn mail(address: &str, key: PKey<Private>) -> Self {
        let mut usage = KeyUsage::new();
        usage.critical().digital_signature();
        usage.key_encipherment().key_agreement();
        let mut extended = ExtendedKeyUsage::new();
        extended.email_protection();
        Self {
            name: address.replace('@', " of "),
            address: Some(address.into()),
            key,
            from: NOW - YEAR,
            until: NOW + YEAR,
            usage,
            extended: Some(extended),
            ca: None,
            digest: MessageDigest::sha256(),
            extra: Vec::new(),
            serial: 0,
        }
    }

    /// A good CA.
    pub fn ca(name: &str, below: u32) -> Self {
        let mut usage = KeyUsage::new();
        usage.critical().key_cert_sign().crl_sign();
        Self {
            name: name.into(),
            address: None,
            usage,
            extended: None,
            ca: Some(below),
            from: NOW - 2 * YEAR,
            until: NOW + 2 * YEAR,
            ..Self::mail("nobody@invalid", p256())
        }
    }
}

/// A certificate with its private key.
#[derive(Clone)]
pub struct Issued {
    pub certificate: X509,
    pub key: PKey<Private>,
}

impl Issued {
    pub fn der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap()
    }

    pub fn key_pem(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().unwrap()
    }

    /// A self-signed one.
    pub fn root(request: Request) -> Self {
        let key = request.key.clone();
        let name = subject(&request.name);
        Self { certificate: build(&request, &name, &key, None), key }
    }

    pub fn issue(&self, request: Request) -> Self {
        let name = self.certificate.subject_name();
        Self {
            certificate: build(&request, name, &self.key, Some(&self.certificate)),
            key: request.key,
        }
    }

    /// A CRL that revokes these certificates, in DER.
    pub fn crl(&self, revoked: &[&Issued], from: i64) -> Vec<u8> {
        let mut builder = X509CrlBuilder::new().unwrap();
        let at = Asn1Time::from_unix(from).unwrap();
        builder.set_issuer_name(self.certificate.subject_name()).unwrap();
        builder.set_last_update(&at).unwrap();
        let next = Asn1Time::from_unix(from + 7 * 86_400).unwrap();
        builder.set_next_update(&next).unwrap();
        for certificate in revoked {
            builder.add_revoked(entry(certificate, &at)).unwrap();
        }
        let dummy = X509Builder::new().unwrap();
        let context = dummy.x509v3_context(Some(&self.certificate), None);
        let mut authority = AuthorityKeyIdentifier::new();
        let authority = authority.keyid(true).build(&context).unwrap();
        builder.append_extension(authority).unwrap();
        let number = Asn1OctetString::new_from_bytes(&[2, 1, 1]).unwrap();
        let oid = Asn1Object::from_str("2.5.29.20").unwrap();
        let number = X509Extension::new_from_der(&oid, false, &number).unwrap();
        builder.append_extension(number).unwrap();
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        builder.build().unwrap().to_der().unwrap()
    }
}

fn entry(issued: &Issued, at: &Asn1Time) -> X509Revoked {
    let mut entry: X509RevokedBuilder = X509RevokedBuilder::new().unwrap();
    let serial = issued.certificate.serial_number();
    entry.set_serial_number(serial).unwrap();
    entry.set_revocation_date(at).unwrap();
    entry.build()
}

fn subject(name: &str) -> X509Name {
    let mut builder = X509NameBuilder::new().unwrap();
    builder.append_entry_by_nid(Nid::ORGANIZATIONNAME, "Test Network").unwrap();
    builder.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    builder.build()
}

fn build(
    request: &Request,
    issuer: &openssl::x509::X509NameRef,
    key: &PKey<Private>,
    issuer_certificate: Option<&X509>,
) -> X509 {
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let serial = match request.serial {
        0 => {
            let mut number = BigNum::new().unwrap();
            let odd = openssl::bn::MsbOption::MAYBE_ZERO;
            number.rand(120, odd, true).unwrap();
            number
        }
        serial => BigNum::from_u32(serial).unwrap(),
    };
    let serial = Asn1Integer::from_bn(&serial).unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&subject(&request.name)).unwrap();
    builder.set_issuer_name(issuer).unwrap();
    builder.set_pubkey(&request.key).unwrap();
    let from = Asn1Time::from_unix(request.from).unwrap();
    let until = Asn1Time::from_unix(request.until).unwrap();
    builder.set_not_before(&from).unwrap();
    builder.set_not_after(&until).unwrap();
    for extension in extensions(request, &builder, issuer_certificate) {
        builder.append_extension(extension).unwrap();
    }
    if request.key.id() == openssl::pkey::Id::ED25519 && issuer_certificate.is_none() {
        builder.sign(key, MessageDigest::null()).unwrap();
    } else {
        builder.sign(key, request.digest).unwrap();
    }
    builder.build()
}

fn extensions(
    request: &Request,
    builder: &X509Builder,
    issuer: Option<&X509>,
) -> Vec<X509Extension> {
    let context = builder.x509v3_context(issuer.map(|i| &**i), None);
    let mut basic = BasicConstraints::new();
    basic.critical();
    if let Some(below) = request.ca {
        basic.ca().pathlen(below);
    }
    let mut all = vec![basic.build().unwrap(), request.usage.build().unwrap()];
    all.push(SubjectKeyIdentifier::new().build(&context).unwrap());
    if issuer.is_some() {
        let mut authority = AuthorityKeyIdentifier::new();
        all.push(authority.keyid(true).build(&context).unwrap());
    }
    if let Some(extended) = &request.extended {
        all.push(extended.build().unwrap());
    }
    if let Some(address) = &request.address {
        let mut names = SubjectAlternativeName::new();
        all.push(names.email(address).build(&context).unwrap());
    }
    for (oid, critical, value) in &request.extra {
        let oid = Asn1Object::from_str(oid).unwrap();
        let value = Asn1OctetString::new_from_bytes(value).unwrap();
        all.push(X509Extension::new_from_der(&oid, *critical, &value).unwrap());
    }
    all
}

/// S/MIME capabilities as certificate extension [RFC 4262]: AES-256-GCM.
pub fn gcm_capability() -> (&'static str, bool, Vec<u8>) {
    let der = [0x30, 13, 0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 46];
    ("1.2.840.113549.1.9.15", false, der.to_vec())
}

/// S/MIME capabilities as certificate extension [RFC 4262]: RSA-OAEP.
pub fn oaep_capability() -> (&'static str, bool, Vec<u8>) {
    let der = [0x30, 13, 0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 7];
    ("1.2.840.113549.1.9.15", false, der.to_vec())
}
