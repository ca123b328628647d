//! What a viewer sees of alerts: rows of the store, opened.
//!
//! Everything takes the viewer. An alert that it may not see is answered exactly like one that
//! does not exist; an operator without a team sees that there are alerts, and no text of them.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::crypto::mac::mac;
use campanile_core::model::alert::{Alert, RevisionKind};
use campanile_core::model::person::Role;
use campanile_core::model::time::Timestamp;
use serde_json::Value;

use super::App;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Filter, Listed, Name, Stored};
use crate::store::{Connection, sealed};

/// Most alerts that one search opens, newest first: about a second of decryption.
const SEARCH_ALERTS_MAX: i64 = 2_000;
/// Digits of the end of an acknowledge link: 128 bits.
const TOKEN_DIGITS: usize = 32;

/// What to look for, and which part of it to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertQuery {
    /// What stands in clear.
    pub filter: Filter,
    /// Words that all stand somewhere in the alert; none for every alert.
    pub text: String,
    /// How many of the newest to leave out.
    pub offset: usize,
    /// How many to show.
    pub count: usize,
}

impl Default for AlertQuery {
    fn default() -> Self {
        Self { filter: Filter::default(), text: String::new(), offset: 0, count: 50 }
    }
}

/// One alert among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertSummary {
    /// What stands in clear.
    pub stored: Stored,
    /// Its newest revision; `None` for an operator who may not read it.
    pub alert: Option<Alert>,
    /// How many teams are asked, the author not counted; `None` for who may not see the board.
    pub asked: Option<i64>,
    /// How many of them have acknowledged.
    pub acknowledged: Option<i64>,
    /// When the viewer's team acknowledged first.
    pub own_at: Option<Timestamp>,
}

/// A part of the alerts that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertPage {
    /// The part asked for, newest first.
    pub alerts: Vec<AlertSummary>,
    /// How many were found in all.
    pub total: usize,
    /// Whether older alerts were left out of a search for words.
    pub cut: bool,
}

/// An alert that the viewer may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlert {
    /// What stands in clear.
    pub stored: Stored,
    /// Its newest revision.
    pub alert: Alert,
    /// Message-ID of the mail of that revision.
    pub mail_id: String,
    /// Where its recipients acknowledge.
    pub acknowledge_url: String,
}

/// One revision of an alert that the viewer may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRevision {
    /// Identifier of the row.
    pub id: String,
    /// What it did.
    pub kind: RevisionKind,
    /// How it came.
    pub channel: String,
    /// The row of `message` that its copies belong to.
    pub message_id: String,
    /// Message-ID of its mail.
    pub mail_id: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The alert as it was then.
    pub alert: Alert,
}

/// What stands for every alert that is not there, or not for the viewer.
fn not_found() -> Error {
    Error::not_found("there is no such alert")
        .hint("check the incident ID; only the teams that an alert was sent to see it")
}

impl App {
    /// Alerts that the viewer may see, newest first.
    ///
    /// # Errors
    /// The database cannot be read, or a text cannot be opened.
    pub async fn alerts(&self, viewer: &Viewer, query: &AlertQuery) -> Result<AlertPage> {
        let mut read = self.db.read_snapshot().await?;
        let words: Vec<_> = query.text.split_whitespace().map(str::to_lowercase).collect();
        let (offset, count) = (query.offset, query.count);
        if words.is_empty() {
            let total = alerts::count(&mut read, viewer, &query.filter).await?;
            let (offset, count) = (as_i64(offset), as_i64(count));
            let rows = alerts::list(&mut read, viewer, &query.filter, offset, count).await?;
            drop(read);
            let alerts = rows.into_iter().map(|row| self.summary(viewer, row));
            let total = usize::try_from(total).unwrap_or_default();
            return Ok(AlertPage { alerts: alerts.collect::<Result<_>>()?, total, cut: false });
        }
        let rows = alerts::list(&mut read, viewer, &query.filter, 0, SEARCH_ALERTS_MAX + 1).await?;
        drop(read);
        let cut = as_i64(rows.len()) > SEARCH_ALERTS_MAX;
        let mut found = Vec::new();
        for row in rows.into_iter().take(usize::try_from(SEARCH_ALERTS_MAX).unwrap_or_default()) {
            let summary = self.summary(viewer, row)?;
            if matches(&summary, &words) {
                found.push(summary);
            }
        }
        let total = found.len();
        Ok(AlertPage { alerts: found.into_iter().skip(offset).take(count).collect(), total, cut })
    }

    fn summary(&self, viewer: &Viewer, row: Listed) -> Result<AlertSummary> {
        let open = || self.vault.open_json(sealed::ALERT, &row.revision_id, &row.sealed);
        let board = authz::may(viewer, Action::SeeBoard);
        Ok(AlertSummary {
            alert: row.alert.readable.then(open).transpose()?,
            stored: row.alert,
            asked: board.then_some(row.asked),
            acknowledged: board.then_some(row.acknowledged),
            own_at: row.own_at,
        })
    }

