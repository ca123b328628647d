//! CVSS 2.0, 3.0, 3.1 and 4.0: vectors metric by metric, and the scores they come to.
//!
//! Scores are computed by the `cvss` crate; the temporal score of version 3, which it has not, is
//! computed here. Names and meanings of the metrics are `data/cvss.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::scale::{Band, Score};
use crate::model::advisory::scheme;

/// A metric of a version, as the version defines it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Metric {
    /// Its abbreviation: `AV`.
    pub abbr: String,
    /// Its name: `Attack Vector`.
    pub name: String,
    /// Its group: `base`, `temporal`, `threat`, `environmental`, `supplemental`.
    pub group: String,
    /// Its values.
    pub values: Vec<Meaning>,
}

/// A value of a metric, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Meaning {
    /// The value: `N`.
    pub value: String,
    /// What it means: `Network`.
    pub name: String,
}

/// One metric of a vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The abbreviation: `AV`.
    pub abbr: &'static str,
    /// The name: `Attack Vector`.
    pub name: &'static str,
    /// The group: `base`.
    pub group: &'static str,
    /// The value: `N`.
    pub value: &'static str,
    /// What it means: `Network`.
    pub meaning: &'static str,
}

/// The scores of a vector. Version 4 has one, which takes in all that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scores {
    /// Of the base metrics; in version 4 of all.
    pub base: Score,
    /// With the temporal metrics.
    pub temporal: Score,
    /// With the environmental metrics as well. Version 3.1 computes it by another formula, so that
    /// it may be above the others with no such metric given.
    pub environmental: Score,
    /// The one that counts: with all metrics that are given.
    pub overall: Score,
}

/// A vector that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    scheme: &'static str,
    values: BTreeMap<&'static str, &'static Meaning>,
    scores: Scores,
}

#[derive(Deserialize)]
struct Data {
    schemes: BTreeMap<String, Vec<Metric>>,
}

/// The metrics of a scheme in their order; none for what is no version of CVSS.
pub fn metrics(scheme: &str) -> &'static [Metric] {
    static DATA: OnceLock<BTreeMap<String, Vec<Metric>>> = OnceLock::new();
    let data = DATA.get_or_init(|| {
        let data: Result<Data, _> = serde_json::from_str(include_str!("data/cvss.json"));
        data.map(|data| data.schemes).unwrap_or_default()
    });
    data.get(scheme).map_or(&[], Vec::as_slice)
}

/// The versions, newest first.
pub const VERSIONS: [&str; 4] =
    [scheme::CVSS_4, scheme::CVSS_3_1, scheme::CVSS_3_0, scheme::CVSS_2];

impl Vector {
    /// Reads a vector. Its own prefix says the version; where it has none (always in version 2,
    /// often in feeds of version 3), `scheme` does. `None` for what is no vector.
    pub fn read(scheme: &str, text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim_end_matches('/');
        let (prefix, metrics) = match text.split_once('/') {
            Some((prefix, rest)) if prefix.starts_with("CVSS:") => (prefix, rest),
            _ => ("", text),
        };
        let scheme = match prefix {
            "CVSS:4.0" => scheme::CVSS_4,
            "CVSS:3.1" => scheme::CVSS_3_1,
            "CVSS:3.0" => scheme::CVSS_3_0,
            "CVSS:2.0" => scheme::CVSS_2,
            "" => VERSIONS.into_iter().find(|known| *known == scheme)?,
            _ => return None,
        };
        let values = read_metrics(scheme, metrics)?;
        let scores = compute(scheme, metrics, &values)?;
        Some(Self { scheme, values, scores })
    }

    /// Its version.
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Its scores.
    pub const fn scores(&self) -> Scores {
        self.scores
    }

    /// The score that counts: with all metrics that are given.
    pub const fn score(&self) -> Score {
        self.scores.overall
    }

    /// The band of its base score: what others compare.
    pub fn band(&self) -> Band {
        match self.scheme {
            scheme::CVSS_2 => self.scores.base.band_of_2(),
            _ => self.scores.base.band(),
        }
    }

