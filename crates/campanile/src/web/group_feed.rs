//! `/feeds/{token}/groups.atom?q=QUERY`: what a query means now, for feed readers [RFC 4287].
//!
//! The token in the address is all that protects it. So an entry tells what every team of the
//! network sees of a group, and parts that are not for everybody are not even searched: who has
//! the address cannot ask for them word by word.

use std::sync::Arc;

use atom_syndication::{Entry, Feed, Person, Text};
use axum::extract::{Path, Query as Asked, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use campanile_core::query::Query;
use serde::Deserialize;

use super::feeds::{link, time, viewer_of};
use crate::app::App;
use crate::app::advisories::groups::ListedGroup;
use crate::app::advisories::summary::Cell;
use crate::app::advisories::typed;
use crate::error::Result;
use crate::store::advisories::groups::Filter;

/// Groups of one feed.
const ENTRIES: i64 = 50;
/// Advisories that an entry names.
const NAMED: usize = 12;

/// What the feed is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct About {
    q: String,
}

/// `GET /feeds/{token}/groups.atom`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Asked(about): Asked<About>,
) -> Result<Response> {
    let viewer = viewer_of(&app, &token).await?;
    let query = typed(&about.q)?;
    let filter = Filter { query, ..Filter::default() };
    let groups = app.groups_for_all(&viewer, &filter, ENTRIES).await?;
    let mut entries = Vec::with_capacity(groups.len());
    let why = Why::of(&app, &viewer, &filter.query, &groups).await?;
    let public = app.config.public_url();
    for one in &groups {
        entries.push(entry(&public, one, &why.of_group(&one.group.id)));
    }
    let newest = groups.iter().map(|one| one.group.changed_at).max().unwrap_or_default();
    let text = filter.query.to_string();
    let what = if text.is_empty() { "all groups".to_owned() } else { text };
    let id = serde_urlencoded::to_string([("q", &what)]).unwrap_or_default();
    let feed = Feed {
        title: Text::plain(format!("{}: {what}", app.config.network.name)),
        // The identifier of the token and not the token.
        id: format!("{public}/feeds/{}/groups?{id}", viewer.login),
        updated: time(Timestamp::from_micros(newest)),
        links: vec![link(format!("{public}/groups?tab=all&{id}"))],
        entries,
        ..Feed::default()
    };
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, feed.to_string()).into_response())
}

/// Which parts of a query each group meets.
struct Why(Vec<(String, Vec<String>)>);

impl Why {
    /// Of a query that means any of several, each by itself; of others, the whole.
    async fn of(app: &App, by: &Viewer, query: &Query, groups: &[ListedGroup]) -> Result<Self> {
        let Query::Or(parts) = query else {
            let all = groups.iter().map(|one| one.group.id.clone()).collect();
            return Ok(Self(vec![(query.to_string(), all)]));
        };
        let mut met = Vec::new();
        let oldest = groups.last().map(|one| Timestamp::from_micros(one.group.changed_at));
        for part in parts {
            let filter = Filter { query: part.clone(), since: oldest, ..Filter::default() };
            let found = app.groups_for_all(by, &filter, ENTRIES).await?;
            met.push((part.to_string(), found.into_iter().map(|one| one.group.id).collect()));
        }
        Ok(Self(met))
    }

    fn of_group(&self, id: &str) -> String {
        let met = self.0.iter().filter(|(_, ids)| ids.iter().any(|one| one == id));
        let met: Vec<&str> = met.map(|(part, _)| part.as_str()).collect();
        met.join(" or ")
    }
}

fn entry(public: &str, one: &ListedGroup, why: &str) -> Entry {
    let (group, summary) = (&one.group, &one.summary);
    let url = format!("{public}/groups/{}", group.id);
    let more = if summary.more_identifiers { " and more" } else { "" };
    let says = |cell: &Cell| match cell.word.is_empty() {
        true => format!("{} {}", cell.issuer, cell.number),
        false => format!("{} {}: {}", cell.issuer, cell.number, cell.word),
    };
    let mut lines = vec![format!("{}{more}", summary.identifiers.join(" "))];
    lines.extend(summary.strip.iter().take(NAMED).map(says));
    if summary.strip.len() > NAMED {
        lines.push(format!("and {} more advisories", summary.strip.len() - NAMED));
    }
    if !summary.differs.is_empty() {
        let fields: Vec<_> = summary.differs.iter().map(|field| field.title()).collect();
        lines.push(format!("Ratings differ: {}", fields.join(", ")));
    }
    if group.exploited == 1 {
        lines.push("Known to be exploited.".into());
    }
    if !why.is_empty() {
        lines.push(format!("Here because it meets: {why}"));
    }
    let issuer = summary.strip.first().map(|cell| cell.issuer.clone()).unwrap_or_default();
    let title = if group.title.is_empty() { &group.id } else { &group.title };
    Entry {
        title: Text::plain(title.clone()),
        id: url.clone(),
        updated: time(Timestamp::from_micros(group.changed_at)),
        published: Some(time(Timestamp::from_micros(group.first_at))),
        authors: vec![Person { name: issuer, ..Person::default() }],
        links: vec![link(url)],
        summary: Some(Text::plain(lines.join("\n"))),
        ..Entry::default()
    }
}
