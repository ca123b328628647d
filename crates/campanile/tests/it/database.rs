//! Transactions, migrations and failures of the database, on both.

use campanile::error::Kind;
use campanile::store::{Db, SCHEMA_VERSION, schema_version, settings};

use crate::support::Database;

async fn version(db: &Db) -> i64 {
    settings::registry_version(&mut db.read().await.unwrap()).await.unwrap()
}

on_both_databases! {
    async fn change_that_is_not_committed_leaves_nothing(database: Database) {
        let db = database.create().await;
        let mut write = settings::begin_registry_change(&db).await.unwrap();
        settings::set_first(&mut write, "network", "toy").await.unwrap();
        drop(write);
        assert_eq!(version(&db).await, 1);
        let mut read = db.read().await.unwrap();
        assert_eq!(settings::value(&mut read, "network").await.unwrap(), None);
    }

    async fn changes_at_the_same_time_are_counted_one_by_one(database: Database) {
        let db = database.create().await;
        let other = Db::open(&database.url(), database.dir()).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40 {
            let db = if number % 2 == 0 { db.clone() } else { other.clone() };
            tasks.spawn(async move {
                let mut write = settings::begin_registry_change(&db).await?;
                // Reading between two writes is what loses updates without a lock.
                let seen = settings::registry_version(&mut write).await?;
                tokio::task::yield_now().await;
                settings::set_first(&mut write, &format!("change-{seen}"), "x").await?;
                write.commit().await
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(version(&db).await, 41);
    }

    async fn snapshot_does_not_see_later_changes(database: Database) {
        let db = database.create().await;
        let mut snapshot = db.read_snapshot().await.unwrap();
        assert_eq!(settings::registry_version(&mut snapshot).await.unwrap(), 1);
        settings::begin_registry_change(&db).await.unwrap().commit().await.unwrap();
        assert_eq!(settings::registry_version(&mut snapshot).await.unwrap(), 1);
        drop(snapshot);
        assert_eq!(version(&db).await, 2);
    }

    async fn many_programs_may_start_at_the_same_time(database: Database) {
        let postgres = database.init_url().is_some();
        if !postgres {
            database.create().await.close().await;
        }
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (url, dir) = (database.url(), database.dir().to_path_buf());
            tasks.spawn(async move {
                // Only PostgreSQL lets several make the tables; a file is made by one.
                match postgres {
                    true => Db::create(&url, &dir).await,
                    false => Db::open(&url, &dir).await,
                }
            });
        }
        while let Some(opened) = tasks.join_next().await {
            assert_eq!(version(&opened.unwrap().unwrap()).await, 1);
        }
    }

    async fn empty_database_is_not_filled_by_opening_it(database: Database) {
        if database.init_url().is_none() {
            std::fs::write(database.dir().join("campanile.db"), b"").unwrap();
        }
        for _ in 0..2 {
            let error = Db::open(&database.url(), database.dir()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
            assert!(error.public().contains("no network"), "{error}");
        }
    }

    async fn tables_of_a_newer_program_are_left_alone(database: Database) {
        let db = database.create().await;
        db.close().await;
        let mut raw = database.raw(&database.dir().join("campanile.db")).await;
        let sql = "INSERT INTO schema_version (version, name) VALUES ($1, 'later')";
        sqlx::query(sql).bind(SCHEMA_VERSION + 1).execute(&mut raw).await.unwrap();
        let error = Db::open(&database.url(), database.dir()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.advice().contains("newer version"), "{}", error.advice());
    }

    async fn tables_of_an_older_program_are_brought_up_to_date(database: Database) {
        database.create().await.close().await;
        let mut raw = database.raw(&database.dir().join("campanile.db")).await;
        // The newest step, undone.
        let tables = ["rating_question"];
        let newest = "DELETE FROM schema_version
                      WHERE version = (SELECT MAX(version) FROM schema_version)";
        for table in tables {
            let sql = format!("DROP TABLE IF EXISTS {table}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
        }
        sqlx::query(newest).execute(&mut raw).await.unwrap();
        let db = Db::open(&database.url(), database.dir()).await.unwrap();
        assert_eq!(schema_version(&db).await.unwrap(), SCHEMA_VERSION);
        let again = sqlx::query("CREATE TABLE rating_question (id TEXT)");
        assert!(again.execute(&mut raw).await.is_err(), "the table is there");
    }

    async fn foreign_keys_are_enforced(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        let sql = "INSERT INTO subscription (list_id, team_id, created_at) VALUES ('x', 'y', 0)";
        assert!(sqlx::query(sql).execute(&mut *write).await.is_err());
    }

    async fn version_names_the_database(database: Database) {
        let db = database.create().await;
        let name = if database.init_url().is_some() { "PostgreSQL 1" } else { "SQLite 3" };
        assert!(db.version().await.unwrap().starts_with(name));
        assert_eq!(db.damage().await.unwrap(), None);
    }
}

#[tokio::test]
async fn sqlite_survives_a_power_cut() {
    let database = Database::sqlite();
    let db = database.create().await;
    let mut read = db.read().await.unwrap();
    let journal: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *read).await.unwrap();
    let synchronous: i64 =
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *read).await.unwrap();
    assert_eq!((journal.as_str(), synchronous), ("wal", 2));
    let trusted: i64 =
        sqlx::query_scalar("PRAGMA trusted_schema").fetch_one(&mut *read).await.unwrap();
    assert_eq!(trusted, 0);
}

#[tokio::test]
async fn sqlite_file_is_for_its_owner_only_and_never_taken_over() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let db = database.create().await;
    for name in ["campanile.db", "campanile.db-wal", "campanile.db-shm"] {
        let metadata = std::fs::metadata(database.dir().join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{name}");
    }
    db.close().await;
    let error = Db::create(&database.url(), database.dir()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
}

#[tokio::test]
async fn missing_sqlite_file_is_not_made_anew() {
    let database = Database::sqlite();
    let error = Db::open(&database.url(), database.dir()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(!database.dir().join("campanile.db").exists());
}

#[tokio::test]
async fn data_directory_with_a_strange_name_works() {
    let database = Database::sqlite();
    let dir = database.dir().join("ä ?#%41&=\"'");
    std::fs::create_dir(&dir).unwrap();
    Db::create(&database.url(), &dir).await.unwrap().close().await;
    assert!(dir.join("campanile.db").metadata().unwrap().len() > 0);
}
