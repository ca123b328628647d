//! One empty database for one test.

use std::path::Path;

use campanile::config::DatabaseUrl;
use campanile::store::Db;
use tempfile::TempDir;

use super::postgres;

/// An empty database, gone with the test.
pub struct Database {
    dir: TempDir,
    /// `None` for the file in the data directory.
    url: Option<String>,
}

impl Database {
    pub fn sqlite() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), url: None }
    }

    pub async fn postgres() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), url: Some(postgres::create_database().await) }
    }

    /// A PostgreSQL database that is there already.
    pub fn at(url: String) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), url: Some(url) }
    }

    /// The folder that the test may use.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What `init --database` takes.
    pub fn init_url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The URL as in the configuration.
    pub fn url(&self) -> DatabaseUrl {
        match &self.url {
            Some(url) => DatabaseUrl::try_from(url.clone()).unwrap(),
            None => DatabaseUrl::default(),
        }
    }

    /// Makes the tables.
    pub async fn create(&self) -> Db {
        Db::create(&self.url(), self.dir()).await.unwrap()
    }

    /// A connection past the program, to do what it never would.
    pub async fn raw(&self, file: &Path) -> sqlx::AnyConnection {
        use sqlx::Connection;
        sqlx::any::install_default_drivers();
        let url = match &self.url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", file.display()),
        };
        sqlx::AnyConnection::connect(&url).await.unwrap()
    }
}
