//! Alerts with every optional field on and off, and texts that are made to break writers.

use campanile_core::model::alert::{
    Affected, Alert, Assessment, Contact, Event, Expectation, ExpectedAction, ImpactType, Level,
    Method, Origin, Purpose, Reference, Restriction, Revision, RevisionKind,
};
use campanile_core::model::moment::Moment;
use campanile_core::model::tlp::Tlp;

/// Texts: plain ones, markup, labels of our own, and whatever ends a value early elsewhere.
const TEXTS: [&str; 14] = [
    "A worm is scanning TCP 135.",
    "Grüße aus Köln – 漢字, العربية, 🔔",
    "<b>not markup</b> & \"quotes\" 'n' ]]> <![CDATA[x]]> <!-- -->",
    "two\nlines\n\nand a paragraph",
    "Systems: not a list",
    "Software: neither",
    "Recommendation: none",
    "Please acknowledge: nothing",
    "origin: nowhere",
    "=cmd|' /C calc'!A0",
    "  indented\tand\ttabbed  inside".trim_ascii(),
    "&amp; &#65; &lt;",
    "a; b; c",
    "x",
];

/// A sequence of choices that is the same every time.
pub struct Choices(u64);

impl Choices {
    fn next(&mut self) -> u64 {
        // xorshift64* (Vigna 2016)
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    fn flag(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.next()).unwrap() % items.len()].clone()
    }

    fn text(&mut self) -> String {
        self.of(&TEXTS).to_owned()
    }

    fn maybe(&mut self) -> String {
        if self.flag() { self.text() } else { String::new() }
    }

    fn list(&mut self) -> Vec<String> {
        let count = self.of(&[0, 0, 1, 3]);
        (0..count).map(|_| self.text()).collect()
    }

    fn moment(&mut self) -> Moment {
        let texts = [
            "2003-08-28T13:35:00+00:00",
            "2003-08-28T13:35+00:00",
            "2003-08-28 13:35:00+0200",
            "2026-11-21T18:40:00.25Z",
            "2026-11-21T18:40:00Z",
            "1999-12-31T23:59:59-11:30",
        ];
        Moment::parse(self.of(&texts)).unwrap()
    }

    fn maybe_moment(&mut self) -> Option<Moment> {
        self.flag().then(|| self.moment())
    }

    fn level(&mut self) -> Option<Level> {
        self.of(&[
            None,
            Some(Level::High),
            Some(Level::Medium),
            Some(Level::Low),
            Some(Level::Unlisted("critical".into())),
        ])
    }

    fn reference(&mut self) -> Reference {
        let origins = Origin::KNOWN.iter().cloned().map(Some);
        let more = [None, Some(Origin::Unlisted("osvdb".into()))];
        let origins: Vec<_> = origins.chain(more).collect();
        let names = ["CVE-2003-0352", "CAN-2003-0352", "8205", "VU#568148", "MS03-026", ""];
        let urls = [
            "",
            "https://cert.example/a?b=c&d=%20#e",
            "not an address",
            "http://[::1]/",
            "https://cert.example/ü",
        ];
        let read = Reference {
            origin: self.of(&origins),
            name: self.of(&names).to_owned(),
            url: self.of(&urls).to_owned(),
        };
        match read.origin.is_none() && read.name.is_empty() && read.url.is_empty() {
            // Nothing at all is no reference.
            true => Reference { name: "8205".into(), ..read },
            false => read,
        }
    }

    fn action(&mut self) -> ExpectedAction {
        let others = ["block", "block-port", "nothing", "remediate-other", "call us", "training"];
        let others = others.iter().map(|text| ExpectedAction::Unlisted((*text).to_owned()));
        let all: Vec<_> = ExpectedAction::KNOWN.iter().cloned().chain(others).collect();
        self.of(&all)
    }
}

