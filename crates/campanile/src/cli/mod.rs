//! The command line: one file per group of commands.
//!
//! Reads through `store`, writes through `actions`. A new command is one variant of
//! [`Command`], one line in its `run`, and one file.
//!
//! Results go to standard output; failures to standard error as `error: …` and `hint: …`, with
//! exit code 1, or 2 for wrong usage.

mod advisory;
mod alert;
mod audit;
mod backup;
mod ca;
mod compare;
mod conduct;
mod data_key;
mod demo;
mod doctor;
mod group;
mod held;
mod init;
mod input;
mod list;
mod list_key;
mod mail;
mod output;
mod person;
mod queue;
mod ratings;
mod restore;
mod serve;
mod source;
mod team;
mod team_application;
mod team_exchange;
mod team_key;
mod team_record;
mod token;
mod trust;
mod views;
mod watch;
mod webhook;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::app::App;
use crate::confine;
use crate::error::{Error, Kind, Result};
use crate::fault;
use crate::printable::printable;
use crate::telemetry;

/// The sealed list, alerts and advisories of a CSIRT network, in one server.
#[derive(Parser)]
#[command(name = "campanile", version, after_help = EXAMPLES)]
struct Cli {
    /// The data directory: configuration, database, keys.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CAMPANILE_DIR",
        default_value = "./campanile-data"
    )]
    dir: PathBuf,

    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
A first network:
  campanile init --network TI --domain list.example.org
  campanile list add alert alert@list.example.org
  campanile list key generate alert
  campanile team add --handle DFN-CERT --name \"DFN-CERT Services GmbH\" \\
      --email cert@dfn-cert.example --fqdn dfn-cert.example --standing accredited
  campanile team key add DFN-CERT --openpgp dfn-cert.asc
  campanile list subscribe alert DFN-CERT
  campanile doctor";

/// Every command.
#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Team(team::Team),
    Person(person::Person),
    Ca(ca::Ca),
    Token(token::Token),
    Webhook(webhook::Webhook),
    Conduct(conduct::Conduct),
    List(list::List),
    Trust(trust::Trust),
    Doctor(doctor::Doctor),
    Serve(serve::Serve),
    Mail(mail::Mail),
    Held(held::Held),
    Alert(alert::Alert),
    Advisory(advisory::Advisory),
    Group(group::Group),
    Compare(compare::Compare),
    Watch(watch::Watch),
    Source(source::Source),
    DataKey(data_key::DataKey),
    Queue(queue::Queue),
    Audit(audit::Audit),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Demo(demo::Demo),
}

impl Command {
    /// Whether it goes on until somebody ends it, with many things at once.
    fn is_service(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Demo(_))
    }

    async fn run(self, at: &Place) -> Result<()> {
        match self {
            Self::Init(command) => command.run(at).await,
            Self::Team(command) => command.run(at).await,
            Self::Person(command) => command.run(at).await,
            Self::Ca(command) => command.run(at).await,
            Self::Token(command) => command.run(at).await,
            Self::Webhook(command) => command.run(at).await,
            Self::Conduct(command) => command.run(at).await,
            Self::List(command) => command.run(at).await,
            Self::Trust(command) => command.run(at).await,
            Self::Doctor(command) => command.run(at).await,
            Self::Serve(command) => command.run(at).await,
            Self::Mail(command) => command.run(at).await,
            Self::Held(command) => command.run(at).await,
            Self::Alert(command) => command.run(at).await,
            Self::Advisory(command) => command.run(at).await,
            Self::Group(command) => command.run(at).await,
            Self::Compare(command) => command.run(at).await,
            Self::Watch(command) => command.run(at).await,
            Self::Source(command) => command.run(at).await,
            Self::DataKey(command) => command.run(at).await,
            Self::Queue(command) => command.run(at).await,
            Self::Audit(command) => command.run(at).await,
            Self::Backup(command) => command.run(at).await,
            Self::Restore(command) => command.run(at).await,
            Self::Demo(command) => command.run(at).await,
        }
    }
}

/// Where a command works.
struct Place {
    dir: PathBuf,
}

impl Place {
    /// Opens the data directory.
    async fn open(&self) -> Result<App> {
        App::open(&self.dir).await
    }
}

/// The whole command line, for manual pages and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    if let Err(error) = confine::forbid_core_files() {
        output::complain(&format!("warning: core files cannot be forbidden: {error}\n"));
    }
    run(std::env::args_os())
}

/// Runs the program.
fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => return explain(&usage),
    };
    // Nothing at all in a release: the tests have commands fail as well.
    fault::listen();
    let service = cli.command.is_service();
    if !service {
        telemetry::start(telemetry::Format::Text, "warn");
    }
    // A command that does one thing would only pay for the start of a thread pool.
    let mut runtime = match service {
        true => tokio::runtime::Builder::new_multi_thread(),
        false => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build();
    let done = runtime
        .map_err(|source| Error::io("cannot start", source))
        .and_then(|runtime| runtime.block_on(cli.command.run(&Place { dir: cli.dir })));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Tells what went wrong and what to do.
fn fail(error: &Error) -> ExitCode {
    let causes = error.causes();
    if !causes.is_empty() && matches!(error.kind(), Kind::Temporary | Kind::Internal) {
        tracing::error!(cause = %causes, "{error}");
    }
    let place = error.own_place().map_or(String::new(), |(line, pointer)| {
        format!("  {}\n  {}\n", printable(line), printable(pointer))
    });
    output::complain(&format!(
        "error: {}\n{place}hint: {}\n",
        printable(error.public()),
        printable(error.advice())
    ));
    exit_code(error.kind())
}

/// The exit code of a failure: 1 whatever its kind; 2 is for wrong usage alone.
fn exit_code(kind: Kind) -> ExitCode {
    match kind {
        Kind::Invalid
        | Kind::Denied
        | Kind::NotFound
        | Kind::Conflict
        | Kind::TooLarge
        | Kind::Temporary
        | Kind::Internal => ExitCode::from(1),
    }
}

/// Help and version, or what is wrong with the arguments.
fn explain(usage: &clap::Error) -> ExitCode {
    if !usage.use_stderr() {
        // Nobody reads any more when this fails.
        drop(usage.print());
        return ExitCode::SUCCESS;
    }
    let text = usage.render().to_string();
    let text = text.trim_end();
    let error = if text.starts_with("error:") { "" } else { "error: a command is missing\n\n" };
    output::complain(&format!("{error}{text}\nhint: `--help` behind a command shows its usage\n"));
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_is_consistent() {
        command().debug_assert();
    }
}
