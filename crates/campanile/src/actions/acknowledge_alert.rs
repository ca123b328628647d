//! A team says that it has seen an alert, and what it does.

use campanile_core::authz::{Action, Viewer};
use campanile_core::model::alert::AlertId;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::limits::REMARK_CHARS_MAX;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::app::alerts::alert_row;
use crate::app::boards::Said;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Name, Stored};
use crate::store::{Write, acknowledgements, sealed};

/// Most statements of one team about one alert: a program that runs wild fills no board.
const STATEMENTS_MAX: usize = 200;

/// What a team says.
#[derive(Debug, Clone, Copy)]
pub struct NewAcknowledgement<'a> {
    /// The alert.
    pub alert: Name<'a>,
    /// How it is said.
    pub channel: Channel,
    /// What the team does.
    pub response: Response,
    /// In words; may be empty.
    pub remark: &'a str,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The alert.
    pub alert: AlertId,
    /// It is the first statement of the team.
    pub first: bool,
}

/// Records a statement of the viewer's team. A later one brings what the team does up to date.
///
/// # Errors
/// There is no such alert for the viewer, it may not acknowledge, or the remark is too long.
pub async fn acknowledge_alert(
    app: &App,
    by: &Viewer,
    new: &NewAcknowledgement<'_>,
) -> Result<Acknowledged> {
    let team = own_team(by, Action::Acknowledge)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let alert = alert_row(&mut write, by, new.alert).await?;
    let statement = Statement {
        team_id: &team.id,
        by: &by.name,
        channel: new.channel,
        response: new.response,
        remark: new.remark,
    };
    let first = state(app, &mut write, &alert, &statement, now).await?;
    let detail = json!({
        "team": team.handle, "channel": new.channel, "response": new.response, "first": first,
    });
    let object = alert.alert_id.as_str();
    let done = Done { actor: member(by), action: "alert.acknowledge", object, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(Acknowledged { alert: alert.alert_id, first })
}

/// A statement of a team, whoever enters it.
pub(super) struct Statement<'a> {
    /// Whose statement it is.
    pub team_id: &'a str,
    /// Who made or entered it.
    pub by: &'a str,
    /// How it came.
    pub channel: Channel,
    /// What the team does.
    pub response: Response,
    /// In words.
    pub remark: &'a str,
}

/// Adds a statement, in the transaction of whoever has one to record. Returns whether it is the
/// first of its team.
pub(super) async fn state(
    app: &App,
    write: &mut Write,
    alert: &Stored,
    statement: &Statement<'_>,
    now: Timestamp,
) -> Result<bool> {
    let remark = statement.remark.trim();
    if remark.chars().count() > REMARK_CHARS_MAX {
        return Err(Error::too_large(format!("the remark is longer than {REMARK_CHARS_MAX}"))
            .hint("say the rest in a mail to the list"));
    }
    // It is asked when it answers: a team that came to the list later than the alert.
    alerts::ask(write, &alert.id, &[statement.team_id], now).await?;
    let before = acknowledgements::of_team(write, &alert.id, statement.team_id).await?;
    if before.len() >= STATEMENTS_MAX {
        return Err(Error::conflict("your team has said enough about this alert")
            .hint("write to the list, or call the team that sent it"));
    }
    let id = app.new_id(now);
    let said = Said { by: statement.by.to_owned(), text: remark.to_owned() };
    let sealed = app.vault.seal_json(sealed::ACKNOWLEDGEMENT, &id, &said)?;
    let new = acknowledgements::New {
        id: &id,
        alert_id: &alert.id,
        team_id: statement.team_id,
        channel: statement.channel,
        response: statement.response,
        sealed: &sealed,
    };
    acknowledgements::insert(write, &new, now).await?;
    Ok(before.is_empty())
}
