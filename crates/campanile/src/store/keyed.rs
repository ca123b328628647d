//! Brings rows of older versions under the secret of the network: what a migration cannot do,
//! because the secret is no part of the database.

use campanile_core::gateway::replay;

use super::{Db, Write, audit_chain, settings};
use crate::error::{Error, Result};

/// Chains audit entries and keys remembered postings that an older version has written. Costs
/// two rows when there is nothing to do; several nodes may do so at the same time.
///
/// # Errors
/// The database cannot be read or written; nothing was changed then.
pub async fn update(db: &Db, secret: &[u8]) -> Result<()> {
    let mut read = db.read().await?;
    let chained = settings::value(&mut read, "audit_hash").await?.unwrap_or_default();
    let keyed = settings::value(&mut read, "replay_keyed").await?.unwrap_or_default();
    drop(read);
    if !chained.is_empty() && keyed == "1" {
        return Ok(());
    }
    let mut write = db.begin_write().await?;
    apply(&mut write, secret).await?;
    write.commit().await
}

/// As [`update`], in a transaction.
///
/// # Errors
/// As [`update`].
pub async fn apply(write: &mut Write, secret: &[u8]) -> Result<()> {
    let entries = audit_chain::adopt(write, secret).await?;
    let postings = key_postings(write, secret).await?;
    tracing::info!(entries, postings, "rows of an older version brought up to date");
    Ok(())
}

/// Keys what was remembered as a plain digest.
async fn key_postings(write: &mut Write, secret: &[u8]) -> Result<usize> {
    // Read under the lock that `adopt` has taken.
    if settings::value(write, "replay_keyed").await?.as_deref() == Some("1") {
        return Ok(0);
    }
    let sql = "SELECT list_id, signer, digest FROM posting_seen";
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&mut **write).await?;
    for (list_id, signer, digest) in &rows {
        let keyed = replay::stored(secret, digest).map_err(|source| {
            Error::internal("a remembered posting cannot be keyed").source(source)
        })?;
        let sql = "UPDATE posting_seen SET digest = $1
                   WHERE list_id = $2 AND signer = $3 AND digest = $4";
        sqlx::query(sql)
            .bind(keyed)
            .bind(list_id)
            .bind(signer)
            .bind(digest)
            .execute(&mut **write)
            .await?;
    }
    settings::set(write, "replay_keyed", "1").await?;
    Ok(rows.len())
}
