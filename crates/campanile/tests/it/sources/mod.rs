//! Sources outside: fetched, checked, taken in; and what is told when something is wrong.

mod archives;
mod fetching;
mod nodes;
pub mod provider;
mod refusing;

use campanile::actions::sources::{Setup, add_source};
use campanile::app::sources::SourceHealth;
use campanile::jobs::fetch_sources::{fetch_now, look_up};
use campanile::store::sources::Ran;
use campanile_core::authz::Viewer;
use campanile_core::crypto::openpgp::SecretKey;
use provider::Provider;

use crate::support::{Database, NOW, TestApp};

/// An application that may ask the machine it runs on.
async fn subscriber(database: Database) -> TestApp {
    let mut test = TestApp::on(database).await;
    test.app.config.sources.allow = "127.0.0.1".to_owned();
    test
}

/// A key for signatures, made a day ago.
fn key(name: &str) -> SecretKey {
    let address = format!("{name}@x.example").parse().unwrap();
    SecretKey::generate(name, &address, NOW.plus_seconds(-86_400)).unwrap()
}

/// Adds a source, as the command does.
async fn add(test: &TestApp, name: &str, url: &str, setup: Setup) {
    let found = look_up(test, url, "", "").await.unwrap();
    let mut keys = found.keys;
    keys.iter_mut().for_each(|key| key.state = "pinned".to_owned());
    let issuers = setup.issuers.clone().or(Some(vec![found.publisher]));
    let setup = Setup { url: Some(found.url.to_string()), issuers, ..setup };
    let kind = (name, found.kind.name());
    add_source(test, &Viewer::operator(), kind, &setup, &keys).await.unwrap();
}

async fn fetch(test: &TestApp, name: &str) -> Ran {
    fetch_now(test, name, &|_| {}).await.unwrap()
}

/// Listed, stored, known, refused; without a fault.
async fn counts(test: &TestApp, name: &str) -> [i64; 4] {
    let ran = fetch(test, name).await;
    assert_eq!(ran.fault, None);
    [ran.listed, ran.stored, ran.known, ran.refused]
}

async fn health(test: &TestApp, name: &str) -> SourceHealth {
    let all = test.sources(&Viewer::operator()).await.unwrap();
    all.into_iter().find(|one| one.name == name).unwrap()
}

/// How many advisories are here.
async fn advisories(test: &TestApp) -> usize {
    test.newest_advisories(&Viewer::operator(), 1000).await.unwrap().len()
}

/// A document of a provider: number, day, label.
pub fn csaf(issuer: &str, number: &str, day: u8, label: Option<&str>) -> Vec<u8> {
    let at = format!("2026-05-{day:02}T12:00:00Z");
    let mut document = serde_json::json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0",
            "title": format!("Title of {number}"),
            "publisher": { "category": "vendor", "name": issuer, "namespace": "https://x.example" },
            "tracking": {
                "id": number, "version": day.to_string(), "status": "final",
                "initial_release_date": "2026-05-01T12:00:00Z", "current_release_date": at,
                "revision_history": [{ "number": day.to_string(), "date": at, "summary": "s" }]
            }
        },
        "vulnerabilities": [{ "cve": "CVE-2026-0001" }]
    });
    if let Some(label) = label {
        document["document"]["distribution"] = serde_json::json!({ "tlp": { "label": label } });
    }
    serde_json::to_vec(&document).unwrap()
}

/// A provider with two signed documents.
fn trusted(key: &SecretKey) -> (Provider, String) {
    let provider = Provider::start();
    let url = provider.metadata("Example", &[key]);
    for (name, number) in [("a-1.json", "A-1"), ("a-2.json", "A-2")] {
        provider.document(name, &csaf("Example", number, 1, Some("WHITE")), Some(key), NOW);
    }
    provider.feed(&[("a-1.json", 1), ("a-2.json", 1)]);
    (provider, url)
}
