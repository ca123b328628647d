//! What a team has begun to write, and what it has picked before.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use crate::error::{Error, Result};
use crate::store::{drafts, pick_entries, sealed};

/// A draft as it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftText {
    /// Who saved it last.
    pub by: String,
    /// What stands in a list of drafts: the incident ID, or the first words.
    pub title: String,
    /// The form as it was typed, in whatever encoding the form has.
    pub form: String,
}

/// A draft of the viewer's team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDraft {
    /// Identifier.
    pub id: String,
    /// When it was saved last.
    pub changed_at: Timestamp,
    /// What it says.
    pub draft: DraftText,
}

/// A pick list of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickList {
    /// Systems.
    Systems,
    /// Software.
    Software,
}

impl PickList {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Systems => "system",
            Self::Software => "software",
        }
    }
}

/// The team that a viewer writes for.
fn writing_team(viewer: &Viewer) -> Option<&str> {
    let team = viewer.team.as_ref()?;
    authz::may(viewer, Action::WriteAlerts).then_some(team.id.as_str())
}

impl App {
    /// The drafts of the viewer's team, newest first; none for who writes no alerts.
    ///
    /// # Errors
    /// The database cannot be read, or a draft cannot be opened.
    pub async fn drafts(&self, viewer: &Viewer) -> Result<Vec<OpenDraft>> {
        let Some(team) = writing_team(viewer) else { return Ok(Vec::new()) };
        let rows = drafts::of_team(&mut *self.db.read().await?, team).await?;
        rows.into_iter().map(|row| self.open_draft(row)).collect()
    }

    /// A draft of the viewer's team.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub async fn draft(&self, viewer: &Viewer, id: &str) -> Result<OpenDraft> {
        let found = match writing_team(viewer) {
            Some(team) => drafts::find(&mut *self.db.read().await?, id, team).await?,
            None => None,
        };
        let row = found.ok_or_else(|| {
            Error::not_found("there is no such draft").hint("it may have been sent or discarded")
        })?;
        self.open_draft(row)
    }

    fn open_draft(&self, row: drafts::Draft) -> Result<OpenDraft> {
        let draft = self.vault.open_json(sealed::DRAFT, &row.id, &row.sealed)?;
        Ok(OpenDraft { id: row.id, changed_at: Timestamp::from_micros(row.changed_at), draft })
    }

    /// What the viewer's team has picked before, last used first.
    ///
    /// # Errors
    /// The database cannot be read, or an entry cannot be opened.
    pub async fn picked(&self, viewer: &Viewer, list: PickList) -> Result<Vec<String>> {
        let Some(team) = writing_team(viewer) else { return Ok(Vec::new()) };
        let mut read = self.db.read().await?;
        let rows = pick_entries::of_team(&mut read, team, list.name()).await?;
        let open = |(row, sealed): (String, Vec<u8>)| {
            let text = self.vault.open_text(sealed::PICK_ENTRY, &row, &sealed)?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        };
        rows.into_iter().map(open).collect()
    }
}
