//! Registers a person of a team.

use campanile_core::model::address::EmailAddress;
use campanile_core::model::person::{PersonState, Role};
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::{Actor, Done, find_team, finish, parsed};
use crate::app::App;
use crate::error::{Error, Result};
use crate::printable::acts;
use crate::store::people::{self, Person};
use crate::store::teams::Team;
use crate::store::{Connection, lists, settings, teams};

/// Longest name of a person, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// A person to be.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// Handle of the team.
    pub team: String,
    /// Full name.
    pub name: String,
    /// Its own address.
    pub email: String,
    /// What it does in the team; an officer unless said otherwise.
    pub role: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
}

/// Registers a person. That alone opens nothing: `ca issue` gives it a certificate.
///
/// # Errors
/// A value breaks a rule, or the address belongs to somebody else.
pub async fn add_person(app: &App, actor: Actor<'_>, new: &NewPerson) -> Result<Person> {
    let now = app.now();
    let role = new.role.as_deref().unwrap_or(Role::Officer.name());
    let role = person_role(parsed(role, "officer is what most people of a team are")?)?;
    let phone = new.phone.as_deref().map(super::add_team::phone).transpose()?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = find_team(&mut write, &new.team).await?;
    let person = Person {
        id: app.new_id(now),
        team_id: team.id.clone(),
        name: person_name(&new.name)?,
        email: person_address(&mut write, Some(&team), &new.email).await?,
        role,
        phone,
        state: PersonState::Active,
        created_at: now,
        changed_at: now,
    };
    refuse_twice(&mut write, &team, &person).await?;
    people::insert(&mut write, &person).await?;
    let detail = json!({ "person": person.id, "role": person.role });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "person.add", object, detail }).await?;
    Ok(person)
}

/// Tools and operators are no people of a team.
pub(super) fn person_role(role: Role) -> Result<Role> {
    match role {
        Role::Operator | Role::Service => Err(Error::invalid(format!(
            "a person of a team cannot be {role}"
        ))
        .hint("one of representative, officer, reader, observer; `ca issue` makes the others")),
        _ => Ok(role),
    }
}

/// Reads a name.
pub(super) fn person_name(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    match (1..=NAME_CHARACTERS_MAX).contains(&length) && !text.chars().any(acts) {
        true => Ok(text.into()),
        false => Err(Error::invalid("this is no name of a person or tool")
            .hint("a name has 1 to 200 characters, without control characters")),
    }
}

/// Reads an address that may be certified for people of this team (operators have none): not one
/// of another team or its people, nor of a list.
pub(super) async fn person_address(
    connection: &mut Connection,
    team: Option<&Team>,
    text: &str,
) -> Result<EmailAddress> {
    let address: EmailAddress = parsed(text, "give the person's own plain mail address")?;
    let own = |other: &str| team.is_some_and(|team| team.handle.as_str() == other);
    let taken = |owner: String| {
        Error::conflict(format!("the address {address} belongs to {owner}"))
            .hint("every team and its people have addresses of their own")
    };
    if let Some(list) = lists::owner_of_address(connection, &address).await? {
        return Err(taken(format!("the list {list}")));
    }
    if let Some(other) = teams::owner_of_address(connection, &address).await?
        && !own(&other)
    {
        return Err(taken(format!("the team {other}")));
    }
    let people = people::all(connection).await?;
    let team_id = team.map(|team| team.id.as_str());
    let elsewhere = |person: &&Person| {
        person.state == PersonState::Active
            && Some(person.team_id.as_str()) != team_id
            && person.email.same_mailbox(&address)
    };
    match people.iter().find(elsewhere) {
        Some(_) => Err(taken("a person of another team".into())),
        None => Ok(address),
    }
}

async fn refuse_twice(connection: &mut Connection, team: &Team, person: &Person) -> Result<()> {
    let known = people::of_team(connection, &team.id).await?;
    let same = |other: &Person| {
        other.state == PersonState::Active && other.email.same_mailbox(&person.email)
    };
    match known.iter().any(same) {
        true => Err(Error::conflict(format!(
            "{} has a person with the address {} already",
            team.handle, person.email
        ))
        .hint(format!("`campanile person list {}` shows its people", team.handle))),
        false => Ok(()),
    }
}

/// The active person of a team that a user means, by name or address.
pub(super) async fn find_person(
    connection: &mut Connection,
    team: &Team,
    text: &str,
) -> Result<Option<Person>> {
    let people = people::of_team(connection, &team.id).await?;
    let active = people.into_iter().filter(|person| person.state == PersonState::Active);
    let named = |person: &Person| {
        person.id == text
            || person.name.to_lowercase() == text.trim().to_lowercase()
            || person.email.as_str().eq_ignore_ascii_case(text.trim())
    };
    let mut found: Vec<_> = active.filter(named).collect();
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(Error::conflict(format!("{} has several people with this name", team.handle))
            .hint("name the person by its address")),
    }
}

/// A person that is made with its first certificate.
pub(super) fn person(
    app: &App,
    team: &Team,
    name: &str,
    email: EmailAddress,
    role: Role,
    now: Timestamp,
) -> Person {
    Person {
        id: app.new_id(now),
        team_id: team.id.clone(),
        name: name.to_owned(),
        email,
        role,
        phone: None,
        state: PersonState::Active,
        created_at: now,
        changed_at: now,
    }
}
