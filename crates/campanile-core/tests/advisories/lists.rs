//! `MANIFEST.jsonl` and `RATINGS.tsv`: what the documents of an issuer should say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use campanile_core::formats::advisory;
use campanile_core::model::advisory::{Advisory, Rating, Value, scheme};
use serde_json::Value as Json;

use crate::data;

/// A rating as the list has it: vulnerability, scheme, vector or word, score.
pub type Line = (String, String, String, String);

/// A document and what the lists say about it.
pub struct Listed {
    pub path: String,
    pub octets: Vec<u8>,
    pub cves: BTreeSet<String>,
    pub ratings: BTreeSet<Line>,
}

/// The documents of an issuer; empty when the data are not there.
pub fn documents(issuer: &str) -> Vec<Listed> {
    let Some(folder) = data("advisories/dev") else { return Vec::new() };
    let mut ratings = ratings(&folder);
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.jsonl")).unwrap();
    let lines = manifest.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let listed = lines.filter(|line| line["issuer"] == issuer).map(|line| {
        let path = line["path"].as_str().unwrap().to_owned();
        let cves = line["cves"].as_array().unwrap().iter();
        Listed {
            octets: std::fs::read(folder.join(&path)).unwrap(),
            cves: cves.map(|cve| cve.as_str().unwrap().to_owned()).collect(),
            ratings: ratings.remove(&path).unwrap_or_default(),
            path,
        }
    });
    let listed: Vec<_> = listed.collect();
    assert!(!listed.is_empty(), "no documents of {issuer}");
    listed
}

fn ratings(folder: &Path) -> BTreeMap<String, BTreeSet<Line>> {
    let text = std::fs::read_to_string(folder.join("RATINGS.tsv")).unwrap();
    let mut ratings = BTreeMap::<_, BTreeSet<Line>>::new();
    for line in text.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [cve, _, _, scheme, value, score, path] = cells.try_into().unwrap();
        ratings.entry(path).or_default().insert((cve, scheme, value, number(&score)));
    }
    ratings
}

/// Every document of an issuer is read, with the numbers and ratings of the lists.
pub fn check(issuer: &str, ratings: fn(&Advisory) -> BTreeSet<Line>) {
    for listed in documents(issuer) {
        let path = &listed.path;
        let read = advisory::read(&listed.octets);
        let (advisory, _) = read.unwrap_or_else(|error| panic!("{path}: {error}"));
        let ids = advisory.vulnerability_ids();
        let cves: BTreeSet<_> =
            ids.iter().filter(|id| id.is_cve()).map(|id| id.number.clone()).collect();
        assert_eq!(cves, listed.cves, "{path}");
        assert_eq!(ratings(&advisory), listed.ratings, "{path}");
    }
}

/// A rating of a vulnerability as the list has it; `None` for kinds that it does not have.
pub fn line(cve: &str, rating: &Rating) -> Option<Line> {
    let scheme = match rating.scheme.as_str() {
        scheme::CVSS_2 => "cvss2.0",
        scheme::CVSS_3_0 => "cvss3.0",
        scheme::CVSS_3_1 => "cvss3.1",
        scheme::CVSS_4 => "cvss4.0",
        scheme::WORD => "word",
        _ => return None,
    };
    let value = match &rating.value {
        Value::Vector(text) | Value::Word(text) => text.clone(),
        Value::Criteria(_) | Value::Score => String::new(),
    };
    let score = number(rating.score.as_deref().unwrap_or_default());
    Some((cve.to_owned(), scheme.to_owned(), value, score))
}

/// `7` and `7.0` are one score.
pub fn number(score: &str) -> String {
    score.parse::<f64>().map_or_else(|_| score.to_owned(), |score| score.to_string())
}
