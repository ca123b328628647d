//! Scores of 2.0, metrics of 2.1, and words as threats.

use std::collections::HashSet;
use std::str::FromStr;

use serde_json::{Value, json};

use super::products::Tree;
use super::{Object, form, set_list, set_text};
use crate::formats::csaf::{Version, rater};
use crate::formats::word;
use crate::model::advisory::{Advisory, Rating, Value as Rated, scheme};

/// What the ratings of a vulnerability become.
#[derive(Default)]
pub struct Written<'a> {
    /// `scores` or `metrics`.
    pub scores: Vec<Value>,
    /// `threats`.
    pub threats: Vec<Value>,
    /// Ratings that the version has no place for.
    pub others: Vec<&'a Rating>,
}

/// A score, and where it is unique: one for each rater, version and product. [CSAF 2.0 §6.1.7]
struct Scores<'a> {
    advisory: &'a Advisory,
    version: Version,
    taken: HashSet<(&'a str, &'static str, &'a str)>,
}

/// Sorts the ratings of a vulnerability; `all` are the products of ratings that name none.
pub fn sorted<'a>(
    ratings: &'a [Rating],
    advisory: &'a Advisory,
    version: Version,
    tree: &Tree<'a>,
    all: &[&'a str],
) -> Written<'a> {
    let mut scores = Scores { advisory, version, taken: HashSet::new() };
    let mut written = Written::default();
    for rating in ratings {
        let named = rating.products.iter().map(String::as_str).filter(|id| tree.has(id));
        let named: Vec<_> = named.collect();
        let products = if rating.products.is_empty() { all.to_vec() } else { named };
        if let Some(threat) = threat(rating, advisory, &products) {
            written.threats.push(threat);
            continue;
        }
        match scores.score(rating, products, ratings) {
            Some(score) => written.scores.push(score),
            None => written.others.push(rating),
        }
    }
    written
}

/// A word of the issuer is a threat: what an attack does, or whether there are any.
fn threat(rating: &Rating, advisory: &Advisory, products: &[&str]) -> Option<Value> {
    let Rated::Word(word) = &rating.value else { return None };
    let category = match rating.scheme.as_str() {
        scheme::WORD if word::is_word(word) => "impact",
        scheme::EXPLOIT_STATUS => "exploit_status",
        _ => return None,
    };
    let unnamed = rating.products.is_empty();
    if rating.rater != advisory.issuer.name || word.trim().is_empty() {
        return None;
    }
    if !unnamed && products.len() < rating.products.len() {
        return None;
    }
    let mut object = Object::new();
    set_text(&mut object, "category", category);
    set_text(&mut object, "details", word);
    if !unnamed {
        set_list(&mut object, "product_ids", products.to_vec());
    }
    Some(object.into())
}

impl<'a> Scores<'a> {
    fn score(
        &mut self,
        rating: &'a Rating,
        mut products: Vec<&'a str>,
        ratings: &'a [Rating],
    ) -> Option<Value> {
        let own = rating.rater == self.advisory.issuer.name;
        if !own && self.version == Version::V2_0 {
            return None;
        }
        let (name, content) = match &rating.value {
            Rated::Vector(vector) => cvss(&rating.scheme, vector)?,
            Rated::Word(word) => self.quality(rating, word, ratings)?,
            Rated::Criteria(_) | Rated::Score => return None,
        };
        if name == "cvss_v4" && self.version == Version::V2_0 {
            return None;
        }
        let mut seen = HashSet::new();
        products.retain(|id| seen.insert(*id));
        let key = |id: &'a str| (rating.rater.as_str(), name, id);
        if products.is_empty() || products.iter().any(|id| self.taken.contains(&key(id))) {
            return None;
        }
        self.taken.extend(products.iter().map(|id| key(id)));
        if self.version == Version::V2_0 {
            return Some(json!({ name: content, "products": products }));
        }
        let mut object = Object::new();
        object.insert("content".into(), json!({ name: content }));
        set_list(&mut object, "products", products);
        if !own {
            let issuer = &self.advisory.issuer;
            let namespace = form::namespace(&issuer.namespace, &issuer.name);
            set_text(&mut object, "source", &rater::write(&rating.rater, &namespace));
        }
        Some(object.into())
    }

    /// A word of the five of 2.1, of a rater that gives no vector. [CSAF 2.1 §6.1.56]
    fn quality(
        &self,
        rating: &Rating,
        word: &str,
        ratings: &[Rating],
    ) -> Option<(&'static str, Value)> {
        let words = ["critical", "high", "low", "medium", "none"];
        let vectors = ratings.iter().filter(|one| matches!(one.value, Rated::Vector(_)));
        let both = vectors.into_iter().any(|one| one.rater == rating.rater);
        let fits = self.version == Version::V2_1 && rating.scheme == scheme::WORD;
        let name = "qualitative_severity_rating";
        (fits && !both && words.contains(&word)).then(|| (name, word.into()))
    }
}

/// The object for a vector: with the scores that it gives, whatever was stated.
fn cvss(scheme: &str, vector: &str) -> Option<(&'static str, Value)> {
    let (name, version, score) = match scheme {
        scheme::CVSS_2 => ("cvss_v2", "2.0", base_2(vector)?),
        scheme::CVSS_3_0 | scheme::CVSS_3_1 => {
            let version = if scheme == scheme::CVSS_3_0 { "3.0" } else { "3.1" };
            let prefix = vector.strip_prefix("CVSS:")?.starts_with(version);
            let base = cvss::v3::Vector::from_str(vector).ok().filter(|_| prefix)?;
            ("cvss_v3", version, base.base_score().value())
        }
        scheme::CVSS_4 => ("cvss_v4", "4.0", base_4(vector)?),
        _ => return None,
    };
    let score = (score * 10.0).round() / 10.0;
    let mut content = json!({ "version": version, "vectorString": vector, "baseScore": score });
    if let (true, Some(object)) = (name != "cvss_v2", content.as_object_mut()) {
        set_text(object, "baseSeverity", severity(score));
    }
    Some((name, content))
}

/// The base score; `score` counts temporal metrics in, so that they are left out before.
fn base_2(vector: &str) -> Option<f64> {
    let plain = !vector.contains(['(', ')', '#']);
    cvss::v2::Vector::from_str(vector).ok().filter(|_| plain)?;
    const BASE: [&str; 6] = ["AV", "AC", "Au", "C", "I", "A"];
    let base = only(vector, &BASE);
    Some(cvss::v2::Vector::from_str(&base).ok()?.score().value())
}

/// The score of the base metrics alone.
fn base_4(vector: &str) -> Option<f64> {
    cvss::v4::Vector::from_str(vector).ok()?;
    const BASE: [&str; 11] = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];
    let base = only(vector, &BASE);
    let vector = cvss::v4::Vector::from_str(&base).ok()?;
    Some(cvss::v4::Score::from(&vector).value())
}

/// A vector with nothing but these metrics.
fn only(vector: &str, metrics: &[&str]) -> String {
    let parts = vector.split('/').filter(|part| {
        part.split_once(':').is_some_and(|(name, _)| name == "CVSS" || metrics.contains(&name))
    });
    parts.collect::<Vec<_>>().join("/")
}

fn severity(score: f64) -> &'static str {
    match score {
        score if score >= 9.0 => "CRITICAL",
        score if score >= 7.0 => "HIGH",
        score if score >= 4.0 => "MEDIUM",
        score if score > 0.0 => "LOW",
        _ => "NONE",
    }
}
