//! The case of an applicant: what is there, what is missing, when it is decided without a person.

use serde::{Deserialize, Serialize};

use super::EvidenceKind;
use crate::model::team::{Standing, named};

/// How many active teams vouch for an applicant.
pub const SPONSORS_MIN: usize = 2;
/// After so many rejections in a row, another application has to say what has changed.
pub const REJECTIONS_IN_A_ROW_MAX: usize = 3;

/// Where an application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationState {
    /// Filed; sponsors and objections are heard.
    Waiting,
    /// The applicant is a team of the network.
    Admitted,
    /// It is not.
    Rejected,
    /// The applicant has changed its mind.
    Withdrawn,
}

named!(
    ApplicationState,
    "state of an application",
    Waiting = "waiting",
    Admitted = "admitted",
    Rejected = "rejected",
    Withdrawn = "withdrawn"
);

/// What a team of the network says about an applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// It vouches for it.
    Support,
    /// It objects.
    Objection,
}

named!(Voice, "voice", Support = "support", Objection = "objection");

/// What a sponsor attests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statement {
    /// We have met people of the team in person more than once.
    MetInPerson,
    /// We have worked on incidents with the team.
    WorkedTogether,
    /// We trust the team to act on an alert.
    TrustToAct,
    /// We have compared the fingerprint of the team's key with the team itself.
    KeyChecked,
}

named!(
    Statement,
    "statement of a sponsor",
    MetInPerson = "met-in-person",
    WorkedTogether = "worked-together",
    TrustToAct = "trust-to-act",
    KeyChecked = "key-checked"
);

impl Statement {
    /// The statement as a sponsor signs it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::MetInPerson => "We have met people of this team in person more than once.",
            Self::WorkedTogether => "We have worked on incidents with this team.",
            Self::TrustToAct => "We trust this team to act on an alert and to keep it to itself.",
            Self::KeyChecked => "We have compared its fingerprint with the team itself.",
        }
    }
}

/// What is known of an applicant.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// How it wants to come to the network.
    pub standing: Standing,
    /// What speaks for it.
    pub evidence: &'a [EvidenceKind],
    /// How many teams vouch for it that are active now.
    pub sponsors: usize,
    /// It has accepted the code of conduct in the version that holds.
    pub conduct_accepted: bool,
    /// One of its keys can encrypt now.
    pub usable_key: bool,
}

/// What an applicant needs before it is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// Evidence for its standing.
    Evidence,
    /// Two active teams that vouch for it.
    Sponsors,
    /// The code of conduct, signed.
    Conduct,
    /// A key or certificate that mail can be sealed with.
    Key,
}

impl Requirement {
    /// What it is, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Evidence => "evidence for the standing it asks for",
            Self::Sponsors => "two active teams that vouch for it",
            Self::Conduct => "the code of conduct signed in the version that holds",
            Self::Key => "a key or certificate that mail can be sealed with",
        }
    }
}

/// Every requirement of an applicant, and whether it is met.
///
/// A liaison is admitted by the management, which needs no sponsors. Objections are heard, and
/// weighed by whoever decides: they are no requirement.
pub fn requirements(case: &Case<'_>) -> Vec<(Requirement, bool)> {
    let supports = |kind: &EvidenceKind| kind.supports(case.standing);
    let mut all = vec![(Requirement::Evidence, case.evidence.iter().any(supports))];
    if case.standing != Standing::Liaison {
        all.push((Requirement::Sponsors, case.sponsors >= SPONSORS_MIN));
    }
    all.push((Requirement::Conduct, case.conduct_accepted));
    all.push((Requirement::Key, case.usable_key));
    all
}

/// Whether an application is rejected without being heard: the ones before it were, and nothing
/// has changed. `earlier`: the states of the applicant's former applications, oldest first.
pub fn rejected_at_once(earlier: &[ApplicationState], changed_circumstances: bool) -> bool {
    // What was withdrawn was not judged.
    let judged = earlier.iter().rev().filter(|state| **state != ApplicationState::Withdrawn);
    let row = judged.take_while(|state| **state == ApplicationState::Rejected).count();
    row >= REJECTIONS_IN_A_ROW_MAX && !changed_circumstances
}

#[cfg(test)]
mod tests {
    use super::ApplicationState::{Admitted, Rejected, Withdrawn};
    use super::*;

    fn case(standing: Standing, evidence: &[EvidenceKind]) -> Case<'_> {
        Case { standing, evidence, sponsors: 2, conduct_accepted: true, usable_key: true }
    }

    fn missing(case: &Case<'_>) -> Vec<Requirement> {
        requirements(case).into_iter().filter(|(_, met)| !met).map(|(what, _)| what).collect()
    }

    #[test]
    fn complete_case_misses_nothing() {
        let case = case(Standing::Accredited, &[EvidenceKind::TiAccredited]);
        assert_eq!(missing(&case), []);
    }

    #[test]
    fn every_requirement_is_missed_for_itself() {
        let good = case(Standing::Listed, &[EvidenceKind::TiListed]);
        let one = Case { sponsors: 1, ..good.clone() };
        assert_eq!(missing(&one), [Requirement::Sponsors]);
        let unsigned = Case { conduct_accepted: false, ..good.clone() };
        assert_eq!(missing(&unsigned), [Requirement::Conduct]);
        let keyless = Case { usable_key: false, ..good.clone() };
        assert_eq!(missing(&keyless), [Requirement::Key]);
        let unproven = Case { evidence: &[], ..good };
        assert_eq!(missing(&unproven), [Requirement::Evidence]);
    }

    #[test]
    fn liaison_needs_the_management_and_no_sponsors() {
        let liaison = Case { sponsors: 0, ..case(Standing::Liaison, &[EvidenceKind::Liaison]) };
        assert_eq!(missing(&liaison), []);
        let without = Case { evidence: &[EvidenceKind::TiListed], ..liaison };
        assert_eq!(missing(&without), [Requirement::Evidence]);
    }

    #[test]
    fn fourth_application_after_three_rejections_has_to_say_what_changed() {
        let three = [Rejected, Rejected, Withdrawn, Rejected];
        assert!(rejected_at_once(&three, false));
        assert!(!rejected_at_once(&three, true));
        assert!(!rejected_at_once(&[Rejected, Rejected], false));
        assert!(!rejected_at_once(&[Rejected, Admitted, Rejected, Rejected], false));
    }
}
