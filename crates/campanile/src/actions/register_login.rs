//! Registers a certificate of a foreign CA for logging in: it is pinned to a person or tool.

use std::sync::Arc;

use campanile_core::model::person::{LoginState, Role};
use campanile_core::model::time::Timestamp;
use campanile_core::pki::ClientCertificate;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use serde_json::json;

use super::add_person::{find_person, person_name};
use super::known_keys::refuse_used_key;
use super::{Actor, Done, find_team, finish, parsed};
use crate::app::{App, LoginAuthority};
use crate::error::{Error, Result};
use crate::store::logins::{self, Login};
use crate::store::settings;

/// Registers a certificate, given as the content of a file, for a person of a team (by name or
/// address), or for a tool when the role is `service`.
///
/// # Errors
/// It is not made for logging in, its CA is not registered for it, it names no address of the
/// person or team, or it is registered already.
pub async fn register_login(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    who: &str,
    role: Option<&str>,
    file: &[u8],
) -> Result<Login> {
    let now = app.now();
    let certificate = ClientCertificate::read(file, now)?;
    let hint = "for a person the role is known; `--role service` is for a tool";
    let role: Option<Role> = role.map(|text| parsed(text, hint)).transpose()?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    check_path(&app.login_authorities(&mut write).await?, &certificate, now)?;
    let team = find_team(&mut write, handle).await?;
    let person = find_person(&mut write, &team, who).await?;
    let (name, role, person_id) = match (person.as_ref(), role) {
        (None, Some(Role::Service)) => (person_name(who)?, Role::Service, None),
        (Some(person), None) => (person.name.clone(), person.role, Some(person.id.clone())),
        (Some(person), Some(role)) if role == person.role => {
            (person.name.clone(), role, Some(person.id.clone()))
        }
        _ => {
            return Err(Error::not_found(format!("{handle} has no person `{who}` of this role"))
                .hint("`campanile person add` registers people; the role is told there"));
        }
    };
    let known = person.map(|person| person.email).into_iter().chain(team.emails.clone());
    let known: Vec<_> = known.collect();
    let named =
        certificate.addresses.iter().find(|named| known.iter().any(|own| own.same_mailbox(named)));
    let email = named.cloned().ok_or_else(|| {
        Error::invalid("the certificate names no address of the person or the team")
            .hint("the address has to stand in it as alternative name, as registered here")
    })?;
    if logins::by_fingerprint(&mut write, &certificate.fingerprint).await?.is_some() {
        return Err(Error::conflict("this certificate is registered already")
            .hint("one that was revoked cannot come back"));
    }
    refuse_used_key(&mut write, &certificate.key_digest, Some(&team.id)).await?;
    let login = Login {
        id: app.new_id(now),
        team_id: Some(team.id),
        person_id,
        name,
        email,
        role,
        fingerprint: certificate.fingerprint,
        issuer: certificate.issuer,
        serial: certificate.serial,
        key_digest: certificate.key_digest,
        certificate: certificate.certificate,
        state: LoginState::Active,
        not_before: certificate.not_before,
        expires_at: certificate.expires_at,
        created_at: now,
        changed_at: now,
    };
    logins::insert(&mut write, &login).await?;
    let detail = json!({
        "login": login.id,
        "role": login.role,
        "issuer": login.issuer,
        "fingerprint": login.fingerprint,
    });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "ca.register", object, detail }).await?;
    Ok(login)
}

/// Asks what the handshake will ask, with the same code.
fn check_path(
    authorities: &[LoginAuthority],
    certificate: &ClientCertificate,
    now: Timestamp,
) -> Result<()> {
    let refused = || {
        Error::invalid("the certificate does not lead to a CA that is registered for logging in")
            .hint("`campanile trust add FILE --logins` registers one, and those between")
    };
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        // One that cannot be used lets nobody in; the others do.
        let _ = roots.add(CertificateDer::from(authority.certificate.clone()));
    }
    let lists = authorities.iter().filter_map(|authority| authority.crl.clone());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .with_crls(lists.map(Into::into))
        .allow_unknown_revocation_status()
        .build()
        .map_err(|source| refused().source(source))?;
    let seconds = u64::try_from(now.seconds()).unwrap_or_default();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let der = CertificateDer::from(certificate.certificate.clone());
    let checked = verifier.verify_client_cert(&der, &[], at);
    checked.map(|_| ()).map_err(|source| refused().source(source))
}
