//! Values with parameters, as in Content-Type and Content-Disposition [RFC 2045 §5.1, RFC 2231].
//!
//! Read here and not by the mail library, because the structure of a mail hangs on them: a
//! parameter that is there twice, or in two forms, is refused and not chosen from.

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::hex::decode_hex;

use crate::model::condition::Condition;
use crate::model::limits;

/// Parameters that decide about structure or protocol: one plain reading or none.
const STRUCTURAL: &[&str] =
    &["boundary", "protocol", "micalg", "smime-type", "hp", "protected-headers", "forwarded"];

/// A value and its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parametrised {
    /// The value in lower case: `text/plain`, `attachment`.
    pub value: String,
    /// Parameters in order of their names' first appearance; names in lower case.
    pub parameters: Vec<(String, String)>,
    /// Whether a comment stood among them.
    pub commented: bool,
    /// Whether a parameter was there both plain and in the form of RFC 2231.
    pub two_forms: bool,
}

/// One parameter as written; several of them make one parameter [RFC 2231 §3].
struct Piece {
    name: String,
    index: Option<usize>,
    extended: bool,
    quoted: bool,
    value: Vec<u8>,
}

/// Reads a field value with parameters.
///
/// # Errors
/// `Malformed` for what two readers would read differently, `TooComplex` beyond the limit.
pub(super) fn parse(value: &[u8]) -> Result<Parametrised, Condition> {
    let mut rest = value;
    let (first, _, mut commented) = segment(&mut rest)?;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (text, quoted, comment) = segment(&mut rest)?;
        commented |= comment;
        let Some(equals) = text.iter().position(|&b| b == b'=') else {
            continue;
        };
        if pieces.len() == limits::PARAMETERS_MAX {
            return Err(Condition::TooComplex);
        }
        let (name, value) = text.split_at(equals);
        pieces.push(piece(name.trim_ascii(), value.get(1..).unwrap_or_default(), quoted)?);
    }
    Ok(Parametrised {
        value: String::from_utf8_lossy(first.trim_ascii()).to_ascii_lowercase(),
        two_forms: {
            let plain = |p: &Piece| p.index.is_none() && !p.extended;
            let other = |p: &Piece| pieces.iter().any(|q| q.name == p.name && !plain(q));
            pieces.iter().any(|p| plain(p) && other(p))
        },
        parameters: merge(pieces)?,
        commented,
    })
}

/// Takes everything up to the next `;` outside of quotes and comments: the text with quotes,
/// comments and folds taken off, whether the value was quoted, whether there was a comment.
fn segment(rest: &mut &[u8]) -> Result<(Vec<u8>, bool, bool), Condition> {
    let (mut text, mut quoted, mut commented) = (Vec::new(), false, false);
    let mut escaped = false;
    let mut in_quotes = false;
    let mut depth = 0_usize;
    for (at, &byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    text.push(byte);
                }
            }
            b'\\' if in_quotes || depth > 0 => escaped = true,
            b'\r' | b'\n' => {}
            b'"' if in_quotes => in_quotes = false,
            _ if in_quotes => text.push(byte),
            b'(' => {
                depth += 1;
                commented = true;
            }
            b')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            b'"' if !quoted && text.trim_ascii_end().ends_with(b"=") => {
                text.truncate(text.trim_ascii_end().len());
                quoted = true;
                in_quotes = true;
            }
            b'"' => return Err(Condition::Malformed),
            b';' => {
                *rest = rest.get(at + 1..).unwrap_or_default();
                return Ok((text, quoted, commented));
            }
            b' ' | b'\t' if quoted => {}
            _ if quoted => return Err(Condition::Malformed),
            _ => text.push(byte),
        }
    }
    if in_quotes || depth > 0 || escaped {
        return Err(Condition::Malformed);
    }
    *rest = &[];
    Ok((text, quoted, commented))
}

/// Splits `name*0*` into its parts.
fn piece(name: &[u8], value: &[u8], quoted: bool) -> Result<Piece, Condition> {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let value = if quoted { value } else { value.trim_ascii() };
    let mut parts = name.split('*');
    let base = parts.next().unwrap_or_default().to_owned();
    let (index, extended) = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => (None, false),
        (Some(""), None, _) => (None, true),
        (Some(index), None, _) => (Some(number(index)?), false),
        (Some(index), Some(""), None) => (Some(number(index)?), true),
        _ => return Err(Condition::Malformed),
    };
    let blank = value.iter().any(u8::is_ascii_whitespace);
    if STRUCTURAL.contains(&base.as_str()) && !quoted && (blank || value.is_empty()) {
        return Err(Condition::Malformed);
    }
    Ok(Piece { name: base, index, extended, quoted, value: value.to_vec() })
}

fn number(text: &str) -> Result<usize, Condition> {
    let number: usize = text.parse().map_err(|_| Condition::Malformed)?;
    // `01` and `+1` are not the section number 1 for every reader.
    match number.to_string() == text {
        true => Ok(number),
        false => Err(Condition::Malformed),
    }
}

