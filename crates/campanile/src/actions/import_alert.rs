//! A team sends an alert from its own system: the document in its mail becomes an alert of the
//! team, or the next revision of one, in the transaction that distributes the mail.
//!
//! What is wrong with the document never keeps the mail from going out. It goes back to the team
//! that sent it, sealed, and to nobody else.

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::formats::{Finding, Severity};
use campanile_core::gateway::mail_in::Attached;
use campanile_core::gateway::network::List;
use campanile_core::model::alert::{Alert, AlertId, BadAlertId, Revision, RevisionKind};
use campanile_core::model::limits::{ALERT_BYTES_MAX, REMARK_CHARS_MAX};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::distribute_message::seal::Prepared;
use super::own_mail::{OwnMail, SealedMail, seal_own_mail};
use super::send_alert::fill_in;
use super::{Actor, own_team};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Name, Stored};
use crate::store::{Write, audit, sealed, webhooks};

/// Longest text of a finding in the mail that goes back, in characters.
const FINDING_CHARS_MAX: usize = 400;

/// What a document will be, and what its author is told. Nothing counts before
/// [`Import::commit`].
pub struct Import {
    planned: Option<Planned>,
    report: Option<SealedMail>,
    team_id: String,
}

/// A revision that is sealed for its row.
struct Planned {
    what: What,
    alert: Alert,
    revision_id: String,
    sealed: Vec<u8>,
}

enum What {
    /// A new alert: its row, and the end of its acknowledge link.
    New(String, String),
    /// The next revision of this one.
    Revision(Box<Stored>),
}

/// What a document comes to.
enum Plan {
    New(Alert),
    Revision(Box<Stored>, Alert),
    /// The alert says all of it already.
    Known(AlertId),
    /// Why not, for the author.
    Refused(String),
}

/// Works out what a document will be, before the transaction; `None` when the team may not send
/// alerts.
///
/// # Errors
/// The database cannot be read, or sealing fails.
pub async fn prepare_import(
    app: &App,
    by: &Viewer,
    list: &List,
    attached: Attached,
) -> Result<Option<Import>> {
    let Ok(team) = own_team(by, Action::WriteAlerts) else { return Ok(None) };
    let (plan, mut findings) = match attached.read {
        Err(error) => (Plan::Refused(error.to_string()), Vec::new()),
        Ok((alert, findings)) => {
            let alert = as_own(app, team, alert, &attached.subject).await?;
            (plan(app, by, list, alert).await?, findings)
        }
    };
    findings.extend(more(attached.more));
    let report = report(app, team, list, &plan, &findings).await?;
    let planned = match plan {
        Plan::New(alert) => {
            let row = app.new_id(app.now());
            let token = app.acknowledge_token(&row)?;
            Some(seal(app, What::New(row, token), alert)?)
        }
        Plan::Revision(stored, alert) => Some(seal(app, What::Revision(stored), alert)?),
        Plan::Known(_) | Plan::Refused(_) => None,
    };
    Ok(Some(Import { planned, report, team_id: team.id.clone() }))
}

fn seal(app: &App, what: What, alert: Alert) -> Result<Planned> {
    let revision_id = app.new_id(app.now());
    let sealed = app.vault.seal_json(sealed::ALERT, &revision_id, &alert)?;
    Ok(Planned { what, alert, revision_id, sealed })
}

/// The alert of a document as one of the team: its contact from the register. What the document
/// said of it stays beside; `subject` stands for a description that is not there.
///
/// # Errors
/// The database cannot be read.
pub async fn as_own(app: &App, team: &Membership, alert: Alert, subject: &str) -> Result<Alert> {
    let mut own = alert;
    let (reported_at, revision) = (own.reported_at.clone(), own.revision.clone());
    let given = own.contact.clone();
    fill_in(app, team, &mut own, app.now()).await?;
    (own.reported_at, own.revision) = (reported_at, revision);
    if !given.handle.is_empty() && !given.handle.eq_ignore_ascii_case(&own.contact.handle) {
        let contact = format!("Contact in the document: {} {}", given.handle, given.name);
        own.additional.push(contact.trim_end().to_owned());
    }
    if own.description.trim().is_empty() {
        subject.clone_into(&mut own.description);
    }
    Ok(own)
}

