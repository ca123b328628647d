//! The part of a group's page in which teams ask each other why they rate as they do.

use campanile_core::authz::{Action, may};

use crate::app::advisories::groups::{OpenGroup, Why};
use crate::app::advisories::questions::OpenQuestion;
use crate::error::Result;
use crate::web::auth::Visit;
use crate::web::layout::At;

/// What was asked and explained, and what the viewer may ask and explain.
pub(super) struct Questions {
    pub(super) all: Vec<QuestionView>,
    pub(super) to_ask: Vec<AskedView>,
    pub(super) to_explain: Vec<AskedView>,
}

/// Somebody that can be asked, or an advisory of ours that can be explained.
pub(super) struct AskedView {
    pub(super) advisory: String,
    /// Whose it is, and its number.
    pub(super) text: String,
}

pub(super) struct QuestionView {
    pub(super) id: String,
    /// Who asks whom about what; or who explains.
    pub(super) text: String,
    pub(super) at: At,
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) answered: Option<At>,
    pub(super) waits_for_us: bool,
}

/// Finds all of it for a group.
pub(super) async fn questions(visit: &Visit, group: &OpenGroup) -> Result<Questions> {
    let all = visit.app.questions(&visit.viewer, group).await?;
    let works = may(&visit.viewer, Action::WorkOnGroups);
    let to_ask = |own| if works { advisories(visit, group, own) } else { Vec::new() };
    Ok(Questions {
        all: all.into_iter().map(|one| question(visit, one)).collect(),
        to_ask: to_ask(false),
        to_explain: to_ask(true),
    })
}

/// Advisories whose team can be asked, or those of our own.
fn advisories(visit: &Visit, open: &OpenGroup, own: bool) -> Vec<AskedView> {
    let Some(us) = visit.viewer.team.as_ref().map(|team| team.handle.as_str()) else {
        return Vec::new();
    };
    let members = open.members.iter().filter_map(|one| {
        let team = one.stored.team.as_deref().filter(|team| (*team == us) == own)?;
        let text = format!("{team}, {}", one.newest.advisory.number);
        Some(AskedView { advisory: one.stored.id.clone(), text })
    });
    members.collect()
}

fn question(visit: &Visit, one: OpenQuestion) -> QuestionView {
    let us = visit.viewer.team.as_ref().map(|team| team.handle.as_str());
    let about = format!("{}: {}", one.number, one.title());
    let text = match &one.asker {
        Some(asker) => format!("{asker} asks {} about {about}", one.team),
        None => format!("{} explains {about}", one.team),
    };
    let said = |why: &Why| format!("{} ({})", why.reason, why.by);
    QuestionView {
        text,
        at: At(one.asked_at),
        question: one.question.as_ref().map(said).unwrap_or_default(),
        answer: one.answer.as_ref().map(|(_, why)| said(why)).unwrap_or_default(),
        answered: one.answer.as_ref().map(|(at, _)| At(*at)),
        waits_for_us: one.answer.is_none() && us == Some(one.team.as_str()),
        id: one.id,
    }
}
