//! The comparison sheet of a group: a row for everybody who speaks, a column for everything that
//! can be said, in two blocks. In the factual one all should agree; in the constituency's they may
//! differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cvss::{VERSIONS, Vector, metrics};
use super::facts::{Fact, Subject, version};
use super::scale::Band;
use crate::model::advisory::{Advisory, Identifier, Rating};
use crate::model::team::named;
use crate::model::time::Timestamp;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // The names say it; `title` has them in words.
pub enum Field {
    Identifiers,
    Products,
    AttackVector,
    Prerequisites,
    Skill,
    Impact,
    Exploitation,
    Solution,
    Cvss4,
    Cvss31,
    Cvss30,
    Cvss2,
    Risk,
    Damage,
    Urgency,
    Ssvc,
    Priority,
}

named!(
    Field,
    "field of the comparison",
    Identifiers = "identifiers",
    Products = "products",
    AttackVector = "attack-vector",
    Prerequisites = "prerequisites",
    Skill = "skill",
    Impact = "impact",
    Exploitation = "exploitation",
    Solution = "solution",
    Cvss4 = "cvss-4.0",
    Cvss31 = "cvss-3.1",
    Cvss30 = "cvss-3.0",
    Cvss2 = "cvss-2.0",
    Risk = "risk",
    Damage = "damage",
    Urgency = "urgency",
    Ssvc = "ssvc",
    Priority = "priority"
);

/// A block of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// Facts: should agree.
    Factual,
    /// What depends on whom one writes for: may differ.
    Constituency,
}

impl Field {
    /// The head of the column.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Identifiers => "Identifiers",
            Self::Products => "Affected products",
            Self::AttackVector => "Attack vector",
            Self::Prerequisites => "Prerequisites",
            Self::Skill => "Attack skill",
            Self::Impact => "Impact",
            Self::Exploitation => "Exploitation",
            Self::Solution => "Solution",
            Self::Cvss4 => "CVSS 4.0",
            Self::Cvss31 => "CVSS 3.1",
            Self::Cvss30 => "CVSS 3.0",
            Self::Cvss2 => "CVSS 2.0",
            Self::Risk => "Risk",
            Self::Damage => "Damage",
            Self::Urgency => "Urgency",
            Self::Ssvc => "SSVC",
            Self::Priority => "Priority",
        }
    }

    /// The block in which it stands.
    pub const fn block(self) -> Block {
        match self {
            Self::Risk | Self::Damage | Self::Urgency | Self::Ssvc | Self::Priority => {
                Block::Constituency
            }
            _ => Block::Factual,
        }
    }
}

/// Whose voice a row is; rows stand in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// A team of the network.
    Member,
    /// The maker of the product.
    Vendor,
    /// A register of vulnerabilities: CVE, NVD.
    Register,
    /// Anybody else.
    Other,
}

/// An advisory of the group, as the viewer may see it: what is hidden is not in it.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The newest version.
    pub advisory: &'a Advisory,
    /// How many versions there are.
    pub versions: usize,
    /// Whose voice it is.
    pub voice: Voice,
    /// Whether the viewer's own team wrote it.
    pub is_own: bool,
    /// Fields that are hidden from the viewer, each with when it is released, if that is set.
    pub hidden: BTreeMap<Field, Option<Timestamp>>,
}

/// How what stands in a cell was obtained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum How {
    /// The rater says so.
    Stated,
    /// From the rater's own scale.
    Mapped {
        /// By this rule.
        rule: String,
    },
    /// From something else that the rater says.
    Derived {
        /// From this.
        from: String,
    },
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Cell {
    /// Something is said.
    Said {
        /// What.
        text: String,
        /// How it was obtained.
        #[serde(flatten)]
        how: How,
        /// Whether it differs: from most, or where there is no majority, from others.
        differs: bool,
    },
    /// Nothing is said, which is no disagreement.
    NoStatement,
    /// Something may be said, and is not for this viewer.
    Restricted {
        /// When it is released, if that is set.
        until: Option<Timestamp>,
    },
}

