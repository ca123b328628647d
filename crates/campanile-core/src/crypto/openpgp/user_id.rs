//! User ids [RFC 9580 §5.11]: text by convention, read strictly.

use crate::model::address::EmailAddress;

/// Longest user id in octets; `Name (comment) <address>` rarely reaches 100.
const USER_ID_BYTES_MAX: usize = 1024;

/// The address of a user id: `text <address>` with one pair of brackets at the end, or the
/// address alone. Anything that two programs could read as two addresses has none.
pub(super) fn address(value: &[u8]) -> Option<EmailAddress> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let address = match text.split_once('<') {
        Some((_, behind)) => behind.strip_suffix('>')?,
        None => text,
    };
    address.parse().ok()
}

/// What is wrong with a user id, in words behind "A user id …".
pub(super) fn fault(value: &[u8]) -> Option<&'static str> {
    if value.len() > USER_ID_BYTES_MAX {
        return Some("is longer than 1024 octets");
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return Some("is not UTF-8");
    };
    text.chars().any(is_unprintable).then_some("holds control characters")
}

/// Control characters, and those that turn the direction of text: both make a page or a
/// header show something that is not there.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        address(text.as_bytes()).map(String::from)
    }

    #[test]
    fn usual_forms_carry_their_address() {
        for text in [
            "a@b.example",
            "<a@b.example>",
            "A <a@b.example>",
            "A \"B\" (c@d.example) <a@B.example>",
        ] {
            assert_eq!(read(text).as_deref(), Some("a@b.example"), "{text}");
        }
    }

    #[test]
    fn ambiguous_forms_carry_none() {
        for text in [
            "a@b.example <c@d.example> x",
            "A <a@b.example> <c@d.example>",
            "A <a@b.example",
            "A a@b.example",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn text_that_shows_something_else_is_a_fault() {
        assert!(fault(b"A\r\nX-Injected: 1 <a@b.example>").is_some());
        assert!(fault("A\u{202e}B".as_bytes()).is_some());
        assert!(fault(b"\xff <a@b.example>").is_some());
        assert!(fault(&[b'a'; 1025]).is_some());
        assert_eq!(fault("Ärzte <b>x</b> <a@b.example>".as_bytes()), None);
    }
}
