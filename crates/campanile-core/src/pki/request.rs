//! Reading certificate requests (PKCS #10) [RFC 2986].
//!
//! Everything that is asked for is read out, also what will not be granted: a request that is
//! understood only in part would be granted only in part. Refuses what it does not know.

use openssl::pkey::{PKey, Public};
use openssl::x509::X509Req;

use super::REQUEST_BYTES_MAX;
use super::name::harmless;
use crate::crypto::Refusal;
use crate::crypto::smime::ber::{BOOLEAN, Element, INTEGER, OCTET_STRING, Reader};
use crate::crypto::smime::ber::{SEQUENCE, SET, context};
use crate::crypto::smime::{file, oid, strength};
use crate::model::condition::Condition;

/// Most attributes of a subject, of a request, and most extensions; a real one has five.
const ENTRIES_MAX: usize = 20;
/// Longest value of an attribute of the subject, in characters.
const VALUE_CHARS_MAX: usize = 200;

const ONE: &str = "Offer one file with one certificate request and nothing else.";
const ANEW: &str = "Make the request anew, for example with `openssl req -new`; the name may be \
                    the short name of the team, the address the approved one.";

/// `2a 86 48 86 f7 0d 01 09` = PKCS #9.
const PKCS9: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9];
/// 1.3.6.1.4.1.311 = Microsoft.
const MICROSOFT: [u8; 7] = [0x2b, 6, 1, 4, 1, 0x82, 0x37];

/// A certificate request. Nothing in it is granted by having been read.
pub struct Request {
    key: PKey<Public>,
    /// Algorithm of the key, for people.
    pub algorithms: String,
    pub(super) subject: Vec<Attribute>,
    pub(super) extensions: Vec<Extension>,
}

/// An attribute of the subject: its type, as the content octets of its OID, and its text.
pub(super) struct Attribute {
    pub oid: Vec<u8>,
    pub text: String,
}

/// An extension that is asked for.
pub(super) struct Extension {
    pub oid: Vec<u8>,
    pub value: Vec<u8>,
}

fn refuse<T>(condition: Condition, reason: &str, hint: &str) -> Result<T, Refusal> {
    Err(file::refusal(condition, reason, hint))
}

fn broken(_: Condition) -> Refusal {
    file::refusal(Condition::PacketStructure, "the file is no certificate request", ONE)
}

impl Request {
    /// Reads one request, PEM or DER, and checks that whoever made it holds the key.
    ///
    /// # Errors
    /// It cannot be read completely, its key or digest is weak, or its signature is wrong.
    pub fn read(file: &[u8]) -> Result<Self, Refusal> {
        if file.len() > REQUEST_BYTES_MAX {
            return refuse(Condition::TooLarge, "the request is too large", ONE);
        }
        let labels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];
        let pem = file::check(file, "certificate request", &labels)?;
        let read = match pem {
            true => X509Req::from_pem(file),
            false if Element::only(file).is_ok() => X509Req::from_der(file),
            false => return Err(broken(Condition::PacketStructure)),
        };
        let read = read.map_err(|_| broken(Condition::PacketStructure))?;
        let der = read.to_der().map_err(|_| broken(Condition::PacketStructure))?;
        let parts = Parts::read(&der).map_err(broken)?;
        if !parts.digest_is_strong {
            let reason = "the request is signed with a digest or algorithm that is not used here";
            return refuse(Condition::DigestWeak, reason, "Sign it with SHA-256 or stronger.");
        }
        let (key, algorithms) = key(&read)?;
        if !read.verify(&key).unwrap_or(false) {
            let reason = "the signature of the request is wrong: it does not show that its sender \
                          holds the key";
            return refuse(Condition::SignatureInvalid, reason, ANEW);
        }
        let (subject, extensions) = (subject(parts.subject)?, extensions(parts.attributes)?);
        Ok(Self { key, algorithms, subject, extensions })
    }

    /// The public key that is to be certified.
    pub fn key(&self) -> &PKey<Public> {
        &self.key
    }
}

/// The key, which has to be one that a browser and this server can log in with.
fn key(read: &X509Req) -> Result<(PKey<Public>, String), Refusal> {
    let hint = "Make a new key: ECC P-256 or P-384, or RSA with 3072 bits.";
    let key = read.public_key();
    let Ok(key) = key else {
        return refuse(Condition::KeyWeak, "the key of the request cannot be read", hint);
    };
    match strength::describe(&key) {
        Err(reason) => refuse(Condition::KeyWeak, &reason, hint),
        // TLS 1.3 has no code points for them that rustls and browsers share.
        Ok(name) if ["brainpool", "RSA-PSS", "X25519"].iter().any(|word| name.contains(word)) => {
            let reason = format!("with a key of {name} nobody can log in");
            refuse(Condition::KeyWeak, &reason, hint)
        }
        Ok(name) => Ok((key, name)),
    }
}

/// The parts of a request that OpenSSL's safe interface does not show.
struct Parts<'a> {
    subject: Element<'a>,
    attributes: Reader<'a>,
    digest_is_strong: bool,
}

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Condition> {
        let mut whole = Element::only(der)?.reader();
        let mut info = whole.take(SEQUENCE)?.reader();
        let algorithm = whole.take(SEQUENCE)?;
        if info.take(INTEGER)?.content != [0] {
            return Err(Condition::PacketStructure);
        }
        let subject = info.take(SEQUENCE)?;
        info.take(SEQUENCE)?; // public key
        let attributes = match info.take_if(context(0))? {
            Some(attributes) => attributes.reader(),
            None => Reader::new(&[]),
        };
        info.end()?;
        Ok(Self { subject, attributes, digest_is_strong: is_strong(algorithm)? })
    }
}

