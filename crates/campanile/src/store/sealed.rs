//! Columns with sealed texts, whatever their table: for the job that seals them anew.

use campanile_core::crypto::at_rest::KeyId;

use super::{Connection, Write};
use crate::error::Result;

/// A column of sealed texts. Its table has a column `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    table: &'static str,
    column: &'static str,
}

impl Place {
    const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }

    /// What a text in a row of this column is bound to.
    pub fn of_row(self, id: &str) -> String {
        format!("{}.{} {id}", self.table, self.column)
    }
}

/// An alert as JSON.
pub const ALERT: Place = Place::new("alert_revision", "sealed");
/// The content of the mail of an alert.
pub const ALERT_CONTENT: Place = Place::new("alert_revision", "content");
/// Person and remark of an acknowledgement.
pub const ACKNOWLEDGEMENT: Place = Place::new("acknowledgement", "sealed");
/// A form as it was typed.
pub const DRAFT: Place = Place::new("alert_draft", "sealed");
/// Who takes the calls.
pub const CALL_CLAIM: Place = Place::new("call_claim", "sealed");
/// Who called, and a note.
pub const CALL: Place = Place::new("call_log", "sealed");
/// An entry of a team's pick list.
pub const PICK_ENTRY: Place = Place::new("pick_entry", "sealed");

/// Form and keys of an applicant.
pub const APPLICATION: Place = Place::new("application", "sealed");
/// Who decided about an applicant, and why.
pub const DECISION: Place = Place::new("application", "decision");
/// What a team says about an applicant.
pub const VOICE: Place = Place::new("application_voice", "sealed");

/// A document of which something is restricted, with what is odd about it.
pub const ADVISORY_DOCUMENT: Place = Place::new("advisory_document", "sealed");
/// Who sees what of an advisory.
pub const DISCLOSURE: Place = Place::new("advisory_disclosure", "sealed");
/// Who decided about a group, and why.
pub const GROUP_DECISION: Place = Place::new("group_decision", "sealed");
/// Who said what a team does about a group, and why.
pub const GROUP_STATE: Place = Place::new("group_state", "sealed");
/// Who is at a group.
pub const GROUP_CLAIM: Place = Place::new("group_claim", "sealed");

/// Who did something about many groups, by which query, and why.
pub const GROUP_BULK: Place = Place::new("group_bulk", "sealed");
/// These groups with what was there before.
pub const GROUP_BULK_BEFORE: Place = Place::new("group_bulk", "previous");
/// Who asks about a rating, and what.
pub const RATING_QUESTION: Place = Place::new("rating_question", "question");
/// Who answers, and what.
pub const RATING_ANSWER: Place = Place::new("rating_question", "answer");

/// A query that a team has saved.
pub const WATCH: Place = Place::new("watch", "sealed");

/// Address of a document that a source has and that was refused, and why.
pub const SOURCE_REFUSAL: Place = Place::new("source_document", "sealed");

/// Every column of sealed texts.
pub const PLACES: &[Place] = &[
    ALERT,
    ALERT_CONTENT,
    ACKNOWLEDGEMENT,
    DRAFT,
    CALL_CLAIM,
    CALL,
    PICK_ENTRY,
    APPLICATION,
    DECISION,
    VOICE,
    ADVISORY_DOCUMENT,
    DISCLOSURE,
    GROUP_DECISION,
    GROUP_STATE,
    GROUP_CLAIM,
    GROUP_BULK,
    GROUP_BULK_BEFORE,
    RATING_QUESTION,
    RATING_ANSWER,
    WATCH,
    SOURCE_REFUSAL,
];

/// Some of the texts that are sealed under another key than this: row and text.
///
/// # Errors
/// The database cannot be read.
pub async fn under_other_keys(
    connection: &mut Connection,
    place: Place,
    key: &KeyId,
    count: i64,
) -> Result<Vec<(String, Vec<u8>)>> {
    let Place { table, column } = place;
    let sql = format!(
        "SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL \
         AND SUBSTR({column}, 2, 16) <> $1 LIMIT $2"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(key.to_vec()).bind(count);
    Ok(query.fetch_all(connection).await?)
}

/// How many texts are sealed under a key.
///
/// # Errors
/// The database cannot be read.
pub async fn count_under(connection: &mut Connection, key: &KeyId) -> Result<i64> {
    let mut total = 0;
    for Place { table, column } in PLACES {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE SUBSTR({column}, 2, 16) = $1");
        let query = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).bind(key.to_vec());
        total += query.fetch_one(&mut *connection).await?;
    }
    Ok(total)
}

/// Puts a text that was sealed anew in the place of the old one, unless that has changed.
///
/// # Errors
/// The database cannot be written.
pub async fn replace(
    write: &mut Write,
    place: Place,
    id: &str,
    old: &[u8],
    new: &[u8],
) -> Result<bool> {
    let Place { table, column } = place;
    let sql = format!("UPDATE {table} SET {column} = $1 WHERE id = $2 AND {column} = $3");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(new).bind(id).bind(old);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}
