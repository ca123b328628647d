//! Identifiers in comparable form: the pair of resource and number that EISPP compares by.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::numbering;

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

/// What the numbers of a system name. Two advisories with the same vulnerability are about the
/// same; two that point to the same advisory may take different parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Names {
    /// One vulnerability: CVE, VU#, GHSA.
    Vulnerability,
    /// An advisory or article, which may be about many: RHSA, MS03-026.
    Advisory,
}

impl Identifier {
    /// An identifier in its comparable form. `CAN-2003-0252` is `CVE-2003-0252`: the candidates of
    /// before 2005 kept their digits; `(Bugtraq, 8205)` is `BID-8205`. Systems and numbers that
    /// are not known stay as they are given.
    pub fn new(system: &str, number: &str) -> Self {
        if system.eq_ignore_ascii_case("cve") {
            let number = number.trim();
            let number = cve(number).unwrap_or_else(|| number.to_ascii_uppercase());
            return Self { system: "cve".to_owned(), number };
        }
        numbering::comparable(system, number)
    }

    /// The identifier of the CVE list that a text is, whole: `CVE-2022-0778`, `CAN-2003-0252`.
    pub fn cve(text: &str) -> Option<Self> {
        cve(text.trim()).map(|number| Self { system: "cve".into(), number })
    }

    /// The identifier that a text is, whole, in any numbering that is known.
    pub fn recognise(text: &str) -> Option<Self> {
        Self::cve(text).or_else(|| numbering::recognise(text))
    }

    /// What an address is about: `http://www.kb.cert.org/vuls/id/412115` is `VU#412115`.
    pub fn from_url(url: &str) -> Option<Self> {
        Self::first(numbering::mentioned(url, true))
    }

    /// Every identifier that a text mentions, in its order, each once.
    pub fn mentioned(text: &str) -> Vec<Self> {
        numbering::mentioned(text, false)
    }

    /// What a reference points to, from its address and its title. A page may carry the CVE number
    /// of what it is about in its address, and the advisory's own number in its title: the
    /// advisory is what the reference identifies.
    pub fn of_reference(url: &str, title: &str) -> Option<Self> {
        let mut found = numbering::mentioned(url, true);
        found.extend(Self::mentioned(title));
        Self::first(found)
    }

    /// The first advisory, else the first of all.
    fn first(mut found: Vec<Self>) -> Option<Self> {
        let advisory = found.iter().position(|one| one.names() == Some(Names::Advisory));
        (!found.is_empty()).then(|| found.swap_remove(advisory.unwrap_or_default()))
    }

    /// What it names; `None` where the system is not known.
    pub fn names(&self) -> Option<Names> {
        if self.is_cve() {
            return Some(Names::Vulnerability);
        }
        numbering::names(&self.system)
    }

    /// Whose numbering it is, as a name to show: `Red Hat`.
    pub fn owner(&self) -> Option<&'static str> {
        numbering::owner(&self.system)
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
