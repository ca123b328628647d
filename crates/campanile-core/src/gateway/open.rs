//! Opening a mail, layer by layer, without deciding anything.
//!
//! The shape that is looked for is one encryption around one signature around the content,
//! optionally inside a signature by the same team (triple wrapped, RFC 2634 §1.1). Whatever
//! differs is noted as a [`Condition`]; nothing is opened a second time (`docs/threats.md`,
//! decryption oracle through the list).

use super::network::{List, Network};
use super::replay;
use crate::crypto::{Decrypted, SignatureFact, openpgp, smime};
use crate::mime::compose::text_entity;
use crate::mime::outer::{Outer, classify, signature_inside};
use crate::mime::text::crlf;
use crate::mime::{self, Entity};
use crate::model::condition::Condition;
use crate::model::key::Protocol;
use crate::model::plaintext::Plaintext;
use crate::model::time::Timestamp;

/// A mail after opening: what stood around the content, and the content.
#[derive(Default)]
pub struct Opened {
    /// The layers as found, outermost first, for people: `PGP/MIME`, `SEIPDv1 AES256`, …
    pub layers: Vec<String>,
    /// Signatures around the content, inside the encryption.
    pub signatures: Vec<SignatureFact>,
    /// Signatures around the encryption (triple wrapped), if any.
    pub wrapping: Vec<SignatureFact>,
    /// What speaks against the mail so far.
    pub conditions: Vec<Condition>,
    /// The entity that was signed, octet for octet. `None` when the mail could not be opened
    /// down to it. Wiped when dropped.
    pub content: Option<Plaintext>,
    /// Digest of what was signed where `content` is not that: the text of an inline message,
    /// around which we put a header. Without it the same signature would be new as PGP/MIME.
    pub(super) signed_digest: Option<String>,
}

impl Opened {
    fn note(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    fn layer(&mut self, name: impl Into<String>) {
        self.layers.push(name.into());
    }

    /// A wrapping that signs nothing is no signature by the team, it is something beside the
    /// ciphertext.
    fn note_empty_wrapping(&mut self) {
        if self.wrapping.is_empty() {
            self.note(Condition::SignatureInvalid);
        }
    }
}

/// Who may have signed, and with what to open.
struct Keys<'a> {
    list: &'a List,
    openpgp: Vec<&'a openpgp::Certificate>,
    smime: Vec<&'a smime::Certificate>,
    trust: &'a smime::TrustStore,
    now: Timestamp,
}

impl<'a> Keys<'a> {
    fn new(list: &'a List, network: &'a Network, now: Timestamp) -> Self {
        let openpgp = network.teams.iter().flat_map(|team| &team.openpgp).collect();
        let smime = network.teams.iter().flat_map(|team| &team.smime).collect();
        Self { list, openpgp, smime, trust: &network.trust, now }
    }

    fn verify(&self, protocol: Protocol, signature: &[u8], content: &[u8]) -> Vec<SignatureFact> {
        self.verify_content(protocol, signature, content).0
    }

    /// Verifies a detached signature, and returns the octets that it covers.
    ///
    /// A multipart/signed covers its content with CRLF [RFC 3156 §5, RFC 8551 §3.1.1]. KMail and
    /// others seal LF all the same, so content without any CR is tried in the form that was
    /// signed as well: no other reading of it exists. That form is what goes on then.
    fn verify_content(
        &self,
        protocol: Protocol,
        signature: &[u8],
        content: &[u8],
    ) -> (Vec<SignatureFact>, Plaintext) {
        let facts = self.verify_octets(protocol, signature, content);
        let invalid = |fact: &SignatureFact| fact.faults.contains(&Condition::SignatureInvalid);
        if facts.iter().any(invalid) && !content.contains(&b'\r') {
            let mut canonical = Plaintext::from(Vec::with_capacity(content.len() * 2));
            crlf(content, &mut canonical);
            let again = self.verify_octets(protocol, signature, &canonical);
            if !again.iter().any(invalid) {
                return (again, canonical);
            }
        }
        (facts, Plaintext::from(content.to_vec()))
    }

    fn verify_octets(
        &self,
        protocol: Protocol,
        signature: &[u8],
        content: &[u8],
    ) -> Vec<SignatureFact> {
        match protocol {
            Protocol::Openpgp => openpgp::verify_detached(
                signature,
                content,
                &self.list.openpgp,
                &self.openpgp,
                self.now,
            ),
            Protocol::Smime => {
                smime::verify_detached(signature, content, &self.smime, self.trust, self.now)
            }
        }
    }
}

