//! Text of strangers, made safe to print.

use std::borrow::Cow;
use std::fmt::Write;

pub use campanile_core::model::visible::acts;

/// Escapes what a terminal or a log reader would act on instead of showing it: control
/// characters (line breaks too), and the characters that turn or hide text.
///
/// They become `\u001b` and so on, the escape of JSON, so that a line of JSON stays one.
///
/// # Security
/// Names and certificates come from outside; raw escape sequences forge log lines and rewrite
/// what an operator sees (CWE-117, CWE-150; bidi: CVE-2021-42574).
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if !acts(character) {
            safe.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(printable("Überlauf, naïve 漢字"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_sequences_and_line_breaks_are_shown() {
        assert_eq!(printable("a\x1b[2J\r\nb\u{9b}"), "a\\u001b[2J\\u000d\\u000ab\\u009b");
    }

    #[test]
    fn characters_that_turn_text_are_shown() {
        assert_eq!(printable("a\u{202e}b\u{2066}"), "a\\u202eb\\u2066");
    }
}
