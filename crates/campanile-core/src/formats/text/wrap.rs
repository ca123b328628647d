//! Lines for people: 72 columns, cleaned of what deceives the eye.

use crate::model::visible::acts;

/// Columns of a line; longer words (addresses of pages) stand alone and whole.
pub const COLUMNS: usize = 72;

/// A text of several lines as it may be shown: no control, no direction, no invisible character.
pub fn shown(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.lines().map(|line| {
        let line = line.replace('\t', "    ");
        line.chars().filter(|&c| !acts(c)).collect::<String>().trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    shown(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes `text` behind `head`, every line after the first behind as many blanks.
///
/// Foreign text never reaches the first column, so that it cannot pass for ours.
pub fn hanging(head: &str, text: &str, out: &mut String) {
    let indent = head.chars().count();
    let mut first = true;
    for line in shown(text).lines() {
        for piece in pieces(line, COLUMNS.saturating_sub(indent).max(20)) {
            let lead = if first { head.to_owned() } else { " ".repeat(indent) };
            out.push_str(format!("{lead}{piece}").trim_end());
            out.push('\n');
            first = false;
        }
    }
}

/// A line in pieces of at most `columns` characters, broken between words; its indent is kept.
fn pieces(line: &str, columns: usize) -> Vec<String> {
    let body = line.trim_start();
    let indent: String = " ".repeat((line.len() - body.len()).min(columns / 2));
    let mut pieces = Vec::new();
    let mut current = indent.clone();
    for word in body.split(' ').filter(|word| !word.is_empty()) {
        let fresh = current.len() == indent.len();
        if !fresh && current.chars().count() + 1 + word.chars().count() > columns {
            pieces.push(std::mem::replace(&mut current, format!("{indent}{word}")));
            continue;
        }
        if !fresh {
            current.push(' ');
        }
        current.push_str(word);
    }
    pieces.push(current);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_keep_their_indent() {
        let mut out = String::new();
        hanging(
            "DO       ",
            &format!("{} end\n  - x\n\nhttps://{}", "word ".repeat(16), "a".repeat(80)),
            &mut out,
        );
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines[0], format!("DO       {}", "word ".repeat(11) + "word"));
        assert_eq!(lines[1], "         word word word word end");
        assert_eq!(lines[2], "           - x");
        assert_eq!((lines[3], lines[4].len()), ("", 9 + 88));
    }

    #[test]
    fn what_turns_or_hides_text_is_left_out() {
        assert_eq!(shown("\na\u{202e}b\u{200b}\u{7}c\r\nd\t\n"), "abc\nd");
    }
}
