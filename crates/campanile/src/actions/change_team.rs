//! Changes what is on record about a team: name, addresses, telephone, and the rest.

use campanile_core::authz::Action;
use campanile_core::gateway::network::Network;
use campanile_core::model::membership::Directory;
use campanile_core::model::team::Standing;
use serde_json::json;

use super::add_team::{addresses, name, phone, refuse_alike, refuse_taken};
use super::notice::{Notice, known_list, row};
use super::{Actor, Done, Outcome, finish, managed_team, parsed, permit};
use crate::app::App;
use crate::error::Result;
use crate::store::teams::{self, Team};
use crate::store::{Write, deliveries, membership, settings};

/// What is changed; `None` leaves it as it is, an empty text removes it.
#[derive(Debug, Default)]
pub struct TeamChange {
    /// Full name.
    pub name: Option<String>,
    /// Domain.
    pub fqdn: Option<String>,
    /// How it came to the network; for the operator to say.
    pub standing: Option<String>,
    /// Addresses, all of them; the first is where copies go.
    pub emails: Option<Vec<String>>,
    /// Telephone.
    pub phone: Option<String>,
    /// Telefax.
    pub fax: Option<String>,
    /// The record.
    pub directory: Option<Directory>,
}

/// Changes the entry of a team. When its addresses change, copies that wait go to the new one, and
/// the old one is told.
///
/// # Errors
/// A value breaks a rule, an address is taken, the name looks like another team's, or the team is
/// not the actor's to speak for.
pub async fn change_team(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    change: TeamChange,
) -> Result<Outcome> {
    let now = app.now();
    let network = app.network().await?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let old = managed_team(&mut write, actor, handle).await?;
    if let (Actor::Member(by), true) = (actor, change.standing.is_some()) {
        permit(by, Action::Operate)?;
    }
    let record = membership::of_team(&mut write, &old.id).await?.directory;
    let directory = change.directory.clone().unwrap_or_else(|| record.clone());
    let new = changed(&old, change)?;
    if new == old && directory == record {
        return Ok(Outcome::Unchanged);
    }
    let new = Team { changed_at: now, ..new };
    for address in &new.emails {
        refuse_taken(&mut write, address, Some(&new.handle)).await?;
    }
    if new.name != old.name {
        refuse_alike(&mut write, &new.handle, &new.name).await?;
    }
    teams::update(&mut write, &new).await?;
    membership::set_record(&mut write, &new.id, &directory).await?;
    if new.emails != old.emails {
        if let (Some(before), Some(after)) = (old.emails.first(), new.emails.first()) {
            let (before, after) = (before.as_str(), after.as_str());
            deliveries::readdress(&mut write, &new.id, before, after, now).await?;
        }
        tell(app, &network, &mut write, &old).await?;
    }
    let detail = json!({ "changed": differences(&old, &new, &record, &directory) });
    let object = new.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.change", object, detail }).await?;
    app.queued.notify_waiters();
    Ok(Outcome::Changed)
}

fn changed(old: &Team, change: TeamChange) -> Result<Team> {
    let number = |old: &Option<String>, new: Option<String>| match new.as_deref().map(str::trim) {
        None => Ok(old.clone()),
        Some("") => Ok(None),
        Some(text) => phone(text).map(Some),
    };
    Ok(Team {
        name: match change.name {
            // One from before today's rules may stay.
            Some(text) if text != old.name => name(&text)?,
            _ => old.name.clone(),
        },
        fqdn: match change.fqdn {
            Some(text) => parsed(&text, "--fqdn is the domain of the team")?,
            None => old.fqdn.clone(),
        },
        standing: match change.standing {
            Some(text) => parsed::<Standing>(&text, "--standing says how the team came here")?,
            None => old.standing,
        },
        emails: match change.emails {
            Some(texts) => addresses(&texts)?,
            None => old.emails.clone(),
        },
        phone: number(&old.phone, change.phone)?,
        fax: number(&old.fax, change.fax)?,
        ..old.clone()
    })
}

/// Names of the fields that differ; the log of actions holds no more than that.
fn differences(old: &Team, new: &Team, record: &Directory, directory: &Directory) -> Vec<String> {
    let fields = [
        ("name", old.name != new.name),
        ("fqdn", old.fqdn != new.fqdn),
        ("standing", old.standing != new.standing),
        ("emails", old.emails != new.emails),
        ("phone", old.phone != new.phone),
        ("fax", old.fax != new.fax),
    ];
    let mut names: Vec<String> =
        fields.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).into()).collect();
    names.extend(directory.differences(record).into_iter().map(|(name, _, _)| name.to_owned()));
    names
}

/// # Security
/// Whoever gets hold of a login could have all copies sent elsewhere: sealed, but gone. The old
/// address hears of it.
async fn tell(app: &App, network: &Network, write: &mut Write, old: &Team) -> Result<()> {
    let Some(list) = known_list(network, &old.id) else { return Ok(()) };
    let Some(address) = old.emails.first() else { return Ok(()) };
    let text = "The addresses that your team has registered with this network were changed. Mail \
                of the lists goes to the new ones from now on.\n\nIf your team has not asked for \
                this, please call the operator of the network at once.\n";
    let notice = Notice {
        team_id: &old.id,
        recipient: address.as_str(),
        kind: "warning",
        subject: "The addresses of your team were changed",
        text,
    };
    let row = row(app, list, &notice);
    deliveries::insert_all(write, &row.id, &list.id, app.now(), std::slice::from_ref(&row)).await
}
