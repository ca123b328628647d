//! What an advisory says in each field of the sheet, in words, and in a form that can be compared.

use std::collections::BTreeSet;

use super::cvss::Vector;
use super::scale::{Band, Score};
use super::sheet::{Field, How};
use super::{eispp, ssvc, words};
use crate::model::advisory::{
    Advisory, Identifier, Obtained, ProductStatus, Rating, Value, Vulnerability, scheme,
};

/// What is said in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// In words.
    pub text: String,
    /// How it was obtained.
    pub how: How,
    /// What it is compared by: only facts with the same basis are compared. `None`: by nothing.
    pub key: Option<(&'static str, String)>,
}

impl Fact {
    /// The band by which it is compared, if it is by one.
    pub fn band(&self) -> Option<Band> {
        let (_, name) = self.key.as_ref().filter(|(basis, _)| *basis == BAND)?;
        Band::parse(name)
    }
}

/// The basis of what is compared by the band for which it stands.
const BAND: &str = "band";

/// What is looked at: the ratings of one rater in one advisory, and what the advisory itself says
/// when the rater is its issuer.
pub(super) struct Subject<'a> {
    pub advisory: &'a Advisory,
    pub vulnerabilities: Vec<&'a Vulnerability>,
    pub ratings: Vec<&'a Rating>,
    pub is_issuer: bool,
    pub rater: &'a str,
}

