//! The connection to the database, and the only code that knows which one it is.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Executor, Transaction};

use super::dump::Kind;
use super::migrations;
use crate::config::{DatabaseKind, DatabaseUrl};
use crate::error::{Error, Result};
use crate::fault;

/// A connection, inside or outside of a transaction: enough to read.
pub type Connection = sqlx::AnyConnection;

/// Most connections at a time: a PostgreSQL server's default of 100 has to do for several nodes.
const CONNECTIONS_MAX: u32 = 8;
/// Most connections to a file: there is one writer anyway, and each has pages of its own to read
/// again after every commit of another.
const CONNECTIONS_MAX_SQLITE: u32 = 4;
/// How long to wait for a free connection or for another writer, in seconds.
const WAIT_SECONDS_MAX: u64 = 10;

/// Rows at the end of `advisory_words` in which PostgreSQL looks for words first.
const NEAR_ROWS: i64 = 50_000;

/// Set on every SQLite connection. `synchronous=FULL` because 250 is a promise that has to
/// survive a power cut; `trusted_schema=OFF` because a file may have been tampered with. 16 MB of
/// pages instead of 2: the inner pages of every index of a large repository stay.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; \
     PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; \
     PRAGMA cache_size=-16000";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Sqlite,
    Postgres,
}

/// A pool of connections to the database of this network.
#[derive(Debug, Clone)]
pub struct Db {
    pool: AnyPool,
    backend: Backend,
}

impl Db {
    /// Makes the database: the file of SQLite (for its owner only), and all tables. An existing
    /// PostgreSQL database is used, an existing file is not.
    ///
    /// Several programs may do so at the same time.
    ///
    /// # Errors
    /// The file exists, or the database cannot be reached or written.
    pub async fn create(url: &DatabaseUrl, dir: &Path) -> Result<Self> {
        make_file(url, dir)?;
        let db = Self::connect(url, dir).await?;
        migrations::create(&db).await?;
        Ok(db)
    }

    /// Begins to fill an empty database from a backup: with the tables of version `schema`, in a
    /// transaction that makes everything or nothing.
    ///
    /// # Errors
    /// As [`Db::create`], or there are tables already.
    pub async fn begin_restore(
        url: &DatabaseUrl,
        dir: &Path,
        schema: i64,
    ) -> Result<(Self, Write)> {
        make_file(url, dir)?;
        let db = Self::connect(url, dir).await?;
        let mut write = db.begin_write().await?;
        migrations::create_old(&mut write, &db, url, schema).await?;
        Ok((db, write))
    }

    /// Brings the tables of [`Db::begin_restore`] up to date.
    ///
    /// # Errors
    /// A statement fails.
    pub async fn finish_restore(&self, write: &mut Write) -> Result<()> {
        migrations::bring_up(write, self).await
    }

    /// Connects to a database that was made before, and brings its tables up to date.
    ///
    /// # Errors
    /// The file is missing, the server cannot be reached, there are no tables, or they are
    /// newer than this program.
    pub async fn open(url: &DatabaseUrl, dir: &Path) -> Result<Self> {
        let db = Self::connect(url, dir).await?;
        migrations::update(&db, url).await?;
        Ok(db)
    }

