//! Reminds teams to confirm their contact data: sealed where that is possible, else without
//! content.

use campanile_core::gateway::network::Network;
use serde_json::json;

use super::notice::{Notice, known_list, row};
use super::{Actor, Done, OwnMail, finish, seal_own_mail};
use crate::app::App;
use crate::error::Result;
use crate::store::membership::Membership;
use crate::store::teams::Team;
use crate::store::{Write, deliveries, membership, teams};

/// Reminds every active team whose confirmation ends within two weeks, or has ended, once every
/// two weeks. Returns how many.
///
/// # Errors
/// The database fails; who was reminded by then is not reminded again.
pub async fn remind_contact_data(app: &App) -> Result<usize> {
    let now = app.now();
    let mut read = app.db.read_snapshot().await?;
    let all = teams::all(&mut read).await?;
    let mut records = membership::all(&mut read).await?;
    drop(read);
    let network = app.network().await?;
    let mut count = 0;
    for team in all.iter().filter(|team| team.state.capabilities().receive) {
        let at = records.iter().position(|(id, _)| *id == team.id);
        let record = at.map(|at| records.swap_remove(at).1).unwrap_or_default();
        if record.confirmation(team.created_at).remind(record.reminded_at, now) {
            count += usize::from(remind(app, &network, team, &record).await?);
        }
    }
    Ok(count)
}

async fn remind(app: &App, network: &Network, team: &Team, record: &Membership) -> Result<bool> {
    let now = app.now();
    let text = text(app, team, record);
    let mail = OwnMail {
        team_id: &team.id,
        kind: "reminder",
        subject: "Please confirm the contact data of your team",
        text: &text,
        attachments: &[],
        list_id: None,
    };
    let sealed = seal_own_mail(app, &mail).await?;
    let mut write = app.db.begin_write().await?;
    // Another node may have been quicker.
    let latest = membership::of_team(&mut write, &team.id).await?;
    if !latest.confirmation(team.created_at).remind(latest.reminded_at, now) {
        sealed.iter().for_each(|mail| mail.forget(app));
        return Ok(false);
    }
    membership::set_reminded(&mut write, &team.id, now).await?;
    match &sealed {
        Some(mail) => mail.queue(&mut write, now).await?,
        None => bare(app, network, &mut write, team).await?,
    }
    let detail = json!({ "sealed": sealed.is_some() });
    let object = team.handle.as_str();
    let done = Done { actor: Actor::Gateway, action: "team.confirm.remind", object, detail };
    finish(&app.secret, write, now, done).await?;
    app.queued.notify_waiters();
    Ok(true)
}

/// The entry as the network has it, to be looked at.
fn text(app: &App, team: &Team, record: &Membership) -> String {
    let until = record.confirmation(team.created_at).until;
    let emails: Vec<_> = team.emails.iter().map(ToString::to_string).collect();
    let none = || "none".to_owned();
    let mut lines = vec![
        ("name", team.name.clone()),
        ("addresses", emails.join(", ")),
        ("phone", team.phone.clone().unwrap_or_else(none)),
        ("fax", team.fax.clone().unwrap_or_else(none)),
    ];
    lines.extend(record.directory.lines());
    let lines: String = lines.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
    format!(
        "The contact data of {} were last confirmed four months ago, or will have been on {until}. \
         When mail does not arrive, other teams call the numbers below. Are they still right?\n\n\
         {lines}\nTo confirm or change them, a representative of your team opens\n\n  \
         {}/teams/{}\n\nor the operator of the network does it for you.\n",
        team.handle,
        app.config.public_url(),
        team.handle
    )
}

/// Nothing of the entry goes out unsealed.
async fn bare(app: &App, network: &Network, write: &mut Write, team: &Team) -> Result<()> {
    let (Some(list), Some(address)) = (known_list(network, &team.id), team.emails.first()) else {
        return Ok(());
    };
    let text = format!(
        "Please look at the entry of your team in this network and confirm it: it was last \
         confirmed four months ago. A representative of your team opens\n\n  {}/teams/{}\n\nor \
         calls the operator. What is on record is not in this mail, because none of your keys \
         can be used to seal it: please register a new one as well.\n",
        app.config.public_url(),
        team.handle
    );
    let notice = Notice {
        team_id: &team.id,
        recipient: address.as_str(),
        kind: "warning",
        subject: "Please confirm the entry of your team",
        text: &text,
    };
    let row = row(app, list, &notice);
    deliveries::insert_all(write, &row.id, &list.id, app.now(), std::slice::from_ref(&row)).await
}
