//! Writing DER [ITU-T X.690]: just the elements that CMS needs.

use super::ber::{GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, UTC_TIME, context};
use crate::model::time::Timestamp;
use time::OffsetDateTime;

/// `NULL`.
pub(super) const NULL: &[u8] = &[5, 0];

/// Writes identifier and length in front of a content that is written elsewhere.
pub(super) fn header(out: &mut Vec<u8>, tag: u8, content_bytes: usize) {
    out.push(tag);
    let digits = content_bytes.to_be_bytes();
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    let significant = digits.get(leading..).unwrap_or_default();
    match significant {
        [] => out.push(0),
        [digit @ 0..0x80] => out.push(*digit),
        _ => {
            // At most eight digits, so the count fits.
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend_from_slice(significant);
        }
    }
}

/// Length in octets of what [`header`] writes.
pub(super) fn header_bytes(content_bytes: usize) -> usize {
    let bits = usize::BITS - content_bytes.leading_zeros();
    match content_bytes < 0x80 {
        true => 2,
        false => 2 + usize::try_from(bits.div_ceil(8)).unwrap_or(8),
    }
}

/// One element of these parts.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content_bytes = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(content_bytes + header_bytes(content_bytes));
    header(&mut out, tag, content_bytes);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// A SET OF one.
pub(super) fn set(element: &[u8]) -> Vec<u8> {
    tlv(SET, &[element])
}

/// A SET OF, in the order that DER asks for.
pub(super) fn sorted_set(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    let parts: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    tlv(SET, &parts)
}

pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(OID, &[content])
}

pub(super) fn octet_string(octets: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, &[octets])
}

/// A BIT STRING of whole octets.
pub(super) fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv(super::ber::BIT_STRING, &[&[0], octets])
}

/// An INTEGER from 0 to 127.
pub(super) fn small(value: u8) -> Vec<u8> {
    tlv(INTEGER, &[&[value & 0x7f]])
}

pub(super) fn explicit(n: u8, element: &[u8]) -> Vec<u8> {
    tlv(context(n), &[element])
}

/// An AlgorithmIdentifier; `parameters` is a whole element, or empty when absent.
pub(super) fn algorithm(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
    sequence(&[&oid(identifier), parameters])
}

/// A Time: UTCTime up to 2049, GeneralizedTime from then on [RFC 5652 §11.3].
pub(super) fn time(at: Timestamp) -> Option<Vec<u8>> {
    let at = OffsetDateTime::from_unix_timestamp(at.seconds()).ok()?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = at.to_hms();
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    match year {
        1950..=2049 => {
            let text = format!("{:02}{rest}", year.rem_euclid(100));
            Some(tlv(UTC_TIME, &[text.as_bytes()]))
        }
        0..=9999 => {
            let text = format!("{year:04}{rest}");
            Some(tlv(GENERALIZED_TIME, &[text.as_bytes()]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_of_the_header_is_what_is_written() {
        for content_bytes in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 16_777_216] {
            let mut out = Vec::new();
            header(&mut out, SEQUENCE, content_bytes);
            assert_eq!(out.len(), header_bytes(content_bytes), "{content_bytes}");
        }
    }

    #[test]
    fn time_changes_its_form_in_2050() {
        let before = Timestamp::parse("2049-12-31T23:59:59Z").unwrap();
        assert_eq!(time(before).unwrap(), b"\x17\x0d491231235959Z");
        let after = Timestamp::parse("2050-01-01T00:00:00Z").unwrap();
        assert_eq!(time(after).unwrap(), b"\x18\x0f20500101000000Z");
    }
}
