//! What a revision of an alert changes, field by field, for history and for the mail about it.

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::Alert;

/// Characters of the old and of the new text that [`FieldChange::brief`] shows.
const BRIEF_CHARS: usize = 60;
/// Characters in front of a difference that it shows when both texts begin alike.
const BRIEF_LEAD_CHARS: usize = 20;
/// Unchanged lines shown around a changed one.
const CONTEXT_LINES: usize = 1;
/// The order of the form.
const ORDER: [&str; 17] = [
    "id",
    "alternative_ids",
    "related",
    "purpose",
    "exercise",
    "restriction",
    "tlp",
    "language",
    "description",
    "affected",
    "assessment",
    "method",
    "recommendation",
    "expectation",
    "event",
    "additional",
    "contact",
];

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field, as its path in the JSON document: `affected.systems`.
    pub field: String,
    /// Its lines, old and new, with a few around them.
    pub lines: Vec<Line>,
}

impl FieldChange {
    /// The change in one line, `assessment severity: medium -> high`: long texts are shown from
    /// shortly before the place where they begin to differ.
    pub fn brief(&self) -> String {
        let (old, new) = (self.side(Change::Removed), self.side(Change::Added));
        let alike = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let from = alike.saturating_sub(BRIEF_LEAD_CHARS);
        let (old, new) = (cut(&old, from), cut(&new, from));
        format!("{}: {old} -> {new}", self.field.replace(['.', '_'], " "))
    }

    fn side(&self, side: Change) -> Vec<char> {
        let lines = self.lines.iter().filter(|line| line.change == side);
        let lines: Vec<_> = lines.map(|line| line.text.trim()).collect();
        lines.join(" / ").chars().collect()
    }
}

fn cut(text: &[char], from: usize) -> String {
    let rest = text.get(from..).unwrap_or_default();
    let shown: String = rest.iter().take(BRIEF_CHARS).collect();
    let before = if from > 0 && !rest.is_empty() { "…" } else { "" };
    let behind = if rest.len() > BRIEF_CHARS { "…" } else { "" };
    match shown.trim() {
        "" => "(nothing)".to_owned(),
        shown => format!("{before}{shown}{behind}"),
    }
}

/// A line of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Whether it stays, goes or comes.
    pub change: Change,
    /// The line.
    pub text: String,
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It stays.
    Kept,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl Change {
    /// The mark in front of a line, as in a patch.
    pub const fn mark(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// What differs between two revisions, in the order of the form. What every revision changes (its
/// number, its note, the time of the report) is left out.
pub fn changes(old: &Alert, new: &Alert) -> Vec<FieldChange> {
    let texts = |alert: &Alert| {
        let mut texts = Vec::new();
        if let Ok(value) = serde_json::to_value(alert) {
            flatten("", &value, &mut texts);
        }
        texts
    };
    let (old, new) = (texts(old), texts(new));
    let text_of = |texts: &[(String, String)], field: &str| {
        texts.iter().find(|(name, _)| name == field).map(|(_, text)| text.clone())
    };
    let mut fields: Vec<_> = old.iter().map(|(name, _)| name.clone()).collect();
    fields.extend(new.iter().map(|(name, _)| name.clone()));
    let mut found: Vec<FieldChange> = Vec::new();
    for field in fields {
        let silent = field.starts_with("revision.") || field.starts_with("reported_at");
        if silent || found.iter().any(|change| change.field == field) {
            continue;
        }
        let before = text_of(&old, &field).unwrap_or_default();
        let after = text_of(&new, &field).unwrap_or_default();
        if before != after {
            found.push(FieldChange { lines: lines(&before, &after), field });
        }
    }
    let place = |change: &FieldChange| {
        let group = change.field.split('.').next().unwrap_or_default();
        ORDER.iter().position(|name| *name == group).unwrap_or(ORDER.len())
    };
    found.sort_by_key(place);
    found
}

/// Every field with its text. A list is one text, an element a line.
fn flatten(path: &str, value: &Value, texts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            if let (Some(Value::String(text)), true) = (members.get("text"), members.len() == 2) {
                // A moment: as it was written.
                texts.push((path.to_owned(), text.clone()));
                return;
            }
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, member, texts);
            }
        }
        Value::Array(values) => {
            let lines: Vec<_> = values.iter().map(shown).collect();
            texts.push((path.to_owned(), lines.join("\n")));
        }
        other => texts.push((path.to_owned(), shown(other))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let parts = members.values().map(shown).filter(|text| !text.is_empty());
            parts.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// The lines of two texts, old and new: what differs, with a few lines around it.
pub fn lines(old: &str, new: &str) -> Vec<Line> {
    // With an end to the last line, so that it is the same line when others follow.
    let whole = |text: &str| format!("{}\n", text.trim_end_matches('\n'));
    let (old, new) = (whole(old), whole(new));
    let diff = TextDiff::from_lines(&old, &new);
    let groups = diff.grouped_ops(CONTEXT_LINES);
    let changes = groups.iter().flatten().flat_map(|op| diff.iter_changes(op));
    let line = |change: similar::Change<&str>| Line {
        change: match change.tag() {
            ChangeTag::Equal => Change::Kept,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        },
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    changes.map(line).filter(|line| !line.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::tests::alert;

    #[test]
    fn only_what_differs_is_shown_line_by_line() {
        let old = alert("DFN-CERT-1");
        let mut new = old.clone();
        new.recommendation = "Block port 135.\nInstall the patch.".into();
        new.affected.systems.push("Windows XP".into());
        new.revision.number = 2;
        new.revision.note = "more systems".into();
        let found = changes(&old, &new);
        let fields: Vec<_> = found.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["affected.systems", "recommendation"]);
        let lines: Vec<_> = found[1]
            .lines
            .iter()
            .map(|line| format!("{}{}", line.change.mark(), line.text))
            .collect();
        assert_eq!(lines, [" Block port 135.", "+Install the patch."]);
    }

    #[test]
    fn brief_change_shows_old_and_new_around_the_difference() {
        let old = alert("DFN-CERT-1");
        let mut new = old.clone();
        let long = "Filter port 135 at the border of every network that you look after";
        let base = Alert { recommendation: long.into(), ..old.clone() };
        new.recommendation = format!("{long}, and port 445 as well.");
        new.affected.systems = Vec::new();
        let base = Alert {
            affected: crate::model::alert::Affected {
                systems: vec!["Windows XP".into()],
                ..base.affected.clone()
            },
            ..base
        };
        let found = changes(&base, &new);
        let brief: Vec<_> = found.iter().map(FieldChange::brief).collect();
        assert_eq!(
            brief,
            [
                "affected systems: Windows XP -> (nothing)",
                "recommendation: …that you look after -> …that you look after, and port 445 \
                 as well.",
            ]
        );
    }

    #[test]
    fn revision_that_changes_no_field_shows_nothing() {
        let old = alert("DFN-CERT-1");
        let mut new = old.clone();
        new.revision.number = 2;
        assert!(changes(&old, &new).is_empty());
    }
}
