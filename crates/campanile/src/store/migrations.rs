//! The tables, version by version.
//!
//! A change is a new file in `migrations/` and a line in [`MIGRATIONS`]; a file that was
//! released is never edited.

use sqlx::{AssertSqlSafe, Row};

use super::db::{Backend, Connection, Db, Write};
use crate::config::DatabaseUrl;
use crate::error::{Error, Result};

/// Every step, in order: its file, without and with text. `{BLOB}` stands for the type of
/// binary columns, `{WORDS_INDEX}` for the index of full-text search.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_registry", include_str!("../../migrations/0001_registry.sql")),
    ("0002_mail", include_str!("../../migrations/0002_mail.sql")),
    ("0003_keyed", include_str!("../../migrations/0003_keyed.sql")),
    ("0004_expiry", include_str!("../../migrations/0004_expiry.sql")),
    ("0005_failed_copies", include_str!("../../migrations/0005_failed_copies.sql")),
    ("0006_people", include_str!("../../migrations/0006_people.sql")),
    ("0007_alerts", include_str!("../../migrations/0007_alerts.sql")),
    ("0008_membership", include_str!("../../migrations/0008_membership.sql")),
    ("0009_feeds", include_str!("../../migrations/0009_feeds.sql")),
    ("0010_advisories", include_str!("../../migrations/0010_advisories.sql")),
    ("0011_watches", include_str!("../../migrations/0011_watches.sql")),
    ("0012_sources", include_str!("../../migrations/0012_sources.sql")),
    ("0013_bulk", include_str!("../../migrations/0013_bulk.sql")),
    ("0014_questions", include_str!("../../migrations/0014_questions.sql")),
];

/// SQLite's index is a table of its own, kept by triggers; both fill themselves when rows are
/// restored from a backup. Words are split already, so that everything left is part of one.
const WORDS_INDEX_SQLITE: &str = "
CREATE VIRTUAL TABLE advisory_search USING fts5 (words, content='advisory_words',
    content_rowid='seq', detail=column,
    tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* S* Co'\");
CREATE TRIGGER advisory_words_added AFTER INSERT ON advisory_words BEGIN
    INSERT INTO advisory_search (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER advisory_words_removed AFTER DELETE ON advisory_words BEGIN
    INSERT INTO advisory_search (advisory_search, rowid, words)
    VALUES ('delete', old.seq, old.words);
END;";

const WORDS_INDEX_POSTGRES: &str =
    "CREATE INDEX advisory_search ON advisory_words USING gin (to_tsvector('simple', words));";

/// The version of the tables that this program works with.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// An arbitrary number that all nodes agree on: "campanil" in ASCII.
const LOCK_TABLES: &str = "SELECT pg_advisory_xact_lock(7161111114783041900)";

/// Makes all tables in an empty database, or brings them up to date.
///
/// # Errors
/// As [`update`].
pub(super) async fn create(db: &Db) -> Result<()> {
    apply(db).await
}

/// Brings the tables up to date; several programs may do so at the same time.
///
/// # Errors
/// There are no tables (a misspelt URL must not fill a foreign database), they are newer than
/// this program, or a statement fails. Then nothing was changed.
pub(super) async fn update(db: &Db, url: &DatabaseUrl) -> Result<()> {
    match current(&mut *db.read().await?, db.backend()).await? {
        SCHEMA_VERSION => Ok(()),
        0 => Err(Error::conflict(format!("the database {url} holds no network"))
            .hint("correct [database] url; `campanile init` makes a new network")),
        _ => apply(db).await,
    }
}

/// The version of the tables now; 0 when there are none.
///
/// # Errors
/// The database cannot be read.
pub async fn schema_version(db: &Db) -> Result<i64> {
    current(&mut *db.read().await?, db.backend()).await
}

async fn apply(db: &Db) -> Result<()> {
    let mut write = db.begin_write().await?;
    if db.backend() == Backend::Postgres {
        sqlx::query(LOCK_TABLES).execute(&mut *write).await?;
    }
    let done = current(&mut write, db.backend()).await?;
    if done > SCHEMA_VERSION {
        return Err(Error::conflict(format!(
            "the database has version {done}, this program knows {SCHEMA_VERSION}"
        ))
        .hint("run the newer version of campanile that was here before"));
    }
    steps(&mut write, db, done, SCHEMA_VERSION).await?;
    write.commit().await
}

/// Makes the tables of an older version in an empty database.
///
/// # Errors
/// There are tables already.
pub(super) async fn create_old(
    write: &mut Write,
    db: &Db,
    url: &DatabaseUrl,
    version: i64,
) -> Result<()> {
    if db.backend() == Backend::Postgres {
        sqlx::query(LOCK_TABLES).execute(&mut **write).await?;
    }
    if current(write, db.backend()).await? != 0 {
        return Err(Error::conflict(format!("the database {url} is in use"))
            .hint("give it an empty one with --database; nothing was changed"));
    }
    steps(write, db, 0, version).await
}

/// Brings tables up to date in a transaction.
///
/// # Errors
/// A statement fails.
pub(super) async fn bring_up(write: &mut Write, db: &Db) -> Result<()> {
    let done = current(write, db.backend()).await?;
    steps(write, db, done, SCHEMA_VERSION).await
}

/// The names of all tables but `schema_version`, each behind those that it refers to.
pub(super) fn tables() -> Vec<&'static str> {
    let lines = MIGRATIONS.iter().flat_map(|(_, sql)| sql.lines());
    let names = lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_once(' '));
    names.map(|(name, _)| name).collect()
}

/// The steps behind version `done`, up to version `last`.
async fn steps(write: &mut Write, db: &Db, done: i64, last: i64) -> Result<()> {
    let (blob, index) = match db.backend() {
        Backend::Sqlite => ("BLOB", WORDS_INDEX_SQLITE),
        Backend::Postgres => ("BYTEA", WORDS_INDEX_POSTGRES),
    };
    let mut version = 0;
    for (name, sql) in MIGRATIONS {
        version += 1;
        if version > done && version <= last {
            let sql = sql.replace("{BLOB}", blob).replace("{WORDS_INDEX}", index);
            step(write, version, name, &sql).await?;
        }
    }
    Ok(())
}

/// The version of the tables; 0 when there are none.
async fn current(connection: &mut Connection, backend: Backend) -> Result<i64> {
    let exists = match backend {
        Backend::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'",
        Backend::Postgres => {
            "SELECT COUNT(*) FROM pg_tables
             WHERE tablename = 'schema_version' AND schemaname = ANY (current_schemas(false))"
        }
    };
    let tables: i64 = sqlx::query_scalar(exists).fetch_one(&mut *connection).await?;
    if tables == 0 {
        return Ok(0);
    }
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) AS version FROM schema_version")
        .fetch_one(&mut *connection)
        .await?;
    Ok(row.try_get("version")?)
}

async fn step(write: &mut Write, version: i64, name: &str, sql: &str) -> Result<()> {
    if version == 1 {
        let table = "CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, \
                     name TEXT NOT NULL)";
        sqlx::query(table).execute(&mut **write).await?;
    }
    // The text is a file of this program.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **write).await?;
    sqlx::query("INSERT INTO schema_version (version, name) VALUES ($1, $2)")
        .bind(version)
        .bind(name)
        .execute(&mut **write)
        .await?;
    tracing::info!(version, name, "tables changed");
    Ok(())
}
