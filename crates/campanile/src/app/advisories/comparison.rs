//! The comparison sheet of a group, or of one vulnerability, as the viewer may see it.

use std::collections::{BTreeMap, BTreeSet};

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::comparison::sheet::{Entry, Field, Sheet, Voice, sheet};
use campanile_core::model::advisory::disclosure::Part;
use campanile_core::model::advisory::{Advisory, Identifier, Kind};
use campanile_core::model::time::Timestamp;

use super::groups::OpenGroup;
use super::{App, OpenAdvisory, OpenVersion};
use crate::error::Result;
use crate::store::Connection;
use crate::store::advisories::{self, Stored};

/// A sheet with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The group.
    pub group: OpenGroup,
    /// The vulnerabilities that are compared; empty: all.
    pub focus: Vec<Identifier>,
    /// Advisories of other groups that name one of them.
    pub elsewhere: Vec<OpenAdvisory>,
    /// Who says what.
    pub sheet: Sheet,
}

impl App {
    /// The sheet of a group, by any of its names. The number of a vulnerability means the sheet of
    /// that one, with every advisory that names it, in whatever group it is.
    ///
    /// # Errors
    /// There is no such group for the viewer, or the name leads to several.
    pub async fn comparison(&self, viewer: &Viewer, name: &str) -> Result<Comparison> {
        let group = self.group(viewer, name).await?;
        let focus = named(&group, name);
        let mut elsewhere = Vec::new();
        if let Some(identifier) = &focus {
            let mut read = self.db.read_snapshot().await?;
            elsewhere = self.naming_elsewhere(&mut read, viewer, identifier, &group).await?;
        }
        let focus: Vec<_> = focus.into_iter().collect();
        let about = |one: &&OpenAdvisory| {
            let ids = one.newest.advisory.vulnerability_ids();
            focus.is_empty() || ids.is_empty() || ids.iter().any(|id| focus.contains(id))
        };
        let members = group.members.iter().chain(&elsewhere).filter(about);
        let entries: Vec<_> = members.map(|one| entry(viewer, one)).collect();
        let has_team = viewer.team.is_some();
        let all = if focus.is_empty() { shared(&group.members) } else { focus.clone() };
        let sheet = sheet(&entries, &all, has_team);
        Ok(Comparison { group, focus, elsewhere, sheet })
    }

    async fn naming_elsewhere(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        identifier: &Identifier,
        group: &OpenGroup,
    ) -> Result<Vec<OpenAdvisory>> {
        let mut found = Vec::new();
        if !may(viewer, Action::SeeAdvisories) {
            return Ok(found);
        }
        for stored in advisories::naming(connection, viewer, identifier).await? {
            if group.members.iter().all(|member| member.stored.id != stored.id) {
                found.extend(self.open_newest(connection, viewer, stored).await?);
            }
        }
        Ok(found)
    }

    /// In which columns an advisory says something else than it did at a time, with its title and
    /// texts; empty where it has had no new version since.
    ///
    /// # Errors
    /// There is no such advisory for the viewer.
    pub async fn changed_fields(
        &self,
        viewer: &Viewer,
        member: &Stored,
        since: Timestamp,
    ) -> Result<Vec<String>> {
        let row = advisories::Name::Row(&member.id);
        let (_, versions) = self.advisory_versions(viewer, row).await?;
        let old = versions.iter().rev().find(|one| one.received_at <= since);
        let (Some(old), Some(new)) = (old, versions.last()) else { return Ok(Vec::new()) };
        Ok(match old.id == new.id {
            true => Vec::new(),
            false => changes(old, new),
        })
    }
}

/// What is another in a new version: columns of the sheet by their titles, then what has none.
pub fn changes(old: &OpenVersion, new: &OpenVersion) -> Vec<String> {
    let said = |version: &OpenVersion| -> BTreeMap<(String, Field), String> {
        let entry = Entry {
            advisory: &version.advisory,
            versions: 1,
            voice: Voice::Other,
            is_own: false,
            hidden: hidden(version),
        };
        let sheet = sheet(&[entry], &[], false);
        let cells = |row: &campanile_core::comparison::sheet::Row| {
            let rater = row.rater.clone();
            let cells = row.cells.clone().into_iter();
            cells.map(move |(field, cell)| ((rater.clone(), field), format!("{cell:?}")))
        };
        sheet.rows.iter().flat_map(|row| cells(row).collect::<Vec<_>>()).collect()
    };
    let (before, after) = (said(old), said(new));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let fields: BTreeSet<Field> =
        keys.into_iter().filter(|key| before.get(key) != after.get(key)).map(|key| key.1).collect();
    let mut changed: Vec<String> = fields.into_iter().map(|field| field.title().into()).collect();
    let (old, new) = (&old.advisory, &new.advisory);
    let others = [
        ("Title", old.title != new.title),
        ("Status", old.status != new.status),
        ("Texts", old.sections != new.sections),
        ("References", old.references != new.references),
    ];
    changed.extend(others.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).into()));
    changed
}

/// The one vulnerability that a name means; `None` where it means the group.
fn named(group: &OpenGroup, name: &str) -> Option<Identifier> {
    let identifier = Identifier::recognise(name)?;
    let ids = group.members.iter().flat_map(|one| one.newest.advisory.vulnerability_ids());
    ids.into_iter().find(|id| **id == identifier).cloned()
}

/// The vulnerabilities that several advisories name: what a collective bulletin has besides is not
/// compared. Empty where there is none such.
fn shared(members: &[OpenAdvisory]) -> Vec<Identifier> {
    let mut count: BTreeMap<&Identifier, usize> = BTreeMap::new();
    for one in members {
        for id in one.newest.advisory.vulnerability_ids() {
            *count.entry(id).or_default() += 1;
        }
    }
    count.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id.clone()).collect()
}

fn entry<'a>(viewer: &Viewer, one: &'a OpenAdvisory) -> Entry<'a> {
    let own = viewer.team.as_ref().map(|team| team.handle.as_str());
    Entry {
        advisory: &one.newest.advisory,
        versions: usize::try_from(one.stored.versions).unwrap_or(1),
        voice: voice(&one.stored, &one.newest.advisory),
        is_own: own.is_some() && one.stored.team.as_deref() == own,
        hidden: hidden(&one.newest),
    }
}

/// Columns that are withheld from the viewer.
fn hidden(version: &OpenVersion) -> BTreeMap<Field, Option<Timestamp>> {
    let column = |part: Part| match part {
        Part::Products => Some(Field::Products),
        Part::Solutions => Some(Field::Solution),
        _ => None,
    };
    let withheld = version.withheld.iter();
    withheld.filter_map(|one| Some((column(one.part)?, one.until))).collect()
}

/// Whose voice an advisory is.
pub(super) fn voice(stored: &Stored, advisory: &Advisory) -> Voice {
    match advisory.issuer.category.as_str() {
        _ if stored.team.is_some() => Voice::Member,
        _ if advisory.kind == Kind::Record => Voice::Register,
        "vendor" => Voice::Vendor,
        _ => Voice::Other,
    }
}
