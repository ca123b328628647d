//! `campanile team application`: who wants to join.

use std::path::PathBuf;

use campanile_core::authz::Viewer;
use campanile_core::model::membership::{ApplicationState, Statement, Voice};
use clap::{Args, Subcommand};

use super::conduct::Signed;
use super::team_record::faulty;
use super::views::day;
use super::{input, output};
use crate::actions::{
    self, Accepting, Actor, Admission, Applying, Filing, NewVoice, Verdict, decide_application,
};
use crate::app::App;
use crate::app::applications::{OpenApplication, OpenVoice};
use crate::error::{Error, Result};

/// Largest key taken with an application, in bytes.
const KEY_BYTES_MAX: usize = 256 * 1024;

/// Applications for membership.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile team application list
  campanile team application file form.toml --openpgp new-cert.asc
  campanile team application attest ID --team DFN-CERT --by \"Ada Example\" \\
      --statement met-in-person --statement worked-together
  campanile team application object ID --team PRE-CERT --by \"Bob Example\" --reason \"...\"
  campanile team application conduct ID --name \"Eve Example\" --paper \"folder 3\"
  campanile team application decide ID --admit --evidence \"registry page of 2026-11-20\" \\
      --list alert --reason \"two sponsors, no objection\"
  campanile team key confirm NEW-CERT FINGERPRINT")]
pub(super) struct Application {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Show(Show),
    File(FileForm),
    Attest(Attest),
    Object(Object),
    Conduct(Conduct),
    Decide(Decide),
}

