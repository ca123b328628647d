//! Registers a team. The operator's word is enough: it is active at once.

use campanile_core::model::address::EmailAddress;
use campanile_core::model::fqdn::Fqdn;
use campanile_core::model::team::{Handle, Standing, TeamState};
use campanile_core::model::team_name::{self, Names};
use serde_json::json;

use super::{Actor, Done, finish, parsed};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::teams::{self, Team};
use crate::store::{Write, lists, settings};

/// Most addresses of one team: a team has one or two.
const ADDRESSES_MAX: usize = 20;
/// Longest telephone number with remarks, in characters.
const PHONE_CHARACTERS_MAX: usize = 64;

/// A team to be, as typed.
#[derive(Debug, Default)]
pub struct NewTeam {
    /// Short name.
    pub handle: String,
    /// Full name.
    pub name: String,
    /// Addresses; the first is where copies go.
    pub emails: Vec<String>,
    /// Domain.
    pub fqdn: String,
    /// How it comes to the network; `listed` when not given.
    pub standing: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Telefax.
    pub fax: Option<String>,
}

/// Registers a team, active at once.
///
/// # Errors
/// A value breaks a rule, handle or an address is taken by a team or a list, or handle or name look
/// like those of another team.
pub async fn add_team(app: &App, actor: Actor<'_>, new: NewTeam) -> Result<Team> {
    let team = checked(app, new)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    if let Some(other) = teams::by_handle(&mut write, &team.handle).await? {
        return Err(Error::conflict(format!("there is a team `{}` already", other.handle))
            .hint("handles differ by more than letter case; choose another with --handle"));
    }
    for address in &team.emails {
        refuse_taken(&mut write, address, None).await?;
    }
    refuse_alike(&mut write, &team.handle, &team.name).await?;
    teams::insert(&mut write, &team).await?;
    let detail = json!({
        "name": team.name,
        "emails": team.emails,
        "fqdn": team.fqdn,
        "standing": team.standing,
        "state": team.state,
    });
    let object = team.handle.as_str();
    let done = Done { actor, action: "team.add", object, detail };
    finish(&app.secret, write, team.created_at, done).await?;
    Ok(team)
}

/// Refuses an address of another team than `own`, or of a list.
///
/// # Security
/// An address that two teams share would let one post in the name of the other; a list that is
/// a member of a list is a loop.
pub(super) async fn refuse_taken(
    write: &mut Write,
    address: &EmailAddress,
    own: Option<&Handle>,
) -> Result<()> {
    let own = |team: &str| own.is_some_and(|own| own.as_str().eq_ignore_ascii_case(team));
    if let Some(team) = teams::owner_of_address(write, address).await?.filter(|team| !own(team)) {
        return Err(Error::conflict(format!("the address {address} belongs to the team {team}"))
            .hint("every address belongs to one team"));
    }
    if let Some(list) = lists::owner_of_address(write, address).await? {
        return Err(Error::conflict(format!("{address} is the address of the list {list}"))
            .hint("give an address where the team reads its mail"));
    }
    Ok(())
}

/// Refuses a handle and a name that can be taken for those of another team, whatever became of it.
///
/// # Security
/// The name stands beside what a team says. Teams that have left stay on record with what they have
/// said, and nobody else gets to say it.
pub(super) async fn refuse_alike(write: &mut Write, handle: &Handle, name: &str) -> Result<()> {
    let mut names = Names::default();
    for team in teams::all(write).await? {
        names.add(&team.handle, &team.name);
    }
    for (what, text) in [("short name", handle.as_str()), ("name", name)] {
        if let Some(other) = names.alike(text, handle) {
            return Err(alike(what, other));
        }
    }
    Ok(())
}

pub(super) fn alike(what: &str, other: &Handle) -> Error {
    let text = format!("the {what} can be taken for one of the team {other}");
    Error::conflict(text).hint(
        "names differ by more than letter case, accents, blanks, signs and letters that look alike",
    )
}

fn checked(app: &App, new: NewTeam) -> Result<Team> {
    let now = app.now();
    let standing = match new.standing.as_deref() {
        None => Standing::Listed,
        Some(text) => parsed(text, "--standing says how the team came to the network")?,
    };
    let fqdn: Fqdn = parsed(&new.fqdn, "--fqdn is the domain of the team")?;
    Ok(Team {
        id: app.new_id(now),
        handle: parsed(&new.handle, "--handle is the short name, like DFN-CERT")?,
        name: name(&new.name)?,
        fqdn,
        standing,
        state: TeamState::Active,
        emails: addresses(&new.emails)?,
        phone: new.phone.as_deref().map(phone).transpose()?,
        fax: new.fax.as_deref().map(phone).transpose()?,
        created_at: now,
        changed_at: now,
    })
}

pub(super) fn name(text: &str) -> Result<String> {
    team_name::check(text).map_err(|refused| {
        Error::invalid(format!("this is no name for a team: {refused}"))
            .hint("--name takes letters, digits and signs like - . ' ( ) & / in plain forms")
    })?;
    Ok(text.to_owned())
}

pub(super) fn addresses(texts: &[String]) -> Result<Vec<EmailAddress>> {
    let mut addresses: Vec<EmailAddress> = Vec::new();
    for text in texts {
        let address: EmailAddress =
            parsed(text, "--email takes one plain address and may be repeated")?;
        if addresses.iter().any(|other| other.same_mailbox(&address)) {
            return Err(Error::invalid(format!("the address {address} was given twice"))
                .hint("give every --email once"));
        }
        addresses.push(address);
    }
    match (1..=ADDRESSES_MAX).contains(&addresses.len()) {
        true => Ok(addresses),
        false => Err(Error::invalid("a team has between 1 and 20 addresses")
            .hint("the first --email is where copies go, the others may post as well")),
    }
}

pub(super) fn phone(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-()/., ".contains(c);
    let digit = text.chars().any(|c| c.is_ascii_digit());
    match (1..=PHONE_CHARACTERS_MAX).contains(&length) && digit && text.chars().all(plain) {
        true => Ok(text.into()),
        false => Err(Error::invalid("this is no telephone number")
            .hint("write it like \"+49 40 808077-555\", with at most 64 characters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_number_has_digits_and_little_else() {
        assert!(phone("+49 40 808077-555 (24/7)").is_ok());
        for text in ["", "call us", "12\n3", "1;2", &"1".repeat(65)] {
            assert!(phone(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn address_given_twice_is_refused_whatever_its_case() {
        let texts = ["cert@a.example".to_owned(), "CERT@A.example".to_owned()];
        assert!(addresses(&texts).is_err());
        assert!(addresses(&[]).is_err());
    }
}
