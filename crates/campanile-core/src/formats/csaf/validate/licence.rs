//! Identifiers of licences: which of the SPDX list and of the ScanCode LicenseDB there are.

use std::sync::LazyLock;

use foldhash::HashMap;

/// What a list says of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Current,
    Deprecated,
    /// It looks like one of the list, and is not there.
    Missing,
    /// It belongs to no list that we have.
    Elsewhere,
}

/// In front of identifiers of the ScanCode LicenseDB.
const SCANCODE: &str = "LicenseRef-scancode-";
/// In front of identifiers that a document or another list defines.
const OWN: [&str; 3] = ["LicenseRef-", "AdditionRef-", "DocumentRef-"];

/// By identifier in small letters, as SPDX compares them [SPDX 3.0.1, annex B].
struct Lists {
    spdx: HashMap<String, Listed>,
    scancode: HashMap<String, Listed>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let text = include_str!("../../../../data/csaf/licences.txt");
    let mut lists = Lists { spdx: HashMap::default(), scancode: HashMap::default() };
    for (kind, names) in text.lines().filter_map(|line| line.split_once(' ')) {
        let (list, listed) = match kind {
            "spdx" => (&mut lists.spdx, Listed::Current),
            "deprecated" => (&mut lists.spdx, Listed::Deprecated),
            "scancode" => (&mut lists.scancode, Listed::Current),
            "scancode-deprecated" => (&mut lists.scancode, Listed::Deprecated),
            _ => continue,
        };
        list.extend(names.split(' ').map(|name| (name.to_ascii_lowercase(), listed)));
    }
    lists
});

/// What the lists say of an identifier of a licence or an exception.
pub(super) fn listed(identifier: &str) -> Listed {
    let find = |list: &HashMap<String, Listed>, name: &str| {
        list.get(&name.to_ascii_lowercase()).copied().unwrap_or(Listed::Missing)
    };
    if let Some(name) = identifier.strip_prefix(SCANCODE) {
        return find(&LISTS.scancode, name);
    }
    match OWN.iter().any(|prefix| identifier.starts_with(prefix)) {
        true => Listed::Elsewhere,
        false => find(&LISTS.spdx, identifier),
    }
}

/// The identifiers in an expression, without `+`.
pub(super) fn identifiers(expression: &str) -> impl Iterator<Item = &str> {
    let words = expression.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    let words = words.filter(|word| !word.is_empty() && !["AND", "OR", "WITH"].contains(word));
    words.map(|word| word.strip_suffix('+').unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_looked_up_in_the_list_that_they_belong_to() {
        for (identifier, expected) in [
            ("MIT", Listed::Current),
            ("cc-by-4.0", Listed::Current),
            ("any-OSI", Listed::Current),
            ("389-exception", Listed::Current),
            ("GFDL-1.1", Listed::Deprecated),
            ("No-Such-Licence", Listed::Missing),
            ("LicenseRef-scancode-public-domain", Listed::Current),
            ("LicenseRef-scancode-aop-pd", Listed::Deprecated),
            ("LicenseRef-scancode-none", Listed::Missing),
            ("LicenseRef-www.example.com-x", Listed::Elsewhere),
        ] {
            assert_eq!(listed(identifier), expected, "{identifier}");
        }
    }

    #[test]
    fn expression_falls_apart_into_its_identifiers() {
        let words: Vec<_> =
            identifiers("(MIT OR GPL-2.0+) AND Apache-2.0 WITH LLVM-exception").collect();
        assert_eq!(words, ["MIT", "GPL-2.0", "Apache-2.0", "LLVM-exception"]);
    }
}
