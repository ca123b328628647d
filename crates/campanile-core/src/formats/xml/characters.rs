//! From octets to characters: byte order mark, then the XML declaration [XML 1.0 appendix F].

use std::borrow::Cow;

use crate::formats::ReadError;

/// What the first octets say.
enum Family<'a> {
    Utf8(&'a [u8]),
    Utf16(&'a [u8], fn([u8; 2]) -> u16),
    /// ASCII in the declaration; it says which.
    Declared(&'a [u8]),
}

/// The text of a document, without its byte order mark.
///
/// # Errors
/// [`ReadError::Characters`] for octets that are not what they are announced to be, and for
/// encodings beyond UTF-8, UTF-16, ISO-8859-1 and Windows-1252: UTF-7 hides markup, and nobody
/// needs EBCDIC.
pub fn decoded(octets: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    let (text, family): (Cow<'_, str>, _) = match family(octets) {
        Family::Utf8(rest) => (utf8(rest)?, "utf-8"),
        Family::Utf16(rest, join) => (utf16(rest, join)?, "utf-16"),
        Family::Declared(octets) => return by_declaration(octets),
    };
    match declared(text.as_bytes()) {
        Some(named) if !named.to_ascii_lowercase().starts_with(family) => {
            Err(ReadError::Characters)
        }
        _ => Ok(text),
    }
}

fn family(octets: &[u8]) -> Family<'_> {
    match octets {
        [0xef, 0xbb, 0xbf, rest @ ..] => Family::Utf8(rest),
        [0xff, 0xfe, rest @ ..] => Family::Utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => Family::Utf16(rest, u16::from_be_bytes),
        [b'<', 0, ..] => Family::Utf16(octets, u16::from_le_bytes),
        [0, b'<', ..] => Family::Utf16(octets, u16::from_be_bytes),
        _ => Family::Declared(octets),
    }
}

fn utf8(octets: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    std::str::from_utf8(octets).map(Cow::Borrowed).map_err(|_| ReadError::Characters)
}

fn utf16(octets: &[u8], join: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, ReadError> {
    let (pairs, rest) = octets.as_chunks::<2>();
    let text: Result<String, _> =
        char::decode_utf16(pairs.iter().map(|pair| join(*pair))).collect();
    match (text, rest) {
        (Ok(text), []) => Ok(Cow::Owned(text)),
        _ => Err(ReadError::Characters),
    }
}

fn by_declaration(octets: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    match declared(octets).unwrap_or("utf-8").to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => utf8(octets),
        "us-ascii" | "ascii" if octets.is_ascii() => utf8(octets),
        "iso-8859-1" | "latin1" | "iso_8859-1" => {
            Ok(Cow::Owned(octets.iter().copied().map(char::from).collect()))
        }
        "windows-1252" => {
            let text: Result<String, _> = octets.iter().copied().map(windows_1252).collect();
            text.map(Cow::Owned)
        }
        _ => Err(ReadError::Characters),
    }
}

/// The encoding that an XML declaration names.
fn declared(octets: &[u8]) -> Option<&str> {
    let head = octets.get(..octets.len().min(200))?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?.strip_prefix("<?xml")?;
    let (_, behind) = declaration.split_once("encoding")?;
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| "\"'".contains(*c))?;
    value.get(1..)?.split(quote).next()
}

/// The characters that Windows has where ISO-8859-1 has controls.
const WINDOWS: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

fn windows_1252(octet: u8) -> Result<char, ReadError> {
    match usize::from(octet).checked_sub(0x80).and_then(|index| WINDOWS.get(index)) {
        Some('\u{fffd}') => Err(ReadError::Characters),
        Some(other) => Ok(*other),
        None => Ok(char::from(octet)),
    }
}