    async fn connect(url: &DatabaseUrl, dir: &Path) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let (backend, address) = address(url, dir)?;
        if backend == Backend::Postgres {
            probe(url, &address).await?;
        }
        let pool = AnyPoolOptions::new()
            .max_connections(match backend {
                Backend::Sqlite => CONNECTIONS_MAX_SQLITE,
                Backend::Postgres => CONNECTIONS_MAX,
            })
            .acquire_timeout(Duration::from_secs(WAIT_SECONDS_MAX))
            // A file does not go away; a server may, and is asked before each use.
            .test_before_acquire(backend == Backend::Postgres)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if backend == Backend::Sqlite {
                        connection.execute(SQLITE_PRAGMAS).await?;
                    }
                    Ok(())
                })
            })
            .connect(&address)
            .await
            .map_err(|source| unreachable(url, source))?;
        Ok(Self { pool, backend })
    }

    /// A connection to read from; statements see commits that happen between them.
    ///
    /// # Errors
    /// No connection is free or can be made.
    pub async fn read(&self) -> Result<Read> {
        point("db.read")?;
        Ok(Read(ReadKind::Connection(self.pool.acquire().await?)))
    }

    /// A transaction to read from: all statements see the same state.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_snapshot(&self) -> Result<Read> {
        let begin = match self.backend {
            Backend::Sqlite => "BEGIN",
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        point("db.read")?;
        Ok(Read(ReadKind::Snapshot(self.pool.begin_with(begin).await?)))
    }

    /// A transaction to write with. It is undone unless [`Write::commit`] is called.
    ///
    /// SQLite takes the write lock at once (`BEGIN IMMEDIATE`): a transaction that starts
    /// reading and then writes fails with "busy" without waiting when another wrote meanwhile.
    ///
    /// # Errors
    /// As [`Db::read`]; another writer held the database for ten seconds.
    pub async fn begin_write(&self) -> Result<Write> {
        let begin = match self.backend {
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres => "BEGIN",
        };
        point("db.begin")?;
        Ok(Write(self.pool.begin_with(begin).await?))
    }

    /// Name and version of the database, for people.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn version(&self) -> Result<String> {
        let (name, query) = match self.backend {
            Backend::Sqlite => ("SQLite", "SELECT sqlite_version()"),
            Backend::Postgres => ("PostgreSQL", "SELECT current_setting('server_version')"),
        };
        let version: String =
            sqlx::query_scalar(query).fetch_one(&mut *self.pool.acquire().await?).await?;
        Ok(format!("{name} {version}"))
    }

    /// Looks for damage; `None` when nothing was found. PostgreSQL has its own tools for this.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn damage(&self) -> Result<Option<String>> {
        if self.backend == Backend::Postgres {
            return Ok(None);
        }
        let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&mut *self.pool.acquire().await?)
            .await?;
        Ok((found != "ok").then_some(found))
    }

    /// Closes all connections; SQLite then folds its log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The columns of a table, in their order.
    pub(super) async fn columns(
        &self,
        connection: &mut Connection,
        table: &str,
    ) -> Result<Vec<(String, Kind)>> {
        let sql = match self.backend {
            Backend::Sqlite => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
            Backend::Postgres => {
                "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT)
                 FROM information_schema.columns
                 WHERE table_name = $1 AND table_schema = ANY (current_schemas(false))
                 ORDER BY ordinal_position"
            }
        };
        let found: Vec<(String, String)> =
            sqlx::query_as(sql).bind(table).fetch_all(connection).await?;
        let column = |(name, kind): (String, String)| match kind.to_ascii_uppercase().as_str() {
            "TEXT" => Ok((name, Kind::Text)),
            "BIGINT" => Ok((name, Kind::Integer)),
            "BLOB" | "BYTEA" => Ok((name, Kind::Binary)),
            _ => Err(Error::internal(format!("the column {name} of {table} is of a strange type"))),
        };
        found.into_iter().map(column).collect()
    }

    pub(super) fn backend(&self) -> Backend {
        self.backend
    }

    /// The tail of a query that takes jobs: on PostgreSQL, rows that another node has locked
    /// are skipped; SQLite has one writer and needs nothing.
    pub fn skip_locked(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite => "",
            Backend::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }
}

impl Db {
    /// The condition that a row `w` of `advisory_words` has all the words of a parameter, and what
    /// to bind to it. Words are letters and digits.
    pub fn has_words(&self, parameter: &str, words: &[String]) -> (String, String) {
        match self.backend {
            Backend::Sqlite => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                let sql = format!(
                    "w.seq IN (SELECT rowid FROM advisory_search WHERE advisory_search MATCH \
                     {parameter})"
                );
                (sql, quoted.join(" AND "))
            }
            Backend::Postgres => {
                let sql =
                    format!("to_tsvector('simple', w.words) @@ to_tsquery('simple', {parameter})");
                (sql, words.join(" & "))
            }
        }
    }
}

