//! Removes a trust anchor: certificates below it stop counting.

use serde_json::json;

use super::{Actor, Done, finish, parsed_fingerprint};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::settings;
use crate::store::trust::{self, TrustAnchor};

/// Removes a trust anchor, named by its full fingerprint.
///
/// # Errors
/// There is no such anchor.
pub async fn remove_trust(app: &App, actor: Actor<'_>, fingerprint: &str) -> Result<TrustAnchor> {
    let fingerprint = parsed_fingerprint(fingerprint)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let Some(anchor) = trust::by_fingerprint(&mut write, &fingerprint).await? else {
        return Err(Error::not_found(format!("there is no trust anchor {fingerprint}"))
            .hint("`campanile trust list` shows them"));
    };
    trust::remove(&mut write, &anchor.id).await?;
    let detail = json!({ "subject": anchor.subject });
    let object = fingerprint.as_str();
    finish(&app.secret, write, app.now(), Done { actor, action: "trust.remove", object, detail })
        .await?;
    Ok(anchor)
}
