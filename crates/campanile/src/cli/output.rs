//! What commands print. Everything that people read goes through [`printable`].

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::printable::printable;

/// Writes to standard output. A reader that has gone away (`| head`) is no failure.
fn put(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("cannot write to standard output", source))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error; when that fails there is nobody left to tell.
pub(super) fn complain(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Prints one line.
pub(super) fn line(text: impl AsRef<str>) -> Result<()> {
    put(&format!("{}\n", printable(text.as_ref())))
}

/// Prints text that is meant for other programs as it is.
pub(super) fn verbatim(text: &str) -> Result<()> {
    put(text)
}

/// Prints one JSON document.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|source| Error::internal("the result cannot be written").source(source))?;
    put(&format!("{text}\n"))
}

/// Prints a table, or a sentence when it would be empty.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>, empty: &str) -> Result<()> {
    if rows.is_empty() {
        return line(empty);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.to_vec());
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell).into_owned()));
    }
    let lines = table.lines().map(|line| format!("{}\n", line.trim()));
    put(&lines.collect::<String>())
}

/// Prints facts, one per line, aligned.
pub(super) fn facts(facts: &[(&str, String)]) -> Result<()> {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = facts.iter().map(|(name, fact)| format!("{name:width$}  {}\n", printable(fact)));
    put(&lines.collect::<String>())
}
