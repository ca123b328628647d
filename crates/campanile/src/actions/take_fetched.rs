//! Takes what was fetched from a source into the repository, and notes what became of each.
//!
//! First the advisories, then the notes: a machine that stops in between fetches these once more,
//! and finds them known.

use campanile_core::authz::Viewer;
use campanile_core::crypto::mac::mac;

use super::{NewDocument, Taken, Terms, import_advisories};
use crate::app::App;
use crate::app::sources::Refusal;
use crate::error::{Error, Result};
use crate::store::sealed;
use crate::store::sources::{self, Note, Source};

/// A document that was asked for.
#[derive(Debug)]
pub struct Fetched {
    /// Its address.
    pub url: String,
    /// When it changed, as the source says.
    pub updated: String,
    /// What came.
    pub what: What,
}

/// What came of a question for a document.
#[derive(Debug)]
pub enum What {
    /// The document, checked against digest and signature.
    Document {
        /// Its octets.
        octets: Vec<u8>,
        /// Whether a signature was checked, and holds.
        signed: bool,
    },
    /// It is not taken.
    Refused {
        /// Why.
        why: String,
        /// Whether this may be over at the next run.
        again: bool,
    },
}

/// How many were stored, known, refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Taken in.
    pub stored: i64,
    /// Known already.
    pub known: i64,
    /// Refused.
    pub refused: i64,
}

/// The terms that the operator has set for a source.
///
/// # Errors
/// What is stored cannot be read.
pub fn terms(source: &Source) -> Result<Terms> {
    let everybody = source.issuers == "*";
    let names: Vec<_> = source.issuers.lines().map(str::to_owned).collect();
    let audience = (!source.audience.is_empty()).then(|| source.audience.parse()).transpose();
    Ok(Terms {
        issuers: (!everybody && !names.is_empty()).then_some(names),
        everybody,
        audience: audience.map_err(|_| Error::internal("the audience of a source is none"))?,
        public: source.client_certificate.is_empty(),
    })
}

/// What a document of a source is known by: its address may tell of something restricted.
///
/// # Errors
/// The crypto library fails.
pub fn place(app: &App, url: &str) -> Result<String> {
    mac(&app.secret, &format!("source document {url}"))
        .map_err(|source| Error::internal("an address cannot be hidden").source(source))
}

/// Takes documents in and notes what became of each.
///
/// # Errors
/// The database fails; then the same are asked for once more.
pub async fn take_fetched(app: &App, source: &Source, fetched: &[Fetched]) -> Result<Count> {
    let terms = terms(source)?;
    let documents = fetched.iter().filter_map(|one| match &one.what {
        What::Document { octets, signed } => Some(NewDocument {
            octets,
            channel: "feed",
            signature: if *signed { "valid" } else { "unsigned" },
            issuer: &source.issuer_given,
            disclosure: None,
            terms: Some(&terms),
        }),
        What::Refused { .. } => None,
    });
    let documents: Vec<_> = documents.collect();
    let taken = match documents.is_empty() {
        true => Vec::new(),
        false => import_advisories(app, &Viewer::operator(), &documents).await?,
    };
    note(app, source, fetched, taken).await
}

async fn note(app: &App, source: &Source, fetched: &[Fetched], taken: Vec<Taken>) -> Result<Count> {
    let mut taken = taken.into_iter();
    let mut count = Count::default();
    let mut write = app.db.begin_write().await?;
    let now = app.now();
    for one in fetched {
        let (outcome, refusal) = match &one.what {
            What::Refused { why, again } => ("refused", Some((why.clone(), *again))),
            What::Document { .. } => match taken.next() {
                Some(Taken::Stored { .. }) => ("stored", None),
                Some(Taken::Unchanged { .. }) => ("known", None),
                Some(Taken::Refused { why }) => ("refused", Some((why, false))),
                None => return Err(Error::internal("a document was lost on its way")),
            },
        };
        match outcome {
            "stored" => count.stored += 1,
            "known" => count.known += 1,
            _ => count.refused += 1,
        }
        let place = place(app, &one.url)?;
        let row = sources::row(&mut write, &source.id, &place).await?;
        let id = row.unwrap_or_else(|| app.new_id(now));
        let (why, again) = refusal.unzip();
        let sealed = why.map(|why| {
            let refusal = Refusal { url: one.url.clone(), why };
            app.vault.seal_json(sealed::SOURCE_REFUSAL, &id, &refusal)
        });
        let (sealed, again) = (sealed.transpose()?, again.unwrap_or_default());
        let note = Note { id, place, updated: one.updated.clone(), outcome, again, sealed };
        sources::note(&mut write, &source.id, &note, now).await?;
    }
    write.commit().await?;
    Ok(count)
}
