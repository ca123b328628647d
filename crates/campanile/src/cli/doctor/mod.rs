//! `campanile doctor`: looks at everything a running server depends on, changes nothing.

mod machine;
mod registry;

use clap::Args;
use serde::Serialize;

use super::{Place, output};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{self, Environment};
use crate::error::{Error, Result};
use crate::printable::printable;

/// Checks configuration, database, keys, clock, relay and ports, and says what to do.
#[derive(Args)]
#[command(after_help = "Exit code 1 when a check fails; warnings alone are exit code 0.")]
pub(super) struct Doctor {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    status: Status,
    text: String,
    /// What to do; nothing when all is well.
    hint: Option<String>,
}

/// The checks so far.
#[derive(Default)]
struct Report(Vec<Check>);

impl Report {
    fn ok(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push(Check { name, status: Status::Ok, text: text.into(), hint: None });
    }

    fn warn(&mut self, name: &'static str, text: impl Into<String>, hint: impl Into<String>) {
        let (text, hint) = (text.into(), Some(hint.into()));
        self.0.push(Check { name, status: Status::Warn, text, hint });
    }

    fn fail(&mut self, name: &'static str, error: &Error) {
        let (text, hint) = (error.public().into(), Some(error.advice().into()));
        self.0.push(Check { name, status: Status::Fail, text, hint });
    }
}

impl Doctor {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let mut report = Report::default();
        examine(at, &mut report).await;
        let count = |status| report.0.iter().filter(|check| check.status == status).count();
        let (failed, warned) = (count(Status::Fail), count(Status::Warn));
        match self.json {
            true => output::json(&report.0)?,
            false => print(&report)?,
        }
        match failed {
            0 if self.json => Ok(()),
            0 if warned == 0 => output::line("all is well"),
            0 => output::line(format!("no failures; warnings: {warned}")),
            _ => Err(Error::invalid(format!("checks that failed: {failed}"))
                .hint("the lines with FAIL say what to do; then run `campanile doctor` again")),
        }
    }
}

async fn examine(at: &Place, report: &mut Report) {
    let config = match config::load(&at.dir, &Environment::of_process()) {
        Ok(config) => config,
        Err(error) => return report.fail("config", &error),
    };
    report.ok("config", format!("{} is valid", at.dir.join(config::FILE_NAME).display()));
    machine::directory(&at.dir, report);
    machine::user(report);
    machine::ports(&config, report).await;
    machine::relay(&config, report).await;
    machine::phone_token(&config, &at.dir, report);
    machine::tls_files(&config, &at.dir, report);
    match App::open_with(&at.dir, config, Clock::System).await {
        Err(error) => report.fail("database", &error),
        Ok(app) => {
            if let Err(error) = registry::examine(&app, report).await {
                report.fail("database", &error);
            }
            app.close().await;
        }
    }
}

fn print(report: &Report) -> Result<()> {
    for check in &report.0 {
        let status = match check.status {
            Status::Ok => "ok  ",
            Status::Warn => "WARN",
            Status::Fail => "FAIL",
        };
        output::verbatim(&format!("{status}  {:9}  {}\n", check.name, printable(&check.text)))?;
        if let Some(hint) = &check.hint {
            output::verbatim(&format!("      {:9}  -> {}\n", "", printable(hint)))?;
        }
    }
    Ok(())
}
