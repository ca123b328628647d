//! Failures of the database, sorted: what may be tried again, what is a conflict, what is ours.

use crate::error::Error;

impl From<sqlx::Error> for Error {
    /// Sorts failures of the database; the text of the driver goes to the log only.
    fn from(source: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let busy = |code: &str| {
            // SQLITE_BUSY and its extended codes; serialization failure, deadlock, shutdown, crash,
            // start, too many connections; a standby that is not promoted yet.
            let sqlite = ["5", "261", "517", "773"];
            let postgres = ["40001", "40P01", "57P01", "57P02", "57P03", "53300", "25006"];
            sqlite.contains(&code) || postgres.contains(&code) || code.starts_with("08")
        };
        let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default();
        // SQLITE_IOERR with its extended codes; PostgreSQL's codes have five characters.
        let disk = code.len() < 5 && code.parse().is_ok_and(|code: i32| code & 0xFF == 10)
            || code == "58030";
        let full = code == "13" || code == "53100";
        match &source {
            E::PoolTimedOut | E::Io(_) | E::PoolClosed | E::WorkerCrashed => {
                Self::temporary("the database does not answer").source(source)
            }
            E::Database(_) if busy(&code) => Self::temporary("the database is busy").source(source),
            E::Database(_) if disk => Self::temporary("the disk of the database fails")
                .source(source)
                .hint("the log of the database and of the system have the cause"),
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
