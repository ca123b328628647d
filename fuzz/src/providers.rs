//! What providers of advisories say about themselves and what they have.

use campanile_core::formats::provider::{
    Entry, aggregator, changes, feed, index, metadata, security_txt,
};

/// Reading ends, whatever is given; addresses have nothing in them that a program could take for
/// the end of one.
pub fn provider_json(data: &[u8]) {
    if let Ok((read, _)) = metadata(data) {
        assert!(!read.publisher.name.is_empty());
        read.keys.iter().for_each(|key| assert!(is_plain(&key.url)));
    }
    if let Ok((read, _)) = aggregator(data) {
        read.providers.iter().for_each(|one| assert!(is_plain(&one.url)));
    }
    if let Ok((entries, _)) = feed(data) {
        entries.iter().for_each(|entry| assert!(is_plain(&entry.url)));
    }
}

/// A path of a listing never leads out of its folder.
pub fn provider_listing(data: &[u8]) {
    for (entries, _) in [index(data), changes(data)].into_iter().flatten() {
        entries.iter().for_each(|entry: &Entry| {
            assert!(is_plain(&entry.url) && !entry.url.starts_with('/'));
            assert!(!entry.url.split('/').any(|part| part == ".."));
        });
    }
    security_txt(data).iter().for_each(|url| assert!(is_plain(url)));
}

fn is_plain(url: &str) -> bool {
    !url.is_empty() && !url.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\')
}
