//! Webhooks: an address of a team that is told when an alert is there.

use std::net::IpAddr;

use campanile_core::authz::Action;
use campanile_core::crypto::mac::mac;
use campanile_core::model::public_address::is_public;
use serde_json::json;
use url::{Host, Url};

use super::{Actor, Done, finish, managed_team, permit, withdraws_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::printable::acts;
use crate::store::settings;
use crate::store::webhooks::{self, Webhook};

/// Longest address, in octets.
const URL_OCTETS_MAX: usize = 1000;
/// Most webhooks of a team: every alert is told to each.
const WEBHOOKS_MAX: usize = 10;

/// Where a webhook may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, with TLS.
    Public,
    /// Any address, also without TLS: the operator knows the machine.
    Anywhere,
}

/// Registers a webhook of a team.
///
/// # Errors
/// It is no address that may be asked, or the team has too many already.
pub async fn add_webhook(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    url: &str,
    reach: Reach,
) -> Result<Webhook> {
    let now = app.now();
    if let (Reach::Anywhere, Actor::Member(by)) = (reach, actor) {
        permit(by, Action::Operate)?;
    }
    let url = checked(url, reach)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = managed_team(&mut write, actor, handle).await?;
    let known = webhooks::all(&mut write, Some(&team.id)).await?;
    if known.len() >= WEBHOOKS_MAX {
        return Err(Error::conflict(format!("{handle} has {WEBHOOKS_MAX} webhooks already"))
            .hint("`campanile webhook remove` makes room"));
    }
    let hook = Webhook {
        id: app.new_id(now),
        team_id: team.id,
        team: team.handle.to_string(),
        url: url.to_string(),
        private: reach == Reach::Anywhere,
        created_at: now,
        waiting: 0,
        failed: 0,
        reply: String::new(),
    };
    webhooks::insert(&mut write, &hook).await?;
    let detail = json!({ "webhook": hook.id, "host": url.host_str(), "private": hook.private });
    let object = hook.team.as_str();
    finish(&app.secret, write, now, Done { actor, action: "webhook.add", object, detail }).await?;
    Ok(hook)
}

/// Removes a webhook, named by its identifier; for a member, one of its team. What waits for it is
/// given up.
///
/// # Errors
/// There is none.
pub async fn remove_webhook(app: &App, actor: Actor<'_>, id: &str) -> Result<()> {
    let now = app.now();
    let of = withdraws_of(actor)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    if !webhooks::remove(&mut write, id, of, now).await? {
        return Err(Error::not_found("there is no such webhook")
            .hint("`campanile webhook list` shows them with their identifiers"));
    }
    let done = Done { actor, action: "webhook.remove", object: id, detail: json!({}) };
    finish(&app.secret, write, now, done).await
}

/// The secret that the events of a webhook are signed with: made from that of the network, so
/// that it stands in no row.
///
/// # Errors
/// OpenSSL has no memory left.
pub fn webhook_secret(app: &App, id: &str) -> Result<String> {
    mac(&app.secret, &format!("webhook {id}"))
        .map_err(|source| Error::internal("no secret can be made").source(source))
}

/// What can be known of an address before it is looked up; the rest is asked at every try.
fn checked(text: &str, reach: Reach) -> Result<Url> {
    let refused = |why: &str| {
        Err(Error::invalid(format!("the address cannot be a webhook: {why}"))
            .hint("an address like https://hooks.team.example/campanile"))
    };
    let Ok(url) = Url::parse(text) else { return refused("it is no URL") };
    if text.len() > URL_OCTETS_MAX || text.chars().any(|c| acts(c) || c == '\\') {
        return refused("it is too long, or holds characters that programs read differently");
    }
    if url.port() == Some(0) {
        return refused("it names no port");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refused("it holds a user name, a password or a fragment");
    }
    let address: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) => None,
        None => return refused("it names no host"),
    };
    match (reach, url.scheme()) {
        (_, "https") | (Reach::Anywhere, "http") => {}
        _ => return refused("it is not https"),
    }
    let local = url.host_str().is_some_and(|host| {
        let host = host.trim_end_matches('.');
        host == "localhost" || host.ends_with(".localhost") || !host.contains(['.', ':'])
    });
    let private = local || address.is_some_and(|address| !is_public(address));
    match private && reach == Reach::Public {
        true => refused("it leads to a machine that is not public (`--anywhere` allows it)"),
        false => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_around_the_server_need_the_operators_word() {
        for text in [
            "http://hooks.team.example/",
            "https://localhost/",
            "https://localhost./",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://10.0.0.7:8443/x",
            "https://169.254.169.254/latest/meta-data",
            "https://intranet/",
            "https://[::ffff:192.168.0.1]/",
        ] {
            assert!(checked(text, Reach::Public).is_err(), "{text}");
            assert!(checked(text, Reach::Anywhere).is_ok(), "{text}");
        }
        assert!(checked("https://hooks.team.example/x?y=z", Reach::Public).is_ok());
    }

    #[test]
    fn what_is_no_plain_address_is_refused_in_any_case() {
        for text in [
            "",
            "hooks.team.example",
            "ftp://hooks.team.example/",
            "file:///etc/passwd",
            "https://user:geheim@hooks.team.example/",
            "https://hooks.team.example/#x",
            "https://hooks.team.example/\u{202e}",
            "https://hooks.team.example\\@127.0.0.1/",
            "https://hooks.team.example:0/",
            "data:text/plain,x",
            "https:///x y",
        ] {
            assert!(checked(text, Reach::Anywhere).is_err(), "{text:?}");
        }
    }
}