    /// The value of a metric, if it is given.
    pub fn value(&self, abbr: &str) -> Option<&'static str> {
        self.values.get(abbr).map(|meaning| meaning.value.as_str())
    }

    /// What the value of a metric means.
    pub fn meaning(&self, abbr: &str) -> Option<&'static str> {
        self.values.get(abbr).map(|meaning| meaning.name.as_str())
    }

    /// Every metric that is given, in the order of the version.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        metrics(self.scheme).iter().filter_map(|metric| {
            let meaning = self.values.get(metric.abbr.as_str())?;
            Some(Cell {
                abbr: &metric.abbr,
                name: &metric.name,
                group: &metric.group,
                value: &meaning.value,
                meaning: &meaning.name,
            })
        })
    }
}

/// Every metric once, all base metrics, and only values that the version has.
fn read_metrics(scheme: &str, text: &str) -> Option<BTreeMap<&'static str, &'static Meaning>> {
    let known = metrics(scheme);
    let mut values = BTreeMap::new();
    for part in text.split('/') {
        let (abbr, value) = part.split_once(':')?;
        let metric = known.iter().find(|metric| metric.abbr == abbr)?;
        let meaning = metric.values.iter().find(|meaning| meaning.value == value)?;
        if values.insert(metric.abbr.as_str(), meaning).is_some() {
            return None;
        }
    }
    let mut base = known.iter().filter(|metric| metric.group == "base");
    base.all(|metric| values.contains_key(metric.abbr.as_str())).then_some(values)
}

fn compute(
    scheme: &str,
    text: &str,
    values: &BTreeMap<&'static str, &'static Meaning>,
) -> Option<Scores> {
    match scheme {
        scheme::CVSS_2 => {
            let vector: ::cvss::v2::Vector = text.parse().ok()?;
            let environmental = vector.environmental_score().value().into();
            Some(Scores {
                base: vector.score().value().into(),
                temporal: vector.temporal_score().value().into(),
                environmental,
                overall: environmental,
            })
        }
        scheme::CVSS_4 => {
            let vector: ::cvss::v4::Vector = format!("CVSS:4.0/{text}").parse().ok()?;
            let score = vector.score().value().into();
            Some(Scores { base: score, temporal: score, environmental: score, overall: score })
        }
        _ => {
            let minor: usize = if scheme == scheme::CVSS_3_0 { 0 } else { 1 };
            let vector: ::cvss::v3::Vector = format!("CVSS:3.{minor}/{text}").parse().ok()?;
            let base = vector.base_score();
            let weight: f64 =
                ["E", "RL", "RC"].iter().map(|metric| weight(metric, values)).product();
            let temporal = ::cvss::v3::Score::new(base.value() * weight).roundup_for_version(minor);
            let own = values.keys().any(|abbr| is_environmental(abbr));
            let temporal: Score = temporal.value().into();
            let environmental = vector.environmental_score().value().into();
            let overall = if own { environmental } else { temporal };
            Some(Scores { base: base.value().into(), temporal, environmental, overall })
        }
    }
}

/// What a temporal metric of version 3 takes off [CVSS 3.1 §7.4].
fn weight(abbr: &str, values: &BTreeMap<&'static str, &'static Meaning>) -> f64 {
    match (abbr, values.get(abbr).map_or("X", |meaning| meaning.value.as_str())) {
        ("E", "F") => 0.97,
        ("E", "P") => 0.94,
        ("E", "U") => 0.91,
        ("RL", "W") => 0.97,
        ("RL", "T") => 0.96,
        ("RL", "O") => 0.95,
        ("RC", "R") => 0.96,
        ("RC", "U") => 0.92,
        _ => 1.0,
    }
}

fn is_environmental(abbr: &str) -> bool {
    matches!(abbr, "CR" | "IR" | "AR") || (abbr.len() > 1 && abbr.starts_with('M'))
}
