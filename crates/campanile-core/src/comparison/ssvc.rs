//! Decision tables of SSVC 2: from the values of decision points to what to do.
//!
//! The tables are `data/ssvc.json`, taken from CERT/CC's repository; its licence stands in the
//! file.

use std::sync::OnceLock;

use serde::Deserialize;

/// A decision table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Table {
    /// Its identifier: `cisa:DT_CO:2.0.3`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is looked at, in the order of the rows.
    pub points: Vec<Point>,
    /// What comes out.
    pub outcome: Point,
    rows: Vec<String>,
}

/// A decision point, or the outcome of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Point {
    /// Its short name: `E`.
    pub key: String,
    /// Its identifier with its version: `ssvc:E:1.1.0`.
    pub id: String,
    /// Its name: `Exploitation`.
    pub name: String,
    /// Its values, least first.
    pub values: Vec<PointValue>,
}

/// A value of a decision point.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PointValue {
    /// Its short name: `P`.
    pub key: String,
    /// Its name: `Public PoC`.
    pub name: String,
    /// What it means, in short; empty for outcomes.
    #[serde(default)]
    pub meaning: String,
}

#[derive(Deserialize)]
struct Data {
    tables: Vec<Table>,
}

/// Every table.
pub fn tables() -> &'static [Table] {
    static DATA: OnceLock<Vec<Table>> = OnceLock::new();
    DATA.get_or_init(|| {
        let data: Result<Data, _> = serde_json::from_str(include_str!("data/ssvc.json"));
        data.map(|data| data.tables).unwrap_or_default()
    })
}

/// The table with an identifier.
pub fn table(id: &str) -> Option<&'static Table> {
    tables().iter().find(|table| table.id == id)
}

impl Point {
    /// The value that a key or name means; `poc` is the name of older documents.
    pub fn value(&self, text: &str) -> Option<&PointValue> {
        let text = text.trim();
        let text = if text.eq_ignore_ascii_case("poc") { "public poc" } else { text };
        let mut values = self.values.iter();
        values.find(|v| v.key.eq_ignore_ascii_case(text) || v.name.eq_ignore_ascii_case(text))
    }
}

impl Table {
    /// What comes out for these values, given by key or name in the order of the points; `None`
    /// when one is missing or unknown.
    pub fn decide(&self, values: &[&str]) -> Option<&PointValue> {
        if values.len() != self.points.len() {
            return None;
        }
        let keys: Option<Vec<&str>> = self
            .points
            .iter()
            .zip(values)
            .map(|(point, value)| Some(point.value(value)?.key.as_str()))
            .collect();
        let wanted = keys?;
        let row = self.rows.iter().find_map(|row| {
            let mut cells = row.split(' ');
            let fits = wanted.iter().all(|key| cells.next() == Some(key));
            fits.then(|| cells.next()).flatten()
        })?;
        self.outcome.values.iter().find(|value| value.key == row)
    }
}