/// Shows the applications that wait.
#[derive(Args)]
struct List {
    /// Those that are decided as well.
    #[arg(long)]
    all: bool,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Shows one application: form, keys, what teams say, what is missing.
#[derive(Args)]
struct Show {
    /// Identifier from `team application list`.
    id: String,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Files an application that came on another way than the form of the pages.
#[derive(Args)]
#[command(after_help = "\
The form is a TOML file of texts: handle, name, fqdn, standing, standing_since, evidence, emails
(one a line), phone, fax, contact_name, contact_email, contact_phone, sponsors (one a line),
circumstances, remark, and the fields of the record (`campanile team change --help`).")]
struct FileForm {
    /// The form, as a TOML file.
    form: PathBuf,
    /// OpenPGP key, armored.
    #[arg(long, value_name = "FILE")]
    openpgp: Option<PathBuf>,
    /// X.509 certificate, PEM.
    #[arg(long, value_name = "FILE")]
    smime: Option<PathBuf>,
}

/// Records that a team vouches for an applicant.
#[derive(Args)]
struct Attest {
    /// Identifier from `team application list`.
    id: String,
    /// The team that vouches.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// The person who says so for the team.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// met-in-person, worked-together, trust-to-act or key-checked; may be repeated.
    #[arg(long, value_name = "STATEMENT", required = true)]
    statement: Vec<Statement>,
    /// A remark.
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    remark: String,
}

/// Records that a team objects to an applicant.
#[derive(Args)]
struct Object {
    /// Identifier from `team application list`.
    id: String,
    /// The team that objects.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// The person who says so for the team.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why; only the operator reads it.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
}

/// Records that an applicant has signed the code of conduct.
#[derive(Args)]
struct Conduct {
    /// Identifier from `team application list`.
    id: String,
    #[command(flatten)]
    signed: Signed,
}

/// Decides about an application.
#[derive(Args)]
struct Decide {
    /// Identifier from `team application list`.
    id: String,
    #[command(flatten)]
    verdict: Verdicts,
    /// Why, for whoever asks in a year.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
    /// Where you have seen the evidence for its standing.
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    evidence: String,
    /// Fingerprint of a key of the form that you have compared with the team; may be repeated.
    #[arg(long, value_name = "FINGERPRINT")]
    confirm_key: Vec<String>,
    /// List that the team is subscribed to; may be repeated.
    #[arg(long, value_name = "NAME")]
    list: Vec<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Verdicts {
    /// The applicant becomes a team: a candidate, until one of its keys is confirmed.
    #[arg(long)]
    admit: bool,
    /// It does not.
    #[arg(long)]
    reject: bool,
    /// It does not want to any more.
    #[arg(long)]
    withdrawn: bool,
}

impl Application {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let actor = Actor::Operator;
        match self.command {
            Command::List(list) => list.run(app).await,
            Command::Show(show) => show.run(app).await,
            Command::File(file) => file.run(app).await,
            Command::Attest(new) => {
                let voice = NewVoice {
                    application: &new.id,
                    team: Some(&new.team),
                    person: &new.by,
                    statements: &new.statement,
                    remark: &new.remark,
                };
                actions::attest(app, actor, &voice).await?;
                output::line(format!("{} vouches for the applicant", new.team))
            }
            Command::Object(new) => {
                let voice = NewVoice {
                    application: &new.id,
                    team: Some(&new.team),
                    person: &new.by,
                    statements: &[],
                    remark: &new.reason,
                };
                actions::object(app, actor, &voice).await?;
                output::line(format!("{} objects to the applicant", new.team))
            }
            Command::Conduct(conduct) => {
                conduct.signed.record(app, Accepting::Applicant(&conduct.id), "the applicant").await
            }
            Command::Decide(decide) => decide.run(app).await,
        }
    }
}

fn missing(id: &str) -> Error {
    Error::not_found(format!("there is no application `{id}`"))
        .hint("`campanile team application list --all` shows them")
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let all = app.applications(&Viewer::operator(), !self.all).await?;
        if self.json {
            return output::json(&all);
        }
        let row = |one: &OpenApplication| {
            let lacks: Vec<_> = one
                .requirements
                .iter()
                .filter(|(_, met)| !met)
                .map(|(what, _)| what.text())
                .collect();
            let lacks = match one.state {
                ApplicationState::Waiting if lacks.is_empty() => "nothing".to_owned(),
                ApplicationState::Waiting => lacks.join("; "),
                _ => String::new(),
            };
            vec![
                one.id.clone(),
                one.application.handle.to_string(),
                one.state.to_string(),
                day(Some(one.filed_at)),
                lacks,
            ]
        };
        let rows = all.iter().map(row).collect();
        let header = ["ID", "HANDLE", "STATE", "FILED", "LACKS"];
        output::table(&header, rows, "no application waits")
    }
}

impl Show {
    async fn run(self, app: &App) -> Result<()> {
        let found = app.application(&Viewer::operator(), &self.id).await?;
        let found = found.ok_or_else(|| missing(&self.id))?;
        match self.json {
            true => output::json(&found),
            false => print(&found),
        }
    }
}

fn print(one: &OpenApplication) -> Result<()> {
    let form = &one.application;
    let list = |values: &[String]| values.join(", ");
    let emails: Vec<_> = form.emails.iter().map(ToString::to_string).collect();
    let sponsors: Vec<_> = form.sponsors.iter().map(ToString::to_string).collect();
    let contact = &form.contact;
    let evidence = &form.evidence;
    let since = evidence.since.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
    let mut facts = vec![
        ("id", one.id.clone()),
        ("state", one.state.to_string()),
        ("filed", one.filed_at.to_string()),
        ("handle", form.handle.to_string()),
        ("name", form.name.clone()),
        ("domain", form.fqdn.to_string()),
        ("standing", form.standing.to_string()),
        ("evidence", format!("{}{since}, {}", evidence.kind, evidence.reference)),
        ("addresses", list(&emails)),
        ("phone", form.phone.clone().unwrap_or_default()),
        ("fax", form.fax.clone().unwrap_or_default()),
        ("contact", format!("{} <{}>", contact.name, contact.email)),
        ("contact phone", contact.phone.clone().unwrap_or_default()),
        ("names as sponsors", list(&sponsors)),
        ("circumstances", form.circumstances.clone()),
        ("remark", form.remark.clone()),
    ];
    facts.extend(form.directory.lines());
    facts.retain(|(_, value)| !value.is_empty());
    for key in &one.keys {
        let until = day(key.expires_at);
        facts.push(("key", format!("{} {}, ends: {until}", key.protocol, key.fingerprint)));
    }
    facts.extend(one.voices.iter().map(voice));
    for signed in &one.conduct {
        facts.push(("conduct", format!("{} by {}", signed.version, signed.signed_by)));
    }
    for (what, met) in &one.requirements {
        facts.push((if *met { "is there" } else { "is missing" }, what.text().to_owned()));
    }
    if let Some(decision) = &one.decision {
        facts.push(("decided", format!("by {}: {}", decision.by, decision.reason)));
    }
    output::facts(&facts)
}

fn voice(one: &OpenVoice) -> (&'static str, String) {
    let statements: Vec<_> = one.text.statements.iter().map(|said| said.name()).collect();
    let counts = if one.counts { "" } else { " (does not count: not active)" };
    let what = match one.voice {
        Voice::Support => "vouches",
        Voice::Objection => "objects",
    };
    let said = [statements.join(", "), one.text.remark.clone()];
    let said: Vec<_> = said.into_iter().filter(|text| !text.is_empty()).collect();
    (what, format!("{} by {}{counts}: {}", one.team, one.text.person, said.join("; ")))
}

impl FileForm {
    async fn run(self, app: &App) -> Result<()> {
        let text = input::read_text(&self.form)?;
        let mut applying: Applying = toml::from_str(&text).map_err(|source| {
            Error::invalid(format!("{} is no registration form", self.form.display()))
                .source(source)
                .hint("`campanile team application file --help` names the fields; all are texts")
        })?;
        let files = [(&self.openpgp, &mut applying.openpgp), (&self.smime, &mut applying.smime)];
        for (path, field) in files {
            if let Some(path) = path {
                let file = input::read(path, KEY_BYTES_MAX)?;
                *field = String::from_utf8_lossy(&file).into_owned();
            }
        }
        match actions::apply(app, Actor::Operator, &applying).await? {
            Filing::Filed(id) => output::line(format!("application {id} is filed")),
            Filing::Faulty(faults) => Err(faulty(&faults)),
        }
    }
}

impl Decide {
    async fn run(self, app: &App) -> Result<()> {
        let admission =
            Admission { evidence: &self.evidence, confirmed: &self.confirm_key, lists: &self.list };
        let verdict = match self.verdict {
            Verdicts { admit: true, .. } => Verdict::Admit(admission),
            Verdicts { withdrawn: true, .. } => Verdict::Withdrawn,
            Verdicts { .. } => Verdict::Reject,
        };
        let actor = Actor::Operator;
        let team = decide_application(app, actor, &self.id, verdict, &self.reason).await?;
        match team {
            None => output::line("the application is closed"),
            Some(team) => {
                output::line(format!("team {} is admitted, {}", team.handle, team.state))?;
                if !team.state.capabilities().receive {
                    let handle = &team.handle;
                    output::line(format!(
                        "  `campanile team key confirm {handle} …` makes it active"
                    ))?;
                }
                Ok(())
            }
        }
    }
}
