//! An alert as somebody writes it down: in a file, or in a request of a program. Everything that
//! the registry and the clock know is left out, and so is what has a default.

use serde::{Deserialize, Serialize};

use super::{
    Affected, Alert, AlertId, Assessment, BadAlertId, Contact, Event, Expectation, ExpectedAction,
    ImpactType, Level, Method, Moment, Purpose, Reference, Restriction, Revision,
};
use crate::model::team::Handle;
use crate::model::time::{BadTimestamp, Timestamp};
use crate::model::tlp::Tlp;

/// What is written down of an alert. In TOML:
///
/// ```toml
/// id = "0816"
/// description = "A buffer overrun in the RPC service is being exploited."
/// tlp = "TLP:AMBER"
/// recommendation = "Block port 135. Install the patch."
/// [affected]
/// systems = ["Windows 2000", "Windows XP"]
/// [assessment]
/// impact = "admin"
/// severity = "high"
/// [[method.references]]
/// origin = "cve"
/// name = "CVE-2003-0352"
/// [event]
/// started_at = "2003-08-28T13:35+00:00"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertForm {
    /// The team's own number; its handle is put in front.
    pub id: String,
    /// What happens, in short.
    pub description: String,
    /// Only an exercise.
    pub exercise: bool,
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// To whom it may be disclosed.
    pub restriction: Option<Restriction>,
    /// Language of the texts; `en` when not stated.
    pub language: Option<String>,
    /// Numbers that others have given it.
    pub alternative_ids: Vec<String>,
    /// Alerts that belong to the same matter.
    pub related: Vec<String>,
    /// What is affected.
    pub affected: AffectedForm,
    /// How bad it is.
    pub assessment: AssessmentForm,
    /// How it is done.
    pub method: MethodForm,
    /// What may be done against it.
    pub recommendation: String,
    /// What the recipients are asked to do.
    pub expectation: ExpectationForm,
    /// What was seen.
    pub event: EventForm,
    /// What fits nowhere else.
    pub additional: Vec<String>,
}

/// What is affected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AffectedForm {
    /// Systems.
    pub systems: Vec<String>,
    /// More about systems: versions, patch levels.
    pub other_systems: String,
    /// Software.
    pub software: Vec<String>,
    /// More about software.
    pub other_software: String,
}

/// How bad it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssessmentForm {
    /// What an attack does; `unknown` when not stated.
    pub impact: Option<ImpactType>,
    /// How severe that is.
    pub severity: Option<Level>,
    /// How sure the team is.
    pub confidence: Option<Level>,
}

/// How it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodForm {
    /// What is known elsewhere.
    pub references: Vec<ReferenceForm>,
    /// The attack, in words.
    pub description: String,
}

/// An entry of a database of vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferenceForm {
    /// The database.
    pub origin: Option<super::Origin>,
    /// The name there.
    pub name: String,
    /// Where to read more.
    pub url: String,
}

/// What the recipients are asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectationForm {
    /// The kinds of action; `inform-constituency` when not stated.
    pub actions: Option<Vec<ExpectedAction>>,
    /// In words.
    pub description: String,
    /// By when: RFC 3339.
    pub until: Option<String>,
}

/// What was seen; times are RFC 3339, or without seconds as in 2003.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventForm {
    /// Origin of the attack, how it can be detected, …
    pub description: String,
    /// When the attack began.
    pub started_at: Option<String>,
    /// When it ended.
    pub stopped_at: Option<String>,
    /// When it was first detected.
    pub detected_at: Option<String>,
}

