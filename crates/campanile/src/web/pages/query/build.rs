//! A query as a form: a row for each condition, and an empty one to add another.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::Action;
use campanile_core::query::{Field, Query, Row, RowSign, compose, rows};

use super::Within;
use crate::error::Result;
use crate::web::auth::Visit;
use crate::web::pages::form::{Choice, Typed};
use crate::web::pages::groups::list::tab_named;

/// The rows of a query.
pub(in crate::web) struct Builder {
    pub(in crate::web) rows: Vec<BuilderRow>,
}

/// One condition.
pub(in crate::web) struct BuilderRow {
    pub(in crate::web) number: usize,
    pub(in crate::web) fields: Vec<Choice>,
    pub(in crate::web) signs: Vec<Choice>,
    pub(in crate::web) value: String,
    /// The same list without the condition; empty for the row that adds one.
    pub(in crate::web) without: String,
}

impl Builder {
    /// The rows of a query with an empty one behind; `None` where it is more than rows.
    pub(super) fn of(query: &Query, within: Within) -> Option<Self> {
        let all = rows(query)?;
        let mut shown: Vec<_> = (0..all.len())
            .map(|at| {
                let others = all.iter().enumerate().filter(|(other, _)| *other != at);
                let others: Vec<Row> = others.map(|(_, row)| row.clone()).collect();
                let without = Within { building: true, ..within }.address(&compose(&others));
                all.get(at).map(|row| BuilderRow::of(at + 1, row, without))
            })
            .collect::<Option<_>>()?;
        let empty = Row { field: None, sign: RowSign::Is, value: String::new() };
        shown.push(BuilderRow::of(all.len() + 1, &empty, String::new()));
        Some(Self { rows: shown })
    }
}

impl BuilderRow {
    fn of(number: usize, row: &Row, without: String) -> Self {
        let field = |one: Option<Field>| Choice {
            value: one.map_or("", Field::name).to_owned(),
            text: one.map_or("words", Field::name).to_owned(),
            chosen: one == row.field,
        };
        let sign = |one: RowSign| Choice {
            value: one.name().to_owned(),
            text: one.name().to_owned(),
            chosen: one == row.sign,
        };
        let fields = std::iter::once(None).chain(Field::ALL.iter().copied().map(Some));
        Self {
            number,
            fields: fields.map(field).collect(),
            signs: RowSign::ALL.into_iter().map(sign).collect(),
            value: row.value.clone(),
            without,
        }
    }
}

/// `GET /groups/build`: from rows to the text, and on to the list with it.
pub(in crate::web) async fn build(visit: Visit, RawQuery(raw): RawQuery) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let typed = Typed::decode(&raw.unwrap_or_default());
    let signs = typed.all("sign").map(|name| RowSign::parse(name).unwrap_or(RowSign::Is));
    let conditions = typed.all("field").zip(signs).zip(typed.all("value"));
    let row = |((field, sign), value): ((&str, RowSign), &str)| Row {
        field: Field::parse(field),
        sign,
        value: value.to_owned(),
    };
    let text = compose(&conditions.map(row).collect::<Vec<_>>());
    let within = match typed.get("list") {
        "advisories" => Within { list: "advisories", tab: "", building: true },
        _ => Within { list: "groups", tab: tab_named(typed.get("tab")), building: true },
    };
    Ok(Redirect::to(&within.address(&text)).into_response())
}
