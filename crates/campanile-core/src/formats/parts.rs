//! What several formats have in common: what a record is about, states of products, vectors.

use crate::formats::json::Node;
use crate::formats::{Severity, dates};
use crate::model::advisory::{
    Advisory, Affected, Identifier, Names, Product, ProductStatus, Rating, Revision, Value,
    Vulnerability, scheme,
};
use crate::model::limits::STATES_MAX;
use crate::model::moment::Moment;

/// What a record is about: `about` are the numbers of the CVE list, `aliases` other numbers of the
/// same. Two numbers of the CVE list are two vulnerabilities, even where a record calls both its
/// aliases; then its own number means all of them, and identifies none.
pub(super) fn about(
    own: &Identifier,
    about: Vec<Identifier>,
    aliases: Vec<Identifier>,
) -> Vec<Vulnerability> {
    let mut cve: Vec<Identifier> = Vec::new();
    let mut others: Vec<Identifier> = Vec::new();
    let is_advisory = own.names() == Some(Names::Advisory);
    let own_first = (!is_advisory).then(|| own.clone());
    for one in own_first.into_iter().chain(about).chain(aliases) {
        let list = if one.is_cve() { &mut cve } else { &mut others };
        if !list.contains(&one) {
            list.push(one);
        }
    }
    let of = |ids| Vulnerability { ids, ..Vulnerability::default() };
    match cve.len() {
        0 if others.is_empty() => Vec::new(),
        0 => vec![of(others)],
        1 => vec![of(cve.into_iter().chain(others).collect())],
        _ => {
            let others = others.into_iter().filter(|one| one != own);
            cve.into_iter().chain(others).map(|one| of(vec![one])).collect()
        }
    }
}

/// Adds products with the state that each has for every vulnerability, where the format says it
/// once for all. Beyond [`STATES_MAX`] the products are listed without it.
pub(super) fn affect(
    node: &Node<'_, '_>,
    advisory: &mut Advisory,
    products: Vec<(Product, ProductStatus)>,
) {
    let states = products.len().saturating_mul(advisory.vulnerabilities.len());
    let listed = states <= STATES_MAX;
    if !listed {
        node.find(Severity::Note, "products are listed without the vulnerabilities of each");
    }
    for (at, (mut product, status)) in products.into_iter().enumerate() {
        product.id = format!("p{}", at.saturating_add(1));
        if listed {
            let affected = Affected { product: product.id.clone(), status };
            let all = advisory.vulnerabilities.iter_mut();
            all.for_each(|one| one.affected.push(affected.clone()));
        }
        advisory.products.push(product);
    }
}

/// Gives what is rated for the whole to its vulnerability, where there is one only.
pub(super) fn rate(advisory: &mut Advisory, rated: Vec<Rating>) {
    match advisory.vulnerabilities.as_mut_slice() {
        [one] => one.ratings.extend(rated),
        _ => advisory.ratings.extend(rated),
    }
}

/// Gives every vulnerability the weaknesses of the whole, where they are few enough to be meant.
pub(super) fn weaknesses(advisory: &mut Advisory, weaknesses: Vec<String>) {
    if weaknesses.len().saturating_mul(advisory.vulnerabilities.len()) <= STATES_MAX {
        let all = advisory.vulnerabilities.iter_mut();
        all.for_each(|one| one.weaknesses.clone_from(&weaknesses));
    }
}

/// What the history says about a document that was taken back.
pub(super) fn withdrawal(at: Option<Moment>) -> Vec<Revision> {
    let line = |at| Revision { at: Some(at), summary: "withdrawn".into(), ..Revision::default() };
    at.map(line).into_iter().collect()
}

/// A day or time that is a member, with a finding where it is none. The year 1, which programs
/// write for none, is none.
pub(super) fn moment(node: &Node<'_, '_>, name: &str) -> Option<Moment> {
    let text = node.text(name);
    let moment = dates::moment(text);
    if moment.is_none() && !text.is_empty() && !text.starts_with("0001-") {
        node.find(Severity::Warning, format!("`{name}` is no date and time; it is left out"));
    }
    moment
}

/// What a rater states by a vector, with the score that is given beside it.
pub(super) fn by_vector(rater: &str, vector: &str, score: Option<String>) -> Rating {
    let vector = vector.trim();
    let value = Value::Vector(vector.to_owned());
    Rating { score, ..Rating::stated(rater, scheme_of(vector), value) }
}

/// What a rater states by a word of its own.
pub(super) fn by_word(rater: &str, word: &str) -> Option<Rating> {
    let word = word.trim();
    (!word.is_empty()).then(|| Rating::stated(rater, scheme::WORD, Value::Word(word.to_owned())))
}

/// The scheme of a vector by its prefix; vectors without one are of version 2.
fn scheme_of(vector: &str) -> &'static str {
    match vector.split_once('/') {
        Some(("CVSS:4.0", _)) => scheme::CVSS_4,
        Some(("CVSS:3.1", _)) => scheme::CVSS_3_1,
        Some(("CVSS:3.0", _)) => scheme::CVSS_3_0,
        _ => scheme::CVSS_2,
    }
}
