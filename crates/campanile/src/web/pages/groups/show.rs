//! `/groups/{name}`: who says what about a vulnerability, side by side, and what we do about it.
//! The name is that of a group, the number of an advisory in it, or a CVE number.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::comparison::csv;
use campanile_core::comparison::sheet::{
    Block, Cell, Column, Field, Grid, Row, Sheet, Spread, Voice,
};
use campanile_core::model::time::Timestamp;
use serde::Deserialize;

use super::questions::{Questions, questions};
use super::{band_mark, is_group_id, state_words};
use crate::app::advisories::OpenAdvisory;
use crate::app::advisories::comparison::Comparison;
use crate::app::advisories::evidence::{Suggested, evidence};
use crate::app::advisories::groups::{OpenDecision, OpenGroup};
use crate::error::{Error, Result};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::plain::Plain;
use crate::web::pages::words;

/// Reasons that are shown beside a member.
const CHIPS: usize = 3;

/// What of the sheet to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wish {
    only: String,
}

enum Said {
    Text { text: String, how: String, differs: bool },
    Nothing,
    Restricted(Option<At>),
}

struct CellView {
    title: String,
    label: String,
    said: Said,
}

struct RowView {
    rater: String,
    voice: &'static str,
    own: bool,
    quoted: String,
    number: String,
    version: String,
    published: Option<At>,
    delay: String,
    tone: &'static str,
    letter: String,
    cells: Vec<CellView>,
}

struct MetricView {
    name: String,
    abbr: String,
    differs: bool,
    values: Vec<String>,
}

struct GridView {
    version: String,
    raters: Vec<(String, String)>,
    metrics: Vec<MetricView>,
}

struct MemberView {
    id: String,
    number: String,
    issuer: String,
    title: String,
    version: String,
    published: Option<At>,
    chips: Vec<String>,
    restricted: String,
    changed: String,
    replaced_by: String,
}

struct DecisionView {
    id: String,
    text: String,
    at: At,
    by: String,
    reason: String,
    holds: bool,
}

struct StateView {
    words: &'static str,
    at: Option<At>,
    by: String,
    reason: String,
    changed_since: bool,
}

struct ClaimView {
    by: String,
    until: At,
    own: bool,
}

struct SuggestionView {
    href: String,
    title: String,
    number: String,
    reasons: String,
}

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    frame: Frame,
    id: String,
    here: String,
    title: String,
    about: String,
    identifiers: Vec<String>,
    more_identifiers: bool,
    spread: String,
    spread_tone: &'static str,
    /// How many columns differ, where the spread says something else.
    differs: usize,
    exploited: bool,
    only: bool,
    factual: Vec<Column>,
    constituency: Vec<Column>,
    rows: Vec<RowView>,
    grids: Vec<GridView>,
    members: Vec<MemberView>,
    decisions: Vec<DecisionView>,
    suggestions: Vec<SuggestionView>,
    questions: Questions,
    works: bool,
    own_state: bool,
    state: StateView,
    /// The state that the form has chosen: what was typed, else what holds.
    chosen: String,
    claim: Option<ClaimView>,
    form: Plain,
}

/// `GET /groups/{name}`
pub(in crate::web) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    page(&visit, &name, wish.only == "differs", Plain::default()).await
}

