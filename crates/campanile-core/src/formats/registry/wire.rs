//! Reading one entry of a directory: every value is what it should be, or left out with a
//! finding.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::KeyClaim;
use crate::formats::{Finding, Severity};
use crate::model::key::Fingerprint;
use crate::model::membership::{Country, Day};
use crate::model::visible::acts;

/// Longest text kept, in characters.
const TEXT_CHARACTERS_MAX: usize = 4_000;
/// Most entries of a list that are kept.
const ENTRIES_MAX: usize = 1_000;
/// Most findings of one file; after that nobody reads them.
const FINDINGS_MAX: usize = 1_000;

/// One object, and where it stands.
pub(super) struct View<'v> {
    fields: Option<&'v Map<String, Value>>,
    place: String,
    findings: &'v mut Vec<Finding>,
}

impl<'v> View<'v> {
    /// An entry of the list of teams.
    pub(super) fn of(value: &'v Value, at: usize, findings: &'v mut Vec<Finding>) -> Self {
        let name =
            ["short_name", "short-team-name"].iter().find_map(|key| value.get(key)?.as_str());
        let name: String =
            name.unwrap_or_default().chars().filter(|c| !acts(*c)).take(40).collect();
        let fields = value.as_object();
        let mut view = Self { fields, place: format!("[{at}] {name}"), findings };
        if fields.is_none() {
            view.find("", "it is no object, and left out");
        }
        view
    }

    /// Whether there is anything to read.
    pub(super) fn is_object(&self) -> bool {
        self.fields.is_some()
    }

    /// Notes a finding about a field.
    pub(super) fn find(&mut self, field: &str, text: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            let place = match field.is_empty() {
                true => self.place.clone(),
                false => format!("{}: {field}", self.place),
            };
            self.findings.push(Finding { place, what: text.into(), severity: Severity::Warning });
        }
    }

    /// The value of a field; absent and `null` are the same.
    pub(super) fn value(&self, field: &str) -> Option<&'v Value> {
        self.fields?.get(field).filter(|value| !value.is_null())
    }

    /// Does something with an object in a field.
    pub(super) fn object<T: Default>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut View<'_>) -> T,
    ) -> T {
        match self.value(field) {
            None => T::default(),
            Some(Value::Object(fields)) => self.inside(field, fields, read),
            Some(_) => {
                self.find(field, "it is no object, and left out");
                T::default()
            }
        }
    }

    /// Does something with every object of a list in a field.
    pub(super) fn objects<T>(
        &mut self,
        field: &str,
        mut read: impl FnMut(&mut View<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for value in self.entries(field) {
            match value {
                Value::Object(fields) => all.extend(self.inside(field, fields, &mut read)),
                _ => self.find(field, "an entry is no object, and left out"),
            }
        }
        all
    }

    fn inside<T>(
        &mut self,
        field: &str,
        fields: &Map<String, Value>,
        read: impl FnOnce(&mut View<'_>) -> T,
    ) -> T {
        let place = format!("{}: {field}", self.place);
        read(&mut View { fields: Some(fields), place, findings: &mut *self.findings })
    }

    /// The values of a field that is a list, or one value instead.
    fn entries(&mut self, field: &str) -> &'v [Value] {
        let all = match self.value(field) {
            None => &[],
            Some(Value::Array(all)) => all.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        if all.len() > ENTRIES_MAX {
            self.find(field, "entries behind the first 1,000 are left out");
        }
        all.get(..ENTRIES_MAX).unwrap_or(all)
    }

    /// A text; empty when there is none.
    pub(super) fn text(&mut self, field: &str) -> String {
        match self.value(field) {
            None => String::new(),
            Some(value) => self.cleaned(field, value).unwrap_or_default(),
        }
    }

    /// Every text of a list; empty ones are left out.
    pub(super) fn texts(&mut self, field: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for value in self.entries(field) {
            texts.extend(self.cleaned(field, value).filter(|text| !text.is_empty()));
        }
        texts
    }

    /// The text of a value, as it can be shown.
    fn cleaned(&mut self, field: &str, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => text.trim().replace("\r\n", "\n"),
            Value::Number(number) => number.to_string(),
            _ => {
                self.find(field, "it is no text, and left out");
                return None;
            }
        };
        let shown = |c: &char| !acts(*c) || matches!(c, '\n' | '\t');
        let kept: String = text.chars().filter(shown).take(TEXT_CHARACTERS_MAX).collect();
        let kept = kept.trim().to_owned();
        if kept != text {
            self.find(field, "it was too long, or had characters that hide text: they are gone");
        }
        Some(kept)
    }

    /// A value with a form of its own.
    pub(super) fn parsed<T: FromStr>(&mut self, field: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(field);
        (!text.is_empty()).then(|| self.parse(field, &text)).flatten()
    }

    /// Every value of a list with a form of its own.
    pub(super) fn all_parsed<T: FromStr>(&mut self, field: &str) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        let texts = self.texts(field);
        texts.iter().filter_map(|text| self.parse(field, text)).collect()
    }

    fn parse<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.find(field, format!("{fault}; left out"));
                None
            }
        }
    }

    /// A day, also with a time behind it.
    pub(super) fn day(&mut self, field: &str) -> Option<Day> {
        let text = self.text(field);
        let day = text.split(['T', ' ']).next().unwrap_or_default().to_owned();
        (!day.is_empty()).then(|| self.parse(field, &day)).flatten()
    }

    /// A country, as its code or as an object with `code`.
    pub(super) fn country(&mut self, field: &str) -> Option<Country> {
        match self.value(field) {
            Some(Value::Object(_)) => self.object(field, |inner| inner.parsed("code")),
            _ => self.all_parsed(field).into_iter().next(),
        }
    }

    /// A fingerprint as a claim. Short forms can be forged and say nothing: they are left out.
    pub(super) fn claim(
        &mut self,
        field: &str,
        text: &str,
        expires: Option<Day>,
    ) -> Option<KeyClaim> {
        let digits = text.trim().trim_start_matches("0x").trim_start_matches("0X");
        match Fingerprint::parse(digits) {
            Some(fingerprint) => Some(KeyClaim { fingerprint, expires }),
            None => {
                self.find(field, "it is no full fingerprint, and left out");
                None
            }
        }
    }
}
