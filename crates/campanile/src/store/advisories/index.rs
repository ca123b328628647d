//! What advisories are found and grouped by. Holds only what everybody may see.

use std::collections::BTreeSet;

use campanile_core::grouping::Question;
use campanile_core::model::advisory::Identifier;
use campanile_core::model::limits::CITING_ADVISORIES_MAX;
use campanile_core::query::Words;
use sqlx::FromRow;

use super::{ROWS_PER_INSERT, VALUES_PER_LIST, padded, parts};
use crate::error::Result;
use crate::store::{Connection, Write};

/// A rating as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Rating {
    /// The vulnerability, as in [`column`]; empty for the whole advisory.
    pub identifier: String,
    /// Who rates.
    pub rater: String,
    /// The scheme.
    pub scheme: String,
    /// What came out.
    pub value: String,
    /// A hundred times the score.
    pub score: Option<i64>,
    /// For what it stands on the common scale; empty where no rule knows it.
    pub band: String,
    /// stated, mapped, derived.
    pub obtained: String,
}

/// An identifier as a column has it.
pub fn column(identifier: &Identifier) -> String {
    format!("{} {}", identifier.system, identifier.number)
}

/// What an advisory is found by.
pub struct Lines {
    /// Identifiers, each with its role.
    pub identifiers: Vec<(String, &'static str)>,
    /// Ratings.
    pub ratings: Vec<Rating>,
    /// What full-text search looks at.
    pub words: Words,
}

/// Removes what an advisory was found by.
///
/// # Errors
/// The database cannot be written.
pub async fn clear(write: &mut Write, advisory: &str) -> Result<()> {
    for table in ["advisory_identifier", "advisory_rating", "advisory_words"] {
        let sql = format!("DELETE FROM {table} WHERE advisory_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(advisory).execute(&mut **write).await?;
    }
    Ok(())
}

/// Adds what an advisory is found by.
///
/// # Errors
/// The database cannot be written.
pub async fn add(write: &mut Write, advisory: &str, lines: &Lines) -> Result<()> {
    for part in lines.identifiers.chunks(ROWS_PER_INSERT) {
        // A row that is there twice is there once.
        let part: Vec<_> = padded(part).collect();
        let rows: Vec<_> =
            (0..part.len()).map(|n| format!("($1, ${}, ${})", 2 * n + 2, 2 * n + 3)).collect();
        let sql = format!(
            "INSERT INTO advisory_identifier (advisory_id, identifier, role) VALUES {} \
             ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(advisory);
        for (identifier, role) in part {
            query = query.bind(identifier).bind(*role);
        }
        query.execute(&mut **write).await?;
    }
    add_ratings(write, advisory, &lines.ratings).await?;
    let sql = "INSERT INTO advisory_words (advisory_id, seq, title, products, vendors, words) \
               SELECT id, seq, $2, $3, $4, $5 FROM advisory WHERE id = $1";
    let Words { title, products, vendors, all } = &lines.words;
    let query = sqlx::query(sql).bind(advisory).bind(title).bind(products).bind(vendors).bind(all);
    query.execute(&mut **write).await?;
    Ok(())
}

async fn add_ratings(write: &mut Write, advisory: &str, ratings: &[Rating]) -> Result<()> {
    let mut position = 0i64;
    for part in parts(ratings) {
        let row = |n: usize| {
            let values: Vec<_> = (0..8).map(|m| format!("${}", 8 * n + m + 2)).collect();
            format!("($1, {})", values.join(", "))
        };
        let rows: Vec<_> = (0..part.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO advisory_rating (advisory_id, position, identifier, rater, scheme, \
             value, score, band, obtained) VALUES {}",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(advisory);
        for rating in part {
            query = query
                .bind(position)
                .bind(&rating.identifier)
                .bind(&rating.rater)
                .bind(&rating.scheme)
                .bind(&rating.value)
                .bind(rating.score)
                .bind(&rating.band)
                .bind(&rating.obtained);
            position += 1;
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// An advisory as grouping knows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Known {
    /// Its key.
    pub advisory_key: String,
    /// What grouping looks at, as JSON.
    pub entry: String,
    /// The group in which it is.
    pub group_id: String,
}

/// Answers a question of grouping; what it is good for is not a viewer's but the network's.
///
/// # Errors
/// The database cannot be read.
pub async fn known(connection: &mut Connection, question: &Question) -> Result<Vec<Known>> {
    let mut found = Vec::new();
    let keys: Vec<_> = question.advisories.iter().map(|key| key.as_str().to_owned()).collect();
    let groups: Vec<_> = question.groups.iter().map(|id| id.as_str().to_owned()).collect();
    for (condition, values) in [
        ("a.advisory_key IN ({})", keys),
        ("a.group_id IN ({})", groups),
        (
            "a.id IN (SELECT i.advisory_id FROM advisory_identifier i \
             WHERE i.role = 'vulnerability' AND i.identifier IN ({}))",
            columns(&question.vulnerabilities),
        ),
        (
            "a.names = 0 AND a.id IN (SELECT i.advisory_id FROM advisory_identifier i \
             WHERE i.role IN ('own', 'cites') AND i.identifier IN ({}))",
            columns(&question.leaning),
        ),
    ] {
        for part in values.chunks(VALUES_PER_LIST) {
            let part: Vec<_> = padded(part).collect();
            let condition = condition.replace("{}", &super::places(1, part.len()));
            let sql = format!(
                "SELECT a.advisory_key, a.entry, a.group_id FROM advisory a \
                 WHERE {condition} AND a.group_id <> ''"
            );
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
            for value in part {
                query = query.bind(value);
            }
            found.extend(query.fetch_all(&mut *connection).await?);
        }
    }
    let count = i64::try_from(CITING_ADVISORIES_MAX).unwrap_or(i64::MAX) + 1;
    for identifier in columns(&question.hosts) {
        for role in ["own", "cites"] {
            let sql = "SELECT a.advisory_key, a.entry, a.group_id FROM advisory_identifier i \
                       JOIN advisory a ON a.id = i.advisory_id \
                       WHERE i.identifier = $1 AND i.role = $2 AND a.group_id <> '' \
                       AND (a.names = 1 OR EXISTS (SELECT 1 FROM group_decision d \
                       WHERE d.undone_at IS NULL AND d.kind = 'join' \
                       AND (d.one = a.advisory_key OR d.other = a.advisory_key))) LIMIT $3";
            let query = sqlx::query_as(sql).bind(&identifier).bind(role).bind(count);
            found.extend(query.fetch_all(&mut *connection).await?);
        }
    }
    Ok(found)
}

fn columns(identifiers: &BTreeSet<Identifier>) -> Vec<String> {
    identifiers.iter().map(column).collect()
}

/// Puts an advisory into a group.
///
/// # Errors
/// The database cannot be written.
pub async fn put(write: &mut Write, key: &str, group: &str) -> Result<()> {
    let sql = "UPDATE advisory SET group_id = $2 WHERE advisory_key = $1";
    sqlx::query(sql).bind(key).bind(group).execute(&mut **write).await?;
    Ok(())
}

/// Puts an advisory into another group, with what teams have said about the name that it gives.
///
/// # Errors
/// The database cannot be written.
pub async fn move_to(write: &mut Write, key: &str, group: &str) -> Result<()> {
    put(write, key, group).await?;
    for table in ["group_state", "group_claim"] {
        let sql = format!(
            "UPDATE {table} SET group_id = $2 \
             WHERE named = (SELECT gives FROM advisory WHERE advisory_key = $1)"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).bind(group);
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// Ratings of the members of groups, each with its group and the row of the advisory that bears it.
///
/// # Errors
/// The database cannot be read.
pub async fn ratings(
    connection: &mut Connection,
    groups: &[&str],
    count: i64,
) -> Result<Vec<(String, (String, Rating))>> {
    let sql = format!(
        "SELECT a.group_id, a.id, r.identifier, r.rater, r.scheme, r.value, r.score, r.band, \
         r.obtained FROM advisory a JOIN advisory_rating r ON r.advisory_id = a.id \
         WHERE a.group_id IN ({}) AND a.group_id <> '' ORDER BY a.seq, r.position LIMIT $1",
        super::places(2, groups.len())
    );
    type Line = (String, String, String, String, String, String, Option<i64>, String, String);
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(count);
    for group in groups {
        query = query.bind(*group);
    }
    let rows: Vec<Line> = query.fetch_all(connection).await?;
    let rating = |(group, id, identifier, rater, scheme, value, score, band, obtained): Line| {
        (group, (id, Rating { identifier, rater, scheme, value, score, band, obtained }))
    };
    Ok(rows.into_iter().map(rating).collect())
}

/// Identifiers of the members of groups in a role, each with its group, those that most of them
/// bear first.
///
/// # Errors
/// The database cannot be read.
pub async fn identifiers(
    connection: &mut Connection,
    groups: &[&str],
    role: &str,
    count: i64,
) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT a.group_id, i.identifier FROM advisory a \
         JOIN advisory_identifier i ON i.advisory_id = a.id AND i.role = $1 \
         WHERE a.group_id IN ({}) AND a.group_id <> '' \
         GROUP BY a.group_id, i.identifier ORDER BY COUNT(*) DESC, i.identifier LIMIT $2",
        super::places(3, groups.len())
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(role).bind(count);
    for group in groups {
        query = query.bind(*group);
    }
    Ok(query.fetch_all(connection).await?)
}

/// The number of the newest advisory that is found by words; 0 for none.
///
/// # Security
/// Where a search begins, for every viewer alike; nobody is told.
///
/// # Errors
/// The database cannot be read.
pub async fn last(connection: &mut Connection) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM advisory_words";
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}

/// Groups with a member that bears an identifier as its vulnerability, its number or citation,
/// and is visible to everybody.
///
/// # Errors
/// The database cannot be read.
pub async fn groups_with(
    connection: &mut Connection,
    identifier: &Identifier,
    count: i64,
) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT a.group_id FROM advisory_identifier i \
               JOIN advisory a ON a.id = i.advisory_id \
               WHERE i.identifier = $1 AND i.role IN ('vulnerability', 'own') \
               AND a.group_id <> '' ORDER BY a.group_id LIMIT $2";
    let query = sqlx::query_scalar(sql).bind(column(identifier)).bind(count);
    Ok(query.fetch_all(connection).await?)
}

/// Who issued the advisories that came last and whose existence everybody may know of: handles of
/// teams, names of others; by name.
///
/// # Errors
/// The database cannot be read.
pub async fn issuers(connection: &mut Connection, newest: i64) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT COALESCE(t.handle, n.issuer) AS name \
               FROM (SELECT a.issuer, a.team_id FROM advisory a WHERE a.minimum_open = 1 \
               ORDER BY a.revised_at DESC LIMIT $1) n \
               LEFT JOIN team t ON t.id = n.team_id ORDER BY name";
    Ok(sqlx::query_scalar(sql).bind(newest).fetch_all(connection).await?)
}
