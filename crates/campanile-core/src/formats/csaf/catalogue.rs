//! The CWE list, all versions of it.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A weakness as some versions in a row have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weakness {
    /// First and last of the versions, as positions.
    versions: (usize, usize),
    pub(super) name: &'static str,
    /// `Draft`, `Incomplete`, `Stable`, `Deprecated`.
    pub(super) status: &'static str,
    /// Whether vulnerabilities may be mapped to it: `Allowed`, `Allowed-with-Review`,
    /// `Discouraged`, `Prohibited`, or nothing in old versions.
    pub(super) mapping: &'static str,
}

struct Catalogue {
    versions: Vec<&'static str>,
    /// The day that each version came out, like `2023-10-26`.
    released: Vec<&'static str>,
    weaknesses: HashMap<&'static str, Vec<Weakness>>,
}

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::read(include_str!("../../../data/csaf/cwe.tsv")));

impl Catalogue {
    fn read(table: &'static str) -> Self {
        let named = |prefix: &str| {
            let line = table.lines().find_map(|line| line.strip_prefix(prefix));
            line.unwrap_or_default().split(' ').collect::<Vec<_>>()
        };
        let (versions, released) = (named("# versions "), named("# released "));
        let at = |version| versions.iter().position(|known| *known == version);
        let mut weaknesses: HashMap<&str, Vec<Weakness>> = HashMap::with_capacity(1100);
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (id, first, last, name, status, mapping) =
                (cell(), cell(), cell(), cell(), cell(), cell());
            if let (Some(first), Some(last)) = (at(first), at(last)) {
                let versions = (first, last);
                weaknesses.entry(id).or_default().push(Weakness {
                    versions,
                    name,
                    status,
                    mapping,
                });
            }
        }
        Self { versions, released, weaknesses }
    }
}

/// A weakness like `CWE-79` in every version that has it.
pub(super) fn weakness(id: &str) -> &'static [Weakness] {
    let number = id.strip_prefix("CWE-").unwrap_or_default();
    CATALOGUE.weaknesses.get(number).map_or(&[], Vec::as_slice)
}

/// A weakness as one version has it.
pub(super) fn weakness_in(id: &str, version: &str) -> Option<Weakness> {
    let at = CATALOGUE.versions.iter().position(|known| *known == version)?;
    weakness(id).iter().find(|w| (w.versions.0..=w.versions.1).contains(&at)).copied()
}

/// The newest version, and a weakness as it has it.
pub(super) fn weakness_now(id: &str) -> Option<(&'static str, Weakness)> {
    let newest = CATALOGUE.versions.last().copied()?;
    Some((newest, weakness_in(id, newest)?))
}

/// The newest version of those that were out, by the day, like `2023-10-26`.
pub(super) fn newest_of(is_out: impl Fn(&str) -> bool) -> Option<&'static str> {
    let both = CATALOGUE.versions.iter().zip(&CATALOGUE.released);
    both.rev().find(|(_, released)| is_out(released)).map(|(version, _)| *version)
}

/// Whether there is a version of this name.
pub(super) fn is_version(version: &str) -> bool {
    CATALOGUE.versions.contains(&version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weakness_has_the_name_of_its_version() {
        assert_eq!(weakness_in("CWE-79", "4.17").unwrap().status, "Stable");
        assert_ne!(
            weakness_in("CWE-79", "1.0").unwrap().name,
            weakness("CWE-79").last().unwrap().name
        );
        assert!(weakness("CWE-0").is_empty());
        assert!(is_version("4.20"));
        assert_eq!(newest_of(|day| day < "2024-01-21"), Some("4.13"));
        assert_eq!(newest_of(|day| day < "2008-01-01"), None);
        assert_eq!(CATALOGUE.versions.len(), CATALOGUE.released.len());
    }
}
