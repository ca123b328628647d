//! What the network sees of one version of an advisory, as the columns take it.

use std::borrow::Cow;

use campanile_core::crypto::mac::mac;
use campanile_core::grouping::{AdvisoryKey, Entry};
use campanile_core::model::advisory::Advisory;
use campanile_core::model::advisory::disclosure::{Disclosure, Facts, view};
use campanile_core::model::time::Timestamp;

use super::lines::{entry, lines};
use crate::app::App;
use crate::app::advisories::Shown;
use crate::error::{Error, Result};
use crate::store::advisories::index::Lines;
use crate::store::advisories::{self};

/// What everybody sees.
pub(in crate::actions) struct Outlook {
    /// For the row of the advisory.
    pub facts: advisories::Facts,
    /// Its key in the column.
    pub key: String,
    /// The name that it gives to a group.
    pub gives: String,
    /// What grouping looks at; `None` while its existence is restricted.
    pub entry: Option<Entry>,
    /// What it is found by.
    pub lines: Option<Lines>,
    /// For the column of the version.
    pub shown: Option<String>,
}

/// The key of an advisory while its existence is restricted: who reads the database alone cannot
/// find out which number it is by trying.
pub(super) fn hidden_key(app: &App, key: &AdvisoryKey) -> Result<String> {
    let code = mac(&app.secret, &format!("advisory {key}"));
    code.map_err(|source| Error::internal("a number cannot be hidden").source(source))
}

/// What everybody sees of a version by some rules at a time.
pub(in crate::actions) fn outlook(
    app: &App,
    advisory: &Advisory,
    key: &AdvisoryKey,
    rules: &Disclosure,
    version_id: &str,
    now: Timestamp,
) -> Result<Outlook> {
    let whole_open = rules.is_open(now);
    let seen = match whole_open {
        // The usual case, without a copy.
        true => Some((Cow::Borrowed(advisory), Vec::new())),
        false => view(advisory, rules, &Facts::default(), now)
            .map(|seen| (Cow::Owned(seen.advisory), seen.withheld)),
    };
    let Some((seen, withheld)) = seen else {
        let facts = advisories::Facts {
            number: String::new(),
            issuer: String::new(),
            title: String::new(),
            kind: advisory.kind,
            status: advisory.status,
            tlp: "",
            minimum_open: false,
            whole_open: false,
            version_id: version_id.to_owned(),
            version: String::new(),
            published_at: None,
            changed_at: None,
            names: false,
            entry: String::new(),
        };
        let (key, gives) = (hidden_key(app, key)?, String::new());
        return Ok(Outlook { facts, key, gives, entry: None, lines: None, shown: None });
    };
    let entry = entry(&seen, key);
    let lines = lines(&seen, &entry);
    let facts = advisories::Facts {
        number: advisory.number.clone(),
        issuer: advisory.issuer.name.clone(),
        title: seen.headline(),
        kind: advisory.kind,
        status: advisory.status,
        tlp: advisory.tlp.map_or("", |label| label.name()),
        minimum_open: true,
        whole_open,
        version_id: version_id.to_owned(),
        version: advisory.version.clone(),
        published_at: advisory.published_at.as_ref().map(|moment| moment.at),
        changed_at: advisory.changed_at.as_ref().map(|moment| moment.at),
        names: entry.names_vulnerabilities(),
        entry: json(&entry)?,
    };
    let shown = || json(&Shown { advisory: seen.into_owned(), withheld });
    let shown = (!whole_open).then(shown).transpose()?;
    let gives = key.group_id().as_str().to_owned();
    Ok(Outlook {
        facts,
        key: key.as_str().to_owned(),
        gives,
        entry: Some(entry),
        lines: Some(lines),
        shown,
    })
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|source| Error::internal("an advisory cannot be stored").source(source))
}
