//! The part of an advisory's page in which its team decides who sees what, and looks at it first as
//! another team would.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::formats::rendering;
use campanile_core::model::advisory::disclosure::{Disclosure, Part};

use super::bring::in_utc;
use super::show::{WithheldView, page, withheld};
use crate::actions::set_disclosure;
use crate::app::advisories::rules::Written;
use crate::error::{Error, Kind, Result};
use crate::store::advisories::{Name, Stored};
use crate::store::teams;
use crate::web::auth::Visit;
use crate::web::pages::form::{Choice, Typed};
use crate::web::pages::plain::Plain;

/// What the form holds: what was typed, else the rules that hold.
pub(super) struct Deciding {
    pub(super) audience: String,
    pub(super) release_at: String,
    pub(super) exception: String,
    pub(super) parts: Vec<PartField>,
    /// Some part has an audience of its own.
    pub(super) has_parts: bool,
    pub(super) teams: Vec<Choice>,
    pub(super) preview: Option<Preview>,
}

pub(super) struct PartField {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) value: String,
}

/// What a team would see.
pub(super) struct Preview {
    pub(super) team: String,
    /// It would not learn that there is an advisory.
    pub(super) hidden: bool,
    pub(super) withheld: Vec<WithheldView>,
    pub(super) article: String,
}

/// The form for whoever decides; `None` for everybody else.
pub(super) async fn deciding(
    visit: &Visit,
    stored: &Stored,
    form: &Plain,
    preview: Option<Preview>,
) -> Result<Option<Deciding>> {
    if !stored.is_of(&visit.viewer) || !may(&visit.viewer, Action::WriteAdvisories) {
        return Ok(None);
    }
    let rules = visit.app.disclosure(&visit.viewer, &stored.id).await?;
    // Typed or not: an emptied field stays empty.
    let typed = !form.value("what").is_empty();
    let value = |name: &str, now: String| if typed { form.value(name).to_owned() } else { now };
    let part = |part: &Part| PartField {
        name: part.name(),
        title: part.name().replace('_', " "),
        value: value(
            part.name(),
            rules.parts.get(part).map(ToString::to_string).unwrap_or_default(),
        ),
    };
    let parts: Vec<_> = Part::ALL.iter().map(part).collect();
    let release = rules.release_at.map(|at| at.to_string().chars().take(16).collect());
    let chosen = form.value("as").to_owned();
    let own = visit.viewer.team.as_ref().map(|team| team.handle.as_str());
    let all = teams::all(&mut *visit.app.db.read().await?).await?;
    let others = all.into_iter().map(|team| team.handle.to_string());
    let choice = |value: String| Choice { chosen: value == chosen, text: value.clone(), value };
    Ok(Some(Deciding {
        audience: value("audience", rules.rest.to_string()),
        release_at: value("release_at", release.unwrap_or_default()),
        exception: value("exception", rules.exception.clone().unwrap_or_default()),
        has_parts: parts.iter().any(|part| !part.value.is_empty()),
        parts,
        teams: others.filter(|handle| Some(handle.as_str()) != own).map(choice).collect(),
        preview,
    }))
}

/// `POST /advisories/{id}/audience`: decides, or shows what a team would see.
pub(in crate::web) async fn audience(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WriteAdvisories)?;
    let typed = Typed::decode(&body);
    let done = match typed.get("what") {
        "preview" => preview(&visit, &id, &typed).await.map(Some),
        _ => decide(&visit, &id, &typed).await.map(|()| None),
    };
    match done {
        Ok(None) => Ok(Redirect::to(&format!("/advisories/{id}")).into_response()),
        Ok(Some(preview)) => {
            page(&visit, &id, None, Plain::new(typed, Vec::new()), Some(preview)).await
        }
        Err(error) if matches!(error.kind(), Kind::Denied | Kind::NotFound) => Err(error),
        Err(error) if error.is_refusal() => {
            page(&visit, &id, None, Plain::refused(typed, &error), None).await
        }
        Err(error) => Err(error),
    }
}

fn rules(typed: &Typed) -> Result<Disclosure> {
    let release_at = in_utc(typed.get("release_at"));
    let parts = Part::ALL.iter().map(|part| (part.name(), typed.get(part.name())));
    let written = Written {
        audience: typed.get("audience"),
        parts: parts.collect(),
        release_at: &release_at,
        exception: typed.get("exception"),
    };
    written.read()?.ok_or_else(|| {
        Error::invalid("who sees it was not said").hint("network, own, list:NAME, or handles")
    })
}

async fn decide(visit: &Visit, id: &str, typed: &Typed) -> Result<()> {
    set_disclosure(&visit.app, &visit.viewer, Name::Row(id), rules(typed)?).await
}

async fn preview(visit: &Visit, id: &str, typed: &Typed) -> Result<Preview> {
    let team = typed.get("as").to_owned();
    let seen = visit.app.preview(&visit.viewer, id, rules(typed)?, &team).await?;
    Ok(match seen {
        Some(view) => Preview {
            team,
            hidden: false,
            withheld: withheld(&view.withheld),
            article: rendering::article(&view.advisory),
        },
        None => Preview { team, hidden: true, withheld: Vec::new(), article: String::new() },
    })
}
