//! The description of alerts and boards in the API, taken from what the types write: one with every
//! field on is written out, and its shape is the schema. So no field can be forgotten.

use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::alert::{
    AlertState, ExpectedAction, ImpactType, Level, Origin, Restriction,
};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::app::boards::{Acknowledged, Board, BoardRow, CallMade, CopyState, Counts, StepTaken};

/// What a program writes down of an alert: the body of a call.
pub(super) struct AlertDraft;

/// What an alert says.
pub(super) struct AlertContent;

/// What became of an alert.
pub(super) struct BoardContent;

/// Every field of the form.
pub(super) const EVERYTHING: &str = r#"{
  "id": "0816",
  "description": "A buffer overrun in the RPC service is being exploited.",
  "exercise": false,
  "tlp": "TLP:AMBER",
  "restriction": "default",
  "language": "en",
  "alternative_ids": ["VU#568148"],
  "related": ["DFN-CERT-0815"],
  "affected": {
    "systems": ["Windows 2000", "Windows XP"],
    "other_systems": "without the patch of July",
    "software": ["RPC"],
    "other_software": "DCOM"
  },
  "assessment": {"impact": "admin", "severity": "high", "confidence": "high"},
  "method": {
    "references": [{"origin": "cve", "name": "CVE-2003-0352", "url": "https://cve.example/2003-0352"}],
    "description": "A packet to port 135."
  },
  "recommendation": "Block port 135. Install the patch.",
  "expectation": {
    "actions": ["inform-constituency"],
    "description": "Watch port 135.",
    "until": "2003-08-29T13:35:00Z"
  },
  "event": {
    "description": "Scans from everywhere.",
    "started_at": "2003-08-28T13:35:00Z",
    "stopped_at": "2003-08-28T14:35:00Z",
    "detected_at": "2003-08-28T13:40:00Z"
  },
  "additional": ["More follows."]
}"#;

fn example() -> Value {
    serde_json::from_str(EVERYTHING).unwrap_or_default()
}

/// The alert that the form becomes.
fn content() -> Value {
    let form: Option<AlertForm> = serde_json::from_str(EVERYTHING).ok();
    let handle = "DFN-CERT".parse().ok();
    let alert = form.zip(handle).and_then(|(form, handle)| {
        form.into_alert(&handle, Timestamp::from_seconds(1_062_077_700)).ok()
    });
    let mut alert = alert;
    if let Some(alert) = &mut alert {
        alert.contact.phone = Some("+49 40 1".into());
        alert.contact.fax = Some("+49 40 2".into());
    }
    serde_json::to_value(alert).unwrap_or_default()
}

/// A board on which everything has happened.
fn board() -> Option<Board> {
    let at = Timestamp::from_seconds(1_062_077_700);
    let team: Handle = "CERT-POLSKA".parse().ok()?;
    let (by, channel, response) = ("Ada Officer".to_owned(), Channel::Mail, Response::Working);
    let remark = String::new();
    let row = BoardRow {
        team_id: String::new(),
        name: "CERT Polska".into(),
        author: false,
        asked_at: at,
        copy: Some(CopyState { state: "delivered".into(), at, reply: "250 2.0.0 taken".into() }),
        acknowledged: Some(Acknowledged {
            first_at: at,
            at,
            by: by.clone(),
            channel,
            response,
            remark,
        }),
        reminders: 1,
        reminded_at: Some(at),
        calls: 1,
        call: Some(CallMade {
            at,
            team: Some("DFN-CERT".into()),
            by,
            result: "reached".into(),
            note: String::new(),
        }),
        silent_since: Some(at),
        phone: None,
        active: true,
        team: team.clone(),
    };
    let step = StepTaken { step: "remind-30".into(), team: team.into(), at, state: "done".into() };
    Some(Board {
        alert: "DFN-CERT-0816".into(),
        team: "DFN-CERT".parse().ok()?,
        list: "alert".into(),
        restricted: false,
        exercise: false,
        state: AlertState::Open,
        revision: 1,
        sent_at: at,
        counts: Counts::default(),
        rows: vec![row],
        steps: vec![step],
    })
}

