//! Header sections: from octets to fields, or a refusal.
//!
//! Strict where two readers could disagree about which fields there are: NUL and bare CR, blanks
//! in front of the colon, lines without a colon, mixed line ends. Values are not looked into.

use super::entity::Field;
use crate::model::condition::Condition;
use crate::model::limits;

/// The line that starts at `at`: its octets without the line end, and where the next one starts.
pub(super) fn line(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    match memchr::memchr(b'\n', rest) {
        None => (rest, bytes.len()),
        Some(end) => {
            let text = rest.get(..end).unwrap_or_default();
            (text.strip_suffix(b"\r").unwrap_or(text), at + end + 1)
        }
    }
}

/// Reads the header section that starts at `at`; gives the fields and where the body starts.
///
/// `delimits` tells whether a line is a delimiter of an enclosing multipart, which ends the
/// section too (and is not consumed).
///
/// # Errors
/// `Malformed`, or `TooComplex` beyond the limits of octets and fields.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    start: usize,
    delimits: impl Fn(&[u8]) -> Result<bool, Condition>,
) -> Result<(Vec<Field<'a>>, usize), Condition> {
    let mut fields = Vec::new();
    let mut field: Option<(usize, usize)> = None;
    let mut line_end: Option<&[u8]> = None;
    let mut at = start;
    while at < bytes.len() {
        let (text, next) = line(bytes, at);
        if delimits(text)? {
            break;
        }
        if next - start > limits::HEADER_BYTES_MAX {
            return Err(Condition::TooComplex);
        }
        check_line_end(bytes.get(at + text.len()..next), &mut line_end)?;
        if text.is_empty() {
            at = next;
            break;
        }
        if text.iter().any(|&b| b == 0 || b == b'\r') {
            return Err(Condition::Malformed);
        }
        if matches!(text.first(), Some(b' ' | b'\t')) {
            // A continuation of blanks only ends the section for some readers.
            let (begin, _) = field.ok_or(Condition::Malformed)?;
            if text.iter().all(|&b| b == b' ' || b == b'\t') {
                return Err(Condition::Malformed);
            }
            field = Some((begin, next));
        } else {
            push(bytes, field.replace((at, next)), &mut fields)?;
        }
        at = next;
    }
    push(bytes, field, &mut fields)?;
    Ok((fields, at))
}

/// Some readers end a line at CRLF only: within one section all lines end alike.
fn check_line_end<'a>(
    here: Option<&'a [u8]>,
    known: &mut Option<&'a [u8]>,
) -> Result<(), Condition> {
    let here = here.unwrap_or_default();
    match *known {
        Some(known) if !here.is_empty() && here != known => Err(Condition::Malformed),
        _ => {
            *known = known.or(Some(here));
            Ok(())
        }
    }
}

fn push<'a>(
    bytes: &'a [u8],
    range: Option<(usize, usize)>,
    fields: &mut Vec<Field<'a>>,
) -> Result<(), Condition> {
    let Some((begin, end)) = range else {
        return Ok(());
    };
    if fields.len() == limits::HEADER_FIELDS_MAX {
        return Err(Condition::TooComplex);
    }
    let whole = bytes.get(begin..end).unwrap_or_default();
    let colon = whole.iter().position(|&b| b == b':');
    let (name, value) =
        colon.and_then(|colon| whole.split_at_checked(colon)).ok_or(Condition::Malformed)?;
    let name = std::str::from_utf8(name).map_err(|_| Condition::Malformed)?;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Condition::Malformed);
    }
    let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
    fields.push(Field { name, value });
    Ok(())
}
