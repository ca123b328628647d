//! What an encoding has no place for: named values in `AdditionalData`.

use crate::formats::iodef::names as n;
use crate::formats::iodef::{Encoding, terms};
use crate::formats::xml::{Tag, carried};
use crate::model::alert::{Alert, ExpectedAction, ImpactType, Level, Origin, Purpose};
use crate::model::alert::{Reference, Restriction, RevisionKind};
use crate::model::moment::Moment;
use crate::model::tlp::Tlp;

use super::parts;

/// Named values, by the element whose `AdditionalData` they stand in.
#[derive(Default)]
pub struct Copies {
    encoding: Encoding,
    /// Of the incident.
    pub incident: Vec<Tag>,
    /// Of the event.
    pub event: Vec<Tag>,
    /// Of the method; 2003 has no place there, they stand with the incident.
    pub method: Vec<Tag>,
}

impl Copies {
    /// Collects what `encoding` has no place for.
    pub fn of(alert: &Alert, encoding: Encoding) -> Self {
        let mut copies = Self { encoding, ..Self::default() };
        copies.labels(alert);
        copies.assessment(alert);
        copies.expectation(alert);
        copies.affected(alert);
        let references = &alert.method.references;
        let unlisted = references.iter().any(|r| matches!(r.origin, Some(Origin::Unlisted(_))));
        copies.method = references.iter().filter_map(|r| copies.origin(r, unlisted)).collect();
        copies.identity(alert);
        copies.revision(alert);
        copies.times(alert);
        let remarks: Vec<_> = alert.additional.iter().map(|text| copies.remark(text)).collect();
        copies.incident.extend(remarks);
        copies
    }

    fn is_old(&self) -> bool {
        self.encoding == Encoding::V2003
    }

    fn named(&self, name: &'static str, kind: &'static str, value: &str) -> Tag {
        let tag = Tag::text("AdditionalData", value);
        match self.encoding {
            Encoding::V2003 => tag.with("type", kind).with("meaning", name),
            Encoding::V1 => tag.with("dtype", kind).with("meaning", name),
            Encoding::V2 | Encoding::Json => tag.with("dtype", kind).with("name", name),
        }
    }

    fn remark(&self, text: &str) -> Tag {
        let kind = if self.is_old() { "type" } else { "dtype" };
        Tag::text("AdditionalData", text).with(kind, "string").with("meaning", n::REMARK)
    }

    fn add(&mut self, name: &'static str, value: &str) {
        let tag = self.named(name, "string", value);
        self.incident.push(tag);
    }

    fn labels(&mut self, alert: &Alert) {
        self.add(n::FORM, n::FORM_VERSION);
        self.add(n::TLP, alert.tlp.name());
        if alert.exercise {
            let tag = self.named(n::EXERCISE, "boolean", "true");
            self.incident.push(tag);
        }
        let written = terms::restriction(&alert.restriction, alert.tlp, self.encoding);
        let plain = terms::restriction(&alert.restriction, Tlp::Clear, self.encoding);
        if written != plain || matches!(alert.restriction, Restriction::Unlisted(_)) {
            self.add(n::RESTRICTION, alert.restriction.name());
        }
        if let (true, Purpose::Unlisted(purpose)) = (self.is_old(), &alert.purpose) {
            self.add(n::PURPOSE, purpose);
        }
        if !parts::is_language(&alert.language) {
            self.add(n::LANGUAGE, &alert.language);
        }
    }

    fn assessment(&mut self, alert: &Alert) {
        let assessment = &alert.assessment;
        if let (true, ImpactType::Unlisted(impact)) = (self.is_old(), &assessment.impact) {
            self.add(n::IMPACT, impact);
        }
        for (name, level) in
            [(n::SEVERITY, &assessment.severity), (n::CONFIDENCE, &assessment.confidence)]
        {
            if let Some(Level::Unlisted(level)) = level {
                self.add(name, level);
            }
        }
    }

    fn expectation(&mut self, alert: &Alert) {
        let expectation = &alert.expectation;
        let actions = &expectation.actions;
        let in_words = !expectation.description.trim().is_empty() || expectation.until.is_some();
        let unlisted = |action: &ExpectedAction| matches!(action, ExpectedAction::Unlisted(_));
        if self.is_old() && actions.iter().any(unlisted) {
            for action in actions {
                self.add(n::EXPECTED_ACTION, action.name());
            }
        }
        if actions.is_empty() && in_words {
            self.add(n::EXPECTED_ACTION, "");
        }
    }

    fn affected(&mut self, alert: &Alert) {
        let affected = &alert.affected;
        let lists = [(n::SYSTEM, &affected.systems), (n::SOFTWARE, &affected.software)];
        let items = lists.iter().flat_map(|(name, items)| items.iter().map(|item| (*name, item)));
        let words = [
            (n::OTHER_SYSTEMS, &affected.other_systems),
            (n::OTHER_SOFTWARE, &affected.other_software),
        ];
        let words = words.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let event = items.chain(words).map(|(name, text)| self.named(name, "string", text));
        self.event = event.collect();
    }

    /// The origin of a reference where its place has no word for it; `unlisted` says that some
    /// origin of the alert has none, so that `other` may mean two things.
    fn origin(&self, reference: &Reference, unlisted: bool) -> Option<Tag> {
        let origin = reference.origin.as_ref()?;
        let needed = match self.encoding {
            Encoding::V2003 => unlisted && matches!(origin, Origin::Other | Origin::Unlisted(_)),
            Encoding::V1 => false,
            Encoding::V2 | Encoding::Json => {
                *origin != Origin::Cve || !parts::is_cve(&parts::current_name(reference))
            }
        };
        let value = format!("{origin}: {}", reference.name);
        needed.then(|| self.named(n::REFERENCE_ORIGIN, "string", &value))
    }

    fn identity(&mut self, alert: &Alert) {
        if self.is_old() && !alert.contact.fqdn.is_empty() {
            self.add(n::TEAM_DOMAIN, &alert.contact.fqdn);
        }
        let related = &alert.related;
        let links = related.iter().filter(|related| parts::is_link(related)).count();
        let needed = match self.encoding {
            Encoding::V2003 => links > 0,
            Encoding::V1 => links > 0 && links < related.len(),
            Encoding::V2 | Encoding::Json => false,
        };
        for related in related.iter().filter(|_| needed) {
            self.add(n::RELATED, related);
        }
    }

    fn revision(&mut self, alert: &Alert) {
        let revision = &alert.revision;
        if revision.number != 1 {
            let tag = self.named(n::REVISION, "integer", &revision.number.to_string());
            self.incident.push(tag);
        }
        if revision.kind != RevisionKind::Issue {
            self.add(n::REVISION_KIND, revision.kind.name());
        }
        if !revision.note.trim().is_empty() {
            self.add(n::REVISION_NOTE, &revision.note);
        }
    }

    fn times(&mut self, alert: &Alert) {
        let event = &alert.event;
        let times = [
            (n::REPORT_TIME, Some(&alert.reported_at)),
            (n::START_TIME, event.started_at.as_ref()),
            (n::END_TIME, event.stopped_at.as_ref()),
            (n::DETECT_TIME, event.detected_at.as_ref()),
            (n::UNTIL_TIME, alert.expectation.until.as_ref()),
        ];
        let odd = |moment: &&Moment| parts::time("", moment).text != carried(&moment.text);
        for (name, moment) in times {
            if let Some(moment) = moment.filter(odd) {
                self.add(name, &moment.text);
            }
        }
    }
}