/// SHA-2 with 256 bits or more, or Ed25519.
fn is_strong(algorithm: Element<'_>) -> Result<bool, Condition> {
    let mut fields = algorithm.reader();
    let name = fields.oid()?;
    if name == oid::RSASSA_PSS {
        // hashAlgorithm [0]; without it the digest is SHA-1.
        let mut parameters = fields.take(SEQUENCE)?.reader();
        let Some(digest) = parameters.take_if(context(0))? else { return Ok(false) };
        let digest = digest.inner(SEQUENCE)?.reader().oid()?;
        return Ok([oid::SHA256, oid::SHA384, oid::SHA512].contains(&digest));
    }
    let strong = [
        oid::SHA256_WITH_RSA,
        oid::SHA384_WITH_RSA,
        oid::SHA512_WITH_RSA,
        oid::ECDSA_WITH_SHA256,
        oid::ECDSA_WITH_SHA384,
        oid::ECDSA_WITH_SHA512,
        oid::ED25519,
    ];
    Ok(strong.contains(&name))
}

fn subject(name: Element<'_>) -> Result<Vec<Attribute>, Refusal> {
    let mut found = Vec::new();
    let mut sets = name.reader();
    while !sets.is_empty() {
        let mut set = sets.take(SET).map_err(broken)?.reader();
        while !set.is_empty() {
            let mut pair = set.take(SEQUENCE).map_err(broken)?.reader();
            let kind = pair.oid().map_err(broken)?.to_vec();
            let text = text(pair.any().map_err(broken)?)?;
            pair.end().map_err(broken)?;
            found.push(Attribute { oid: kind, text });
            if found.len() > ENTRIES_MAX {
                return refuse(Condition::TooComplex, "its subject has too many attributes", ANEW);
            }
        }
    }
    Ok(found)
}

/// The text of a DirectoryString or IA5String.
fn text(value: Element<'_>) -> Result<String, Refusal> {
    let decoded = match value.tag {
        0x0c => String::from_utf8(value.content.to_vec()).ok(),
        // PrintableString, TeletexString, IA5String: what is not ASCII has many readings.
        0x13 | 0x14 | 0x16 if value.content.is_ascii() => {
            String::from_utf8(value.content.to_vec()).ok()
        }
        0x1e => {
            let units = value.content.chunks(2).map(|unit| match unit {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xd800,
            });
            String::from_utf16(&units.collect::<Vec<_>>()).ok()
        }
        _ => None,
    };
    let plain =
        |text: &String| text.chars().count() <= VALUE_CHARS_MAX && text.chars().all(harmless);
    match decoded.filter(plain) {
        Some(text) => Ok(text),
        None => {
            let reason = "a name in the request is too long, or holds characters that cannot be \
                          shown";
            refuse(Condition::PacketStructure, reason, ANEW)
        }
    }
}

/// What an attribute of the request is for.
#[derive(PartialEq, Eq)]
enum Kind {
    Extensions,
    /// Says nothing that a certificate could carry.
    Idle,
    Unknown,
}

fn kind(oid: &[u8]) -> Kind {
    match (oid.strip_prefix(&PKCS9), oid.strip_prefix(&MICROSOFT)) {
        (Some([14]), _) | (_, Some([2, 1, 14])) => Kind::Extensions,
        // unstructuredName, challengePassword, unstructuredAddress.
        (Some([2 | 7 | 8]), _) => Kind::Idle,
        // Certificate renewed, enrolment, provider, version of Windows; client.
        (_, Some([13, 1] | [13, 2, 1..=3] | [21, 20])) => Kind::Idle,
        _ => Kind::Unknown,
    }
}

fn extensions(mut attributes: Reader<'_>) -> Result<Vec<Extension>, Refusal> {
    let mut found: Option<Vec<Extension>> = None;
    let mut count = 0;
    while !attributes.is_empty() {
        let mut attribute = attributes.take(SEQUENCE).map_err(broken)?.reader();
        let kind = kind(attribute.oid().map_err(broken)?);
        let values = attribute.take(SET).map_err(broken)?;
        count += 1;
        if count > ENTRIES_MAX {
            return refuse(Condition::TooComplex, "the request has too many attributes", ANEW);
        }
        match kind {
            Kind::Idle => {}
            Kind::Unknown => {
                let reason = "the request has an attribute that is not known here";
                return refuse(Condition::PacketStructure, reason, ANEW);
            }
            // Two lists of extensions: two readers could pick different ones.
            Kind::Extensions if found.is_some() => return Err(broken(Condition::PacketStructure)),
            Kind::Extensions => found = Some(list(values).map_err(broken)?),
        }
    }
    let found = found.unwrap_or_default();
    for (position, extension) in found.iter().enumerate() {
        if found.iter().take(position).any(|other| other.oid == extension.oid) {
            let reason = "the request asks for the same extension twice";
            return refuse(Condition::PacketStructure, reason, ANEW);
        }
    }
    match found.len() > ENTRIES_MAX {
        true => refuse(Condition::TooComplex, "the request asks for too many extensions", ANEW),
        false => Ok(found),
    }
}

/// The one list of extensions in the values of an attribute.
fn list(values: Element<'_>) -> Result<Vec<Extension>, Condition> {
    let mut list = values.inner(SEQUENCE)?.reader();
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut extension = list.take(SEQUENCE)?.reader();
        let oid = extension.oid()?.to_vec();
        extension.take_if(BOOLEAN)?;
        let value = extension.take(OCTET_STRING)?.content.to_vec();
        extension.end()?;
        found.push(Extension { oid, value });
    }
    Ok(found)
}
