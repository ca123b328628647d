//! What an advisory is found and grouped by: from what everybody may see of it.

use campanile_core::comparison::scale::Band;
use campanile_core::grouping::{AdvisoryKey, Entry, Role};
use campanile_core::model::advisory::{Advisory, Identifier, Obtained, Rating, Value};
use campanile_core::query::{Words, rated};

use crate::store::advisories::index::{self, Lines};

/// Longest value of a rating in a column, in octets.
const VALUE_BYTES_MAX: usize = 400;

/// What grouping looks at.
pub(super) fn entry(advisory: &Advisory, key: &AdvisoryKey) -> Entry {
    let own: Vec<_> = Identifier::recognise(&advisory.number).into_iter().collect();
    Entry { key: key.clone(), ..Entry::of(advisory, &own) }
}

/// What it is found by.
pub(super) fn lines(advisory: &Advisory, entry: &Entry) -> Lines {
    let role = |role| match role {
        Role::Vulnerability => "vulnerability",
        Role::Own => "own",
        Role::Cites => "cites",
        Role::Upstream => "upstream",
        Role::Related => "related",
    };
    let identifiers =
        entry.index().map(|line| (index::column(line.identifier), role(line.role))).collect();
    let whole = advisory.ratings.iter().map(|one| rating("", one));
    let inside = advisory.vulnerabilities.iter().flat_map(|one| {
        let id = one.ids.iter().find(|id| id.is_cve()).or_else(|| one.ids.first());
        let id = id.map(index::column).unwrap_or_default();
        one.ratings.iter().map(move |one| rating(&id, one)).collect::<Vec<_>>()
    });
    Lines { identifiers, ratings: whole.chain(inside).collect(), words: Words::of(advisory) }
}

fn rating(identifier: &str, from: &Rating) -> index::Rating {
    let mut value = match &from.value {
        Value::Vector(text) | Value::Word(text) => text.clone(),
        Value::Criteria(criteria) => {
            let one =
                |(name, tokens): (&String, &Vec<String>)| format!("{name}={}", tokens.join(","));
            criteria.iter().map(one).collect::<Vec<_>>().join("; ")
        }
        Value::Score => String::new(),
    };
    let mut end = VALUE_BYTES_MAX.min(value.len());
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.truncate(end);
    let rated = rated(from);
    index::Rating {
        identifier: identifier.to_owned(),
        rater: from.rater.clone(),
        scheme: from.scheme.clone(),
        value,
        score: rated.score,
        band: rated.band.map_or("", Band::name).to_owned(),
        obtained: match from.obtained {
            Obtained::Stated => "stated",
            Obtained::Mapped(_) => "mapped",
            Obtained::Derived(_) => "derived",
        }
        .to_owned(),
    }
}
