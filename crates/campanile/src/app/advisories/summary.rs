//! What a list shows of a group: who published, how each rates, and where they differ.
//!
//! It is made when a group changes, from what everybody may see, and stored with it.

use std::collections::{BTreeMap, BTreeSet};

use campanile_core::authz::Viewer;
use campanile_core::comparison::scale::Band;
use campanile_core::comparison::sheet::{self, Cell as SheetCell, Entry, Field, Sheet};
use campanile_core::model::advisory::{Advisory, Identifier};
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::comparison::voice;
use super::groups::MEMBERS_MAX;
use super::rated::{identifier, rated};
use crate::error::{Error, Result};
use crate::store::Connection;
use crate::store::advisories::groups::Group;
use crate::store::advisories::index::{self, Rating};
use crate::store::advisories::{self, Stored};

/// Groups that are asked for at once.
const GROUPS_AT_ONCE: usize = 8;
/// Ratings that the list of a group is made from.
const RATINGS_MAX: i64 = 5_000;
/// Identifiers of a group, the frequent ones, of which some are shown.
const IDENTIFIERS_MAX: i64 = 500;
/// Vulnerabilities of one group for which ratings are compared.
const COMPARED_MAX: usize = 200;
/// Identifiers that a list names.
const IDENTIFIERS_SHOWN: usize = 6;
/// Advisories that a list names.
const MEMBERS_SHOWN: usize = 40;

/// What a list shows of a group besides its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Some identifiers of vulnerabilities, those that most advisories name first.
    pub identifiers: Vec<String>,
    /// Whether there are more.
    pub more_identifiers: bool,
    /// Who published, with how each rates.
    pub strip: Vec<Cell>,
    /// In which columns of the sheet ratings of the same vulnerability differ.
    #[serde(default)]
    pub differs: Vec<Field>,
}

/// One advisory of a group, in a word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Who issued it.
    pub issuer: String,
    /// Handle of the team whose advisory it is.
    pub team: Option<String>,
    /// Its number.
    pub number: String,
    /// The risk in its own word; empty when it does not rate.
    pub word: String,
    /// The band for which that stands.
    #[serde(default)]
    pub band: Option<Band>,
    /// Parts of it are withheld from everybody.
    pub restricted: bool,
}

/// What lists show of groups, made anew from their members; those that have none are left out.
///
/// # Errors
/// The database cannot be read.
pub(crate) async fn summarise(
    connection: &mut Connection,
    ids: &[&str],
    now: Timestamp,
) -> Result<Vec<Group>> {
    let mut groups = Vec::with_capacity(ids.len());
    for ids in ids.chunks(GROUPS_AT_ONCE) {
        let all = Material::of(connection, ids).await?;
        let several = ids.len() > 1 && all.is_full();
        for (id, one) in all.apart() {
            let one = match several {
                // One of them is so large that it left no room for the others.
                true => Material::of(connection, &[&id]).await?,
                false => one,
            };
            groups.push(one.group(id, now)?);
        }
    }
    Ok(groups)
}

/// What groups are summed up from.
#[derive(Default)]
struct Material {
    members: Vec<Stored>,
    /// By group; with the row of the advisory.
    ratings: Vec<(String, (String, Rating))>,
    /// By group.
    identifiers: Vec<(String, String)>,
}

impl Material {
    async fn of(connection: &mut Connection, ids: &[&str]) -> Result<Self> {
        // Nobody in particular: only what everybody may see is in a group.
        let everybody = Viewer::operator();
        Ok(Self {
            members: advisories::of_groups(connection, &everybody, ids, MEMBERS_MAX).await?,
            ratings: index::ratings(connection, ids, RATINGS_MAX).await?,
            identifiers: index::identifiers(connection, ids, "vulnerability", IDENTIFIERS_MAX)
                .await?,
        })
    }

    /// Whether there may be more than was asked for.
    fn is_full(&self) -> bool {
        let full = |len: usize, max: i64| i64::try_from(len).unwrap_or(i64::MAX) >= max;
        full(self.members.len(), MEMBERS_MAX)
            || full(self.ratings.len(), RATINGS_MAX)
            || full(self.identifiers.len(), IDENTIFIERS_MAX)
    }

