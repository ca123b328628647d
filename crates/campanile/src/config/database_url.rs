//! The URL of the database, whose password is never shown.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The URL of the database.
///
/// # Security
/// It may hold a password: `Debug` and `Display` leave out user and password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseUrl(String);

/// Which database a URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file; its path may be relative to the data directory.
    Sqlite(PathBuf),
    /// A server.
    Postgres,
}

impl DatabaseUrl {
    /// The whole URL, with the password.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Which database it names.
    pub fn kind(&self) -> DatabaseKind {
        match sqlite_path(&self.0) {
            Some(path) => DatabaseKind::Sqlite(Path::new(path).into()),
            None => DatabaseKind::Postgres,
        }
    }
}

fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self("sqlite://campanile.db".into())
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = String;
    fn try_from(url: String) -> Result<Self, String> {
        let postgres = ["postgres://", "postgresql://"].iter().any(|s| url.starts_with(s));
        match sqlite_path(&url) {
            Some(path) if path.is_empty() || path.starts_with(':') => {
                Err("a sqlite:// URL has to name a file, like sqlite://campanile.db".into())
            }
            Some(path) if path.contains(['?', '\0']) => {
                Err("a sqlite:// URL takes no options behind `?`".into())
            }
            Some(_) => Ok(Self(url)),
            None if postgres => Ok(Self(url)),
            None => Err("the database has to be sqlite://FILE or postgres://…".into()),
        }
    }
}

impl From<DatabaseUrl> for String {
    fn from(url: DatabaseUrl) -> Self {
        url.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if sqlite_path(&self.0).is_some() {
            return f.write_str(&self.0);
        }
        // Everything in front of the last `@` may be part of a password, and so may the
        // options behind `?`.
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        let place = place.split_once('?').map_or(place, |(place, _)| place);
        write!(f, "postgres://{place}")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
