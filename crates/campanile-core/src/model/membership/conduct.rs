//! The code of conduct: its text, and who has accepted which version of it, when, and how.

use serde::{Deserialize, Serialize};

use crate::model::key::Fingerprint;
use crate::model::team::named;
use crate::model::time::Timestamp;

/// A version of the code of conduct of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conduct {
    /// What it is called: `1.1`.
    pub version: String,
    /// SHA-256 of its text in UTF-8, line ends as LF.
    pub digest: Fingerprint,
    /// The text.
    pub text: String,
}

impl Conduct {
    /// A version with its digest.
    pub fn new(version: &str, text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let digest = Fingerprint::from_bytes(&openssl::sha::sha256(text.as_bytes()));
        Self { version: version.trim().to_owned(), digest, text }
    }
}

/// What shows that somebody has accepted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    /// A detached OpenPGP signature over the text, by a key of the team.
    Openpgp,
    /// A detached S/MIME signature over the text, by a certificate of the team.
    Smime,
    /// A person of the team, logged in with a client certificate, said so.
    Login,
    /// A signature on paper, which the operator has seen.
    Paper,
}

named!(
    SignatureKind,
    "kind of signature",
    Openpgp = "openpgp",
    Smime = "smime",
    Login = "login",
    Paper = "paper"
);

/// A team has accepted the code of conduct: a fact that stays, whatever becomes of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// The version.
    pub version: String,
    /// Digest of the text that was accepted.
    pub digest: Fingerprint,
    /// Who signed, by name.
    pub signed_by: String,
    /// When.
    pub signed_at: Timestamp,
    /// What shows it.
    pub kind: SignatureKind,
    /// The key or certificate that signed, or where the paper is.
    pub evidence: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_do_not_make_another_text() {
        let unix = Conduct::new("1", "Be kind.\nBe quick.\n");
        assert_eq!(unix, Conduct::new(" 1 ", "Be kind.\r\nBe quick.\r\n"));
        assert_ne!(unix.digest, Conduct::new("1", "Be kind.").digest);
    }
}
