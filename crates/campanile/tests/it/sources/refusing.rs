//! What is wrong is refused for its reason, and keeps nothing else from being taken in.

use campanile::actions::sources::{Setup, change_source, pin_source_key};
use campanile::app::sources::State;
use campanile_core::authz::Viewer;

use super::*;

/// Why documents were refused, sorted.
async fn reasons(test: &TestApp) -> Vec<String> {
    let health = health(test, "Example").await;
    let mut all: Vec<_> = health.refusals.iter().map(|one| one.why.clone()).collect();
    all.sort();
    all
}

/// After a change at the provider, one of two documents is taken and the other refused so.
async fn one_is_refused(spoil: impl Fn(&Provider), why: &str) {
    let test = subscriber(Database::sqlite()).await;
    let key = key("signer");
    let (provider, url) = trusted(&key);
    add(&test, "Example", &url, Setup::default()).await;
    spoil(&provider);
    assert_eq!(counts(&test, "Example").await, [2, 1, 0, 1], "{why}");
    let found = reasons(&test).await;
    assert!(found.len() == 1 && found[0].contains(why), "{why}: {found:?}");
    assert_eq!(health(&test, "Example").await.state, State::Odd);
    // Put right, it is taken at the next run.
    provider.document("a-2.json", &csaf("Example", "A-2", 1, Some("WHITE")), Some(&key), NOW);
    assert_eq!(counts(&test, "Example").await, [2, 1, 1, 0], "{why}");
    assert_eq!(health(&test, "Example").await.state, State::Well);
}

#[tokio::test]
async fn document_that_was_changed_is_refused() {
    let other = csaf("Example", "A-2", 1, None);
    one_is_refused(|provider| provider.put("/white/a-2.json", other.clone()), "digest").await;
}

#[tokio::test]
async fn document_of_which_the_signature_is_of_another_one_is_refused() {
    let spoil = |provider: &Provider| {
        let text = sign_other(b"something else");
        provider.put("/white/a-2.json.asc", text);
    };
    one_is_refused(spoil, "signature does not hold").await;
}

#[tokio::test]
async fn document_without_signature_or_digest_is_refused() {
    one_is_refused(|provider| provider.remove("/white/a-2.json.asc"), "no signature").await;
    one_is_refused(|provider| provider.remove("/white/a-2.json.sha512"), "no digest").await;
}

#[tokio::test]
async fn document_that_is_listed_and_absent_is_refused() {
    one_is_refused(|provider| provider.remove("/white/a-2.json"), "not there").await;
}

#[tokio::test]
async fn document_that_is_led_to_the_own_machine_is_refused() {
    let place = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n";
    one_is_refused(|provider| provider.raw("/white/a-2.json", place), "not https").await;
}

#[tokio::test]
async fn document_that_is_endless_is_refused() {
    let endless = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
    one_is_refused(|provider| provider.raw("/white/a-2.json", endless), "more than").await;
}

fn sign_other(octets: &[u8]) -> Vec<u8> {
    campanile_core::crypto::openpgp::sign_detached(octets, &key("another"), NOW).unwrap()
}

#[tokio::test]
async fn list_that_is_cut_off_is_told_and_what_was_here_stays() {
    let test = subscriber(Database::sqlite()).await;
    let (provider, url) = trusted(&key("signer"));
    add(&test, "Example", &url, Setup::default()).await;
    counts(&test, "Example").await;
    provider.put("/feed.json", "{\"feed\": {\"entry\": [");
    let (fault, _) = fetch(&test, "Example").await.fault.unwrap();
    assert!(fault.contains("a feed cannot be read"), "{fault}");
    let health = health(&test, "Example").await;
    assert_eq!((health.state, health.fault.as_str()), (State::Failing, fault.as_str()));
    assert_eq!(health.totals.here, 2);
    let wait = health.next_at.unwrap().seconds() - NOW.seconds();
    assert_eq!(wait, 900, "it is asked again before the usual time");
}

#[tokio::test]
async fn provider_that_is_gone_or_answers_with_faults_is_told() {
    let test = subscriber(Database::sqlite()).await;
    let (provider, url) = trusted(&key("signer"));
    add(&test, "Example", &url, Setup::default()).await;
    provider.raw("/provider-metadata.json", "HTTP/1.1 503 No\r\nRetry-After: 7200\r\n\r\n");
    let (fault, _) = fetch(&test, "Example").await.fault.unwrap();
    assert!(fault.contains("answers 503"), "{fault}");
    let next = health(&test, "Example").await.next_at.unwrap();
    assert_eq!(next.seconds() - NOW.seconds(), 7200, "it is heard");
    provider.remove("/provider-metadata.json");
    let (fault, hint) = fetch(&test, "Example").await.fault.unwrap();
    assert!(fault.contains("nothing at this address") && hint.contains("--url"), "{fault} {hint}");
}

