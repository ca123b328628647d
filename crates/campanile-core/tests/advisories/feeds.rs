//! Documents of other feeds in formats that are read here, and documents made to break readers.

use std::io::Read;

use campanile_core::formats::{ReadError, cve, issuers, osv};
use serde_json::Value as Json;

#[test]
fn records_of_other_feeds_are_read() {
    let Some(folder) = crate::data("formats/dev") else { return };
    let read = |path: &str| std::fs::read(folder.join(path)).unwrap();
    let records = [
        ("openssl/secjson/happy/cve-2002-0655.json", "CVE-2002-0655"),
        ("openssl/secjson/happy/cve-2022-3996.json", "CVE-2022-3996"),
        ("openssl/secjson/happy/cve-2024-6119.json", "CVE-2024-6119"),
        ("paloalto/json/CVE-2025-0114", "CVE-2025-0114"),
        ("paloalto/json/PAN-SA-2025-0007", "PAN-SA-2025-0007"),
    ];
    for (path, number) in records {
        let (advisory, _) =
            cve::read(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(advisory.number, number);
        assert!(!advisory.products.is_empty(), "{path}");
    }
    let broken = cve::read(&read("openssl/secjson/invalid-id/cve-2024-6119.json"));
    assert!(matches!(broken, Err(ReadError::Missing(..))), "{broken:?}");
    let (advisory, found) = osv::read(&read("openeuler/osv/happy/OESA-2021-1001.json")).unwrap();
    assert_eq!(
        (advisory.number.as_str(), advisory.issuer.name.as_str()),
        ("OESA-2021-1001", "openEuler")
    );
    assert_eq!(found, []);
}

#[test]
fn documents_that_are_made_to_break_parsers_are_refused_by_every_reader() {
    let Some(folder) = crate::data("attacks") else { return };
    let manifest = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let mut count = 0;
    for line in manifest.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        if case["class"] != "json-parser" {
            continue;
        }
        let path = case["file"].as_str().unwrap();
        let mut octets = std::fs::read(folder.join(path)).unwrap();
        if case["file_encoding"] == "gzip" {
            let mut unpacked = Vec::new();
            let mut packed = flate2::read::GzDecoder::new(octets.as_slice());
            packed.read_to_end(&mut unpacked).unwrap();
            octets = unpacked;
        }
        let readers = [
            osv::read,
            cve::read,
            issuers::certfr::read,
            issuers::certcc::read,
            issuers::nodejs::read,
            issuers::rubysec::read,
            issuers::mozilla::read,
            issuers::friendsofphp::read,
            issuers::rustsec::read,
            issuers::julia::read,
            issuers::haskell::read,
            issuers::ocaml::read,
            issuers::openstack::read,
            issuers::friendsofpresta::read,
        ];
        for read in readers {
            // They are CSAF inside: what is not refused as broken is refused as foreign.
            assert!(read(&octets).is_err(), "{path}");
        }
        count += 1;
    }
    assert!(count >= 14, "{count} cases");
}
