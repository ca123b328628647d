//! Identifiers in comparable form: the pair of resource and number that EISPP compares by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number in somebody's numbering: `(cve, CVE-2003-0252)`, `(redhat, RHSA-2003:206)`.
///
/// Two identifiers are equal when they mean the same: [`Identifier::new`] writes every number in
/// one form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// Whose numbering, in lower case: `cve`, `ghsa`, `cert-cc`, `redhat`.
    pub system: String,
    /// The number, in the form its owner writes it.
    pub number: String,
}

impl Identifier {
    /// An identifier in its comparable form. `CAN-2003-0252` is `CVE-2003-0252`: the candidates of
    /// before 2005 kept their digits.
    pub fn new(system: &str, number: &str) -> Self {
        let system = system.trim().to_ascii_lowercase();
        let number = number.trim();
        let number = match system.as_str() {
            "cve" => cve(number).unwrap_or_else(|| number.to_ascii_uppercase()),
            _ => number.to_owned(),
        };
        Self { system, number }
    }

    /// The identifier of the CVE list that a text is, whole: `CVE-2022-0778`, `CAN-2003-0252`.
    pub fn cve(text: &str) -> Option<Self> {
        cve(text.trim()).map(|number| Self { system: "cve".into(), number })
    }

    /// Whether it is a number of the CVE list.
    pub fn is_cve(&self) -> bool {
        self.system == "cve"
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

/// `CVE-YYYY-NNNN…` in capitals, or `None` when the text is no such number.
fn cve(text: &str) -> Option<String> {
    let (prefix, rest) = text.split_at_checked(4)?;
    let known = prefix.eq_ignore_ascii_case("CVE-") || prefix.eq_ignore_ascii_case("CAN-");
    let (year, digits) = rest.split_once('-')?;
    let numeric = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    let fits = year.len() == 4 && (4..=19).contains(&digits.len());
    (known && fits && numeric(year) && numeric(digits)).then(|| format!("CVE-{year}-{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidate_and_entry_are_one_identifier() {
        assert_eq!(Identifier::cve("CAN-2003-0252"), Identifier::cve(" cve-2003-0252 "));
        assert_eq!(Identifier::new("CVE", "can-2003-0252").to_string(), "CVE-2003-0252");
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in ["CVE-2003-025", "CVE-03-0252", "CVE-2003-0252a", "VE-2003-0252", "ä"] {
            assert_eq!(Identifier::cve(text), None, "{text}");
        }
    }
}
