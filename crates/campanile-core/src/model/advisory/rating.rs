//! Ratings: who judged, by which scheme, and what came out. Compared, never averaged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names of schemes. A scheme that is not here stands under the name it was given.
pub mod scheme {
    /// CVSS 2.0, a vector; a score where only that is given.
    pub const CVSS_2: &str = "cvss-2.0";
    /// CVSS 3.0.
    pub const CVSS_3_0: &str = "cvss-3.0";
    /// CVSS 3.1.
    pub const CVSS_3_1: &str = "cvss-3.1";
    /// CVSS 3, a score without a vector: the minor version is not known.
    pub const CVSS_3: &str = "cvss-3";
    /// CVSS 4.0.
    pub const CVSS_4: &str = "cvss-4.0";
    /// The criteria of EISPP 1.2, as reconstructed: risk, impact, attack_skill,
    /// attack_requirements.
    pub const EISPP_1_2: &str = "eispp-1.2";
    /// Decision points of SSVC 2.
    pub const SSVC: &str = "ssvc-2";
    /// Known to be exploited since a day, in the catalog of CISA.
    pub const KEV: &str = "kev";
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub const EPSS: &str = "epss";
    /// What is said about exploitation: `proof of concept`.
    pub const EXPLOIT_STATUS: &str = "exploit-status";
    /// A word of the issuer's own: `Important`.
    pub const WORD: &str = "word";
    /// The metric of CERT/CC before CVSS, 0 to 180.
    pub const CERT_CC: &str = "cert-cc-metric";
}

/// One statement of one rater.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Who rates, as written; the issuer where nobody else is named.
    pub rater: String,
    /// The scheme with its version: one of [`scheme`], or as given.
    pub scheme: String,
    /// What came out.
    pub value: Value,
    /// The score that was given with it, as written: `9.8`. Not computed.
    pub score: Option<String>,
    /// How it was obtained.
    pub obtained: Obtained,
    /// [`super::Product::id`] of the products it is for; empty: all.
    pub products: Vec<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A vector of CVSS, as written.
    Vector(String),
    /// A word, or the day of an entry.
    Word(String),
    /// Tokens by criterion, as written: of EISPP (`impact` has several) and SSVC.
    Criteria(BTreeMap<String, Vec<String>>),
    /// Nothing but the score.
    Score,
}

/// How a rating was obtained.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obtained {
    /// The rater states it.
    #[default]
    Stated,
    /// From the rater's own scale, by a rule that is named.
    Mapped(String),
    /// Computed from something else, which is named.
    Derived(String),
}

impl Rating {
    /// A rating that its rater states, for all products.
    pub fn stated(rater: &str, scheme: &str, value: Value) -> Self {
        Self {
            rater: rater.to_owned(),
            scheme: scheme.to_owned(),
            value,
            score: None,
            obtained: Obtained::Stated,
            products: Vec::new(),
        }
    }
}
