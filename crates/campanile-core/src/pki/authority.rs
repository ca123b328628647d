//! The authority: its key, what it signs, and what it takes back.

use std::fmt;
use std::net::IpAddr;

use openssl::asn1::{Asn1Integer, Asn1IntegerRef, Asn1Time};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage,
    SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{
    X509, X509Builder, X509CrlBuilder, X509Extension, X509Name, X509NameRef, X509RevokedBuilder,
};
use zeroize::Zeroizing;

use super::name::{line, name};
use super::rules::Approved;
use super::{
    AUTHORITY_DAYS, CLIENT_DAYS, DAY_SECONDS, PkiError, REVOCATION_LIST_SECONDS, SERVER_DAYS,
    key_digest, on_curve, step,
};
use crate::model::fqdn::Fqdn;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A new certificate is valid from a little earlier on, for readers whose clocks go slow.
const BACKDATED_SECONDS: i64 = 3600;

/// The network's own CA: a P-384 key with a certificate of ten years, which may sign end
/// entities and revocation lists and nothing else.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({})", self.fingerprint())
    }
}

/// What a certificate is good for. Nothing else can be issued.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// Logging in, and signing and encrypting mail.
    Client(Approved<'a>),
    /// Answering for the pages under these names.
    Server(&'a [ServerName]),
}

/// A name of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerName {
    /// A host name.
    Host(Fqdn),
    /// `localhost`, which is no domain.
    Localhost,
    /// An address.
    Address(IpAddr),
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "{name}"),
            Self::Localhost => f.write_str("localhost"),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

/// A certificate that was just signed.
#[derive(Debug, Clone)]
pub struct Issued {
    /// DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of it.
    pub fingerprint: Fingerprint,
    /// Serial number in upper-case hexadecimal.
    pub serial: String,
    /// SHA-256 of the public key.
    pub key_digest: Fingerprint,
    /// Subject on one line.
    pub subject: String,
    /// Issuer on one line.
    pub issuer: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// When its validity ends.
    pub expires_at: Timestamp,
}

impl Issued {
    /// The certificate as PEM.
    pub fn pem(&self) -> Vec<u8> {
        let read = X509::from_der(&self.certificate);
        read.and_then(|certificate| certificate.to_pem()).unwrap_or_default()
    }
}

/// A certificate that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Serial number in hexadecimal.
    pub serial: String,
    /// When.
    pub at: Timestamp,
}

impl Authority {
    /// Makes the authority of a network.
    ///
    /// # Errors
    /// OpenSSL's.
    pub fn make(network: &str, now: Timestamp) -> Result<Self, PkiError> {
        let key = on_curve(Nid::SECP384R1).map_err(step("make its key"))?;
        let certificate = root(network, &key, now).map_err(step("sign its certificate"))?;
        Ok(Self { certificate, key })
    }

    /// Reads back what [`Authority::to_secret_pem`] wrote. `None` when the parts are not there
    /// or do not belong together.
    pub fn from_secret_pem(pem: &[u8]) -> Option<Self> {
        let certificate = X509::from_pem(pem).ok()?;
        // The default of OpenSSL would be to ask for a passphrase at the terminal.
        let ask_nobody = |_: &mut [u8]| Err(ErrorStack::get());
        let key = PKey::private_key_from_pem_callback(pem, ask_nobody).ok()?;
        let pair = certificate.public_key().is_ok_and(|public| public.public_eq(&key));
        pair.then_some(Self { certificate, key })
    }

    /// Private key and certificate as one PEM text, for the key file.
    pub fn to_secret_pem(&self) -> Zeroizing<Vec<u8>> {
        let key = self.key.private_key_to_pem_pkcs8().map(Zeroizing::new).unwrap_or_default();
        let certificate = self.certificate.to_pem().unwrap_or_default();
        // Sized first: growing would leave a copy of the key behind.
        let mut whole = Zeroizing::new(Vec::with_capacity(key.len() + certificate.len()));
        whole.extend_from_slice(&key);
        whole.extend_from_slice(&certificate);
        whole
    }