    /// What stands in clear of an alert that the viewer may see.
    ///
    /// # Errors
    /// There is none, or the database cannot be read.
    pub async fn find_alert(&self, viewer: &Viewer, name: Name<'_>) -> Result<Stored> {
        alert_row(&mut *self.db.read().await?, viewer, name).await
    }

    /// An alert that the viewer may read.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub async fn alert(&self, viewer: &Viewer, name: Name<'_>) -> Result<OpenAlert> {
        let mut read = self.db.read_snapshot().await?;
        let stored = alert_row(&mut read, viewer, name).await?;
        let newest = alerts::newest(&mut read, &stored).await?.ok_or_else(not_found)?;
        drop(read);
        let alert = self.vault.open_json(sealed::ALERT, &newest.id, &newest.sealed)?;
        let acknowledge_url = self.acknowledge_url(&stored.token);
        Ok(OpenAlert { stored, alert, mail_id: newest.mail_id, acknowledge_url })
    }

    /// An alert for a job of the server, which acts for nobody in particular: its text goes into
    /// sealed mail to teams that are asked, and nowhere else.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub(crate) async fn alert_for_job(&self, row: &str) -> Result<OpenAlert> {
        let operator = Viewer {
            login: "gateway".into(),
            name: "gateway".into(),
            role: Role::Operator,
            team: None,
        };
        let mut read = self.db.read_snapshot().await?;
        let stored = alert_row(&mut read, &operator, Name::Row(row)).await?;
        let stored = Stored { readable: true, ..stored };
        let newest = alerts::newest(&mut read, &stored).await?.ok_or_else(not_found)?;
        drop(read);
        let alert = self.vault.open_json(sealed::ALERT, &newest.id, &newest.sealed)?;
        let acknowledge_url = self.acknowledge_url(&stored.token);
        Ok(OpenAlert { stored, alert, mail_id: newest.mail_id, acknowledge_url })
    }

    /// All revisions of an alert that the viewer may read, oldest first.
    ///
    /// # Errors
    /// There is none, or one cannot be opened.
    pub async fn alert_history(
        &self,
        viewer: &Viewer,
        name: Name<'_>,
    ) -> Result<(Stored, Vec<OpenRevision>)> {
        let mut read = self.db.read_snapshot().await?;
        let stored = alert_row(&mut read, viewer, name).await?;
        let rows = alerts::revisions(&mut read, &stored).await?;
        drop(read);
        if rows.is_empty() {
            return Err(not_found());
        }
        let open = |row: alerts::Revision| {
            Ok(OpenRevision {
                alert: self.vault.open_json(sealed::ALERT, &row.id, &row.sealed)?,
                kind: row.kind.parse().map_err(Error::internal)?,
                id: row.id,
                channel: row.channel,
                message_id: row.message_id,
                mail_id: row.mail_id,
                sent_at: Timestamp::from_micros(row.sent_at),
            })
        };
        let revisions = rows.into_iter().map(open).collect::<Result<_>>()?;
        Ok((stored, revisions))
    }

    /// What the acknowledge link of an alert ends with: a code under the secret of the network,
    /// which nobody can guess and which says nothing.
    ///
    /// # Errors
    /// OpenSSL has no memory left.
    pub fn acknowledge_token(&self, alert_row: &str) -> Result<String> {
        let code = mac(&self.secret, &format!("acknowledge {alert_row}"))
            .map_err(|source| Error::internal("no link can be made").source(source))?;
        Ok(code.chars().take(TOKEN_DIGITS).collect())
    }

    /// Where the recipients of an alert acknowledge.
    pub fn acknowledge_url(&self, token: &str) -> String {
        format!("{}/ack/{token}", self.config.public_url())
    }
}

/// An alert that the viewer may see.
///
/// # Errors
/// There is none, or the database cannot be read.
pub async fn alert_row(
    connection: &mut Connection,
    viewer: &Viewer,
    name: Name<'_>,
) -> Result<Stored> {
    alerts::find(connection, viewer, name).await?.ok_or_else(not_found)
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether all words stand somewhere in an alert.
fn matches(summary: &AlertSummary, words: &[String]) -> bool {
    let mut text = format!("{} {}", summary.stored.alert_id, summary.stored.team).to_lowercase();
    if let Some(value) = summary.alert.as_ref().and_then(|a| serde_json::to_value(a).ok()) {
        collect(&value, &mut text);
    }
    words.iter().all(|word| text.contains(word.as_str()))
}

/// Every text of a document, in lower case.
fn collect(value: &Value, text: &mut String) {
    match value {
        Value::String(found) => {
            text.push('\n');
            text.push_str(&found.to_lowercase());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, text)),
        Value::Object(members) => members.values().for_each(|value| collect(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
