//! A query as the rows of a form: conditions that all have to hold. What is more than that has no
//! rows.

use super::value::{Comparison, Test};
use super::words::{Phrase, quoted};
use super::{Field, Query, Term, parse};

/// One condition as a form shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it asks for; `None`: words.
    pub field: Option<Field>,
    /// How.
    pub sign: RowSign,
    /// Words without quotation marks, or values as they stand behind the field.
    pub value: String,
}

/// How a row asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowSign {
    /// It is one of the values.
    Is,
    /// It is none of them.
    IsNot,
    /// It is more or less.
    Compares(Comparison),
}

impl RowSign {
    /// All of them, in the order of a form.
    pub const ALL: [Self; 6] = [
        Self::Is,
        Self::IsNot,
        Self::Compares(Comparison::Less),
        Self::Compares(Comparison::AtMost),
        Self::Compares(Comparison::AtLeast),
        Self::Compares(Comparison::More),
    ];

    /// As a form calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Compares(comparison) => comparison.sign(),
        }
    }

    /// The sign with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sign| sign.name() == name)
    }
}

/// The rows of a query; `None` where it is more than conditions that all have to hold.
pub fn rows(query: &Query) -> Option<Vec<Row>> {
    let mut all = Vec::new();
    match query {
        Query::All => {}
        Query::And(parts) => {
            for part in parts {
                all.extend(rows_of(part)?);
            }
        }
        one => all = rows_of(one)?,
    }
    Some(all)
}

fn rows_of(part: &Query) -> Option<Vec<Row>> {
    let words = |sign, one: &Phrase| Row { field: None, sign, value: one.text().to_owned() };
    match part {
        Query::Text(phrases) => Some(phrases.iter().map(|one| words(RowSign::Is, one)).collect()),
        Query::Term(term) => Some(vec![row(term)]),
        Query::Not(inner) => match inner.as_ref() {
            Query::Text(phrases) => match phrases.as_slice() {
                [one] => Some(vec![words(RowSign::IsNot, one)]),
                _ => None,
            },
            Query::Term(term @ Term { test: Test::OneOf(_), .. }) => {
                Some(vec![Row { sign: RowSign::IsNot, ..row(term) }])
            }
            _ => None,
        },
        Query::All | Query::And(_) | Query::Or(_) => None,
    }
}

fn row(Term { field, test }: &Term) -> Row {
    let (sign, value) = match test {
        Test::OneOf(_) => (RowSign::Is, test.to_string().split_off(1)),
        Test::Compare(comparison, value) => (RowSign::Compares(*comparison), value.to_string()),
    };
    Row { field: Some(*field), sign, value }
}

/// The text of rows, one condition behind the other. A value that would be more than one is put in
/// quotation marks; what is no value of its field stays, for [`parse`] to tell. Rows without a
/// value say nothing.
pub fn compose(rows: &[Row]) -> String {
    let all = rows.iter().filter(|row| !row.value.trim().is_empty()).map(condition);
    all.collect::<Vec<_>>().join(" ")
}

fn condition(Row { field, sign, value }: &Row) -> String {
    let not = if *sign == RowSign::IsNot { "not " } else { "" };
    let Some(field) = field else {
        let words = Phrase::new(value).map_or_else(|| quoted(value), |one| one.to_string());
        return format!("{not}{words}");
    };
    let value = value.trim();
    let mark = match sign {
        RowSign::Is | RowSign::IsNot => ":",
        RowSign::Compares(comparison) => comparison.sign(),
    };
    let written = format!("{field}{mark}{value}");
    match parse(&written) {
        Ok(Query::Term(_)) => format!("{not}{written}"),
        // The place of the mistake is easier to see without quotation marks.
        _ if super::words::is_bare(value) => format!("{not}{written}"),
        _ => format!("{not}{field}{mark}{}", quoted(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(rows: &[(&str, &str, &str)]) -> String {
        let row = |(field, sign, value): &(&str, &str, &str)| Row {
            field: Field::parse(field),
            sign: RowSign::parse(sign).unwrap(),
            value: (*value).to_owned(),
        };
        compose(&rows.iter().map(row).collect::<Vec<_>>())
    }

    #[test]
    fn rows_become_one_text() {
        for (rows, text) in [
            (&[("", "is", "xdr"), ("", "is not", "buffer x")][..], "xdr not \"buffer x\""),
            (&[("product", "is", "ios xe")], "product:\"ios xe\""),
            (&[("product", "is not", "ios, \"ios xe\"")], "not product:ios, \"ios xe\""),
            (&[("product", "is", "a or b")], "product:\"a or b\""),
            (&[("product", "is", "a\" or \"b")], "product:\"a\\\" or \\\"b\""),
            (&[("cvss", ">=", " 9 "), ("", "is", " ")], "cvss>=9"),
            (&[("cvss", ">=", "much")], "cvss>=much"),
            (&[("tlp", "<", "red")], "tlp<red"),
            (&[("", "is", "not")], "\"not\""),
        ] {
            assert_eq!(built(rows), text);
        }
    }

    #[test]
    fn what_is_more_than_a_list_of_conditions_has_no_rows() {
        for text in ["a or b", "a (b or c)", "not (a b)", "not not a", "not cvss>=9"] {
            assert_eq!(rows(&parse(text).unwrap()), None, "{text}");
        }
        for text in ["", "a \"b c\" not d", "cvss>=9 not tlp:red,amber issuer:\"Red Hat\""] {
            let query = parse(text).unwrap();
            assert_eq!(parse(&compose(&rows(&query).unwrap())).unwrap(), query, "{text}");
        }
    }
}
