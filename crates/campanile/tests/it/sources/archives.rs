//! Files with documents: the dumps of OSV and CVE.

use std::io::{Cursor, Write};

use campanile::actions::sources::Setup;
use campanile::app::sources::State;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::support::Program;

fn zipped(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(octets).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn osv(id: &str, day: u8) -> Vec<u8> {
    let record = json!({
        "id": id, "summary": format!("Title of {id}"), "schema_version": "1.6.0",
        "modified": format!("2026-05-{day:02}T12:00:00Z"), "published": "2026-05-01T12:00:00Z",
    });
    serde_json::to_vec(&record).unwrap()
}

/// Nobody publishes an archive by its own word: it speaks for all who are no members.
async fn subscribe(test: &TestApp, provider: &Provider) {
    let url = provider.url("/PyPI/all.zip");
    add(test, "PyPI", &url, Setup { issuers: Some(Vec::new()), ..Setup::default() }).await;
}

#[tokio::test]
async fn only_what_is_new_in_a_dump_is_read() {
    let test = subscriber(Database::sqlite()).await;
    let provider = Provider::start();
    let first = [
        ("PYSEC-2026-1.json", osv("PYSEC-2026-1", 1)),
        ("PYSEC-2026-2.json", osv("PYSEC-2026-2", 1)),
        ("README.md", b"what this is".to_vec()),
    ];
    provider.put("/PyPI/all.zip", zipped(&first));
    subscribe(&test, &provider).await;
    assert_eq!(counts(&test, "PyPI").await, [2, 2, 0, 0]);
    assert_eq!(counts(&test, "PyPI").await, [0, 0, 0, 0]);
    assert!(provider.asked().contains(&"/PyPI/all.zip 304".to_owned()));
    let second = [
        ("PYSEC-2026-1.json", osv("PYSEC-2026-1", 1)),
        ("PYSEC-2026-2.json", osv("PYSEC-2026-2", 2)),
        ("PYSEC-2026-3.json", osv("PYSEC-2026-3", 2)),
    ];
    provider.put("/PyPI/all.zip", zipped(&second));
    assert_eq!(counts(&test, "PyPI").await, [3, 2, 1, 0]);
    assert_eq!(advisories(&test).await, 3);
    assert_eq!(health(&test, "PyPI").await.state, State::Well);
    // Nothing of it stays on the disk.
    let left = std::fs::read_dir(&test.app.dir).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with(".fetch")));
}

#[tokio::test]
async fn dump_does_not_speak_for_members_and_its_damage_is_told() {
    let test = subscriber(Database::sqlite()).await;
    test.team("ALPHA").await;
    let provider = Provider::start();
    let members =
        [("a.json", csaf("ALPHA", "A-1", 1, None)), ("b.json", csaf("Vendor", "V-1", 1, None))];
    provider.put("/PyPI/all.zip", zipped(&members));
    subscribe(&test, &provider).await;
    assert_eq!(counts(&test, "PyPI").await, [2, 1, 0, 1]);
    let refused = health(&test, "PyPI").await.refusals.remove(0);
    assert!(refused.url.ends_with("all.zip:a.json"), "{}", refused.url);
    assert!(refused.why.contains("it is of ALPHA"), "{}", refused.why);
    let cut = zipped(&members);
    provider.put("/PyPI/all.zip", cut[..cut.len() / 2].to_vec());
    assert_eq!(counts(&test, "PyPI").await[3], 1);
    let refused = health(&test, "PyPI").await.refusals;
    assert!(refused.iter().any(|one| one.why.contains("no zip archive")), "{refused:?}");
    assert_eq!(advisories(&test).await, 1);
}

#[tokio::test]
async fn zip_archive_is_imported_by_hand() {
    let program = Program::with_network(Database::sqlite());
    let members = [("1.json", osv("PYSEC-2026-1", 1)), ("2.json", osv("PYSEC-2026-2", 1))];
    let file = program.file("all.zip", zipped(&members));
    let told = program.ok(&["advisory", "import", &file]);
    assert!(told.contains("2 stored, 0 unchanged, 0 refused"), "{told}");
}
