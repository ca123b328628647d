//! Whose a public key is already: nobody gets a certificate for a key of somebody else.

use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::person::LoginState;
use campanile_core::pki::key_digest_of;

use crate::error::{Error, Result};
use crate::store::{Connection, authority, credentials, list_keys, logins, trust};

/// Refuses a key that the CA, another CA, a list or anybody else has, and one of the same team
/// that was withdrawn. A team may log in with the key that it reads mail with.
///
/// # Security
/// With the key of another, a certificate would say that its holder is one team while signatures
/// of the same key are another's. A key that was revoked may be known to strangers.
pub(super) async fn refuse_used_key(
    connection: &mut Connection,
    digest: &Fingerprint,
    team_id: Option<&str>,
) -> Result<()> {
    let refused = |whose: &str| {
        Err(Error::conflict(format!("the key is {whose}"))
            .hint("make a new key for every certificate, and ask with that"))
    };
    if is_of_a_ca(connection, digest).await? {
        return refused("that of a certification authority");
    }
    for key in list_keys::all(connection).await? {
        if key.protocol == Protocol::Smime && is(&key.certificate, digest) {
            return refused("that of a list");
        }
    }
    for known in credentials::all(connection).await? {
        if known.protocol != Protocol::Smime || !is(&known.certificate, digest) {
            continue;
        }
        match Some(known.team_id.as_str()) == team_id {
            false => return refused("registered by another team"),
            true if known.state == KeyState::Revoked => return refused("revoked"),
            true => {}
        }
    }
    for known in logins::all(connection, None).await?.iter().filter(|all| all.key_digest == *digest)
    {
        match known.team_id.as_deref() == team_id {
            false => return refused("in use for logging in, by somebody else"),
            true if known.state == LoginState::Revoked => return refused("revoked"),
            true => {}
        }
    }
    let server = |row: &authority::IssuedRow| row.key_digest == *digest && row.kind == "server";
    match authority::issued(connection).await?.iter().any(server) {
        true => refused("that of the server"),
        false => Ok(()),
    }
}

async fn is_of_a_ca(connection: &mut Connection, digest: &Fingerprint) -> Result<bool> {
    let own = authority::current(connection).await?;
    let anchors = trust::all(connection).await?;
    let own = own.is_some_and(|own| is(&own.certificate, digest));
    Ok(own || anchors.iter().any(|anchor| is(&anchor.certificate, digest)))
}

fn is(certificate: &[u8], digest: &Fingerprint) -> bool {
    key_digest_of(certificate).as_ref() == Some(digest)
}