/// A row: one voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Who rates.
    pub rater: String,
    /// Whose voice it is.
    pub voice: Voice,
    /// Whether it is the viewer's own team.
    pub is_own: bool,
    /// Who published the document, where that is not the rater.
    pub published_by: Option<String>,
    /// Number of the document.
    pub number: String,
    /// Its version.
    pub version: String,
    /// How many versions there are.
    pub versions: usize,
    /// When the first was published.
    pub published_at: Option<Timestamp>,
    /// How many seconds after the first of all.
    pub delay_seconds: Option<i64>,
    /// The band for which its risk stands, if it stands for one.
    pub band: Option<Band>,
    /// The cells, by column.
    pub cells: BTreeMap<Field, Cell>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Which.
    pub field: Field,
    /// Its block.
    pub block: Block,
    /// Its head.
    pub title: String,
    /// Whether any cell differs.
    pub differs: bool,
}

/// The vectors of one version of CVSS, metric by metric. There is no arithmetic between versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// The version: `CVSS 3.1`.
    pub version: String,
    /// The rows of the sheet that have a vector, by their place.
    pub rows: Vec<usize>,
    /// The score of each of these rows.
    pub scores: Vec<String>,
    /// The metrics that any of them gives.
    pub metrics: Vec<GridMetric>,
}

/// One metric of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridMetric {
    /// `AV`.
    pub abbr: String,
    /// `Attack Vector`.
    pub name: String,
    /// What each row gives: `N`, with its meaning; `None` where a row gives nothing.
    pub values: Vec<Option<(String, String)>>,
    /// Whether two rows give different values.
    pub differs: bool,
}

/// How far the group agrees, in one chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "spread")]
pub enum Spread {
    /// Nobody else has published.
    OnlyUs,
    /// Others have published, the viewer's team has not.
    OthersNotUs,
    /// One voice only; there is no viewer's team.
    One,
    /// All that can be compared agrees.
    Agree,
    /// So many columns differ.
    Differs {
        /// How many.
        fields: usize,
    },
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The columns in which anybody says something.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The grids of CVSS, newest version first.
    pub grids: Vec<Grid>,
    /// How far all agree.
    pub spread: Spread,
}

