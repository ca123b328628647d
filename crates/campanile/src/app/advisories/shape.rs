//! Groups, advisories and sheets as JSON: one shape for the command line and the API.

use campanile_core::model::time::Timestamp;
use serde_json::{Value, json};

use super::comparison::Comparison;
use super::groups::{ListedGroup, OpenDecision, OpenGroup, Why};
use super::questions::OpenQuestion;
use super::{OpenAdvisory, OpenVersion};
use crate::store::advisories::Stored;

/// A group of a list.
pub fn listed(one: &ListedGroup) -> Value {
    let at = Timestamp::from_micros;
    json!({
        "id": one.group.id, "title": one.group.title, "members": one.group.members,
        "teams": one.group.teams, "differs": one.group.differs,
        "differing": one.summary.differs,
        "exploited": one.group.exploited == 1, "first_at": at(one.group.first_at),
        "changed_at": at(one.group.changed_at), "identifiers": one.summary.identifiers,
        "more_identifiers": one.summary.more_identifiers, "strip": one.summary.strip,
        "state": one.state.as_ref().map(|state| json!({
            "state": state.state, "assessed_at": state.assessed_at,
            "changed_since": state.changed_since, "by": state.by, "reason": state.reason,
        })),
        "claim": one.claim.as_ref().map(|claim| json!({
            "team": claim.team, "by": claim.by, "expires_at": claim.expires_at,
        })),
    })
}

/// A group with its members, decisions, and what was asked about its ratings.
pub fn group(open: &OpenGroup, questions: &[OpenQuestion]) -> Value {
    let member = |one: &OpenAdvisory| {
        json!({
            "id": one.stored.id, "key": one.stored.key, "number": one.newest.advisory.number,
            "issuer": one.newest.advisory.issuer.name, "team": one.stored.team,
            "title": one.newest.advisory.title, "version": one.newest.advisory.version,
            "published_at": one.stored.published_at, "withheld": one.newest.withheld,
            "vulnerabilities": one.newest.advisory.vulnerability_ids(),
        })
    };
    let decision = |one: &OpenDecision| {
        json!({
            "id": one.id, "kind": one.kind, "one": one.names.0, "other": one.names.1,
            "at": one.at, "undone_at": one.undone_at, "by": one.why.by, "reason": one.why.reason,
        })
    };
    let said = |why: &Why| json!({ "by": why.by, "words": why.reason });
    let question = |one: &OpenQuestion| {
        json!({
            "id": one.id, "advisory": one.advisory, "number": one.number, "field": one.field,
            "team": one.team, "asked_by": one.asker, "asked_at": one.asked_at,
            "question": one.question.as_ref().map(said),
            "answered_at": one.answer.as_ref().map(|(at, _)| at),
            "answer": one.answer.as_ref().map(|(_, why)| said(why)),
        })
    };
    json!({
        "group": listed(&open.listed),
        "members": open.members.iter().map(member).collect::<Vec<_>>(),
        "decisions": open.decisions.iter().map(decision).collect::<Vec<_>>(),
        "questions": questions.iter().map(question).collect::<Vec<_>>(),
    })
}

/// A sheet, with what it is about.
pub fn comparison(found: &Comparison) -> Value {
    let group = &found.group.listed.group;
    let about: Vec<String> = found.focus.iter().map(ToString::to_string).collect();
    json!({ "group": group.id, "title": group.title, "about": about, "sheet": found.sheet })
}

/// An advisory of a list.
pub fn stored(one: &Stored) -> Value {
    json!({
        "id": one.id, "number": one.number, "issuer": one.issuer, "team": one.team,
        "title": one.title, "version": one.version, "versions": one.versions,
        "group": one.group_id, "kind": one.kind, "status": one.status,
        "published_at": one.published_at, "changed_at": one.changed_at,
        "received_at": one.revised_at, "restricted": !one.whole_open,
    })
}

/// One version of an advisory, with everything in it.
pub fn version(stored: &Stored, version: &OpenVersion) -> Value {
    json!({
        "id": stored.id, "number": version.advisory.number,
        "issuer": version.advisory.issuer.name, "team": stored.team,
        "title": version.advisory.title, "group": stored.group_id,
        "version": version.advisory.version, "version_number": version.number,
        "versions": stored.versions, "format": version.format, "channel": version.channel,
        "signature": version.signature, "received_at": version.received_at,
        "withheld": version.withheld, "findings": version.findings,
        "advisory": version.advisory,
    })
}
