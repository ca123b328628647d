//! What is recognised when a posting comes again.

use std::fmt;

use hmac::digest::InvalidLength;
use openssl::sha::Sha256;

use super::network::Team;
use super::open::Opened;
use crate::crypto::mac::mac;
use crate::model::key::Fingerprint;

/// The author and what was signed: not the octets of the signature, the envelope or the
/// ciphertext, and not the certificate, all of which others can change. A renewed certificate
/// often has the key of the old one, and which of them a signature names is not signed.
///
/// # Security
/// The digest leaves this type only under the secret of the network: whoever reads the database
/// must not be able to tell whether a text that he guesses was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplayKey {
    /// Registry identifier of the team that signed.
    pub signer: String,
    /// SHA-256 of the signed octets with line ends unified, in hexadecimal.
    digest: String,
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({})", self.signer)
    }
}

impl ReplayKey {
    /// For a mail with a good signature of `team`; `None` when there is no content.
    pub(super) fn of(team: &Team, opened: &Opened) -> Option<Self> {
        let content = opened.content.as_ref()?;
        let inline = opened.signed_digest.clone();
        Some(Self { signer: team.id.clone(), digest: inline.unwrap_or_else(|| digest(content)) })
    }

    /// What is remembered of the content: HMAC-SHA-256 in lower-case hexadecimal.
    ///
    /// # Errors
    /// As [`mac`].
    pub fn stored(&self, secret: &[u8]) -> Result<String, InvalidLength> {
        stored(secret, &self.digest)
    }
}

/// [`ReplayKey::stored`] of a digest that an older version has remembered as it was.
///
/// # Errors
/// As [`mac`].
pub fn stored(secret: &[u8], digest: &str) -> Result<String, InvalidLength> {
    mac(secret, &format!("replay {digest}"))
}

/// SHA-256 over signed octets with line ends as LF and without line ends at the end, because a
/// text signature [RFC 9580 §5.2.1.2] and the step from opaque to detached leave these open.
pub(super) fn digest(signed: &[u8]) -> String {
    let end = signed.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |at| at + 1);
    let mut hash = Sha256::new();
    for line in signed.get(..end).unwrap_or_default().split_inclusive(|b| *b == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                hash.update(text);
                hash.update(b"\n");
            }
            None => hash.update(line),
        }
    }
    Fingerprint::from_bytes(&hash.finish()).as_str().to_owned()
}
