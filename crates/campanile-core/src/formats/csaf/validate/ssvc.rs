//! Decision points of SSVC, and the namespaces that they belong to.
//!
//! A namespace is a base, registered with SSVC or with `x_` in front, and extensions behind a `/`:
//! a translation or a narrower reading, never another decision point. [SSVC namespaces]

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use super::instant::Instant;
use super::version::Number;

/// A version of a decision point.
#[derive(Debug)]
pub(super) struct Point {
    /// As it is written.
    pub(super) version: &'static str,
    /// When it could first be had.
    pub(super) since: Instant<'static>,
    /// The keys of its values, in their order.
    pub(super) values: Vec<&'static str>,
}

/// Versions of the decision points, oldest first, by namespace and key.
type Points = HashMap<&'static str, HashMap<&'static str, Vec<Point>>>;

struct Registry {
    points: Points,
    /// Bases with their fragment, like `nist#800-30`.
    namespaces: HashSet<&'static str>,
    /// Bases without.
    names: HashSet<&'static str>,
}

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::read(include_str!("../../../../data/csaf/ssvc.tsv")));

impl Registry {
    fn read(table: &'static str) -> Self {
        let mut points = Points::default();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (namespace, key, version, since) = (cell(), cell(), cell(), cell());
            let values = cell().split(' ').collect();
            if let Some(since) = Instant::parse(since) {
                let keys = points.entry(namespace).or_default();
                keys.entry(key).or_default().push(Point { version, since, values });
            }
        }
        let namespaces: HashSet<_> = points.keys().copied().collect();
        let names = namespaces.iter().map(|namespace| name(namespace)).collect();
        Self { points, namespaces, names }
    }
}

/// What a namespace is, by its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// One of SSVC.
    Registered,
    /// Registered to stand in examples or tests: anything can be in it.
    Example,
    /// Begins with `x_`: its owner knows what is in it.
    Unregistered,
    /// Reserved so that nobody uses it.
    Forbidden,
    /// No name that SSVC has registered.
    Unknown,
}

/// The part in front of the extensions.
pub(super) fn base(namespace: &str) -> &str {
    namespace.split('/').next().unwrap_or_default()
}

/// Without extensions and fragment.
fn name(namespace: &str) -> &str {
    namespace.split(['/', '#']).next().unwrap_or_default()
}

/// What the base of a namespace is.
pub(super) fn kind(namespace: &str) -> Base {
    match name(namespace) {
        "invalid" | "x_invalid" => Base::Forbidden,
        "example" | "test" => Base::Example,
        name if name.starts_with("x_") => Base::Unregistered,
        name if REGISTRY.names.contains(name) => Base::Registered,
        _ => Base::Unknown,
    }
}

/// Whether a namespace has extensions.
pub(super) fn is_extended(namespace: &str) -> bool {
    namespace.contains('/')
}

/// Whether a namespace is registered as it stands, or free to be used in examples.
pub(super) fn is_known(namespace: &str) -> bool {
    REGISTRY.namespaces.contains(namespace) || kind(namespace) == Base::Example
}

/// All versions of a decision point, oldest first.
pub(super) fn versions(namespace: &str, key: &str) -> &'static [Point] {
    let keys = REGISTRY.points.get(base(namespace));
    keys.and_then(|keys| keys.get(key)).map_or(&[], Vec::as_slice)
}

/// The newest version that could be had at a time.
pub(super) fn newest(points: &'static [Point], at: Instant<'_>) -> Option<&'static Point> {
    points.iter().rev().find(|point| point.since <= at)
}

/// Whether two versions are one.
pub(super) fn is_version(point: &Point, version: &str) -> bool {
    point.version == version
        || Number::parse(point.version).is_some_and(|one| Number::parse(version) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_told_apart_by_their_base() {
        assert_eq!(kind("ssvc//.example.test#x"), Base::Registered);
        assert_eq!(kind("nist#800-30"), Base::Registered);
        assert_eq!(kind("x_example.test#x/de-DE"), Base::Unregistered);
        assert_eq!(kind("test#x/de-DE"), Base::Example);
        assert_eq!(kind("invalid"), Base::Forbidden);
        assert_eq!(kind("ssv"), Base::Unknown);
        assert!(is_known("cvss") && !is_known("cvss/de-DE") && !is_known("nist"));
    }

    #[test]
    fn newest_version_depends_on_the_time() {
        let at = |text| newest(versions("ssvc", "E"), Instant::parse(text).unwrap());
        assert_eq!(at("2024-01-24T10:00:00Z").unwrap().version, "1.0.0");
        assert_eq!(at("2025-01-24T10:00:00Z").unwrap().version, "1.1.0");
        assert!(at("2020-01-24T10:00:00Z").is_none());
        assert_eq!(versions("ssvc", "MI").last().unwrap().values, ["D", "MSC", "MEF", "MF"]);
    }

    #[test]
    fn versions_of_the_table_ascend() {
        for (key, points) in REGISTRY.points.values().flatten() {
            let numbers: Vec<_> =
                points.iter().map(|point| Number::parse(point.version).unwrap()).collect();
            assert!(numbers.is_sorted_by(|one, next| one.order(*next).is_lt()), "{key:?}");
        }
    }
}
