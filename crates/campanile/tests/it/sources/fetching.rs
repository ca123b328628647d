//! What is right is taken in, once, and asked for again when it has changed only.

use campanile::actions::sources::{Setup, change_source, remove_source};
use campanile::app::sources::State;
use campanile::jobs::fetch_sources;
use campanile_core::authz::Viewer;

use super::*;

on_both_databases! {
    async fn documents_of_a_feed_are_taken_in_once(database: Database) {
        let test = subscriber(database).await;
        let key = key("signer");
        let (provider, url) = trusted(&key);
        add(&test, "Example", &url, Setup::default()).await;
        provider.asked();
        assert_eq!(counts(&test, "Example").await, [2, 2, 0, 0]);
        assert_eq!(advisories(&test).await, 2);
        let health = health(&test, "Example").await;
        assert_eq!((health.state, health.totals.here), (State::Well, 2));
        assert_eq!(health.keys[0].fingerprint, key.fingerprint().to_string());
        // Nothing has changed: the feed is asked for, and nothing behind it.
        provider.asked();
        assert_eq!(counts(&test, "Example").await, [0, 0, 0, 0]);
        let asked = provider.asked();
        assert!(asked.contains(&"/feed.json 304".to_owned()), "{asked:?}");
        assert!(asked.iter().all(|one| !one.starts_with("/white/")), "{asked:?}");
    }

    async fn what_has_changed_is_asked_for_alone(database: Database) {
        let test = subscriber(database).await;
        let key = key("signer");
        let (provider, url) = trusted(&key);
        add(&test, "Example", &url, Setup::default()).await;
        counts(&test, "Example").await;
        provider.document("a-2.json", &csaf("Example", "A-2", 2, Some("WHITE")), Some(&key), NOW);
        provider.feed(&[("a-1.json", 1), ("a-2.json", 2)]);
        provider.asked();
        assert_eq!(counts(&test, "Example").await, [2, 1, 1, 0]);
        assert!(provider.asked().iter().all(|one| !one.starts_with("/white/a-1")));
        assert_eq!(advisories(&test).await, 2);
    }

    async fn source_that_is_due_is_fetched_by_one_node(database: Database) {
        let test = subscriber(database).await;
        let (_provider, url) = trusted(&key("signer"));
        add(&test, "Example", &url, Setup::default()).await;
        assert!(fetch_sources::next(&test, "a/1").await.unwrap());
        assert_eq!(advisories(&test).await, 2);
        assert!(!fetch_sources::next(&test, "b/1").await.unwrap(), "it is not due again");
        let setup = Setup { paused: Some(true), ..Setup::default() };
        change_source(&test, &Viewer::operator(), "Example", &setup).await.unwrap();
        assert!(!fetch_sources::next(&test, "b/1").await.unwrap(), "it rests");
        assert_eq!(health(&test, "Example").await.state, State::Paused);
    }

    async fn folder_is_read_by_its_changes_or_its_index(database: Database) {
        let test = subscriber(database).await;
        let provider = Provider::start();
        let url = provider.metadata_of_folder("Example");
        provider.document("2026/a-1.json", &csaf("Example", "A-1", 1, None), None, NOW);
        provider.document("2026/a-2.json", &csaf("Example", "A-2", 1, None), None, NOW);
        provider.put("/white/index.txt", "2026/a-1.json\n");
        add(&test, "Example", &url, Setup::default()).await;
        assert_eq!(counts(&test, "Example").await, [1, 1, 0, 0]);
        let changes = "\"2026/a-2.json\",\"2026-05-02T12:00:00Z\"\n\
                       \"2026/a-1.json\",\"2026-05-01T12:00:00Z\"\n";
        provider.put("/white/changes.csv", changes);
        assert_eq!(counts(&test, "Example").await, [2, 1, 1, 0]);
    }

    async fn what_a_removed_source_brought_stays(database: Database) {
        let test = subscriber(database).await;
        let (_provider, url) = trusted(&key("signer"));
        add(&test, "Example", &url, Setup::default()).await;
        counts(&test, "Example").await;
        remove_source(&test, &Viewer::operator(), "Example").await.unwrap();
        assert!(test.sources(&Viewer::operator()).await.unwrap().is_empty());
        assert_eq!(advisories(&test).await, 2);
        add(&test, "Example", &url, Setup::default()).await;
        assert_eq!(counts(&test, "Example").await, [2, 0, 2, 0]);
    }

    async fn aggregator_adds_those_that_it_lists(database: Database) {
        let test = subscriber(database).await;
        let (first, first_url) = trusted(&key("signer"));
        let second = Provider::start();
        let second_url = second.metadata("ALPHA", &[]);
        test.team("ALPHA").await;
        let aggregator = Provider::start();
        let listed = |url: &str| serde_json::json!({ "metadata": { "url": url } });
        let list = serde_json::json!({
            "aggregator": { "name": "All" }, "aggregator_version": "2.0",
            "csaf_providers": [listed(&first_url), listed(&second_url)],
        });
        aggregator.put("/aggregator.json", serde_json::to_vec(&list).unwrap());
        add(&test, "All", &aggregator.url("/aggregator.json"), Setup::default()).await;
        assert_eq!(counts(&test, "All").await, [2, 2, 0, 0]);
        assert_eq!(counts(&test, "All").await, [2, 0, 2, 0]);
        assert_eq!(health(&test, "Example").await.state, State::New);
        assert!(health(&test, "Example").await.keys[0].pinned);
        // Who calls itself like a member rests until the operator has looked.
        assert_eq!(health(&test, "ALPHA").await.state, State::Paused);
        assert_eq!(counts(&test, "Example").await, [2, 2, 0, 0]);
        drop((first, second));
    }
}
