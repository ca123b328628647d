//! How the sources outside are doing, for people.

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::crypto::openpgp::Certificate;
use campanile_core::model::person::Role;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use crate::error::{Error, Result};
use crate::store::sealed;
use crate::store::sources::{self, Source, Totals};

/// Refusals of a source that are shown, those that came last first.
const REFUSALS_MAX: i64 = 50;

/// A source and how it is doing.
#[derive(Debug, Clone, Serialize)]
pub struct SourceHealth {
    /// What the operator calls it.
    pub name: String,
    /// `csaf`, `aggregator`, `archive`.
    pub kind: String,
    /// Where it begins.
    pub url: String,
    /// Whose documents it may bring; empty: those of everybody who is no member.
    pub issuers: Vec<String>,
    /// Who sees what is not for everybody; empty: such documents are refused.
    pub audience: String,
    /// Whether we show a certificate.
    pub with_certificate: bool,
    /// How it is doing.
    pub state: State,
    /// What went wrong in the last run; empty: nothing.
    pub fault: String,
    /// What to do about it.
    pub hint: String,
    /// Time between two runs.
    pub every_seconds: i64,
    /// The last run.
    pub tried_at: Option<Timestamp>,
    /// The last run that came to its end.
    pub succeeded_at: Option<Timestamp>,
    /// When the next run is due; `None` while it rests.
    pub next_at: Option<Timestamp>,
    /// Documents that the last run has seen listed, taken in, known already, refused.
    pub last_run: LastRun,
    /// All documents that it has brought and that were refused.
    pub totals: Totals,
    /// The keys that it names.
    pub keys: Vec<KeyHealth>,
    /// What was refused lately, and why; empty for who may not see it.
    pub refusals: Vec<Refused>,
}

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was fetched yet.
    New,
    /// A node is at it.
    Running,
    /// All is well.
    Well,
    /// The last run came to its end, but documents were refused or a key waits.
    Odd,
    /// The last run has failed.
    Failing,
    /// The operator lets it rest.
    Paused,
}

/// Numbers of the last run.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LastRun {
    /// Seen listed.
    pub listed: i64,
    /// Taken in.
    pub stored: i64,
    /// Known already.
    pub known: i64,
    /// Refused.
    pub refused: i64,
}

/// A key that a source signs with.
#[derive(Debug, Clone, Serialize)]
pub struct KeyHealth {
    /// Of the primary key.
    pub fingerprint: String,
    /// Whether its signatures count.
    pub pinned: bool,
    /// Whether it is here.
    pub fetched: bool,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A document that was refused.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Its address.
    pub url: String,
    /// Why.
    pub why: String,
}

/// Why a document was refused, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refusal {
    /// Its address.
    pub url: String,
    /// Why.
    pub why: String,
}

impl App {
    /// Every source with its state, by name; with refusals when they are asked for.
    ///
    /// # Errors
    /// The viewer sees no advisories, or the database cannot be read.
    pub async fn sources(&self, viewer: &Viewer) -> Result<Vec<SourceHealth>> {
        if !may(viewer, Action::SeeAdvisories) {
            return Err(Error::denied("your role does not see advisories"));
        }
        let mut read = self.db.read_snapshot().await?;
        let totals = sources::totals(&mut read).await?;
        let mut all = Vec::new();
        for source in sources::all(&mut read).await? {
            let keys = sources::keys(&mut read, &source.id).await?;
            let total = totals.get(&source.id).copied().unwrap_or_default();
            let refused = match total.refused > 0 && sees_refusals(viewer, &source) {
                true => sources::refusals(&mut read, &source.id, REFUSALS_MAX).await?,
                false => Vec::new(),
            };
            let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
            let refusals = refused.iter().map(|(row, at, text)| self.refused(row, *at, text));
            let refusals = refusals.collect::<Result<Vec<_>>>()?;
            all.push(health(source, total, keys, refusals, self.now()));
        }
        Ok(all)
    }

    fn key(&self, key: &sources::Key) -> KeyHealth {
        let certificate = key.certificate.as_deref().map(Certificate::read);
        let certificate = certificate.and_then(std::result::Result::ok);
        KeyHealth {
            fingerprint: key.fingerprint.clone(),
            pinned: key.state == "pinned",
            fetched: certificate.is_some(),
            expires_at: certificate.and_then(|one| one.abilities(self.now()).expires_at),
        }
    }

    fn refused(&self, row: &str, at: Timestamp, text: &[u8]) -> Result<Refused> {
        let Refusal { url, why } = self.vault.open_json(sealed::SOURCE_REFUSAL, row, text)?;
        Ok(Refused { at, url, why })
    }
}

/// The addresses of documents that only our certificate opens, or that are for some teams, are
/// nothing for all members.
fn sees_refusals(viewer: &Viewer, source: &Source) -> bool {
    let open = source.client_certificate.is_empty() && source.audience.is_empty();
    open || viewer.role == Role::Operator
}

fn health(
    source: Source,
    totals: Totals,
    keys: Vec<KeyHealth>,
    refusals: Vec<Refused>,
    now: Timestamp,
) -> SourceHealth {
    let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let waits = keys.iter().any(|key| key.pinned) && keys.iter().any(|key| !key.pinned);
    let state = match &source {
        one if one.lease_until > now.micros() => State::Running,
        one if one.paused == 1 => State::Paused,
        one if !one.fault.is_empty() => State::Failing,
        one if one.tried_at.is_none() => State::New,
        _ if waits || totals.refused > 0 => State::Odd,
        _ => State::Well,
    };
    SourceHealth {
        issuers: source.issuers.lines().map(str::to_owned).collect(),
        with_certificate: !source.client_certificate.is_empty(),
        state,
        tried_at: at(source.tried_at),
        succeeded_at: at(source.succeeded_at),
        next_at: (source.paused == 0).then(|| Timestamp::from_micros(source.due_at)),
        last_run: LastRun {
            listed: source.listed,
            stored: source.stored,
            known: source.known,
            refused: source.refused,
        },
        name: source.name,
        kind: source.kind,
        url: source.url,
        audience: source.audience,
        fault: source.fault,
        hint: source.hint,
        every_seconds: source.every_seconds,
        totals,
        keys,
        refusals,
    }
}

impl State {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "not fetched yet",
            Self::Running => "being fetched",
            Self::Well => "well",
            Self::Odd => "something refused",
            Self::Failing => "failing",
            Self::Paused => "paused",
        }
    }
}
