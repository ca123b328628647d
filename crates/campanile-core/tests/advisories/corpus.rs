//! Real documents of 2022 and 2003: every one is read, is about what its set says, and rates as
//! its set says. Where it differs, `expected/differences.tsv` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use campanile_core::formats::advisory::{Format, detect, read};
use campanile_core::model::advisory::{Advisory, Rating, Value, scheme};
use serde_json::Value as Json;

/// Formats of the set, and what they are here.
const FORMATS: [(&str, Format); 10] = [
    ("osv", Format::Osv),
    ("cve5", Format::Cve),
    ("certfr-json/AVI", Format::CertFr),
    ("certcc-vu", Format::CertCc),
    ("rubysec-yaml", Format::RubySec),
    ("rustsec-md", Format::RustSec),
    ("friendsofphp-yaml", Format::FriendsOfPhp),
    ("mfsa.yml", Format::Mozilla),
    ("curl-md", Format::Curl),
    ("nodejs-json", Format::NodeJs),
];
/// One more, for arrays end somewhere.
const OPENSSL: (&str, Format) = ("openssl-txt", Format::OpenSsl);

/// A rating in the words of the set: CVE, rater, scheme, vector or word, score.
type Row = (String, String, String, String, String);

struct Document {
    issuer: String,
    path: String,
    format: String,
    cves: BTreeSet<String>,
    is: Format,
}

fn documents(folder: &Path) -> Vec<Document> {
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.jsonl")).unwrap();
    let known = |format: &str| {
        FORMATS.iter().chain([&OPENSSL]).find(|(name, _)| *name == format).map(|(_, is)| *is)
    };
    let document = |line: &str| {
        let row: Json = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let cves = row["cves"].as_array().unwrap().iter();
        Some(Document {
            issuer: text("issuer"),
            path: text("path"),
            is: known(&text("format"))?,
            format: text("format"),
            cves: cves.map(|cve| cve.as_str().unwrap().to_owned()).collect(),
        })
    };
    manifest.lines().filter_map(document).collect()
}

fn ratings(folder: &Path) -> BTreeMap<String, BTreeSet<Row>> {
    let table = std::fs::read_to_string(folder.join("RATINGS.tsv")).unwrap();
    let mut rows: BTreeMap<String, BTreeSet<Row>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let [cve, _, rater, scheme, value, score, path] = cells[..] else { panic!("{line}") };
        let row = (cve.into(), rater.into(), scheme.into(), sorted(value), number(score));
        rows.entry(path.to_owned()).or_default().insert(lower(row));
    }
    rows
}

fn lower(row: Row) -> Row {
    (row.0, row.1.to_lowercase(), row.2, row.3, row.4)
}

/// Decision points in one order.
fn sorted(value: &str) -> String {
    let mut parts: Vec<_> = value.split(';').collect();
    parts.sort_unstable();
    parts.join(";")
}

/// `4.0` and `4` are one score.
fn number(score: &str) -> String {
    score.parse::<f64>().map_or_else(|_| score.to_owned(), |score| format!("{score:.1}"))
}

/// Our ratings in the words of the set.
fn rows(advisory: &Advisory) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    for one in &advisory.vulnerabilities {
        for id in one.ids.iter().filter(|id| id.is_cve()) {
            // What is said of the whole counts where nothing is said of the one.
            let own = one.ratings.as_slice();
            let all = if own.is_empty() { advisory.ratings.as_slice() } else { own };
            rows.extend(all.iter().filter_map(|rating| row(&id.number, rating)).map(lower));
        }
    }
    rows
}

fn row(cve: &str, rating: &Rating) -> Option<Row> {
    let scheme = match (rating.scheme.as_str(), &rating.value) {
        (scheme::CVSS_2, Value::Score) => "score2",
        (scheme::CVSS_3, Value::Score) => "score3",
        (scheme::CVSS_4, Value::Score) => "score4",
        (scheme::CVSS_2, _) => "cvss2",
        (scheme::CVSS_3_0, _) => "cvss3.0",
        (scheme::CVSS_3_1, _) => "cvss3.1",
        (scheme::CVSS_4, _) => "cvss4.0",
        (scheme::SSVC, _) => "ssvc",
        (scheme::KEV, _) => "kev",
        (scheme::WORD, _) => "word",
        // The set does not have them.
        (scheme::CERT_CC | "cert-fr-risks", _) => return None,
        (other, _) => panic!("{other}"),
    };
    let value = match &rating.value {
        Value::Vector(text) | Value::Word(text) => text.clone(),
        Value::Criteria(map) => {
            let parts: Vec<_> = map.iter().map(|(name, of)| format!("{name}:{}", of[0])).collect();
            sorted(&parts.join(";"))
        }
        Value::Score => String::new(),
    };
    let score = number(rating.score.as_deref().unwrap_or_default());
    Some((cve.to_owned(), rating.rater.clone(), scheme.to_owned(), value, score))
}

/// Differences as they stand in the table, without the reasons: format, what, how many.
fn differences(folder: &Path) -> BTreeMap<(String, String), Vec<String>> {
    let stated = ratings(folder);
    let none = BTreeSet::new();
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for document in documents(folder) {
        let octets = std::fs::read(folder.join(&document.path)).unwrap();
        assert_eq!(detect(&octets), Some(document.is), "{}", document.path);
        let (advisory, findings) = match read(&octets) {
            Ok(read) => read,
            Err(error) => panic!("{}: {error}", document.path),
        };
        assert!(!advisory.number.is_empty(), "{}", document.path);
        assert!(!advisory.issuer.name.is_empty(), "{}", document.path);
        let mut note = |what: &str, detail: String| {
            let key = (format!("{} {}", document.issuer, document.format), what.to_owned());
            found.entry(key).or_default().push(format!("{}: {detail}", document.path));
        };
        for finding in findings {
            note("finding", finding.to_string());
        }
        let cves = advisory.vulnerability_ids().into_iter().filter(|id| id.is_cve());
        let cves: BTreeSet<_> = cves.map(|id| id.number.clone()).collect();
        if cves != document.cves {
            note("cves", format!("{cves:?} is not {:?}", document.cves));
        }
        let (ours, theirs) = (rows(&advisory), stated.get(&document.path).unwrap_or(&none));
        ours.difference(theirs)
            .for_each(|row| note(&format!("{} more", row.2), format!("{row:?}")));
        theirs
            .difference(&ours)
            .for_each(|row| note(&format!("{} less", row.2), format!("{row:?}")));
    }
    found
}

#[test]
fn every_document_is_read_as_its_set_says() {
    let Some(folder) = crate::data("advisories/dev") else { return };
    let table = include_str!("expected/differences.tsv");
    let expected: BTreeSet<_> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once('\t').unwrap().0.to_owned())
        .collect();
    let found = differences(&folder);
    let list = found.iter().map(|((format, what), all)| format!("{format}\t{what}\t{}", all.len()));
    let list: BTreeSet<_> = list.collect();
    for ((format, what), all) in &found {
        if !expected.contains(&format!("{format}\t{what}\t{}", all.len())) {
            println!("{format}\t{what}\t{}", all.len());
            all.iter().take(8).for_each(|detail| println!("    {detail}"));
        }
    }
    assert_eq!(list, expected);
}
