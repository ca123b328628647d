//! What can be done with a document before the database is asked.

use campanile_core::crypto::mac::mac;
use campanile_core::formats::advisory;
use campanile_core::model::advisory::Advisory;
use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use campanile_core::model::visible::acts;

use super::{NewDocument, refusal};
use crate::app::App;
use crate::app::advisories::document;
use crate::error::{Error, Result};

/// Longest number and issuer of an advisory, in octets; the longest in use have 60.
const NAME_BYTES_MAX: usize = 256;

/// A document that was read.
pub(super) struct Prepared<'a> {
    pub from: &'a NewDocument<'a>,
    /// What the issuer is called where the document does not say it.
    pub issuer_given: &'a str,
    pub advisory: Advisory,
    pub format: &'static str,
    /// What is odd about it, as JSON.
    pub findings: String,
    pub deflated: Vec<u8>,
    pub sha256: String,
    pub digest: String,
}

/// Reads a document that `own` brings in, a team or nobody; the inner error is why it is refused.
///
/// # Errors
/// The crypto library fails.
pub(super) fn prepare<'a>(
    app: &App,
    from: &'a NewDocument<'a>,
    own: &'a str,
) -> Result<std::result::Result<Prepared<'a>, String>> {
    if from.octets.len() > DOCUMENT_BYTES_MAX {
        return Ok(Err(format!("it is larger than {DOCUMENT_BYTES_MAX} octets")));
    }
    let issuer_given = if from.issuer.is_empty() { own } else { from.issuer };
    let (advisory, findings) = match document::read(from.octets, issuer_given) {
        Ok(read) => read,
        Err(error) => return Ok(Err(refusal(&error))),
    };
    if let Some(why) = unnamed(&advisory) {
        return Ok(Err(why));
    }
    if let Some(why) = from.terms.and_then(|terms| terms.refusal(&advisory)) {
        return Ok(Err(why));
    }
    let findings = serde_json::to_string(&findings)
        .map_err(|source| Error::internal("a document cannot be stored").source(source))?;
    let sha256 = openssl::sha::sha256(from.octets);
    let sha256: String = sha256.iter().map(|octet| format!("{octet:02x}")).collect();
    let digest = mac(&app.secret, &format!("document {sha256}"))
        .map_err(|source| Error::internal("a document cannot be stored").source(source))?;
    Ok(Ok(Prepared {
        from,
        issuer_given,
        advisory,
        format: advisory::detect(from.octets).map_or("", advisory::Format::name),
        findings,
        deflated: document::deflate(from.octets)?,
        sha256,
        digest,
    }))
}

/// Why an advisory cannot be told from others.
fn unnamed(advisory: &Advisory) -> Option<String> {
    let (issuer, number) = (advisory.issuer.name.trim(), advisory.number.trim());
    if issuer.is_empty() {
        return Some("it does not say who issued it, and no issuer was given".to_owned());
    }
    if number.is_empty() {
        return Some("it has no number".to_owned());
    }
    let long = issuer.len() > NAME_BYTES_MAX || number.len() > NAME_BYTES_MAX;
    // Characters that turn or hide text would let one advisory pass for another.
    let strange = issuer.chars().chain(number.chars()).any(acts);
    (long || strange).then(|| "its number or issuer is none: too long, or with controls".to_owned())
}
