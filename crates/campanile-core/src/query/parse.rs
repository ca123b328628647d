//! From text to query, or to what is wrong with it and where.
//!
//! By hand: the grammar has three levels, and what counts is what is said about mistakes
//! (`docs/adr/0009-own-query-parser.md`). In EBNF, letter case never matters:
//!
//! ```text
//! query = [ any ]
//! any   = all { "or" all }
//! all   = part { [ "and" ] part }
//! part  = "not" part | "(" any ")" | word | '"' text '"' | field sign value { "," value }
//! sign  = ":" | "=" | "<" | "<=" | ">=" | ">"
//! ```

use std::fmt;
use std::ops::Range;

use super::field::{Field, Shape};
use super::lex::{Cursor, Piece, Sign};
use super::rated::hundredths;
use super::value::{Comparison, Test, Value, When};
use super::words::Phrase;
use super::{Query, Term};
use crate::model::limits::{QUERY_BYTES_MAX, QUERY_CONDITIONS_MAX, QUERY_DEPTH_MAX};

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Where, in octets of the text.
    pub place: Range<usize>,
    /// What.
    pub fault: Fault,
}

/// What may be wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is longer than [`QUERY_BYTES_MAX`].
    TooLong,
    /// Brackets or `not` in each other, more than [`QUERY_DEPTH_MAX`].
    TooDeep,
    /// More than [`QUERY_CONDITIONS_MAX`] words, values and conditions.
    TooMany,
    /// Quotation marks that nothing closes.
    UnclosedText,
    /// A bracket that nothing closes.
    UnclosedBracket,
    /// A bracket that nothing opens.
    UnopenedBracket,
    /// Something has to follow here, or stand in front.
    NothingThere,
    /// There is no such field.
    UnknownField {
        /// As typed.
        name: String,
        /// What may have been meant.
        nearest: Option<Field>,
    },
    /// A field without a value.
    NoValue(Field),
    /// The value is none of this field.
    BadValue(Field),
    /// The field cannot be more or less than something.
    NoOrder(Field),
    /// A span of time can only be compared.
    BareSpan(Field),
    /// No letter or digit to look for.
    NoWord,
}

/// Reads a query. A text of blanks is [`Query::All`].
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(text: &str) -> Result<Query, ParseError> {
    if text.len() > QUERY_BYTES_MAX {
        return Err(Fault::TooLong.at(0..text.len()));
    }
    let mut parser = Parser { cursor: Cursor::new(text), conditions: 0, length: text.len() };
    if parser.peek().is_none() {
        return Ok(Query::All);
    }
    let query = parser.any(0)?;
    match parser.cursor.next() {
        Some((_, place)) => Err(Fault::UnopenedBracket.at(place)),
        None => Ok(query),
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    conditions: usize,
    length: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Piece<'a>> {
        self.cursor.clone().next().map(|(piece, _)| piece)
    }

    fn any(&mut self, depth: usize) -> Result<Query, ParseError> {
        let mut parts = vec![self.all(depth)?];
        while self.peek() == Some(Piece::Or) {
            self.cursor.next();
            parts.push(self.all(depth)?);
        }
        Ok(Query::or(parts))
    }

    fn all(&mut self, depth: usize) -> Result<Query, ParseError> {
        let mut parts = vec![self.part(depth)?];
        loop {
            match self.peek() {
                None | Some(Piece::Or | Piece::Close) => return Ok(Query::and(parts)),
                Some(Piece::And) => drop(self.cursor.next()),
                Some(_) => {}
            }
            parts.push(self.part(depth)?);
        }
    }

    fn part(&mut self, depth: usize) -> Result<Query, ParseError> {
        let Some((piece, place)) = self.cursor.next() else {
            return Err(Fault::NothingThere.at(self.length..self.length));
        };
        if depth > QUERY_DEPTH_MAX {
            return Err(Fault::TooDeep.at(place));
        }
        match piece {
            Piece::Not => Ok(self.part(depth + 1)?.not()),
            Piece::Open => {
                let inner = self.any(depth + 1)?;
                match self.cursor.next() {
                    Some((Piece::Close, _)) => Ok(inner),
                    _ => Err(Fault::UnclosedBracket.at(place)),
                }
            }
            Piece::Text(text) => {
                self.count(&place)?;
                let phrase = Phrase::new(&text).ok_or_else(|| Fault::NoWord.at(place))?;
                Ok(Query::Text(vec![phrase]))
            }
            Piece::Field(field, sign) => self.term(field, sign, place),
            Piece::And | Piece::Or => Err(Fault::NothingThere.at(place)),
            Piece::Close => Err(Fault::NothingThere.at(place)),
            Piece::Unclosed => Err(Fault::UnclosedText.at(place)),
            Piece::Unknown(name) => {
                let place = place.start..place.start + name.len().max(1);
                let nearest = Field::nearest(name);
                Err(Fault::UnknownField { name: name.to_owned(), nearest }.at(place))
            }
        }
    }

    fn term(&mut self, field: Field, sign: Sign, at: Range<usize>) -> Result<Query, ParseError> {
        let comparison = match sign {
            Sign::Is => None,
            Sign::Compares(comparison) => Some(comparison),
        };
        let ordered = matches!(field.shape(), Shape::Number(_) | Shape::Date);
        if comparison.is_some() && !ordered {
            return Err(Fault::NoOrder(field).at(at));
        }
        let mut values = Vec::new();
        loop {
            let (text, place) = self.cursor.value();
            let Some(text) = text else { return Err(Fault::UnclosedText.at(place)) };
            if place.is_empty() {
                return Err(Fault::NoValue(field).at(at.start..self.cursor.at()));
            }
            self.count(&place)?;
            values.push(value(field, &text, comparison).map_err(|fault| fault.at(place))?);
            if comparison.is_some() || !self.cursor.comma() {
                break;
            }
        }
        let test = match (comparison, values.as_slice()) {
            (Some(comparison), [value]) => Test::Compare(comparison, value.clone()),
            _ => Test::OneOf(values),
        };
        Ok(Query::Term(Term { field, test }))
    }

    fn count(&mut self, place: &Range<usize>) -> Result<(), ParseError> {
        self.conditions += 1;
        match self.conditions > QUERY_CONDITIONS_MAX {
            true => Err(Fault::TooMany.at(place.clone())),
            false => Ok(()),
        }
    }
}

