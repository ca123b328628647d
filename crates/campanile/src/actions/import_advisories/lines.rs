//! What an advisory is found and grouped by: from what everybody may see of it.

use campanile_core::grouping::{AdvisoryKey, Entry, Role};
use campanile_core::model::advisory::{Advisory, Identifier, Obtained, Rating, Value};

use crate::store::advisories::index::{self, Lines};

/// Letters and digits of one advisory that full-text search looks at, in octets: a text of four
/// pages; what vendors write behind that is legal.
const WORDS_BYTES_MAX: usize = 8 * 1024;
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
    Lines { identifiers, ratings: whole.chain(inside).collect(), words: words(advisory) }
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
    index::Rating {
        identifier: identifier.to_owned(),
        rater: from.rater.clone(),
        scheme: from.scheme.clone(),
        value,
        score: from.score.as_deref().and_then(hundredths),
        obtained: match from.obtained {
            Obtained::Stated => "stated",
            Obtained::Mapped(_) => "mapped",
            Obtained::Derived(_) => "derived",
        }
        .to_owned(),
    }
}

/// A hundred times a score as it was written: `9.8` is 980.
fn hundredths(score: &str) -> Option<i64> {
    let (whole, part) = score.trim().split_once('.').unwrap_or((score.trim(), ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 9 && digits(whole) && digits(&part);
    fits.then(|| Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()?)).flatten()
}

/// Letters and digits, in lower case, with one blank between words.
fn words(advisory: &Advisory) -> String {
    let mut words = String::new();
    let mut add = |text: &str| {
        for character in text.chars() {
            if words.len() >= WORDS_BYTES_MAX {
                return;
            }
            match character.is_alphanumeric() {
                true => words.extend(character.to_lowercase().filter(|c| c.is_alphanumeric())),
                false if !words.ends_with(' ') => words.push(' '),
                false => {}
            }
        }
        words.push(' ');
    };
    for text in [&advisory.number, &advisory.issuer.name, &advisory.title] {
        add(text);
    }
    advisory.vulnerability_ids().into_iter().for_each(|id| add(&id.number));
    advisory.products.iter().take(100).for_each(|one| add(&one.name));
    let inside = advisory.vulnerabilities.iter();
    inside.clone().for_each(|one| add(&one.title));
    let sections = inside.flat_map(|one| &one.sections);
    advisory.sections.iter().chain(sections).for_each(|one| add(&one.text));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn score_is_read_as_it_is_written() {
        let read = ["9.8", "10", "0.97", "0.00043", "high", "", "9.x", "-1"].map(hundredths);
        let expected = [Some(980), Some(1000), Some(97), Some(0), None, None, None, None];
        assert_eq!(read, expected);
    }

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        let title = "NFS (xdr_int) – Ünïcode\u{0} CAN-2003-0252".to_owned();
        let advisory = Advisory { title, ..Advisory::default() };
        assert_eq!(words(&advisory).trim(), "nfs xdr int ünïcode can 2003 0252");
    }
}
