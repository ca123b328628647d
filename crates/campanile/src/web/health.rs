//! `GET /healthz` and `GET /readyz`: is the process alive, can it do its work.
//!
//! The answer names the part that is amiss and nothing else; the cause is in the log.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::error::{Error, Result};
use crate::store::{SCHEMA_VERSION, list_keys, lists, schema_version};

/// The process answers; that is all it says. Restart it when it does not.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// 200 when mail can be taken, opened and sealed, else 503; one line per part.
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    let parts = [
        ("database", database(&app).await),
        ("spool", spool(&app).await),
        ("keys", keys(&app).await),
    ];
    let mut status = StatusCode::OK;
    let mut text = String::new();
    for (part, found) in parts {
        if let Err(error) = &found {
            status = StatusCode::SERVICE_UNAVAILABLE;
            tracing::warn!(part, %error, causes = error.causes(), "not ready");
        }
        text.push_str(part);
        text.push_str(if found.is_ok() { ": ok\n" } else { ": fail\n" });
    }
    (status, text)
}

/// It answers, and its tables are those that this program works with.
async fn database(app: &App) -> Result<()> {
    let version = schema_version(&app.db).await?;
    if version != SCHEMA_VERSION {
        let text = format!("the database has version {version}, not {SCHEMA_VERSION}");
        return Err(Error::conflict(text).hint("start the newer version of campanile here too"));
    }
    Ok(())
}

/// A file can be written and made durable.
async fn spool(app: &App) -> Result<()> {
    let (spool, name) = (app.spool.clone(), format!(".probe-{}", app.new_id(app.now())));
    let probed = spawn_blocking(move || spool.probe(&name)).await;
    probed
        .unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
        .map_err(|error| Error::io("the spool", error))
}

/// The secret keys of all lists can be read, by nobody else.
async fn keys(app: &App) -> Result<()> {
    let mut read = app.db.read_snapshot().await?;
    let lists = lists::all(&mut read).await?;
    let registered = list_keys::all(&mut read).await?;
    drop(read);
    let of = |key: &list_keys::ListKey| {
        let list = lists.iter().find(|list| list.id == key.list_id)?;
        Some(app.keys.list_key_path(&list.name, key.protocol, &key.fingerprint))
    };
    let paths: Vec<_> = registered.iter().filter_map(of).collect();
    let files = app.keys.clone();
    let done =
        spawn_blocking(move || paths.iter().try_for_each(|path| files.read(path).map(drop))).await;
    done.unwrap_or_else(|gone| Err(Error::internal("the keys were not read").source(gone)))
}
