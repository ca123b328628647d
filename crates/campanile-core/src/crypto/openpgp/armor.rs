//! ASCII armor [RFC 9580 §6.2]: one block, and nothing beside it.
//!
//! Tolerant about what carries no meaning (headers, line lengths, a missing or wrong checksum
//! [RFC 9580 §6.1]), strict about what does: a second block or text around the block is
//! something a reader could take for part of the protected content.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Longest armor header section, in octets: Version, Comment, Charset, MessageID and Hash
/// together rarely reach 300.
const HEADERS_BYTES_MAX: usize = 8 * 1024;

/// Digits that are decoded at once.
const BLOCK_DIGITS: usize = 64 * 1024;

/// What stands between `-----BEGIN PGP ` and the dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `MESSAGE`
    Message,
    /// `SIGNATURE`
    Signature,
    /// `PUBLIC KEY BLOCK`
    PublicKey,
    /// `PRIVATE KEY BLOCK`
    SecretKey,
}

/// Why a text is not one armored block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArmorError {
    /// Text or a second block stands around the block.
    Surrounded,
    /// The block is broken: header, base64 or end line.
    Malformed,
    /// There is no armor at all, or a block of a kind we do not know.
    Absent,
}

/// The first octet of an armored block, without reading the rest.
pub(super) fn first_octet(input: &[u8]) -> Option<u8> {
    let mut lines = input.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| line.starts_with(b"-----BEGIN PGP"))?;
    // Armor headers have a colon, which base64 has not; then comes an empty line.
    let data = lines.find(|line| !line.is_empty() && !line.contains(&b':'))?;
    STANDARD.decode(data.get(..4)?).ok()?.first().copied()
}

/// The binary form of `input`, which may be armored or binary already, and the kind of the
/// armor.
///
/// Binary OpenPGP always starts with an octet above 0x7f, text never does.
///
/// # Errors
/// [`ArmorError`]; an empty input is an empty result.
pub(super) fn binary(input: &[u8]) -> Result<(Cow<'_, [u8]>, Option<Kind>), ArmorError> {
    if input.first().is_some_and(|first| first & 0x80 != 0) && !input.starts_with(BOM) {
        return Ok((Cow::Borrowed(input), None));
    }
    let text = input.strip_prefix(BOM).unwrap_or(input).trim_ascii();
    if text.is_empty() {
        return Ok((Cow::Borrowed(&[]), None));
    }
    let (kind, data) = unarmor(text)?;
    Ok((Cow::Owned(data), Some(kind)))
}

/// A UTF-8 byte order mark; some Windows editors put it in front of saved key files.
const BOM: &[u8] = b"\xef\xbb\xbf";

fn unarmor(text: &[u8]) -> Result<(Kind, Vec<u8>), ArmorError> {
    let (first, rest) = line(text);
    let words = label(first, BEGIN).ok_or_else(|| without_begin(text))?;
    let kind = match words {
        b"MESSAGE" => Kind::Message,
        b"SIGNATURE" => Kind::Signature,
        b"PUBLIC KEY BLOCK" => Kind::PublicKey,
        b"PRIVATE KEY BLOCK" => Kind::SecretKey,
        _ => return Err(ArmorError::Absent),
    };
    let rest = skip_headers(rest)?;
    // A dash is no base64 digit.
    let end = memchr::memchr(b'-', rest).ok_or(ArmorError::Malformed)?;
    let (data, footer) = rest.split_at(end);
    let (last, behind) = line(footer);
    if label(last, b"-----END PGP ") != Some(words) {
        return Err(ArmorError::Malformed);
    }
    if !behind.trim_ascii().is_empty() {
        return Err(ArmorError::Surrounded);
    }
    decode(data).map(|data| (kind, data))
}

const BEGIN: &[u8] = b"-----BEGIN PGP ";

/// Whether a block follows later in the text.
fn without_begin(text: &[u8]) -> ArmorError {
    match text.windows(BEGIN.len()).any(|window| window == BEGIN) {
        true => ArmorError::Surrounded,
        false => ArmorError::Absent,
    }
}

/// The words of a begin or end line.
fn label<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    line.trim_ascii().strip_prefix(start)?.strip_suffix(b"-----")
}

/// Nothing but blanks, or the no-break space that Outlook makes of an empty line.
fn is_blank(line: &[u8]) -> bool {
    matches!(line.trim_ascii(), b"" | b"\xc2\xa0" | b"\xa0")
}

/// `Key: value` lines up to the empty line. Their content is ignored: it is not protected.
fn skip_headers(text: &[u8]) -> Result<&[u8], ArmorError> {
    let mut rest = text;
    loop {
        let (header, behind) = line(rest);
        if is_blank(header) {
            return Ok(behind);
        }
        if text.len() - behind.len() > HEADERS_BYTES_MAX {
            return Err(ArmorError::Malformed);
        }
        if !header.contains(&b':') {
            // Some programs leave out the empty line when there are no headers.
            let no_headers = rest.len() == text.len();
            return if no_headers { Ok(rest) } else { Err(ArmorError::Malformed) };
        }
        rest = behind;
    }
}

