//! Ranges of versions: `vers:type/constraints`, and the same without a type, called vls in 2.1.

use super::interval::{End, Interval, Key};

/// A range of versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range<'a> {
    /// The type of a vers; none for a vls.
    pub(super) kind: Option<&'a str>,
    /// In the order of the text.
    constraints: Vec<(Comparator, &'a str)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// Types of versions that are registered.
const KINDS: [&str; 27] = [
    "all",
    "alpm",
    "apk",
    "bitnami",
    "cargo",
    "composer",
    "conan",
    "cpan",
    "cran",
    "datetime",
    "deb",
    "ebuild",
    "gem",
    "generic",
    "github",
    "golang",
    "hex",
    "intdot",
    "lexicographic",
    "maven",
    "mattermost",
    "npm",
    "nuget",
    "pypi",
    "rpm",
    "semver",
    "swift",
];

impl<'a> Range<'a> {
    /// Reads a range.
    ///
    /// # Errors
    /// What is wrong, for its author.
    pub(super) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let Some(vers) = text.strip_prefix("vers:") else {
            return Ok(Self { kind: None, constraints: constraints(text)? });
        };
        let (kind, rest) = vers.split_once('/').ok_or("there is no / behind the type")?;
        match (kind, rest) {
            ("all", "*") | ("" | "none", "all" | "*") => {
                return Ok(Self { kind: Some(kind), constraints: Vec::new() });
            }
            ("all", _) => return Err("vers:all has no versions: write vers:all/*"),
            _ => {}
        }
        if !kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
            || kind.is_empty()
        {
            return Err("the type has other characters than small letters and digits");
        }
        Ok(Self { kind: Some(kind), constraints: constraints(rest)? })
    }

    /// Whether the type is a registered one; a vls has none.
    pub(super) fn has_known_kind(&self) -> bool {
        self.kind.is_none_or(|kind| kind.is_empty() || kind == "none" || KINDS.contains(&kind))
    }

    /// The version of a range that holds one.
    pub(super) fn single(&self) -> Option<&'a str> {
        match self.constraints.as_slice() {
            [(Comparator::Equal, version)] => Some(version),
            _ => None,
        }
    }

    /// Whether everything before a version is in it, and the version is not.
    pub(super) fn ends_below(&self) -> bool {
        matches!(self.constraints.last(), Some((Comparator::Less, _)))
    }

    /// The intervals that it is made of, in ascending order; `None` when its versions cannot be
    /// put in order, or are in none.
    pub(super) fn intervals(&self) -> Option<Vec<Interval>> {
        use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        if self.constraints.is_empty() {
            let all = self.kind == Some("all");
            return Some(
                all.then_some(Interval { lower: None, upper: None }).into_iter().collect(),
            );
        }
        let keys = self.constraints.iter().map(|(sign, text)| Some((*sign, Key::parse(text)?)));
        let keys: Vec<_> = keys.collect::<Option<_>>()?;
        if !keys.is_sorted_by(|(_, one), (_, next)| one <= next) {
            return None;
        }
        let mut intervals = Vec::new();
        // The lower end of an interval that has begun: one without lower end until a `>` or `=`.
        let bounds = keys.iter().find(|(sign, _)| *sign != NotEqual);
        let begins = matches!(bounds, Some((Less | LessOrEqual, _)) | None);
        let mut open = begins.then_some(None);
        for (sign, key) in keys {
            let at = |closed| Some(End { key: key.clone(), closed });
            match (sign, open.take()) {
                (Less | LessOrEqual, Some(lower)) => {
                    intervals.push(Interval { lower, upper: at(sign == LessOrEqual) });
                }
                (Less | LessOrEqual, None) => return None,
                (Greater | GreaterOrEqual, None) => open = Some(at(sign == GreaterOrEqual)),
                (NotEqual, Some(lower)) => {
                    intervals.push(Interval { lower, upper: at(false) });
                    open = Some(at(false));
                }
                (NotEqual, None) => {}
                (Equal, None) => {
                    intervals.push(Interval { lower: at(true), upper: at(true) });
                }
                (Greater | GreaterOrEqual | Equal, Some(_)) => return None,
            }
        }
        intervals.extend(open.map(|lower| Interval { lower, upper: None }));
        let apart = |one: &Interval, next: &Interval| !next.begins_before(one.upper.as_ref());
        intervals.is_sorted_by(apart).then_some(intervals)
    }

    /// Whether it goes on for ever.
    pub(super) fn is_open_above(&self) -> bool {
        use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let mut bounds =
            self.constraints.iter().rev().filter(|(comparator, _)| *comparator != NotEqual);
        match bounds.next() {
            Some((Greater | GreaterOrEqual, _)) => true,
            Some((Less | LessOrEqual | Equal | NotEqual, _)) | None => false,
        }
    }
}

fn constraints(text: &str) -> Result<Vec<(Comparator, &str)>, &'static str> {
    if text.contains(char::is_whitespace) {
        return Err("there are spaces in it: leave them out");
    }
    text.split('|').map(constraint).collect()
}

fn constraint(text: &str) -> Result<(Comparator, &str), &'static str> {
    let comparators = [
        ("!=", Comparator::NotEqual),
        ("<=", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
        ("=", Comparator::Equal),
    ];
    let known = comparators.into_iter().find_map(|(sign, comparator)| {
        text.strip_prefix(sign).map(|version| (comparator, version))
    });
    let (comparator, version) = known.unwrap_or((Comparator::Equal, text));
    match version {
        "" => Err("a version is missing"),
        _ if version.starts_with(['<', '>', '=', '!', '*']) => Err("a comparator is none"),
        _ => Ok((comparator, version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_the_standard_are_read() {
        for good in ["vers:intdot/<4.2.0", "vers:npm/>=2.2.0|<2.3.0", "<V3.1.2.2", "vers:all/*"] {
            assert!(Range::parse(good).is_ok(), "{good}");
        }
        for bad in ["all versions < 4.2.0", "vers:all/<V3", "vers:x/||>1", "vers:x/<>3.2.0"] {
            assert!(Range::parse(bad).is_err(), "{bad}");
        }
        assert!(Range::parse("vers:intdot/4.2.0").unwrap().single().is_some());
        assert!(Range::parse(">=4.2.0").unwrap().is_open_above());
    }

    #[test]
    fn range_is_made_of_the_intervals_that_it_writes() {
        let count = |text: &str| Range::parse(text).unwrap().intervals().map(|all| all.len());
        for (text, expected) in [
            (">2.1.0|<4.2.0", Some(1)),
            (">2.1.0|!=2.4.0|<4.2.0", Some(2)),
            (">2.1.0|<3.16.0|>3.16.0|<4.2.0", Some(2)),
            ("<2|>=3", Some(2)),
            ("1.0|2.0", Some(2)),
            ("!=1.0", Some(2)),
            ("vers:all/*", Some(1)),
            ("vers:npm/1.2.3|>=2.0.0|<5.0.0", Some(2)),
            // Out of order, or of an order that is not known.
            (">2|<1", None),
            (">10.9a|<=10.9k", None),
            ("vers:deb/<7.88.1-10", None),
            ("<1|<2", None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
    }
}
