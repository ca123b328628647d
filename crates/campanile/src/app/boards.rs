//! The board of an alert: for every team that is asked, what became of its copy, what it says,
//! and who called it. And the calling list: those that say nothing.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::alert::AlertState;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::team::{Handle, TeamState};
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use super::alerts::alert_row;
use crate::error::{Error, Result};
use crate::store::alerts::{Name, Stored};
use crate::store::escalation::{self, Step};
use crate::store::{boards, calls, sealed};

/// Who said something, and what, as it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Name of the person or tool.
    pub by: String,
    /// Remark or note; may be empty.
    pub text: String,
}

/// The board of one alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    /// Incident ID.
    pub alert: String,
    /// The team that sent it.
    pub team: Handle,
    /// The list that it went to.
    pub list: String,
    /// Only for named teams.
    pub restricted: bool,
    /// Only an exercise.
    pub exercise: bool,
    /// Where it is in its life.
    pub state: AlertState,
    /// Number of the newest revision.
    pub revision: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Sums.
    pub counts: Counts,
    /// One row per team, by handle.
    pub rows: Vec<BoardRow>,
    /// What was done about silence, oldest first.
    pub steps: Vec<StepTaken>,
}

/// What was done about the silence of a team; what the program of the operator said stays with
/// the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepTaken {
    /// `remind-30`, `call-60`, `page-90`: what, and after how many minutes; `remind-by-hand`.
    pub step: String,
    /// Handle of the team.
    pub team: String,
    /// When.
    pub at: Timestamp,
    /// `done`, `begun`, `failed`, `skipped`, `no-key`, `no-phone`.
    pub state: String,
}

impl From<Step> for StepTaken {
    fn from(step: Step) -> Self {
        let at = Timestamp::from_micros(step.at);
        Self { step: step.step, team: step.team, at, state: step.state }
    }
}

/// Sums of a board; the author is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Teams that are asked.
    pub asked: u32,
    /// Copies that the next hop has not taken yet.
    pub waiting: u32,
    /// Copies that it has taken.
    pub delivered: u32,
    /// Copies that came back.
    pub bounced: u32,
    /// Copies that wait for a key.
    pub held: u32,
    /// Copies that were given up.
    pub failed: u32,
    /// Teams that have acknowledged, whatever they do.
    pub acknowledged: u32,
    /// Those of them that work on it.
    pub working: u32,
    /// Those of them that are not affected.
    pub not_affected: u32,
    /// Teams that were called.
    pub called: u32,
    /// Teams that have said nothing.
    pub silent: u32,
}

/// What is known of one team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoardRow {
    /// Identifier in the registry.
    #[serde(skip)]
    pub team_id: String,
    /// Its handle.
    pub team: Handle,
    /// Its name.
    pub name: String,
    /// It wrote the alert.
    pub author: bool,
    /// Since when it is asked.
    pub asked_at: Timestamp,
    /// What became of its copy of the newest revision; `None` when none was made.
    pub copy: Option<CopyState>,
    /// What it has said.
    pub acknowledged: Option<Acknowledged>,
    /// How often it was reminded.
    pub reminders: i64,
    /// When it was reminded last.
    pub reminded_at: Option<Timestamp>,
    /// How often it was called.
    pub calls: i64,
    /// The newest call.
    pub call: Option<CallMade>,
    /// Since when it says nothing; `None` for the author and for who has acknowledged.
    pub silent_since: Option<Timestamp>,
    /// Its telephone.
    #[serde(skip)]
    pub phone: Option<String>,
    /// It may still receive: suspended teams are not called.
    #[serde(skip)]
    pub active: bool,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyState {
    /// `waiting`, `delivered`, `held`, `failed`, `bounced`, `restored`, `dropped`.
    pub state: String,
    /// Since when.
    pub at: Timestamp,
    /// What the next hop or the bounce said.
    pub reply: String,
}

