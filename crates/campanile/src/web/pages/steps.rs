//! What was done about the silence of teams, as the page of an alert shows it: one row per step and
//! result, with its teams.

use crate::app::boards::StepTaken;
use crate::web::layout::At;

/// Teams that are named in one row; the board has them all.
const NAMED_MAX: usize = 12;

/// One step with one result.
pub(super) struct Taken {
    pub(super) at: At,
    pub(super) what: String,
    pub(super) tone: &'static str,
    pub(super) result: &'static str,
    pub(super) teams: String,
}

/// The steps as rows, oldest first.
pub(super) fn taken(steps: &[StepTaken]) -> Vec<Taken> {
    let mut groups: Vec<(&StepTaken, Vec<&str>)> = Vec::new();
    for step in steps {
        let same = |(first, _): &&mut (&StepTaken, _)| {
            (&first.step, &first.state) == (&step.step, &step.state)
        };
        match groups.iter_mut().find(same) {
            Some((_, teams)) => teams.push(&step.team),
            None => groups.push((step, vec![&step.team])),
        }
    }
    let row = |(first, teams): (&StepTaken, Vec<&str>)| {
        let (result, tone) = result(&first.state);
        Taken { at: At(first.at), what: what(&first.step), tone, result, teams: named(&teams) }
    };
    groups.into_iter().map(row).collect()
}

/// `remind-30` in words.
fn what(step: &str) -> String {
    let (kind, minutes) = step.rsplit_once('-').unwrap_or((step, ""));
    match kind {
        "remind" => format!("reminder after {minutes} min"),
        "remind-by-hand" => "reminder by hand".to_owned(),
        "call" => format!("put on the calling list after {minutes} min"),
        "page" => format!("telephone paged after {minutes} min"),
        _ => step.to_owned(),
    }
}

fn result(state: &str) -> (&'static str, &'static str) {
    match state {
        "done" => ("done", "good"),
        "begun" => ("begun, no result known", "warn"),
        "failed" => ("failed", "bad"),
        "skipped" => ("passed over, a later step was due", "plain"),
        "no-key" => ("no usable key", "bad"),
        "no-phone" => ("no telephone registered", "bad"),
        _ => ("not known", "warn"),
    }
}

fn named(teams: &[&str]) -> String {
    let some: Vec<_> = teams.iter().take(NAMED_MAX).copied().collect();
    match teams.len() - some.len() {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use campanile_core::model::time::Timestamp;

    use super::*;

    fn step(step: &str, team: &str, state: &str) -> StepTaken {
        let (step, team, state) = (step.into(), team.into(), state.into());
        StepTaken { step, team, at: Timestamp::from_seconds(0), state }
    }

    #[test]
    fn steps_are_told_by_result_with_their_teams() {
        let rows = taken(&[
            step("remind-30", "BRAVO", "done"),
            step("remind-30", "CHARLIE", "done"),
            step("remind-30", "DELTA", "no-key"),
            step("page-90", "BRAVO", "failed"),
        ]);
        let told: Vec<_> =
            rows.iter().map(|row| format!("{}: {}: {}", row.what, row.result, row.teams)).collect();
        assert_eq!(
            told,
            [
                "reminder after 30 min: done: BRAVO, CHARLIE",
                "reminder after 30 min: no usable key: DELTA",
                "telephone paged after 90 min: failed: BRAVO",
            ]
        );
    }

    #[test]
    fn many_teams_are_counted() {
        let many: Vec<_> = (0..15).map(|n| step("call-60", &format!("T{n}"), "done")).collect();
        assert!(taken(&many)[0].teams.ends_with("T11 and 3 more"));
    }
}