/// Puts the pieces together. Bounded by [`limits::PARAMETERS_MAX`], so quadratic is cheap.
fn merge(pieces: Vec<Piece>) -> Result<Vec<(String, String)>, Condition> {
    let mut merged: Vec<(String, String)> = Vec::new();
    for piece in &pieces {
        if merged.iter().any(|(name, _)| *name == piece.name) {
            continue;
        }
        let of_name = || pieces.iter().filter(|other| other.name == piece.name);
        let plain = of_name().filter(|p| p.index.is_none() && !p.extended);
        let whole = of_name().filter(|p| p.index.is_none() && p.extended);
        let mut sections: Vec<_> = of_name().filter(|p| p.index.is_some()).collect();
        sections.sort_by_key(|p| p.index);
        let forms = [plain.count(), whole.count(), usize::from(!sections.is_empty())];
        let ordered = sections.iter().enumerate().all(|(i, p)| p.index == Some(i));
        let structural = STRUCTURAL.contains(&piece.name.as_str());
        let ambiguous = structural && forms.iter().sum::<usize>() > 1;
        if forms.iter().any(|&count| count > 1) || !ordered || ambiguous {
            return Err(Condition::Malformed);
        }
        // The extended form wins over the plain one, which is there for old readers.
        let chosen = match of_name().find(|p| p.index.is_none() && p.extended) {
            Some(whole) => vec![whole],
            None if !sections.is_empty() => sections,
            None => vec![piece],
        };
        merged.push((piece.name.clone(), decode(&chosen)));
    }
    Ok(merged)
}

/// The value of the sections in order: `charset'language'` taken off, `%XX` undone.
fn decode(sections: &[&Piece]) -> String {
    let mut octets = Vec::new();
    let mut charset: &[u8] = b"";
    for (number, section) in sections.iter().enumerate() {
        let mut value = section.value.as_slice();
        if !section.extended || section.quoted && number > 0 {
            octets.extend_from_slice(value);
            continue;
        }
        if number == 0 {
            let mut parts = value.splitn(3, |&b| b == b'\'');
            if let (Some(name), Some(_), Some(text)) = (parts.next(), parts.next(), parts.next()) {
                (charset, value) = (name, text);
            }
        }
        match decode_hex(value) {
            (true, decoded) => octets.extend_from_slice(&decoded),
            (false, _) => octets.extend_from_slice(value),
        }
    }
    match charset_decoder(charset) {
        Some(decoder) if !charset.is_empty() => decoder(&octets),
        _ => String::from_utf8_lossy(&octets).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, name: &str, expect: Option<&str>) {
        let parsed = parse(value.as_bytes()).unwrap();
        let found = parsed.parameters.iter().find(|(n, _)| n == name);
        assert_eq!(found.map(|(_, v)| v.as_str()), expect, "{value}");
    }

    #[test]
    fn parameters_are_unquoted_unfolded_and_put_together() {
        check("a/b; Name=\"x\\\"y;z\"", "name", Some("x\"y;z"));
        check("a/b; name = \"x\"", "name", Some("x"));
        check("a/b; name=\"x\r\n y\"; q=1", "name", Some("x y"));
        check("text/plain; charset=us-ascii (Plain text)", "charset", Some("us-ascii"));
        check("a/b; name=Mein Bericht.pdf;", "name", Some("Mein Bericht.pdf"));
        check("a/b; n*0=\"../\"; n*1=\"x\"", "n", Some("../x"));
        check("a/b; n*1=b; n*0*=UTF-8''%C3%BC", "n", Some("\u{fc}b"));
        check("a/b; n*=iso-8859-1'de'%FC; n=u", "n", Some("\u{fc}"));
        check("a/b; n*=%FC%zz", "n", Some("%FC%zz"));
        check("a/b; us-ascii", "us-ascii", None);
    }

    #[test]
    fn what_two_readers_would_read_differently_is_refused() {
        for value in [
            "multipart/mixed; boundary=a; boundary=b",
            "multipart/mixed; boundary=a; boundary*=UTF-8''b",
            "multipart/mixed; boundary=a b",
            "multipart/mixed; boundary=\"a",
            "multipart/mixed; boundary=\"a\"b",
            "multipart/mixed; boundary=",
            "a/b; n*1=a; n*2=b",
            "a/b; n*0=a; n*0=b",
            "a/b; n*00=a",
            "a/b; n*0*1=a",
            "a/b (comment",
        ] {
            assert_eq!(parse(value.as_bytes()), Err(Condition::Malformed), "{value}");
        }
    }

    #[test]
    fn pieces_beyond_the_limit_are_refused() {
        let value = (0..limits::PARAMETERS_MAX + 1)
            .fold(String::from("a/b"), |text, i| text + &format!("; n*{i}=x"));
        assert_eq!(parse(value.as_bytes()), Err(Condition::TooComplex));
    }
}
