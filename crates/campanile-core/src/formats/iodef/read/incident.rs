//! The incident as a whole.

use super::expectation::is_link;
use super::method::join;
use super::names;
use super::reading::Reading;
use super::{Encoding, order};
use crate::formats::{Element, Finding, ReadError, Severity};
use crate::model::alert::{
    Affected, Alert, Event, Expectation, Method, Purpose, Restriction, Revision,
};
use crate::model::moment::Moment;
use crate::model::tlp::Tlp;

/// Reads the first incident of a document.
///
/// # Errors
/// As [`super::read`].
pub fn document(root: &Element, mut reading: Reading) -> Result<(Alert, Vec<Finding>), ReadError> {
    let incidents = reading.inner(root, "Incident");
    let missing = || ReadError::Missing(root.place.clone(), "Incident");
    let incident = (*incidents.first().ok_or_else(missing)?).clone();
    for other in incidents.iter().skip(1) {
        let what = "only the first incident is read; send one document for each";
        reading.find(&other.place, Severity::Error, what);
    }
    let mut first = root.clone();
    first.inner.retain(|inner| inner.name != "Incident");
    first.inner.push(incident.clone());
    reading.collect_copies(&first);
    let alert = reading.incident(root, &incident)?;
    Ok((alert, reading.findings()))
}

impl Reading {
    fn incident(&mut self, root: &Element, incident: &Element) -> Result<Alert, ReadError> {
        order::check(self, incident);
        let mut groups = vec![incident];
        groups.extend(self.inner(incident, "IncidentData"));
        let (contacts, assessments) =
            (self.within(&groups, "Contact"), self.within(&groups, "Assessment"));
        let (alternative, related) =
            (self.within(&groups, "AlternativeID"), self.within(&groups, "RelatedActivity"));
        let identity = self.identity(incident)?;
        let language = self.language(root, incident, &groups);
        let (restriction, tlp) = self.restriction(incident);
        let mut alternative_ids: Vec<_> = identity.given.into_iter().collect();
        for group in alternative {
            alternative_ids.extend(self.ids(group, &identity.authority));
        }
        let related = self.related(&related, &identity.authority);
        let mut alert = Alert {
            id: identity.id,
            alternative_ids,
            related,
            purpose: self.purpose(incident),
            exercise: self.copy(names::EXERCISE) == Some("true"),
            restriction,
            tlp,
            language,
            description: String::new(),
            affected: Affected::default(),
            assessment: self.assessment(&assessments),
            method: Method::default(),
            recommendation: String::new(),
            expectation: Expectation { actions: Vec::new(), ..Expectation::default() },
            event: Event::default(),
            additional: Vec::new(),
            contact: self.contact(&contacts, &identity.authority),
            reported_at: Moment::of(self.now),
            revision: self.revision(),
        };
        for group in &groups {
            self.contents(group, &mut alert)?;
        }
        alert.reported_at = self.report_time(&groups, &alert)?;
        self.copied_affected(&mut alert.affected);
        if self.copies(names::EXPECTED_ACTION) == [""] {
            alert.expectation.actions.clear();
        }
        for data in self.inner(root, "AdditionalData") {
            self.remark(data);
        }
        alert.additional = std::mem::take(&mut self.additional);
        Ok(alert)
    }

    /// The inner elements that are read one by one.
    fn contents(&mut self, group: &Element, alert: &mut Alert) -> Result<(), ReadError> {
        let mut words = Vec::new();
        let (events, others): (Vec<_>, Vec<_>) =
            group.inner.iter().partition(|inner| self.name(group, inner) == Some("EventData"));
        for inner in events {
            self.event(inner, alert)?;
        }
        for inner in others {
            match self.name(group, inner) {
                Some(
                    "IncidentID" | "AlternativeID" | "RelatedActivity" | "IncidentData" | "Contact"
                    | "Assessment" | "ReportTime" | "GenerationTime",
                ) => {}
                Some("Description") => words.push(inner.whole_text()),
                Some("DetectTime" | "StartTime" | "EndTime") => self.event_time(inner, alert)?,
                Some("Method") => self.method(inner, &mut alert.method),
                Some("Expectation") => self.expectation(inner, alert)?,
                Some("AdditionalData") => self.remark(inner),
                // Ours are acknowledgements, which the board knows better.
                Some("History") if self.is_form() => {}
                _ => self.carry(inner, &inner.name),
            }
        }
        words.retain(|text| !is_link(text));
        join(&mut alert.description, &words);
        Ok(())
    }

