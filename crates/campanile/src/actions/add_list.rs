//! Registers a list.

use campanile_core::model::address::EmailAddress;
use campanile_core::model::condition::Condition;
use campanile_core::model::list::{Disposition, Policy};
use serde_json::json;

use super::{Actor, Done, finish, parsed};
use crate::app::App;
use crate::error::{Error, Result};
use crate::printable::printable;
use crate::store::lists::{self, List};
use crate::store::{settings, teams};

/// Longest freshness window: a year. Older signatures say nothing about today.
const FRESHNESS_SECONDS_MAX: i64 = 366 * 24 * 3600;

/// Most steps about silence: who is reminded more often reads none.
const STEPS_MAX: usize = 20;
/// The latest step, in minutes: a week.
const STEP_MINUTES_MAX: u32 = 7 * 24 * 60;

/// Registers a list, with the default policy unless one is given as TOML.
///
/// # Errors
/// A value breaks a rule, or name or address is taken by a list or a team.
pub async fn add_list(
    app: &App,
    actor: Actor<'_>,
    name: &str,
    address: &str,
    policy: Option<&str>,
) -> Result<List> {
    let now = app.now();
    let address: EmailAddress = parsed(address, "the address is where mail for the list goes")?;
    let list = List {
        id: app.new_id(now),
        name: parsed(name, "the name stands in subjects, like [alert]")?,
        address,
        policy: policy.map(parse_policy).transpose()?.unwrap_or_default(),
        created_at: now,
    };
    let mut write = settings::begin_registry_change(&app.db).await?;
    if lists::by_name(&mut write, &list.name).await?.is_some() {
        return Err(Error::conflict(format!("there is a list `{name}` already"))
            .hint(format!("`campanile list show {name}` shows it")));
    }
    if let Some(other) = lists::owner_of_address(&mut write, &list.address).await? {
        return Err(Error::conflict(format!("{} belongs to the list {other}", list.address))
            .hint("every list has an address of its own"));
    }
    if let Some(team) = teams::owner_of_address(&mut write, &list.address).await? {
        return Err(Error::conflict(format!("{} belongs to the team {team}", list.address))
            .hint("a list needs an address that no team reads"));
    }
    lists::insert(&mut write, &list).await?;
    let detail = json!({ "address": list.address, "policy": list.policy });
    let object = list.name.as_str();
    finish(&app.secret, write, now, Done { actor, action: "list.add", object, detail }).await?;
    Ok(list)
}

/// Reads a policy that an operator wrote.
///
/// # Errors
/// No TOML, an unknown condition, or an answer that a policy may not give.
pub fn parse_policy(text: &str) -> Result<Policy> {
    let policy: Policy = toml::from_str(text).map_err(|fault| {
        let start = fault.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        Error::invalid(format!("the policy, line {line}: {}", printable(fault.message())))
            .hint("a policy is `freshness_seconds = N` and [conditions] with `stale = \"hold\"`")
    })?;
    if !(1..=FRESHNESS_SECONDS_MAX).contains(&policy.freshness_seconds) {
        return Err(Error::invalid("the policy: freshness_seconds is not within a year")
            .hint("604800 is a week, the default"));
    }
    let steps = policy.alerts.steps();
    if steps.len() > STEPS_MAX || steps.iter().any(|(minutes, _)| *minutes > STEP_MINUTES_MAX) {
        return Err(Error::invalid("the policy: [alerts] has too many steps, or too late ones")
            .hint(format!("up to {STEPS_MAX} steps within {STEP_MINUTES_MAX} minutes")));
    }
    for (condition, chosen) in &policy.conditions {
        refuse_waiver(*condition, *chosen)?;
    }
    Ok(policy)
}

/// The verdict would ignore such an answer; the operator should know now.
fn refuse_waiver(condition: Condition, chosen: Disposition) -> Result<()> {
    if condition.waivable() || chosen > Disposition::Hold {
        return Ok(());
    }
    let names = Condition::ALL.iter().filter(|c| c.waivable()).map(|c| c.name());
    let names: Vec<_> = names.collect();
    Err(Error::invalid(format!("the policy: `{condition}` can only be refused or discarded"))
        .hint(format!("accept and hold are possible for {}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_that_waives_the_signature_is_refused() {
        let error = parse_policy("[conditions]\nnot-signed = \"accept\"\n").unwrap_err();
        assert!(error.public().contains("not-signed"), "{error}");
        assert!(parse_policy("[conditions]\nnot-signed = \"discard\"\n").is_ok());
        assert!(parse_policy("[conditions]\nstale = \"hold\"\n").is_ok());
    }

    #[test]
    fn steps_beyond_all_measure_are_refused() {
        assert!(parse_policy("[alerts]\nremind_after_minutes = [30, 60]").is_ok());
        assert!(parse_policy("[alerts]\ncall_after_minutes = 20000").is_err());
        let many: Vec<_> = (0..21).collect();
        assert!(parse_policy(&format!("[alerts]\nremind_after_minutes = {many:?}")).is_err());
        assert!(parse_policy("[alerts]\nformat = \"word\"").is_err());
    }

    #[test]
    fn mistakes_in_a_policy_are_named_with_their_line() {
        let error = parse_policy("freshness_seconds = 60\n[conditions]\nstail = \"hold\"\n");
        assert!(error.unwrap_err().public().contains("line 3"));
        assert!(parse_policy("freshness_seconds = 0").is_err());
        assert!(parse_policy("freshness_second = 60").is_err());
    }

    #[test]
    fn policy_reads_back_from_its_stored_text() {
        let policy = parse_policy("[conditions]\nstale = \"hold\"\ninline = \"refuse\"").unwrap();
        assert_eq!(parse_policy(&lists::policy_text(&policy).unwrap()).unwrap(), policy);
    }
}
