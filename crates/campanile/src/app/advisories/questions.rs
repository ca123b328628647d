//! Questions about ratings, as the viewer may see them.
//!
//! Who asks and who is asked see a question. An answer is seen by them, and by every team from
//! which nothing of the advisory is withheld: it may speak of all of it.

use std::collections::HashMap;

use campanile_core::authz::Viewer;
use campanile_core::comparison::sheet::Field;
use campanile_core::model::time::Timestamp;

use super::groups::{OpenGroup, Why};
use super::{App, OpenAdvisory};
use crate::error::{Kind, Result};
use crate::store::advisories::{Name, questions};
use crate::store::sealed::{self, Place};

/// Questions that one page shows.
const SHOWN_MAX: i64 = 100;

/// A question, or an explanation that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Identifier of the row.
    pub id: String,
    /// Row of the advisory.
    pub advisory: String,
    /// Its number.
    pub number: String,
    /// The group that it is in.
    pub group: String,
    /// Handle of the team whose rating it is.
    pub team: String,
    /// Handle of who asks.
    pub asker: Option<String>,
    /// Column of the comparison.
    pub field: String,
    /// When it was asked, or explained.
    pub asked_at: Timestamp,
    /// Who asks, and what.
    pub question: Option<Why>,
    /// When, who, and what was answered.
    pub answer: Option<(Timestamp, Why)>,
}

impl OpenQuestion {
    /// The head of its column.
    pub fn title(&self) -> &str {
        self.field.parse().map_or(self.field.as_str(), |field: Field| field.title())
    }
}

impl App {
    /// What was asked and explained about the advisories of a group.
    ///
    /// # Errors
    /// The database cannot be read, or a text cannot be opened.
    pub async fn questions(&self, viewer: &Viewer, group: &OpenGroup) -> Result<Vec<OpenQuestion>> {
        let members: HashMap<&str, &OpenAdvisory> =
            group.members.iter().map(|one| (one.stored.id.as_str(), one)).collect();
        let ids: Vec<_> = members.keys().copied().collect();
        let rows = questions::about(&mut *self.db.read().await?, viewer, &ids).await?;
        let own = viewer.team.as_ref().map(|team| team.id.as_str());
        let mut open = Vec::new();
        for row in rows {
            let Some(member) = members.get(row.advisory_id.as_str()) else { continue };
            let party =
                own.is_some_and(|own| row.team_id == own || row.asked_by.as_deref() == Some(own));
            if party || member.newest.withheld.is_empty() {
                open.push(self.open_question(row, member)?);
            }
        }
        Ok(open)
    }

    /// What waits for an answer of the viewer's team, and what it was answered since a time.
    ///
    /// # Errors
    /// The database cannot be read, or a text cannot be opened.
    pub async fn open_questions(
        &self,
        viewer: &Viewer,
        since: Timestamp,
    ) -> Result<Vec<OpenQuestion>> {
        let rows = questions::open(&mut *self.db.read().await?, viewer, since, SHOWN_MAX).await?;
        let mut open = Vec::new();
        for row in rows {
            match self.advisory(viewer, Name::Row(&row.advisory_id)).await {
                Ok(member) => open.push(self.open_question(row, &member)?),
                // What was hidden since is not named any more.
                Err(error) if error.kind() == Kind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(open)
    }

    fn words(&self, place: Place, row: &str, text: Option<&[u8]>) -> Result<Option<Why>> {
        text.map(|text| self.vault.open_json(place, row, text)).transpose()
    }

    fn open_question(
        &self,
        row: questions::Question,
        member: &OpenAdvisory,
    ) -> Result<OpenQuestion> {
        let question = self.words(sealed::RATING_QUESTION, &row.id, row.question.as_deref())?;
        let answer = self.words(sealed::RATING_ANSWER, &row.id, row.answer.as_deref())?;
        let at = row.answered_at.map(Timestamp::from_micros);
        Ok(OpenQuestion {
            question,
            answer: at.zip(answer),
            advisory: row.advisory_id,
            number: member.newest.advisory.number.clone(),
            group: member.stored.group_id.clone(),
            team: row.team,
            asker: row.asker,
            field: row.field,
            asked_at: Timestamp::from_micros(row.asked_at),
            id: row.id,
        })
    }
}