/// What a mail looks like from outside, without any key.
///
/// # Errors
/// The condition that makes it no sealed mail: it may be told to anybody, since anybody can
/// see it.
pub fn check_outside(message: &[u8]) -> Result<(), Condition> {
    let entity = mime::read(message)?;
    match classify(&entity)? {
        Outer::ClearSigned { content, .. } => check_sealed(&classify(&content)?),
        Outer::Cms { der } if smime::kind(&der) == smime::CmsKind::Signed => {
            let content = smime::signed_content(&der).map_err(|_| Condition::NotEncrypted)?;
            let inner = mime::read(&content).map_err(|_| Condition::NotEncrypted)?;
            check_sealed(&classify(&inner)?)
        }
        outer => check_sealed(&outer),
    }
}

/// What calls itself encrypted has to be: clear text would lie in the spool until it is opened.
fn check_sealed(outer: &Outer<'_>) -> Result<(), Condition> {
    let sealed = match outer {
        Outer::PgpMime { ciphertext } | Outer::PgpMimeMangled { ciphertext } => {
            openpgp::looks_encrypted(ciphertext)
        }
        Outer::Inline { armor, .. } => openpgp::looks_encrypted(armor),
        Outer::Cms { der } | Outer::CmsByName { der } => {
            smime::kind(der) == smime::CmsKind::Encrypted
        }
        Outer::Plain | Outer::ClearSigned { .. } => false,
    };
    sealed.then_some(()).ok_or(Condition::NotEncrypted)
}

/// Opens a message with the keys of a list and checks its signatures against all teams.
pub fn open(message: &[u8], list: &List, network: &Network, now: Timestamp) -> Opened {
    let keys = Keys::new(list, network, now);
    let mut opened = Opened::default();
    if let Err(condition) = open_outer(message, &keys, &mut opened) {
        opened.note(condition);
    }
    opened
}

fn open_outer(message: &[u8], keys: &Keys<'_>, opened: &mut Opened) -> Result<(), Condition> {
    let entity = mime::read(message)?;
    match classify(&entity)? {
        Outer::ClearSigned { content, signature, protocol } => {
            opened.layer(format!("{protocol} signature"));
            opened.wrapping = keys.verify(protocol, &signature, content.whole);
            opened.note_empty_wrapping();
            open_wrapped(&content, protocol, keys, opened)
        }
        Outer::Cms { der } if smime::kind(&der) == smime::CmsKind::Signed => {
            opened.layer("smime signature");
            let (inner, facts) = smime::verify_opaque(&der, &keys.smime, keys.trust, keys.now)?;
            opened.wrapping = facts;
            opened.note_empty_wrapping();
            open_wrapped(&mime::read(&inner)?, Protocol::Smime, keys, opened)
        }
        outer => open_encryption(outer, keys, opened),
    }
}

/// Inside a wrapping signature there has to be encryption of the same kind.
fn open_wrapped(
    content: &Entity<'_>,
    wrapping: Protocol,
    keys: &Keys<'_>,
    opened: &mut Opened,
) -> Result<(), Condition> {
    let inner = classify(content)?;
    let encryption = match inner {
        Outer::PgpMime { .. } | Outer::PgpMimeMangled { .. } | Outer::Inline { .. } => {
            Protocol::Openpgp
        }
        Outer::Cms { .. } | Outer::CmsByName { .. } => Protocol::Smime,
        _ => return Err(Condition::NotEncrypted),
    };
    if encryption != wrapping {
        opened.note(Condition::ProtocolsMixed);
    }
    open_encryption(inner, keys, opened)?;
    if opened.signatures.is_empty() {
        opened.note(Condition::InvertedLayers);
    }
    Ok(())
}