/// What a text is behind a field.
fn value(field: Field, text: &str, comparison: Option<Comparison>) -> Result<Value, Fault> {
    let word = |words: &'static [&'static str]| {
        words.iter().copied().find(|word| word.eq_ignore_ascii_case(text)).map(Value::Word)
    };
    match field.shape() {
        Shape::Words(words) => word(words).ok_or(Fault::BadValue(field)),
        Shape::Name(words) => match word(words) {
            Some(word) => Ok(word),
            None if text.trim().is_empty() => Err(Fault::BadValue(field)),
            None => Ok(Value::Text(text.to_owned())),
        },
        Shape::Text => match Phrase::new(text) {
            Some(_) => Ok(Value::Text(text.to_owned())),
            None => Err(Fault::NoWord),
        },
        Shape::Number(most) => match hundredths(text) {
            Some(number) if number <= most => Ok(Value::Number(number)),
            _ => Err(Fault::BadValue(field)),
        },
        Shape::Date => match When::parse(text) {
            Some(When::Ago(_)) if comparison.is_none() => Err(Fault::BareSpan(field)),
            Some(when) => Ok(Value::When(when)),
            None => Err(Fault::BadValue(field)),
        },
    }
}

impl Fault {
    fn at(self, place: Range<usize>) -> ParseError {
        ParseError { place, fault: self }
    }
}

impl ParseError {
    /// What to do about it, in one sentence.
    pub fn hint(&self) -> String {
        match &self.fault {
            Fault::TooLong | Fault::TooDeep | Fault::TooMany => "make two queries of it".into(),
            Fault::UnclosedText => "close it with another \"".into(),
            Fault::UnclosedBracket => "close it with )".into(),
            Fault::UnopenedBracket => "remove it, or open it with (".into(),
            Fault::NothingThere => {
                "and, or, not and brackets need a word or a condition; in quotation marks they are \
                 words"
                    .into()
            }
            Fault::UnknownField { nearest: Some(field), .. } => {
                format!("did you mean `{field}:`? A text with such signs goes in quotation marks")
            }
            Fault::UnknownField { nearest: None, .. } => {
                let names: Vec<_> = Field::ALL.iter().map(|field| field.name()).collect();
                format!("fields are {}; other text goes in quotation marks", names.join(", "))
            }
            Fault::NoValue(field) | Fault::BadValue(field) => expected(*field),
            Fault::NoOrder(field) => format!("write `{field}:` and what it has to be"),
            Fault::BareSpan(field) => format!("write `{field}<=7d` for the last seven days"),
            Fault::NoWord => "what is looked for has a letter or a digit".into(),
        }
    }

    /// The line of the text with the mistake, and a line that points at it.
    pub fn pointer(&self, text: &str) -> (String, String) {
        // Every character one column, whatever it is: a line break would move the pointer.
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let columns = |range: Range<usize>| text.get(range).map_or(0, |part| part.chars().count());
        let before = columns(0..self.place.start);
        let marked = columns(self.place.clone()).max(1);
        (line, format!("{}{}", " ".repeat(before), "^".repeat(marked)))
    }
}

/// What may stand behind a field.
fn expected(field: Field) -> String {
    match field.shape() {
        Shape::Text => format!("write a word, or several in quotation marks, behind `{field}:`"),
        Shape::Name(words) => format!("write a name behind `{field}:`, or {}", listed(words)),
        Shape::Words(words) => format!("`{field}` is {}", listed(words)),
        Shape::Number(100) => format!("`{field}` is a number from 0 to 1"),
        Shape::Number(1_000) => format!("`{field}` is a number from 0 to 10"),
        Shape::Number(_) => format!("`{field}` is a number"),
        Shape::Date => format!(
            "`{field}` is a day as 2026-11-01, a time as 2026-11-01T12:00:00Z, today, yesterday, \
             or compared with a span: `{field}<=7d` (h, d, w)"
        ),
    }
}

/// `a, b or c`
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.join(""),
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::TooLong => write!(f, "the query is longer than {QUERY_BYTES_MAX} octets"),
            Fault::TooDeep => write!(f, "more than {QUERY_DEPTH_MAX} brackets in each other"),
            Fault::TooMany => write!(f, "more than {QUERY_CONDITIONS_MAX} words and values"),
            Fault::UnclosedText => write!(f, "this quotation mark is not closed"),
            Fault::UnclosedBracket => write!(f, "this bracket is not closed"),
            Fault::UnopenedBracket => write!(f, "this bracket closes nothing"),
            Fault::NothingThere => write!(f, "a word or a condition is missing here"),
            Fault::UnknownField { name, .. } => write!(f, "there is no field `{name}`"),
            Fault::NoValue(field) => write!(f, "a value of `{field}` is missing"),
            Fault::BadValue(field) => write!(f, "this is no value of `{field}`"),
            Fault::NoOrder(field) => write!(f, "`{field}` is not more or less than something"),
            Fault::BareSpan(field) => write!(f, "`{field}` is a time, and this is a span"),
            Fault::NoWord => write!(f, "there is nothing to look for in this"),
        }
    }
}

impl std::error::Error for ParseError {}
