//! What providers say, in the standard's examples and odd.

use std::path::PathBuf;

use super::*;
use crate::formats::ReadError;
use crate::model::limits::{LISTING_DOCUMENTS_MAX, LISTING_VALUES_MAX};

const METADATA: &str = r#"{
  "canonical_url": "https://www.example.com/.well-known/csaf/provider-metadata.json",
  "distributions": [
    { "rolie": { "feeds": [
      { "summary": "all", "tlp_label": "WHITE", "url": "https://www.example.com/white.json" },
      { "summary": "odd", "url": "https://www.example.com/a b" }
    ] } },
    { "directory_url": "https://www.example.com/white/" },
    { "directory": { "tlp_label": "CLEAR", "url": "https://www.example.com/v2.1/clear/" } },
    {}
  ],
  "last_updated": "2026-07-12T20:20:56.169Z",
  "metadata_version": "2.0",
  "public_openpgp_keys": [
    { "fingerprint": "8f5f 2679 07B2 C455 9DB3 60DB 2294 BA7D 2B22 98B1", "url": "https://k.example/1" },
    { "fingerprint": "none", "url": "https://k.example/2" },
    { "fingerprint": "8F5F267907B2C4559DB360DB2294BA7D2B2298B1" }
  ],
  "publisher": { "category": "vendor", "name": " Example ", "namespace": "https://psirt.example.com" },
  "role": "csaf_trusted_provider"
}"#;

#[test]
fn provider_says_who_it_is_where_its_documents_are_and_what_it_signs_with() {
    let (read, findings) = metadata(METADATA.as_bytes()).unwrap();
    assert_eq!((read.publisher.name.as_str(), read.role.as_str()), ("Example", ROLE_TRUSTED));
    let feeds = vec!["https://www.example.com/white.json".to_owned()];
    let folder = |url: &str| Distribution::Folder(url.to_owned());
    assert_eq!(
        read.distributions,
        [
            Distribution::Feeds(feeds),
            folder("https://www.example.com/white/"),
            folder("https://www.example.com/v2.1/clear/"),
        ]
    );
    let keys: Vec<_> = read.keys.iter().map(|key| key.fingerprint.is_some()).collect();
    assert_eq!(keys, [true, false]);
    assert!(read.list && !read.mirror);
    let places: Vec<_> = findings.iter().map(|finding| finding.place.as_str()).collect();
    assert_eq!(
        places,
        ["/distributions/0/rolie/feeds/1", "/distributions/3", "/public_openpgp_keys/1"]
    );
}

#[test]
fn what_is_no_provider_is_told_apart_from_one_without_a_name() {
    assert!(matches!(metadata(b"{}"), Err(ReadError::Foreign(_))));
    let nameless = METADATA.replace(" Example ", " ");
    assert!(matches!(metadata(nameless.as_bytes()), Err(ReadError::Missing(..))));
    assert!(matches!(metadata(b"{\"metadata_version\""), Err(ReadError::Syntax(..))));
}

#[test]
fn entries_of_a_feed_have_document_digests_and_signature() {
    let text = r#"{"feed": {"id": "x", "entry": [
        {"id": "1", "updated": "2026-01-01T12:00:00Z", "link": [
            {"rel": "self", "href": "https://a.example/1.json"},
            {"rel": "hash", "href": "https://a.example/1.json.sha256"},
            {"rel": "hash", "href": "https://a.example/1.json.sha512"},
            {"rel": "signature", "href": "https://a.example/1.json.asc"}]},
        {"id": "2", "content": {"type": "application/json", "src": "https://a.example/2.json"}},
        {"id": "3", "link": [{"rel": "self", "href": "https://a.example/\u0000.json"}]},
        7
    ]}}"#;
    let (entries, findings) = feed(text.as_bytes()).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].hashes.len(), 2);
    assert_eq!(entries[0].signature, "https://a.example/1.json.asc");
    assert_eq!(entries[0].updated, "2026-01-01T12:00:00Z");
    assert_eq!(entries[1].url, "https://a.example/2.json");
    assert!(findings.iter().any(|finding| finding.place == "/feed/entry/3"));
    assert!(matches!(feed(b"[]"), Err(ReadError::Foreign(_))));
}

