//! Versions and ranges of them as names of branches.
//!
//! 2.0 takes a range in any words. 2.1 takes a vers or a list of constraints only: what issuers
//! write is put into that where its meaning is plain; else it stays in words, as part of the name.

use crate::formats::csaf::Version;
use crate::formats::csaf::validate::range_of;

/// Everything, as 2.1 wants it.
const ALL: &str = "vers:all/*";
/// Words that make a version a range: those that test 6.1.31 looks for.
const WORDS: [&str; 7] = ["after", "all", "before", "earlier", "later", "prior", "versions"];
/// Bounds that exclude nothing.
const NO_LOWER: [&str; 5] = ["0", "*", "n/a", "unspecified", ""];
const NO_UPPER: [&str; 1] = ["*"];

/// Category and name of the branch of a version; `None` when 2.1 has none for it.
pub fn branch(text: &str, version: Version) -> Option<(&'static str, String)> {
    let (one, range) = ("product_version", "product_version_range");
    if !is_range(text) {
        return Some((one, text.to_owned()));
    }
    if version == Version::V2_0 {
        return Some((range, text.to_owned()));
    }
    let bare = !text.contains(['<', '>', '=', '|', '/', '*', ' ']);
    if bare && !WORDS.contains(&&*text.to_ascii_lowercase()) {
        return Some((one, text.to_owned()));
    }
    let text = constraints(text.trim())?;
    match range_of(&text)? {
        None => Some((range, text)),
        Some(single) => Some((one, single.to_owned())),
    }
}

/// Whether a version is a range.
fn is_range(version: &str) -> bool {
    let lower = version.to_ascii_lowercase();
    lower.contains(['<', '>', '='])
        || lower.starts_with("vers:")
        || lower.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// A vers as it is; the words of issuers as constraints between `|`.
fn constraints(text: &str) -> Option<String> {
    let text = text.strip_prefix("vers:all/").filter(|rest| *rest != "*").unwrap_or(text);
    if text.starts_with("vers:") {
        return Some(text.to_owned());
    }
    let text = text.strip_prefix("ECOSYSTEM ").or(text.strip_prefix("SEMVER ")).unwrap_or(text);
    if ["all", "all versions"].contains(&&*text.to_ascii_lowercase()) {
        return Some(ALL.to_owned());
    }
    let mut constraints = Vec::new();
    for alternative in text.split("||") {
        let some = self::alternative(alternative.trim())?;
        if some.is_empty() {
            return Some(ALL.to_owned());
        }
        constraints.extend(some);
    }
    Some(constraints.join("|"))
}

/// The constraints of one range; none for everything.
fn alternative(text: &str) -> Option<Vec<String>> {
    let text = ["all versions ", "versions ", "version "]
        .iter()
        .find_map(|words| without(text, words))
        .unwrap_or(text);
    if let Some(version) = [" and prior", " and earlier", " or earlier", " and below"]
        .iter()
        .find_map(|words| text.strip_suffix(words))
    {
        return is_version(version).then(|| vec![format!("<={version}")]);
    }
    if let Some(version) = ["prior to ", "before "].iter().find_map(|words| without(text, words)) {
        return is_version(version).then(|| vec![format!("<{version}")]);
    }
    let mut constraints = Vec::new();
    let mut words = text.split([' ', ',', '|']).filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let sign =
            ["<=", ">=", "!=", "<", ">", "="].iter().find(|sign| word.starts_with(**sign))?;
        let version = match word.strip_prefix(sign)? {
            "" => words.next()?,
            version => version,
        };
        match *sign {
            ">=" | ">" if NO_LOWER.contains(&version) => {}
            "<=" | "<" if NO_UPPER.contains(&version) => {}
            _ if is_version(version) && !NO_LOWER.contains(&version) => {
                constraints.push(format!("{sign}{version}"));
            }
            _ => return None,
        }
    }
    Some(constraints)
}

/// Without words at the beginning, in whatever letters.
fn without<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let start = text.get(..words.len())?;
    start.eq_ignore_ascii_case(words).then(|| text.get(words.len()..))?
}

/// Whether it is one version and no words or constraints.
fn is_version(text: &str) -> bool {
    !text.is_empty() && !text.contains([' ', '<', '>', '=', '|', ',', '!'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_issuers_become_constraints_where_their_meaning_is_plain() {
        for (text, expected) in [
            ("< V4.1.4", "<V4.1.4"),
            (">= V6.2 < V7.1", ">=V6.2|<V7.1"),
            (">= 1.3 | <= 3.1", ">=1.3|<=3.1"),
            ("ECOSYSTEM >=0 <7:20180414-25.el8", "<7:20180414-25.el8"),
            (">=0 <5.15 || >=5.15.83 <=5.15.* || >=6.1 <=*", "<5.15|>=5.15.83|<=5.15.*|>=6.1"),
            (">=0 <=*", ALL),
            ("all", ALL),
            ("vers:all/*", ALL),
            ("vers:all/<V4.4", "<V4.4"),
            ("vers:intdot/<4.2", "vers:intdot/<4.2"),
            ("8.0.27 and prior", "<=8.0.27"),
            ("versions 66 and prior", "<=66"),
            ("All versions < V3.10", "<V3.10"),
            ("prior to 2.0", "<2.0"),
        ] {
            let found = branch(text, Version::V2_1);
            assert_eq!(found, Some(("product_version_range", expected.into())), "{text}");
        }
    }

    #[test]
    fn one_version_is_no_range_and_other_words_stay_words() {
        assert_eq!(branch("= 1.2", Version::V2_1), Some(("product_version", "1.2".into())));
        assert_eq!(branch("x-all-1", Version::V2_1), Some(("product_version", "x-all-1".into())));
        for text in
            ["< V17 Update 5", "~> 3.2 || >= 4", "curl < 7.83 and later", ">=1 <unspecified"]
        {
            assert_eq!(branch(text, Version::V2_1), None, "{text}");
            let kept = Some(("product_version_range", text.to_owned()));
            assert_eq!(branch(text, Version::V2_0), kept, "{text}");
        }
    }
}