/// What a team has said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// When it said something first: what counts for reaction times.
    pub first_at: Timestamp,
    /// When it said something last.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// How.
    pub channel: Channel,
    /// What it does.
    pub response: Response,
    /// In words.
    pub remark: String,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallMade {
    /// When.
    pub at: Timestamp,
    /// Whose people called; `None` for the operator.
    pub team: Option<String>,
    /// Who.
    pub by: String,
    /// What came of it.
    pub result: String,
    /// In words.
    pub note: String,
}

/// Who has to be called, and who takes the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallingList {
    /// Incident ID.
    pub alert: String,
    /// Only an exercise.
    pub exercise: bool,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Who takes the calls.
    pub claim: Option<Claimed>,
    /// Teams that have said nothing, longest silence first.
    pub rows: Vec<ToCall>,
}

/// Who takes the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claimed {
    /// The team; `None` for the operator.
    pub team: Option<String>,
    /// The person.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

/// A team that has to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToCall {
    /// Its handle.
    pub team: Handle,
    /// Its name.
    pub name: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// Why: what is known of its copy.
    pub reason: String,
    /// Since when it says nothing.
    pub silent_since: Timestamp,
    /// Calls so far, oldest first.
    pub calls: Vec<CallMade>,
}

impl App {
    /// The board of an alert that the viewer may see.
    ///
    /// # Errors
    /// There is no such alert, the viewer sees no boards, or the database cannot be read.
    pub async fn board(&self, viewer: &Viewer, name: Name<'_>) -> Result<Board> {
        let mut read = self.db.read_snapshot().await?;
        let alert = alert_row(&mut read, viewer, name).await?;
        sees_boards(viewer)?;
        let rows = boards::rows(&mut read, &alert).await?;
        let steps = escalation::steps(&mut read, &alert.id).await?;
        drop(read);
        let rows = rows.into_iter().map(|row| self.board_row(&alert, row));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        Ok(Board {
            alert: alert.alert_id.to_string(),
            team: alert.team,
            list: alert.list,
            restricted: alert.restricted,
            exercise: alert.exercise,
            state: alert.state,
            revision: alert.revision,
            sent_at: alert.sent_at,
            counts: Counts::of(&rows),
            rows,
            steps: steps.into_iter().map(StepTaken::from).collect(),
        })
    }

    fn board_row(&self, alert: &Stored, row: boards::Row) -> Result<BoardRow> {
        let at = Timestamp::from_micros;
        let acknowledged = match (&row.ack_id, &row.ack_sealed, row.ack_at, row.first_at) {
            (Some(id), Some(sealed), Some(last), Some(first)) => {
                // What is sealed is not for an operator who may not read the alert.
                let said = self.said(alert, sealed::ACKNOWLEDGEMENT, id, sealed)?;
                Some(Acknowledged {
                    first_at: at(first),
                    at: at(last),
                    by: said.by,
                    channel: parsed(row.channel.as_deref())?,
                    response: parsed(row.response.as_deref())?,
                    remark: said.text,
                })
            }
            _ => None,
        };
        let call = match (&row.call_id, &row.call_sealed, row.call_at) {
            (Some(id), Some(sealed), Some(when)) => {
                let said = self.said(alert, sealed::CALL, id, sealed)?;
                let result = row.call_result.unwrap_or_default();
                Some(CallMade {
                    at: at(when),
                    team: row.caller,
                    by: said.by,
                    result,
                    note: said.text,
                })
            }
            _ => None,
        };
        let author = row.team_id == alert.team_id;
        let silent = !author && acknowledged.is_none();
        let copy = row.copy_state.zip(row.copy_at);
        let reply = row.copy_reply.unwrap_or_default();
        Ok(BoardRow {
            team: parsed(Some(&row.handle))?,
            name: row.name,
            author,
            asked_at: at(row.asked_at),
            copy: copy.map(|(state, when)| CopyState { state, at: at(when), reply }),
            acknowledged,
            reminders: row.reminders,
            reminded_at: row.reminded_at.map(at),
            calls: row.calls,
            call,
            silent_since: silent.then(|| at(row.asked_at)),
            phone: row.phone,
            active: row.team_state == TeamState::Active.name(),
            team_id: row.team_id,
        })
    }