/// Why a form is no alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadForm {
    /// No incident ID.
    #[error("id: {0}")]
    Id(#[from] BadAlertId),
    /// No time.
    #[error("{field}: {source}")]
    Time {
        /// Where it stands.
        field: &'static str,
        /// What is wrong.
        source: BadTimestamp,
    },
    /// A text that an alert cannot do without.
    #[error("{0}: is missing")]
    Missing(&'static str),
    /// The attack ends before it begins.
    #[error("event.stopped_at: is before event.started_at")]
    Backwards,
}

impl AlertForm {
    /// The alert of a team. Contact and time of report are for whoever sends it.
    ///
    /// # Errors
    /// What is wrong, with the name of the field.
    pub fn into_alert(self, team: &Handle, now: Timestamp) -> Result<Alert, BadForm> {
        if self.description.trim().is_empty() {
            return Err(BadForm::Missing("description"));
        }
        let event = self.event;
        let started_at = moment("event.started_at", event.started_at)?;
        let stopped_at = moment("event.stopped_at", event.stopped_at)?;
        if let (Some(start), Some(stop)) = (&started_at, &stopped_at)
            && stop.at < start.at
        {
            return Err(BadForm::Backwards);
        }
        let actions = self.expectation.actions;
        let reference = |form: ReferenceForm| {
            let ReferenceForm { origin, name, url } = form;
            Reference { origin, name, url }
        };
        Ok(Alert {
            id: AlertId::of_team(team, &self.id)?,
            alternative_ids: self.alternative_ids,
            related: self.related,
            purpose: Purpose::Warning,
            exercise: self.exercise,
            restriction: self.restriction.unwrap_or(Restriction::Participants),
            tlp: self.tlp,
            language: self.language.unwrap_or_else(|| "en".into()),
            description: self.description,
            affected: Affected {
                systems: self.affected.systems,
                other_systems: self.affected.other_systems,
                software: self.affected.software,
                other_software: self.affected.other_software,
            },
            assessment: Assessment {
                impact: self.assessment.impact.unwrap_or(ImpactType::Unknown),
                severity: self.assessment.severity,
                confidence: self.assessment.confidence,
            },
            method: Method {
                references: self.method.references.into_iter().map(reference).collect(),
                description: self.method.description,
            },
            recommendation: self.recommendation,
            expectation: Expectation {
                actions: actions.unwrap_or_else(|| vec![ExpectedAction::InformConstituency]),
                description: self.expectation.description,
                until: moment("expectation.until", self.expectation.until)?,
            },
            event: Event {
                description: event.description,
                started_at,
                stopped_at,
                detected_at: moment("event.detected_at", event.detected_at)?,
            },
            additional: self.additional,
            contact: Contact::default(),
            reported_at: Moment::of(now),
            revision: Revision::default(),
        })
    }
}

fn moment(field: &'static str, text: Option<String>) -> Result<Option<Moment>, BadForm> {
    let text = text.filter(|text| !text.trim().is_empty());
    let read = text.map(|text| Moment::parse(&text));
    read.transpose().map_err(|source| BadForm::Time { field, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_062_077_700);

    fn form() -> AlertForm {
        AlertForm { id: "0816".into(), description: "x".into(), ..AlertForm::default() }
    }

    fn read(form: AlertForm) -> Result<Alert, BadForm> {
        form.into_alert(&"DFN-CERT".parse().unwrap(), NOW)
    }

    #[test]
    fn what_is_left_out_gets_its_default() {
        let alert = read(form()).unwrap();
        assert_eq!(alert.id.as_str(), "DFN-CERT-0816");
        assert_eq!((alert.purpose, alert.tlp), (Purpose::Warning, Tlp::Amber));
        assert_eq!(alert.assessment, Assessment::default());
        assert_eq!(alert.expectation, Expectation::default());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let mut wrong = form();
        wrong.event.started_at = Some("yesterday".into());
        assert!(read(wrong).unwrap_err().to_string().starts_with("event.started_at: "));
        let mut wrong = form();
        wrong.description = " \n".into();
        assert_eq!(read(wrong), Err(BadForm::Missing("description")));
        let mut wrong = form();
        wrong.event.started_at = Some("2003-08-28T13:35+00:00".into());
        wrong.event.stopped_at = Some("2003-08-28T13:34+00:00".into());
        assert_eq!(read(wrong), Err(BadForm::Backwards));
        let mut wrong = form();
        wrong.id = "a b".into();
        assert!(matches!(read(wrong), Err(BadForm::Id(_))));
    }
}
