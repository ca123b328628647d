//! The chain of audit entries: every entry has an HMAC over itself and the HMAC of the one before
//! it, under the secret of the network.
//!
//! Keyed, because a plain hash protects against nobody who can write: he would compute it anew.
//! The secret is a file and not in the database, so whoever writes the database alone can neither
//! change nor insert an entry unseen. What he can do: cut entries off at the end, with all that
//! the database says about its end; and who has the secret too can write everything anew. Both
//! show only against a hash of the end that was kept elsewhere.

use campanile_core::crypto::mac::mac;
use serde_json::json;

use super::audit::{self, Row};
use super::{Connection, Write, settings, stored};
use crate::error::{Error, Result};

/// Entries that are read at a time.
const PAGE_ROWS: i64 = 1000;

/// How an entry came into the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was chained in the transaction that wrote it.
    Chained,
    /// A version without a chain has written it; it was chained as it was found later.
    Adopted,
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Self::Chained => "audit",
            Self::Adopted => "audit adopted",
        }
    }
}

/// The hash of an entry, 64 hexadecimal digits. The fields are a JSON array, so that no text of
/// one can pass for the next.
pub(super) fn link(secret: &[u8], origin: Origin, previous: &str, row: &Row) -> Result<String> {
    let fields = json!([previous, row.seq, row.at, row.actor, row.action, row.object, row.detail]);
    mac(secret, &format!("{} {fields}", origin.name()))
        .map_err(|source| Error::internal("an audit entry cannot be chained").source(source))
}

/// What a walk along the chain has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are sound, in front of the first that is not.
    pub sound: i64,
    /// How many of them were written by a version without a chain.
    pub adopted: i64,
    /// Number and hash of the last sound entry.
    pub head: Option<(i64, String)>,
    /// The first entry that is not sound.
    pub broken: Option<Broken>,
    /// Whether an entry has the hash that was looked for.
    pub found: bool,
}

/// An entry that is not sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its number.
    pub seq: i64,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not there, but later ones are.
    Missing,
    /// Its hash does not fit to it and to the one before it.
    Changed,
    /// It has no hash.
    Unchained,
    /// It was adopted behind an entry that was chained: too late.
    AdoptedLate,
    /// The log ends before it, but it was there.
    CutOff,
}

impl Fault {
    /// What is wrong, in a few words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Missing => "is missing",
            Self::Changed => "was changed, or it or the one before it is in a wrong place",
            Self::Unchained => "was not written by this version: it has no hash",
            Self::AdoptedLate => "was adopted behind a chained entry",
            Self::CutOff => "was cut off at the end",
        }
    }
}

/// Walks along the chain behind entry `after`, whose hash is taken as it is. `wanted` is a hash
/// to look for.
///
/// Call it in a snapshot, or entries that are written meanwhile look cut off.
///
/// # Errors
/// The database cannot be read.
pub async fn verify(
    read: &mut Connection,
    secret: &[u8],
    after: i64,
    wanted: Option<&str>,
) -> Result<Verified> {
    let previous = match after {
        0 => String::new(),
        _ => audit::hash_of(read, after).await?.ok_or_else(|| {
            Error::not_found(format!("there is no audit entry {after}"))
                .hint("`campanile audit list` shows the entries")
        })?,
    };
    let mut walk = Walk { secret, wanted, seq: after, previous, found: Verified::empty() };
    loop {
        let rows = audit::rows(read, walk.seq, PAGE_ROWS).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if let Some(fault) = walk.step(row)? {
                let seq = walk.seq + 1;
                walk.found.broken = Some(Broken { seq, fault });
                return Ok(walk.found);
            }
        }
    }
    let last = last(read).await?;
    if walk.seq < last.0 || (walk.seq == last.0 && walk.previous != last.1) {
        let seq = walk.seq + i64::from(walk.seq < last.0);
        walk.found.broken = Some(Broken { seq, fault: Fault::CutOff });
    }
    Ok(walk.found)
}

impl Verified {
    fn empty() -> Self {
        Self { sound: 0, adopted: 0, head: None, broken: None, found: false }
    }
}

/// Where a walk is.
struct Walk<'a> {
    secret: &'a [u8],
    wanted: Option<&'a str>,
    seq: i64,
    previous: String,
    found: Verified,
}

impl Walk<'_> {
    /// Looks at the next entry; stays where it is when that is not sound.
    fn step(&mut self, row: Row) -> Result<Option<Fault>> {
        if row.seq != self.seq + 1 {
            return Ok(Some(Fault::Missing));
        }
        if row.hash.is_empty() {
            return Ok(Some(Fault::Unchained));
        }
        let fits = |origin| -> Result<bool> {
            Ok(link(self.secret, origin, &self.previous, &row)? == row.hash)
        };
        if !fits(Origin::Chained)? {
            if !fits(Origin::Adopted)? {
                return Ok(Some(Fault::Changed));
            }
            if self.found.adopted < self.found.sound {
                return Ok(Some(Fault::AdoptedLate));
            }
            self.found.adopted += 1;
        }
        self.found.found |= self.wanted == Some(row.hash.as_str());
        self.found.sound += 1;
        self.found.head = Some((row.seq, row.hash.clone()));
        (self.seq, self.previous) = (row.seq, row.hash);
        Ok(None)
    }
}

/// Number and hash of the newest entry, as the database remembers them.
///
/// # Errors
/// The database cannot be read.
pub async fn last(read: &mut Connection) -> Result<(i64, String)> {
    let seq = settings::value(read, "audit_seq").await?.unwrap_or_default();
    let hash = settings::value(read, "audit_hash").await?.unwrap_or_default();
    Ok((stored("setting audit_seq", &seq)?, hash))
}

/// Chains the entries of a version without a chain as they are.
pub(super) async fn adopt(write: &mut Write, secret: &[u8]) -> Result<i64> {
    // As `append` does: the log stands still until commit.
    let sql = "UPDATE setting SET value = value WHERE name = 'audit_seq'";
    sqlx::query(sql).execute(&mut **write).await?;
    let (mut seq, mut previous) = (0, String::new());
    if !settings::value(write, "audit_hash").await?.unwrap_or_default().is_empty() {
        return Ok(0);
    }
    loop {
        let rows = audit::rows(write, seq, PAGE_ROWS).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            previous = link(secret, Origin::Adopted, &previous, &row)?;
            let sql = "UPDATE audit SET hash = $1 WHERE seq = $2";
            sqlx::query(sql).bind(&previous).bind(row.seq).execute(&mut **write).await?;
            seq = row.seq;
        }
    }
    settings::set(write, "audit_hash", &previous).await?;
    Ok(seq)
}
