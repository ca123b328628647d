//! The arrows between modules: a module may use only what stands to its left.
//!
//! The same table is in ARCHITECTURE.md; change both together.

use super::Findings;
use crate::source::Source;

/// A crate: its modules, layer by layer, from the left.
struct Arrows {
    name: &'static str,
    layers: &'static [&'static [&'static str]],
    /// Whether the modules of the leftmost layer may use each other.
    ground_mixes: bool,
    /// Modules that never use each other although one stands to the left.
    apart: &'static [&'static str],
    /// The files that may start what is kept apart.
    starters: &'static [&'static str],
}

const CRATES: [Arrows; 2] = [
    Arrows {
        name: "campanile-core",
        layers: &[
            &["model"],
            &["formats", "mime", "authz", "smtp", "grouping", "comparison"],
            &["crypto", "query"],
            &["pki", "gateway"],
        ],
        ground_mixes: false,
        apart: &[],
        starters: &[],
    },
    Arrows {
        name: "campanile",
        layers: &[
            &["config", "error", "clock", "fault", "telemetry", "printable", "counters", "confine"],
            &["store", "keys", "spool", "relay", "archive", "fetch", "unpack"],
            &["app"],
            &["actions"],
            &["jobs", "smtp", "web"],
            &["demo"],
            &["cli"],
        ],
        ground_mixes: true,
        apart: &["web", "smtp", "cli"],
        starters: &["cli/serve.rs"],
    },
];

impl Arrows {
    fn layer(&self, module: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.contains(&module))
    }

    /// Why a file of module `from` may not use module `to`.
    fn refusal(&self, file: &str, from: &str, to: &str) -> Option<String> {
        let (from_layer, to_layer) = (self.layer(from)?, self.layer(to)?);
        let apart = self.apart.contains(&from) && self.apart.contains(&to);
        let ground = self.ground_mixes && from_layer == 0 && to_layer == 0;
        if from == to || ground || (apart && self.starters.contains(&file)) {
            None
        } else if apart {
            Some(format!("`{from}` uses `{to}`: these never see each other, go through `actions`"))
        } else if to_layer >= from_layer {
            Some(format!(
                "`{from}` uses `{to}`, which is not to its left (ARCHITECTURE.md, \"Arrows\"): \
                 move the shared part to the left or pass it as a parameter"
            ))
        } else {
            None
        }
    }
}

/// Checks every path that starts at the root of the crate.
pub fn inspect(source: &Source, findings: &mut Findings) {
    for arrows in &CRATES {
        let Some(file) = source.inside(arrows.name).filter(|_| source.is_rust()) else {
            continue;
        };
        let modules = module_path(file);
        let Some(from) = modules.first().copied() else {
            continue;
        };
        if arrows.layer(from).is_none() {
            let what = format!(
                "module `{from}` has no place among the arrows: give it one in \
                 xtask/src/tidy/arrows.rs and in ARCHITECTURE.md"
            );
            findings.add(source, 1, what);
        }
        for (line, to) in used_modules(source, modules.len()) {
            if let Some(refusal) = arrows.refusal(file, from, &to) {
                findings.add(source, line, refusal);
            }
        }
    }
}

/// `smtp/session.rs` is `[smtp, session]`; the roots of the crate are empty.
fn module_path(file: &str) -> Vec<&str> {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" | "main" => Vec::new(),
        _ if path.starts_with("bin/") => Vec::new(),
        _ => path.split('/').collect(),
    }
}

/// Top-level modules that the product code names, with the line.
fn used_modules(source: &Source, depth: usize) -> Vec<(usize, String)> {
    let mut code = String::new();
    let mut numbers = Vec::new();
    for (number, line) in source.product(&source.scan.code) {
        code.push_str(line);
        code.push('\n');
        numbers.push(number);
    }
    let to_root = "super::".repeat(depth);
    let mut used = Vec::new();
    for start in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(start) {
            let (before, after) = (code.get(..at), code.get(at + start.len()..));
            let (Some(before), Some(after)) = (before, after) else {
                continue;
            };
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let line = numbers.get(before.matches('\n').count()).copied().unwrap_or(0);
            used.extend(first_names(after).into_iter().map(|name| (line, name)));
        }
    }
    used
}

/// The first name of a path, or of each path in braces: `{a::b, c::{d, e}}` names `a` and `c`.
fn first_names(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let text = text.trim_start();
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let mut names = vec![word(group)];
    let mut depth = 0u32;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(group.get(at + 1..).unwrap_or(""))),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    fn check(file: &str, text: &str, lines: &[usize]) {
        let found = found(file, text, inspect);
        let numbers: Vec<usize> =
            found.iter().filter_map(|f| f.split(':').next()?.parse().ok()).collect();
        assert_eq!(numbers, lines, "{found:?}");
    }

    #[test]
    fn use_to_the_left_is_free() {
        check("crates/campanile-core/src/gateway/open.rs", "use crate::{crypto, model};\n", &[]);
        check("crates/campanile/src/cli/serve.rs", "use crate::{smtp, web};\n", &[]);
        check("crates/campanile/src/config.rs", "use crate::error::Error;\n", &[]);
    }

    #[test]
    fn use_to_the_right_is_found() {
        let text = "//! Words.\nuse crate::gateway::decide;\n";
        check("crates/campanile-core/src/model/team.rs", text, &[2]);
    }

    #[test]
    fn neighbours_in_a_layer_do_not_use_each_other() {
        check("crates/campanile-core/src/smtp/mod.rs", "use crate::mime::read;\n", &[1]);
        check("crates/campanile/src/smtp/mod.rs", "use crate::jobs::open;\n", &[1]);
    }

    #[test]
    fn doors_never_use_each_other() {
        check("crates/campanile/src/cli/queue.rs", "fn a() { crate::web::b() }\n", &[1]);
        check("crates/campanile/src/web/mod.rs", "use crate::smtp::Server;\n", &[1]);
    }

    #[test]
    fn groups_and_ways_over_the_root_are_seen() {
        let text = "use crate::{\n  model::team,\n  gateway::{self, open},\n};\n";
        check("crates/campanile-core/src/crypto/seal.rs", text, &[1]);
        check("crates/campanile-core/src/mime/read.rs", "use super::super::crypto::X;\n", &[1]);
        check("crates/campanile-core/src/mime/mod.rs", "use super::crypto::X;\n", &[1]);
    }

    #[test]
    fn tests_may_use_anything() {
        let text = "#[cfg(test)]\nmod tests {\n  use crate::gateway::decide;\n}\n";
        check("crates/campanile-core/src/mime/read.rs", text, &[]);
    }

    #[test]
    fn module_without_a_place_is_found() {
        check("crates/campanile/src/magic.rs", "//! Words.\n", &[1]);
    }
}
