//! What one viewer sees of an advisory.

use super::{Disclosure, Facts, Part};
use crate::model::advisory::{
    Advisory, Rating, Reference, Revision, Section, Solution, Vulnerability,
};
use crate::model::time::Timestamp;

/// What a viewer sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The advisory, without what is withheld.
    pub advisory: Advisory,
    /// Which of its parts are withheld, in order.
    pub withheld: Vec<Withheld>,
}

/// A part that is there and not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Withheld {
    /// Which.
    pub part: Part,
    /// When everybody will see it, if that is known.
    pub until: Option<Timestamp>,
}

/// What a viewer sees of an advisory at a time; `None` where it must not learn that it exists.
pub fn view(
    advisory: &Advisory,
    disclosure: &Disclosure,
    viewer: &Facts,
    now: Timestamp,
) -> Option<View> {
    let is = |team: &super::Handle, other: &super::Handle| {
        team.as_str().eq_ignore_ascii_case(other.as_str())
    };
    let owner = disclosure.owner.as_ref().zip(viewer.team.as_ref());
    let whole = disclosure.is_open(now) || owner.is_some_and(|(a, b)| is(a, b));
    if whole {
        return Some(View { advisory: advisory.clone(), withheld: Vec::new() });
    }
    if !disclosure.is_minimum_open(now) && !disclosure.rest.has(viewer) {
        return None;
    }
    let sees = |part: Part| disclosure.audience(part).has(viewer);
    let until = disclosure.release_at;
    let there = Part::ALL.iter().filter(|part| has(advisory, **part));
    let withheld = there.filter(|part| !sees(**part)).map(|part| Withheld { part: *part, until });
    Some(View { advisory: shown(advisory, sees), withheld: withheld.collect() })
}

/// A copy with the minimum and the parts that may be seen.
fn shown(from: &Advisory, sees: impl Fn(Part) -> bool) -> Advisory {
    let sees = &sees;
    Advisory {
        kind: from.kind,
        issuer: from.issuer.clone(),
        number: from.number.clone(),
        markup: from.markup,
        version: from.version.clone(),
        title: from.title.clone(),
        language: from.language.clone(),
        status: from.status,
        tlp: from.tlp,
        published_at: from.published_at.clone(),
        changed_at: from.changed_at.clone(),
        revisions: revisions(&from.revisions, sees(Part::History)),
        supersedes: from.supersedes.clone(),
        sections: sections(&from.sections, sees),
        products: only(&from.products, sees(Part::Products)),
        vulnerabilities: from.vulnerabilities.iter().map(|one| vulnerability(one, sees)).collect(),
        ratings: ratings(&from.ratings, sees(Part::Products)),
        solutions: solutions(&from.solutions, sees),
        references: references(&from.references, sees(Part::References)),
        upstream: from.upstream.clone(),
        related: from.related.clone(),
        credits: only(&from.credits, sees(Part::Credits)),
    }
}

fn only<T: Clone>(all: &[T], seen: bool) -> Vec<T> {
    if seen { all.to_vec() } else { Vec::new() }
}

fn vulnerability(from: &Vulnerability, sees: &impl Fn(Part) -> bool) -> Vulnerability {
    let details = sees(Part::TechnicalDescription);
    Vulnerability {
        ids: from.ids.clone(),
        title: if details { from.title.clone() } else { String::new() },
        sections: sections(&from.sections, sees),
        weaknesses: only(&from.weaknesses, details),
        ratings: ratings(&from.ratings, sees(Part::Products)),
        affected: only(&from.affected, sees(Part::Products)),
        solutions: solutions(&from.solutions, sees),
        references: references(&from.references, sees(Part::References)),
        disclosed_at: from.disclosed_at.clone().filter(|_| details),
    }
}

/// Ratings belong to the minimum; which products they are for does not.
fn ratings(all: &[Rating], products: bool) -> Vec<Rating> {
    let copy = |one: &Rating| Rating { products: only(&one.products, products), ..one.clone() };
    all.iter().map(copy).collect()
}

fn sections(all: &[Section], sees: &impl Fn(Part) -> bool) -> Vec<Section> {
    all.iter().filter(|one| sees(one.kind.into())).cloned().collect()
}

fn solutions(all: &[Solution], sees: &impl Fn(Part) -> bool) -> Vec<Solution> {
    let products = sees(Part::Products);
    let copy = |one: &Solution| Solution { products: only(&one.products, products), ..one.clone() };
    all.iter().filter(|_| sees(Part::Solutions)).map(copy).collect()
}

/// The identifiers of references belong to the minimum.
fn references(all: &[Reference], seen: bool) -> Vec<Reference> {
    if seen {
        return all.to_vec();
    }
    let bare = |one: &Reference| {
        Some(Reference { identifier: Some(one.identifier.clone()?), ..Reference::default() })
    };
    all.iter().filter_map(bare).collect()
}

/// That there were versions, and when, belongs to the minimum; what changed does not.
fn revisions(all: &[Revision], seen: bool) -> Vec<Revision> {
    let bare = |one: &Revision| match seen {
        true => one.clone(),
        false => Revision { summary: String::new(), ..one.clone() },
    };
    all.iter().map(bare).collect()
}

/// Whether an advisory has anything of a part.
fn has(advisory: &Advisory, part: Part) -> bool {
    let inside = &advisory.vulnerabilities;
    match part {
        Part::Products => {
            !advisory.products.is_empty() || inside.iter().any(|one| !one.affected.is_empty())
        }
        Part::Solutions => {
            !advisory.solutions.is_empty() || inside.iter().any(|one| !one.solutions.is_empty())
        }
        Part::References => advisory.all_references().next().is_some(),
        Part::History => advisory.revisions.iter().any(|one| !one.summary.is_empty()),
        Part::Credits => !advisory.credits.is_empty(),
        _ => {
            let details = part == Part::TechnicalDescription
                && inside.iter().any(|one| !one.title.is_empty() || !one.weaknesses.is_empty());
            let within = inside.iter().flat_map(|one| &one.sections);
            let mut texts = advisory.sections.iter().chain(within);
            details || texts.any(|one| Part::from(one.kind) == part)
        }
    }
}
