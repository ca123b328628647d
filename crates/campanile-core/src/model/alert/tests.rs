//! An alert for tests.

use super::*;

/// The example of the form of 2003, in short.
pub(crate) fn alert(id: &str) -> Alert {
    Alert {
        id: id.parse().unwrap(),
        alternative_ids: Vec::new(),
        related: Vec::new(),
        purpose: Purpose::Warning,
        exercise: false,
        restriction: Restriction::Participants,
        tlp: Tlp::Amber,
        language: "en".into(),
        description: "A buffer overrun vulnerability exists in the part of the Windows …".into(),
        affected: Affected { systems: vec!["Windows 2000".into()], ..Affected::default() },
        assessment: Assessment::default(),
        method: Method::default(),
        recommendation: "Block port 135.".into(),
        expectation: Expectation::default(),
        event: Event::default(),
        additional: Vec::new(),
        contact: Contact::default(),
        reported_at: Moment::parse("2003-08-28T13:35+00:00").unwrap(),
        revision: Revision::default(),
    }
}
