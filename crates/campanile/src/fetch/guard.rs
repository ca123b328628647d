//! Which addresses may be asked.

use std::net::IpAddr;

use campanile_core::model::public_address::is_public;
use url::{Host, Url};

use crate::error::{Error, Result};
use crate::printable::acts;

/// Ports that are asked: those where web servers are.
const PORTS: [u16; 2] = [443, 8443];
/// Longest address, in octets.
const URL_OCTETS_MAX: usize = 2_000;

/// The rule, with what the operator allows besides.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<String>,
}

impl Guard {
    /// From the setting: hosts with commas between them.
    pub fn new(allow: &str) -> Self {
        let hosts = allow.split([',', ' ']).map(str::trim).filter(|host| !host.is_empty());
        Self { allowed: hosts.map(str::to_ascii_lowercase).collect() }
    }

    /// Reads an address that somebody typed or a listing names.
    ///
    /// # Errors
    /// It is none, or may not be asked.
    pub fn read(&self, text: &str) -> Result<Url> {
        let odd = text.chars().any(|c| acts(c) || c == '\\' || c.is_whitespace());
        let rest = text.split_once("://").map(|(_, rest)| rest);
        if odd || rest.is_none_or(|rest| rest.starts_with('/')) || text.len() > URL_OCTETS_MAX {
            return Err(refused("it is too long, or written as programs read differently"));
        }
        let url = Url::parse(text).map_err(|_| refused("it is no URL"))?;
        self.check(&url)?;
        Ok(url)
    }

    /// What can be known of an address before its name is looked up.
    ///
    /// # Errors
    /// It may not be asked.
    pub fn check(&self, url: &Url) -> Result<()> {
        let Some(host) = url.host() else { return Err(refused("it names no host")) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it holds a user name or a password"));
        }
        if self.allows(url.host_str().unwrap_or_default()) {
            return match url.scheme() {
                "https" | "http" if url.port() != Some(0) => Ok(()),
                _ => Err(refused("it is neither https nor http")),
            };
        }
        let public = match host {
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
            Host::Domain(name) => is_public_name(name),
        };
        if url.scheme() != "https" {
            return Err(refused("it is not https"));
        }
        if !url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(refused("its port is neither 443 nor 8443"));
        }
        match public {
            true => Ok(()),
            false => Err(refused("it leads to a machine that is not public")),
        }
    }

    /// Whether a connection to this host may go to an address that its name leads to.
    pub(super) fn lets(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.allows(host)
    }

    fn allows(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.allowed.contains(&host)
    }
}

/// A name without a dot is one of the own network, and so are those set aside [RFC 6761, RFC 6762].
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    let set_aside = ["localhost", "local", "internal", "test", "invalid", "onion"];
    name.contains('.') && !set_aside.contains(&last) && !name.ends_with("home.arpa")
}

fn refused(why: &str) -> Error {
    Error::invalid(format!("the address may not be asked: {why}")).hint(
        "sources are public https servers; `[sources] allow` in campanile.toml lets machines of \
         the own network",
    )
}
