//! Whether one advisory, as a viewer sees it, meets a condition: for what no index holds.

use super::rated::rated;
use super::words::{Words, follows};
use super::{Field, Leaf, Phrase, Term, Test};
use crate::model::advisory::{Advisory, Identifier, Rating, Value, scheme};
use crate::model::time::Timestamp;

/// An advisory, as far as a viewer sees it.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    advisory: &'a Advisory,
    words: Words,
}

impl<'a> Seen<'a> {
    /// Prepares an advisory for many conditions.
    pub fn new(advisory: &'a Advisory) -> Self {
        Self { advisory, words: Words::of(advisory) }
    }

    /// Whether it meets a condition. `None` where that is not decided by what the advisory says:
    /// its group, and how it is stored.
    pub fn meets(&self, leaf: Leaf<'_>, now: Timestamp) -> Option<bool> {
        match leaf {
            Leaf::Text([one]) => {
                let id = one.identifier();
                Some(one.is_in(&self.words.all) || id.is_some_and(|id| self.has(&id)))
            }
            Leaf::Text(phrases) => Some(phrases.iter().all(|one| one.is_in(&self.words.all))),
            Leaf::Term(term) => self.term(term, now),
        }
    }

    fn term(&self, Term { field, test }: &Term, now: Timestamp) -> Option<bool> {
        let stands = |text: &str| {
            let phrases = test.texts().filter_map(Phrase::new);
            phrases.into_iter().any(|phrase| follows(&phrase.spelt(), text))
        };
        let published = || self.advisory.published_at.as_ref().map(|moment| moment.at);
        let week = || now.plus_seconds(-7 * 24 * 3600);
        Some(match field {
            Field::Id => test.texts().any(|text| self.is_called(text)),
            Field::Title => stands(&self.words.title),
            Field::Product => stands(&self.words.products),
            Field::Vendor => stands(&self.words.vendors),
            Field::Tlp => test.has(tlp_word(self.advisory)),
            Field::Published => published().is_some_and(|at| test.covers(at, now)),
            Field::New => test.has(yes_no(published().is_some_and(|at| at >= week()))),
            Field::Cvss => self.scored("cvss-", test),
            Field::Cvss2 => self.scored("cvss-2", test),
            Field::Cvss3 => self.scored("cvss-3", test),
            Field::Cvss4 => self.scored("cvss-4", test),
            Field::Epss => self.scored(scheme::EPSS, test),
            Field::Exploited => test.has(yes_no(self.ratings().any(is_exploited))),
            Field::Severity => {
                let bands = self.ratings().filter_map(|one| rated(one).band);
                bands.into_iter().any(|band| test.has(band.name()))
            }
            Field::Issuer => {
                let name = self.advisory.issuer.name.to_lowercase();
                test.texts().any(|text| name.contains(&text.to_lowercase()))
            }
            Field::Kind => test.has(self.advisory.kind.name()),
            Field::Status => test.has(self.advisory.status.name()),
            Field::Format
            | Field::Restricted
            | Field::Changed
            | Field::Members
            | Field::Teams
            | Field::Differs
            | Field::Only
            | Field::State
            | Field::Assessed
            | Field::Claimed => return None,
        })
    }

    fn is_called(&self, text: &str) -> bool {
        let number = self.advisory.number.to_lowercase() == text.trim().to_lowercase();
        number || Identifier::recognise(text).is_some_and(|id| self.has(&id))
    }

    /// Whether an identifier is of a vulnerability that it is about, or its own.
    fn has(&self, id: &Identifier) -> bool {
        let own = || Identifier::recognise(&self.advisory.number).as_ref() == Some(id);
        self.advisory.vulnerability_ids().contains(&id) || own()
    }

    fn ratings(&self) -> impl Iterator<Item = &Rating> {
        let inside = self.advisory.vulnerabilities.iter().flat_map(|one| &one.ratings);
        self.advisory.ratings.iter().chain(inside)
    }

    fn scored(&self, scheme: &str, test: &Test) -> bool {
        let ratings = self.ratings().filter(|one| one.scheme.starts_with(scheme));
        ratings.filter_map(|one| rated(one).score).any(|score| test.takes(score))
    }
}

/// Whether a rating says that something is exploited: it stands in the catalog, or SSVC has it.
fn is_exploited(rating: &Rating) -> bool {
    let active = |(point, values): (&String, &Vec<String>)| {
        let is = |value: &String| value.eq_ignore_ascii_case("active");
        point.eq_ignore_ascii_case("exploitation") && values.iter().any(is)
    };
    let stated = || match &rating.value {
        Value::Criteria(criteria) => criteria.iter().any(active),
        _ => false,
    };
    rating.scheme == scheme::KEV || stated()
}

/// The label as a query calls it.
fn tlp_word(advisory: &Advisory) -> &'static str {
    let name = advisory.tlp.map_or("TLP:NONE", |label| label.name());
    let words = ["clear", "green", "amber", "amber+strict", "red", "none"];
    let same =
        |word: &&str| name.strip_prefix("TLP:").is_some_and(|n| n.eq_ignore_ascii_case(word));
    words.into_iter().find(same).unwrap_or("none")
}

/// `yes` or `no`.
fn yes_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