/// The alert of a number; number 0 has nothing, number 1 everything.
pub fn alert(number: u64) -> Alert {
    let mut choices = Choices(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    // The first numbers of a weak seed look alike.
    for _ in 0..8 {
        choices.next();
    }
    match number {
        0 => bare(),
        1 => (2..).map(alert).find(is_full).unwrap(),
        _ => chosen(number, &mut choices),
    }
}

fn is_full(alert: &Alert) -> bool {
    let event = &alert.event;
    let lists =
        [&alert.alternative_ids, &alert.related, &alert.additional, &alert.affected.systems];
    lists.iter().all(|list| !list.is_empty())
        && !alert.method.references.is_empty()
        && event.started_at.is_some()
        && event.stopped_at.is_some()
        && alert.contact.fax.is_some()
}

fn bare() -> Alert {
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
        expectation: Expectation { actions: Vec::new(), description: String::new(), until: None },
        event: Event::default(),
        additional: Vec::new(),
        contact: Contact::default(),
        reported_at: Moment::parse("2003-08-28T13:35:00+00:00").unwrap(),
        revision: Revision::default(),
    }
}

fn with_unlisted<T: Clone>(known: &[T], other: T) -> Vec<T> {
    known.iter().cloned().chain([other]).collect()
}

fn chosen(number: u64, c: &mut Choices) -> Alert {
    let ids = [vec![], vec!["47-11".to_owned()], vec!["AL 03/8 (ist.example)".into(), "9".into()]];
    let related = [
        vec![],
        vec!["DFN-CERT-0815".to_owned()],
        vec!["https://cert.example/1".to_owned()],
        vec!["https://cert.example/1".into(), "X-7".into(), "AL-1 (ist.example)".into()],
    ];
    let purposes = with_unlisted(Purpose::KNOWN, Purpose::Unlisted("drill".into()));
    let restrictions = with_unlisted(Restriction::KNOWN, Restriction::Unlisted("coalition".into()));
    let impacts = with_unlisted(ImpactType::KNOWN, ImpactType::Unlisted("worm".into()));
    let actions = (0..c.of(&[0, 1, 1, 3])).map(|_| c.action()).collect();
    let references = (0..c.of(&[0, 1, 3])).map(|_| c.reference()).collect();
    Alert {
        id: format!("DFN-CERT-{number}").parse().unwrap(),
        alternative_ids: c.of(&ids),
        related: c.of(&related),
        purpose: c.of(&purposes),
        exercise: c.flag(),
        restriction: c.of(&restrictions),
        tlp: c.of(Tlp::ALL),
        language: c.of(&["en", "de", "de-AT", "no_language"]).to_owned(),
        description: c.maybe(),
        affected: Affected {
            systems: c.list(),
            other_systems: c.maybe(),
            software: c.list(),
            other_software: c.maybe(),
        },
        assessment: Assessment {
            impact: c.of(&impacts),
            severity: c.level(),
            confidence: c.level(),
        },
        method: Method { references, description: c.maybe() },
        recommendation: c.maybe(),
        expectation: Expectation { actions, description: c.maybe(), until: c.maybe_moment() },
        event: Event {
            description: c.maybe(),
            started_at: c.maybe_moment(),
            stopped_at: c.maybe_moment(),
            detected_at: c.maybe_moment(),
        },
        additional: c.list(),
        contact: contact(c),
        reported_at: c.moment(),
        revision: Revision {
            number: c.of(&[1, 2, 17]),
            kind: c.of(RevisionKind::ALL),
            note: c.maybe(),
        },
    }
}

fn contact(c: &mut Choices) -> Contact {
    let number = ["+49 40 808077800".to_owned(), "112".to_owned()];
    let mails = [vec![], vec!["a@b.example".to_owned()], vec!["a@b.example".into(), "c@d".into()]];
    Contact {
        name: c.of(&["", "PRESECURE Computer Emergency Response Team", "Ünïcode & Söhne"]).into(),
        handle: c.of(&["DFN-CERT", "PRE-CERT", ""]).to_owned(),
        fqdn: c.of(&["cert.dfn.example", ""]).to_owned(),
        emails: c.of(&mails),
        phone: c.flag().then(|| c.of(&number)),
        fax: c.flag().then(|| c.of(&number)),
    }
}
