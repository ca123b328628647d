//! Finds where a source begins [CSAF 2.0 §7.1.8 to §7.1.10, §7.3]: the address that was given, or
//! what a domain names.

use campanile_core::formats::ReadError;
use campanile_core::formats::provider::{self, Metadata};
use url::Url;

use super::keys::named_keys;
use crate::error::{Error, Result};
use crate::fetch::{Fetcher, Found, Guard};
use crate::store::sources::Key;
use crate::unpack::Packed;

/// Largest file about a provider, in octets.
pub(super) const METADATA_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What an address turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A CSAF provider.
    Csaf,
    /// A CSAF aggregator or lister.
    Aggregator,
    /// A file with documents.
    Archive,
}

impl Kind {
    /// The name in the column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csaf => "csaf",
            Self::Aggregator => "aggregator",
            Self::Archive => "archive",
        }
    }
}

/// Where a source begins, and who it says that it is.
#[derive(Debug)]
pub struct Discovered {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub url: Url,
    /// Who publishes; empty for an archive.
    pub publisher: String,
    /// The keys that it names.
    pub keys: Vec<Key>,
}

/// Finds where a source begins. `text` is an address or a domain.
///
/// # Errors
/// Nothing is there, or it may not be asked.
pub async fn discover(fetcher: &Fetcher, guard: &Guard, text: &str) -> Result<Discovered> {
    if text.contains("://") {
        let url = guard.read(text)?;
        if Packed::of(url.path()).is_some() {
            let (kind, publisher, keys) = (Kind::Archive, String::new(), Vec::new());
            return Ok(Discovered { kind, url, publisher, keys });
        }
        return look(fetcher, &url).await;
    }
    let mut first = None;
    for url in places(text) {
        match at(fetcher, guard, &url).await {
            Ok(found) => return Ok(found),
            Err(error) => first = first.or(Some(error)),
        }
    }
    let why = first.map(|error| error.public().to_owned()).unwrap_or_default();
    Err(Error::not_found(format!("{text} names no CSAF provider ({why})"))
        .hint("give the address of its provider-metadata.json, aggregator.json or archive"))
}

/// Where a domain may say it, in the order of the standard.
fn places(domain: &str) -> [String; 4] {
    [
        format!("https://{domain}/.well-known/csaf/provider-metadata.json"),
        format!("https://{domain}/.well-known/security.txt"),
        format!("https://{domain}/security.txt"),
        format!("https://csaf.data.security.{domain}"),
    ]
}

async fn at(fetcher: &Fetcher, guard: &Guard, text: &str) -> Result<Discovered> {
    let url = guard.read(text)?;
    if !url.path().ends_with("security.txt") {
        return look(fetcher, &url).await;
    }
    let found = fetcher.find(&url, METADATA_BYTES_MAX).await?.ok_or_else(nothing)?;
    let mut last = nothing();
    for text in provider::security_txt(&found.octets) {
        match Box::pin(look(fetcher, &guard.read(&text)?)).await {
            Ok(found) => return Ok(found),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What is at an address.
async fn look(fetcher: &Fetcher, url: &Url) -> Result<Discovered> {
    let found = fetcher.find(url, METADATA_BYTES_MAX).await?.ok_or_else(nothing)?;
    if let Ok((aggregator, _)) = provider::aggregator(&found.octets) {
        let (kind, publisher) = (Kind::Aggregator, aggregator.name);
        return Ok(Discovered { kind, url: url.clone(), publisher, keys: Vec::new() });
    }
    let metadata = metadata(&found)?;
    let keys = named_keys(fetcher, &found.url, &metadata, &[]).await;
    let publisher = metadata.publisher.name;
    Ok(Discovered { kind: Kind::Csaf, url: url.clone(), publisher, keys })
}

/// Reads what a provider says about itself.
///
/// # Errors
/// It is something else.
pub(super) fn metadata(found: &Found) -> Result<Metadata> {
    let read = provider::metadata(&found.octets);
    read.map(|(metadata, _)| metadata).map_err(|error| unreadable("provider-metadata.json", error))
}

/// A file of a provider that cannot be read.
pub(super) fn unreadable(what: &str, error: ReadError) -> Error {
    Error::invalid(format!("{what} cannot be read: {error}"))
        .hint("tell the provider; it is tried again by itself")
}

pub(super) fn nothing() -> Error {
    Error::not_found("there is nothing at this address")
        .hint("ask the provider where it is now; `campanile source change --url` follows it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_asked_in_the_order_of_the_standard() {
        let places = places("example.com");
        assert_eq!(places[0], "https://example.com/.well-known/csaf/provider-metadata.json");
        assert_eq!(places[1], "https://example.com/.well-known/security.txt");
        assert_eq!(places[3], "https://csaf.data.security.example.com");
    }
}
