//! Opening and sealing: what the two protocols have in common.
//!
//! [`openpgp`] and [`smime`] turn bytes into facts and facts into bytes. They report what they
//! found ([`SignatureFact`], [`Condition`]); whether a mail is distributed is decided in
//! [`crate::gateway`] only. Nothing here falls back to something weaker.

pub mod at_rest;
pub mod mac;
pub mod openpgp;
pub mod smime;

use crate::mime::text::{BASE64_LINE_OCTETS, base64_lines};
use crate::model::condition::Condition;
use crate::model::key::{Fingerprint, Protocol};
use crate::model::plaintext::Plaintext;
use crate::model::time::Timestamp;

/// What became known about one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFact {
    /// How it was made.
    pub protocol: Protocol,
    /// The registered certificate it verifies with, or the one it names when it does not
    /// verify. `None` when no registered certificate fits.
    pub signer: Option<Fingerprint>,
    /// The protected creation time (`signingTime`), if there is one.
    pub made_at: Option<Timestamp>,
    /// Everything that speaks against it; empty means: good, now and when it was made.
    pub faults: Vec<Condition>,
}

impl SignatureFact {
    /// A signature with one fault and nothing known about its signer.
    pub fn faulty(protocol: Protocol, fault: Condition) -> Self {
        Self { protocol, signer: None, made_at: None, faults: vec![fault] }
    }

    /// Whether nothing speaks against it.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty() && self.signer.is_some()
    }
}

/// What came out of one layer of encryption.
pub struct Decrypted {
    /// The content, as it was encrypted. Wiped when dropped.
    pub plaintext: Plaintext,
    /// Signatures inside the encrypted message itself (OpenPGP one-pass signatures). Empty for
    /// S/MIME, where a signature is a layer of its own.
    pub signatures: Vec<SignatureFact>,
    /// Short name of the encryption for reports: `SEIPDv1 AES256`, `AuthEnvelopedData AES256-GCM`.
    pub method: String,
    /// Oddities that a policy may accept.
    pub findings: Vec<Condition>,
}

/// A bulk-encrypted content without any recipient, ready to be wrapped for many.
///
/// A copy is its head (made per recipient from `lead`) followed by the body, which is shared by
/// all copies and streamed to the next hop as it is. Because base64 works on groups of three
/// octets, a head is always a multiple of three octets long before it is encoded.
pub struct Bulk {
    /// The content-encryption key. Wiped when dropped.
    pub session_key: zeroize::Zeroizing<Vec<u8>>,
    /// First octets of the ciphertext; they go into every head.
    pub lead: Vec<u8>,
    /// The shared rest of the ciphertext, for CMS with everything behind it. Empty when all of
    /// it fits into `lead`.
    pub rest: Vec<u8>,
    /// Length in octets of the ciphertext in `rest`.
    pub rest_bytes: usize,
}

impl Bulk {
    /// The body in pieces: base64 in lines of at most 76 characters, each ended by CRLF.
    pub fn body(&self) -> impl Iterator<Item = Vec<u8>> {
        self.rest.chunks(BODY_PIECE_BYTES).map(base64_lines)
    }
}

/// What of the body is encoded at once, in octets: whole lines.
const BODY_PIECE_BYTES: usize = 1024 * BASE64_LINE_OCTETS;

/// Sealing failed; the text names the step and never the content.
#[derive(Debug, thiserror::Error)]
#[error("cannot seal: {0}")]
pub struct SealError(pub String);

/// A fault of a certificate offered for registration: why it is refused, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// Which rule it breaks.
    pub condition: Condition,
    /// What is wrong, in one sentence.
    pub reason: String,
    /// What the team can do about it, in one sentence.
    pub hint: String,
}

/// What a registered certificate can do, at a given time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Abilities {
    /// It can sign mail to the lists.
    pub sign: bool,
    /// Copies can be encrypted for it.
    pub encrypt: bool,
    /// Algorithms for people: `Ed25519, X25519`, `RSA 3072`.
    pub algorithms: String,
    /// When it stops being usable by itself; `None` = never.
    pub expires_at: Option<Timestamp>,
}
