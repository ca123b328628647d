//! Conditions: everything a mail can show that speaks against distributing it.
//!
//! One vocabulary for the openers, the verdict, the audit log and the command line. The ten
//! points of the acceptance rule, in its order. Names are part of the interface: never renamed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::list::Disposition;

macro_rules! conditions {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal ),+ $(,)?) => {
        /// One thing that speaks against distributing a mail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        pub enum Condition {
            $( $(#[doc = $doc])+ #[serde(rename = $name)] $variant ),+
        }

        impl Condition {
            /// Every condition, in the order of the acceptance rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in policies, verdicts and the audit log.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// One sentence for people.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+)),+ }
            }
        }
    };
}

conditions! {
    // 1. One From, one team.
    /// The header section cannot be read, or two readers would read it differently.
    Malformed = "malformed",
    /// The From field is absent or empty.
    FromMissing = "from-missing",
    /// There is more than one From field or mailbox.
    FromSeveral = "from-several",
    /// The From field is no plain address.
    FromMalformed = "from-malformed",
    /// The From address belongs to no team.
    FromUnknown = "from-unknown",
    /// The team may not send: candidate, suspended or left.
    TeamNotActive = "team-not-active",
    /// The team is not subscribed to this list.
    NotSubscribed = "not-subscribed",
    /// The mail is an automatic answer or a bounce.
    Automatic = "automatic",
    /// The mail has passed this list, or too many relays, before.
    Loop = "loop",

    // 2. Encryption outermost, to the list, nothing beside it.
    /// The mail is not encrypted.
    NotEncrypted = "not-encrypted",
    /// Something stands beside the encrypted part.
    PartlyEncrypted = "partly-encrypted",
    /// No key of the list opens the mail.
    NotForList = "not-for-list",
    /// The mail is inline OpenPGP, not PGP/MIME.
    Inline = "inline",
    /// The type of an encrypted part is told by its file name only.
    TypeByName = "type-by-name",
    /// The mail was repaired: a server on the way had changed its structure.
    Mangled = "mangled",

    // 3. Integrity.
    /// The encryption has no integrity protection.
    NoIntegrity = "no-integrity",
    /// The ciphertext was changed or cut off, or a cipher is not allowed.
    IntegrityBroken = "integrity-broken",
    /// A packet or structure stands where none may be.
    PacketStructure = "packet-structure",
    /// Encryption stands directly inside encryption.
    EncryptedTwice = "encrypted-twice",
    /// The ciphertext uses an algorithm that is too weak.
    CipherWeak = "cipher-weak",

    // 4. One signature around all of the content.
    /// The content is not signed.
    NotSigned = "not-signed",
    /// The signature covers a part of the content only.
    PartlySigned = "partly-signed",
    /// The signature is around the ciphertext, not inside it.
    InvertedLayers = "inverted-layers",
    /// There is more than one signature.
    SignaturesSeveral = "signatures-several",
    /// OpenPGP and S/MIME are mixed in one mail.
    ProtocolsMixed = "protocols-mixed",
    /// The signed content is a compressed CMS object.
    Compressed = "compressed",

    // 5. The signer's key.
    /// The signature is not by a registered key.
    SignerUnknown = "signer-unknown",
    /// The signer is not the team of the From address.
    SignerNotFrom = "signer-not-from",
    /// The address is not, or no longer, named in the signer's certificate.
    SignerAddress = "signer-address",
    /// The signer's key or certificate has expired.
    KeyExpired = "key-expired",
    /// The signer's key or certificate is revoked.
    KeyRevoked = "key-revoked",
    /// The signer's key or certificate is not valid yet.
    KeyNotYetValid = "key-not-yet-valid",
    /// The signer's key may not sign mail.
    KeyUsage = "key-usage",
    /// The signer's key is too weak, too large or broken.
    KeyWeak = "key-weak",
    /// The certification path does not lead to a trust anchor of the network.
    CertificatePath = "certificate-path",

    // 6. The signature itself.
    /// The signature does not verify.
    SignatureInvalid = "signature-invalid",
    /// The signature is not of a type that signs a message.
    SignatureType = "signature-type",
    /// The signature is of a version that proves nothing.
    SignatureVersion = "signature-version",
    /// The signature does not say, under its protection, when it was made.
    SignatureTimeMissing = "signature-time-missing",
    /// The signature was made in the future, or before its key.
    SignatureTimeWrong = "signature-time-wrong",
    /// The signature has expired.
    SignatureExpired = "signature-expired",
    /// The signature carries something critical that we do not know.
    SignatureCritical = "signature-critical",
    /// The digest of the signature is too weak.
    DigestWeak = "digest-weak",
    /// The signature names other intended recipients.
    IntendedForOthers = "intended-for-others",
    /// The signed attributes contradict the content or the signer.
    SignedAttributes = "signed-attributes",

    // 7. Protected headers.
    /// The protected From differs from the outer From.
    ProtectedFrom = "protected-from",
    /// The protected To and Cc do not name the list.
    ProtectedTo = "protected-to",

    // 8. Freshness.
    /// The signed content has been distributed before.
    Replay = "replay",
    /// The signature is older than the freshness window of the list.
    Stale = "stale",

    // 9. and limits
    /// Ciphertext is carried as content; it stays closed.
    CiphertextInside = "ciphertext-inside",
    /// There are too many parts, fields, recipients or signatures, or they nest too deeply.
    TooComplex = "too-complex",
    /// The content is larger than the limit once opened.
    TooLarge = "too-large",
    /// The mail could not be opened within its time.
    TooSlow = "too-slow",
}

impl Condition {
    /// The answer unless the list's policy says otherwise.
    pub const fn default_disposition(self) -> Disposition {
        match self {
            Self::Replay => Disposition::Discard,
            Self::Inline | Self::TypeByName | Self::Mangled | Self::CiphertextInside => {
                Disposition::Accept
            }
            _ => Disposition::Refuse,
        }
    }

    /// Whether a policy may answer with accept or hold. What would make the sender's identity
    /// or the secrecy of the content doubtful may not be waived.
    pub const fn waivable(self) -> bool {
        matches!(
            self,
            Self::Inline
                | Self::TypeByName
                | Self::Mangled
                | Self::CiphertextInside
                | Self::Stale
                | Self::ProtectedTo
                | Self::NotSubscribed
                | Self::SignerAddress
                | Self::Automatic
        )
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::list::Policy;

    #[test]
    fn identity_cannot_be_waived_by_policy() {
        let mut policy = Policy::default();
        policy.conditions.insert(Condition::NotSigned, Disposition::Accept);
        policy.conditions.insert(Condition::Stale, Disposition::Hold);
        assert_eq!(policy.disposition(Condition::NotSigned), Disposition::Refuse);
        assert_eq!(policy.disposition(Condition::Stale), Disposition::Hold);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Condition::ALL.iter().map(|c| c.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Condition::ALL.len());
    }
}
