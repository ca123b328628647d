//! Who of the network sees which part of an advisory, and from when on everybody sees the whole.
//!
//! What every member learns of an advisory is its *minimum*: that it exists, who issued it, its
//! number and title, the identifiers it is about, and how it is rated. Everything else is a
//! [`Part`] with an audience. The minimum is withheld only with a founded exception, which is
//! written down.
//!
//! Pure: who the viewer is and what time it is are facts of the caller. A view is built from
//! nothing by copying what may be seen, so that a field that is added to [`Advisory`] is withheld
//! until somebody decides about it here.

#[cfg(test)]
mod tests;
mod view;

pub use view::{View, Withheld, view};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::section::SectionKind;
use crate::model::list_name::ListName;
use crate::model::team::{Handle, named};
use crate::model::time::Timestamp;
use crate::model::tlp::Tlp;

/// Part of an advisory that has an audience of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Texts, of each kind.
    Summary,
    /// As above, and the rest likewise.
    Description,
    /// What the affected thing is.
    TechnicalContext,
    /// For those who know it, with weaknesses and titles of the vulnerabilities.
    TechnicalDescription,
    /// What an attack does.
    Impact,
    /// How to find out whether a system is affected.
    Diagnostic,
    /// Questions and answers.
    Faq,
    /// Terms of use.
    Legal,
    /// For the issuer's own constituency.
    Constituency,
    /// Other texts.
    Other,
    /// Products, and how each is affected.
    Products,
    /// What can be done.
    Solutions,
    /// Where to read more. The identifiers of what is referred to belong to the minimum.
    References,
    /// What changed from version to version.
    History,
    /// Who found it.
    Credits,
}

named!(
    Part,
    "part of an advisory",
    Summary = "summary",
    Description = "description",
    TechnicalContext = "technical_context",
    TechnicalDescription = "technical_description",
    Impact = "impact",
    Diagnostic = "diagnostic",
    Faq = "faq",
    Legal = "legal",
    Constituency = "constituency",
    Other = "other",
    Products = "products",
    Solutions = "solutions",
    References = "references",
    History = "history",
    Credits = "credits"
);

impl From<SectionKind> for Part {
    fn from(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Summary => Self::Summary,
            SectionKind::Description => Self::Description,
            SectionKind::TechnicalContext => Self::TechnicalContext,
            SectionKind::TechnicalDescription => Self::TechnicalDescription,
            SectionKind::Impact => Self::Impact,
            SectionKind::Diagnostic => Self::Diagnostic,
            SectionKind::Faq => Self::Faq,
            SectionKind::Legal => Self::Legal,
            SectionKind::Constituency => Self::Constituency,
            SectionKind::Other => Self::Other,
        }
    }
}

/// Who sees something besides the team whose advisory it is, which always does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Nobody else.
    #[default]
    Own,
    /// These teams.
    Teams(BTreeSet<Handle>),
    /// The teams of a sharing group: the subscribers of the list with this name.
    Group(ListName),
    /// Every team of the network.
    Network,
}

/// What a viewer is, as far as audiences ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its team; `None` for nobody in particular: what is left is what everybody sees.
    pub team: Option<Handle>,
    /// The sharing groups that its team is in.
    pub groups: BTreeSet<ListName>,
}

/// What is no audience.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no audience: network, own, list:NAME, or handles of teams with commas")]
pub struct BadAudience(String);

impl std::str::FromStr for Audience {
    type Err = BadAudience;

    /// `network`, `own`, `list:alert`, or `ALPHA, BETA`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadAudience(text.to_owned());
        match text.trim() {
            "network" => Ok(Self::Network),
            "own" => Ok(Self::Own),
            text => match text.strip_prefix("list:") {
                Some(name) => name.parse().map(Self::Group).map_err(|_| bad()),
                None => {
                    let teams = text.split(',').map(|team| team.trim().parse());
                    teams.collect::<Result<_, _>>().map(Self::Teams).map_err(|_| bad())
                }
            },
        }
    }
}

impl std::fmt::Display for Audience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Network => f.write_str("network"),
            Self::Group(name) => write!(f, "list:{name}"),
            Self::Teams(teams) => {
                let teams: Vec<&str> = teams.iter().map(Handle::as_str).collect();
                f.write_str(&teams.join(", "))
            }
        }
    }
}

impl Audience {
    /// Whether a viewer belongs to it.
    pub fn has(&self, viewer: &Facts) -> bool {
        let same = |handle: &Handle| {
            let team = viewer.team.as_ref();
            team.is_some_and(|team| team.as_str().eq_ignore_ascii_case(handle.as_str()))
        };
        match self {
            Self::Own => false,
            Self::Teams(teams) => teams.iter().any(same),
            Self::Group(group) => viewer.groups.contains(group),
            Self::Network => true,
        }
    }
}

/// The rules of one advisory. They hold for all of its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// The team whose advisory it is; it sees everything.
    pub owner: Option<Handle>,
    /// Audience of every part that has none of its own.
    pub rest: Audience,
    /// Audiences of parts.
    pub parts: BTreeMap<Part, Audience>,
    /// From when on every team of the network sees the whole.
    pub release_at: Option<Timestamp>,
    /// Why not even the minimum is for everybody. It is for the audience of `rest` then.
    pub exception: Option<String>,
}

impl Disclosure {
    /// The whole for everybody.
    pub fn open() -> Self {
        Self { rest: Audience::Network, ..Self::default() }
    }

    /// Where nobody has decided: a document of somebody outside is for the network when it says
    /// so or bears no label; what is narrower, and every document of a team, has the narrowest
    /// audience until somebody decides.
    pub fn default_for(owner: Option<Handle>, tlp: Option<Tlp>) -> Self {
        let wide = match tlp {
            None => owner.is_none(),
            Some(Tlp::Clear) => true,
            Some(Tlp::Green) => owner.is_none(),
            Some(Tlp::Amber | Tlp::AmberStrict | Tlp::Red) => false,
        };
        let rest = if wide { Audience::Network } else { Audience::Own };
        Self { owner, rest, ..Self::default() }
    }

    /// The audience of a part.
    pub fn audience(&self, part: Part) -> &Audience {
        self.parts.get(&part).unwrap_or(&self.rest)
    }

    /// Whether everybody sees everything at a time.
    pub fn is_open(&self, now: Timestamp) -> bool {
        let all = || Part::ALL.iter().all(|part| *self.audience(*part) == Audience::Network);
        self.is_released(now) || (self.exception.is_none() && all())
    }

    /// Whether the time of release is there.
    pub fn is_released(&self, now: Timestamp) -> bool {
        self.release_at.is_some_and(|at| at <= now)
    }

    /// Whether everybody sees the minimum at a time.
    pub fn is_minimum_open(&self, now: Timestamp) -> bool {
        self.exception.is_none() || self.rest == Audience::Network || self.is_released(now)
    }

    /// Every audience that sees more than everybody does.
    pub fn audiences(&self) -> impl Iterator<Item = &Audience> {
        std::iter::once(&self.rest).chain(self.parts.values())
    }
}
