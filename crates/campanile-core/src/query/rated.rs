//! A rating as conditions ask for it: a score, and a band of the common scale.

use crate::comparison::cvss::Vector;
use crate::comparison::scale::{Band, Score};
use crate::comparison::{eispp, words};
use crate::model::advisory::{Rating, Value, scheme};

/// What of a rating is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rated {
    /// A hundred times the score; computed where only a vector is given.
    pub score: Option<i64>,
    /// For what it stands on the common scale.
    pub band: Option<Band>,
}

/// What of a rating is compared.
pub fn rated(rating: &Rating) -> Rated {
    let vector = match &rating.value {
        Value::Vector(text) => Vector::read(&rating.scheme, text),
        _ => None,
    };
    let stated = rating.score.as_deref().and_then(hundredths);
    let computed = || vector.as_ref().map(|vector| i64::from(vector.score().in_tenths()) * 10);
    let band = match &rating.value {
        Value::Word(word) if rating.scheme == scheme::WORD => mapped(&rating.rater, word),
        Value::Criteria(criteria) => {
            let risk = criteria.get("risk").into_iter().flatten();
            risk.filter(|word| !eispp::is_unrated(word)).find_map(|word| mapped("cert-ist", word))
        }
        _ => vector.as_ref().map(Vector::band).or_else(|| band_of_score(rating)),
    };
    Rated { score: stated.or_else(computed), band }
}

/// The scale of EISPP's risk is found by the name of a team that uses it.
fn mapped(rater: &str, word: &str) -> Option<Band> {
    words::mapped(rater, word)?.band
}

fn band_of_score(rating: &Rating) -> Option<Band> {
    let score = Score::parse(rating.score.as_deref()?)?;
    match rating.scheme.as_str() {
        scheme::CVSS_2 => Some(score.band_of_2()),
        other if other.starts_with("cvss-") => Some(score.band()),
        _ => None,
    }
}

/// A hundred times a number as it is written: `9.8` is 980. What is behind the second decimal is
/// cut off.
pub fn hundredths(number: &str) -> Option<i64> {
    let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 9 && digits(whole) && digits(&part);
    fits.then(|| Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()?)).flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn number_is_read_as_it_is_written() {
        let read = ["9.8", "10", "0.97", "0.00043", "high", "", "9.x", "-1"].map(hundredths);
        let expected = [Some(980), Some(1000), Some(97), Some(0), None, None, None, None];
        assert_eq!(read, expected);
    }

    #[test]
    fn ratings_of_every_scheme_have_a_band_where_a_rule_knows_it() {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
        let criteria = BTreeMap::from([("risk".to_owned(), vec!["high".to_owned()])]);
        let score = |scheme| Rating {
            score: Some("7.5".into()),
            ..Rating::stated("x", scheme, Value::Score)
        };
        let cases = [
            (Rating::stated("x", "cvss-3.1", Value::Vector(vector)), Some(980), "critical"),
            (Rating::stated("Red Hat", "word", Value::Word("Important".into())), None, "high"),
            (Rating::stated("x", "word", Value::Word("whatever".into())), None, ""),
            (Rating::stated("x", "eispp-1.2", Value::Criteria(criteria)), None, "high"),
            (score("cvss-3"), Some(750), "high"),
            (score("cvss-2.0"), Some(750), "high"),
            (score("epss"), Some(750), ""),
        ];
        for (rating, score, band) in cases {
            let found = rated(&rating);
            assert_eq!(
                (found.score, found.band.map_or("", Band::name)),
                (score, band),
                "{rating:?}"
            );
        }
    }
}
