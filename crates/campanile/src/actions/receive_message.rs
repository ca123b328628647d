//! A mail has come in: store it durably, once per list, before anybody is told so.

use campanile_core::model::time::Timestamp;

use crate::app::{App, new_id};
use crate::error::{Error, Result};
use crate::spool::Folder;
use crate::store::Write;
use crate::store::messages::{self, NewMessage};

/// A mail at the end of DATA.
pub struct Received {
    /// Envelope sender, empty for `<>`.
    pub mail_from: String,
    /// Address of the client.
    pub peer: String,
    /// The octets between DATA and the final dot, unstuffed.
    pub bytes: Vec<u8>,
}

/// Stores a mail for each of the lists and returns the identifier of the first.
///
/// After it has returned, the mail survives a crash at any instant.
///
/// # Errors
/// When a file or the database fails; nothing is stored then, or (when the answer to the commit
/// was lost) it is not known. The sender tries again, and the second mail is discarded as a replay.
pub async fn receive_message(app: &App, lists: &[String], received: Received) -> Result<String> {
    let ids: Vec<_> = lists.iter().map(|_| new_id(app.now())).collect();
    let at = app.now();
    let bytes = received.bytes.len();
    write_files(app, &ids, received.bytes).await?;
    let inserted = insert(app, lists, &ids, (&received.mail_from, &received.peer), bytes, at).await;
    if inserted.is_err() {
        for id in &ids {
            // The files have no row; what stays is swept later.
            let _ = app.spool.remove(Folder::Received, id);
        }
    }
    // When this fails, nobody knows whether it took effect: a row may need the files.
    inserted?.commit().await?;
    app.counters.received(lists.len());
    app.received.notify_one();
    ids.into_iter().next().ok_or_else(|| Error::internal("a mail came without a list"))
}

async fn write_files(app: &App, ids: &[String], bytes: Vec<u8>) -> Result<()> {
    let (spool, names) = (app.spool.clone(), ids.to_vec());
    let write = move || {
        for name in &names {
            spool.write(Folder::Received, name, [&bytes])?;
        }
        Ok(())
    };
    let written = tokio::task::spawn_blocking(write).await;
    written
        .unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
        .map_err(|error| Error::io("the spool", error))
}

async fn insert(
    app: &App,
    lists: &[String],
    ids: &[String],
    (mail_from, peer): (&str, &str),
    bytes: usize,
    received_at: Timestamp,
) -> Result<Write> {
    let mut write = app.db.begin_write().await?;
    for (list_id, id) in lists.iter().zip(ids) {
        let new = NewMessage { id, list_id, received_at, mail_from, peer, bytes };
        messages::insert(&mut write, &new).await?;
    }
    Ok(write)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, app, list};
    use super::*;

    #[tokio::test]
    async fn failure_that_is_not_the_messages_own_does_not_count_as_an_attempt() {
        let (_dir, app) = app().await;
        let lists = [list(&app, "alert").await.id];
        let received =
            Received { mail_from: String::new(), peer: "192.0.2.1".into(), bytes: b"x".to_vec() };
        let id = receive_message(&app, &lists, received).await.unwrap();
        let mut attempts = Vec::new();
        for (second, uncounted) in [(0, true), (1, false), (2, false)] {
            let now = NOW.plus_seconds(second);
            let claimed = messages::claim(&app.db, &app.node, now, now).await.unwrap();
            attempts.push(claimed.unwrap().attempts);
            let given = messages::give_back(&app.db, &id, now, uncounted).await;
            given.unwrap();
        }
        assert_eq!(attempts, [1, 1, 2]);
    }

    #[tokio::test]
    async fn message_in_work_at_several_ends_of_its_node_waits_longer_each_time() {
        let (_dir, app) = app().await;
        let lists = [list(&app, "alert").await.id];
        let received =
            Received { mail_from: String::new(), peer: "192.0.2.1".into(), bytes: b"x".to_vec() };
        receive_message(&app, &lists, received).await.unwrap();
        let ends_at = async |second| {
            let now = NOW.plus_seconds(second);
            let claim = messages::claim(&app.db, &app.node, now, now.plus_seconds(300));
            let claimed = claim.await.unwrap();
            messages::free_leases(&app.db, &app.node, now).await.unwrap();
            claimed.map(|message| message.attempts)
        };
        let mut attempts = Vec::new();
        for second in [0, 0, 0, 0, 59, 61, 120, 180, 182] {
            attempts.push(ends_at(second).await);
        }
        let expected = [Some(1), Some(2), Some(3), None, None, Some(4), None, None, Some(5)];
        assert_eq!(attempts, expected);
    }
}
