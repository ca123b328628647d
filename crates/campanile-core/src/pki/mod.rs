//! The certification authority of the network, as functions: it checks requests, issues
//! certificates for logging in, revokes them, and packs keys for browsers.
//!
//! What a certificate says comes from the registry ([`Approved`]) alone. A request gives its
//! public key and nothing else; one that asks for more than was approved is refused, so that
//! nobody believes it was granted. Keys are OpenSSL's; files and numbers are the caller's.
//!
//! Refuses to certify other CAs, and to know who may have what: that is the action's.

mod authority;
mod client;
mod name;
mod pkcs12;
mod request;
mod rules;

pub use authority::{Authority, Issued, Purpose, Revoked, ServerName};
pub use client::ClientCertificate;
pub use pkcs12::{Passphrase, pack};
pub use request::Request;
pub use rules::Approved;

use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private};

use crate::model::key::Fingerprint;

/// Validity of a client certificate, in days: a year, so that contact data is looked at again.
pub const CLIENT_DAYS: i64 = 366;
/// Validity of a certificate of the server, in days: what browsers take at most is 398.
pub const SERVER_DAYS: i64 = 397;
/// Validity of the authority, in days: ten years. No certificate outlives it.
pub const AUTHORITY_DAYS: i64 = 3652;
/// How long a revocation list is good, in seconds: a week. A new one is issued with every
/// revocation, and when half of the time is over.
pub const REVOCATION_LIST_SECONDS: i64 = 7 * 24 * 3600;
/// Largest file with a certificate request, in bytes: RSA-8192 in PEM has 3 KiB.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;

const DAY_SECONDS: i64 = 86_400;

/// Making certificates failed; the text names the step.
#[derive(Debug, thiserror::Error)]
#[error("the authority cannot {step}")]
pub struct PkiError {
    step: &'static str,
    #[source]
    source: ErrorStack,
}

/// Names the step of a failure of OpenSSL.
fn step(step: &'static str) -> impl Fn(ErrorStack) -> PkiError {
    move |source| PkiError { step, source }
}

/// A fresh P-256 key: what every browser, mail program and library can use.
///
/// # Errors
/// OpenSSL's.
pub fn generate_key() -> Result<PKey<Private>, PkiError> {
    on_curve(Nid::X9_62_PRIME256V1).map_err(step("make a key"))
}

fn on_curve(curve: Nid) -> Result<PKey<Private>, ErrorStack> {
    PKey::from_ec_key(EcKey::generate(EcGroup::from_curve_name(curve)?.as_ref())?)
}

/// SHA-256 of a public key (its SubjectPublicKeyInfo): the same for every certificate of it.
pub fn key_digest<T: HasPublic>(key: &PKeyRef<T>) -> Fingerprint {
    let der = key.public_key_to_der().unwrap_or_default();
    Fingerprint::from_bytes(&openssl::sha::sha256(&der))
}

/// [`key_digest`] of a DER certificate; `None` when it holds no key that can be read.
pub fn key_digest_of(certificate: &[u8]) -> Option<Fingerprint> {
    let certificate = openssl::x509::X509::from_der(certificate).ok()?;
    Some(key_digest(certificate.public_key().ok()?.as_ref()))
}

#[cfg(test)]
mod tests;
