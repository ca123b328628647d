//! `campanile audit`: who did what, and whether anybody has changed the record of it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, output};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::audit::{self, Record};
use crate::store::audit_chain::{self, Fault, Verified};

/// The audit log: who did what to what, and why. Never content of mail.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile audit list
  campanile audit list --after 1200 --limit 1000 --json
  campanile audit verify
  campanile audit verify --head 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows entries, oldest first: the newest ones, or those behind a number
    List {
        /// Begins behind this number
        #[arg(long, value_name = "SEQ")]
        after: Option<u32>,
        /// Shows this many at most
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: u32,
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Checks that no entry was changed, inserted, moved or removed
    ///
    /// Prints the hash of the newest entry. Keep it somewhere else (paper, a ticket, another
    /// machine) and give it back with --head: only so does it show that the end of the log was
    /// cut off, or that all of it was written anew by somebody who had the keys as well.
    Verify {
        /// A hash that an earlier `audit verify` has printed: it has to be still there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
        /// Begins behind this number, when what stands before it is known
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u32,
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
}

impl Audit {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::List { after, limit, json } => list(&app, after, limit, json).await,
            Command::Verify { head, after, json } => verify(&app, head, after, json).await,
        }
    }
}

async fn list(app: &App, after: Option<u32>, limit: u32, json: bool) -> Result<()> {
    let mut read = app.db.read_snapshot().await?;
    let entries = match after {
        Some(after) => audit::after(&mut read, after.into(), limit.into()).await?,
        None => audit::newest(&mut read, limit.into()).await?,
    };
    if json {
        let document = |entry: &Record| {
            json!({
                "seq": entry.seq, "at": entry.at, "actor": entry.actor, "action": entry.action,
                "object": entry.object, "detail": entry.detail, "hash": entry.hash,
            })
        };
        return output::json(&entries.iter().map(document).collect::<Vec<_>>());
    }
    let row = |entry: &Record| {
        let (seq, at, detail) =
            (entry.seq.to_string(), entry.at.to_string(), entry.detail.to_string());
        [&seq, &at, &entry.actor, &entry.action, &entry.object, &detail].map(String::from).to_vec()
    };
    let header = ["seq", "at", "actor", "action", "object", "detail"];
    output::table(&header, entries.iter().map(row).collect(), "There are no entries.")
}

async fn verify(app: &App, head: Option<String>, after: u32, json: bool) -> Result<()> {
    let wanted = head.map(|hash| hash.trim().to_ascii_lowercase());
    let mut read = app.db.read_snapshot().await?;
    let (secret, wanted) = (&app.secret, wanted.as_deref());
    let verified = audit_chain::verify(&mut read, secret, after.into(), wanted).await?;
    if json {
        output::json(&document(&verified, wanted))?;
    }
    if let Some(broken) = &verified.broken {
        let text = format!("audit entry {} {}", broken.seq, broken.fault.text());
        let hint =
            format!("{} sound before it; {}", verified.sound, advice(broken.fault, broken.seq));
        return Err(Error::invalid(text).hint(hint));
    }
    if wanted.is_some() && !verified.found {
        return Err(Error::invalid("no audit entry has the hash that --head names").hint(
            "the log was cut off or written anew, or it is another network's; compare with a \
             backup",
        ));
    }
    match json {
        true => Ok(()),
        false => print(&verified),
    }
}

fn advice(fault: Fault, seq: i64) -> String {
    match fault {
        Fault::Missing | Fault::Changed | Fault::CutOff => "somebody has changed the database, or \
             keys/network.secret is not the one it was written with; compare with a backup"
            .into(),
        Fault::Unchained | Fault::AdoptedLate => format!(
            "an older version on another node, during an upgrade, or a foreign hand; if you know \
             it, check the rest with `--after {seq}`"
        ),
    }
}

fn document(verified: &Verified, wanted: Option<&str>) -> serde_json::Value {
    let broken = verified.broken.as_ref();
    json!({
        "sound": verified.sound,
        "adopted": verified.adopted,
        "head": verified.head.as_ref().map(|(seq, hash)| json!({ "seq": seq, "hash": hash })),
        "broken": broken.map(|at| json!({ "seq": at.seq, "fault": at.fault.text() })),
        "found": wanted.map(|_| verified.found),
    })
}

fn print(verified: &Verified) -> Result<()> {
    output::line(format!("{} entries are sound", verified.sound))?;
    if verified.adopted > 0 {
        let count = verified.adopted;
        output::line(format!(
            "the first {count} were written before there was a chain, and chained as they were"
        ))?;
    }
    match &verified.head {
        Some((seq, hash)) => output::line(format!("head: {hash} (entry {seq}); keep it elsewhere")),
        None => Ok(()),
    }
}