    fn language(&self, root: &Element, incident: &Element, groups: &[&Element]) -> String {
        let words = groups.iter().flat_map(|group| self.inner(group, "Description")).next();
        let places = [Some(incident), Some(root), words];
        let said = places.into_iter().flatten().find_map(|place| self.attribute(place, "lang"));
        let said = self.copy(names::LANGUAGE).or(said);
        said.unwrap_or("en").to_owned()
    }

    fn purpose(&mut self, incident: &Element) -> Purpose {
        if let Some(purpose) = self.copy(names::PURPOSE) {
            return Purpose::from(purpose.to_owned());
        }
        let Some((token, extended)) = self.token(incident, "purpose") else {
            self.find(&incident.place, Severity::Error, "the incident does not say its purpose");
            return Purpose::Other;
        };
        let read = match token {
            _ if extended || self.encoding == Encoding::V2003 => token,
            "watch" => "warning",
            "traceback" | "mitigation" => "handling",
            _ => token,
        };
        if read != token {
            let what = format!("the purpose `{token}` is read as `{read}`");
            self.find(&incident.place, Severity::Note, what);
            self.additional.push(format!("Purpose: {token}"));
        }
        Purpose::from(read.to_owned())
    }

    /// Restriction and label; what is not stated is private by the standard.
    fn restriction(&mut self, incident: &Element) -> (Restriction, Tlp) {
        let token = self.token(incident, "restriction").map(|(token, _)| token);
        let read = match token {
            Some("partner" | "default" | "green") => Restriction::Participants,
            Some("white" | "public") => Restriction::Public,
            Some("need-to-know" | "amber") => Restriction::NeedToKnow,
            Some("private" | "red") | None => Restriction::Private,
            Some(other) => Restriction::Unlisted(other.to_owned()),
        };
        let label = match (token, self.is_new()) {
            (Some("white" | "public"), _) => Tlp::Clear,
            (Some("green"), _) => Tlp::Green,
            (Some("partner" | "default" | "amber"), _) | (Some("need-to-know"), false) => {
                Tlp::Amber
            }
            // In 2.00 this is the reader's own organisation [RFC 7970 §3.3.1].
            (Some("need-to-know" | "amber+strict"), _) => Tlp::AmberStrict,
            _ => Tlp::Red,
        };
        if token.is_none() {
            let what = "there is no restriction: private, as the standard says";
            self.find(&incident.place, Severity::Note, what);
        }
        let copied = self.copy(names::RESTRICTION).map(|token| Restriction::from(token.to_owned()));
        let tlp = self.copy(names::TLP).and_then(|tlp| tlp.parse().ok());
        (copied.unwrap_or(read), tlp.unwrap_or(label))
    }

    fn revision(&self) -> Revision {
        let number = self.copy(names::REVISION).and_then(|number| number.parse().ok());
        let kind = self.copy(names::REVISION_KIND).and_then(|kind| kind.parse().ok());
        let note = self.copy(names::REVISION_NOTE).unwrap_or_default().to_owned();
        let first = Revision::default();
        Revision { number: number.unwrap_or(first.number), kind: kind.unwrap_or(first.kind), note }
    }

    /// The report time, or what comes closest to it.
    fn report_time(&mut self, groups: &[&Element], alert: &Alert) -> Result<Moment, ReadError> {
        let mut found = [None, None];
        for (slot, name) in found.iter_mut().zip(["ReportTime", "GenerationTime"]) {
            let elements: Vec<_> = self.within(groups, name);
            for element in elements {
                let moment = self.moment(element)?;
                *slot = slot.take().or(moment);
            }
        }
        let [reported, generated] = found;
        if let Some(reported) = reported {
            return Ok(self.as_written(reported, names::REPORT_TIME));
        }
        let place = groups.first().map(|group| group.place.clone()).unwrap_or_default();
        if let Some(generated) = generated {
            return Ok(generated);
        }
        let seen = [&alert.event.detected_at, &alert.event.started_at];
        let seen = seen.into_iter().flatten().next().cloned();
        let what = match seen {
            Some(_) => "there is no report time; that of the event stands for it",
            None => "there is no report time; now stands for it",
        };
        self.find(&place, Severity::Error, what);
        Ok(seen.unwrap_or_else(|| Moment::of(self.now)))
    }
}
