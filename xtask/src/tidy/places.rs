//! Rules about what may stand where: SQL, input and output, paths of somebody's machine.

use super::Findings;
use crate::source::Source;

/// What the core may not name, and what to do instead.
const OUTSIDE_WORLD: [(&str, &str); 9] = [
    ("std::fs", "pass the bytes"),
    ("std::net", "pass the bytes"),
    ("std::env", "pass the value"),
    ("std::process", "move it to the program"),
    ("SystemTime::now", "take `now: Timestamp`"),
    ("Instant::now", "take `now: Timestamp`"),
    ("now_utc(", "take `now: Timestamp`"),
    ("tokio", "move it to the program"),
    ("sqlx", "move it to `store`"),
];
/// Types of `std::net` that are plain data.
const PLAIN_DATA: [&str; 4] =
    ["std::net::IpAddr", "std::net::Ipv4Addr", "std::net::Ipv6Addr", "std::net::SocketAddr"];
/// Starts of SQL statements.
const STATEMENTS: [&str; 4] = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "];
/// Roots of paths that exist on one machine only; written in two halves, not to find themselves.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// All rules of this file.
pub fn inspect(source: &Source, findings: &mut Findings) {
    core_is_pure(source, findings);
    sql_is_in_store(source, findings);
    no_machine_paths(source, findings);
}

fn core_is_pure(source: &Source, findings: &mut Findings) {
    if source.inside("campanile-core").is_none() {
        return;
    }
    for (number, line) in source.product(&source.scan.code) {
        let line = PLAIN_DATA.iter().fold(line.to_string(), |line, plain| line.replace(plain, ""));
        let grouped = line.split_once("std::{").map_or("", |(_, names)| names);
        for (word, instead) in OUTSIDE_WORLD {
            let in_group = word.strip_prefix("std::").is_some_and(|word| has_word(grouped, word));
            if has_word(&line, word) || in_group {
                findings.add(source, number, format!("core names `{word}`: {instead}"));
            }
        }
    }
}

/// Whether `word` stands in the line and not inside of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).is_some_and(|before| before.ends_with(inside));
        let after = line.get(at + word.len()..).is_some_and(|after| after.starts_with(inside));
        !before && (!after || word.ends_with('('))
    })
}

fn sql_is_in_store(source: &Source, findings: &mut Findings) {
    let inside = source.inside("campanile").or_else(|| source.inside("campanile-core"));
    let Some(file) = inside.filter(|_| source.is_rust()) else {
        return;
    };
    if file.starts_with("store/") || file == "store.rs" {
        return;
    }
    for (number, line) in source.product(&source.scan.strings) {
        let line = line.trim_start();
        let Some(word) = STATEMENTS.iter().find(|word| line.contains(**word)) else {
            continue;
        };
        if *word != "UPDATE " || line.contains(" SET ") || line.ends_with(" SET") {
            let what = format!("`{}` outside of store/: move the statement there", word.trim());
            findings.add(source, number, what);
        }
    }
}

fn no_machine_paths(source: &Source, findings: &mut Findings) {
    for (number, line) in source.text.lines().enumerate() {
        for path in MACHINE_PATHS {
            let starts_there = line.match_indices(path).any(|(at, _)| {
                let before = line.get(..at).and_then(|before| before.chars().next_back());
                !before.is_some_and(|c| c.is_alphanumeric() || "._-~/}".contains(c))
            });
            if starts_there {
                let what =
                    format!("path of one machine (`{path}`): say it relative to the project");
                findings.add(source, number + 1, what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn core_may_not_reach_out() {
        let path = "crates/campanile-core/src/mime/read.rs";
        for text in [
            "use std::fs::File;",
            "use std::{fmt, fs};",
            "let now = SystemTime::now();",
            "tokio::spawn(x);",
            "use std::net::TcpStream;",
        ] {
            assert_eq!(found(path, text, core_is_pure).len(), 1, "{text}");
        }
        for text in ["use std::net::IpAddr;", "// std::fs", "let offset = \"std::fs\";"] {
            assert_eq!(found(path, text, core_is_pure).len(), 0, "{text}");
        }
        assert_eq!(found("crates/campanile/src/app.rs", "use std::fs;", core_is_pure).len(), 0);
    }

    #[test]
    fn statement_is_found_outside_of_store() {
        let text = "let q = \"UPDATE team SET state = ?\";\nlet r = \"SELECT 1\";\n";
        assert_eq!(found("crates/campanile/src/jobs/open.rs", text, sql_is_in_store).len(), 2);
        assert_eq!(found("crates/campanile/src/store/team.rs", text, sql_is_in_store).len(), 0);
        let words = "print(\"UPDATE your key\"); // SELECT\n";
        assert_eq!(found("crates/campanile/src/jobs/open.rs", words, sql_is_in_store).len(), 0);
    }

    #[test]
    fn path_of_one_machine_is_found() {
        let text = format!("see {}shared\n", MACHINE_PATHS[0]);
        assert_eq!(found("README.md", &text, no_machine_paths).len(), 1);
        assert_eq!(found("README.md", "https://a.example/work/b\n", no_machine_paths).len(), 0);
    }
}
