//! A team as a directory describes it, whichever it is.

use crate::model::key::Fingerprint;
use crate::model::membership::{Day, Directory, Evidence};
use crate::model::team::Handle;
use crate::model::time::Timestamp;

/// One team of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Short name, as the directory has it; not always a handle.
    pub short_name: String,
    /// Full name.
    pub name: String,
    /// Addresses.
    pub emails: Vec<Email>,
    /// Keys that it names. Claims, nothing more.
    pub keys: Vec<KeyClaim>,
    /// What the directory itself says of the team.
    pub evidence: Vec<Evidence>,
    /// Everything else.
    pub directory: Directory,
    /// When the entry was last changed.
    pub changed_at: Option<Timestamp>,
}

/// An address of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As written; not checked to be one.
    pub address: String,
    /// What it is for: `contact`.
    pub usage: Vec<String>,
}

/// A key that a directory names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyClaim {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Until when it is valid, says the directory.
    pub expires: Option<Day>,
}

impl Record {
    /// The handle that the short name makes: what no handle may have becomes `-`. `None` when
    /// nothing is left.
    pub fn handle(&self) -> Option<Handle> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let dashed: String =
            self.short_name.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
        let mut parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
        if parts.iter().all(|part| part.chars().all(|c| "._".contains(c))) {
            parts.clear();
        }
        parts.join("-").trim_matches(['.', '_']).parse().ok()
    }

    /// The domain of its first address.
    pub fn domain(&self) -> Option<&str> {
        self.emails.first()?.address.rsplit_once('@').map(|(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_name_becomes_a_handle() {
        let handle = |name: &str| {
            let record = Record { short_name: name.into(), ..Record::default() };
            record.handle().map(|handle| handle.to_string())
        };
        assert_eq!(handle("DFN-CERT").as_deref(), Some("DFN-CERT"));
        assert_eq!(handle("CAIS/RNP").as_deref(), Some("CAIS-RNP"));
        assert_eq!(handle(" CSIRT (Example) ").as_deref(), Some("CSIRT-Example"));
        assert_eq!(handle("Ünïcode CERT").as_deref(), Some("n-code-CERT"));
        assert_eq!(handle("…"), None);
        assert_eq!(handle("_"), None);
    }
}
