//! Failures of the database, sorted: what may be tried again, what is a conflict, what is ours.

use crate::error::Error;

impl From<sqlx::Error> for Error {
    /// Sorts failures of the database; the text of the driver goes to the log only.
    fn from(source: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let busy = |code: &str| {
            // SQLITE_BUSY and its extended codes; serialization failure, deadlock, shutdown.
            matches!(code, "5" | "261" | "517" | "773" | "40001" | "40P01" | "57P01" | "53300")
        };
        let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default();
        let full = code == "13" || code == "53100";
        match &source {
            E::PoolTimedOut | E::Io(_) | E::PoolClosed | E::WorkerCrashed => {
                Self::temporary("the database does not answer").source(source)
            }
            E::Database(_) if busy(&code) => Self::temporary("the database is busy").source(source),
            E::Database(_) if full => Self::temporary("the database has no space left")
                .source(source)
                .hint("make room on the disk of the database"),
            E::Database(error) if error.is_unique_violation() => {
                Self::conflict("something with this name exists already").source(source)
            }
            _ => Self::internal("the database refused a statement").source(source),
        }
    }
}
