//! Reading an alert from a file: TOML or JSON with our own keys, or a document of a format.

use std::path::Path;

use campanile_core::formats::iodef;
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::alert::{Alert, AlertId};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;

use crate::cli::{input, output};
use crate::error::{Error, Result};
use crate::printable::printable;

const HINT: &str = "the keys are those of docs/operation/alerts.md; IODEF is read as well";

/// Reads an alert of a team. What is odd about a document is told on standard error.
pub(super) fn read(path: &Path, team: &Handle, now: Timestamp) -> Result<Alert> {
    let text = input::read_text(path)?;
    if iodef::detect(text.as_bytes()).is_some() {
        return document(path, &text, team, now);
    }
    let name = path.display();
    let wrong = |line: usize, what: &str| {
        Error::invalid(format!("{name}, line {line}: {}", printable(what))).hint(HINT)
    };
    let form: AlertForm = match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => {
            serde_json::from_str(&text).map_err(|fault| wrong(fault.line(), &fault.to_string()))?
        }
        _ => toml::from_str(&text).map_err(|fault| {
            let start = fault.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            wrong(line, fault.message())
        })?,
    };
    form.into_alert(team, now).map_err(|bad| Error::invalid(format!("{name}: {bad}")).hint(HINT))
}

fn document(path: &Path, text: &str, team: &Handle, now: Timestamp) -> Result<Alert> {
    let read = iodef::read(text.as_bytes(), now);
    let (mut alert, findings) = read.map_err(|fault| {
        Error::invalid(format!("{}: {fault}", path.display()))
            .hint("send it as TOML, or mend the document")
    })?;
    for finding in &findings {
        output::complain(&format!("note: {}\n", printable(&finding.to_string())));
    }
    alert.id = AlertId::of_team(team, alert.id.as_str())
        .map_err(|bad| Error::invalid(bad.to_string()).hint("change the identifier"))?;
    Ok(alert)
}
