//! `campanile team change`, `confirm`, `welcome` and `leave`: what is on record about a team.

use std::path::PathBuf;

use campanile_core::model::membership::{Acceptance, Directory, Evidence, Fault, RecordForm};
use campanile_core::model::time::Timestamp;
use clap::Args;
use serde::Serialize;

use super::{input, output};
use crate::actions::{self, Actor, Outcome, TeamChange};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::conduct::{self, Party};
use crate::store::teams::Team;
use crate::store::{Connection, evidence, membership};

/// Changes what is on record about a team; what is not named stays.
#[derive(Args)]
#[command(after_help = "\
The record is a TOML file of texts, with any of these: host_organisation, country, established,
postal_address, constituency_types, constituency, domains, as_numbers, networks, countries,
business_hours, time_zone, languages, websites, rfc2350, emergency_phone, sms_phone, ti_name,
first_name, misp. Fields that take several entries take one a line.

Examples:
  campanile team change DFN-CERT --email cert@dfn-cert.example --email old@dfn-cert.example
  campanile team change DFN-CERT --phone \"+49 40 808077-555\" --record dfn-cert.toml")]
pub(super) struct Change {
    /// Short name of the team.
    handle: String,
    /// Full name.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: Option<String>,
    /// Address; may be repeated, and replaces all. Copies go to the first, all may post.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    email: Vec<String>,
    /// Domain of the team.
    #[arg(long, value_name = "DOMAIN", allow_hyphen_values = true)]
    fqdn: Option<String>,
    /// partner, accredited, certified, listed or liaison.
    #[arg(long, value_name = "STANDING")]
    standing: Option<String>,
    /// Telephone; empty removes it.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    phone: Option<String>,
    /// Telefax; empty removes it.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    fax: Option<String>,
    /// The rest of the record, as a TOML file; replaces it.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Confirms the contact data of a team, after asking it: they hold for four months.
#[derive(Args)]
pub(super) struct Confirm {
    /// Short name of the team.
    handle: String,
}

/// Sends a team what a new team needs (again): lists, their keys, how to write and to acknowledge.
#[derive(Args)]
pub(super) struct Welcome {
    /// Short name of the team.
    handle: String,
}

/// Ends the membership of a team; nothing is deleted.
#[derive(Args)]
pub(super) struct Leave {
    /// Short name of the team.
    handle: String,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    reason: String,
}

impl Change {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let directory = match &self.record {
            Some(path) => Some(record(path)?),
            None => None,
        };
        let change = TeamChange {
            name: self.name,
            fqdn: self.fqdn,
            standing: self.standing,
            emails: (!self.email.is_empty()).then_some(self.email),
            phone: self.phone,
            fax: self.fax,
            directory,
        };
        let handle = &self.handle;
        match actions::change_team(app, Actor::Operator, handle, change).await? {
            Outcome::Changed => output::line(format!("the entry of {handle} is changed")),
            Outcome::Unchanged => output::line(format!("the entry of {handle} is so already")),
        }
    }
}

fn record(path: &std::path::Path) -> Result<Directory> {
    let form: RecordForm = toml::from_str(&input::read_text(path)?).map_err(|source| {
        Error::invalid(format!("{} is no record of a team", path.display()))
            .source(source)
            .hint("`campanile team change --help` names the fields; all of them are texts")
    })?;
    form.check().map_err(|faults| faulty(&faults))
}

/// Faults of a form as one error.
pub(super) fn faulty(faults: &[Fault]) -> Error {
    let lines: Vec<_> =
        faults.iter().map(|fault| format!("{}: {}", fault.field, fault.text)).collect();
    Error::invalid(format!("the form has faults: {}", lines.join(" | ")))
        .hint("correct them and give it again; nothing was filed")
}

impl Confirm {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        actions::confirm_contact_data(app, Actor::Operator, &self.handle).await?;
        output::line(format!("the contact data of {} are confirmed", self.handle))
    }
}

impl Welcome {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        actions::ask_welcome(app, Actor::Operator, &self.handle).await?;
        output::line(format!(
            "{} is sent what it needs, once it is active and mail can be sealed for it",
            self.handle
        ))
    }
}

impl Leave {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let handle = &self.handle;
        match actions::leave_network(app, Actor::Operator, handle, &self.reason).await? {
            Outcome::Changed => output::line(format!("{handle} has left the network")),
            Outcome::Unchanged => output::line(format!("{handle} has left already")),
        }
    }
}

/// What `team show` tells besides.
#[derive(Serialize)]
pub(super) struct RecordView {
    directory: Directory,
    confirmed_at: Timestamp,
    confirmed_until: Timestamp,
    confirmation_overdue: bool,
    welcomed_at: Option<Timestamp>,
    evidence: Vec<Evidence>,
    conduct: Vec<Acceptance>,
}

impl RecordView {
    pub(super) async fn of(app: &App, read: &mut Connection, team: &Team) -> Result<Self> {
        let record = membership::of_team(read, &team.id).await?;
        let confirmation = record.confirmation(team.created_at);
        Ok(Self {
            directory: record.directory,
            confirmed_at: confirmation.last,
            confirmed_until: confirmation.until,
            confirmation_overdue: confirmation.overdue(app.now()),
            welcomed_at: record.welcomed_at,
            evidence: evidence::of_team(read, &team.id).await?,
            conduct: conduct::accepted(read, Party::Team(&team.id)).await?,
        })
    }

    pub(super) fn print(&self) -> Result<()> {
        let overdue = if self.confirmation_overdue { " (overdue)" } else { "" };
        let mut facts = vec![
            ("confirmed", self.confirmed_at.to_string()),
            ("holds until", format!("{}{overdue}", self.confirmed_until)),
        ];
        facts.extend(self.directory.lines());
        for one in &self.evidence {
            let since = one.since.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
            facts.push(("evidence", format!("{}{since}, {}", one.kind, one.reference)));
        }
        for one in &self.conduct {
            let text = format!("{} by {}, {}", one.version, one.signed_by, one.signed_at);
            facts.push(("conduct", text));
        }
        output::facts(&facts)
    }
}