    /// That of each group that has members.
    fn apart(self) -> BTreeMap<String, Self> {
        let mut groups: BTreeMap<String, Self> = BTreeMap::new();
        for one in self.members {
            groups.entry(one.group_id.clone()).or_default().members.push(one);
        }
        for one in self.ratings {
            if let Some(group) = groups.get_mut(&one.0) {
                group.ratings.push(one);
            }
        }
        for one in self.identifiers {
            if let Some(group) = groups.get_mut(&one.0) {
                group.identifiers.push(one);
            }
        }
        groups
    }

    /// What a list shows of the one group that this is of.
    fn group(self, id: String, now: Timestamp) -> Result<Group> {
        let Self { members, ratings, identifiers } = self;
        let ratings: Vec<_> = ratings.into_iter().map(|(_, one)| one).collect();
        let number = |column: &str| column.split_once(' ').map_or(column, |(_, n)| n).to_owned();
        let teams: BTreeSet<_> = members.iter().filter_map(|one| one.team.as_ref()).collect();
        let advisories: Vec<Advisory> = members.iter().map(|one| rated(one, &ratings)).collect();
        let shown = identifiers.iter().take(IDENTIFIERS_SHOWN);
        let summary = Summary {
            more_identifiers: identifiers.len() > IDENTIFIERS_SHOWN,
            identifiers: shown.map(|(_, column)| number(column)).collect(),
            strip: members.iter().zip(&advisories).take(MEMBERS_SHOWN).map(cell).collect(),
            differs: differing(&members, &advisories, &ratings).into_iter().collect(),
        };
        let first_at = members.iter().filter_map(|one| one.published_at).min();
        let first = members.first();
        let first_at = first_at.or(first.map(|one| one.revised_at)).unwrap_or(now);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(Group {
            id,
            title: first.map(|one| one.title.clone()).unwrap_or_default(),
            members: count(members.len()),
            teams: count(teams.len()),
            differs: count(summary.differs.len()),
            exploited: i64::from(ratings.iter().any(|(_, one)| is_exploited(one))),
            first_at: first_at.micros(),
            changed_at: now.micros(),
            summary: serde_json::to_string(&summary)
                .map_err(|source| Error::internal("a group cannot be stored").source(source))?,
        })
    }
}

fn is_exploited(rating: &Rating) -> bool {
    let active =
        || rating.value.split("; ").any(|one| one.eq_ignore_ascii_case("exploitation=active"));
    rating.scheme == campanile_core::model::advisory::scheme::KEV || active()
}

/// One advisory with its word: what the sheet has as its risk.
fn cell((member, advisory): (&Stored, &Advisory)) -> Cell {
    let rates = !advisory.ratings.is_empty() || !advisory.vulnerabilities.is_empty();
    let sheet = rates.then(|| sheet::sheet(&[entry(member, advisory)], &[], false));
    let own = sheet.iter().flat_map(|sheet| &sheet.rows).find(|row| row.published_by.is_none());
    let risk = own.and_then(|row| row.cells.get(&Field::Risk));
    Cell {
        issuer: member.issuer.clone(),
        team: member.team.clone(),
        number: member.number.clone(),
        word: match risk {
            Some(SheetCell::Said { text, .. }) => text.clone(),
            _ => String::new(),
        },
        band: own.and_then(|row| row.band),
        restricted: !member.whole_open,
    }
}

fn entry<'a>(member: &Stored, advisory: &'a Advisory) -> Entry<'a> {
    Entry {
        advisory,
        versions: 1,
        voice: voice(member, advisory),
        is_own: false,
        hidden: <_>::default(),
    }
}

/// The columns in which ratings of the same vulnerability differ. What a collective bulletin says
/// of another one is not compared with it.
fn differing(
    members: &[Stored],
    advisories: &[Advisory],
    ratings: &[(String, Rating)],
) -> BTreeSet<Field> {
    if ratings.len() < 2 {
        return BTreeSet::new();
    }
    let several: BTreeSet<&str> = ratings.iter().map(|(_, one)| one.identifier.as_str()).collect();
    let several: Vec<Identifier> =
        several.into_iter().filter_map(identifier).take(COMPARED_MAX).collect();
    match several.as_slice() {
        [] | [_] => differing_about(members, advisories, &[]),
        several => several
            .iter()
            .flat_map(|one| differing_about(members, advisories, std::slice::from_ref(one)))
            .collect(),
    }
}

