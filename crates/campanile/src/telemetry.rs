//! Logging to standard error: one event is one line, whatever strangers put into its fields.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::printable::printable;

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Compact text for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging; a second call changes nothing.
///
/// `level` holds unless the environment variable `RUST_LOG` says otherwise: `info` for the
/// server, `warn` for single commands, whose result is their output.
pub fn start(format: Format, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(Lines).with_ansi(false);
    let started = match format {
        Format::Text => lines.compact().try_init(),
        Format::Json => lines.json().try_init(),
    };
    // Fails only when logging has been started before, in tests.
    drop(started);
}

/// Writes each event to standard error as exactly one line.
struct Lines;

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;
    fn make_writer(&'a self) -> Line {
        Line
    }
}

/// One event on its way to standard error.
struct Line;

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(one_line(event).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn one_line(event: &[u8]) -> String {
    let text = String::from_utf8_lossy(event);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    format!("{}\n", printable(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_with_line_breaks_stays_one_line() {
        let line = one_line(b"INFO team=\"a\nERROR forged\x1b[2K\"\n");
        assert_eq!(line, "INFO team=\"a\\u000aERROR forged\\u001b[2K\"\n");
    }
}
