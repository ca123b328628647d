//! `/groups`: every vulnerability once, with who published, how each rates, and what we do.

use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::{Action, may};
use campanile_core::model::time::Timestamp;
use serde::Deserialize;

use super::beside::Beside;
use super::{band_mark, state_words};
use crate::app::advisories::groups::{COUNTED_MAX, Lately, ListedGroup};
use crate::error::Result;
use crate::store::advisories::groups::{Filter, Tab};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::query::{QueryField, Within};

/// Groups on one page.
const ROWS: i64 = 50;
/// Advisories of a group whose marks fit into a row.
const MARKS: usize = 6;
const DAY_SECONDS: i64 = 24 * 3600;

/// What to look for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Search {
    tab: String,
    q: String,
    before: String,
    build: String,
}

struct TabLink {
    href: String,
    text: &'static str,
    current: bool,
}

/// One advisory of the strip.
struct Mark {
    tone: &'static str,
    letter: String,
    who: String,
    label: String,
    restricted: bool,
}

struct Row {
    href: String,
    title: String,
    identifiers: String,
    marks: Vec<Mark>,
    more: usize,
    spread: String,
    spread_tone: &'static str,
    fields: String,
    exploited: bool,
    state: &'static str,
    state_tone: &'static str,
    changed_since: bool,
    claim: String,
    changed: At,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct Groups {
    frame: Frame,
    sentence: String,
    tabs: Vec<TabLink>,
    tab: &'static str,
    field: QueryField,
    rows: Vec<Row>,
    older: String,
    /// How far back was looked, where that was not to the end.
    horizon: Option<At>,
    beside: Beside,
    has_team: bool,
    brings: bool,
}

/// A tab: its name in the address, what it is called, which groups are in it.
type TabRow = (&'static str, &'static str, Tab);

const NEEDS_ME: TabRow = ("needs-me", "Needs me", Tab::NeedsMe);
const ALL: TabRow = ("all", "All", Tab::All);
const TABS: [TabRow; 6] = [
    NEEDS_ME,
    ("others", "Others published, we did not", Tab::OthersPublished),
    ("differ", "Ratings differ", Tab::Differ),
    ("new", "New", Tab::New),
    ("watching", "Watching", Tab::Watching),
    ALL,
];

/// `GET /groups`
pub(in crate::web) async fn list(visit: Visit, Query(search): Query<Search>) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let has_team = visit.viewer.team.is_some();
    let (name, _, tab) = chosen(&search.tab, has_team);
    let within = Within { list: "groups", tab: name, building: !search.build.is_empty() };
    let (field, query) = QueryField::read(search.q, within);
    let after = after(&search.before);
    let filter = query.map(|query| Filter { tab, query, after, ..Filter::default() });
    let found = match &filter {
        Some(filter) => Some(visit.app.groups_page(&visit.viewer, filter, ROWS).await?),
        None => None,
    };
    let since = visit.now.plus_seconds(-DAY_SECONDS);
    let lately = visit.app.lately(&visit.viewer, since).await?;
    let older = found.as_ref().and_then(|found| found.older.as_ref());
    let older = older.map(|(at, id)| address(name, &field.text, &format!("{}-{id}", at.micros())));
    let horizon = found.as_ref().and_then(|found| found.horizon);
    let rows = found.iter().flat_map(|found| &found.rows);
    let page = Groups {
        frame: visit.frame("Groups"),
        sentence: sentence(lately, has_team),
        tabs: tabs(name, &field.text, has_team),
        tab: name,
        rows: rows.map(|one| row(&visit, one)).collect(),
        horizon: horizon.map(At),
        older: older.unwrap_or_default(),
        beside: Beside::of(&visit, &field, filter.as_ref()).await?,
        field,
        has_team,
        brings: may(&visit.viewer, Action::WriteAdvisories),
    };
    Ok((page.field.status(), html(&page)?).into_response())
}

/// The tabs that are of use to the viewer.
fn tabs(current: &str, query: &str, has_team: bool) -> Vec<TabLink> {
    let own = ["needs-me", "others", "watching"];
    let link = |(known, text, _): TabRow| TabLink {
        href: address(known, query, ""),
        text,
        current: known == current,
    };
    let tabs = TABS.into_iter().filter(|(known, ..)| has_team || !own.contains(known));
    tabs.map(link).collect()
}

/// The tab that is asked for, or the first that is of use to the viewer.
fn chosen(name: &str, has_team: bool) -> TabRow {
    let usual = if has_team { NEEDS_ME } else { ALL };
    TABS.into_iter().find(|(known, ..)| *known == name).unwrap_or(usual)
}

/// The tab with this name; empty where there is none.
pub(in crate::web) fn tab_named(name: &str) -> &'static str {
    TABS.into_iter().find(|(known, ..)| *known == name).map_or("", |(known, ..)| known)
}

/// The groups of the tab with this name; all where there is none.
pub(super) fn tab_of(name: &str) -> Tab {
    TABS.into_iter().find(|(known, ..)| *known == name).map_or(Tab::All, |(.., tab)| tab)
}

