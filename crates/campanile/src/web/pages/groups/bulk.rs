//! `/groups/bulk`: the same about all groups of a query: looked at first, then done, then undone.
//!
//! What was looked at goes with the form; what came in or changed since is left alone.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::Action;

use super::list::{tab_named, tab_of};
use super::state_words;
use crate::actions::{
    Doing, DoneAbout, ManyGroups, STATES, Undone, check_state, do_about_groups, undo_about_groups,
};
use crate::app::advisories::bulk::{Meant, Seen, Undoable};
use crate::app::advisories::typed;
use crate::error::{Error, Result};
use crate::store::advisories::groups::Filter;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::form::{Choice, Typed};
use crate::web::pages::plain::Plain;

/// Groups that the preview names.
const SHOWN: usize = 50;
const CLAIM: &str = "claim";

/// What can be done, for the form below the list.
pub(in crate::web) fn choices(chosen: &str) -> Vec<Choice> {
    let states = STATES.iter().map(|state| (*state, format!("my team: {}", state_words(state))));
    let all = states.chain([(CLAIM, "I am at them".to_owned())]);
    let choice = |(value, text): (&str, String)| Choice {
        value: value.to_owned(),
        text,
        chosen: value == chosen,
    };
    all.map(choice).collect()
}

/// What the viewer's team did and can undo, as the list shows it.
pub(in crate::web) struct UndoRow {
    pub(in crate::web) id: String,
    pub(in crate::web) said: String,
    pub(in crate::web) at: At,
    pub(in crate::web) query: String,
}

impl From<Undoable> for UndoRow {
    fn from(one: Undoable) -> Self {
        let groups = counted(usize::try_from(one.touched).unwrap_or_default());
        let said = match one.kind.as_str() {
            CLAIM => format!("{} claimed {groups}", one.about.by),
            state => format!("{} assessed {groups} ({})", one.about.by, state_words(state)),
        };
        Self { id: one.id, said, at: At(one.at), query: one.about.query }
    }
}

struct Shown {
    href: String,
    title: String,
    identifiers: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "group_bulk.html")]
struct Preview {
    frame: Frame,
    query: String,
    tab: &'static str,
    back: String,
    count: usize,
    groups: Vec<Shown>,
    beyond: usize,
    held: usize,
    more: bool,
    token: String,
    choices: Vec<Choice>,
    form: Plain,
}

#[derive(Template)]
#[template(path = "group_bulk_done.html")]
struct Outcome {
    frame: Frame,
    said: String,
    left: Vec<String>,
    undo: String,
    back: String,
}

/// `N groups`
fn counted(count: usize) -> String {
    match count {
        1 => "1 group".into(),
        count => format!("{count} groups"),
    }
}

fn filter(typed_form: &Typed) -> Result<(Filter, &'static str)> {
    let tab = tab_named(typed_form.get("tab"));
    let query = typed(typed_form.get("q"))?;
    Ok((Filter { tab: tab_of(tab), query, ..Filter::default() }, tab))
}

fn doing(form: &Typed) -> Result<Doing<'_>> {
    match form.get("what") {
        CLAIM => Ok(Doing::Claim),
        state => {
            check_state(state, form.get("reason"))?;
            Ok(Doing::State(state, form.get("reason")))
        }
    }
}

fn back(form: &Typed) -> String {
    let pairs = [("tab", tab_named(form.get("tab"))), ("q", form.get("q"))];
    format!("/groups?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

/// `POST /groups/bulk/preview`
pub(in crate::web) async fn preview(visit: Visit, body: String) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let form = Typed::decode(&body);
    let refused = doing(&form).err();
    shown(&visit, form, refused).await
}

/// The preview, with why something was refused if it was.
async fn shown(visit: &Visit, form: Typed, refused: Option<Error>) -> Result<Response> {
    let (filter, tab) = filter(&form)?;
    let meant = visit.app.meant(&visit.viewer, &filter).await?;
    let meant = if form.get("what") == CLAIM { meant.free() } else { meant };
    let status = match refused {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let Meant { groups, held, more, .. } = meant;
    let row = |one: &crate::app::advisories::groups::ListedGroup| Shown {
        href: format!("/groups/{}", one.group.id),
        title: one.group.title.clone(),
        identifiers: one.summary.identifiers.join(" "),
        state: state_words(one.state.as_ref().map_or("unread", |state| state.state.as_str())),
    };
    let page = Preview {
        frame: visit.frame("Do this for all groups of a query"),
        query: form.get("q").to_owned(),
        tab,
        back: back(&form),
        count: groups.len(),
        groups: groups.iter().take(SHOWN).map(row).collect(),
        beyond: groups.len().saturating_sub(SHOWN),
        held,
        more,
        token: Seen::of(&groups).token(),
        choices: choices(form.get("what")),
        form: match refused {
            Some(error) => Plain::refused(form, &error),
            None => Plain::new(form, Vec::new()),
        },
    };
    Ok((status, html(&page)?).into_response())
}

/// `POST /groups/bulk`
pub(in crate::web) async fn confirm(visit: Visit, body: String) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let form = Typed::decode(&body);
    match done(&visit, &form).await {
        Ok(done) => page(&visit, done_said(&form, &done), left(&done), done.id, back(&form)),
        Err(error) if error.is_refusal() => shown(&visit, form, Some(error)).await,
        Err(error) => Err(error),
    }
}

async fn done(visit: &Visit, form: &Typed) -> Result<DoneAbout> {
    let doing = doing(form)?;
    let (filter, _) = filter(form)?;
    let seen = Seen::parse(form.get("seen"))?;
    let many = ManyGroups { filter: &filter, seen: Some(&seen), doing };
    do_about_groups(&visit.app, &visit.viewer, many).await
}

/// `POST /groups/bulk/{id}/undo`
pub(in crate::web) async fn undo(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let Undone { restored, kept } = undo_about_groups(&visit.app, &visit.viewer, &id).await?;
    let left = match kept {
        0 => Vec::new(),
        kept => vec![format!("{}: something newer was said, and stays.", counted(kept))],
    };
    let verb = if restored == 1 { "is" } else { "are" };
    let said = format!("{} {verb} as before.", counted(restored));
    page(&visit, said, left, String::new(), "/groups?tab=all".into())
}

fn page(
    visit: &Visit,
    said: String,
    left: Vec<String>,
    undo: String,
    back: String,
) -> Result<Response> {
    let frame = visit.frame("Groups of a query");
    Ok(html(&Outcome { frame, said, left, undo, back })?.into_response())
}

fn done_said(form: &Typed, done: &DoneAbout) -> String {
    let groups = counted(done.done);
    match (done.done, form.get("what")) {
        (0, _) => "Nothing was done.".into(),
        (_, CLAIM) => format!("You are at {groups}."),
        (_, state) => format!("Your team has assessed {groups}: {}.", state_words(state)),
    }
}

/// What was left alone, and why.
fn left(done: &DoneAbout) -> Vec<String> {
    let lines = [
        (done.held, "somebody is at it"),
        (done.changed, "changed, or was assessed, since you looked"),
        (done.new, "was not there when you looked"),
    ];
    let lines = lines.into_iter().filter(|(count, _)| *count > 0);
    let line = |(count, why)| format!("{} left alone: {why}.", counted(count));
    let more = done.more.then(|| "There are more: 1,000 are done at once at most.".to_owned());
    lines.map(line).chain(more).collect()
}
