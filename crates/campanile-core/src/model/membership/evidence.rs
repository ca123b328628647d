//! What speaks for a team: what others have found out about it.

use serde::{Deserialize, Serialize};

use super::Day;
use crate::model::team::{Standing, named};

/// Who says what about a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// Listed by Trusted Introducer.
    TiListed,
    /// Accredited by Trusted Introducer.
    TiAccredited,
    /// Certified by Trusted Introducer.
    TiCertified,
    /// Member of FIRST.
    FirstMember,
    /// Liaison of FIRST.
    FirstLiaison,
    /// Partner of the project: a contract says so.
    Partner,
    /// Admitted as a liaison by the management of the network.
    Liaison,
}

named!(
    EvidenceKind,
    "kind of evidence",
    TiListed = "ti-listed",
    TiAccredited = "ti-accredited",
    TiCertified = "ti-certified",
    FirstMember = "first-member",
    FirstLiaison = "first-liaison",
    Partner = "partner",
    Liaison = "liaison"
);

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who says what.
    pub kind: EvidenceKind,
    /// Since when it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// Where it can be seen: an address of a page, a file, a letter.
    #[serde(default)]
    pub reference: String,
}

impl EvidenceKind {
    /// Whether it bears out a standing; certified teams are accredited, accredited ones listed.
    pub fn supports(self, standing: Standing) -> bool {
        match standing {
            Standing::Partner => self == Self::Partner,
            Standing::Liaison => self == Self::Liaison,
            Standing::Certified => self == Self::TiCertified,
            Standing::Accredited => matches!(self, Self::TiAccredited | Self::TiCertified),
            Standing::Listed => {
                matches!(self, Self::TiListed | Self::TiAccredited | Self::TiCertified)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_step_bears_out_a_lower_one_and_not_the_other_way() {
        assert!(EvidenceKind::TiCertified.supports(Standing::Accredited));
        assert!(EvidenceKind::TiAccredited.supports(Standing::Listed));
        assert!(!EvidenceKind::TiListed.supports(Standing::Accredited));
        assert!(!EvidenceKind::TiAccredited.supports(Standing::Certified));
    }

    #[test]
    fn membership_elsewhere_makes_no_standing_here() {
        let all = Standing::ALL.iter().copied();
        assert!(all.clone().all(|standing| !EvidenceKind::FirstMember.supports(standing)));
        assert!(all.filter(|standing| EvidenceKind::Partner.supports(*standing)).count() == 1);
    }
}
