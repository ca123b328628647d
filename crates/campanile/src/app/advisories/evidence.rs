//! Why advisories are in one group, and which other groups read as if they were about the same.

use std::collections::BTreeSet;

use campanile_core::authz::Viewer;
use campanile_core::grouping::decision::Decision;
use campanile_core::grouping::link::{LinkKind, between};
use campanile_core::grouping::suggest::{Likeness, suggest};
use campanile_core::grouping::{AdvisoryKey, Entry};
use campanile_core::model::advisory::{Advisory, Identifier};
use campanile_core::model::moment::Moment;
use campanile_core::model::time::Timestamp;

use super::groups::{OpenGroup, verdict};
use super::summary::Summary;
use super::{App, OpenAdvisory};
use crate::error::Result;
use crate::store::advisories::groups::{self, Group};

/// Advisories with which each one is held together: where there are more, these say enough.
const COMPARED: usize = 40;
/// How many seconds before and after a group others are looked at for suggestions: a month.
const NEAR_SECONDS: i64 = 30 * 24 * 3600;
/// Groups that are looked at.
const LOOKED_AT: i64 = 1_000;
/// Suggestions that are shown.
const SUGGESTED: usize = 5;

/// For every member, in their order, why it is here: `CVE-2026-1 in both`, the strongest first.
///
/// # Errors
/// A stored decision cannot be read.
pub fn evidence(group: &OpenGroup) -> Result<Vec<Vec<String>>> {
    let entries = group.members.iter().map(entry).collect::<Result<Vec<_>>>()?;
    let decisions = group.decisions.iter().filter(|one| one.undone_at.is_none());
    let decisions = decisions
        .map(|one| {
            Ok(Decision {
                verdict: verdict(&one.kind, &one.names.0, &one.names.1)?,
                at: one.at,
                by: one.why.by.clone(),
                reason: one.why.reason.clone(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let of = |at: usize| {
        let mut seen = BTreeSet::new();
        let mut chips = Vec::new();
        for (other, entry) in entries.iter().enumerate().take(COMPARED) {
            let Some(own) = entries.get(at).filter(|_| other != at) else { continue };
            let link = between(own, entry, &decisions);
            let Some(link) = link.filter(|link| link.kind == LinkKind::SameAs) else { continue };
            let words = link.evidence.iter().map(|one| one.words());
            chips.extend(words.filter(|words| seen.insert(words.clone())));
        }
        chips
    };
    Ok((0..entries.len()).map(of).collect())
}

fn entry(one: &OpenAdvisory) -> Result<Entry> {
    let advisory = &one.newest.advisory;
    let own: Vec<_> = Identifier::recognise(&advisory.number).into_iter().collect();
    let key: AdvisoryKey =
        serde_json::from_value(one.stored.key.clone().into()).map_err(|_| super::unreadable())?;
    Ok(Entry { key, ..Entry::of(advisory, &own) })
}

/// Another group that may be about the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// The group.
    pub group: Group,
    /// Number of an advisory in it.
    pub number: String,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl App {
    /// Groups of about the same time whose titles read alike, the most alike first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn suggestions(&self, viewer: &Viewer, group: &Group) -> Result<Vec<Suggested>> {
        let mut read = self.db.read().await?;
        let at = Timestamp::from_micros(group.first_at);
        let (from, to) = (at.plus_seconds(-NEAR_SECONDS), at.plus_seconds(NEAR_SECONDS));
        let near = groups::near(&mut read, viewer, (from, to), LOOKED_AT).await?;
        drop(read);
        let own = likeness(group);
        let mut found: Vec<(u32, Suggested)> = near
            .into_iter()
            .filter(|other| other.id != group.id)
            .filter_map(|other| {
                let alike = suggest(&own, &likeness(&other))?;
                let summary: Summary = serde_json::from_str(&other.summary).ok()?;
                let number = summary.strip.into_iter().next()?.number;
                let reasons = alike.reasons;
                Some((alike.points, Suggested { group: other, number, reasons }))
            })
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.group.id.cmp(&b.1.group.id)));
        Ok(found.into_iter().take(SUGGESTED).map(|(_, one)| one).collect())
    }
}

fn likeness(group: &Group) -> Likeness {
    let at = Timestamp::from_micros(group.first_at);
    Likeness::of(&Advisory {
        title: group.title.clone(),
        published_at: Some(Moment::of(at)),
        ..Advisory::default()
    })
}
