//! Ranges of versions as one text, and back: `ECOSYSTEM >=0 <1.8.4 || >=1.9.0-0 <1.9.1`.
//!
//! The text says what the record says, in a form that people read and that [`super::write`] can
//! take apart again. Where there are ranges, the list of versions that they hold is left out.

use serde_json::{Value, json};

use crate::formats::json::{Json, Node};

/// The word for versions that are listed one by one.
const LISTED: &str = "VERSIONS";

/// The ranges and versions of an affected package, as a text.
pub(super) fn text(affected: &Node<'_, '_>) -> String {
    let mut groups: Vec<String> = Vec::new();
    for range in affected.items("ranges") {
        let mut out = word(range.text("type"));
        let repo = range.text("repo");
        if !repo.is_empty() {
            out.push(' ');
            out.push_str(&word(repo));
        }
        for (at, event) in range.items("events").iter().enumerate() {
            let Json::Object(members) = event.value() else { continue };
            for (name, value) in members {
                let Json::Text(version) = value else { continue };
                let sign = match name.as_str() {
                    "introduced" if at > 0 => "|| >=",
                    "introduced" => ">=",
                    "fixed" => "<",
                    "last_affected" => "<=",
                    "limit" => "<!",
                    _ => continue,
                };
                out.push(' ');
                out.push_str(sign);
                out.push_str(&word(version));
            }
        }
        groups.push(out);
    }
    if groups.is_empty() {
        let versions = affected.texts("versions");
        if !versions.is_empty() {
            let listed: Vec<_> = versions.into_iter().map(word).collect();
            groups.push(format!("{LISTED} {}", listed.join(" ")));
        }
    }
    groups.join("; ")
}

/// The members `ranges` and `versions` that a text stands for.
pub(super) fn members(text: &str) -> (Vec<Value>, Vec<Value>) {
    let mut ranges = Vec::new();
    let mut versions = Vec::new();
    for group in text.split("; ").filter(|group| !group.is_empty()) {
        let mut words = group.split(' ');
        let kind = words.next().unwrap_or_default();
        if kind == LISTED {
            versions.extend(words.map(Value::from));
            continue;
        }
        match range(kind, words) {
            Some(range) => ranges.push(range),
            // Words of other formats: one version is what they are.
            None => versions.push(Value::from(group)),
        }
    }
    (ranges, versions)
}

fn range<'t>(kind: &str, words: impl Iterator<Item = &'t str>) -> Option<Value> {
    if !["ECOSYSTEM", "SEMVER", "GIT"].contains(&kind) {
        return None;
    }
    let mut events = Vec::new();
    let mut repo = None;
    for word in words.filter(|word| *word != "||") {
        let signs =
            [(">=", "introduced"), ("<=", "last_affected"), ("<!", "limit"), ("<", "fixed")];
        let event = signs.iter().find_map(|(sign, name)| Some((name, word.strip_prefix(sign)?)));
        match event {
            Some((name, version)) => events.push(json!({ *name: version })),
            None => repo = Some(word),
        }
    }
    Some(match repo {
        Some(repo) => json!({ "type": kind, "repo": repo, "events": events }),
        None => json!({ "type": kind, "events": events }),
    })
}

/// A text without what would take it apart.
fn word(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("_").replace(';', ",")
}
