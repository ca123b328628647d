//! `/advisories/{id}`: one advisory, its versions and what changed between them, and for its team,
//! who sees it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::formats::rendering;
use campanile_core::model::advisory::Status;
use campanile_core::model::advisory::disclosure::{BadAudience, Disclosure};
use campanile_core::model::alert::changes::lines;
use serde::Deserialize;

use super::bring::moment;
use crate::actions::set_disclosure;
use crate::app::advisories::comparison::changes;
use crate::app::advisories::written::{FORMATS, written};
use crate::app::advisories::{OpenAdvisory, OpenVersion};
use crate::error::{Error, Kind, Result};
use crate::store::advisories::Name;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::form::Typed;
use crate::web::pages::plain::Plain;

/// Which version to show; the newest unless said otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wish {
    version: Option<i64>,
}

struct WithheldView {
    part: String,
    until: Option<At>,
}

struct FindingView {
    place: String,
    what: String,
}

struct VersionView {
    number: i64,
    version: String,
    came: At,
    shown: bool,
}

#[derive(Template)]
#[template(path = "advisory.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    number: String,
    group: String,
    status: &'static str,
    withheld: Vec<WithheldView>,
    article: String,
    findings: Vec<FindingView>,
    format: String,
    channel: String,
    signature: String,
    came: At,
    versions: Vec<VersionView>,
    old: bool,
    formats: Vec<(&'static str, &'static str)>,
    decides: bool,
    form: Plain,
}

/// `GET /advisories/{id}`
pub(in crate::web) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    page(&visit, &id, wish.version, Plain::default()).await
}

async fn page(visit: &Visit, id: &str, wish: Option<i64>, form: Plain) -> Result<Response> {
    let OpenAdvisory { stored, newest } = visit.app.advisory(&visit.viewer, Name::Row(id)).await?;
    let (_, versions) = visit.app.advisory_versions(&visit.viewer, Name::Row(id)).await?;
    let shown = match wish {
        Some(number) => versions.iter().find(|one| one.number == number).cloned(),
        None => Some(newest.clone()),
    };
    let shown = shown.ok_or_else(|| {
        Error::not_found("there is no such version").hint("the page of the advisory lists them")
    })?;
    let status = match form.wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let view = |one: &OpenVersion| VersionView {
        number: one.number,
        version: one.advisory.version.clone(),
        came: At(one.received_at),
        shown: one.id == shown.id,
    };
    let advisory = &shown.advisory;
    let original = |name: &str| name != "original" || shown.document.is_some();
    let page = Page {
        frame: visit.frame(&advisory.number),
        title: advisory.headline(),
        number: advisory.number.clone(),
        group: stored.group_id.clone(),
        status: match advisory.status {
            Status::Final => "",
            status => status.name(),
        },
        withheld: shown
            .withheld
            .iter()
            .map(|one| WithheldView {
                part: one.part.name().replace('_', " "),
                until: one.until.map(At),
            })
            .collect(),
        article: rendering::article(advisory),
        findings: shown
            .findings
            .iter()
            .map(|one| FindingView { place: one.place.clone(), what: one.what.clone() })
            .collect(),
        format: shown.format.clone(),
        channel: shown.channel.clone(),
        signature: shown.signature.clone(),
        came: At(shown.received_at),
        versions: versions.iter().rev().map(view).collect(),
        old: shown.id != newest.id,
        formats: FORMATS.into_iter().filter(|(name, _)| original(name)).collect(),
        decides: stored.is_of(&visit.viewer) && may(&visit.viewer, Action::WriteAdvisories),
        form,
        id: stored.id,
    };
    Ok((status, html(&page)?).into_response())
}

/// `GET /advisories/{id}/export/{format}`
pub(in crate::web) async fn export(
    visit: Visit,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let open = visit.app.advisory(&visit.viewer, Name::Row(&id)).await?;
    if FORMATS.iter().all(|(name, _)| *name != format) {
        return Err(
            Error::not_found("there is no such format").hint("the page of the advisory lists them")
        );
    }
    let written = written(&open.newest, &format, visit.now)?;
    let name = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let number: String = open.newest.advisory.number.chars().take(80).map(name).collect();
    let place = format!("attachment; filename=\"{number}.{}\"", written.extension);
    let fields = [
        (header::CONTENT_TYPE, written.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, place),
    ];
    Ok((fields, written.octets).into_response())
}

struct Step {
    title: String,
    at: At,
    fields: String,
    lines: Vec<(char, String)>,
}

#[derive(Template)]
#[template(path = "advisory_changes.html")]
struct Changes {
    frame: Frame,
    id: String,
    number: String,
    steps: Vec<Step>,
}

/// `GET /advisories/{id}/changes`: what changed from version to version, newest first.
pub(in crate::web) async fn history(visit: Visit, Path(id): Path<String>) -> Result<Html<String>> {
    visit.needs(Action::SeeAdvisories)?;
    let (stored, versions) = visit.app.advisory_versions(&visit.viewer, Name::Row(&id)).await?;
    let mut steps: Vec<Step> = versions
        .windows(2)
        .filter_map(|pair| match pair {
            [old, new] => Some(step(old, new)),
            _ => None,
        })
        .collect();
    steps.reverse();
    let number = versions.last().map(|one| one.advisory.number.clone()).unwrap_or_default();
    html(&Changes {
        frame: visit.frame(format!("What changed in {number}")),
        id: stored.id,
        number,
        steps,
    })
}

fn step(old: &OpenVersion, new: &OpenVersion) -> Step {
    let (before, after) = (rendering::plain(&old.advisory), rendering::plain(&new.advisory));
    let lines = lines(&before, &after).into_iter();
    Step {
        title: format!("{} to {}", named(old), named(new)),
        at: At(new.received_at),
        fields: changes(old, new).join(", "),
        lines: lines.map(|line| (line.change.mark(), line.text)).collect(),
    }
}

fn named(one: &OpenVersion) -> String {
    match one.advisory.version.as_str() {
        "" => format!("version {} here", one.number),
        version => format!("version {version}"),
    }
}

/// `POST /advisories/{id}/audience`
pub(in crate::web) async fn audience(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WriteAdvisories)?;
    let typed = Typed::decode(&body);
    match decide(&visit, &id, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/advisories/{id}")).into_response()),
        Err(error) if matches!(error.kind(), Kind::Denied | Kind::NotFound) => Err(error),
        Err(error) if error.is_refusal() => {
            page(&visit, &id, None, Plain::refused(typed, &error)).await
        }
        Err(error) => Err(error),
    }
}

async fn decide(visit: &Visit, id: &str, typed: &Typed) -> Result<()> {
    let rest = typed.get("audience").parse();
    let rest = rest.map_err(|bad: BadAudience| Error::invalid(bad.to_string()))?;
    let release_at = match typed.get("release_at").trim() {
        "" => None,
        text => Some(moment(text)?),
    };
    let exception = typed.get("exception").trim();
    let exception = (!exception.is_empty()).then(|| exception.to_owned());
    let rules = Disclosure { rest, release_at, exception, ..Disclosure::default() };
    set_disclosure(&visit.app, &visit.viewer, Name::Row(id), rules).await
}
