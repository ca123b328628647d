//! Suggestions: advisories that read as if they were about the same. They only suggest; nothing
//! is ever joined by likeness, because two holes in one product in one week read alike.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::advisory::Advisory;
use crate::model::time::Timestamp;

/// From how many points on a suggestion is worth a look: two kinds of likeness at least.
pub const POINTS_MIN: u32 = 50;

/// What suggestions look at. Words are compared, so both are made by [`Likeness::of`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likeness {
    /// Words of the title that say something.
    pub title: BTreeSet<String>,
    /// Words of vendors and products.
    pub products: BTreeSet<String>,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
}

/// How alike two advisories read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// 0 to 100: up to 50 for the title, 30 for products, 20 for the date.
    pub points: u32,
    /// The reasons, in words.
    pub reasons: Vec<String>,
}

/// Words that stand in every title, in the languages of the teams.
const COMMON: [&str; 44] = [
    "a",
    "an",
    "and",
    "in",
    "of",
    "the",
    "to",
    "for",
    "on",
    "by",
    "with",
    "via",
    "dans",
    "les",
    "le",
    "la",
    "de",
    "des",
    "du",
    "et",
    "der",
    "die",
    "das",
    "und",
    "im",
    "mehrere",
    "multiple",
    "multiples",
    "vulnerability",
    "vulnerabilities",
    "vulnérabilité",
    "vulnérabilités",
    "schwachstelle",
    "schwachstellen",
    "security",
    "update",
    "advisory",
    "bulletin",
    "sécurité",
    "important",
    "critical",
    "moderate",
    "low",
    "fix",
];

impl Likeness {
    /// What suggestions look at in an advisory.
    pub fn of(advisory: &Advisory) -> Self {
        let products = advisory.products.iter().take(500);
        Self {
            title: words(&advisory.title),
            products: products
                .flat_map(|one| words(&format!("{} {}", one.vendor, one.name)))
                .collect(),
            published_at: advisory.published_at.as_ref().map(|moment| moment.at),
        }
    }
}

fn words(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'));
    let words = parts.map(|word| word.trim_matches(['.', '-']).to_lowercase());
    words.filter(|word| word.len() > 1 && !COMMON.contains(&word.as_str())).collect()
}

/// How alike two advisories read; `None` when too little.
pub fn suggest(a: &Likeness, b: &Likeness) -> Option<Suggestion> {
    let mut found = Suggestion { points: 0, reasons: Vec::new() };
    let share = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        let both: Vec<&String> = a.intersection(b).collect();
        // Of the shorter one: titles of CERTs name more than those of vendors.
        let percent = both.len() * 100 / a.len().min(b.len()).max(1);
        let percent = if a.len().min(b.len()) < 2 { percent / 2 } else { percent };
        let shown: Vec<&str> = both.into_iter().take(5).map(String::as_str).collect();
        (u32::try_from(percent).unwrap_or(0), shown.join(", "))
    };
    let (title, words) = share(&a.title, &b.title);
    if title >= 50 {
        found.points += title / 2;
        found.reasons.push(format!("both titles have: {words}"));
    }
    let (products, words) = share(&a.products, &b.products);
    let (crosswise, crossed) = share(&a.title, &b.products).max(share(&b.title, &a.products));
    if products >= 50 {
        found.points += products * 3 / 10;
        found.reasons.push(format!("both name the product: {words}"));
    } else if crosswise >= 50 {
        found.points += crosswise / 5;
        found.reasons.push(format!("the title of one has the product of the other: {crossed}"));
    }
    if let (Some(a), Some(b)) = (a.published_at, b.published_at) {
        let days = a.seconds().abs_diff(b.seconds()) / 86_400;
        if days <= 14 {
            found.points += u32::try_from(20 - days).unwrap_or(0);
            found.reasons.push(format!("published {days} days apart"));
        }
    }
    (found.points >= POINTS_MIN && found.reasons.len() > 1).then_some(found)
}
