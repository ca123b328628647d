//! The first pass over a file offered for registration: structure, sizes and foreign matter.
//!
//! Works on packets, before a library builds a certificate of them, so that floods of foreign
//! certifications, photographs, compressed data and oversized keys cost one linear pass.
//! Verifies nothing: what remains is checked in [`super::register`].

use sequoia_openpgp::packet::{Key, key};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::{Fingerprint, KeyID, Packet};

use super::packets::{self, Framed, tag};
use super::register::refuse;
use super::{strength, subpackets, user_id};
use crate::crypto::Refusal;
use crate::model::condition::Condition;
use crate::model::limits;

/// Most signatures kept; each is verified. A certificate renewed yearly with five user ids and
/// four subkeys has about 100 after ten years.
const SIGNATURES_KEPT_MAX: usize = 256;
/// Most user ids and subkeys.
const COMPONENTS_MAX: usize = 64;
/// Binds a subkey [RFC 9580 §5.2.1].
const SUBKEY_BINDING: u8 = 0x18;

/// What remains of a file.
#[derive(Default)]
pub(super) struct Stripped {
    /// The packets to keep, binary.
    pub packets: Vec<u8>,
    /// Subkeys of which some binding says that they sign.
    pub signing_subkeys: Vec<Fingerprint>,
}

/// Removes user attributes and everything that is not signed by the primary key.
///
/// # Errors
/// A [`Refusal`] for secret keys, several certificates, other packets, versions below 4, weak
/// primary keys, bad user ids, and above the limits.
pub(super) fn strip(file: &[u8]) -> Result<Stripped, Refusal> {
    let packets = frame(file)?;
    // Before anything is parsed: nothing of a secret key may reach a library or a log.
    if packets.iter().any(|p| matches!(p.tag, tag::SECRET_KEY | tag::SECRET_SUBKEY)) {
        return Err(secret());
    }
    let mut pass = Pass::default();
    for packet in &packets {
        pass.take(packet)?;
    }
    match pass.primary {
        Some(_) => Ok(pass.stripped),
        None => Err(no_certificate()),
    }
}

fn frame(file: &[u8]) -> Result<Vec<Framed<'_>>, Refusal> {
    let mut packets = Vec::new();
    let mut rest = file;
    while let Some((packet, behind)) = packets::next(rest).map_err(|_| no_certificate())? {
        if !packet.is_ignorable() && packet.tag != tag::TRUST {
            packets.push(packet);
        }
        rest = behind;
    }
    Ok(packets)
}

#[derive(Default)]
struct Pass {
    stripped: Stripped,
    primary: Option<(Fingerprint, KeyID)>,
    /// The subkey that signatures are about just now.
    subkey: Option<Fingerprint>,
    /// Signatures are about something that is dropped.
    dropping: bool,
    components: usize,
    signatures: usize,
}

impl Pass {
    fn take(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        match (packet.tag, self.primary.is_some()) {
            (tag::PUBLIC_KEY, false) => self.primary(packet),
            (tag::PUBLIC_KEY, true) => Err(refuse(
                Condition::Malformed,
                "The file holds more than one certificate.",
                "Export one certificate per file.",
            )),
            (tag::USER_ID, true) => self.user_id(packet),
            (tag::USER_ATTRIBUTE, true) => {
                self.dropping = true;
                Ok(())
            }
            (tag::PUBLIC_SUBKEY, true) => self.subkey(packet),
            (tag::SIGNATURE, true) => self.signature(packet),
            _ => Err(no_certificate()),
        }
    }

    fn primary(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        let key = public_key(packet)?.ok_or_else(no_certificate)?;
        if let Some(weakness) = strength::weakness(&key) {
            return Err(weak("primary key", weakness));
        }
        self.primary = Some((key.fingerprint(), key.keyid()));
        self.keep(packet)
    }

