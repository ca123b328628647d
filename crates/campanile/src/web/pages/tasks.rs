//! What membership asks of a viewer: to confirm contact data, to vouch, to accept, to decide.

use campanile_core::authz::{Action, may};
use campanile_core::model::key::KeyState;

use super::members::{asked, days};
use crate::error::Result;
use crate::store::conduct::{self, Party};
use crate::store::{credentials, membership, teams};
use crate::web::auth::Visit;

/// One thing to do.
pub(in crate::web) struct Task {
    pub(in crate::web) href: String,
    pub(in crate::web) text: String,
    pub(in crate::web) tone: &'static str,
    pub(in crate::web) tag: String,
}

/// Everything that waits for this viewer.
pub(super) async fn tasks(visit: &Visit) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    own_team(visit, &mut tasks).await?;
    let waiting = visit.app.applications(&visit.viewer, true).await?;
    let task = |text: &str, count: usize| Task {
        href: "/members".into(),
        text: text.to_owned(),
        tone: "warn",
        tag: count.to_string(),
    };
    if may(&visit.viewer, Action::Operate) {
        if !waiting.is_empty() {
            tasks.push(task("applications wait for a decision", waiting.len()));
        }
        let all = credentials::all(&mut *visit.app.db.read().await?).await?;
        let pending = all.iter().filter(|key| key.state == KeyState::Pending).count();
        if pending > 0 {
            tasks.push(task("keys wait to be compared with their team", pending));
        }
    } else if may(&visit.viewer, Action::Sponsor) {
        let count = waiting.iter().filter(|one| asked(visit, one)).count();
        if count > 0 {
            tasks.push(task("applications ask for the word of your team", count));
        }
    }
    Ok(tasks)
}

/// What the representative of a team has to do for it.
async fn own_team(visit: &Visit, tasks: &mut Vec<Task>) -> Result<()> {
    let Some(own) = visit.viewer.team.as_ref() else { return Ok(()) };
    if !may(&visit.viewer, Action::ManageOwnTeam) {
        return Ok(());
    }
    let mut read = visit.app.db.read_snapshot().await?;
    let Some(team) = teams::by_handle(&mut read, &own.handle).await? else { return Ok(()) };
    let record = membership::of_team(&mut read, &own.id).await?;
    let confirmation = record.confirmation(team.created_at);
    let href = format!("/teams/{}", own.handle);
    if confirmation.due(visit.now) {
        let overdue = confirmation.overdue(visit.now);
        tasks.push(Task {
            href: href.clone(),
            text: "Confirm the contact data of your team".into(),
            tone: if overdue { "bad" } else { "warn" },
            tag: if overdue { "overdue".into() } else { days(confirmation.days_left(visit.now)) },
        });
    }
    if let Some(current) = conduct::current(&mut read).await? {
        let accepted = conduct::accepted(&mut read, Party::Team(&own.id)).await?;
        if !accepted.iter().any(|one| one.digest == current.digest) {
            tasks.push(Task {
                href: format!("{href}#conduct"),
                text: format!("Accept version {} of the code of conduct", current.version),
                tone: "warn",
                tag: "open".into(),
            });
        }
    }
    Ok(())
}
