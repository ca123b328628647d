//! Secret keys of lists.

use std::fmt;

use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::packet::{Key, UserID, key};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::KeyFlags;
use sequoia_openpgp::{Cert, Profile};
use zeroize::Zeroizing;

use super::{Certificate, certificate, strength, transferable, validity};
use crate::crypto::{Refusal, SealError};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::limits;
use crate::model::time::Timestamp;

/// A secret OpenPGP key of a list. Its `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct SecretKey(Cert);

impl SecretKey {
    /// Reads a transferable secret key, armored or binary, without passphrase.
    ///
    /// # Errors
    /// A [`Refusal`] when it is no such key, when parts of it are public only or locked with a
    /// passphrase, or when there is more than one. It never quotes the file.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > limits::CERTIFICATE_FILE_BYTES_MAX {
            return Err(refuse(Condition::TooLarge, "The file is too large for a key."));
        }
        let no_key = || refuse(Condition::Malformed, "The file holds no OpenPGP key.");
        let binary = transferable::packets(bytes).ok_or_else(no_key)?;
        let parser = CertParser::from_bytes(binary.as_slice()).map_err(|_| no_key())?;
        let mut certs = parser.take(2);
        let cert = match (certs.next(), certs.next()) {
            (Some(Ok(cert)), None) => cert,
            (Some(Ok(_)), Some(_)) => {
                return Err(refuse(Condition::Malformed, "The file holds more than one key."));
            }
            _ => return Err(no_key()),
        };
        if !cert.is_tsk() {
            return Err(refuse(Condition::KeyUsage, "The file holds a public key only."));
        }
        let mut subkeys = cert.keys().subkeys().filter_map(|key| key.key().optional_secret());
        let mut all = cert.primary_key().key().optional_secret().into_iter().chain(&mut subkeys);
        if all.any(|secret| secret.is_encrypted()) {
            return Err(refuse(Condition::KeyUsage, "The key is locked with a passphrase."));
        }
        if cert.keys().any(|key| strength::is_misplaced(key.key())) {
            let reason = "The key is version 6 with a curve in its old form.";
            return Err(refuse(Condition::KeyWeak, reason));
        }
        if !transferable::is_storable(&cert) {
            let reason = "The key holds a signature of a kind that cannot be stored.";
            return Err(refuse(Condition::Malformed, reason));
        }
        Ok(Self(cert))
    }

    /// Makes an Ed25519 and X25519 key, v4, that does not expire.
    ///
    /// # Errors
    /// [`SealError`] when `name` cannot stand in a user id, or the library fails.
    pub fn generate(name: &str, address: &EmailAddress, now: Timestamp) -> Result<Self, SealError> {
        Self::generate_in(Profile::RFC4880, name, address, now)
    }

    /// As [`SecretKey::generate`], but version 6 [RFC 9580].
    ///
    /// # Errors
    /// When the name does not fit into a user id, or the library fails.
    pub fn generate_v6(
        name: &str,
        address: &EmailAddress,
        now: Timestamp,
    ) -> Result<Self, SealError> {
        Self::generate_in(Profile::RFC9580, name, address, now)
    }

    fn generate_in(
        profile: Profile,
        name: &str,
        address: &EmailAddress,
        now: Timestamp,
    ) -> Result<Self, SealError> {
        let failed = |what: &str| SealError(format!("generating a key: {what}"));
        let user_id = UserID::from_address(Some(name), None, address.as_str())
            .map_err(|_| failed("the name does not fit into a user id"))?;
        let encryption = KeyFlags::empty().set_transport_encryption().set_storage_encryption();
        let (cert, _) = CertBuilder::new()
            .set_profile(profile)
            .map_err(|_| failed("the profile is not supported"))?
            .set_cipher_suite(CipherSuite::Cv25519)
            .set_creation_time(now.system_time())
            .add_userid(user_id)
            .set_primary_key_flags(KeyFlags::empty().set_certification())
            .add_signing_subkey()
            .add_subkey(encryption, None, None)
            .generate()
            .map_err(|_| failed("the library refused"))?;
        Ok(Self(cert))
    }

    /// The secret, armored, for the key file.
    pub fn to_secret_armored(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_tsk().armored().to_vec().unwrap_or_default())
    }

    /// The public half.
    pub fn certificate(&self) -> Certificate {
        Certificate::of(self.0.clone().strip_secret_key_material())
    }

    /// The full fingerprint of the primary key.
    pub fn fingerprint(&self) -> Fingerprint {
        certificate::fingerprint(&self.0)
    }

    pub(super) fn cert(&self) -> &Cert {
        &self.0
    }

    /// The newest key that may sign at `now`.
    pub(super) fn signing_key(
        &self,
        now: Timestamp,
    ) -> Option<Key<key::SecretParts, key::UnspecifiedRole>> {
        let policy = validity::policy(now);
        validity::signing_keys(&self.0, &policy, now)
            .into_iter()
            .filter_map(|bound| bound.key().clone().parts_into_secret().ok())
            .max_by_key(Key::creation_time)
    }

    /// Every key that can decrypt, also expired and revoked ones: mail to them may be under
    /// way. Keys bound for signing only are left out.
    pub(super) fn decryption_keys(
        &self,
    ) -> impl Iterator<Item = Key<key::SecretParts, key::UnspecifiedRole>> + '_ {
        let signs_only = |key: &ErasedKeyAmalgamation<'_, key::SecretParts>| {
            let flags = key.self_signatures().next().and_then(|binding| binding.key_flags());
            flags.is_some_and(|f| !f.for_transport_encryption() && !f.for_storage_encryption())
        };
        self.0
            .keys()
            .unencrypted_secret()
            .filter(|key| key.key().pk_algo().for_encryption())
            .filter(move |key| !signs_only(key))
            .map(|key| key.key().clone())
    }
}

fn refuse(condition: Condition, reason: &str) -> Refusal {
    Refusal {
        condition,
        reason: reason.into(),
        hint: "Export it with `gpg --export-secret-keys`, without passphrase.".into(),
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.fingerprint())
    }
}
