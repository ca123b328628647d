//! Makes the certification authority of the network, whose certificates open the web pages.

use campanile_core::model::time::Timestamp;
use campanile_core::pki::{Authority, REVOCATION_LIST_SECONDS};
use serde_json::json;

use super::{Actor, Done, finish};
use crate::app::{App, new_id};
use crate::error::{Error, Result};
use crate::keys::KeyFiles;
use crate::store::authority::{self, AuthorityRow};
use crate::store::settings;

/// Makes the authority of a network that has none.
///
/// # Errors
/// There is one already, or the key file cannot be written.
pub async fn make_authority(app: &App, actor: Actor<'_>) -> Result<AuthorityRow> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    if let Some(known) = authority::current(&mut write).await? {
        let text = format!("this network has an authority already: {}", known.fingerprint);
        return Err(Error::conflict(text).hint("`campanile ca issue` issues certificates"));
    }
    let row = new_authority(&app.keys, app.config.network.name.as_str(), now)?;
    authority::insert(&mut write, &row).await?;
    let detail = json!({ "expires_at": row.expires_at });
    let object = row.fingerprint.as_str();
    finish(&app.secret, write, now, Done { actor, action: "ca.init", object, detail }).await?;
    Ok(row)
}

/// Makes key, certificate and an empty revocation list; the key is a file from then on.
pub(super) fn new_authority(
    keys: &KeyFiles,
    network: &str,
    now: Timestamp,
) -> Result<AuthorityRow> {
    let fail = |source| Error::internal("the authority cannot be made").source(source);
    let made = Authority::make(network, now).map_err(fail)?;
    let crl = made.revocation_list(&[], 1, now).map_err(fail)?;
    keys.write(&keys.authority_path(&made.fingerprint()), &made.to_secret_pem())?;
    Ok(AuthorityRow {
        id: new_id(now),
        fingerprint: made.fingerprint(),
        certificate: made.certificate_der(),
        crl,
        crl_number: 1,
        crl_next_at: now.plus_seconds(REVOCATION_LIST_SECONDS),
        expires_at: made.expires_at(),
        created_at: now,
    })
}