    /// Its certificate, DER.
    pub fn certificate_der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap_or_default()
    }

    /// Its certificate, PEM.
    pub fn certificate_pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap_or_default()
    }

    /// SHA-256 of its certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::from_bytes(&openssl::sha::sha256(&self.certificate_der()))
    }

    /// SHA-256 of its public key.
    pub fn key_digest(&self) -> Fingerprint {
        key_digest(&self.key)
    }

    /// Its name on one line.
    pub fn subject(&self) -> String {
        line(self.certificate.subject_name())
    }

    /// When it ends, and everything it has issued with it.
    pub fn expires_at(&self) -> Timestamp {
        crate::crypto::smime::certificate::timestamp(self.certificate.not_after())
            .unwrap_or(Timestamp::from_micros(0))
    }

    pub(super) fn x509(&self) -> &X509 {
        &self.certificate
    }

    /// Signs a certificate for a public key.
    ///
    /// # Security
    /// What it says comes from `purpose` alone: the key is all that a request contributes.
    ///
    /// # Errors
    /// OpenSSL's.
    pub fn issue<T: HasPublic>(
        &self,
        purpose: Purpose<'_>,
        key: &PKeyRef<T>,
        now: Timestamp,
    ) -> Result<Issued, PkiError> {
        let days = match purpose {
            Purpose::Client(_) => CLIENT_DAYS,
            Purpose::Server(_) => SERVER_DAYS,
        };
        let from = now.plus_seconds(-BACKDATED_SECONDS);
        let until = now.plus_seconds(days * DAY_SECONDS).min(self.expires_at());
        let signed = self.sign(purpose, key, (from, until));
        let certificate = signed.map_err(step("sign a certificate"))?;
        let der = certificate.to_der().map_err(step("write a certificate"))?;
        let serial = certificate.serial_number().to_bn().and_then(|number| number.to_hex_str());
        Ok(Issued {
            fingerprint: Fingerprint::from_bytes(&openssl::sha::sha256(&der)),
            certificate: der,
            serial: serial.map_err(step("write a serial number"))?.to_string(),
            key_digest: key_digest(key),
            subject: line(certificate.subject_name()),
            issuer: self.subject(),
            // Certificates know whole seconds only.
            not_before: Timestamp::from_seconds(from.seconds()),
            expires_at: Timestamp::from_seconds(until.seconds()),
        })
    }

    fn sign<T: HasPublic>(
        &self,
        purpose: Purpose<'_>,
        key: &PKeyRef<T>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<X509, ErrorStack> {
        let serial = serial_number()?;
        let subject = subject(purpose)?;
        let mut builder = builder(&subject, self.certificate.subject_name(), &serial)?;
        builder.set_pubkey(key)?;
        builder.set_not_before(Asn1Time::from_unix(from.seconds())?.as_ref())?;
        builder.set_not_after(Asn1Time::from_unix(until.seconds())?.as_ref())?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        builder.append_extension(usage(purpose, key.id())?)?;
        let mut uses = ExtendedKeyUsage::new();
        match purpose {
            Purpose::Client(_) => uses.client_auth().email_protection(),
            Purpose::Server(_) => uses.server_auth(),
        };
        builder.append_extension(uses.build()?)?;
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let key_id = SubjectKeyIdentifier::new().build(&context)?;
        let issuer_id = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        let names = alternative_names(purpose).build(&context)?;
        builder.append_extension(key_id)?;
        builder.append_extension(issuer_id)?;
        builder.append_extension(names)?;
        builder.sign(&self.key, MessageDigest::sha384())?;
        Ok(builder.build())
    }

    /// Signs a revocation list, DER. `number` counts up from list to list.
    ///
    /// # Errors
    /// OpenSSL's, or a serial number that is none.
    pub fn revocation_list(
        &self,
        revoked: &[Revoked],
        number: u32,
        now: Timestamp,
    ) -> Result<Vec<u8>, PkiError> {
        self.list(revoked, number, now).map_err(step("sign a revocation list"))
    }

    fn list(
        &self,
        revoked: &[Revoked],
        number: u32,
        now: Timestamp,
    ) -> Result<Vec<u8>, ErrorStack> {
        let next = now.plus_seconds(REVOCATION_LIST_SECONDS).min(self.expires_at());
        let mut list = X509CrlBuilder::new()?;
        list.set_issuer_name(self.certificate.subject_name())?;
        list.set_last_update(Asn1Time::from_unix(now.seconds())?.as_ref())?;
        list.set_next_update(Asn1Time::from_unix(next.seconds())?.as_ref())?;
        for one in revoked {
            let mut entry = X509RevokedBuilder::new()?;
            let serial = BigNum::from_hex_str(&one.serial)?.to_asn1_integer()?;
            entry.set_serial_number(&serial)?;
            entry.set_revocation_date(Asn1Time::from_unix(one.at.seconds())?.as_ref())?;
            list.add_revoked(entry.build())?;
        }
        list.sort()?;
        // The builder of lists has no context of its own; it refuses a list without this one.
        let context = X509Builder::new()?;
        let context = context.x509v3_context(Some(&self.certificate), None);
        list.append_extension(AuthorityKeyIdentifier::new().keyid(true).build(&context)?)?;
        list.append_extension(CrlNumber::new(BigNum::from_u32(number)?)?.build()?)?;
        list.sign(&self.key, MessageDigest::sha384())?;
        list.build()?.to_der()
    }
}

