//! Keys end soon: tell their teams and the operator, once for each warning.

use campanile_core::gateway::network::{List, Network};
use campanile_core::model::address::EmailAddress;
use serde_json::json;

use super::notice::{Notice, known_list, row};
use super::{Actor, Done, finish};
use crate::app::{App, Expiring, Owner};
use crate::error::Result;
use crate::store::deliveries::{self, NewDelivery};
use crate::store::expiry;

/// Warns of what ends, as far as it was not warned of before. Returns how many warnings are new.
///
/// # Errors
/// When the database fails; nothing was remembered then, and nobody is told.
pub async fn warn_key_expiry(app: &App, expiring: &[Expiring]) -> Result<usize> {
    let now = app.now();
    let network = app.network().await?;
    let mut write = app.db.begin_write().await?;
    let mut new = Vec::new();
    for one in expiring {
        if expiry::remember(&mut write, &one.subject, one.end, one.days, now).await? {
            new.push(one);
        }
    }
    if new.is_empty() {
        return Ok(0);
    }
    let mut notices: Vec<_> = new.iter().filter_map(|one| to_team(app, &network, one)).collect();
    notices.extend(to_operator(app, &network, &new));
    for (list, row) in &notices {
        // It belongs to no message: it stands for itself.
        deliveries::insert_all(&mut write, &row.id, &list.id, now, std::slice::from_ref(row))
            .await?;
    }
    let warned = new.iter().map(|one| json!({ "subject": one.subject, "days": one.days }));
    let detail = json!({ "warned": warned.collect::<Vec<_>>(), "mails": notices.len() });
    let object = app.config.network.name.as_str();
    let done = Done { actor: Actor::Gateway, action: "key.warn", object, detail };
    finish(&app.secret, write, now, done).await?;
    for one in &new {
        let (owner, end) = (format!("{:?}", one.owner), one.end);
        tracing::warn!(what = one.what, owner, %end, days = one.days, "ends soon");
    }
    app.queued.notify_waiters();
    Ok(new.len())
}

fn to_team<'a>(app: &App, network: &'a Network, one: &Expiring) -> Option<(&'a List, NewDelivery)> {
    let (team_id, subject, text) = match &one.owner {
        Owner::Team(team_id, _) => (team_id, "A key of your team ends soon", key_text(one)),
        Owner::Login(team_id, _) => {
            (team_id, "A certificate of your team ends soon", login_text(one))
        }
        _ => return None,
    };
    let list = known_list(network, team_id)?;
    let team = network.teams.iter().find(|team| &team.id == team_id)?;
    let notice = Notice {
        team_id,
        recipient: team.addresses.first()?.as_str(),
        kind: "warning",
        subject,
        text: &text,
    };
    Some((list, row(app, list, &notice)))
}

fn login_text(one: &Expiring) -> String {
    format!(
        "A certificate with which your team logs in to the web pages of this network ends \
         soon:\n\n  {}\n  ends at {}\n\nFrom then on it opens nothing. Please ask the operator \
         of the network for the next one in time; both work until the first ends.\n\nThis \
         notice is sent 60, 30, 14, 7 days and one day before the end.\n",
        one.what, one.end
    )
}

fn key_text(one: &Expiring) -> String {
    format!(
        "A key that your team has registered ends soon:\n\n  {}\n  ends at {}\n\nFrom then on mail \
         of this list cannot be sealed for your team with it, and signatures by it are refused. \
         Please give the operator of the network your next key in time, and confirm its \
         fingerprint by telephone or in person. If you only extend the key, the operator needs \
         its new version.\n\nThis notice is sent 60, 30, 14, 7 days and one day before the end.\n",
        one.what, one.end
    )
}

/// One mail with numbers and no names: it is not sealed, and who is a member is nobody's concern
/// on its way.
fn to_operator<'a>(
    app: &App,
    network: &'a Network,
    new: &[&Expiring],
) -> Option<(&'a List, NewDelivery)> {
    let operator: &EmailAddress = app.config.network.operator.as_ref()?;
    let list = network.lists.first()?;
    let soonest = new.iter().map(|one| one.end).min()?;
    let count = |of: fn(&Owner) -> bool| new.iter().filter(|one| of(&one.owner)).count();
    let text = format!(
        "In this network end soon, the first at {soonest}:\n\n  keys of teams: {}\n  keys of \
         lists: {}\n  trust anchors: {}\n  revocation lists: {}\n  certificates to log in with: \
         {}\n  the own authority: {}\n\n`campanile doctor` on the server names them and says \
         what to do.\n",
        count(|owner| matches!(owner, Owner::Team(..))),
        count(|owner| matches!(owner, Owner::List(_))),
        count(|owner| matches!(owner, Owner::Anchor(_))),
        count(|owner| matches!(owner, Owner::RevocationList(_))),
        count(|owner| matches!(owner, Owner::Login(..))),
        count(|owner| matches!(owner, Owner::Authority)),
    );
    let notice = Notice {
        team_id: "",
        recipient: operator.as_str(),
        kind: "warning",
        subject: "Keys end soon",
        text: &text,
    };
    Some((list, row(app, list, &notice)))
}
