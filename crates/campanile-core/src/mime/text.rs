//! Text for people out of header fields and bodies: decoded, cleaned, bounded.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;

use super::entity::{Entity, Field};

/// Longest text taken from a field, in characters: RFC 5322's longest line.
pub const TEXT_CHARS_MAX: usize = 998;
/// Octets per line of base64: 76 characters.
pub const BASE64_LINE_OCTETS: usize = 57;

/// A field as text: unfolded, encoded words undone [RFC 2047], cleaned as by [`clean`].
pub fn text(field: &Field<'_>) -> String {
    clean(&decode_words(field.value))
}

/// The body of a text part as a string: transfer encoding and charset taken off, tolerantly.
///
/// Empty when the transfer encoding cannot be undone.
pub fn body_text(entity: &Entity<'_>) -> String {
    let octets = entity.decoded().unwrap_or_default();
    charset_text(entity.parameter("charset").unwrap_or_default(), &octets)
}

fn charset_text(charset: &str, octets: &[u8]) -> String {
    match charset_decoder(charset.as_bytes()) {
        Some(decoder) if !charset.is_empty() => decoder(octets),
        _ => String::from_utf8_lossy(octets).into_owned(),
    }
}

/// Copies octets with CRLF for every bare LF: the form in which entities are signed
/// [RFC 3156 §5, RFC 8551 §3.1.1].
pub fn crlf(octets: &[u8], out: &mut Vec<u8>) {
    let mut rest = octets;
    while let Some((line, behind)) =
        memchr::memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end + 1))
    {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
        out.extend_from_slice(b"\r\n");
        rest = behind;
    }
    out.extend_from_slice(rest);
}

/// Octets as base64 in lines of 76 characters, each ended by CRLF [RFC 2045 §6.8]; nothing for
/// nothing.
pub fn base64_lines(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len().div_ceil(BASE64_LINE_OCTETS) * 78);
    let mut line = [0; 76];
    for octets in octets.chunks(BASE64_LINE_OCTETS) {
        // The line has room for these octets, so this cannot fail.
        let length = STANDARD.encode_slice(octets, &mut line).unwrap_or(0);
        lines.extend_from_slice(line.get(..length).unwrap_or_default());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

/// Takes away what could end a line, hide text or turn its direction, and cuts at
/// [`TEXT_CHARS_MAX`] characters.
pub fn clean(text: &str) -> String {
    let kept = text
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|&c| !is_invisible(c))
        .take(TEXT_CHARS_MAX);
    kept.collect::<String>().trim().to_owned()
}

/// Control and format characters: C0, C1, zero-width, bidi, line separators, tags, private use.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}')
}

/// Undoes encoded words [RFC 2047]; blanks between two of them vanish, and a character may be
/// split over two words of one charset, as many mailers do.
pub(super) fn decode_words(value: &[u8]) -> String {
    let unfolded: Vec<u8> = value.iter().copied().filter(|b| !b"\r\n".contains(b)).collect();
    let mut out = String::new();
    let mut word: Option<(String, Vec<u8>)> = None;
    let mut plain = 0;
    let mut at = 0;
    while at < unfolded.len() {
        let rest = unfolded.get(at..).unwrap_or_default();
        let Some((charset, octets, used)) = encoded_word(rest) else {
            at += 1;
            continue;
        };
        let between = unfolded.get(plain..at).unwrap_or_default();
        match &mut word {
            Some(open) if between.trim_ascii().is_empty() && open.0 == charset => {
                open.1.extend_from_slice(&octets);
            }
            _ => {
                let joined = word.is_some() && between.trim_ascii().is_empty();
                flush(&mut out, word.replace((charset, octets)));
                if !joined {
                    out.push_str(&String::from_utf8_lossy(between));
                }
            }
        }
        at += used;
        plain = at;
    }
    flush(&mut out, word);
    out.push_str(&String::from_utf8_lossy(unfolded.get(plain..).unwrap_or_default()));
    out
}

fn flush(out: &mut String, word: Option<(String, Vec<u8>)>) {
    if let Some((charset, octets)) = word {
        out.push_str(&charset_text(&charset, &octets));
    }
}

/// The encoded word at the start of `text`: charset, octets, length.
fn encoded_word(text: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let inner = text.strip_prefix(b"=?")?;
    let mut parts = inner.splitn(4, |&b| b == b'?');
    let (charset, kind) = (parts.next()?, parts.next()?);
    let (data, rest) = (parts.next()?, parts.next()?);
    rest.strip_prefix(b"=")?;
    let octets = match kind {
        b"b" | b"B" => base64_decode(data)?,
        b"q" | b"Q" => {
            let mut closed = data.to_vec();
            closed.extend_from_slice(b"?=");
            MessageStream::new(&closed).decode_quoted_printable_word()?
        }
        _ => return None,
    };
    // `charset*language` [RFC 2231 §5]
    let charset = String::from_utf8_lossy(charset).to_ascii_lowercase();
    let charset = charset.split('*').next().unwrap_or_default().to_owned();
    (!charset.is_empty()).then_some((charset, octets, text.len() - rest.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: &str) {
        let field = Field { name: "Subject", value: value.as_bytes() };
        assert_eq!(text(&field), expect, "{value}");
    }

    #[test]
    fn encoded_words_are_undone() {
        check("=?UTF-8?Q?Pr=C3=BCf_bericht?= x", "Pr\u{fc}f bericht x");
        check("=?utf-8?B?w7w=?= =?UTF-8?Q?=C3=BC?=", "\u{fc}\u{fc}");
        check("=?utf-8?Q?=C3?=\r\n =?utf-8?Q?=BC?=", "\u{fc}");
        check("=?iso-8859-15*de?q?=A4?=", "\u{20ac}");
        check("a =?iso-8859-1?q?=FC?=\r\n\t=?utf-8?q?x?= b", "a \u{fc}x b");
        check("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "\u{65e5}\u{672c}");
    }

    #[test]
    fn what_is_no_encoded_word_stays() {
        for value in ["=?utf-8?x?a?=", "=?utf-8?q?a", "=??q?a?=", "=?", "a?=", "=?utf-8?b?<?="] {
            check(value, value);
        }
    }

    #[test]
    fn subject_is_unfolded_and_its_blanks_are_kept() {
        check("one\r\n two\t three  ", "one two  three");
    }

    #[test]
    fn lines_control_bidi_and_zero_width_characters_are_taken_away() {
        check("=?UTF-8?Q?a=0D=0ABcc:_x=00=1B[2J?=", "aBcc: x[2J");
        check("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{2028}f\u{85}g", "abcdefg");
    }

    #[test]
    fn text_is_bounded_and_fifty_thousand_words_are_quick() {
        let words = "=?utf-8?q?=aa?q?".repeat(10_000) + &"=?utf-8?q?xy?= ".repeat(50_000);
        let field = Field { name: "Subject", value: words.as_bytes() };
        assert_eq!(text(&field).chars().count(), TEXT_CHARS_MAX);
    }

    proptest::proptest! {
        #[test]
        fn any_value_gives_clean_text(value in proptest::collection::vec(
            proptest::sample::select(b"=?=?utf-8?Qq?Bb?=\x00\r\n =C3_*ab\xff".to_vec()), 0..60)) {
            let cleaned = text(&Field { name: "Subject", value: &value });
            assert!(!cleaned.contains(is_invisible));
        }
    }
}
