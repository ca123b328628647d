//! What is asked of a document because of the source that it comes from: whose it may be, and who
//! may see it.

use campanile_core::model::advisory::Advisory;
use campanile_core::model::advisory::disclosure::{Audience, Disclosure};
use campanile_core::model::tlp::Tlp;

/// The terms of a source.
///
/// # Security
/// An advisory is known by issuer and number: without the first rule a source could slip a newer
/// version under the number of another. What only we could fetch, with our certificate, was meant
/// for us and not for every team of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whose documents it may bring; `None`: those of everybody who is no member of the network.
    pub issuers: Option<Vec<String>>,
    /// Those of everybody, members as well.
    pub everybody: bool,
    /// Who sees what is not for everybody; `None`: such documents are refused.
    pub audience: Option<Audience>,
    /// Whether everybody else could fetch its documents just so.
    pub public: bool,
}

impl Terms {
    /// Whether it may bring documents of members.
    pub(super) fn names_members(&self) -> bool {
        self.everybody || self.issuers.is_some()
    }

    /// Why a document is not taken.
    pub(super) fn refusal(&self, advisory: &Advisory) -> Option<String> {
        let issuer = advisory.issuer.name.trim();
        let named = |issuers: &Vec<String>| {
            issuers.iter().any(|one| one.trim().to_lowercase() == issuer.to_lowercase())
        };
        if !self.everybody && self.issuers.as_ref().is_some_and(|issuers| !named(issuers)) {
            return Some(format!(
                "it is of {issuer}, for whom this source does not speak; `campanile source change \
                 --issuer` lets it"
            ));
        }
        (!self.is_for_everybody(advisory.tlp) && self.audience.is_none()).then(|| {
            let label = advisory.tlp.map_or("no label", Tlp::name);
            format!(
                "it bears {label} and is not for every team; `campanile source change --audience` \
                 says for whom it is"
            )
        })
    }

    /// Who sees a document with this label; `None`: as of any document from outside.
    ///
    /// What is narrower is not known to others at all: its title may be the secret.
    pub(super) fn disclosure(&self, label: Option<Tlp>) -> Option<Disclosure> {
        let audience = self.audience.clone().filter(|_| !self.is_for_everybody(label))?;
        let exception = (audience != Audience::Network)
            .then(|| "it came from a source outside, for some teams only".to_owned());
        Some(Disclosure { rest: audience, exception, ..Disclosure::default() })
    }

    fn is_for_everybody(&self, label: Option<Tlp>) -> bool {
        match label {
            Some(Tlp::Clear) => true,
            None | Some(Tlp::Green) => self.public,
            Some(Tlp::Amber | Tlp::AmberStrict | Tlp::Red) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(public: bool, audience: Option<Audience>) -> Terms {
        let issuers = Some(vec!["Example".to_owned()]);
        Terms { issuers, everybody: false, audience, public }
    }

    fn advisory(issuer: &str, tlp: Option<Tlp>) -> Advisory {
        let mut advisory = Advisory { tlp, ..Advisory::default() };
        advisory.issuer.name = issuer.to_owned();
        advisory
    }

    #[test]
    fn source_speaks_for_those_it_was_set_up_for_only() {
        let terms = terms(true, None);
        assert_eq!(terms.refusal(&advisory(" EXAMPLE", None)), None);
        let why = terms.refusal(&advisory("Other", None)).unwrap();
        assert!(why.contains("of Other"), "{why}");
        let all = Terms { everybody: true, ..terms };
        assert_eq!(all.refusal(&advisory("Other", None)), None);
    }

    #[test]
    fn what_is_not_for_everybody_needs_an_audience() {
        let labels = [None, Some(Tlp::Clear), Some(Tlp::Green), Some(Tlp::Amber), Some(Tlp::Red)];
        let refused = |public: bool, audience: Option<Audience>| {
            labels.map(|label| {
                terms(public, audience.clone()).refusal(&advisory("Example", label)).is_some()
            })
        };
        assert_eq!(refused(true, None), [false, false, false, true, true]);
        assert_eq!(refused(false, None), [true, false, true, true, true]);
        assert_eq!(refused(false, Some(Audience::Own)), [false; 5]);
    }

    #[test]
    fn what_is_for_some_teams_is_not_known_to_the_others() {
        let terms = terms(false, Some("ALPHA".parse().unwrap()));
        assert_eq!(terms.disclosure(Some(Tlp::Clear)), None);
        let rules = terms.disclosure(Some(Tlp::Amber)).unwrap();
        assert!(rules.exception.is_some());
        assert_eq!(rules.rest, "ALPHA".parse().unwrap());
    }
}