    fn said(&self, alert: &Stored, place: sealed::Place, row: &str, sealed: &[u8]) -> Result<Said> {
        match alert.readable {
            true => self.vault.open_json(place, row, sealed),
            false => Ok(Said::default()),
        }
    }

    /// Who has to be called about an alert that the viewer may see.
    ///
    /// # Errors
    /// As [`App::board`].
    pub async fn calling_list(&self, viewer: &Viewer, name: Name<'_>) -> Result<CallingList> {
        let mut read = self.db.read_snapshot().await?;
        let alert = alert_row(&mut read, viewer, name).await?;
        let claim = calls::claim(&mut read, &alert.id).await?;
        let made = calls::all(&mut read, &alert.id).await?;
        drop(read);
        let board = self.board(viewer, Name::Row(&alert.id)).await?;
        let claim = claim.map(|claim| {
            let said =
                self.vault.open_json::<Said>(sealed::CALL_CLAIM, &claim.id, &claim.sealed)?;
            let at = Timestamp::from_micros(claim.at);
            Ok::<_, Error>(Claimed { team: claim.team, by: said.by, at })
        });
        let mut rows = Vec::new();
        for row in board.rows.into_iter().filter(|row| row.active) {
            let Some(silent_since) = row.silent_since else { continue };
            let mut calls = Vec::new();
            for call in made.iter().filter(|call| call.team_id == row.team_id) {
                let said = self.said(&alert, sealed::CALL, &call.id, &call.sealed)?;
                let at = Timestamp::from_micros(call.at);
                let (team, result) = (call.caller.clone(), call.result.clone());
                calls.push(CallMade { at, team, by: said.by, result, note: said.text });
            }
            let reason = reason(&row);
            let (team, name, phone) = (row.team, row.name, row.phone);
            rows.push(ToCall { team, name, phone, reason, silent_since, calls });
        }
        rows.sort_by(|a, b| (a.silent_since, &a.team).cmp(&(b.silent_since, &b.team)));
        Ok(CallingList {
            alert: alert.alert_id.to_string(),
            exercise: alert.exercise,
            sent_at: alert.sent_at,
            claim: claim.transpose()?,
            rows,
        })
    }
}

fn sees_boards(viewer: &Viewer) -> Result<()> {
    match authz::may(viewer, Action::SeeBoard) {
        true => Ok(()),
        false => {
            Err(Error::denied("your role sees no boards").hint("ask a representative of your team"))
        }
    }
}

fn parsed<T: std::str::FromStr>(text: Option<&str>) -> Result<T> {
    let strange = || Error::internal("the database holds an unknown value about an alert");
    text.and_then(|text| text.parse().ok()).ok_or_else(strange)
}

/// Why a team has to be called, in one sentence.
fn reason(row: &BoardRow) -> String {
    match row.copy.as_ref().map(|copy| copy.state.as_str()) {
        Some("delivered") if row.reminders > 0 => "reminded, no answer".into(),
        Some("delivered") => "delivered, no answer".into(),
        Some("held") => "no usable key: its copy cannot be sealed".into(),
        Some("bounced") => "its copy came back".into(),
        Some("failed" | "dropped") => "its copy could not be delivered".into(),
        Some(_) => "its copy is not delivered yet".into(),
        None => "it got no copy".into(),
    }
}

impl Counts {
    fn of(rows: &[BoardRow]) -> Self {
        let mut counts = Self::default();
        for row in rows.iter().filter(|row| !row.author) {
            counts.asked += 1;
            match row.copy.as_ref().map(|copy| copy.state.as_str()) {
                Some("delivered") => counts.delivered += 1,
                Some("bounced") => counts.bounced += 1,
                Some("held") => counts.held += 1,
                Some("failed" | "dropped") => counts.failed += 1,
                Some(_) => counts.waiting += 1,
                None => {}
            }
            if let Some(said) = &row.acknowledged {
                counts.acknowledged += 1;
                match said.response {
                    Response::Received => {}
                    Response::Working => counts.working += 1,
                    Response::NotAffected => counts.not_affected += 1,
                }
            }
            counts.called += u32::from(row.calls > 0);
            counts.silent += u32::from(row.silent_since.is_some());
        }
        counts
    }
}