/// The known values of a field that takes a word of a list; other words are kept as given.
fn words(field: &str) -> Vec<&'static str> {
    match field {
        "restriction" => Restriction::KNOWN.iter().map(|one| one.name()).collect(),
        "impact" => ImpactType::KNOWN.iter().map(|one| one.name()).collect(),
        "severity" | "confidence" => Level::KNOWN.iter().map(|one| one.name()).collect(),
        "origin" => Origin::KNOWN.iter().map(|one| one.name()).collect(),
        "actions" => ExpectedAction::KNOWN.iter().map(|one| one.name()).collect(),
        _ => Vec::new(),
    }
}

/// The schema of a value, field by field.
fn shape(field: &str, value: &Value) -> Schema {
    match value {
        Value::Object(members) => {
            let mut object = ObjectBuilder::new();
            for (name, member) in members {
                object = object.property(name, shape(name, member));
            }
            Schema::Object(object.build())
        }
        Value::Array(values) => {
            let first = values.first().unwrap_or(&Value::Null);
            Schema::Array(ArrayBuilder::new().items(RefOr::T(shape(field, first))).build())
        }
        Value::String(text) => {
            let mut object = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
            let words = words(field);
            if field == "tlp" {
                object = object.enum_values(Some(Tlp::ALL.iter().map(|label| label.name())));
            } else if !words.is_empty() {
                let known = format!("Known: {}. Others are kept as given.", words.join(", "));
                object = object.description(Some(known));
            } else if Timestamp::parse(text).is_ok() {
                object = object.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            }
            Schema::Object(object.build())
        }
        Value::Bool(_) => Schema::Object(ObjectBuilder::new().schema_type(Type::Boolean).build()),
        Value::Number(_) => Schema::Object(ObjectBuilder::new().schema_type(Type::Integer).build()),
        Value::Null => {
            Schema::Object(ObjectBuilder::new().schema_type(SchemaType::AnyValue).build())
        }
    }
}

impl PartialSchema for AlertDraft {
    fn schema() -> RefOr<Schema> {
        let mut schema = shape("", &example());
        if let Schema::Object(object) = &mut schema {
            object.description =
                Some("All fields but `id` and `description` may be left out.".into());
            object.required = vec!["id".into(), "description".into()];
            object.examples = vec![example()];
        }
        RefOr::T(schema)
    }
}

impl ToSchema for AlertDraft {}

impl PartialSchema for AlertContent {
    fn schema() -> RefOr<Schema> {
        RefOr::T(shape("", &content()))
    }
}

impl ToSchema for AlertContent {}

impl PartialSchema for BoardContent {
    fn schema() -> RefOr<Schema> {
        let mut schema = shape("", &serde_json::to_value(board()).unwrap_or_default());
        if let Schema::Object(object) = &mut schema {
            object.description = Some("What is not known, or has not happened, is null.".into());
        }
        RefOr::T(schema)
    }
}

impl ToSchema for BoardContent {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of all fields, with those they stand in.
    fn fields(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let path = format!("{path}.{name}");
                    fields(member, &path, found);
                    found.push(path);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| fields(value, path, found)),
            _ => {}
        }
    }

    #[test]
    fn example_has_every_field_of_the_form() {
        let form: AlertForm = serde_json::from_str(EVERYTHING).unwrap();
        let (mut written, mut given) = (Vec::new(), Vec::new());
        fields(&serde_json::to_value(&form).unwrap(), "", &mut written);
        fields(&example(), "", &mut given);
        written.sort();
        given.sort();
        assert_eq!(written, given);
    }

    #[test]
    fn board_is_described_down_to_its_steps() {
        let schema = serde_json::to_value(BoardContent::schema()).unwrap();
        for path in ["steps/items/properties/state", "rows/items/properties/call/properties/by"] {
            let found = schema.pointer(&format!("/properties/{path}/type"));
            assert_eq!(found.and_then(|kind| kind.as_str()), Some("string"), "{path}");
        }
        assert!(!serde_json::to_string(&board()).unwrap().contains("null"));
    }

    #[test]
    fn alert_with_everything_on_has_no_empty_field() {
        let content = content();
        assert!(content["contact"]["phone"].is_string(), "{content}");
        assert!(!content.to_string().contains("null"), "{content}");
    }
}