fn open_encryption(
    outer: Outer<'_>,
    keys: &Keys<'_>,
    opened: &mut Opened,
) -> Result<(), Condition> {
    match outer {
        Outer::PgpMime { ciphertext } => open_pgp_mime(&ciphertext, keys, opened),
        Outer::PgpMimeMangled { ciphertext } => {
            opened.note(Condition::Mangled);
            open_pgp_mime(&ciphertext, keys, opened)
        }
        Outer::Inline { armor, charset } => {
            opened.note(Condition::Inline);
            opened.layer("inline OpenPGP");
            let inside = decrypt_openpgp(&armor, keys, opened)?;
            opened.signatures = inside.signatures;
            opened.signed_digest = Some(replay::digest(&inside.plaintext));
            opened.content =
                Some(Plaintext::from(text_entity(&inside.plaintext, charset.as_deref())));
            Ok(())
        }
        Outer::Cms { der } => decrypt_smime(&der, keys, opened),
        Outer::CmsByName { der } => {
            opened.note(Condition::TypeByName);
            decrypt_smime(&der, keys, opened)
        }
        Outer::Plain | Outer::ClearSigned { .. } => Err(Condition::NotEncrypted),
    }
}

fn open_pgp_mime(ciphertext: &[u8], keys: &Keys<'_>, opened: &mut Opened) -> Result<(), Condition> {
    opened.layer("PGP/MIME");
    let inside = decrypt_openpgp(ciphertext, keys, opened)?;
    open_inside(inside, Protocol::Openpgp, keys, opened)
}

fn decrypt_openpgp(
    ciphertext: &[u8],
    keys: &Keys<'_>,
    opened: &mut Opened,
) -> Result<Decrypted, Condition> {
    let list = &keys.list.openpgp;
    let inside = openpgp::decrypt(ciphertext, list, &keys.openpgp, keys.now)?;
    opened.layer(inside.method.clone());
    for finding in &inside.findings {
        opened.note(*finding);
    }
    Ok(inside)
}

fn decrypt_smime(der: &[u8], keys: &Keys<'_>, opened: &mut Opened) -> Result<(), Condition> {
    match smime::kind(der) {
        smime::CmsKind::Encrypted => {}
        smime::CmsKind::Signed | smime::CmsKind::Other => return Err(Condition::NotEncrypted),
        smime::CmsKind::Compressed => return Err(Condition::NotEncrypted),
    }
    let inside = smime::decrypt(der, &keys.list.smime)?;
    opened.layer(inside.method.clone());
    for finding in &inside.findings {
        opened.note(*finding);
    }
    open_inside(inside, Protocol::Smime, keys, opened)
}

/// Takes the one signature off that has to be directly inside the encryption.
fn open_inside(
    inside: Decrypted,
    encryption: Protocol,
    keys: &Keys<'_>,
    opened: &mut Opened,
) -> Result<(), Condition> {
    if !inside.signatures.is_empty() {
        opened.layer("openpgp signature inside");
        opened.signatures = inside.signatures;
        opened.content = Some(inside.plaintext);
        return Ok(());
    }
    let entity = mime::read(&inside.plaintext).map_err(|_| Condition::NotSigned)?;
    let signed_with = match classify(&entity).unwrap_or(Outer::Plain) {
        Outer::ClearSigned { content, signature, protocol } => {
            opened.layer(format!("{protocol} signature"));
            let verified = keys.verify_content(protocol, &signature, content.whole);
            (opened.signatures, opened.content) = (verified.0, Some(verified.1));
            protocol
        }
        Outer::Cms { der } | Outer::CmsByName { der } => match smime::kind(&der) {
            smime::CmsKind::Signed => {
                opened.layer("smime opaque signature");
                let verified = smime::verify_opaque(&der, &keys.smime, keys.trust, keys.now)?;
                (opened.content, opened.signatures) = (Some(verified.0), verified.1);
                Protocol::Smime
            }
            smime::CmsKind::Encrypted => return Err(Condition::EncryptedTwice),
            smime::CmsKind::Compressed => return Err(Condition::Compressed),
            smime::CmsKind::Other => return Err(Condition::NotSigned),
        },
        Outer::PgpMime { .. } | Outer::PgpMimeMangled { .. } | Outer::Inline { .. } => {
            return Err(Condition::EncryptedTwice);
        }
        Outer::Plain => return Err(unsigned(&entity)),
    };
    if signed_with != encryption {
        opened.note(Condition::ProtocolsMixed);
    }
    Ok(())
}

/// Names why there is no signature around the content: a signed part deeper inside is the
/// usual way to make unsigned text look signed.
fn unsigned(entity: &Entity<'_>) -> Condition {
    match signature_inside(entity) {
        true => Condition::PartlySigned,
        false => Condition::NotSigned,
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "line_ends_tests.rs"]
mod line_end_tests;
