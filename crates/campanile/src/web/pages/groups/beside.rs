//! What stands beside a list of groups: saved views, what can be done about all of them or undone,
//! the feed.

use campanile_core::authz::{Action, may};

use super::bulk::{UndoRow, choices};
use crate::app::advisories::bulk::BULK_MAX;
use crate::app::advisories::groups::Count;
use crate::app::advisories::watches::OpenWatch;
use crate::error::Result;
use crate::store::advisories::groups::Filter;
use crate::store::tokens::{self, Token};
use crate::web::auth::Visit;
use crate::web::pages::form::Choice;
use crate::web::pages::query::QueryField;
use crate::web::pages::watches::view;

/// A query that the team has saved.
pub(super) struct ViewLink {
    pub(super) href: String,
    pub(super) name: String,
}

/// What stands beside the list of a query.
pub(super) struct Beside {
    pub(super) views: Vec<ViewLink>,
    /// Where the query can be saved; empty where it cannot.
    pub(super) save: String,
    /// How many groups something can be done about at once; empty for none.
    pub(super) all: String,
    pub(super) choices: Vec<Choice>,
    pub(super) undoable: Vec<UndoRow>,
    /// Where a feed reader finds the query, with TOKEN for the token; empty without a team.
    pub(super) feed: String,
    /// Whether the team has a token.
    pub(super) has_token: bool,
    /// Where the viewer makes one; empty where somebody else of the team does.
    pub(super) access: String,
    /// The page of the team, which says who that is.
    pub(super) team: String,
}

impl Beside {
    /// What stands beside the list of a filter; without one where the query is none.
    pub(super) async fn of(
        visit: &Visit,
        field: &QueryField,
        filter: Option<&Filter>,
    ) -> Result<Self> {
        let (app, viewer) = (&visit.app, &visit.viewer);
        let works = viewer.team.is_some() && may(viewer, Action::WorkOnGroups);
        let all = match filter.filter(|_| works) {
            Some(filter) => counted(visit, filter).await?,
            None => String::new(),
        };
        let query = serde_urlencoded::to_string([("q", &field.text)]).unwrap_or_default();
        let saves = works && filter.is_some() && !field.text.trim().is_empty();
        let link = |one: OpenWatch| ViewLink { href: view(&one.watch.query), name: one.watch.name };
        let undoable = app.undoable(viewer).await?;
        let (feed, team) = match viewer.team.as_ref().filter(|_| filter.is_some()) {
            Some(team) => (
                format!("{}/feeds/TOKEN/groups.atom?{query}", app.config.public_url()),
                format!("/teams/{}", team.handle),
            ),
            None => <_>::default(),
        };
        let manages = may(viewer, Action::ManageOwnTeam);
        Ok(Self {
            views: app.watches(viewer).await?.into_iter().map(link).collect(),
            save: if saves { format!("/watches?{query}") } else { String::new() },
            all,
            choices: choices(""),
            undoable: undoable.into_iter().map(UndoRow::from).collect(),
            feed,
            has_token: has_token(visit).await?,
            access: if manages { format!("{team}/access") } else { String::new() },
            team,
        })
    }
}

/// Whether the viewer's team has a token for feeds that is good now.
async fn has_token(visit: &Visit) -> Result<bool> {
    let Some(team) = &visit.viewer.team else { return Ok(false) };
    let all = tokens::all(&mut *visit.app.db.read().await?, Some(&team.id)).await?;
    let good = |one: &Token| one.revoked_at.is_none() && one.expires_at > visit.now;
    Ok(all.iter().any(|one| one.kind == "feed" && good(one)))
}

/// How many groups can be done at once: all of the query, up to a limit. They are looked for to the
/// end when somebody asks to do it.
async fn counted(visit: &Visit, filter: &Filter) -> Result<String> {
    let whole = Filter { after: None, ..filter.clone() };
    let most = i64::try_from(BULK_MAX).unwrap_or(i64::MAX);
    let count = visit.app.count_groups(&visit.viewer, &whole, most.saturating_add(1)).await?;
    Ok(match count {
        Count { groups: 0, all: true } => String::new(),
        Count { groups, .. } if groups > most => "the first 1,000".into(),
        Count { groups, all: true } => format!("all {groups}"),
        Count { .. } => "all".into(),
    })
}
