//! The query language: one line of text that says which groups or advisories are meant, for lists,
//! watches and programs. `docs/operation/query.md` describes it for those who type it.
//!
//! [`parse`] reads a text into a [`Query`], which writes itself back as the same query;
//! [`complete()`] says what may follow, [`rows()`] what a form shows; [`Seen`] decides about one
//! advisory in memory. Words are compared in the one form of [`Words`].
//!
//! Refused here: where rows come from and who may see them. The store turns a query into a
//! statement that holds the viewer.

mod complete;
mod field;
mod lex;
mod parse;
mod rated;
mod rows;
mod seen;
#[cfg(test)]
mod tests;
mod value;
mod words;

pub use complete::{Completion, Vocabulary, complete};
pub use field::{Field, Shape};
pub use parse::{Fault, ParseError, parse};
pub use rated::{Rated, hundredths, rated};
pub use rows::{Row, RowSign, compose, rows};
pub use seen::Seen;
pub use value::{Comparison, Day, Interval, Span, Test, Unit, Value, When};
pub use words::{Phrase, Words};

use std::fmt;

/// What is looked for. Made by [`parse`], or by [`Query::and`], [`Query::or`] and [`Query::not`],
/// which keep it in the form that [`parse`] gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Query {
    /// Everything.
    #[default]
    All,
    /// Words that all stand in one advisory.
    Text(Vec<Phrase>),
    /// A condition on a field.
    Term(Term),
    /// What it is not.
    Not(Box<Query>),
    /// All of these; two or more, none of them `And`, at most one of them `Text`.
    And(Vec<Query>),
    /// Any of these; two or more, none of them `Or`.
    Or(Vec<Query>),
}

/// A condition on a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// The field.
    pub field: Field,
    /// What it has to be.
    pub test: Test,
}

impl Query {
    /// What all of the parts mean together. Words of several parts become words of one advisory.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<Self> = Vec::new();
        for part in parts {
            let inner = match part {
                Self::All => continue,
                Self::And(inner) => inner,
                other => vec![other],
            };
            for one in inner {
                let texts = all.iter_mut().find_map(|known| match known {
                    Self::Text(phrases) => Some(phrases),
                    _ => None,
                });
                match (one, texts) {
                    (Self::Text(more), Some(phrases)) => phrases.extend(more),
                    (one, _) => all.push(one),
                }
            }
        }
        match all.len() {
            0 => Self::All,
            1 => all.swap_remove(0),
            _ => Self::And(all),
        }
    }

    /// What any of the parts means.
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                // Everything, or something, is everything.
                Self::All => return Self::All,
                Self::Or(inner) => all.extend(inner),
                other => all.push(other),
            }
        }
        match all.len() {
            0 => Self::All,
            1 => all.swap_remove(0),
            _ => Self::Or(all),
        }
    }

    /// What the query does not mean. There is no way to write *nothing*: of everything, it is
    /// everything.
    #[allow(clippy::should_implement_trait)] // `!query` hides in a line what `not` says
    pub fn not(self) -> Self {
        match self {
            Self::All => Self::All,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Calls for every condition, words among them.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(Leaf<'a>)) {
        match self {
            Self::All => {}
            Self::Text(phrases) => visit(Leaf::Text(phrases)),
            Self::Term(term) => visit(Leaf::Term(term)),
            Self::Not(inner) => inner.each(visit),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each(visit)),
        }
    }
}

/// One condition of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf<'a> {
    /// Words that all stand in one advisory.
    Text(&'a [Phrase]),
    /// A condition on a field.
    Term(&'a Term),
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Text(phrases) => joined(f, phrases, " "),
            Self::Term(term) => write!(f, "{term}"),
            Self::Not(inner) => {
                let single = match inner.as_ref() {
                    Self::Text(phrases) => phrases.len() == 1,
                    Self::And(_) | Self::Or(_) => false,
                    Self::All | Self::Term(_) | Self::Not(_) => true,
                };
                if single { write!(f, "not {inner}") } else { write!(f, "not ({inner})") }
            }
            Self::And(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    let space = if at == 0 { "" } else { " " };
                    match part {
                        Self::Or(_) => write!(f, "{space}({part})")?,
                        _ => write!(f, "{space}{part}")?,
                    }
                }
                Ok(())
            }
            Self::Or(parts) => joined(f, parts, " or "),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field.name(), self.test)
    }
}

/// Writes things with something between them.
fn joined<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[T], between: &str) -> fmt::Result {
    for (at, one) in all.iter().enumerate() {
        let between = if at == 0 { "" } else { between };
        write!(f, "{between}{one}")?;
    }
    Ok(())
}

impl std::str::FromStr for Query {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text)
    }
}
