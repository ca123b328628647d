//! What there is to ask for, in a table, with examples.

use campanile_core::query::{Field, Shape};

use super::Within;

/// A field of the language.
pub(in crate::web) struct HelpRow {
    pub(in crate::web) name: &'static str,
    /// Empty where the meaning says it.
    pub(in crate::web) values: String,
    pub(in crate::web) about: &'static str,
    /// Whether it speaks of a whole group.
    pub(in crate::web) of_group: bool,
}

/// A query that works as it is.
pub(in crate::web) struct Example {
    pub(in crate::web) href: String,
    pub(in crate::web) text: &'static str,
    pub(in crate::web) about: &'static str,
}

const EXAMPLES: [(&str, &str); 3] = [
    ("severity:critical,high changed<=7d", "rated high or critical by somebody, and new here"),
    ("cvss>=9 (exploited:yes or differs:yes)", "a high score, and exploited or rated differently"),
    ("\"remote code execution\" not issuer:us", "these words one behind the other, not by you"),
];

/// Every field.
pub(super) fn rows() -> Vec<HelpRow> {
    let row = |field: &Field| HelpRow {
        name: field.name(),
        values: values(*field),
        about: field.about(),
        of_group: field.is_of_group(),
    };
    Field::ALL.iter().map(row).collect()
}

/// What may stand behind a field, in words.
fn values(field: Field) -> String {
    match field.shape() {
        // What it means says it.
        Shape::Text | Shape::Number(100) => String::new(),
        Shape::Name(words) => format!("a name, {}", words.join(", ")),
        Shape::Words(words) => words.join(", "),
        Shape::Number(1_000) => "0 to 10".into(),
        Shape::Number(_) => "a number".into(),
        Shape::Date => "2026-11-01, today, yesterday; <=7d: the last seven days".into(),
    }
}

/// The examples, as links of a list.
pub(super) fn examples(list: &'static str) -> Vec<Example> {
    let tab = if list == "groups" { "all" } else { "" };
    let within = Within { list, tab, building: false };
    let example = |(text, about)| Example { href: within.address(text), text, about };
    EXAMPLES.into_iter().map(example).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_queries() {
        for (text, _) in EXAMPLES {
            campanile_core::query::parse(text).unwrap();
        }
    }
}
