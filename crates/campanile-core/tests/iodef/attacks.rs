//! The hostile documents of the set `attacks`, as its manifest says.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use campanile_core::formats::{iodef, json, xml};
use serde_json::Value;

use crate::{NOW, data};

struct Case {
    id: String,
    expect: String,
    format: String,
    class: String,
    is_xml: bool,
    octets: Vec<u8>,
}

fn cases(folder: &Path) -> Vec<Case> {
    let manifest = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let lines = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let kinds = lines.filter(|case| ["xml", "json"].iter().any(|kind| case["kind"] == **kind));
    kinds.map(|case| self::case(folder, &case)).collect()
}

fn case(folder: &Path, case: &Value) -> Case {
    let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let octets = std::fs::read(folder.join(text("file"))).unwrap();
    let octets = match text("file_encoding").as_str() {
        "gzip" => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(octets.as_slice()).read_to_end(&mut plain).unwrap();
            plain
        }
        _ => octets,
    };
    Case {
        id: text("id"),
        expect: text("expect"),
        format: text("format"),
        class: text("class"),
        is_xml: case["kind"] == "xml",
        octets,
    }
}

#[test]
fn documents_are_taken_and_refused_as_the_manifest_says() {
    let Some(folder) = data("attacks") else { return };
    let cases = cases(&folder);
    assert!(cases.len() > 50);
    for case in cases {
        let start = Instant::now();
        let read = iodef::read(&case.octets, NOW);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "{}: {took:?}", case.id);
        let is_ours = case.format.starts_with("iodef");
        match case.expect.as_str() {
            // What is no IODEF is refused too, as somebody else's.
            "reject" => assert!(read.is_err(), "{}: {read:?}", case.id),
            "accept" if is_ours => assert!(read.is_ok(), "{}: {read:?}", case.id),
            "accept" if case.is_xml => assert!(xml::read(&case.octets).is_ok(), "{}", case.id),
            "accept" => assert!(json::read(&case.octets).is_ok(), "{}", case.id),
            _ => {}
        }
        if case.expect == "reject" && case.class == "json-parser" {
            assert!(json::read(&case.octets).is_err(), "{}", case.id);
        }
        if case.expect == "reject" && case.is_xml && case.class != "xml-semantics" {
            assert!(xml::read(&case.octets).is_err() || case.id == "x-xxe-extdtd", "{}", case.id);
        }
    }
}

#[test]
fn text_of_every_encoding_of_characters_is_the_same_text() {
    let Some(folder) = data("attacks/dev/xml") else { return };
    let (alert, _) =
        iodef::read(&std::fs::read(folder.join("x-ok-utf16.xml")).unwrap(), NOW).unwrap();
    assert_eq!(alert.description, "UTF-16 Grüße");
    let latin = xml::read(&std::fs::read(folder.join("x-ok-latin1.xml")).unwrap()).unwrap();
    assert!(latin.root.whole_text().contains("Grüße"));
    let cdata = std::fs::read(folder.join("x-ok-comments-cdata.xml")).unwrap();
    let (alert, _) = iodef::read(&cdata, NOW).unwrap();
    assert_eq!(alert.description, "<b>not markup</b> & fine");
}
