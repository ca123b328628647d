//! From characters to pieces: brackets, words, fields with what stands between them and values.

use std::ops::Range;

use super::field::Field;
use super::value::Comparison;
use crate::model::advisory::Identifier;

/// A piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// Words, or something in quotation marks.
    Text(String),
    /// A field and how it is asked; values follow.
    Field(Field, Sign),
    /// What looks like a field and is none.
    Unknown(&'a str),
    /// Quotation marks that nothing closes.
    Unclosed,
}

/// What stands between a field and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `:` or `=`
    Is,
    /// `<`, `<=`, `>=`, `>`
    Compares(Comparison),
}

/// Where the reading is.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// Whether a character is one of those between a field and its values.
fn is_sign(c: char) -> bool {
    matches!(c, ':' | '=' | '<' | '>')
}

fn ends_run(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

/// Whether a word outside of quotation marks would be read as a field with a value.
pub(super) fn is_term(run: &str) -> bool {
    let address = run.starts_with("http://") || run.starts_with("https://");
    run.contains(is_sign) && !address && Identifier::recognise(run).is_none()
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, length: usize) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..length).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(ends).unwrap_or(rest.len()))
    }

    /// The next piece and where it stands; `None` at the end.
    pub fn next(&mut self) -> Option<(Piece<'a>, Range<usize>)> {
        self.skip_blanks();
        let from = self.at;
        let piece = match self.rest().chars().next()? {
            '(' => self.one(Piece::Open),
            ')' => self.one(Piece::Close),
            '"' => self.quoted().map_or(Piece::Unclosed, Piece::Text),
            _ => self.run(),
        };
        Some((piece, from..self.at))
    }

    fn one(&mut self, piece: Piece<'a>) -> Piece<'a> {
        self.at += 1;
        piece
    }

    /// A word, an operator, or a field.
    fn run(&mut self) -> Piece<'a> {
        let start = self.at;
        let run = self.take_until(ends_run);
        match run.to_ascii_lowercase().as_str() {
            "and" => return Piece::And,
            "or" => return Piece::Or,
            "not" => return Piece::Not,
            _ => {}
        }
        if !is_term(run) {
            return self.spaced_field(run).unwrap_or_else(|| Piece::Text(run.to_owned()));
        }
        let name = run.find(is_sign).and_then(|end| run.get(..end)).unwrap_or_default();
        self.at = start + name.len();
        match (Field::parse(name), self.sign()) {
            (Some(field), Some(sign)) => Piece::Field(field, sign),
            _ => {
                self.at = start + run.len();
                Piece::Unknown(name)
            }
        }
    }

    /// `cvss >= 9`: a field, and a comparison behind a blank.
    fn spaced_field(&mut self, run: &str) -> Option<Piece<'a>> {
        let field = Field::parse(run)?;
        let mut ahead = self.clone();
        ahead.skip_blanks();
        let sign = ahead.rest().starts_with(['<', '>', '=']).then(|| ahead.sign()).flatten()?;
        *self = ahead;
        Some(Piece::Field(field, sign))
    }

    fn sign(&mut self) -> Option<Sign> {
        let signs = [
            ("<=", Sign::Compares(Comparison::AtMost)),
            (">=", Sign::Compares(Comparison::AtLeast)),
            ("<", Sign::Compares(Comparison::Less)),
            (">", Sign::Compares(Comparison::More)),
            (":", Sign::Is),
            ("=", Sign::Is),
        ];
        let (text, sign) = signs.into_iter().find(|(text, _)| self.rest().starts_with(text))?;
        self.take(text.len());
        Some(sign)
    }

    /// What stands in quotation marks; `None` where nothing closes them.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut escaped = false;
        for (at, character) in self.rest().char_indices().skip(1) {
            match (escaped, character) {
                (false, '"') => {
                    self.take(at + 1);
                    return Some(text);
                }
                (false, '\\') => escaped = true,
                _ => {
                    text.push(character);
                    escaped = false;
                }
            }
        }
        self.at = self.text.len();
        None
    }

    /// A value behind a field or a comma; empty where none is, `None` where quotation marks are
    /// not closed.
    pub fn value(&mut self) -> (Option<String>, Range<usize>) {
        self.skip_blanks();
        let from = self.at;
        let value = match self.rest().starts_with('"') {
            true => self.quoted(),
            false => Some(self.take_until(|c| ends_run(c) || c == ',').to_owned()),
        };
        (value, from..self.at)
    }

    /// Goes over a comma, if one is next.
    pub fn comma(&mut self) -> bool {
        let is = self.rest().starts_with(',');
        self.at += usize::from(is);
        is
    }
}
