//! The field in which a query is typed: its text, kept right or wrong, what is wrong with it, what
//! there is to ask for, and the same as rows of a form.

pub(in crate::web) mod build;
pub(in crate::web) mod complete;
mod help;

use axum::http::StatusCode;
use campanile_core::query::Query;

use crate::app::advisories::typed;
use crate::error::Error;
use build::Builder;
use help::{Example, HelpRow};

/// A field of a query, as `query_field.html` and `query_more.html` show it.
pub(in crate::web) struct QueryField {
    pub(in crate::web) label: &'static str,
    /// As typed.
    pub(in crate::web) text: String,
    /// What is wrong with it.
    pub(in crate::web) wrong: Option<Wrong>,
    /// What there is to ask for.
    pub(in crate::web) help: Vec<HelpRow>,
    pub(in crate::web) examples: Vec<Example>,
    /// The same as rows; `None` where it is more than that.
    pub(in crate::web) builder: Option<Builder>,
    /// Whether the rows are shown at once.
    pub(in crate::web) building: bool,
    /// The list: `groups` or `advisories`.
    pub(in crate::web) list: &'static str,
    /// The tab of the list; empty where it has none.
    pub(in crate::web) tab: &'static str,
}

/// What is wrong with a query: where, and what to do about it.
pub(in crate::web) struct Wrong {
    pub(in crate::web) said: String,
    /// The text and below it a line that points at the place; empty without one.
    pub(in crate::web) place: String,
    pub(in crate::web) hint: String,
}

/// Where the field stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Within {
    pub(in crate::web) list: &'static str,
    pub(in crate::web) tab: &'static str,
    pub(in crate::web) building: bool,
}

impl QueryField {
    /// Reads what was typed; without a query where it is none.
    pub(in crate::web) fn read(text: String, within: Within) -> (Self, Option<Query>) {
        let Within { list, tab, building } = within;
        let read = typed(&text);
        let wrong = read.as_ref().err().map(Wrong::from);
        let query = read.ok();
        let builder = query.as_ref().and_then(|query| Builder::of(query, within));
        let (help, examples) = (help::rows(), help::examples(list));
        let label = "Search";
        (Self { label, text, wrong, help, examples, builder, building, list, tab }, query)
    }

    /// The status of a page with the field in it.
    pub(in crate::web) fn status(&self) -> StatusCode {
        match self.wrong {
            None => StatusCode::OK,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl Within {
    /// The address of the list with a query.
    pub(in crate::web) fn address(self, query: &str) -> String {
        let pairs = [("tab", self.tab), ("q", query)];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let building = self.building.then_some(("build", "yes"));
        let pairs: Vec<_> = pairs.chain(building).collect();
        format!("/{}?{}", self.list, serde_urlencoded::to_string(pairs).unwrap_or_default())
    }
}

impl From<&Error> for Wrong {
    fn from(error: &Error) -> Self {
        let place = error.own_place().map(|(line, pointer)| format!("{line}\n{pointer}"));
        Self {
            said: error.public().to_owned(),
            place: place.unwrap_or_default(),
            hint: error.own_hint().unwrap_or_default().to_owned(),
        }
    }
}
