//! What the three kinds of documents have in common.

use crate::formats::iodef::names::label;
use crate::formats::iodef::terms::Token;
use crate::formats::xml::Tag;
use crate::model::alert::follow_up::Acknowledgement;
use crate::model::alert::{Alert, Contact, Reference};
use crate::model::moment::Moment;

/// A time as `xs:dateTime` with its offset: as it was written if it was written so.
pub fn time(name: &'static str, moment: &Moment) -> Tag {
    match is_date_time(&moment.text) {
        true => Tag::text(name, &moment.text),
        false => Tag::text(name, &moment.at.to_string()),
    }
}

/// Whether a text is an `xs:dateTime` with an offset, as every reader takes it.
pub fn is_date_time(text: &str) -> bool {
    let digits = |from: usize, to: usize, low: u32, high: u32| {
        let part = text.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
        part.and_then(|part| part.parse().ok()).is_some_and(|n: u32| (low..=high).contains(&n))
    };
    let at = |index: usize, expected: u8| text.as_bytes().get(index) == Some(&expected);
    let date = digits(0, 4, 1, 9999) && at(4, b'-') && digits(5, 7, 1, 12) && at(7, b'-');
    let day = digits(8, 10, 1, 31) && at(10, b'T');
    let clock = digits(11, 13, 0, 23) && at(13, b':') && digits(14, 16, 0, 59) && at(16, b':');
    let rest = text.get(19..).unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let empty_fraction = rest.starts_with('.') && rest.len() == zone.len() + 1;
    let start = text.len() - zone.len();
    let offset = zone.starts_with(['+', '-'])
        && zone.len() == 6
        && digits(start + 1, start + 3, 0, 13)
        && at(start + 3, b':')
        && digits(start + 4, start + 6, 0, 59);
    date && day && clock && digits(17, 19, 0, 59) && !empty_fraction && (zone == "Z" || offset)
}

/// Whether a text may stand in an `xs:anyURI`: `scheme:…`, printable ASCII without delimiters.
pub fn is_url(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let bytes = text.as_bytes();
    let plain = |b: &u8| b.is_ascii_graphic() && !b"<>\"{}|\\^`[]#".contains(b);
    let escaped = |at: usize| {
        bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    let percents = bytes.iter().enumerate().filter(|(_, b)| **b == b'%').all(|(at, _)| escaped(at));
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    named && percents && before.bytes().all(|b| plain(&b)) && fragment.bytes().all(|b| plain(&b))
}

/// Whether a related thing is an address rather than an incident.
pub fn is_link(related: &str) -> bool {
    (related.starts_with("https://") || related.starts_with("http://")) && is_url(related)
}

/// Whether a text names a language [RFC 5646 §2.1, the form that schemas check].
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let sized = |part: &str| (1..=8).contains(&part.len());
    sized(first)
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| sized(part) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The descriptions of an event: what is affected, then what was seen.
pub fn event_descriptions(alert: &Alert) -> Vec<String> {
    let affected = &alert.affected;
    let list = |label: &str, items: &[String]| match items {
        [] => None,
        items => Some(format!("{label}{}", items.join("; "))),
    };
    let words =
        |label: &str, text: &str| (!text.trim().is_empty()).then(|| format!("{label}{text}"));
    let all = [
        list(label::SYSTEMS, &affected.systems),
        words(label::OTHER_SYSTEMS, &affected.other_systems),
        list(label::SOFTWARE, &affected.software),
        words(label::OTHER_SOFTWARE, &affected.other_software),
        words("", &alert.event.description),
    ];
    all.into_iter().flatten().collect()
}

/// A text as an element, if there is one.
pub fn some_text(name: &'static str, text: &str) -> Option<Tag> {
    (!text.trim().is_empty()).then(|| Tag::text(name, text))
}

/// A team as contact before 2.00, where addresses and numbers are plain elements.
pub fn plain_contact(contact: &Contact, name: &'static str, handle: Option<Tag>) -> Tag {
    Tag::new("Contact")
        .with("role", "irt")
        .with("type", "organization")
        .holding(some_text(name, &contact.name))
        .holding(handle)
        .holding(contact.emails.iter().map(|address| Tag::text("Email", address)))
        .holding(contact.phone.as_deref().and_then(|number| some_text("Telephone", number)))
        .holding(contact.fax.as_deref().and_then(|number| some_text("Fax", number)))
}

/// An attribute with its extension.
pub fn token(tag: Tag, name: &'static str, extension: &'static str, token: &Token) -> Tag {
    let (value, extended) = token.parts();
    tag.with(name, value).with_some(extension, extended)
}

/// An incident identifier and who named it: `4711 (CERT-X)` names its own authority.
pub fn foreign_id(text: &str, authority: &str) -> Tag {
    let named = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    let (id, authority) = named.unwrap_or((text, authority));
    Tag::text("IncidentID", id).with("name", authority)
}

/// The name of a reference as later documents write it: candidates became entries in 2005.
pub fn current_name(reference: &Reference) -> String {
    let name = reference.name.trim();
    let is_candidate = name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("CAN-"));
    match name.get(4..) {
        Some(number) if is_candidate && is_cve(&format!("CVE-{number}")) => format!("CVE-{number}"),
        _ => name.to_owned(),
    }
}

/// Whether a name is that of a CVE entry: `CVE-2003-0352`.
pub fn is_cve(name: &str) -> bool {
    let mut parts = name.split('-');
    let digits = |part: Option<&str>, min: usize, max: usize| {
        part.is_some_and(|part| {
            (min..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        })
    };
    parts.next() == Some("CVE")
        && digits(parts.next(), 4, 4)
        && digits(parts.next(), 4, 19)
        && parts.next().is_none()
}

/// An acknowledgement in words, for the history.
pub fn acknowledgement(ack: &Acknowledgement) -> String {
    let mut text = format!("{} by {}", ack.response, ack.channel);
    if let Some(person) = &ack.person {
        text = format!("{text}, {person}");
    }
    match ack.remark.trim() {
        "" => text,
        remark => format!("{text}: {remark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_times_with_an_offset_are_written_as_given() {
        for good in ["2003-08-28T13:35:00+00:00", "2003-08-28T13:35:00.25Z"] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2003-08-28T13:35+00:00",
            "2003-08-28T13:35:00+0000",
            "2003-08-28T13:35:00",
            "2003-08-28t13:35:00z",
            "2003-08-28T13:35:60Z",
            "2003-08-28T13:35:00.Z",
            "2003-08-28T13:35:00+14:30",
            "0000-08-28T13:35:00Z",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }

    #[test]
    fn only_what_a_schema_takes_is_written_as_an_address() {
        assert!(is_url("https://a.example/?q=1%20#x") && is_url("urn:x:y"));
        for bad in
            ["", "a b", "https://a b", "https://x/%zz", "https://x/#a#b", "1:x", "http://[::1"]
        {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn candidates_are_entries_today() {
        let name = |name: &str| {
            current_name(&Reference { origin: None, name: name.into(), url: String::new() })
        };
        assert_eq!(name("CAN-2003-0352"), "CVE-2003-0352");
        assert_eq!(name("CANCER"), "CANCER");
        assert!(!is_cve("CVE-1-2") && !is_cve("CVE-2003-0352-1"));
    }
}
