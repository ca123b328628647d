//! What may stand at a place of a query that is being typed.

use std::ops::Range;

use super::field::{Field, Shape};
use super::lex::{Cursor, Piece, Sign};
use super::value::Value;

/// Names that the viewer may know of, for fields that take any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vocabulary<'a> {
    /// Who issues advisories: handles of teams, names of others.
    pub issuers: &'a [String],
    /// Who may be at a group: people and teams.
    pub claimants: &'a [String],
}

/// One thing that may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What of the text it takes the place of, in octets.
    pub place: Range<usize>,
    /// What it is.
    pub text: String,
    /// What it means; empty for names.
    pub about: &'static str,
}

/// Most completions of one place: nobody reads on.
const COMPLETIONS_MAX: usize = 50;
/// Spans and days that are offered for a time.
const TIMES: [&str; 5] = ["today", "yesterday", "24h", "7d", "4w"];

/// What may stand at a place of a text, best first. Empty where nothing is known: within quotation
/// marks, behind a number.
pub fn complete(text: &str, offset: usize, vocabulary: Vocabulary<'_>) -> Vec<Completion> {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    let mut all = match typed(text) {
        Typed::Start { from, behind } => starts(text.get(from..).unwrap_or_default(), behind)
            .map(|(text, about)| Completion { place: from..end, text, about })
            .collect(),
        Typed::Value { field, sign, from } => {
            let begun = text.get(from..).unwrap_or_default().trim_start_matches('"');
            values(field, sign, begun, vocabulary)
                .map(|text| Completion { place: from..end, text, about: "" })
                .collect()
        }
        Typed::Other => Vec::new(),
    };
    all.truncate(COMPLETIONS_MAX);
    all
}

/// What is being typed at the end of a text.
enum Typed {
    /// The start of a condition, or nothing yet; whether something stands in front that it may be
    /// bound to.
    Start { from: usize, behind: bool },
    /// A value.
    Value { field: Field, sign: Sign, from: usize },
    /// Nothing of which is known what follows.
    Other,
}

fn typed(text: &str) -> Typed {
    let mut cursor = Cursor::new(text);
    let mut behind = false;
    while let Some((piece, place)) = cursor.next() {
        let is_last = place.end == text.len();
        match piece {
            Piece::Field(field, sign) => {
                if let Some(from) = value_at_end(&mut cursor, text) {
                    return Typed::Value { field, sign, from };
                }
                behind = true;
            }
            Piece::Text(_) | Piece::And | Piece::Or | Piece::Not if is_last => {
                return match text.ends_with('"') {
                    true => Typed::Other,
                    false => Typed::Start { from: place.start, behind },
                };
            }
            Piece::Text(_) | Piece::Close | Piece::Unknown(_) => behind = true,
            Piece::Open | Piece::And | Piece::Or | Piece::Not => behind = false,
            Piece::Unclosed => return Typed::Other,
        }
        if is_last && matches!(text.chars().last(), Some(c) if !c.is_whitespace() && c != '(') {
            return Typed::Other;
        }
    }
    Typed::Start { from: text.len(), behind }
}

/// Goes over the values of a field; where the last one starts, if the text ends with it.
fn value_at_end(cursor: &mut Cursor<'_>, text: &str) -> Option<usize> {
    loop {
        let (_, place) = cursor.value();
        if place.end == text.len() {
            return Some(place.start);
        }
        if !cursor.comma() {
            return None;
        }
    }
}

/// Fields and operators that begin with a text in any letter case.
fn starts(begun: &str, behind: bool) -> impl Iterator<Item = (String, &'static str)> {
    let begun = begun.to_lowercase();
    let fields = Field::ALL.iter().map(|field| {
        let sign = match field.shape() {
            Shape::Number(_) => ">=",
            Shape::Date => "<=",
            Shape::Text | Shape::Name(_) | Shape::Words(_) => ":",
        };
        (format!("{field}{sign}"), field.about())
    });
    let binding = [("and ", "both"), ("or ", "one of both")].into_iter().filter(move |_| behind);
    let operators = binding.chain([("not ", "the opposite")]);
    let operators = operators.map(|(text, about)| (text.to_owned(), about));
    fields.chain(operators).filter(move |(text, _)| text.starts_with(&begun))
}

/// Values of a field that begin with a text in any letter case.
fn values<'a>(
    field: Field,
    sign: Sign,
    begun: &str,
    vocabulary: Vocabulary<'a>,
) -> impl Iterator<Item = String> + use<'a> {
    let words: &'static [&'static str] = match (field.shape(), sign) {
        (Shape::Words(words) | Shape::Name(words), Sign::Is) => words,
        (Shape::Date, Sign::Compares(_)) => &TIMES,
        (Shape::Date, Sign::Is) => TIMES.get(..2).unwrap_or_default(),
        _ => &[],
    };
    let names = match field {
        Field::Issuer => vocabulary.issuers,
        Field::Claimed => vocabulary.claimants,
        _ => &[],
    };
    let begun = begun.to_lowercase();
    let words = words.iter().map(|word| (*word).to_owned());
    let names = names.iter().map(|name| Value::Text(name.clone()).to_string());
    words
        .chain(names)
        .filter(move |text| text.trim_start_matches('"').to_lowercase().starts_with(&begun))
}