#[tokio::test]
async fn key_that_is_named_later_counts_when_it_is_confirmed() {
    let test = subscriber(Database::sqlite()).await;
    let (old, new) = (key("signer"), key("newer"));
    let (provider, url) = trusted(&old);
    add(&test, "Example", &url, Setup::default()).await;
    counts(&test, "Example").await;
    // Who can write the files of the provider alone names a key and signs with it.
    provider.metadata("Example", &[&new]);
    provider.document("a-3.json", &csaf("Example", "A-3", 1, None), Some(&new), NOW);
    provider.feed(&[("a-3.json", 1)]);
    assert_eq!(counts(&test, "Example").await, [1, 0, 0, 1]);
    assert!(reasons(&test).await[0].contains("signature does not hold"));
    let keys = health(&test, "Example").await.keys;
    assert_eq!(keys.iter().filter(|key| key.pinned).count(), 1);
    let fingerprint = new.fingerprint().to_string();
    pin_source_key(&test, &Viewer::operator(), "Example", &fingerprint).await.unwrap();
    assert_eq!(counts(&test, "Example").await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn source_that_names_no_key_any_more_still_has_to_sign() {
    let test = subscriber(Database::sqlite()).await;
    let (provider, url) = trusted(&key("signer"));
    add(&test, "Example", &url, Setup::default()).await;
    provider.metadata("Example", &[]);
    provider.document("a-3.json", &csaf("Example", "A-3", 1, None), None, NOW);
    provider.feed(&[("a-3.json", 1)]);
    assert_eq!(counts(&test, "Example").await, [1, 0, 0, 1]);
    assert!(reasons(&test).await[0].contains("no signature"));
}

#[tokio::test]
async fn source_speaks_for_its_publisher_only() {
    let test = subscriber(Database::sqlite()).await;
    let provider = Provider::start();
    let url = provider.metadata("Example", &[]);
    provider.document("a-1.json", &csaf("Other", "A-1", 1, None), None, NOW);
    provider.feed(&[("a-1.json", 1)]);
    add(&test, "Example", &url, Setup::default()).await;
    assert_eq!(counts(&test, "Example").await, [1, 0, 0, 1]);
    assert!(reasons(&test).await[0].contains("it is of Other"));
    let setup = Setup { issuers: Some(vec!["*".into()]), ..Setup::default() };
    change_source(&test, &Viewer::operator(), "Example", &setup).await.unwrap();
    assert_eq!(counts(&test, "Example").await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn restricted_document_is_for_those_only_whom_the_operator_has_named() {
    let test = subscriber(Database::sqlite()).await;
    let provider = Provider::start();
    let url = provider.metadata("Example", &[]);
    provider.document("a-1.json", &csaf("Example", "A-1", 1, Some("AMBER")), None, NOW);
    provider.feed(&[("a-1.json", 1)]);
    add(&test, "Example", &url, Setup::default()).await;
    assert_eq!(counts(&test, "Example").await, [1, 0, 0, 1]);
    assert!(reasons(&test).await[0].contains("TLP:AMBER"));
    for handle in ["ALPHA", "BRAVO"] {
        test.team(handle).await;
    }
    let setup = Setup { audience: Some("ALPHA".into()), ..Setup::default() };
    change_source(&test, &Viewer::operator(), "Example", &setup).await.unwrap();
    assert_eq!(counts(&test, "Example").await, [1, 1, 0, 0]);
    let seen = async |handle: &str| {
        let viewer = crate::advisories::officer(&test, handle).await;
        test.newest_advisories(&viewer, 10).await.unwrap().len()
    };
    assert_eq!((seen("ALPHA").await, seen("BRAVO").await), (1, 0));
}

#[tokio::test]
async fn addresses_of_refused_documents_are_not_in_the_database() {
    let test = subscriber(Database::sqlite()).await;
    let provider = Provider::start();
    let url = provider.metadata("Example", &[]);
    provider.document("canary7c20.json", &csaf("Example", "A-1", 1, Some("RED")), None, NOW);
    provider.feed(&[("canary7c20.json", 1)]);
    add(&test, "Example", &url, Setup::default()).await;
    counts(&test, "Example").await;
    assert!(health(&test, "Example").await.refusals[0].url.contains("canary7c20"));
    let dir = std::fs::read_dir(&test.app.dir).unwrap();
    for file in dir.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let octets = std::fs::read(&file).unwrap();
        assert!(!crate::support::contains(&octets, b"canary7c20"), "{}", file.display());
    }
}