/// The page, with a form that was refused in it if there is one.
pub(super) async fn page(visit: &Visit, name: &str, only: bool, form: Plain) -> Result<Response> {
    let found = visit.app.comparison(&visit.viewer, name).await?;
    let Comparison { group: open, focus, sheet, .. } = found;
    let group = &open.listed.group;
    if is_group_id(name) && name != group.id {
        return Ok(Redirect::to(&format!("/groups/{}", group.id)).into_response());
    }
    let spread = sheet.spread;
    let sheet = if only { sheet.only_differing() } else { sheet };
    let about = focus.first().map(ToString::to_string).unwrap_or_default();
    let here = if about.is_empty() { group.id.clone() } else { about.clone() };
    let works = may(&visit.viewer, Action::WorkOnGroups);
    let suggestions = match works {
        true => visit.app.suggestions(&visit.viewer, group).await?,
        false => Vec::new(),
    };
    let status = match form.wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let rows = sheet.rows.iter().map(|row| row_view(&sheet, row)).collect();
    let members = members(visit, &open).await?;
    let in_block = |block| {
        let columns = sheet.columns.iter().filter(move |one| one.block == block);
        columns.cloned().collect::<Vec<_>>()
    };
    let view = GroupPage {
        frame: visit.frame(title(&group.title)),
        title: title(&group.title),
        identifiers: open.listed.summary.identifiers.clone(),
        more_identifiers: open.listed.summary.more_identifiers,
        spread_tone: match spread {
            Spread::Differs { .. } => "warn",
            _ => "plain",
        },
        spread: spread.words(),
        differs: match spread {
            Spread::Differs { .. } => 0,
            _ => sheet.columns.iter().filter(|column| column.differs).count(),
        },
        exploited: group.exploited == 1,
        only,
        factual: in_block(Block::Factual),
        constituency: in_block(Block::Constituency),
        rows,
        grids: sheet.grids.iter().map(|grid| grid_view(&sheet, grid)).collect(),
        members,
        decisions: open.decisions.iter().rev().map(|one| decision(&open, one)).collect(),
        suggestions: suggestions.into_iter().map(suggestion).collect(),
        questions: questions(visit, &open).await?,
        works,
        own_state: works && visit.viewer.team.is_some(),
        state: state(&open),
        chosen: match (form.value("state"), &open.listed.state) {
            ("", Some(state)) => state.state.clone(),
            (typed, _) => typed.to_owned(),
        },
        claim: open.listed.claim.as_ref().map(|claim| ClaimView {
            own: visit.viewer.team.as_ref().is_some_and(|team| team.handle.as_str() == claim.team),
            by: claim.by.clone(),
            until: At(claim.expires_at),
        }),
        form,
        about,
        here,
        id: group.id.clone(),
    };
    Ok((status, html(&view)?).into_response())
}

fn title(text: &str) -> String {
    match text.trim() {
        "" => "Untitled group".to_owned(),
        text => text.to_owned(),
    }
}

fn row_view(sheet: &Sheet, row: &Row) -> RowView {
    let (tone, letter) = band_mark(row.band);
    let issued = row.published_by.is_none();
    RowView {
        rater: row.rater.clone(),
        voice: match row.voice {
            Voice::Member => "team",
            Voice::Vendor => "vendor",
            Voice::Register => "register",
            Voice::Other => "other",
        },
        own: row.is_own,
        quoted: row.published_by.clone().unwrap_or_default(),
        number: row.number.clone(),
        version: match row.versions {
            count if count > 1 => format!("version {}, {count} here", row.version),
            _ if row.version.is_empty() => String::new(),
            _ => format!("version {}", row.version),
        },
        published: row.published_at.filter(|_| issued).map(At),
        delay: match row.delay_seconds.filter(|_| issued) {
            Some(0) => "first".into(),
            Some(seconds) => format!("{} later", words::span(seconds)),
            None => String::new(),
        },
        tone,
        letter,
        cells: sheet.columns.iter().map(|column| cell_view(sheet, row, column.field)).collect(),
    }
}

fn cell_view(sheet: &Sheet, row: &Row, field: Field) -> CellView {
    let said = match row.cells.get(&field) {
        None | Some(Cell::NoStatement) => Said::Nothing,
        Some(Cell::Restricted { until }) => Said::Restricted(until.map(At)),
        Some(Cell::Said { text, how, differs }) => {
            Said::Text { text: text.clone(), how: how.words(), differs: *differs }
        }
    };
    CellView { title: field.title().to_owned(), label: sheet.label(row, field), said }
}

fn grid_view(sheet: &Sheet, grid: &Grid) -> GridView {
    let rater = |at: &usize| sheet.rows.get(*at).map(|row| row.rater.clone()).unwrap_or_default();
    let value = |value: &Option<(String, String)>| match value {
        Some((value, meaning)) => format!("{meaning} ({value})"),
        None => "–".to_owned(),
    };
    GridView {
        version: grid.version.clone(),
        raters: grid.rows.iter().map(rater).zip(grid.scores.iter().cloned()).collect(),
        metrics: grid
            .metrics
            .iter()
            .map(|metric| MetricView {
                name: metric.name.clone(),
                abbr: metric.abbr.clone(),
                differs: metric.differs,
                values: metric.values.iter().map(value).collect(),
            })
            .collect(),
    }
}