/// Lays out the sheet. `focus` are the vulnerabilities of the group: of a collective bulletin only
/// these are looked at; empty: all. `has_team` tells whether the viewer has a team of its own.
pub fn sheet(entries: &[Entry<'_>], focus: &[Identifier], has_team: bool) -> Sheet {
    let mut voices: Vec<(Row, BTreeMap<Field, Fact>, Vec<Vector>)> =
        entries.iter().flat_map(|entry| rows(entry, focus)).collect();
    voices.sort_by(|(a, ..), (b, ..)| {
        let order =
            |row: &Row| (row.voice, !row.is_own, row.published_at.is_none(), row.published_at);
        order(a).cmp(&order(b)).then_with(|| (&a.rater, &a.number).cmp(&(&b.rater, &b.number)))
    });
    for field in Field::ALL {
        let keys: Vec<_> =
            voices.iter().map(|(_, facts, _)| facts.get(field)?.key.as_ref()).collect();
        let differing = deviating(&keys);
        for ((row, ..), differs) in voices.iter_mut().zip(differing) {
            if let Some(Cell::Said { differs: slot, .. }) = row.cells.get_mut(field) {
                *slot = differs;
            }
        }
    }
    let vectors: Vec<Vec<Vector>> = voices.iter().map(|(.., vectors)| vectors.clone()).collect();
    let mut rows: Vec<Row> = voices.into_iter().map(|(row, ..)| row).collect();
    let first = rows.iter().filter_map(|row| row.published_at).min();
    for row in &mut rows {
        let delay = |at: Timestamp| Some(at.seconds().saturating_sub(first?.seconds()));
        row.delay_seconds = row.published_at.and_then(delay);
    }
    let columns = columns(&rows);
    let grids = VERSIONS.iter().filter_map(|version| grid(version, &vectors)).collect();
    let spread = spread(&rows, &columns, has_team);
    Sheet { columns, rows, grids, spread }
}

impl Sheet {
    /// Only rows and columns in which something differs.
    pub fn only_differing(mut self) -> Self {
        self.columns.retain(|column| column.differs);
        let differs = |row: &Row| row.cells.values().any(|cell| cell.differs());
        let kept: Vec<usize> =
            (0..self.rows.len()).filter(|at| self.rows.get(*at).is_some_and(differs)).collect();
        self.grids.retain_mut(|grid| grid.keep(&kept));
        self.rows.retain(differs);
        for row in &mut self.rows {
            row.cells.retain(|field, _| self.columns.iter().any(|column| column.field == *field));
        }
        self
    }

    /// The full text of a cell, for those who hear the sheet: it needs neither head nor colour.
    pub fn label(&self, row: &Row, field: Field) -> String {
        let said = match row.cells.get(&field) {
            None | Some(Cell::NoStatement) => "no statement".to_owned(),
            Some(Cell::Restricted { until: None }) => "restricted".to_owned(),
            Some(Cell::Restricted { until: Some(at) }) => format!("restricted until {at}"),
            Some(Cell::Said { text, how, differs }) => {
                let differs = if *differs { "; differs from the others" } else { "" };
                format!("{text}, {}{differs}", how.words())
            }
        };
        format!("{}, {}: {said}", row.rater, field.title())
    }
}

impl How {
    /// In words: `mapped by rule: EISPP risk`.
    pub fn words(&self) -> String {
        match self {
            Self::Stated => "stated".into(),
            Self::Mapped { rule } => format!("mapped by rule: {rule}"),
            Self::Derived { from } => format!("derived from {from}"),
        }
    }
}

impl Cell {
    /// Whether it differs from others.
    pub const fn differs(&self) -> bool {
        matches!(self, Self::Said { differs: true, .. })
    }
}

impl Spread {
    /// In words: `differs: 2 fields`.
    pub fn words(self) -> String {
        match self {
            Self::OnlyUs => "only us".into(),
            Self::OthersNotUs => "others, not us".into(),
            Self::One => "one source".into(),
            Self::Agree => "agree".into(),
            Self::Differs { fields: 1 } => "differs: 1 field".into(),
            Self::Differs { fields } => format!("differs: {fields} fields"),
        }
    }
}

impl Grid {
    /// Keeps these rows of the sheet; whether two are left to compare.
    fn keep(&mut self, kept: &[usize]) -> bool {
        let place = |row: &usize| kept.iter().position(|at| at == row);
        let stays: Vec<bool> = self.rows.iter().map(|row| place(row).is_some()).collect();
        let retain = |at: &mut usize| {
            *at += 1;
            stays.get(*at - 1).copied().unwrap_or(false)
        };
        let mut at = 0;
        self.scores.retain(|_| retain(&mut at));
        for metric in &mut self.metrics {
            let mut at = 0;
            metric.values.retain(|_| retain(&mut at));
        }
        self.rows = self.rows.iter().filter_map(place).collect();
        self.metrics.retain(|metric| metric.differs);
        self.rows.len() > 1 && !self.metrics.is_empty()
    }
}

/// The rows of one advisory: its issuer, and every other rater that it quotes.
fn rows(entry: &Entry<'_>, focus: &[Identifier]) -> Vec<(Row, BTreeMap<Field, Fact>, Vec<Vector>)> {
    let advisory = entry.advisory;
    let in_focus = |ids: &[Identifier]| focus.is_empty() || ids.iter().any(|id| focus.contains(id));
    let vulnerabilities: Vec<_> =
        advisory.vulnerabilities.iter().filter(|one| in_focus(&one.ids)).collect();
    let inside = vulnerabilities.iter().flat_map(|one| &one.ratings);
    let ratings: Vec<&Rating> = inside.chain(&advisory.ratings).collect();
    let issuer = advisory.issuer.name.as_str();
    let mut raters: Vec<&str> = vec![issuer];
    for rating in &ratings {
        if !rating.rater.is_empty() && !raters.iter().any(|r| r.eq_ignore_ascii_case(&rating.rater))
        {
            raters.push(&rating.rater);
        }
    }
    let subject = |rater| {
        let is_issuer = rater == issuer;
        let own = |rating: &&&Rating| {
            rating.rater.eq_ignore_ascii_case(rater) || (is_issuer && rating.rater.is_empty())
        };
        let ratings = ratings.iter().filter(own).copied().collect();
        Subject { advisory, vulnerabilities: vulnerabilities.clone(), ratings, is_issuer, rater }
    };
    raters.into_iter().map(|rater| row(entry, &subject(rater))).collect()
}

fn row(entry: &Entry<'_>, subject: &Subject<'_>) -> (Row, BTreeMap<Field, Fact>, Vec<Vector>) {
    let mut cells = BTreeMap::new();
    let mut facts = BTreeMap::new();
    for field in Field::ALL {
        let cell = match (entry.hidden.get(field), subject.fact(*field)) {
            (Some(until), _) => Cell::Restricted { until: *until },
            (None, None) => Cell::NoStatement,
            (None, Some(fact)) => {
                let (text, how) = (fact.text.clone(), fact.how.clone());
                facts.insert(*field, fact);
                Cell::Said { text, how, differs: false }
            }
        };
        cells.insert(*field, cell);
    }
    let shown = |vector: &Vector| {
        let field = Field::ALL.iter().find(|field| field.name() == vector.scheme());
        field.is_none_or(|field| !entry.hidden.contains_key(field))
    };
    let vectors = subject.vectors().into_iter().map(|(vector, _)| vector).filter(shown).collect();
    let advisory = entry.advisory;
    let row = Row {
        rater: subject.rater.to_owned(),
        voice: if subject.is_issuer { entry.voice } else { Voice::Other },
        is_own: entry.is_own && subject.is_issuer,
        published_by: (!subject.is_issuer).then(|| advisory.issuer.name.clone()),
        number: advisory.number.clone(),
        version: advisory.version.clone(),
        versions: entry.versions,
        published_at: advisory.published_at.as_ref().map(|moment| moment.at),
        delay_seconds: None,
        band: facts.get(&Field::Risk).and_then(Fact::band),
        cells,
    };
    (row, facts, vectors)
}

/// Who deviates: from the majority of those compared by the same, or, where none of the values has
/// one, everybody who is not alone.
fn deviating(keys: &[Option<&(&'static str, String)>]) -> Vec<bool> {
    let votes = |key: &(&'static str, String)| keys.iter().flatten().filter(|k| **k == key).count();
    let voters = |basis| keys.iter().flatten().filter(|key| key.0 == basis).count();
    keys.iter()
        .map(|key| {
            key.is_some_and(|key| {
                let (own, all) = (votes(key), voters(key.0));
                own < all && own * 2 <= all
            })
        })
        .collect()
}

fn columns(rows: &[Row]) -> Vec<Column> {
    let used = |field: &Field| {
        rows.iter().any(|row| !matches!(row.cells.get(field), None | Some(Cell::NoStatement)))
    };
    let column = |field: Field| Column {
        field,
        block: field.block(),
        title: field.title().to_owned(),
        differs: rows.iter().any(|row| row.cells.get(&field).is_some_and(Cell::differs)),
    };
    Field::ALL.iter().filter(|field| used(field)).map(|field| column(*field)).collect()
}

fn grid(scheme: &'static str, vectors: &[Vec<Vector>]) -> Option<Grid> {
    let having: Vec<(usize, &Vector)> = vectors
        .iter()
        .enumerate()
        .filter_map(|(at, all)| Some((at, all.iter().find(|one| one.scheme() == scheme)?)))
        .collect();
    let metrics = metrics(scheme).iter().filter_map(|metric| {
        let value = |vector: &Vector| {
            let value = vector.value(&metric.abbr)?.to_owned();
            Some((value, vector.meaning(&metric.abbr)?.to_owned()))
        };
        let values: Vec<_> = having.iter().map(|(_, vector)| value(vector)).collect();
        let mut given = values.iter().flatten();
        let first = given.next()?;
        let differs = given.any(|other| other != first);
        Some(GridMetric { abbr: metric.abbr.clone(), name: metric.name.clone(), values, differs })
    });
    let grid = Grid {
        version: version(scheme).to_owned(),
        rows: having.iter().map(|(at, _)| *at).collect(),
        scores: having.iter().map(|(_, vector)| vector.score().to_string()).collect(),
        metrics: metrics.collect(),
    };
    (!grid.rows.is_empty()).then_some(grid)
}

fn spread(rows: &[Row], columns: &[Column], has_team: bool) -> Spread {
    let own = rows.iter().any(|row| row.is_own);
    let fields = columns.iter().filter(|column| column.differs).count();
    match (own, rows.iter().all(|row| row.is_own)) {
        (true, true) => Spread::OnlyUs,
        (false, _) if has_team && !rows.is_empty() => Spread::OthersNotUs,
        _ if rows.len() < 2 => Spread::One,
        _ if fields == 0 => Spread::Agree,
        _ => Spread::Differs { fields },
    }
}
