//! All rows of all tables in a form that belongs to no database: lines of JSON.
//!
//! A chunk is a line `{"table": …, "columns": [[name, kind], …]}` and one array per row; binary
//! columns are base64. What tables there are is read from the migrations, in an order in which
//! they can be filled, and their columns from the database: a new table needs no word here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

use super::{Connection, Db, Write, migrations};
use crate::error::{Error, Result};

/// A chunk is closed when it is larger, in bytes; it is held in memory.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Text,
    Integer,
    Binary,
}

/// First line of a chunk.
#[derive(Serialize, Deserialize)]
struct Header {
    table: String,
    columns: Vec<(String, Kind)>,
}

/// Some rows of one table.
pub struct Chunk {
    /// Name of the table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// Header and rows, a line each.
    pub bytes: Vec<u8>,
}

/// Hands all rows to `sink`, chunk by chunk; every table has one chunk at least.
///
/// # Errors
/// The database cannot be read, or the sink fails.
pub async fn dump(
    db: &Db,
    snapshot: &mut Connection,
    mut sink: impl FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    for table in migrations::tables() {
        let columns = db.columns(snapshot, table).await?;
        let header = Header { table: table.to_owned(), columns };
        let names: Vec<_> = header.columns.iter().map(|(name, _)| name.as_str()).collect();
        let sql = format!("SELECT {} FROM {table}", names.join(", "));
        let mut chunk = begin(&header)?;
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *snapshot);
        while let Some(row) = rows.try_next().await? {
            if chunk.bytes.len() > CHUNK_BYTES {
                sink(std::mem::replace(&mut chunk, begin(&header)?))?;
            }
            let values = header.columns.iter().enumerate();
            let values: Result<Vec<_>> =
                values.map(|(at, (_, kind))| read(&row, at, *kind)).collect();
            line(&mut chunk.bytes, &values?)?;
            chunk.rows += 1;
        }
        drop(rows);
        sink(chunk)?;
    }
    Ok(())
}

fn begin(header: &Header) -> Result<Chunk> {
    let mut chunk = Chunk { table: header.table.clone(), rows: 0, bytes: Vec::new() };
    line(&mut chunk.bytes, header)?;
    Ok(chunk)
}

fn line(bytes: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *bytes, value)
        .map_err(|source| Error::internal("a row cannot be written").source(source))?;
    bytes.push(b'\n');
    Ok(())
}

fn read(row: &sqlx::any::AnyRow, at: usize, kind: Kind) -> Result<Value> {
    Ok(match kind {
        Kind::Text => row.try_get::<Option<String>, _>(at)?.into(),
        Kind::Integer => row.try_get::<Option<i64>, _>(at)?.into(),
        Kind::Binary => {
            row.try_get::<Option<Vec<u8>>, _>(at)?.map(|bytes| STANDARD.encode(bytes)).into()
        }
    })
}

/// Empties all tables, which the migrations have given their first rows.
///
/// # Errors
/// The database cannot be written.
pub async fn clear(write: &mut Write) -> Result<()> {
    for table in migrations::tables().into_iter().rev() {
        let sql = format!("DELETE FROM {table}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **write).await?;
    }
    Ok(())
}

/// Adds the rows of a chunk to its table. Returns how many.
///
/// # Errors
/// The chunk is none that [`dump`] makes, or the database refuses a row.
pub async fn load(write: &mut Write, chunk: &[u8]) -> Result<u64> {
    let mut lines = chunk.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let header: Header = parsed(lines.next().unwrap_or_default())?;
    let names: Vec<_> = header.columns.iter().map(|(name, _)| name.as_str()).collect();
    // They become part of a statement.
    let plain = |name: &&str| {
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let known = migrations::tables().contains(&header.table.as_str());
    if names.is_empty() || !names.iter().all(plain) || !known {
        return Err(damaged());
    }
    let values: Vec<_> = (1..=names.len()).map(|number| format!("${number}")).collect();
    let (table, names, values) = (&header.table, names.join(", "), values.join(", "));
    let sql = format!("INSERT INTO {table} ({names}) VALUES ({values})");
    let mut count = 0;
    for line in lines {
        let row: Vec<Value> = parsed(line)?;
        if row.len() != header.columns.len() {
            return Err(damaged());
        }
        let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
        for (value, (_, kind)) in row.into_iter().zip(&header.columns) {
            query = match (kind, value) {
                (Kind::Text, Value::Null) => query.bind(None::<String>),
                (Kind::Text, Value::String(text)) => query.bind(text),
                (Kind::Integer, Value::Null) => query.bind(None::<i64>),
                (Kind::Integer, Value::Number(number)) => {
                    query.bind(number.as_i64().ok_or_else(damaged)?)
                }
                (Kind::Binary, Value::Null) => query.bind(None::<Vec<u8>>),
                (Kind::Binary, Value::String(text)) => {
                    query.bind(STANDARD.decode(text).map_err(|_| damaged())?)
                }
                _ => return Err(damaged()),
            };
        }
        query.execute(&mut **write).await?;
        count += 1;
    }
    Ok(count)
}

fn parsed<T: serde::de::DeserializeOwned>(line: &[u8]) -> Result<T> {
    serde_json::from_slice(line).map_err(|source| damaged().source(source))
}

fn damaged() -> Error {
    Error::invalid("the tables in the backup are damaged").hint("take another backup")
}
