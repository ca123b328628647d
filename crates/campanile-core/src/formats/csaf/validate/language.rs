//! Language tags [BCP 47] and whether their subtags are registered.

use std::sync::LazyLock;

use foldhash::HashSet;

/// Subtags of the IANA registry by kind.
struct Registry {
    languages: HashSet<&'static str>,
    extended: HashSet<&'static str>,
    scripts: HashSet<&'static str>,
    regions: HashSet<&'static str>,
    variants: HashSet<&'static str>,
    whole: HashSet<&'static str>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let text = include_str!("../../../../data/csaf/language-subtags.txt");
    let kind = |kind: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(name, _)| *name == kind).flat_map(|(_, tags)| tags.split(' ')).collect()
    };
    Registry {
        languages: kind("language"),
        extended: kind("extlang"),
        scripts: kind("script"),
        regions: kind("region"),
        variants: kind("variant"),
        whole: kind("grandfathered"),
    }
});

/// What is wrong with the subtags of a tag: the first that is not registered.
pub(super) fn unregistered(tag: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    if REGISTRY.whole.contains(&*lower) || lower.starts_with("x-") {
        return None;
    }
    let mut subtags = lower.split('-');
    let language = subtags.next().unwrap_or_default();
    if !REGISTRY.languages.contains(language) {
        return Some(language.to_owned());
    }
    // What is behind a single character is an extension or private: not of this registry.
    let rest = subtags.take_while(|subtag| subtag.len() > 1);
    rest.filter(|subtag| !is_registered(subtag)).map(str::to_owned).next()
}

fn is_registered(subtag: &str) -> bool {
    let digit = subtag.starts_with(|c: char| c.is_ascii_digit());
    match subtag.len() {
        2 => REGISTRY.regions.contains(subtag),
        3 if digit => REGISTRY.regions.contains(subtag),
        3 => REGISTRY.extended.contains(subtag),
        4 if !digit => REGISTRY.scripts.contains(subtag),
        _ => REGISTRY.variants.contains(subtag),
    }
}

/// Whether some subtag is for private use: `qaa` to `qtz`, `Qaaa` to `Qabx`, `AA`, `QM` to `QZ`,
/// `XA` to `XZ`, `ZZ`, and all behind `x`.
pub(super) fn is_private(tag: &str) -> bool {
    let lower = tag.to_ascii_lowercase();
    lower.split('-').enumerate().any(|(at, subtag)| match (at, subtag.len()) {
        (_, 1) => subtag == "x",
        (0, 3) => ("qaa"..="qtz").contains(&subtag),
        (0, _) => false,
        (_, 4) => ("qaaa"..="qabx").contains(&subtag),
        (_, 2) => {
            matches!(subtag, "aa" | "zz")
                || ("qm"..="qz").contains(&subtag)
                || ("xa"..="xz").contains(&subtag)
        }
        _ => false,
    })
}

/// Whether a tag is the one that says nothing.
pub(super) fn is_default(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("i-default")
}

/// Whether a text is in English, as far as is said.
pub(super) fn is_english_or_unsaid(tag: Option<&str>) -> bool {
    let language = tag.unwrap_or("en").split('-').next().unwrap_or_default();
    language.eq_ignore_ascii_case("en")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_subtags_are_known_and_others_named() {
        for good in ["en", "de-AT", "zh-Hant-TW", "de-CH-1996", "es-419", "i-default", "x-a"] {
            assert_eq!(unregistered(good), None, "{good}");
        }
        assert_eq!(unregistered("EZ").as_deref(), Some("ez"));
        assert_eq!(unregistered("en-QQQ").as_deref(), Some("qqq"));
        assert!(is_private("en-Qabc") && is_private("qtx") && !is_private("en-US"));
    }
}
