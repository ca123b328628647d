//! The table of numberings: which texts and addresses are numbers of somebody's, and the one form
//! that each is compared in.
//!
//! The table is data (`systems.tsv`, `patterns.tsv`), so that a numbering is added without code. It
//! knows forms only: whether a number was ever given out, it cannot tell.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::identifier::{Identifier, Names};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("systems.tsv"), include_str!("patterns.tsv")));

/// Compiled size of all patterns together; they need about a tenth of it.
const COMPILED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest text that is searched, in bytes: the rest of a book names nothing new.
const SEARCHED_BYTES_MAX: usize = 256 * 1024;

/// Whose numbers.
#[derive(Debug)]
struct System {
    name: &'static str,
    names: Names,
    owner: &'static str,
}

/// One form of a number.
#[derive(Debug)]
struct Pattern {
    system: &'static str,
    place: &'static str,
    /// Finds it.
    regex: Regex,
    /// Is it, whole.
    whole: Regex,
    number: &'static str,
    case: &'static str,
}

#[derive(Debug)]
struct Table {
    systems: HashMap<&'static str, System>,
    others: HashMap<&'static str, &'static str>,
    patterns: Vec<Pattern>,
    /// The patterns at once: which of them match.
    set: RegexSet,
}

impl Table {
    fn read(systems: &'static str, patterns: &'static str) -> Self {
        let rows = |text: &'static str| text.lines().filter(|line| !line.starts_with('#'));
        let mut table = Self {
            systems: HashMap::new(),
            others: HashMap::new(),
            patterns: rows(patterns).filter_map(pattern).collect(),
            set: RegexSet::empty(),
        };
        for row in rows(systems) {
            let mut cells = row.split('\t');
            let Some(name) = cells.next() else { continue };
            let names = match cells.next() {
                Some("vulnerability") => Names::Vulnerability,
                _ => Names::Advisory,
            };
            let owner = cells.next().unwrap_or_default();
            let others = cells.next().unwrap_or_default();
            table.others.extend(others.split(',').map(|other| (other, name)));
            table.systems.insert(name, System { name, names, owner });
        }
        let texts = table.patterns.iter().map(|pattern| pattern.regex.as_str());
        let set = RegexSetBuilder::new(texts).size_limit(COMPILED_BYTES_MAX).build();
        table.set = set.unwrap_or_default();
        table
    }

    fn system(&self, name: &str) -> Option<&System> {
        self.systems.get(name).or_else(|| self.systems.get(self.others.get(name)?))
    }
}

/// A row of `patterns.tsv`; a row that is no pattern is none, and a test says so.
fn pattern(row: &'static str) -> Option<Pattern> {
    let mut cells = row.split('\t');
    let (system, place, text) = (cells.next()?, cells.next()?, cells.next()?);
    let (number, case) = (cells.next()?, cells.next()?);
    // Numbers in addresses are known by what stands before them.
    let edge = if place == "url" { "" } else { r"(?-u:\b)" };
    let build = |text: String| RegexBuilder::new(&text).size_limit(COMPILED_BYTES_MAX).build().ok();
    // ASCII on purpose: digits of other scripts are no digits of these numbers.
    let regex = build(format!(r"(?i-u){edge}(?:{text}){edge}"))?;
    let whole = build(format!(r"(?i-u)^(?:{text})$"))?;
    Some(Pattern { system, place, regex, whole, number, case })
}

impl Pattern {
    fn identifier(&self, found: &Captures<'_>) -> Identifier {
        Identifier { system: self.system.to_owned(), number: self.filled(found) }
    }

    /// The template with its `{1}`, `{2:3}` filled in.
    fn filled(&self, found: &Captures<'_>) -> String {
        let mut number = String::new();
        let mut rest = self.number;
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((slot, behind)) = behind.split_once('}') else { break };
            number.push_str(before);
            let (group, digits) = slot.split_once(':').unwrap_or((slot, ""));
            let group = group.parse().ok().and_then(|group| found.get(group));
            let part = group.map(|group| group.as_str()).unwrap_or_default();
            match (digits.parse::<usize>(), self.case) {
                (Ok(width), _) => {
                    number.push_str(&format!("{:0>width$}", part.trim_start_matches('0')));
                }
                (_, "upper") => number.push_str(&part.to_ascii_uppercase()),
                (_, "lower") => number.push_str(&part.to_ascii_lowercase()),
                _ => number.push_str(part),
            }
            rest = behind;
        }
        number.push_str(rest);
        number
    }
}

/// System and number in their one form; what is not known stays as it is given.
pub(super) fn comparable(system: &str, number: &str) -> Identifier {
    let given = system.trim().to_ascii_lowercase();
    let number = number.trim();
    let system = TABLE.system(&given);
    if let Some(system) = system {
        let of_system = TABLE.patterns.iter().filter(|one| one.system == system.name);
        for pattern in of_system.filter(|one| one.place != "url") {
            if let Some(found) = pattern.whole.captures(number) {
                return pattern.identifier(&found);
            }
        }
    }
    // `(microsoft, Q822925)` is a number of another numbering of the same owner.
    let other = recognise(number).filter(|other| match system {
        Some(system) => owner(&other.system) == Some(system.owner),
        None => true,
    });
    other.unwrap_or_else(|| Identifier {
        system: system.map_or(given, |system| system.name.to_owned()),
        number: number.to_owned(),
    })
}

/// What a text is a number of, whole.
pub(super) fn recognise(text: &str) -> Option<Identifier> {
    let text = text.trim();
    let matching = TABLE.set.matches(text).into_iter();
    let mut rows = matching.filter_map(|row| TABLE.patterns.get(row));
    rows.find_map(|row| match row.place {
        "text" => row.whole.captures(text).map(|found| row.identifier(&found)),
        _ => None,
    })
}

/// Every number in a text, in its order, each once; in an address (`is_url`) also those that are
/// known by the address.
pub(super) fn mentioned(text: &str, is_url: bool) -> Vec<Identifier> {
    let text = match text.char_indices().find(|(at, _)| *at >= SEARCHED_BYTES_MAX) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    };
    let mut found = Vec::new();
    for row in TABLE.set.matches(text).into_iter().filter_map(|row| TABLE.patterns.get(row)) {
        if row.place == "text" || (is_url && row.place == "url") {
            for captures in row.regex.captures_iter(text) {
                let span = captures.get(0).map(|whole| whole.range()).unwrap_or_default();
                found.push((span, row.identifier(&captures)));
            }
        }
    }
    // `CURL-CVE-2022-1` names one thing, not two: what lies inside of another match is none.
    found.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    let mut all: Vec<Identifier> = Vec::new();
    for (span, identifier) in found {
        if span.end > end && !all.contains(&identifier) {
            all.push(identifier);
        }
        end = end.max(span.end);
    }
    all
}

/// What numbers of a system name.
pub(super) fn names(system: &str) -> Option<Names> {
    TABLE.system(system).map(|system| system.names)
}

/// Whose a system is.
pub(super) fn owner(system: &str) -> Option<&'static str> {
    TABLE.system(system).map(|system| system.owner)
}

#[cfg(test)]
mod tests;
