//! Links between the documents lead somewhere.

use std::path::Path;

use super::Findings;
use crate::source::Source;

/// Checks every relative link of a Markdown file.
pub fn inspect(source: &Source, root: &Path, findings: &mut Findings) {
    if !source.path.ends_with(".md") {
        return;
    }
    let folder = root.join(&source.path);
    let folder = folder.parent().unwrap_or(root);
    for (number, line) in source.text.lines().enumerate() {
        for target in targets(line) {
            if !folder.join(target).exists() {
                findings.add(source, number + 1, format!("link to `{target}` leads nowhere"));
            }
        }
    }
}

/// Targets of relative links, without their fragment.
fn targets(line: &str) -> Vec<&str> {
    let after = line.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    let targets = targets.map(|target| target.split('#').next().unwrap_or(""));
    targets.filter(|target| !target.is_empty() && !target.contains(':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_targets_are_followed() {
        let line = "[a](docs/a.md#b), [c](https://c.example), [d](#d), [e](../e.md)";
        assert_eq!(targets(line), ["docs/a.md", "../e.md"]);
    }

    #[test]
    fn link_to_a_missing_file_is_found() {
        let mut findings = Findings::default();
        let source = Source::new("x.md", "[a](missing-file.md)\n");
        inspect(&source, Path::new(env!("CARGO_MANIFEST_DIR")), &mut findings);
        assert_eq!(findings.0.len(), 1);
    }
}