async fn plan(app: &App, by: &Viewer, list: &List, mut alert: Alert) -> Result<Plan> {
    let team = own_team(by, Action::WriteAlerts)?;
    if let Err(bad) = own_id(&team.handle, &mut alert) {
        return Ok(Plan::Refused(bad.to_string()));
    }
    if serde_json::to_vec(&alert).map_or(usize::MAX, |json| json.len()) > ALERT_BYTES_MAX {
        return Ok(Plan::Refused(format!("the alert is larger than {ALERT_BYTES_MAX} bytes")));
    }
    let mut read = app.db.read().await?;
    let name = alert.id.to_string();
    let found = alerts::find(&mut read, by, Name::Id(&name)).await?;
    match found.filter(|stored| stored.team_id == team.id) {
        Some(stored) => {
            drop(read);
            next_revision(app, by, list, stored, alert).await
        }
        // That another team has it is not told: handles may end as identifiers begin.
        None if alerts::is_taken(&mut read, &alert.id).await? => {
            Ok(Plan::Refused(format!("the incident ID {} cannot be used", alert.id)))
        }
        None => {
            alert.revision = Revision::default();
            Ok(Plan::New(alert))
        }
    }
}

/// Puts the handle of the team in front of the identifier of a document; what it was stays beside.
///
/// # Errors
/// It makes no identifier.
pub fn own_id(handle: &Handle, alert: &mut Alert) -> std::result::Result<(), BadAlertId> {
    let id = AlertId::of_team(handle, alert.id.as_str())?;
    let given = std::mem::replace(&mut alert.id, id);
    if alert.id.key() != given.key() {
        remember(&mut alert.alternative_ids, given.into());
    }
    Ok(())
}

/// Adds an identifier that the alert has elsewhere.
fn remember(ids: &mut Vec<String>, id: String) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}

/// What a document is to an alert of the same identifier.
async fn next_revision(
    app: &App,
    by: &Viewer,
    list: &List,
    stored: Stored,
    mut alert: Alert,
) -> Result<Plan> {
    let old = app.alert(by, Name::Row(&stored.id)).await?.alert;
    let said = std::mem::take(&mut alert.revision);
    for id in &old.alternative_ids {
        remember(&mut alert.alternative_ids, id.clone());
    }
    let same = Alert {
        reported_at: old.reported_at.clone(),
        revision: old.revision.clone(),
        exercise: old.exercise,
        contact: old.contact.clone(),
        // Its own number, with the handle or without it.
        alternative_ids: old.alternative_ids.clone(),
        ..alert.clone()
    };
    if same == old {
        return Ok(Plan::Known(stored.alert_id));
    }
    if let Some(why) = not_by_mail(&stored, list) {
        return Ok(Plan::Refused(why));
    }
    // What a revision does not change.
    (alert.exercise, alert.contact) = (old.exercise, old.contact);
    let note = match said.note.trim() {
        "" => "A new version came by mail from the system of the team.".to_owned(),
        note => note.chars().take(REMARK_CHARS_MAX).collect(),
    };
    let kind = match said.kind {
        RevisionKind::Issue => RevisionKind::Amend,
        kind => kind,
    };
    alert.revision = Revision { number: stored.revision + 1, kind, note };
    Ok(Plan::Revision(Box::new(stored), alert))
}

/// Why an alert is not revised by a mail to this list.
fn not_by_mail(stored: &Stored, list: &List) -> Option<String> {
    let id = &stored.alert_id;
    if stored.ended_at.is_some() {
        return Some(format!("the alert {id} is {} already; use a new incident ID", stored.state));
    }
    if stored.restricted {
        return Some(format!("the alert {id} is for named teams only; revise it on its page"));
    }
    (stored.list_id != list.id).then(|| format!("the alert {id} went to the list {}", stored.list))
}

fn more(count: usize) -> Option<Finding> {
    let what =
        format!("{count} more documents are in the mail; only the first one becomes an alert");
    (count > 0).then(|| Finding { place: "the mail".into(), what, severity: Severity::Error })
}

/// The mail to the author, if there is anything to tell.
async fn report(
    app: &App,
    team: &Membership,
    list: &List,
    plan: &Plan,
    findings: &[Finding],
) -> Result<Option<SealedMail>> {
    let matters = findings.iter().any(|finding| finding.severity >= Severity::Warning);
    let url = app.config.public_url();
    let what = match plan {
        Plan::Refused(why) => format!(
            "The document in your mail to {} did not become an alert:\n\n    {why}.\n\n\
             The mail itself was passed on to the teams of the list as it was.\n",
            list.address
        ),
        _ if !matters => return Ok(None),
        Plan::Known(id) => format!("The document in your mail says what the alert {id} says.\n"),
        Plan::New(alert) | Plan::Revision(_, alert) => format!(
            "The document in your mail has become the alert {id}, revision {number}:\n\
             {url}/alerts/{id}\n",
            id = alert.id,
            number = alert.revision.number,
        ),
    };
    let subject = match plan {
        Plan::Refused(_) => "Your document did not become an alert".to_owned(),
        Plan::Known(id) => format!("Findings about {id}"),
        Plan::New(alert) | Plan::Revision(_, alert) => format!("Findings about {}", alert.id),
    };
    let text = format!(
        "{what}{}\nYou get this because your team sent the mail. Nobody else does.\n",
        listed(findings)
    );
    let mail = OwnMail {
        team_id: &team.id,
        kind: "findings",
        subject: &subject,
        text: &text,
        attachments: &[],
        list_id: Some(&list.id),
    };
    seal_own_mail(app, &mail).await
}

