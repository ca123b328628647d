//! Registers a trust anchor for S/MIME, or the newest revocation list of one.

use campanile_core::crypto::smime::Anchor;
use serde_json::json;

use super::{Actor, Done, finish, parsed_fingerprint};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::trust::{self, TrustAnchor};
use crate::store::{Write, settings};

/// What became of a trust anchor that was offered.
#[derive(Debug)]
pub enum TrustAdded {
    /// It is new.
    Anchor(TrustAnchor),
    /// It was known; its revocation list was replaced.
    RevocationList(TrustAnchor),
}

/// Registers a CA certificate with its newest CRL, both as the content of files (PEM or DER).
/// For an anchor that is known, the CRL is replaced.
///
/// # Errors
/// A file breaks a rule, or the anchor is known and no CRL is given.
pub async fn add_trust(
    app: &App,
    actor: Actor<'_>,
    certificate: &[u8],
    crl: Option<&[u8]>,
) -> Result<TrustAdded> {
    let now = app.now();
    let anchor = Anchor::read(certificate, crl, now)?;
    let row = TrustAnchor {
        id: app.new_id(now),
        subject: anchor.subject(),
        fingerprint: anchor.fingerprint(),
        certificate: anchor.certificate_der(),
        crl: anchor.crl_der(),
        logins: false,
        created_at: now,
    };
    let mut write = settings::begin_registry_change(&app.db).await?;
    let (added, action) = match trust::by_fingerprint(&mut write, &row.fingerprint).await? {
        None => {
            trust::insert(&mut write, &row).await?;
            (TrustAdded::Anchor(row.clone()), "trust.add")
        }
        Some(known) => (replace_crl(&mut write, known, &row).await?, "trust.crl"),
    };
    let detail = json!({ "subject": row.subject, "crl": row.crl.is_some() });
    let object = row.fingerprint.as_str();
    finish(&app.secret, write, now, Done { actor, action, object, detail }).await?;
    Ok(added)
}

async fn replace_crl(
    write: &mut Write,
    mut known: TrustAnchor,
    new: &TrustAnchor,
) -> Result<TrustAdded> {
    let Some(crl) = &new.crl else {
        return Err(Error::conflict(format!("{} is a trust anchor already", known.subject))
            .hint("with --crl FILE its revocation list is replaced"));
    };
    trust::set_crl(write, &known.id, crl).await?;
    known.crl = Some(crl.clone());
    Ok(TrustAdded::RevocationList(known))
}

/// Allows that certificates of a CA are registered for logging in (`ca register-login`).
///
/// # Errors
/// There is no such anchor.
pub async fn allow_logins(app: &App, actor: Actor<'_>, fingerprint: &str) -> Result<TrustAnchor> {
    let fingerprint = parsed_fingerprint(fingerprint)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let Some(mut anchor) = trust::by_fingerprint(&mut write, &fingerprint).await? else {
        return Err(Error::not_found(format!("there is no trust anchor {fingerprint}"))
            .hint("`campanile trust list` shows them"));
    };
    trust::allow_logins(&mut write, &anchor.id).await?;
    anchor.logins = true;
    let detail = json!({ "subject": anchor.subject });
    let done = Done { actor, action: "trust.logins", object: fingerprint.as_str(), detail };
    finish(&app.secret, write, app.now(), done).await?;
    Ok(anchor)
}
