//! `/members/applications/{id}`: one application: form, keys, what teams say, the decision.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::model::membership::{ApplicationState, Statement, Voice};

use super::form::Typed;
use super::members::what;
use super::plain::Plain;
use crate::actions::{Actor, Admission, NewVoice, Verdict, attest, decide_application, object};
use crate::app::applications::{OpenApplication, OpenVoice};
use crate::error::{Error, Result};
use crate::store::lists;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

struct KeyRow {
    what: &'static str,
    fingerprint: String,
    end: Option<At>,
}

struct VoiceRow {
    team: String,
    tone: &'static str,
    what: &'static str,
    person: String,
    at: At,
    said: Vec<String>,
}

#[derive(Template)]
#[template(path = "application.html")]
struct ApplicationPage {
    frame: Frame,
    id: String,
    handle: String,
    tone: &'static str,
    state: &'static str,
    filed: At,
    decided: Option<At>,
    decision: String,
    facts: Vec<(&'static str, String)>,
    needs: Vec<(bool, &'static str)>,
    keys: Vec<KeyRow>,
    voices: Vec<VoiceRow>,
    statements: Vec<(&'static str, &'static str, bool)>,
    lists: Vec<String>,
    waits: bool,
    sponsors: bool,
    operates: bool,
    form: Plain,
}

/// `GET /members/applications/{id}`
pub(in crate::web) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let open = found(&visit, &id).await?;
    page(&visit, open, None).await
}

async fn found(visit: &Visit, id: &str) -> Result<OpenApplication> {
    visit.app.application(&visit.viewer, id).await?.ok_or_else(|| {
        Error::not_found("there is no such application").hint("Those that wait are at /members.")
    })
}

/// The page; `refused` is a form that was sent and why it was refused.
async fn page(visit: &Visit, open: OpenApplication, refused: Option<Plain>) -> Result<Response> {
    let operates = may(&visit.viewer, Action::Operate);
    let mut names = Vec::new();
    if operates {
        let all = lists::all(&mut *visit.app.db.read().await?).await?;
        names = all.iter().map(|list| list.name.to_string()).collect();
    }
    let own = visit.viewer.team.as_ref().map(|team| team.handle.as_str());
    let mine = open.voices.iter().find(|voice| own == Some(voice.team.as_str()));
    let said = |statement: &Statement| match &refused {
        Some(form) => form.ticked("statement", statement.name()),
        None => mine.is_some_and(|voice| voice.text.statements.contains(statement)),
    };
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let statements: Vec<_> =
        Statement::ALL.iter().map(|one| (one.name(), one.text(), said(one))).collect();
    let form = match refused {
        Some(form) => form,
        None => own_form(mine),
    };
    let view = ApplicationPage {
        frame: visit.frame(format!("Application of {}", open.application.handle)),
        handle: open.application.handle.to_string(),
        tone: match open.state {
            ApplicationState::Waiting => "warn",
            ApplicationState::Admitted => "good",
            ApplicationState::Rejected => "bad",
            ApplicationState::Withdrawn => "plain",
        },
        state: open.state.name(),
        filed: At(open.filed_at),
        decided: open.decided_at.map(At),
        decision: open
            .decision
            .as_ref()
            .map(|made| format!("Decided by {}: {}", made.by, made.reason))
            .unwrap_or_default(),
        facts: facts(&open, operates),
        needs: open.requirements.iter().map(|(what, met)| (*met, what.text())).collect(),
        keys: open
            .keys
            .iter()
            .map(|key| KeyRow {
                what: what(key.protocol),
                fingerprint: key.fingerprint.to_string(),
                end: key.expires_at.map(At),
            })
            .collect(),
        voices: open.voices.iter().map(voice).collect(),
        statements,
        lists: names,
        waits: open.state == ApplicationState::Waiting,
        sponsors: may(&visit.viewer, Action::Sponsor),
        operates,
        form,
        id: open.id,
    };
    Ok((status, html(&view)?).into_response())
}

/// What the viewer's team has said already.
fn own_form(mine: Option<&OpenVoice>) -> Plain {
    let mut typed = Typed::default();
    let remark = mine.map(|voice| voice.text.remark.clone()).unwrap_or_default();
    let field = match mine.map(|voice| voice.voice) {
        Some(Voice::Objection) => "objection",
        _ => "remark",
    };
    typed.set(field, remark);
    Plain::new(typed, Vec::new())
}

fn facts(open: &OpenApplication, operates: bool) -> Vec<(&'static str, String)> {
    let form = &open.application;
    let joined = |values: Vec<String>| values.join(", ");
    let since = form.evidence.since.as_ref().map(|day| format!(" since {day}"));
    let mut facts = vec![
        ("Name", form.name.clone()),
        ("Domain", form.fqdn.to_string()),
        ("Standing", format!("{}{}", form.standing, since.unwrap_or_default())),
        ("Evidence", form.evidence.reference.clone()),
        ("Mail", joined(form.emails.iter().map(ToString::to_string).collect())),
        ("Telephone", form.phone.clone().unwrap_or_default()),
        ("Fax", form.fax.clone().unwrap_or_default()),
        ("Answers for it", format!("{}, {}", form.contact.name, form.contact.email)),
        ("Names as sponsors", joined(form.sponsors.iter().map(ToString::to_string).collect())),
        ("Remarks", form.remark.clone()),
    ];
    if operates {
        facts.push(("Direct telephone", form.contact.phone.clone().unwrap_or_default()));
        facts.push(("What has changed", form.circumstances.clone()));
    }
    facts.extend(form.directory.lines());
    for signed in &open.conduct {
        let text = format!("version {} by {} ({})", signed.version, signed.signed_by, signed.kind);
        facts.push(("Code of conduct", text));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn voice(one: &OpenVoice) -> VoiceRow {
    let mut said: Vec<String> =
        one.text.statements.iter().map(|statement| statement.text().to_owned()).collect();
    said.extend(Some(one.text.remark.clone()).filter(|remark| !remark.is_empty()));
    VoiceRow {
        team: one.team.clone(),
        tone: match (one.counts, one.voice) {
            (false, _) => "plain",
            (true, Voice::Support) => "good",
            (true, Voice::Objection) => "bad",
        },
        what: match (one.counts, one.voice) {
            (false, _) => "does not count: not active",
            (true, Voice::Support) => "vouches",
            (true, Voice::Objection) => "objects",
        },
        person: one.text.person.clone(),
        at: At(one.at),
        said,
    }
}

/// `POST /members/applications/{id}`
pub(in crate::web) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    let open = found(&visit, &id).await?;
    let typed = Typed::decode(&body);
    match done(&visit, &open.id, &typed).await {
        Ok(()) if typed.get("do") == "decide" => Ok(Redirect::to("/members").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/members/applications/{}", open.id)).into_response()),
        // Nothing that was typed is lost.
        Err(error) if error.is_refusal() => {
            page(&visit, open, Some(Plain::refused(typed, &error))).await
        }
        Err(error) => Err(error),
    }
}

async fn done(visit: &Visit, id: &str, typed: &Typed) -> Result<()> {
    let actor = Actor::Member(&visit.viewer);
    match typed.get("do") {
        "attest" => {
            let statements: Vec<Statement> =
                typed.all("statement").filter_map(|name| name.parse().ok()).collect();
            let remark = typed.get("remark");
            let voice = NewVoice {
                application: id,
                statements: &statements,
                remark,
                ..NewVoice::default()
            };
            attest(&visit.app, actor, &voice).await
        }
        "object" => {
            let remark = typed.get("objection");
            let voice = NewVoice { application: id, remark, ..NewVoice::default() };
            object(&visit.app, actor, &voice).await
        }
        "decide" => {
            let confirmed: Vec<String> = typed.all("confirm").map(str::to_owned).collect();
            let lists: Vec<String> = typed.all("list").map(str::to_owned).collect();
            let evidence = typed.get("evidence");
            let admission = Admission { evidence, confirmed: &confirmed, lists: &lists };
            let verdict = match typed.get("verdict") {
                "admit" => Verdict::Admit(admission),
                "reject" => Verdict::Reject,
                "withdrawn" => Verdict::Withdrawn,
                _ => return Err(Error::invalid("choose what you decide").hint("Press a button.")),
            };
            let reason = typed.get("reason");
            decide_application(&visit.app, actor, id, verdict, reason).await.map(|_| ())
        }
        _ => Err(Error::invalid("this form cannot be read").hint("Use the form of the page.")),
    }
}