pub(super) fn listed(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let line = |finding: &Finding| {
        let text = finding.to_string();
        format!("- {}\n", text.chars().take(FINDING_CHARS_MAX).collect::<String>())
    };
    let lines: String = findings.iter().map(line).collect();
    format!("\nWhat is odd about the document (line:column, or a pointer into JSON):\n\n{lines}")
}

/// Where the distribution stands that an import goes with.
pub(super) struct Distributed<'a> {
    /// Row of the message.
    pub id: &'a str,
    /// The list.
    pub list: &'a List,
    /// The copies.
    pub prepared: &'a Prepared,
}

impl Import {
    /// Nothing but what the author is told.
    pub(super) fn report(report: SealedMail, team_id: &str) -> Self {
        Self { planned: None, report: Some(report), team_id: team_id.to_owned() }
    }

    /// Makes the alert count, and queues what its author is told.
    ///
    /// # Errors
    /// The database cannot be written, or somebody was faster: then all of it is done again.
    pub(super) async fn commit(
        &self,
        app: &App,
        write: &mut Write,
        mail: &Distributed<'_>,
    ) -> Result<()> {
        let now = app.now();
        if let Some(planned) = &self.planned {
            planned.commit(app, write, mail, &self.team_id).await?;
        }
        match &self.report {
            Some(report) => report.queue(write, now).await,
            None => Ok(()),
        }
    }

    /// Removes what lies in the spool for nothing.
    pub fn forget(&self, app: &App) {
        if let Some(report) = &self.report {
            report.forget(app);
        }
    }
}

impl Planned {
    async fn commit(
        &self,
        app: &App,
        write: &mut Write,
        mail: &Distributed<'_>,
        team_id: &str,
    ) -> Result<()> {
        let now = app.now();
        let (row, done) = match &self.what {
            What::New(row, token) => {
                (row, self.insert(write, mail, (row, token), team_id, now).await?)
            }
            What::Revision(stored) => {
                let kind = self.alert.revision.kind;
                let from = stored.revision;
                (&stored.id, alerts::advance(write, &stored.id, from, kind, now).await?)
            }
        };
        if !done {
            return Err(Error::conflict("the alert has changed meanwhile"));
        }
        let revision = alerts::NewRevision {
            id: &self.revision_id,
            alert_id: row,
            number: self.alert.revision.number,
            kind: self.alert.revision.kind,
            channel: "mail",
            message_id: mail.id,
            mail_id: &mail.prepared.message_id,
            sealed: &self.sealed,
            content: None,
        };
        alerts::insert_revision(write, &revision, now).await?;
        let teams: Vec<_> = mail.prepared.copies.iter().map(|copy| &*copy.team_id).collect();
        alerts::ask(write, row, &teams, now).await?;
        webhooks::tell(write, row, i64::from(self.alert.revision.number), now).await?;
        let new = matches!(self.what, What::New(..));
        let entry = audit::Entry {
            at: now,
            actor: &Actor::Gateway.name(),
            action: if new { "alert.send" } else { "alert.revise" },
            object: self.alert.id.as_str(),
            detail: json!({
                "team": team_id, "list": mail.list.name, "channel": "mail", "message": mail.id,
                "revision": self.alert.revision.number, "exercise": self.alert.exercise,
            }),
        };
        audit::append(write, &app.secret, &entry).await
    }

    async fn insert(
        &self,
        write: &mut Write,
        mail: &Distributed<'_>,
        (row, token): (&str, &str),
        team_id: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let first = mail.list.policy.alerts.steps().first().map(|(minutes, _)| *minutes);
        let new = alerts::New {
            id: row,
            alert_id: &self.alert.id,
            team_id,
            list_id: &mail.list.id,
            restricted: false,
            exercise: self.alert.exercise,
            token,
            due_at: first.map(|minutes| now.plus_seconds(i64::from(minutes) * 60)),
        };
        alerts::insert(write, &new, now).await
    }
}
