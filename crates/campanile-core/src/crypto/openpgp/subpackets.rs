//! The subpacket areas of a signature [RFC 9580 §5.2.3.7], read without a library.
//!
//! Only what the rules need and a library would hide: how many there are, which critical ones
//! nobody knows, whether the creation time is protected.

use crate::model::condition::Condition;

/// Most subpackets of one signature, both areas; real ones have fewer than 20.
pub(super) const SUBPACKETS_MAX: usize = 128;
/// Largest area in octets. Version 4 cannot say more; version 6 could say 4 GiB.
const AREA_BYTES_MAX: usize = 65_535;

/// Types [RFC 9580 §5.2.3.7].
const CREATION_TIME: u8 = 2;
const EXPIRATION_TIME: u8 = 3;
const ISSUER: u8 = 16;
const NOTATION: u8 = 20;
const KEY_FLAGS: u8 = 27;
const EMBEDDED: u8 = 32;
const ISSUER_FINGERPRINT: u8 = 33;
const INTENDED_RECIPIENT: u8 = 35;

/// What a first look at a signature of version 4 or 6 shows.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The type of the signature.
    pub kind: u8,
    /// It carries something critical that we do not know.
    pub critical: bool,
    /// How many creation times are in the hashed area.
    pub created: usize,
    /// How many expiration times are in the hashed area.
    pub expires: usize,
    /// Its key flags say that the key signs data.
    pub for_signing: bool,
    /// It carries another signature.
    pub embedded: bool,
    /// Issuer key IDs and fingerprints, as they stand there (without the version octet).
    pub issuers: Vec<Vec<u8>>,
    /// Fingerprints of the intended recipients under protection, without the version octet.
    pub intended: Vec<Vec<u8>>,
}

/// Looks at the body of a signature packet of version 4 or 6.
///
/// # Errors
/// `SignatureInvalid` when the areas cannot be read, `TooComplex` above [`SUBPACKETS_MAX`].
pub(super) fn survey(body: &[u8]) -> Result<Survey, Condition> {
    let (&version, rest) = body.split_first().ok_or(Condition::SignatureInvalid)?;
    let length_octets = if version == 6 { 4 } else { 2 };
    let (head, rest) = cut(rest, 3)?;
    let mut survey = Survey { kind: head.first().copied().unwrap_or(0), ..Survey::default() };
    let (hashed, rest) = area(rest, length_octets)?;
    let (unhashed, _) = area(rest, length_octets)?;
    let mut count = 0;
    for (area, is_hashed) in [(hashed, true), (unhashed, false)] {
        let mut area = area;
        while !area.is_empty() {
            let (subpacket, rest) = one(area)?;
            survey.note(subpacket, is_hashed)?;
            area = rest;
            count += 1;
            if count > SUBPACKETS_MAX {
                return Err(Condition::TooComplex);
            }
        }
    }
    Ok(survey)
}

impl Survey {
    fn note(&mut self, subpacket: &[u8], is_hashed: bool) -> Result<(), Condition> {
        let (&first, content) = subpacket.split_first().ok_or(Condition::SignatureInvalid)?;
        let kind = first & 0x7f;
        // No notation has a meaning here, so a critical one cannot be honoured.
        let critical = first & 0x80 != 0 && (kind == NOTATION || !is_known(kind));
        self.critical |= critical;
        match kind {
            CREATION_TIME if is_hashed => self.created += 1,
            EXPIRATION_TIME if is_hashed => self.expires += 1,
            ISSUER => self.issuers.push(content.to_vec()),
            ISSUER_FINGERPRINT => self.issuers.push(content.get(1..).unwrap_or(&[]).to_vec()),
            INTENDED_RECIPIENT if is_hashed => {
                self.intended.push(content.get(1..).unwrap_or(&[]).to_vec());
            }
            KEY_FLAGS => self.for_signing |= content.first().is_some_and(|flags| flags & 2 != 0),
            EMBEDDED => self.embedded = true,
            _ => {}
        }
        Ok(())
    }
}

/// Subpackets whose meaning is honoured, or may be ignored for what we verify.
pub(super) fn is_known(kind: u8) -> bool {
    matches!(kind, 2..=7 | 9 | 11 | 12 | 16 | 20..=30 | 32 | 33 | 35 | 37 | 39)
}

/// One subpacket; the lengths differ from those of packets [RFC 9580 §5.2.3.7].
fn one(area: &[u8]) -> Result<(&[u8], &[u8]), Condition> {
    let (&first, rest) = area.split_first().ok_or(Condition::SignatureInvalid)?;
    let first = usize::from(first);
    let (length, rest) = match first {
        0..192 => (first, rest),
        192..255 => {
            let (low, rest) = number(rest, 1)?;
            (((first - 192) << 8) + low + 192, rest)
        }
        _ => number(rest, 4)?,
    };
    cut(rest, length)
}

fn area(input: &[u8], length_octets: usize) -> Result<(&[u8], &[u8]), Condition> {
    let (length, rest) = number(input, length_octets)?;
    if length > AREA_BYTES_MAX {
        return Err(Condition::TooComplex);
    }
    cut(rest, length)
}

fn number(input: &[u8], octets: usize) -> Result<(usize, &[u8]), Condition> {
    let (digits, rest) = cut(input, octets)?;
    let value = digits.iter().fold(0, |value, &octet| (value << 8) | usize::from(octet));
    Ok((value, rest))
}

fn cut(input: &[u8], at: usize) -> Result<(&[u8], &[u8]), Condition> {
    input.split_at_checked(at).ok_or(Condition::SignatureInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_under_protection_are_counted() {
        // Creation, and expiration after a second and never: readers differ in which one counts.
        let times = [[5, CREATION_TIME, 0, 0, 0, 9], [5, 3, 0, 0, 0, 1], [5, 3, 0, 0, 0, 0]];
        let hashed = times.concat();
        let body = [&[4, 0, 22, 8, 0, 18][..], &hashed, &[0, 0]].concat();
        let survey = survey(&body).unwrap();
        assert_eq!((survey.created, survey.expires), (1, 2));
    }
}
