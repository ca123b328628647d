//! The database: SQL text and nothing else, one file per group of tables.
//!
//! Refuses to hold rules: whoever calls it has decided already. Functions that change
//! something take a [`Write`] transaction, functions that read take any [`Connection`], so a
//! change outside of a transaction does not compile. Only `db.rs` and `migrations.rs` know
//! which database it is.
//!
//! Start with [`Db`].

pub mod acknowledgements;
pub mod advisories;
pub mod alerts;
pub mod applications;
pub mod audit;
pub mod audit_chain;
pub mod authority;
mod backlog;
pub mod boards;
pub mod calls;
pub mod conduct;
pub mod credentials;
mod db;
pub mod deliveries;
pub mod directory;
pub mod drafts;
pub mod dump;
pub mod escalation;
pub mod evidence;
pub mod expiry;
mod failure;
pub mod keyed;
pub mod list_keys;
pub mod lists;
pub mod logins;
pub mod membership;
pub mod messages;
mod migrations;
pub mod people;
pub mod phone_logins;
pub mod pick_entries;
pub mod reactions;
pub mod restored;
pub mod sealed;
pub mod settings;
pub mod sources;
mod statistics;
pub mod subscriptions;
pub mod teams;
pub mod tokens;
pub mod trust;
pub mod watches;
pub mod webhooks;

pub use backlog::{Backlog, backlog};
pub use db::{Connection, Db, Read, Write};
pub use migrations::{SCHEMA_VERSION, schema_version};
pub use statistics::{Statistics, statistics};

use campanile_core::model::time::Timestamp;

use crate::error::{Error, Result};

/// Reads a column back into its domain type.
///
/// # Errors
/// The value is none that this program writes: an older program, or a foreign hand.
fn stored<T: std::str::FromStr>(column: &str, text: &str) -> Result<T> {
    text.parse().map_err(|_| {
        Error::internal(format!("the database holds an unknown value in {column}"))
            .hint("was the database written by a newer version, or changed by hand?")
    })
}

/// A time column.
fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}