impl Db {
    /// A statement for the `seq` of the newest rows of `advisory_words` that have all the words of
    /// a parameter, as far as can be without looking at the others; bound is what
    /// [`Db::has_words`] binds. `last` is the highest `seq` there is.
    pub fn newest_with_words(&self, parameter: &str, count: i64, last: i64) -> String {
        match self.backend {
            Backend::Sqlite => format!(
                "SELECT rowid FROM advisory_search WHERE advisory_search MATCH {parameter} \
                 ORDER BY rowid DESC LIMIT {count}"
            ),
            // Its index knows no order: the rows of a frequent word would all be read to be sorted.
            Backend::Postgres => {
                let found = |which: &str| {
                    format!(
                        "SELECT w.seq FROM advisory_words w WHERE {which} AND \
                         to_tsvector('simple', w.words) @@ to_tsquery('simple', {parameter}) \
                         ORDER BY w.seq DESC LIMIT {count}"
                    )
                };
                let near = last.saturating_sub(NEAR_ROWS);
                format!(
                    "WITH near AS MATERIALIZED ({}) SELECT seq FROM near UNION ALL ({})",
                    found(&format!("w.seq > {near}")),
                    found(&format!("w.seq <= {near} AND (SELECT COUNT(*) FROM near) < {count}"))
                )
            }
        }
    }
}

enum ReadKind {
    Connection(PoolConnection<Any>),
    Snapshot(Transaction<'static, Any>),
}

/// A connection or transaction that only reads.
pub struct Read(ReadKind);

impl Deref for Read {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match &self.0 {
            ReadKind::Connection(connection) => connection,
            ReadKind::Snapshot(transaction) => transaction,
        }
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.0 {
            ReadKind::Connection(connection) => connection,
            ReadKind::Snapshot(transaction) => transaction,
        }
    }
}

/// A transaction that writes; undone when dropped.
pub struct Write(Transaction<'static, Any>);

impl Write {
    /// Makes everything permanent: when this returns, it survives a crash.
    ///
    /// # Errors
    /// Nothing was changed, or (when the connection broke) it is not known.
    pub async fn commit(self) -> Result<()> {
        point("db.commit")?;
        self.0.commit().await?;
        point("db.committed")
    }
}

impl Deref for Write {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        fault::pass("db.statement");
        &mut self.0
    }
}

/// Makes the file of SQLite, empty and for its owner only.
fn make_file(url: &DatabaseUrl, dir: &Path) -> Result<()> {
    let DatabaseKind::Sqlite(path) = url.kind() else { return Ok(()) };
    let path = dir.join(path);
    // Made first, so that SQLite's own files inherit the mode.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    made.map(drop).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::conflict(format!("the database {} exists already", path.display()))
                .hint("name another file with --database, or move that one away")
        }
        _ => Error::io(format!("cannot make {}", path.display()), source),
    })
}

/// A place where the connection may fail.
fn point(site: &'static str) -> Result<()> {
    Ok(fault::point(site).map_err(sqlx::Error::Io)?)
}

/// The address for the driver: for SQLite, the absolute path with `%` escapes.
fn address(url: &DatabaseUrl, dir: &Path) -> Result<(Backend, String)> {
    let DatabaseKind::Sqlite(path) = url.kind() else {
        return Ok((Backend::Postgres, url.expose().into()));
    };
    let path = std::path::absolute(dir.join(&path))
        .map_err(|source| Error::io(format!("cannot open {}", path.display()), source))?;
    // Without this check the driver would say "unable to open database file" for everything.
    std::fs::metadata(&path).map_err(|source| {
        Error::io(format!("cannot open the database {}", path.display()), source)
            .hint("restore the database from a backup, or correct [database] url")
    })?;
    let mut escaped = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                escaped.push(char::from(*byte));
            }
            // Writing to a `String` cannot fail.
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    Ok((Backend::Sqlite, escaped + "?mode=rw"))
}

/// One attempt to connect. The pool would go on trying until its time is over, even when the
/// server has refused.
async fn probe(url: &DatabaseUrl, address: &str) -> Result<()> {
    use sqlx::Connection as _;
    let attempt = Connection::connect(address);
    let connected = tokio::time::timeout(Duration::from_secs(WAIT_SECONDS_MAX), attempt).await;
    let connection = connected
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        .map_err(|source| unreachable(url, source))?;
    Ok(connection.close().await?)
}

fn unreachable(url: &DatabaseUrl, source: sqlx::Error) -> Error {
    Error::temporary(format!("cannot connect to the database {url}")).source(source).hint(
        "check that the server runs, that [database] url is right and that the user may \
         connect; the log has the cause",
    )
}