fn address(tab: &str, query: &str, before: &str) -> String {
    let pairs = [("tab", tab), ("q", query), ("before", before)];
    let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>();
    format!("/groups?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

fn after(text: &str) -> Option<(Timestamp, String)> {
    let (at, id) = text.split_once('-')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.to_owned()))
}

/// What happened, in words that let one go home.
fn sentence(lately: Lately, has_team: bool) -> String {
    let count = |n: i64| match n {
        n if n >= COUNTED_MAX => format!("more than {}", COUNTED_MAX - 1),
        n => n.to_string(),
    };
    let groups = |n: i64| match n {
        1 => "1 group".to_owned(),
        n => format!("{} groups", count(n)),
    };
    let mut text = match lately.changed {
        0 => "In the last 24 h no group changed".to_owned(),
        n => format!("In the last 24 h {} changed", groups(n)),
    };
    if !has_team {
        return text + ".";
    }
    if lately.changed > 0 {
        text += &match lately.others {
            0 => "; in none of them other teams published and you did not".to_owned(),
            n => format!("; in {} of them other teams published and you did not", count(n)),
        };
    }
    text + &match lately.waiting {
        0 => ". Nothing waits for you: your team has assessed everything as it is now.".to_owned(),
        1 => ". 1 group waits for your assessment.".to_owned(),
        n => format!(". {} wait for your assessment.", groups(n)),
    }
}

fn row(visit: &Visit, one: &ListedGroup) -> Row {
    let (group, summary) = (&one.group, &one.summary);
    let more = if summary.more_identifiers { " …" } else { "" };
    let own = visit.viewer.team.as_ref().map(|team| team.handle.as_str());
    let ours = summary.strip.iter().any(|cell| own.is_some() && cell.team.as_deref() == own);
    let (spread, spread_tone) = spread(one, ours, own.is_some());
    let state = one.state.as_ref();
    let fields = summary.differs.iter().map(|field| field.title());
    Row {
        href: format!("/groups/{}", group.id),
        title: group.title.clone(),
        identifiers: format!("{}{more}", summary.identifiers.join(" ")),
        marks: summary.strip.iter().take(MARKS).map(mark).collect(),
        more: summary.strip.len().saturating_sub(MARKS),
        spread,
        spread_tone,
        fields: fields.collect::<Vec<_>>().join(", "),
        exploited: group.exploited == 1,
        state: state_words(state.map_or("unread", |state| state.state.as_str())),
        state_tone: match state.map(|state| state.state.as_str()) {
            Some("act" | "corroborate") => "warn",
            Some("done" | "irrelevant") => "good",
            Some("watching") => "info",
            _ => "plain",
        },
        changed_since: state.is_some_and(|state| state.changed_since),
        claim: one.claim.as_ref().map(|claim| claim.by.clone()).unwrap_or_default(),
        changed: At(Timestamp::from_micros(group.changed_at)),
    }
}

fn spread(one: &ListedGroup, ours: bool, has_team: bool) -> (String, &'static str) {
    let (group, differs) = (&one.group, one.group.differs);
    match differs {
        1 => ("differs: 1 field".into(), "warn"),
        n if n > 0 => (format!("differs: {n} fields"), "warn"),
        _ if ours && group.members == 1 => ("only us".into(), "info"),
        _ if has_team && !ours && group.teams > 0 => ("others, not us".into(), "info"),
        _ if group.members == 1 => ("one source".into(), "plain"),
        _ => ("agree".into(), "good"),
    }
}

fn mark(cell: &crate::app::advisories::summary::Cell) -> Mark {
    let (tone, letter) = band_mark(cell.band);
    let who = cell.team.clone().unwrap_or_else(|| short(&cell.issuer));
    let rated = if cell.word.is_empty() { "no rating" } else { &cell.word };
    let withheld = if cell.restricted { ", parts are restricted" } else { "" };
    Mark {
        tone,
        letter: if letter.is_empty() { "–".into() } else { letter },
        label: format!("{} {}: {rated}{withheld}", cell.issuer, cell.number),
        who,
        restricted: cell.restricted,
    }
}

/// A name of an issuer in a narrow place.
fn short(name: &str) -> String {
    const CHARS: usize = 14;
    match name.chars().count() > CHARS {
        true => name.chars().take(CHARS - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_says_what_waits_and_when_nothing_does() {
        let lately = |changed, others, waiting| Lately { changed, others, waiting };
        let all = sentence(lately(14, 3, 1), true);
        assert_eq!(
            all,
            "In the last 24 h 14 groups changed; in 3 of them other teams published and you did \
             not. 1 group waits for your assessment."
        );
        assert!(sentence(lately(0, 0, 0), true).contains("Nothing waits for you"));
        assert_eq!(sentence(lately(1, 0, 5), false), "In the last 24 h 1 group changed.");
        assert!(sentence(lately(COUNTED_MAX, 0, 0), false).contains("more than 999 groups"));
    }

    #[test]
    fn place_of_the_next_page_is_read_back() {
        let found = after("1234-CVE-2026-0001").unwrap();
        assert_eq!(found, (Timestamp::from_micros(1234), "CVE-2026-0001".to_owned()));
        assert_eq!(after("x-y"), None);
    }
}