fn differing_about(
    members: &[Stored],
    advisories: &[Advisory],
    focus: &[Identifier],
) -> BTreeSet<Field> {
    let about = |one: &&(&Stored, &Advisory)| {
        focus.is_empty()
            || !one.1.ratings.is_empty()
            || one.1.vulnerabilities.iter().any(|one| one.ids == focus)
    };
    let pairs: Vec<_> = members.iter().zip(advisories).collect();
    let entries: Vec<_> = pairs.iter().filter(about).map(|(a, b)| entry(a, b)).collect();
    let Sheet { columns, .. } = sheet::sheet(&entries, focus, false);
    columns.into_iter().filter(|one| one.differs).map(|one| one.field).collect()
}

#[cfg(test)]
mod tests {
    use campanile_core::model::advisory::{Kind, Status};

    use super::*;

    const REMOTE: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const LOCAL: &str = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

    fn member(id: &str, issuer: &str) -> Stored {
        Stored {
            id: id.into(),
            key: id.into(),
            number: id.into(),
            issuer: issuer.into(),
            title: "an overflow".into(),
            team: None,
            brought_by: String::new(),
            issuer_given: String::new(),
            kind: Kind::Advisory,
            status: Status::Final,
            tlp: None,
            whole_open: true,
            version_id: String::new(),
            version: "1".into(),
            versions: 1,
            published_at: None,
            changed_at: None,
            revised_at: Timestamp::from_micros(0),
            group_id: id.into(),
            privy: false,
        }
    }

    fn rating(advisory: &str, cve: &str, scheme: &str, value: &str) -> (String, Rating) {
        let rating = Rating {
            identifier: if cve.is_empty() { String::new() } else { format!("cve {cve}") },
            rater: String::new(),
            scheme: scheme.into(),
            value: value.into(),
            score: None,
            band: String::new(),
            obtained: "stated".into(),
        };
        (advisory.into(), rating)
    }

    fn columns(ratings: &[(String, Rating)]) -> Vec<Field> {
        let members = [member("a", "ALPHA"), member("b", "BETA")];
        let advisories = members.each_ref().map(|one| rated(one, ratings));
        differing(&members, &advisories, ratings).into_iter().collect()
    }

    #[test]
    fn ratings_of_the_same_vulnerability_are_compared() {
        let one = "CVE-2026-0001";
        let same = [rating("a", one, "cvss-3.1", REMOTE), rating("b", one, "cvss-3.1", REMOTE)];
        assert_eq!(columns(&same), []);
        let other = [rating("a", one, "cvss-3.1", REMOTE), rating("b", one, "cvss-3.1", LOCAL)];
        assert!(columns(&other).contains(&Field::Cvss31), "{:?}", columns(&other));
        assert!(columns(&other).contains(&Field::AttackVector));
    }

    #[test]
    fn ratings_of_different_vulnerabilities_are_not_compared() {
        let (one, two) = ("CVE-2026-0001", "CVE-2026-0002");
        let ratings = [
            rating("a", one, "cvss-3.1", REMOTE),
            rating("a", two, "cvss-3.1", LOCAL),
            rating("b", two, "cvss-3.1", LOCAL),
        ];
        assert_eq!(columns(&ratings), []);
    }

    #[test]
    fn risk_of_the_whole_is_the_word_of_a_cell() {
        let ratings = [rating("a", "", "eispp-1.2", "risk=high; impact=disrupt_service,other")];
        let alpha = member("a", "ALPHA");
        let found = cell((&alpha, &rated(&alpha, &ratings)));
        assert_eq!((found.word.as_str(), found.band), ("high", Some(Band::High)));
        let beta = member("b", "BETA");
        let found = cell((&beta, &rated(&beta, &ratings)));
        assert_eq!((found.word.as_str(), found.band), ("", None));
    }
}
