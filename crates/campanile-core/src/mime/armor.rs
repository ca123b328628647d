//! Armored OpenPGP blocks in text [RFC 9580 §6], seen from outside.

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";
const SIGNED: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";

/// What of a text is an armored message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// Nothing.
    None,
    /// All of it, one message, blanks around it aside.
    Whole,
    /// A part of it, or several.
    Beside,
}

/// Looks for an armored message.
pub(super) fn message(text: &[u8]) -> Block {
    let trimmed = text.trim_ascii();
    let Some(first) = find(trimmed, BEGIN) else {
        return Block::None;
    };
    let behind = trimmed.get(first + BEGIN.len()..).unwrap_or_default();
    let last = find(behind, END).map(|at| behind.len() - at == END.len());
    match first == 0 && last == Some(true) && find(behind, BEGIN).is_none() {
        true => Block::Whole,
        false => Block::Beside,
    }
}

/// Whether a text holds a cleartext signature [RFC 9580 §7].
pub(super) fn signed_text(text: &[u8]) -> bool {
    find(text, SIGNED).is_some()
}

/// The charset that the armor's header names.
pub(super) fn charset(armor: &[u8]) -> Option<String> {
    let mut lines = armor.trim_ascii().split(|&b| b == b'\n').skip(1);
    let header = lines.by_ref().map(<[u8]>::trim_ascii).take_while(|line| !line.is_empty());
    let mut values = header.take(20).filter_map(|line| {
        let (name, value) = line.split_at_checked(8)?;
        name.eq_ignore_ascii_case(b"Charset:").then_some(value)
    });
    values.next().map(|value| String::from_utf8_lossy(value.trim_ascii()).into_owned())
}

/// Where `needle`, which begins with dashes, first stands.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        at += memchr::memchr(b'-', rest)?;
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        // Long rules of dashes are passed at once, up to the five that could begin the needle.
        let dashes = text.get(at..)?.iter().take_while(|&&b| b == b'-').count();
        at += dashes.saturating_sub(5).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_with_blanks_around_is_a_whole_message() {
        let armor =
            "-----BEGIN PGP MESSAGE-----\nCharset: latin1\n\nAA==\n-----END PGP MESSAGE-----";
        assert_eq!(message(armor.as_bytes()), Block::Whole);
        assert_eq!(message(format!(" \r\n{armor}\n\n").as_bytes()), Block::Whole);
        assert_eq!(charset(armor.as_bytes()).as_deref(), Some("latin1"));
        for text in [format!("x\n{armor}"), format!("{armor}\nx"), format!("{armor}\n{armor}")] {
            assert_eq!(message(text.as_bytes()), Block::Beside, "{text}");
        }
        assert_eq!(message(format!("---{armor}").as_bytes()), Block::Beside);
        assert_eq!(message(b"-----BEGIN PGP MESSAGE-----\n"), Block::Beside);
        assert_eq!(message(b"-----END PGP MESSAGE-----\n---- --"), Block::None);
    }

    #[test]
    fn a_hundred_thousand_beginnings_are_passed_quickly() {
        let text = "-----BEGIN PGP MESSAGE-----\n".repeat(100_000) + &"-".repeat(1_000_000);
        assert_eq!(message(text.as_bytes()), Block::Beside);
        assert_eq!(message("-".repeat(3_000_000).as_bytes()), Block::None);
    }
}
