//! The frame of every page: title, navigation, who is logged in. Templates extend
//! `templates/layout.html` and carry a [`Frame`].

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Html;
use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::time::Timestamp;

use super::assets;
use super::auth::Visit;
use crate::app::App;
use crate::error::{Error, Result};

/// A link of the navigation.
pub(super) struct Link {
    pub(super) href: &'static str,
    pub(super) text: &'static str,
    pub(super) current: bool,
}

/// What stands around the content of a page.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) network: String,
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
    /// `ALPHA · Ada Lovelace (officer)`; empty without a login.
    pub(super) who: String,
    pub(super) links: Vec<Link>,
    pub(super) now: At,
}

/// Every place of the navigation, with the actions of which one is enough to be led there.
const PLACES: &[(&str, &str, &[Action])] = &[
    ("/alerts", "Alerts", &[Action::SeeAlerts, Action::SeeBoard]),
    ("/alerts/new", "Write an alert", &[Action::WriteAlerts]),
    ("/groups", "Advisories", &[Action::SeeAdvisories]),
    ("/teams", "Teams", &[Action::SeeTeams]),
    ("/statistics", "Statistics", &[Action::SeeBoard]),
    ("/members", "Members", &[Action::SeeApplications]),
];

impl Frame {
    pub(super) fn new(app: &App, viewer: Option<Viewer>, title: &str, path: &str) -> Self {
        Self {
            title: title.to_owned(),
            network: app.config.network.name.clone(),
            style: assets::style(),
            script: assets::script(),
            icon: assets::icon(),
            who: viewer.as_ref().map(who).unwrap_or_default(),
            links: viewer.as_ref().map(|viewer| links(viewer, path)).unwrap_or_default(),
            now: At(app.now()),
        }
    }
}

impl Visit {
    /// The frame of a page for this visit.
    pub(super) fn frame(&self, title: impl AsRef<str>) -> Frame {
        Frame::new(&self.app, Some(self.viewer.clone()), title.as_ref(), &self.path)
    }
}

fn who(viewer: &Viewer) -> String {
    let role = viewer.role;
    match &viewer.team {
        Some(team) => format!("{} · {} ({role})", team.handle, viewer.name),
        None => format!("{} ({role})", viewer.name),
    }
}

/// The links that lead this viewer somewhere; the longest that fits the path is the current one.
fn links(viewer: &Viewer, path: &str) -> Vec<Link> {
    let led = |actions: &[Action]| actions.iter().any(|action| may(viewer, *action));
    let places = PLACES.iter().filter(|(_, _, actions)| led(actions));
    let mut links: Vec<Link> =
        places.map(|(href, text, _)| Link { href, text, current: false }).collect();
    // One place of the navigation stands for all of them.
    let of_groups = ["/advisories", "/sources", "/watches"];
    let of_groups = of_groups.iter().any(|start| path.starts_with(start));
    let path = if of_groups { "/groups" } else { path };
    let inside =
        |href: &str| path.strip_prefix(href).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let here = links.iter().filter(|link| inside(link.href)).map(|link| link.href.len()).max();
    for link in &mut links {
        link.current = inside(link.href) && Some(link.href.len()) == here;
    }
    links
}

/// A template as an answer.
///
/// # Errors
/// The template fails, which is our fault.
pub(super) fn html(page: &impl Template) -> Result<Html<String>> {
    let text = page.render();
    text.map(Html).map_err(|source| Error::internal("the page cannot be written").source(source))
}

/// A time as people read it: UTC, to the minute, with the exact one for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At(pub(super) Timestamp);

// Digits and fixed words only.
impl HtmlSafe for At {}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let (date, clock) = (text.get(..10), text.get(11..16));
        let (date, clock) = (date.unwrap_or_default(), clock.unwrap_or_default());
        write!(f, r#"<time datetime="{text}">{date} {clock} UTC</time>"#)
    }
}
