//! Names that are offered while somebody types a query: those that the viewer sees anyway.

use std::collections::BTreeSet;

use campanile_core::authz::{Action, Viewer, may};

use super::App;
use super::groups::Why;
use super::search::CLAIMS_MAX;
use crate::error::Result;
use crate::store::advisories::{group_states, index};
use crate::store::sealed;

/// Advisories whose issuers are offered, newest first: who has been silent for longer is typed.
const NEWEST: i64 = 2_000;

/// Names for fields that take any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Who issues advisories.
    pub issuers: Vec<String>,
    /// Who is at groups now: people and teams.
    pub claimants: Vec<String>,
}

impl App {
    /// The names that a viewer may be offered.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn names(&self, viewer: &Viewer) -> Result<Names> {
        if !may(viewer, Action::SeeAdvisories) {
            return Ok(Names::default());
        }
        let mut read = self.db.read_snapshot().await?;
        let issuers = index::issuers(&mut read, NEWEST).await?;
        let mut claimants = BTreeSet::new();
        for claim in group_states::all_claims(&mut read, viewer, self.now(), CLAIMS_MAX).await? {
            let why: Why = self.vault.open_json(sealed::GROUP_CLAIM, &claim.id, &claim.sealed)?;
            claimants.extend([why.by, claim.team]);
        }
        Ok(Names { issuers, claimants: claimants.into_iter().collect() })
    }
}
