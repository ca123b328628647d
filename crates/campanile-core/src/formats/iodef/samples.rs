//! Alerts for tests: one with every field, one with hardly any, and all between.

use crate::model::alert::{
    Affected, Alert, Assessment, Contact, Event, Expectation, ExpectedAction, ImpactType, Level,
    Method, Origin, Purpose, Reference, Restriction, Revision,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;
use crate::model::tlp::Tlp;

/// The worm of August 2003, every field of the form used once.
pub fn full() -> Alert {
    let moment = |text| Moment::parse(text).unwrap();
    Alert {
        id: "DFN-CERT-0816".parse().unwrap(),
        alternative_ids: vec!["47-11".into(), "AL-2003.08 (cert.ist.example)".into()],
        related: vec!["DFN-CERT-0815".into(), "https://cert.dfn.example/rpc".into()],
        purpose: Purpose::Warning,
        exercise: false,
        restriction: Restriction::Participants,
        tlp: Tlp::Amber,
        language: "en".into(),
        description: "A buffer overrun vulnerability exists in the part of the Windows RPC \
                      service that handles message exchange."
            .into(),
        affected: Affected {
            systems: vec!["Windows 2000".into(), "Windows XP".into()],
            other_systems: "Windows NT 4.0 Server SP6a".into(),
            software: vec!["RPC DCOM interface".into()],
            other_software: "anything that listens on 135".into(),
        },
        assessment: Assessment {
            impact: ImpactType::Admin,
            severity: Some(Level::High),
            confidence: Some(Level::Medium),
        },
        method: Method {
            references: vec![
                Reference {
                    origin: Some(Origin::Cve),
                    name: "CAN-2003-0352".into(),
                    url: "http://cve.mitre.org/cgi-bin/cvename.cgi?name=CAN-2003-0352".into(),
                },
                Reference {
                    origin: Some(Origin::Bugtraqid),
                    name: "8205".into(),
                    url: String::new(),
                },
            ],
            description: "Crafted RPC request to TCP port 135.".into(),
        },
        recommendation: "Block TCP port 135 at the border; install the vendor's patch.".into(),
        expectation: Expectation {
            actions: vec![ExpectedAction::InformConstituency],
            description: "Forward to system administrators today.".into(),
            until: Some(moment("2003-08-29T12:00:00Z")),
        },
        event: Event {
            description: "A worm is scanning TCP 135; infected hosts open TCP 4444.".into(),
            started_at: Some(moment("2003-08-11T16:00+00:00")),
            stopped_at: Some(moment("2003-08-28T12:00:00+0000")),
            detected_at: Some(moment("2003-08-11T18:00:00+00:00")),
        },
        additional: vec!["No further remarks.".into()],
        contact: Contact {
            name: "DFN-CERT".into(),
            handle: "DFN-CERT".into(),
            fqdn: "cert.dfn.example".into(),
            emails: vec!["cert@cert.dfn.example".into()],
            phone: Some("+49 40 808077800".into()),
            fax: Some("+49 40 808077877".into()),
        },
        reported_at: moment("2003-08-28T13:35:00+00:00"),
        revision: Revision::default(),
    }
}

/// Only what an alert must have.
pub fn minimal() -> Alert {
    Alert {
        id: "X-1".parse().unwrap(),
        alternative_ids: Vec::new(),
        related: Vec::new(),
        purpose: Purpose::Warning,
        exercise: false,
        restriction: Restriction::Participants,
        tlp: Tlp::default(),
        language: "en".into(),
        description: String::new(),
        affected: Affected::default(),
        assessment: Assessment::default(),
        method: Method::default(),
        recommendation: String::new(),
        expectation: Expectation::default(),
        event: Event::default(),
        additional: Vec::new(),
        contact: Contact { handle: "X".into(), ..Contact::default() },
        reported_at: Moment::of(Timestamp::from_seconds(1_062_077_700)),
        revision: Revision::default(),
    }
}
