//! `campanile alert export`

use campanile_core::formats::iodef::{self, Encoding, WriteContext};
use campanile_core::formats::text::{self, TextContext};
use clap::Args;

use super::author_of;
use crate::app::App;
use crate::cli::output;
use crate::error::{Error, Result};
use crate::store::alerts::Name;

/// Writes an alert in a format.
#[derive(Args)]
pub(super) struct Export {
    /// Incident ID.
    id: String,
    /// iodef-2003, iodef-1, iodef-2, iodef-json or text.
    #[arg(long, default_value = "iodef-2")]
    format: String,
}

impl Export {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = author_of(app, &self.id).await?;
        let open = app.alert(&viewer, Name::Id(&self.id)).await?;
        let url = open.acknowledge_url.as_str();
        if self.format == "text" {
            let context = TextContext { acknowledge_url: Some(url), ..TextContext::default() };
            return output::verbatim(&text::render(&open.alert, &context));
        }
        let encoding: Encoding = self
            .format
            .parse()
            .map_err(|bad| Error::invalid(bad).hint("or `--format text` for people"))?;
        let acknowledgements = app.acknowledgements(&viewer, Name::Id(&self.id)).await?;
        let context = WriteContext {
            acknowledge_url: Some(url),
            generated_at: app.now(),
            acknowledgements: &acknowledgements,
        };
        let document = iodef::write(&open.alert, encoding, &context);
        output::verbatim(&String::from_utf8_lossy(&document))
    }
}