    fn user_id(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        if let Some(fault) = user_id::fault(&packet.body()) {
            return Err(refuse(
                Condition::Malformed,
                &format!("A user id {fault}."),
                "Delete that user id from the certificate and export it again.",
            ));
        }
        self.subkey = None;
        self.component(packet)
    }

    fn subkey(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        let Some(key) = public_key(packet)? else {
            self.dropping = true;
            return Ok(());
        };
        // Weak subkeys are carried along and never used; costly ones would have to be used to
        // verify their cross certification.
        if strength::is_costly(&key) {
            return Err(weak("subkey", "is larger than 8192 bits"));
        }
        self.subkey = Some(key.fingerprint());
        self.component(packet)
    }

    fn component(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        self.dropping = false;
        self.components += 1;
        if self.components > COMPONENTS_MAX {
            return Err(too_complex("user ids and subkeys"));
        }
        self.keep(packet)
    }

    fn signature(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        let body = packet.body();
        if self.dropping || !matches!(body.first(), Some(4 | 6)) {
            return Ok(());
        }
        let survey = match subpackets::survey(&body) {
            Ok(survey) => survey,
            Err(Condition::TooComplex) => return Err(too_complex("subpackets")),
            Err(_) => return Ok(()),
        };
        let ours = |issuer: &[u8]| {
            self.primary
                .as_ref()
                .is_some_and(|(fpr, id)| issuer == fpr.as_bytes() || issuer == id.as_bytes())
        };
        if !survey.issuers.is_empty() && !survey.issuers.iter().any(|issuer| ours(issuer)) {
            return Ok(());
        }
        if survey.kind == SUBKEY_BINDING && survey.for_signing {
            self.stripped.signing_subkeys.extend(self.subkey.clone());
        }
        self.signatures += 1;
        if self.signatures > SIGNATURES_KEPT_MAX {
            return Err(too_complex("signatures"));
        }
        self.keep(packet)
    }

    fn keep(&mut self, packet: &Framed<'_>) -> Result<(), Refusal> {
        if self.stripped.packets.len() + packet.raw.len() > limits::CERTIFICATE_BYTES_MAX {
            return Err(refuse(
                Condition::TooLarge,
                "The certificate is too large.",
                "Export it without foreign signatures: `gpg --export-options export-minimal`.",
            ));
        }
        self.stripped.packets.extend_from_slice(packet.raw);
        Ok(())
    }
}

/// A key of version 4 or 6; `None` for versions to come.
fn public_key(
    packet: &Framed<'_>,
) -> Result<Option<Key<key::PublicParts, key::UnspecifiedRole>>, Refusal> {
    match packet.body().first() {
        Some(2 | 3) => Err(weak("key", "has version 3, whose fingerprints can be forged")),
        Some(4 | 6) => match Packet::from_bytes(packet.raw) {
            Ok(Packet::PublicKey(key)) => Ok(Some(key.role_into_unspecified())),
            Ok(Packet::PublicSubkey(key)) => Ok(Some(key.role_into_unspecified())),
            _ => Err(no_certificate()),
        },
        _ => Ok(None),
    }
}

pub(super) fn secret() -> Refusal {
    refuse(
        Condition::KeyUsage,
        "The file holds a secret key. It was not kept.",
        "Export the public key only (`gpg --armor --export`), and consider the secret one lost.",
    )
}

pub(super) fn no_certificate() -> Refusal {
    refuse(
        Condition::Malformed,
        "The file holds no OpenPGP certificate.",
        "Export it with `gpg --armor --export ADDRESS`, and send nothing beside it.",
    )
}

fn weak(which: &str, weakness: &str) -> Refusal {
    refuse(
        Condition::KeyWeak,
        &format!("The {which} {weakness}."),
        "Make a new key, for instance Ed25519 with X25519.",
    )
}

fn too_complex(what: &str) -> Refusal {
    refuse(
        Condition::TooComplex,
        &format!("The certificate carries too many {what}."),
        "Export it without foreign signatures: `gpg --export-options export-minimal`.",
    )
}
