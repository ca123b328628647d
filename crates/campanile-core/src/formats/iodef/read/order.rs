//! Whether a document keeps to its schema where it is read: order, and what must be there.
//!
//! Nothing depends on it. Who writes documents wants to know.

use super::Encoding;
use super::reading::{Reading, spelling};
use crate::formats::{Element, Severity};

const INCIDENT_V2: [&str; 18] = [
    "IncidentID",
    "AlternativeID",
    "RelatedActivity",
    "DetectTime",
    "StartTime",
    "EndTime",
    "RecoveryTime",
    "ReportTime",
    "GenerationTime",
    "Description",
    "Discovery",
    "Assessment",
    "Method",
    "Contact",
    "EventData",
    "IndicatorData",
    "History",
    "AdditionalData",
];
const INCIDENT_2003: [&str; 5] =
    ["IncidentID", "AlternativeID", "RelatedActivity", "IncidentData", "AdditionalData"];
const INCIDENT_DATA: [&str; 12] = [
    "Description",
    "Contact",
    "ReportTime",
    "DetectTime",
    "StartTime",
    "EndTime",
    "Expectation",
    "Method",
    "Assessment",
    "EventData",
    "History",
    "AdditionalData",
];
const EVENT: [&str; 15] = [
    "Description",
    "DetectTime",
    "StartTime",
    "EndTime",
    "RecoveryTime",
    "ReportTime",
    "Contact",
    "Discovery",
    "Assessment",
    "Method",
    "Flow",
    "Expectation",
    "Record",
    "EventData",
    "AdditionalData",
];
const EVENT_2003: [&str; 15] = [
    "Description",
    "Contact",
    "ReportTime",
    "DetectTime",
    "StartTime",
    "EndTime",
    "Expectation",
    "System",
    "Method",
    "Assessment",
    "EventData",
    "History",
    "Record",
    "AdditionalData",
    "",
];
/// Kinds of observables that come in bulk [RFC 7970 §3.29.3.1].
const BULK: [&str; 27] = [
    "asn",
    "atm",
    "e-mail",
    "ipv4-addr",
    "ipv4-net",
    "ipv4-net-mask",
    "ipv6-addr",
    "ipv6-net",
    "ipv6-net-mask",
    "mac",
    "site-uri",
    "domain-name",
    "domain-to-ipv4",
    "domain-to-ipv6",
    "domain-to-ipv4-timestamp",
    "domain-to-ipv6-timestamp",
    "ipv4-port",
    "ipv6-port",
    "windows-reg-key",
    "file-hash",
    "email-x-mailer",
    "email-subject",
    "http-user-agent",
    "http-request-uri",
    "mutex",
    "file-path",
    "user-name",
];

/// Notes where an incident departs from its schema.
pub fn check(reading: &mut Reading, incident: &Element) {
    let required: &[&str] = match reading.encoding {
        Encoding::V2003 => &["IncidentData"],
        Encoding::V1 => &["ReportTime", "Assessment", "Contact"],
        Encoding::V2 | Encoding::Json => &["GenerationTime", "Contact"],
    };
    lacks(reading, incident, required);
    if reading.encoding == Encoding::V2003 {
        for data in reading.inner(incident, "IncidentData") {
            lacks(reading, data, &["Contact", "ReportTime", "Assessment"]);
        }
    }
    walk(reading, incident);
}

fn lacks(reading: &mut Reading, element: &Element, required: &[&str]) {
    for name in required {
        if reading.inner(element, name).is_empty() {
            let what = format!("{} lacks {name}, which the standard requires", element.name);
            reading.find(&element.place, Severity::Error, what);
        }
    }
}

fn walk(reading: &mut Reading, element: &Element) {
    let old = reading.encoding == Encoding::V2003;
    let sequence: Option<&[&str]> = match element.name.as_str() {
        "Incident" if old => Some(&INCIDENT_2003),
        "Incident" => Some(&INCIDENT_V2),
        "IncidentData" => Some(&INCIDENT_DATA),
        "EventData" if old => Some(&EVENT_2003),
        "EventData" => Some(&EVENT),
        "ThreatActor" if reading.encoding == Encoding::V2 => {
            lacks(reading, element, &["URL"]);
            None
        }
        "BulkObservable" => {
            let kind = reading.token(element, "type");
            if !kind.is_some_and(|(kind, extended)| extended || BULK.contains(&kind)) {
                let what = "the type of the BulkObservable is not in the list of the standard";
                reading.find(&element.place, Severity::Error, what);
            }
            None
        }
        _ => None,
    };
    // Members of JSON have no order.
    if let Some(sequence) = sequence.filter(|_| reading.encoding != Encoding::Json) {
        in_order(reading, element, sequence);
    }
    for inner in &element.inner {
        walk(reading, inner);
    }
}

fn in_order(reading: &mut Reading, element: &Element, sequence: &[&str]) {
    let mut last = (0, "");
    for inner in &element.inner {
        let name = spelling(&inner.name);
        match sequence.iter().position(|known| *known == name) {
            Some(at) if at < last.0 => {
                let what = format!("{} stands behind {}, the standard has it before", name, last.1);
                reading.find(&inner.place, Severity::Error, what);
            }
            Some(at) => last = (at, name),
            None if inner.space == element.space => {
                let what = format!("the standard has no {} in {}", inner.name, element.name);
                reading.find(&inner.place, Severity::Error, what);
            }
            None => {}
        }
    }
}
