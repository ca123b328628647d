//! `campanile advisory validate`: CSAF documents against the tests of the standard.
//!
//! Needs no data directory: an author asks before there is anything to store.

use std::path::PathBuf;

use campanile_core::formats::csaf::validate::{Profile, Report, Status, validate};
use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{input, output};
use crate::error::{Error, Result};

/// Tests CSAF documents as the standard says; fails when one is not valid.
///
/// A document is valid when it passes the schema and all mandatory tests. What the tests of the
/// larger profiles find is advice.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile advisory validate advisory.json
  campanile advisory validate --profile full --json *.json")]
pub(super) struct Validate {
    /// CSAF documents of version 2.0 or 2.1.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which tests.
    #[arg(long, value_enum, default_value_t = Tests::Basic)]
    profile: Tests,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// The profiles of the standard.
#[derive(Clone, Copy, ValueEnum)]
enum Tests {
    /// Schema and mandatory tests.
    Basic,
    /// And optional (2.0) or recommended (2.1) ones.
    Extended,
    /// And informative ones.
    Full,
}

impl Tests {
    fn profile(self) -> Profile {
        match self {
            Self::Basic => Profile::Basic,
            Self::Extended => Profile::Extended,
            Self::Full => Profile::Full,
        }
    }
}

impl Validate {
    pub(super) fn run(self) -> Result<()> {
        let profile = self.profile.profile();
        let mut results = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let octets = input::read(file, DOCUMENT_BYTES_MAX)?;
            let name = file.display().to_string();
            results.push((name, validate(&octets, profile).map_err(|error| error.to_string())));
        }
        match self.json {
            true => {
                let files: Vec<_> = results.iter().map(|each| document(each, profile)).collect();
                output::json(&files)?;
            }
            false => results.iter().try_for_each(print)?,
        }
        let valid = |result: &Checked| result.1.as_ref().is_ok_and(Report::is_valid);
        let bad = results.iter().filter(|result| !valid(result)).count();
        match bad {
            0 => Ok(()),
            _ => Err(Error::invalid(format!("{bad} of {} documents are not valid", results.len()))
                .hint("correct what is told as error; the rest is advice")),
        }
    }
}

/// A file, and what was found or why it was not read.
type Checked = (String, std::result::Result<Report, String>);

fn document((file, result): &Checked, profile: Profile) -> Value {
    match result {
        Ok(report) => {
            let findings: Vec<_> = report
                .findings
                .iter()
                .map(|found| {
                    finding(found.test, found.severity.name(), &found.pointer, &found.message)
                })
                .collect();
            json!({
                "file": file, "version": report.version.name(), "profile": profile.name(),
                "valid": report.is_valid(), "findings": findings, "not_run": not_run(report),
            })
        }
        Err(why) => json!({
            "file": file, "version": null, "profile": profile.name(), "valid": false,
            "findings": [finding("schema", "error", "", why)], "not_run": [],
        }),
    }
}

fn finding(test: &str, severity: &str, pointer: &str, message: &str) -> Value {
    json!({ "test": test, "severity": severity, "pointer": pointer, "message": message })
}

/// The tests of the profile about which nothing is known, with the reason.
fn not_run(report: &Report) -> Vec<Value> {
    let outcomes = report.outcomes.iter();
    outcomes
        .filter_map(|outcome| match outcome.status {
            Status::NotRun(why) => Some(json!({ "test": outcome.test, "reason": why })),
            Status::Passed | Status::Failed => None,
        })
        .collect()
}

fn print((file, result): &Checked) -> Result<()> {
    let report = match result {
        Ok(report) => report,
        Err(why) => return output::line(format!("{file}: not read: {why}")),
    };
    for found in &report.findings {
        let place = if found.pointer.is_empty() { "the whole document" } else { &found.pointer };
        output::line(format!(
            "{file}: {} {} at {place}: {}",
            found.severity.name(),
            found.test,
            found.message
        ))?;
    }
    let skipped = not_run(report).len();
    let verdict = if report.is_valid() { "valid" } else { "not valid" };
    let version = report.version.name();
    let note = match skipped {
        0 => String::new(),
        count => format!(", {count} tests not run"),
    };
    output::line(format!("{file}: {verdict}, CSAF {version}, {}{note}", report.profile))
}
