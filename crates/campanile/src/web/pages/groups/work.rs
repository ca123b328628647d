//! What people do about a group: their team's state, who is at it, what belongs together.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::Action;

use super::is_group_id;
use super::show::page;
use crate::actions::{
    Deciding, answer_question, ask_about_rating, claim_group, decide_group, explain_rating,
    release_group, set_group_state, undo_group_decision,
};
use crate::error::{Error, Result};
use crate::store::advisories::Name;
use crate::web::auth::Visit;
use crate::web::pages::form::Typed;
use crate::web::pages::plain::Plain;

/// Back to the group, or the page with what was typed and why it was refused.
async fn answer(visit: &Visit, name: &str, typed: Typed, done: Result<()>) -> Result<Response> {
    match done {
        // An old name leads on to the group of today.
        Ok(()) if is_group_id(name) => Ok(Redirect::to(&format!("/groups/{name}")).into_response()),
        Ok(()) => Ok(Redirect::to("/groups?tab=all").into_response()),
        Err(error) if error.is_refusal() => {
            page(visit, name, false, Plain::refused(typed, &error)).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /groups/{name}/state`
pub(in crate::web) async fn state(
    visit: Visit,
    Path(name): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let (state, reason) = (typed.get("state").to_owned(), typed.get("reason").to_owned());
    let done = set_group_state(&visit.app, &visit.viewer, &name, &state, &reason).await;
    answer(&visit, &name, typed, done).await
}

/// `POST /groups/{name}/claim`
pub(in crate::web) async fn claim(
    visit: Visit,
    Path(name): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let done = match typed.get("claim") {
        "take" => claim_group(&visit.app, &visit.viewer, &name, false).await,
        "take-over" => claim_group(&visit.app, &visit.viewer, &name, true).await,
        "give-back" => release_group(&visit.app, &visit.viewer, &name).await,
        _ => Err(Error::invalid("take, take over or give back: none was chosen")),
    };
    answer(&visit, &name, typed, done).await
}

/// `POST /groups/{name}/decide`
pub(in crate::web) async fn decide(
    visit: Visit,
    Path(name): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let done = decided(&visit, &typed).await;
    answer(&visit, &name, typed, done).await
}

async fn decided(visit: &Visit, typed: &Typed) -> Result<()> {
    let (app, viewer, reason) = (&visit.app, &visit.viewer, typed.get("reason"));
    let what = typed.get("what");
    if what == "undo" {
        return undo_group_decision(app, viewer, typed.get("decision")).await;
    }
    let one = app.find_advisory(viewer, Name::Row(typed.get("one"))).await?;
    if what == "detach" {
        return decide_group(app, viewer, Deciding::Detach(&one.id), reason).await.map(|_| ());
    }
    if typed.get("other").trim().is_empty() {
        return Err(Error::invalid("the number of the other advisory is missing"));
    }
    let other = app.find_advisory(viewer, Name::Id(typed.get("other"))).await?;
    let deciding = match what {
        "join" => Deciding::Join(&one.id, &other.id),
        "never" => Deciding::Never(&one.id, &other.id),
        _ => return Err(Error::invalid("join, keep apart or detach: none was chosen")),
    };
    decide_group(app, viewer, deciding, reason).await.map(|_| ())
}

/// `POST /groups/{name}/ask`: why another team rates as it does, the answer, or why we do.
pub(in crate::web) async fn ask(
    visit: Visit,
    Path(name): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let (app, by, words) = (&visit.app, &visit.viewer, typed.get("words"));
    let (advisory, field) = (Name::Row(typed.get("advisory")), typed.get("field"));
    let done = match typed.get("what") {
        "ask" => ask_about_rating(app, by, advisory, field, words).await.map(|_| ()),
        "explain" => explain_rating(app, by, advisory, field, words).await,
        "answer" => answer_question(app, by, typed.get("question"), words).await,
        _ => Err(Error::invalid("ask, answer or explain: none was chosen")),
    };
    answer(&visit, &name, typed, done).await
}