#[test]
fn feed_that_is_cut_off_or_endless_is_refused() {
    assert!(matches!(feed(b"{\"feed\": {\"entry\": [{}"), Err(ReadError::Syntax(..))));
    let endless =
        format!("{{\"feed\": {{\"entry\": [{}{{}}]}}}}", "{},".repeat(LISTING_VALUES_MAX));
    assert!(matches!(feed(endless.as_bytes()), Err(ReadError::Limit(..))));
    let many = "a.json\n".repeat(LISTING_DOCUMENTS_MAX + 1);
    assert!(matches!(index(many.as_bytes()), Err(ReadError::Limit(..))));
}

#[test]
fn changes_are_read_with_quotes_and_without() {
    let text =
        "\"2023/a.json\",\"2024-08-15T11:45:05+00:00\"\r\n2022/b.json,2024-01-01T00:00:00Z\n\n";
    let (entries, findings) = changes(text.as_bytes()).unwrap();
    let read: Vec<_> = entries.iter().map(|one| (one.url.as_str(), one.updated.as_str())).collect();
    assert_eq!(
        read,
        [("2023/a.json", "2024-08-15T11:45:05+00:00"), ("2022/b.json", "2024-01-01T00:00:00Z")]
    );
    assert!(findings.is_empty());
}

#[test]
fn paths_that_lead_out_of_the_folder_are_left_out() {
    let text = "2023/a.json\n../b.json\n/etc/c.json\nhttps://e.example/d.json\nx/../e.json\n\
                a\\b.json\n%2e%2e/f.json\na b.json\nindex.html\n";
    let (entries, findings) = index(text.as_bytes()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(findings.len(), 8);
    assert_eq!(findings[0].place, "2:1");
    assert!(matches!(index(b"\xff\xfe"), Err(ReadError::Characters)));
}

#[test]
fn security_txt_names_providers() {
    let text =
        b"Contact: mailto:x@example.com\ncsaf: https://e.example/p.json\nCSAF: http://e.example\n\
                 CSAF:https://f.example/p.json\nCSAF: https://f.example/a b\n";
    assert_eq!(security_txt(text), ["https://e.example/p.json", "https://f.example/p.json"]);
    assert!(security_txt(b"\xff\n:\nCSAF").is_empty());
}

#[test]
fn aggregator_lists_providers_and_publishers() {
    let text = r#"{"aggregator": {"name": "A"}, "csaf_providers": [
        {"metadata": {"url": "https://a.example/p.json", "publisher": {"name": "P"}},
         "mirrors": ["https://m.example/p.json", 1]}, {}],
        "csaf_publishers": [{"metadata": {"url": "https://b.example/p.json"}}]}"#;
    let (read, _) = aggregator(text.as_bytes()).unwrap();
    assert_eq!(read.name, "A");
    let urls: Vec<_> = read.providers.iter().map(|one| one.url.as_str()).collect();
    assert_eq!(urls, ["https://a.example/p.json", "https://b.example/p.json"]);
    assert_eq!(read.providers[0].mirrors, ["https://m.example/p.json"]);
    assert!(matches!(aggregator(b"{}"), Err(ReadError::Foreign(_))));
}

/// The examples of both versions of the standard are read, and nothing about them is odd.
#[test]
fn examples_of_the_standard_are_read() {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let root = root.unwrap_or_default().join("csaf");
    if !root.is_dir() {
        println!("skipped: no data set");
        return;
    }
    let mut count = 0;
    for version in ["csaf_2.0", "csaf_2.1"] {
        for (folder, part) in [("provider-metadata", ""), ("aggregator", ""), ("ROLIE", "feed")] {
            let folder_path = root.join(version).join("examples").join(folder);
            for file in std::fs::read_dir(folder_path).unwrap() {
                let path = file.unwrap().path();
                if !path.to_str().unwrap().contains(part) {
                    continue;
                }
                let octets = std::fs::read(&path).unwrap();
                let findings = match folder {
                    "provider-metadata" => metadata(&octets).map(|(_, findings)| findings),
                    "aggregator" => aggregator(&octets).map(|(_, findings)| findings),
                    _ => feed(&octets).map(|(_, findings)| findings),
                };
                assert_eq!(findings, Ok(Vec::new()), "{}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 12, "{count}");
}
