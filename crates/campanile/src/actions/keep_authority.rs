//! What the authority has to do again and again: a revocation list before the last one ends, and
//! a certificate for the pages of this node.

use std::net::IpAddr;

use campanile_core::model::time::Timestamp;
use campanile_core::pki::{Purpose, REVOCATION_LIST_SECONDS, ServerName, generate_key};
use openssl::x509::X509;
use serde_json::json;
use zeroize::Zeroizing;

use super::issue_login::row;
use super::revoke_login::renew_revocation_list;
use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::store::authority::{self, AuthorityRow};
use crate::store::settings;

/// The certificate of the pages is made anew this long before it ends, in seconds: 30 days.
const RENEW_SECONDS: i64 = 30 * 24 * 3600;

/// Brings everything up to date. Returns whether anything was; without an authority nothing is.
///
/// # Errors
/// A key file cannot be read or written, or the database fails.
pub async fn keep_authority(app: &App) -> Result<bool> {
    let Some(row) = authority::current(&mut *app.db.read().await?).await? else {
        return Ok(false);
    };
    let now = app.now();
    let listed = row.crl_next_at.plus_seconds(-REVOCATION_LIST_SECONDS / 2) <= now;
    if listed {
        renew_revocation_list(app, Actor::Gateway).await?;
    }
    let own = app.config.web.tls_cert.is_none();
    let certified = own && !serves(app, &row, now)?;
    if certified {
        certify_server(app).await?;
    }
    Ok(listed || certified)
}

/// Whether the file of this node holds a certificate of this authority for all its names, that
/// is good for a while.
fn serves(app: &App, authority: &AuthorityRow, now: Timestamp) -> Result<bool> {
    let pem = match app.keys.read(&app.keys.server_path()) {
        Ok(pem) => pem,
        Err(error) if error.kind() == Kind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let (Ok(own), Ok(ca)) = (X509::from_pem(&pem), X509::from_der(&authority.certificate)) else {
        return Ok(false);
    };
    let signed = ca.public_key().is_ok_and(|key| own.verify(&key).unwrap_or(false));
    let late = openssl::asn1::Asn1Time::from_unix(now.plus_seconds(RENEW_SECONDS).seconds());
    let good = late.is_ok_and(|late| own.not_after() > late);
    let held = own.subject_alt_names().into_iter().flatten().map(|name| {
        let address = name.ipaddress().and_then(address);
        name.dnsname().map(ToOwned::to_owned).or_else(|| address.map(|all| all.to_string()))
    });
    let held: Vec<_> = held.flatten().collect();
    let named = names(app).iter().all(|name| held.contains(&name.to_string()));
    Ok(signed && good && named)
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).ok()
}

/// The names that the pages are asked by: the host of the public address, and where they listen.
fn names(app: &App) -> Vec<ServerName> {
    let url = url::Url::parse(&app.config.public_url()).ok();
    let host = url.as_ref().and_then(|url| url.host_str());
    let mut names: Vec<ServerName> = host.and_then(server_name).into_iter().collect();
    let listen = app.config.web.listen.ip();
    if listen.is_loopback() {
        names.push(ServerName::Localhost);
    }
    if !listen.is_unspecified() {
        names.push(ServerName::Address(listen));
    }
    let mut unique = Vec::with_capacity(names.len());
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

fn server_name(host: &str) -> Option<ServerName> {
    if host == "localhost" {
        return Some(ServerName::Localhost);
    }
    // A URL has an IPv6 address in brackets.
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => Some(ServerName::Address(address)),
        Err(_) => host.parse().ok().map(ServerName::Host),
    }
}

/// Makes a key and has it certified. The file is written before the commit: a certificate that
/// is not noted can be made again, one without its file could not be used.
async fn certify_server(app: &App) -> Result<()> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let (current, authority) = app.authority(&mut write).await?;
    let fail = |source| Error::internal("the pages get no certificate").source(source);
    let key = generate_key().map_err(fail)?;
    let names = names(app);
    let issued = authority.issue(Purpose::Server(&names), &key, now).map_err(fail)?;
    let secret = key.private_key_to_pem_pkcs8().map(Zeroizing::new);
    let secret = secret.map_err(|source| Error::internal("the key of the pages").source(source))?;
    let certificate = issued.pem();
    // Sized first: growing would leave a copy of the key behind.
    let mut pem = Zeroizing::new(Vec::with_capacity(secret.len() + certificate.len()));
    pem.extend_from_slice(&secret);
    pem.extend_from_slice(&certificate);
    app.keys.write(&app.keys.server_path(), &pem)?;
    authority::insert_issued(&mut write, &row(&current, &issued, "server", now)).await?;
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let detail = json!({ "names": names, "expires_at": issued.expires_at, "node": app.node });
    let object = issued.fingerprint.as_str();
    let done = Done { actor: Actor::Gateway, action: "ca.server", object, detail };
    finish(&app.secret, write, now, done).await
}
