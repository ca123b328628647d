//! `/advisories/{id}`: one advisory, its versions and what changed between them.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use campanile_core::authz::Action;
use campanile_core::formats::rendering;
use campanile_core::model::advisory::Status;
use campanile_core::model::advisory::disclosure::Withheld;
use campanile_core::model::alert::changes::lines;
use serde::Deserialize;

use super::audience::{Deciding, Preview, deciding};
use crate::app::advisories::OpenVersion;
use crate::app::advisories::comparison::changes;
use crate::app::advisories::written::{FORMATS, written};
use crate::error::{Error, Result};
use crate::store::advisories::Name;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::plain::Plain;

/// Which version to show; the newest unless said otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wish {
    version: Option<i64>,
}

pub(super) struct WithheldView {
    pub(super) part: String,
    pub(super) until: Option<At>,
}

pub(super) fn withheld(all: &[Withheld]) -> Vec<WithheldView> {
    let view = |one: &Withheld| WithheldView {
        part: one.part.name().replace('_', " "),
        until: one.until.map(At),
    };
    all.iter().map(view).collect()
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
    deciding: Option<Deciding>,
    form: Plain,
}

/// `GET /advisories/{id}`
pub(in crate::web) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    page(&visit, &id, wish.version, Plain::default(), None).await
}

/// The page, with a form that was refused, or what a team would see under other rules.
pub(super) async fn page(
    visit: &Visit,
    id: &str,
    wish: Option<i64>,
    form: Plain,
    preview: Option<Preview>,
) -> Result<Response> {
    let (stored, versions) = visit.app.advisory_versions(&visit.viewer, Name::Row(id)).await?;
    let shown = versions.iter().find(|one| match wish {
        Some(number) => one.number == number,
        None => one.id == stored.version_id,
    });
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
        withheld: withheld(&shown.withheld),
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
        old: shown.id != stored.version_id,
        formats: FORMATS.into_iter().filter(|(name, _)| original(name)).collect(),
        deciding: deciding(visit, &stored, &form, preview).await?,
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
