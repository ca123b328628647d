//! Rules about one file by itself: size, width, name, first line, words.

use super::Findings;
use crate::source::Source;

/// Longest file, in lines: STYLE.md, "Shape".
const FILE_LINES_MAX: usize = 600;
/// Widest line, in columns.
const COLUMNS_MAX: usize = 100;
/// A word of this length cannot be broken: keys, digests, addresses of pages.
const WORD_UNBREAKABLE: usize = 60;
/// File and folder names that say nothing.
const NAMES_BANNED: [&str; 8] =
    ["util", "utils", "common", "helper", "helpers", "manager", "misc", "stuff"];
/// Macros that mark unfinished work.
const MACROS_BANNED: [&str; 3] = ["todo!(", "unimplemented!(", "dbg!("];

/// All rules of this file.
pub fn inspect(source: &Source, findings: &mut Findings) {
    length(source, findings);
    if source.is_rust() {
        width(source, findings);
        name(source, findings);
        first_line(source, findings);
        macros(source, findings);
        allowances(source, findings);
    }
}

fn length(source: &Source, findings: &mut Findings) {
    let endings = [".rs", ".sql", ".html", ".css", ".js", ".sh"];
    let count = source.text.lines().count();
    if count > FILE_LINES_MAX && endings.iter().any(|ending| source.path.ends_with(ending)) {
        let what = format!("{count} lines, {FILE_LINES_MAX} at most: split it by what it does");
        findings.add(source, count, what);
    }
}

fn width(source: &Source, findings: &mut Findings) {
    let layers = source.scan.strings.lines().zip(source.test.iter());
    for ((number, line), (strings, test)) in source.text.lines().enumerate().zip(layers) {
        let columns = line.chars().count();
        // Mails in tests read better whole.
        let sample = *test && strings.trim().chars().count() >= WORD_UNBREAKABLE;
        let unbreakable = sample
            || line.contains("://")
            || line.split_whitespace().any(|word| word.chars().count() >= WORD_UNBREAKABLE);
        if columns > COLUMNS_MAX && !unbreakable {
            let what = format!("{columns} columns, {COLUMNS_MAX} at most: break the line");
            findings.add(source, number + 1, what);
        }
    }
}

fn name(source: &Source, findings: &mut Findings) {
    let path = source.path.trim_end_matches(".rs");
    if let Some(name) = path.split('/').find(|name| NAMES_BANNED.contains(name)) {
        findings.add(source, 1, format!("`{name}` says nothing: name it after what it does"));
    }
}

fn first_line(source: &Source, findings: &mut Findings) {
    if source.path.ends_with("/tests.rs") || source.path.ends_with("_tests.rs") {
        return; // The module they test opens with words.
    }
    let mut lines = source.text.lines().map(str::trim_start).enumerate();
    let first = lines.find(|(_, line)| !line.is_empty() && !line.starts_with("#!["));
    if !first.is_some_and(|(_, line)| line.starts_with("//!")) {
        let what = "module without `//!`: open it with what it is and what it refuses to be";
        findings.add(source, first.map_or(1, |(number, _)| number + 1), what);
    }
}

fn macros(source: &Source, findings: &mut Findings) {
    for (number, line) in source.scan.code.lines().enumerate() {
        for word in MACROS_BANNED.iter().filter(|word| line.contains(**word)) {
            findings.add(
                source,
                number + 1,
                format!("`{word}…)` left behind: finish or remove it"),
            );
        }
    }
}

fn allowances(source: &Source, findings: &mut Findings) {
    let mut comment_above = false;
    let lines = source.scan.code.lines().zip(source.scan.comments.lines());
    for (number, (code, comment)) in lines.enumerate() {
        let comment_here = !comment.trim().is_empty();
        let allows = ["[allow(", "[expect("].iter().any(|word| code.contains(&format!("#{word}")))
            || code.contains("#![allow(");
        if allows && !comment_here && !comment_above && !code.contains("reason = ") {
            findings.add(source, number + 1, "allowance without a reason: say why in a comment");
        }
        comment_above = comment_here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn long_file_is_found_at_its_last_line() {
        let found = found("a.rs", &"\n".repeat(601), length);
        assert_eq!(found, ["601: 601 lines, 600 at most: split it by what it does"]);
    }

    #[test]
    fn wide_line_is_found_unless_it_cannot_be_broken() {
        let wide = "a ".repeat(51);
        assert_eq!(found("a.rs", &wide, width).len(), 1);
        let digest = format!("let digest = \"{}\";", "0".repeat(128));
        assert_eq!(found("a.rs", &digest, width), Vec::<String>::new());
        let mail = format!("let mail = \"{wide}\";\n");
        assert_eq!(found("crates/a/src/tests.rs", &mail, width), Vec::<String>::new());
        assert_eq!(found("crates/a/src/a.rs", &mail, width).len(), 1);
    }

    #[test]
    fn name_that_says_nothing_is_found_in_folders_too() {
        assert_eq!(found("crates/a/src/utils.rs", "", name).len(), 1);
        assert_eq!(found("crates/a/src/common/mail.rs", "", name).len(), 1);
        assert_eq!(found("crates/a/src/utility_rating.rs", "", name).len(), 0);
    }

    #[test]
    fn module_without_opening_words_is_found() {
        assert_eq!(found("a.rs", "\nuse std::fmt;\n", first_line).len(), 1);
        assert_eq!(found("a.rs", "#![no_main]\n//! Words.\n", first_line).len(), 0);
    }

    #[test]
    fn unfinished_work_is_found_in_code_only() {
        let left = MACROS_BANNED.map(|word| format!("fn a() {{ {word}) }}\n")).concat();
        assert_eq!(found("a.rs", &left, macros).len(), 3);
        assert_eq!(found("a.rs", "// todo!()\nlet a = \"dbg!(x)\";\n", macros).len(), 0);
    }

    #[test]
    fn allowance_needs_a_comment_beside_or_above() {
        assert_eq!(found("a.rs", "\n#[allow(dead_code)]\n", allowances).len(), 1);
        assert_eq!(found("a.rs", "// Used by X.\n#[allow(dead_code)]\n", allowances).len(), 0);
        assert_eq!(found("a.rs", "#![allow(dead_code)] // Used by X.\n", allowances).len(), 0);
    }
}