/// Base64 with any white space, up to the checksum, which is optional and not evaluated.
fn decode(data: &[u8]) -> Result<Vec<u8>, ArmorError> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let base64 = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let mut decoded = Vec::with_capacity(data.len() / 4 * 3);
    let mut digits = Zeroizing::new(Vec::with_capacity(BLOCK_DIGITS + HEADERS_BYTES_MAX));
    let mut rest = data;
    while !rest.is_empty() {
        let (text, behind) = line(rest);
        let text = text.trim_ascii();
        // The checksum stands on its own line: `=njUN`.
        if text.starts_with(b"=") && digits.len().is_multiple_of(4) {
            break;
        }
        match memchr::memchr3(b' ', b'\t', b'\r', text) {
            None => digits.extend_from_slice(text),
            Some(_) => digits.extend(text.iter().filter(|octet| !octet.is_ascii_whitespace())),
        }
        rest = behind;
        // Padding has to stay with what follows it: nothing may.
        let whole = digits.len().is_multiple_of(4) && !digits.ends_with(b"=");
        if whole && digits.len() >= BLOCK_DIGITS {
            base64.decode_vec(&*digits, &mut decoded).map_err(|_| ArmorError::Malformed)?;
            digits.clear();
        }
    }
    base64.decode_vec(&*digits, &mut decoded).map_err(|_| ArmorError::Malformed)?;
    Ok(decoded)
}

/// The first line without its end, and the rest.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', text) {
        Some(at) => {
            let (line, rest) = text.split_at(at);
            (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or(&[]))
        }
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> Result<Vec<u8>, ArmorError> {
        binary(input.as_bytes()).map(|(data, _)| data.into_owned())
    }

    #[test]
    fn headers_and_checksum_carry_no_meaning() {
        for armor in [
            "-----BEGIN PGP MESSAGE-----\n\nYWJjZA==\n=AAAA\n-----END PGP MESSAGE-----\n",
            "-----BEGIN PGP MESSAGE-----\r\nversion: x\r\n \r\nYWJj\r\nZA==\r\n-----END PGP MESSAGE-----",
            "\n -----BEGIN PGP MESSAGE-----  \nComment: \u{2013}\nHash: MD5\n\nYW Jj\nZA\n==\n-----END PGP MESSAGE-----\n\n",
            "-----BEGIN PGP MESSAGE-----\n\u{a0}\nYWJjZA\n-----END PGP MESSAGE-----",
            "-----BEGIN PGP MESSAGE-----\nYWJjZA\n-----END PGP MESSAGE-----",
        ] {
            assert_eq!(text(armor), Ok(b"abcd".to_vec()), "{armor}");
        }
    }

    #[test]
    fn text_around_the_block_is_refused() {
        let block = "-----BEGIN PGP MESSAGE-----\n\nYWJjZA==\n-----END PGP MESSAGE-----\n";
        assert_eq!(text(&format!("{block}hello")), Err(ArmorError::Surrounded));
        assert_eq!(text(&format!("hello\n{block}")), Err(ArmorError::Surrounded));
        assert_eq!(text(&format!("{block}{block}")), Err(ArmorError::Surrounded));
        assert_eq!(text("hello"), Err(ArmorError::Absent));
    }

    #[test]
    fn block_longer_than_what_is_decoded_at_once_is_read_whole() {
        let line = "QUJD".repeat(19) + "\r\n";
        let armor = |digits: &str| {
            format!("-----BEGIN PGP MESSAGE-----\n\n{digits}-----END PGP MESSAGE-----")
        };
        let read = text(&armor(&(line.repeat(3000) + "QUI=\n=AAAA\n")));
        assert_eq!(read, Ok([b"ABC".repeat(57_000), b"AB".to_vec()].concat()));
        let padded_inside = line.repeat(900) + "QUI=\n" + &line.repeat(900);
        assert_eq!(text(&armor(&padded_inside)), Err(ArmorError::Malformed));
    }

    #[test]
    fn broken_block_is_refused() {
        for armor in [
            "-----BEGIN PGP MESSAGE-----\n\nYWJjZA==\n",
            "-----BEGIN PGP MESSAGE-----\n\nYWJjZA==\n-----END PGP SIGNATURE-----",
            "-----BEGIN PGP MESSAGE-----\n\nYW*jZA==\n-----END PGP MESSAGE-----",
            "-----BEGIN PGP MESSAGE-----\n-----BEGIN PGP MESSAGE-----\n",
        ] {
            assert_eq!(text(armor), Err(ArmorError::Malformed), "{armor}");
        }
    }
}
