//! Registries of the CSAF committee: systems of vulnerability identifiers, translated terms.

use std::sync::LazyLock;

use regex::Regex;

use super::tree::{Node, read};

static IDS: LazyLock<Vec<(String, Option<Regex>)>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/csaf/registry/ids.json");
    let system = |entry: &Node<'_>| {
        let pattern = entry.text("text_pattern").and_then(|text| Regex::new(text).ok());
        Some((entry.text("system_name")?.to_owned(), pattern))
    };
    let root = read(text.as_bytes());
    root.map_or_else(
        |_| Vec::new(),
        |root| root.list("entries").iter().filter_map(system).collect(),
    )
});

static TERMS: LazyLock<Option<Node<'static>>> =
    LazyLock::new(|| read(include_bytes!("../../../../data/csaf/registry/translations.json")).ok());

/// Whether a system of identifiers is registered [RVISC].
pub(super) fn is_system(name: &str) -> bool {
    IDS.iter().any(|(known, _)| known == name)
}

/// Whether an identifier has the form of its system; one of another system has.
pub(super) fn has_form(system: &str, text: &str) -> bool {
    let known = IDS.iter().find(|(known, _)| known == system);
    let pattern = known.and_then(|(_, pattern)| pattern.as_ref());
    pattern.is_none_or(|pattern| pattern.is_match(text))
}

/// A term like `license` in a language, if the committee has recorded one for it.
pub(super) fn translated(term: &str, language: &str) -> Option<&'static str> {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let terms = TERMS.as_ref()?.get("translation")?;
    let of = |language: &str| terms.get(language)?.text(term);
    of(language).or_else(|| of(&primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_systems_have_forms() {
        let csaf = "https://github.com/oasis-tcs/csaf";
        assert!(is_system(csaf) && has_form(csaf, "#1217") && !has_form(csaf, "Issue 1217"));
        assert!(!is_system("other") && has_form("other", "anything"));
        assert!(IDS.iter().all(|(_, pattern)| pattern.is_some()));
    }

    #[test]
    fn terms_are_known_in_german_alone() {
        assert_eq!(translated("license", "de-AT"), Some("Lizenz"));
        assert_eq!(translated("license", "fr"), None);
    }
}