/// Self-signed: a CA below which there are no others.
fn root(network: &str, key: &PKey<Private>, now: Timestamp) -> Result<X509, ErrorStack> {
    let subject = name(&[
        (Nid::ORGANIZATIONNAME, network),
        (Nid::COMMONNAME, &format!("{network} login CA")),
    ])?;
    let mut builder = builder(&subject, &subject, serial_number()?.as_ref())?;
    builder.set_pubkey(key)?;
    let from = now.plus_seconds(-BACKDATED_SECONDS).seconds();
    let until = now.plus_seconds(AUTHORITY_DAYS * DAY_SECONDS).seconds();
    builder.set_not_before(Asn1Time::from_unix(from)?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(until)?.as_ref())?;
    builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let key_id = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(key_id)?;
    builder.sign(key, MessageDigest::sha384())?;
    Ok(builder.build())
}

fn builder(
    subject: &X509Name,
    issuer: &X509NameRef,
    serial: &Asn1IntegerRef,
) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(serial)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    Ok(builder)
}

fn subject(purpose: Purpose<'_>) -> Result<X509Name, ErrorStack> {
    match purpose {
        Purpose::Client(approved) => name(&[
            (Nid::ORGANIZATIONNAME, approved.network),
            (Nid::ORGANIZATIONALUNITNAME, approved.handle),
            (Nid::COMMONNAME, approved.name),
            (Nid::USERID, approved.id),
        ]),
        Purpose::Server(names) => {
            let first = names.first().map(ToString::to_string).unwrap_or_default();
            name(&[(Nid::COMMONNAME, &first)])
        }
    }
}

fn usage(purpose: Purpose<'_>, key: Id) -> Result<X509Extension, ErrorStack> {
    let mut usage = KeyUsage::new();
    usage.critical().digital_signature();
    match (purpose, key) {
        (Purpose::Client(_), Id::RSA) => usage.key_encipherment(),
        (Purpose::Client(_), Id::EC) => usage.key_agreement(),
        _ => &mut usage,
    };
    usage.build()
}

fn alternative_names(purpose: Purpose<'_>) -> SubjectAlternativeName {
    let mut names = SubjectAlternativeName::new();
    match purpose {
        Purpose::Client(approved) => {
            names.email(approved.email.as_str());
        }
        Purpose::Server(all) => {
            for one in all {
                match one {
                    ServerName::Address(address) => names.ip(&address.to_string()),
                    host => names.dns(&host.to_string()),
                };
            }
        }
    }
    names
}

/// 127 random bits: positive, and far from any other.
fn serial_number() -> Result<Asn1Integer, ErrorStack> {
    let mut octets = [0; 16];
    openssl::rand::rand_bytes(&mut octets)?;
    if let Some(first) = octets.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    BigNum::from_slice(&octets)?.to_asn1_integer()
}
