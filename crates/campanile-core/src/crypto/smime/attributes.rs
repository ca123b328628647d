//! Signed attributes [RFC 5652 §5.3, §11]: what the signer says about content, time and itself.

use openssl::hash::MessageDigest;
use time::{Date, Month, PrimitiveDateTime, Time};

use super::ber::{
    Algorithm, BROKEN, Element, GENERALIZED_TIME, OCTET_STRING, OID, SEQUENCE, SET, UTC_TIME,
};
use super::oid;
use super::{Certificate, digest::Digest};
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

/// Most attributes of one signer; programs write four or five.
const ATTRIBUTES_MAX: usize = 50;
/// Largest set of them, in octets.
const ATTRIBUTES_BYTES_MAX: usize = 128 * 1024;

/// The attributes of one signer that matter.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    content_types: Vec<Element<'a>>,
    digests: Vec<Element<'a>>,
    times: Vec<Element<'a>>,
    /// ESS signingCertificate, and version 2 of it.
    certificates: [Vec<Element<'a>>; 2],
}

impl<'a> Attributes<'a> {
    /// From `[0]` signedAttrs.
    pub fn read(set: Element<'a>) -> Result<Self, Condition> {
        if set.raw.len() > ATTRIBUTES_BYTES_MAX {
            return Err(Condition::TooComplex);
        }
        let mut found = Self::default();
        let mut reader = set.reader();
        let mut count = 0;
        while !reader.is_empty() {
            count += 1;
            if count > ATTRIBUTES_MAX {
                return Err(Condition::TooComplex);
            }
            let mut attribute = reader.take(SEQUENCE)?.reader();
            let name = attribute.oid()?;
            let values = attribute.take(SET)?;
            attribute.end()?;
            let [version_1, version_2] = &mut found.certificates;
            match name {
                oid::CONTENT_TYPE => found.content_types.push(values),
                oid::MESSAGE_DIGEST => found.digests.push(values),
                oid::SIGNING_TIME => found.times.push(values),
                oid::SIGNING_CERTIFICATE => version_1.push(values),
                oid::SIGNING_CERTIFICATE_V2 => version_2.push(values),
                _ => {}
            }
        }
        Ok(found)
    }

    /// contentType has to be there once, and be that of the content.
    pub fn names_content_type(&self, content_type: &[u8]) -> bool {
        let value = one(&self.content_types).ok().flatten();
        value.is_some_and(|value| value.tag == OID && value.content == content_type)
    }

    /// messageDigest, which has to be there once.
    pub fn message_digest(&self) -> Option<&'a [u8]> {
        let value = one(&self.digests).ok().flatten()?;
        (value.tag == OCTET_STRING).then_some(value.content)
    }

    /// signingTime, `None` when absent.
    ///
    /// # Errors
    /// `SignedAttributes` when it is there more than once, `SignatureTimeWrong` when it is no
    /// time.
    pub fn signing_time(&self) -> Result<Option<Timestamp>, Condition> {
        match one(&self.times)? {
            None => Ok(None),
            Some(value) => match time(value) {
                Some(at) => Ok(Some(at)),
                None => Err(Condition::SignatureTimeWrong),
            },
        }
    }

    /// Whether the ESS attributes, if there are any, name this certificate as the signer's
    /// [RFC 5035 §5.4]. They stop the exchange of one certificate for another with the same key.
    pub fn name_signer(&self, certificate: &Certificate) -> bool {
        let [version_1, version_2] = &self.certificates;
        let check = || -> Result<bool, Condition> {
            let first = match one(version_1)? {
                Some(value) => names(value, 1, certificate)?,
                None => true,
            };
            let second = match one(version_2)? {
                Some(value) => names(value, 2, certificate)?,
                None => true,
            };
            Ok(first && second)
        };
        check().unwrap_or(false)
    }
}

/// The single value of a single attribute.
///
/// # Errors
/// `SignedAttributes` for several attributes, several values or no value: two readers would
/// choose two.
fn one<'a>(values: &[Element<'a>]) -> Result<Option<Element<'a>>, Condition> {
    match values {
        [] => Ok(None),
        [set] => Element::only(set.content).map(Some).map_err(|_| Condition::SignedAttributes),
        _ => Err(Condition::SignedAttributes),
    }
}

/// SigningCertificate: the first ESSCertID is the signer's. Version 1 uses SHA-1, which is good
/// enough here, because the signature itself has been verified with the registered key.
fn names(value: Element<'_>, version: u8, certificate: &Certificate) -> Result<bool, Condition> {
    let mut id = value.reader().take(SEQUENCE)?.reader();
    let mut fields = id.take(SEQUENCE)?.reader();
    let digest = match version {
        1 => MessageDigest::sha1(),
        _ => match fields.take_if(SEQUENCE)? {
            Some(algorithm) => {
                Digest::from_oid(Algorithm::of(algorithm)?.oid).ok_or(BROKEN)?.algorithm()
            }
            None => MessageDigest::sha256(),
        },
    };
    let hash = fields.octet_string()?;
    Ok(certificate.digest(digest).is_some_and(|own| own == *hash))
}

/// `YYMMDDhhmmssZ` (1950 to 2049) or `YYYYMMDDhhmmssZ` [RFC 5652 §11.3].
fn time(value: Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(value.content).ok()?;
    let text = text.strip_suffix('Z')?;
    if !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match (value.tag, text.len()) {
        (UTC_TIME, 12) => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        (GENERALIZED_TIME, 14) => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let pair = |at: usize| rest.get(at..at + 2)?.parse::<u8>().ok();
    let month = Month::try_from(pair(0)?).ok()?;
    let date = Date::from_calendar_date(year, month, pair(2)?).ok()?;
    let time = Time::from_hms(pair(4)?, pair(6)?, pair(8)?).ok()?;
    let at = PrimitiveDateTime::new(date, time).assume_utc();
    Some(Timestamp::from_seconds(at.unix_timestamp()))
}

#[cfg(test)]
mod tests {
    use super::super::der;
    use super::*;

    fn read(at: &[u8]) -> Option<Timestamp> {
        time(Element::only(at).unwrap())
    }

    #[test]
    fn time_reads_back_what_was_written() {
        for text in [
            "1950-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "2026-08-25T02:00:00Z",
            "2049-12-31T23:59:59Z",
            "2050-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            let at = Timestamp::parse(text).unwrap();
            assert_eq!(read(&der::time(at).unwrap()), Some(at), "{text}");
        }
    }

    #[test]
    fn time_in_another_form_is_refused() {
        for text in [
            "260825020000",
            "2608250200Z",
            "260825020000+0200",
            "261325020000Z",
            "260230020000Z",
            "26082502000\u{661}Z",
            "Z",
            "",
        ] {
            let element = der::tlv(UTC_TIME, &[text.as_bytes()]);
            assert_eq!(read(&element), None, "{text}");
        }
    }
}
