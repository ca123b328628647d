//! Certificates of teams: reading back, and choosing what to encrypt for.

use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::packet::{Key, key};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;

use super::{register, strength, transferable, user_id, validity};
use crate::crypto::{Abilities, Refusal};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A public OpenPGP certificate of a team, v4 or v6.
#[derive(Debug, Clone)]
pub struct Certificate(Cert);

/// The encryption key of one certificate, chosen and checked once, ready to wrap a session key.
///
/// Exactly one key, so that a copy carries exactly one key slot.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub(super) key: Key<key::PublicParts, key::UnspecifiedRole>,
    aead: bool,
}

impl Certificate {
    /// Checks a file offered for registration against every rule and returns it stripped of
    /// foreign signatures and user attributes.
    ///
    /// # Errors
    /// A [`Refusal`] with the rule, the reason and what the team can do.
    ///
    /// # Security
    /// A file with secret key material is refused before anything in it is parsed.
    pub fn register(
        file: &[u8],
        addresses: &[EmailAddress],
        now: Timestamp,
    ) -> Result<(Self, Abilities), Refusal> {
        let certificate = Self(register::check(file, addresses, now)?);
        let abilities = certificate.abilities(now);
        Ok((certificate, abilities))
    }

    /// Reads the key by which somebody publishes, stripped of foreign signatures.
    ///
    /// # Errors
    /// A [`Refusal`] when it is no certificate, or holds what a certificate must not.
    ///
    /// # Security
    /// Nothing is said about whose it is: that is known by the fingerprint alone.
    pub fn of_publisher(file: &[u8]) -> Result<Self, Refusal> {
        register::check_publisher(file).map(Self)
    }

    /// Checks a newer version of this certificate (a longer expiry, a new subkey, a revocation).
    ///
    /// Both versions count together, so that leaving a revocation out of the file wins nothing.
    ///
    /// # Errors
    /// A [`Refusal`] as for [`Certificate::register`], or when it is another certificate.
    pub fn renew(
        &self,
        file: &[u8],
        addresses: &[EmailAddress],
        now: Timestamp,
    ) -> Result<(Self, Abilities), Refusal> {
        let (newer, _) = Self::register(file, addresses, now)?;
        let merged = self.0.clone().merge_public(newer.0).map_err(|_| {
            register::refuse(
                Condition::SignerUnknown,
                "The file holds another certificate.",
                "Register it as a new key of the team.",
            )
        })?;
        Self::register(&Self(merged).to_bytes(), addresses, now)
    }

    /// Reads back what [`Certificate::to_bytes`] wrote. Applies no rules.
    ///
    /// # Errors
    /// A [`Refusal`] when the bytes are no certificate.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let packets = transferable::packets(bytes);
        let cert = packets.and_then(|packets| Cert::from_bytes(&packets).ok());
        let cert = cert.filter(transferable::is_storable);
        cert.map(|cert| Self(cert.strip_secret_key_material())).ok_or_else(|| Refusal {
            condition: Condition::Malformed,
            reason: "The stored bytes are no OpenPGP certificate.".into(),
            hint: "Register the certificate again.".into(),
        })
    }

    /// The binary form that is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec().unwrap_or_default()
    }

    /// The armored form, for export.
    pub fn armored(&self) -> String {
        let armored = self.0.armored().to_vec().unwrap_or_default();
        String::from_utf8_lossy(&armored).into_owned()
    }

    /// The full fingerprint of the primary key.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0)
    }

    /// What it can do at `now`.
    pub fn abilities(&self, now: Timestamp) -> Abilities {
        let policy = validity::policy(now);
        let signing = validity::signing_keys(&self.0, &policy, now);
        let encryption = validity::encryption_keys(&self.0, &policy, now);
        let used = signing.iter().chain(encryption.first());
        let mut algorithms: Vec<_> = used.map(|key| strength::algorithm(key.key())).collect();
        algorithms.dedup();
        let primary = self.0.with_policy(&policy, now.system_time()).ok();
        let primary = primary.and_then(|valid| valid.primary_key().key_expiration_time());
        let ends =
            [primary.map(Timestamp::from_system_time), last_end(&signing), last_end(&encryption)];
        Abilities {
            sign: !signing.is_empty(),
            encrypt: !encryption.is_empty(),
            algorithms: algorithms.join(", "),
            expires_at: ends.into_iter().flatten().min(),
        }
    }

    /// Its newest encryption key at `now`; `None` when it has no usable one.
    pub fn recipient(&self, now: Timestamp) -> Option<Recipient> {
        let policy = validity::policy(now);
        let keys = validity::encryption_keys(&self.0, &policy, now);
        let key = keys.first()?.key().clone();
        let valid = self.0.with_policy(&policy, now.system_time()).ok()?;
        let announced = valid.features().is_some_and(|features| features.supports_seipdv2());
        Some(Recipient { aead: key.version() >= 6 || announced, key })
    }

    /// The addresses its user ids carry at `now`: bound by the owner and not revoked.
    pub fn addresses(&self, now: Timestamp) -> Vec<EmailAddress> {
        let policy = validity::policy(now);
        let Ok(valid) = self.0.with_policy(&policy, now.system_time()) else {
            return Vec::new();
        };
        valid
            .userids()
            .filter(|id| !validity::is_revoked(&id.revocation_status()))
            .filter_map(|id| user_id::address(id.userid().value()))
            .collect()
    }

    pub(super) fn of(cert: Cert) -> Self {
        Self(cert)
    }

    pub(super) fn cert(&self) -> &Cert {
        &self.0
    }
}

impl Recipient {
    /// Whether it announces SEIPDv2 (v6, or v4 with the AEAD feature).
    pub fn aead(&self) -> bool {
        self.aead
    }
}

/// The fingerprint of the primary key.
pub(super) fn fingerprint(cert: &Cert) -> Fingerprint {
    Fingerprint::from_bytes(cert.fingerprint().as_bytes())
}

/// When the last of the keys expires; `None` when one of them never does.
fn last_end(keys: &[validity::BoundKey<'_>]) -> Option<Timestamp> {
    let ends: Option<Vec<_>> = keys.iter().map(|key| key.key_expiration_time()).collect();
    ends?.into_iter().max().map(Timestamp::from_system_time)
}