async fn members(visit: &Visit, open: &OpenGroup) -> Result<Vec<MemberView>> {
    let assessed = open.listed.state.as_ref().filter(|state| state.changed_since);
    let mut views = Vec::with_capacity(open.members.len());
    for (one, chips) in open.members.iter().zip(evidence(open)?) {
        let (stored, advisory) = (&one.stored, &one.newest.advisory);
        let changed = match assessed {
            Some(state) if stored.revised_at > state.assessed_at => {
                what_changed(visit, one, state.assessed_at).await?
            }
            _ => String::new(),
        };
        let withheld: Vec<_> = one.newest.withheld.iter().map(|one| one.part.name()).collect();
        views.push(MemberView {
            id: stored.id.clone(),
            number: advisory.number.clone(),
            issuer: advisory.issuer.name.clone(),
            title: advisory.headline(),
            version: match stored.versions {
                1 => advisory.version.clone(),
                count => format!("{} ({count} here)", advisory.version),
            },
            published: stored.published_at.map(At),
            chips: chips.into_iter().take(CHIPS).collect(),
            restricted: withheld.join(", "),
            changed,
            replaced_by: replaced_by(open, one),
        });
    }
    Ok(views)
}

/// The number of the advisory that says of itself that it replaces this one.
fn replaced_by(open: &OpenGroup, old: &OpenAdvisory) -> String {
    let (number, issuer) = (&old.newest.advisory.number, &old.newest.advisory.issuer.name);
    let mut all = open.members.iter().map(|one| &one.newest.advisory);
    let newer =
        all.find(|one| one.issuer.name == *issuer && one.supersedes.iter().any(|n| n == number));
    newer.map(|one| one.number.clone()).unwrap_or_default()
}

/// What is another since the viewer's team has assessed the group.
async fn what_changed(visit: &Visit, one: &OpenAdvisory, since: Timestamp) -> Result<String> {
    if one.stored.versions == 1 {
        return Ok("new here".to_owned());
    }
    let fields = visit.app.changed_fields(&visit.viewer, &one.stored, since).await?;
    Ok(match fields.as_slice() {
        [] => "a new version that says the same".to_owned(),
        fields => fields.join(", "),
    })
}

fn decision(open: &OpenGroup, one: &OpenDecision) -> DecisionView {
    let number = |key: &str| {
        let member = open.members.iter().find(|member| member.stored.key == key);
        // Of another group: its key is its issuer and number.
        member.map_or_else(|| key.to_owned(), |one| one.newest.advisory.number.clone())
    };
    let (a, b) = (number(&one.names.0), number(&one.names.1));
    DecisionView {
        id: one.id.clone(),
        text: match one.kind.as_str() {
            "join" => format!("{a} and {b} belong together"),
            "never" => format!("{a} and {b} never belong together"),
            _ => format!("{a} is detached"),
        },
        at: At(one.at),
        by: one.why.by.clone(),
        reason: one.why.reason.clone(),
        holds: one.undone_at.is_none(),
    }
}

fn state(open: &OpenGroup) -> StateView {
    match &open.listed.state {
        Some(state) => StateView {
            words: state_words(&state.state),
            at: Some(At(state.assessed_at)),
            by: state.by.clone(),
            reason: state.reason.clone(),
            changed_since: state.changed_since,
        },
        None => StateView {
            words: "unread",
            at: None,
            by: String::new(),
            reason: String::new(),
            changed_since: false,
        },
    }
}

fn suggestion(one: Suggested) -> SuggestionView {
    SuggestionView {
        href: format!("/groups/{}", one.group.id),
        title: title(&one.group.title),
        number: one.number,
        reasons: one.reasons.join("; "),
    }
}

/// `GET /groups/{name}/sheet/{kind}`
pub(in crate::web) async fn export(
    visit: Visit,
    Path((name, kind)): Path<(String, String)>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let found = visit.app.comparison(&visit.viewer, &name).await?;
    let (media_type, text) = match kind.as_str() {
        "csv" => ("text/csv; charset=utf-8", csv::write(&found.sheet)),
        "json" => {
            let text = serde_json::to_string_pretty(&found.sheet);
            let text = text.map_err(|source| Error::internal("the sheet").source(source))?;
            ("application/json", text)
        }
        _ => {
            return Err(Error::not_found("the sheet has no such format").hint("csv or json"));
        }
    };
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
