//! What a query asks for and no index holds: parts that are not for everybody, and people.
//!
//! Parts that are withheld from everybody stand nowhere in clear. Whoever may see them has them
//! opened in memory, condition by condition; what was found goes into the statement as rows, so
//! that one way leads to the result for every viewer.

use std::collections::BTreeSet;

use campanile_core::authz::Viewer;
use campanile_core::query::{Field, Leaf, Query, Seen, Term, Test};

use super::App;
use super::groups::Why;
use crate::error::{Error, Result};
use crate::store::advisories::group_states::{self, Claim};
use crate::store::advisories::query::{Known, Target};
use crate::store::advisories::{self, index, team_of};
use crate::store::{Connection, sealed};

/// Advisories with restricted parts that one search opens, newest first. Each takes about a
/// millisecond; parts of older ones are not searched.
const RESTRICTED_MAX: i64 = 1_000;
/// Claims that are looked at: more people than work at a time.
pub(super) const CLAIMS_MAX: i64 = 2_000;

/// Reads a query that somebody has typed.
///
/// # Errors
/// It is none: what is wrong, where, and what may have been meant.
pub fn typed(text: &str) -> Result<Query> {
    campanile_core::query::parse(text).map_err(|wrong| {
        let (line, pointer) = wrong.pointer(text);
        Error::invalid(format!("the query cannot be read: {wrong}"))
            .place(line, pointer)
            .hint(wrong.hint())
    })
}

impl App {
    /// Finds out what a query needs to know for a viewer.
    ///
    /// # Errors
    /// The database cannot be read, or what it holds cannot be opened.
    pub(crate) async fn known<'q>(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        query: &'q Query,
        target: Target,
    ) -> Result<Known<'q>> {
        let mut parts = BTreeSet::new();
        query.each(&mut |leaf| {
            if target == Target::Advisories || is_of_parts(leaf) {
                parts.insert(leaf);
            }
        });
        let mut known = self.known_to_all(connection, viewer, query).await?;
        if !parts.is_empty() && !team_of(viewer).is_empty() {
            self.privy(connection, viewer, &parts, target, &mut known).await?;
        }
        Ok(known)
    }

    /// As [`App::known`], without what only the viewer may see: who is at which group.
    pub(crate) async fn known_to_all<'q>(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        query: &'q Query,
    ) -> Result<Known<'q>> {
        let mut claims = BTreeSet::new();
        query.each(&mut |leaf| {
            if matches!(leaf, Leaf::Term(Term { field: Field::Claimed, .. })) {
                claims.insert(leaf);
            }
        });
        let mut known = Known::default();
        if matches!(query, Query::Text(_)) {
            known.last = index::last(connection).await?;
        }
        if !claims.is_empty() {
            self.claimed(connection, viewer, &claims, &mut known).await?;
        }
        Ok(known)
    }

    /// Groups at which somebody is of whom a condition speaks.
    async fn claimed<'q>(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        wanted: &BTreeSet<Leaf<'q>>,
        known: &mut Known<'q>,
    ) -> Result<()> {
        let me = Why::of(viewer, "").by;
        let own = team_of(viewer);
        for claim in group_states::all_claims(connection, viewer, self.now(), CLAIMS_MAX).await? {
            let why: Why = self.vault.open_json(sealed::GROUP_CLAIM, &claim.id, &claim.sealed)?;
            for leaf in wanted {
                let Leaf::Term(Term { test, .. }) = leaf else { continue };
                if is_at(test, &claim, &why.by, (own, &me)) {
                    known.groups.entry(*leaf).or_default().push(claim.group_id.clone());
                }
            }
        }
        Ok(())
    }

    /// Advisories of which the viewer sees more than everybody does, and that meet a condition.
    async fn privy<'q>(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        wanted: &BTreeSet<Leaf<'q>>,
        target: Target,
        known: &mut Known<'q>,
    ) -> Result<()> {
        let now = self.now();
        for stored in advisories::restricted(connection, viewer, target, RESTRICTED_MAX).await? {
            let id = stored.id.clone();
            let Some(open) = self.open_newest(connection, viewer, stored).await? else { continue };
            let seen = Seen::new(&open.newest.advisory);
            for leaf in wanted {
                if seen.meets(*leaf, now) == Some(true) {
                    known.advisories.entry(*leaf).or_default().push(id.clone());
                }
            }
        }
        Ok(())
    }
}

/// Whether a condition may be met by parts that are not for everybody; all others are met by the
/// minimum, which stands in clear.
fn is_of_parts(leaf: Leaf<'_>) -> bool {
    match leaf {
        Leaf::Text(_) => true,
        Leaf::Term(term) => matches!(term.field, Field::Product | Field::Vendor),
    }
}

/// Whether a condition speaks of who has claimed: by a word, the handle of the team, or part of the
/// name of the person.
fn is_at(test: &Test, claim: &Claim, by: &str, (own, me): (&str, &str)) -> bool {
    let mine = !own.is_empty() && claim.team_id == own;
    let word = test.words().any(|word| match word {
        "any" => true,
        "us" => mine,
        "me" => mine && by == me,
        _ => false,
    });
    let name = by.to_lowercase();
    let named =
        |text: &str| claim.team.eq_ignore_ascii_case(text) || name.contains(&text.to_lowercase());
    word || test.texts().any(named)
}
