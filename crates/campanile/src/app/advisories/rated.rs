//! Ratings as the index has them, in the form in which they are compared.

use std::collections::BTreeMap;

use campanile_core::model::advisory::{
    Advisory, Identifier, Issuer, Obtained, Rating, Value, Vulnerability, scheme,
};

use crate::store::advisories::Stored;
use crate::store::advisories::index;

/// What an advisory says in ratings, and nothing else of it.
pub(super) fn rated(member: &Stored, ratings: &[(String, index::Rating)]) -> Advisory {
    let mut advisory = Advisory {
        kind: member.kind,
        number: member.number.clone(),
        issuer: Issuer { name: member.issuer.clone(), ..Issuer::default() },
        ..Advisory::default()
    };
    let mut inside: BTreeMap<&str, Vec<Rating>> = BTreeMap::new();
    for (_, one) in ratings.iter().filter(|(id, _)| *id == member.id) {
        match one.identifier.as_str() {
            "" => advisory.ratings.push(rating(one)),
            identifier => inside.entry(identifier).or_default().push(rating(one)),
        }
    }
    let vulnerability = |(column, ratings): (&str, Vec<Rating>)| Vulnerability {
        ids: identifier(column).into_iter().collect(),
        ratings,
        ..Vulnerability::default()
    };
    advisory.vulnerabilities = inside.into_iter().map(vulnerability).collect();
    advisory
}

/// An identifier of a column; `None` for the whole advisory.
pub(super) fn identifier(column: &str) -> Option<Identifier> {
    let (system, number) = column.split_once(' ')?;
    Some(Identifier { system: system.to_owned(), number: number.to_owned() })
}

fn rating(from: &index::Rating) -> Rating {
    let (scheme, value) = (from.scheme.as_str(), from.value.as_str());
    let value = match value {
        "" => Value::Score,
        _ if scheme.starts_with("cvss") => Value::Vector(value.to_owned()),
        _ if scheme == scheme::WORD || !value.contains('=') => Value::Word(value.to_owned()),
        _ => Value::Criteria(criteria(value)),
    };
    Rating {
        rater: from.rater.clone(),
        scheme: scheme.to_owned(),
        value,
        score: from.score.map(|score| format!("{}.{:02}", score / 100, score % 100)),
        obtained: Obtained::Stated,
        products: Vec::new(),
    }
}

/// `risk=high; impact=a,b` as tokens by criterion.
fn criteria(value: &str) -> BTreeMap<String, Vec<String>> {
    let one = |text: &str| {
        let (name, tokens) = text.split_once('=')?;
        Some((name.to_owned(), tokens.split(',').map(str::to_owned).collect()))
    };
    value.split("; ").filter_map(one).collect()
}
