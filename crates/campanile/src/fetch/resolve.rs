//! Looks names up, and keeps back what is not public.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use super::Guard;

/// Asks the name service.
pub(super) type Lookup = Arc<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>
        + Send
        + Sync,
>;

/// A name that leads to nothing that may be asked.
#[derive(Debug, Error)]
#[error("the name leads to no public address")]
pub(super) struct NotPublic;

/// What connections get their addresses from.
pub(super) struct Resolver {
    guard: Guard,
    lookup: Lookup,
}

impl Resolver {
    pub(super) fn new(guard: Guard, lookup: Lookup) -> Self {
        Self { guard, lookup }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, host) = (self.guard.clone(), name.as_str().to_owned());
        let found = (self.lookup)(host.clone());
        Box::pin(async move {
            let found = found.await?;
            let lets = |address: &IpAddr| guard.lets(&host, *address);
            let addresses: Vec<_> = found.into_iter().filter(lets).collect();
            if addresses.is_empty() {
                return Err(NotPublic.into());
            }
            // The port is that of the request.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

/// The name service of the system.
pub(super) fn system() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}