impl Subject<'_> {
    pub fn fact(&self, field: Field) -> Option<Fact> {
        match field {
            Field::Identifiers => self.issued().and_then(|one| one.identifiers()),
            Field::Products => self.issued().and_then(|one| one.products()),
            Field::Solution => self.issued().and_then(|one| one.solution()),
            Field::AttackVector => self.attack_vector(),
            Field::Prerequisites => self.prerequisites(),
            Field::Skill => self.criterion("attack_skill"),
            Field::Impact => self.impact(),
            Field::Exploitation => self.exploitation(),
            Field::Cvss4 => self.cvss(scheme::CVSS_4),
            Field::Cvss31 => self.cvss(scheme::CVSS_3_1),
            Field::Cvss30 => self.cvss(scheme::CVSS_3_0),
            Field::Cvss2 => self.cvss(scheme::CVSS_2),
            Field::Risk => self.risk(),
            Field::Damage => self.criterion("damage"),
            Field::Urgency => self.criterion("urgency"),
            Field::Ssvc => self.ssvc(),
            Field::Priority => self.criterion("priority"),
        }
    }

    fn issued(&self) -> Option<&Self> {
        self.is_issuer.then_some(self)
    }

    /// Every vector, newest version first.
    pub fn vectors(&self) -> Vec<(Vector, &Rating)> {
        let read = |rating: &&&Rating| match &rating.value {
            Value::Vector(text) => Vector::read(&rating.scheme, text),
            _ => None,
        };
        let mut all: Vec<(Vector, &Rating)> =
            self.ratings.iter().filter_map(|rating| Some((read(&rating)?, *rating))).collect();
        // Of several of one version the highest: what else is there concerns other products.
        all.sort_by(|(a, _), (b, _)| {
            b.scheme().cmp(a.scheme()).then_with(|| b.scores().base.cmp(&a.scores().base))
        });
        all
    }

    fn identifiers(&self) -> Option<Fact> {
        let ids: BTreeSet<&Identifier> = self.vulnerabilities.iter().flat_map(|v| &v.ids).collect();
        let cves: Vec<String> =
            ids.iter().filter(|id| id.is_cve()).map(ToString::to_string).collect();
        let all: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let others = self.advisory.vulnerabilities.len().saturating_sub(self.vulnerabilities.len());
        let mut text = all.join(", ");
        if others > 0 {
            text.push_str(&format!(" (and {others} other vulnerabilities)"));
        }
        let key = (!cves.is_empty()).then(|| ("cve", cves.join(" ")));
        (!all.is_empty()).then_some(Fact { text, how: How::Stated, key })
    }

    fn products(&self) -> Option<Fact> {
        let affected: BTreeSet<&str> = self
            .vulnerabilities
            .iter()
            .flat_map(|one| &one.affected)
            .filter(|one| one.status != ProductStatus::KnownNotAffected)
            .map(|one| one.product.as_str())
            .collect();
        let listed = self.advisory.products.iter();
        let mut names: Vec<String> = listed
            .filter(|one| affected.is_empty() || affected.contains(one.id.as_str()))
            .map(|one| format!("{} {} {}", one.vendor, one.name, one.version))
            .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        names.sort();
        names.dedup();
        let count = names.len();
        let mut text = names.into_iter().take(5).collect::<Vec<_>>().join("; ");
        if count > 5 {
            text.push_str(&format!("; and {} more", count - 5));
        }
        // Everybody names products differently; that is no disagreement.
        (!text.is_empty()).then_some(Fact { text, how: How::Stated, key: None })
    }

    fn solution(&self) -> Option<Fact> {
        let inside = self.vulnerabilities.iter().flat_map(|one| &one.solutions);
        let kinds: BTreeSet<&str> =
            self.advisory.solutions.iter().chain(inside).map(|one| one.kind.as_str()).collect();
        let (text, key) = if kinds.contains("vendor_fix") {
            ("fix of the vendor", "fix")
        } else if kinds.contains("workaround") || kinds.contains("mitigation") {
            ("workaround only", "workaround")
        } else if kinds.contains("none_available") || kinds.contains("no_fix_planned") {
            ("none available", "none")
        } else if kinds.is_empty() {
            return None;
        } else {
            let text = kinds.into_iter().collect::<Vec<_>>().join(", ");
            let text = if text.is_empty() { "described".to_owned() } else { text };
            return Some(Fact { text, how: How::Stated, key: None });
        };
        Some(Fact { text: text.into(), how: How::Stated, key: Some(("solution", key.into())) })
    }

    fn attack_vector(&self) -> Option<Fact> {
        if let Some(token) = self.token("attack_requirements") {
            let token = eispp::comparable(token);
            let found = match token.as_str() {
                _ if token.starts_with("remote") => "Network",
                _ if token.starts_with("local") => "Local",
                _ if token.starts_with("physical") => "Physical",
                _ => return None,
            };
            let how = How::Mapped { rule: "EISPP attack requirements".into() };
            return Some(Fact { text: found.into(), how, key: Some(("vector", found.into())) });
        }
        let (vector, _) = self.vectors().into_iter().next()?;
        let text = vector.meaning("AV")?.split(' ').next()?.to_owned();
        let how = How::Derived { from: version(vector.scheme()).into() };
        let key = Some(("vector", text.clone()));
        Some(Fact { text, how, key })
    }

    fn prerequisites(&self) -> Option<Fact> {
        if let Some(token) = self.token("attack_requirements") {
            let key = Some(("eispp requirements", eispp::comparable(token)));
            return Some(Fact { text: token.replace('_', " "), how: How::Stated, key });
        }
        self.by_metrics(&["AC", "AT", "PR", "Au", "UI"])
    }

    fn impact(&self) -> Option<Fact> {
        let tokens = self.tokens("impact");
        let rated: BTreeSet<String> = tokens
            .iter()
            .filter(|token| !eispp::is_unrated(token))
            .map(|token| eispp::comparable(token))
            .collect();
        if !rated.is_empty() {
            let key = Some(("eispp impact", rated.into_iter().collect::<Vec<_>>().join(" ")));
            return Some(Fact { text: tokens.join("; "), how: How::Stated, key });
        }
        self.by_metrics(&["C", "I", "A", "VC", "VI", "VA", "SC", "SI", "SA"])
    }

    /// What the first vector says by these metrics.
    fn by_metrics(&self, metrics: &[&str]) -> Option<Fact> {
        let (vector, _) = self.vectors().into_iter().next()?;
        let cells = vector.cells().filter(|cell| metrics.contains(&cell.abbr));
        let text: Vec<String> =
            cells.map(|cell| format!("{}: {}", cell.name, cell.meaning)).collect();
        let text = text.join("; ");
        let how = How::Derived { from: version(vector.scheme()).into() };
        let key = Some((family(vector.scheme()), text.clone()));
        Some(Fact { text, how, key })
    }

    /// Whether it is exploited: the catalog says since when, SSVC and the temporal metrics how far.
    fn exploitation(&self) -> Option<Fact> {
        let fact = |text: String, key: &str, how| {
            Some(Fact { text, how, key: Some(("exploitation", key.into())) })
        };
        let of = |scheme: &str| self.ratings.iter().find(|rating| rating.scheme == scheme);
        if let Some(Rating { value: Value::Word(day), .. }) = of(scheme::KEV) {
            return fact(format!("exploited, in the catalog since {day}"), "active", How::Stated);
        }
        if let Some(value) = self.token("Exploitation") {
            let key = match value.to_lowercase().as_str() {
                "poc" | "public poc" => "poc".to_owned(),
                other => other.to_owned(),
            };
            return fact(value.to_owned(), &key, How::Stated);
        }
        for (vector, _) in self.vectors() {
            let key = match vector.value("E") {
                Some("A" | "H" | "F") => "active",
                Some("P" | "POC") => "poc",
                Some("U") => "none",
                _ => continue,
            };
            let text = vector.meaning("E").unwrap_or_default().to_owned();
            return fact(text, key, How::Derived { from: version(vector.scheme()).into() });
        }
        let probability = of(scheme::EPSS)?.score.clone()?;
        let text = format!("probability in the next 30 days {probability}");
        Some(Fact { text, how: How::Stated, key: None })
    }

    fn cvss(&self, wanted: &'static str) -> Option<Fact> {
        let found = self.vectors().into_iter().find(|(vector, _)| vector.scheme() == wanted);
        if let Some((vector, rating)) = found {
            let base: Vec<String> = vector
                .cells()
                .filter(|cell| cell.group == "base")
                .map(|cell| format!("{}:{}", cell.abbr, cell.value))
                .collect();
            let mut text = format!("{} {} {}", vector.score(), vector.band(), base.join("/"));
            let given = rating.score.as_deref().and_then(Score::parse);
            let scores = vector.scores();
            if let Some(given) = given.filter(|given| {
                ![scores.base, scores.temporal, scores.environmental].contains(given)
            }) {
                text.push_str(&format!(" (states {given}, the vector gives {})", vector.score()));
            }
            return Some(Fact { text, how: how(rating), key: Some((wanted, base.join("/"))) });
        }
        let rating = self.ratings.iter().find(|rating| {
            let exact = rating.scheme == wanted;
            // A score of version 3 without a minor version stands with 3.1, the commoner one.
            exact || (rating.scheme == scheme::CVSS_3 && wanted == scheme::CVSS_3_1)
        })?;
        let score = Score::parse(rating.score.as_deref()?)?;
        let band = if wanted == scheme::CVSS_2 { score.band_of_2() } else { score.band() };
        Some(Fact { text: format!("{score} {band}, no vector"), how: how(rating), key: None })
    }

    /// The risk in the rater's word, compared by the band for which it stands.
    fn risk(&self) -> Option<Fact> {
        let word = self.token("risk").map(|token| (token, "EISPP risk")).or_else(|| {
            let word = self.ratings.iter().find(|rating| rating.scheme == scheme::WORD)?;
            match &word.value {
                Value::Word(text) => Some((text.as_str(), "")),
                _ => None,
            }
        });
        if let Some((word, rule)) = word {
            let rater = if rule.is_empty() { self.rater } else { "cert-ist" };
            let Some(mapped) = words::mapped(rater, word) else {
                return Some(Fact { text: word.into(), how: How::Stated, key: None });
            };
            let band = mapped.band?;
            let plain = word.eq_ignore_ascii_case(band.name());
            let text = if plain { word.into() } else { format!("{word} ({band})") };
            let how = How::Mapped { rule: mapped.rule.into() };
            return Some(Fact { text, how, key: Some((BAND, band.name().into())) });
        }
        let derived = |band: Band, from: &str| {
            let how = How::Derived { from: from.into() };
            let key = Some((BAND, band.name().into()));
            Some(Fact { text: band.name().into(), how, key })
        };
        if let Some((vector, _)) = self.vectors().first() {
            return derived(vector.band(), version(vector.scheme()));
        }
        let metric = self.ratings.iter().find(|rating| rating.scheme == scheme::CERT_CC)?;
        let text = format!("{} of 180 (CERT/CC metric)", metric.score.as_deref()?);
        Some(Fact { text, how: How::Stated, key: None })
    }

    fn ssvc(&self) -> Option<Fact> {
        let rating = self.ratings.iter().find(|rating| rating.scheme == scheme::SSVC)?;
        let Value::Criteria(criteria) = &rating.value else { return None };
        let listed: Vec<String> = criteria
            .iter()
            .map(|(point, values)| format!("{point}: {}", values.join(", ")))
            .collect();
        let mut text = listed.join("; ");
        let key = Some(("ssvc", text.to_lowercase()));
        let decided = ssvc::tables().iter().find_map(|table| {
            let values: Option<Vec<&str>> =
                table.points.iter().map(|point| self.token(&point.name)).collect();
            Some((table, table.decide(&values?)?))
        });
        if let Some((table, outcome)) = decided {
            text = format!("{} by {}; {text}", outcome.name, table.name);
        }
        Some(Fact { text, how: how(rating), key })
    }

    /// A criterion that has its own name in whatever scheme: compared as it is written.
    fn criterion(&self, name: &str) -> Option<Fact> {
        let token = self.token(name)?;
        let key = Some(("criterion", eispp::comparable(token)));
        Some(Fact { text: token.replace('_', " "), how: How::Stated, key })
    }

    fn tokens(&self, name: &str) -> Vec<&str> {
        let criteria = self.ratings.iter().filter_map(|rating| match &rating.value {
            Value::Criteria(criteria) => Some(criteria),
            _ => None,
        });
        let named =
            |key: &str| key.replace(['-', ' '], "_").eq_ignore_ascii_case(&name.replace(' ', "_"));
        let found = criteria.flat_map(|criteria| criteria.iter().filter(|(key, _)| named(key)));
        found.flat_map(|(_, tokens)| tokens.iter().map(String::as_str)).collect()
    }

    fn token(&self, name: &str) -> Option<&str> {
        self.tokens(name).into_iter().find(|token| !eispp::is_unrated(token))
    }
}

/// How a rating was obtained, as the sheet says it.
fn how(rating: &Rating) -> How {
    match &rating.obtained {
        Obtained::Stated => How::Stated,
        Obtained::Mapped(rule) => How::Mapped { rule: rule.clone() },
        Obtained::Derived(from) => How::Derived { from: from.clone() },
    }
}

/// Versions whose metrics mean the same and can be compared.
fn family(scheme: &str) -> &'static str {
    match scheme {
        scheme::CVSS_2 => "cvss 2",
        scheme::CVSS_4 => "cvss 4",
        _ => "cvss 3",
    }
}

pub(super) fn version(scheme: &str) -> &'static str {
    match scheme {
        scheme::CVSS_2 => "CVSS 2.0",
        scheme::CVSS_3_0 => "CVSS 3.0",
        scheme::CVSS_4 => "CVSS 4.0",
        _ => "CVSS 3.1",
    }
}
