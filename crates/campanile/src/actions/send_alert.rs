//! A team sends an alert: the form becomes an alert, the alert sealed mail, in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::gateway::network::{List, Network};
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::alert::{Alert, AlertId, Contact, Revision};
use campanile_core::model::limits::ALERT_BYTES_MAX;
use campanile_core::model::moment::Moment;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::alert_mail::{SealedAlert, Way, seal_alert};
use super::{Done, find_list, find_team, finish, member, own_team};
use crate::app::App;
use crate::app::drafts::PickList;
use crate::error::{Error, Result};
use crate::store::{Write, alerts, drafts, pick_entries, sealed, teams};
use campanile_core::crypto::mac::mac;

/// An alert to be sent.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    /// What it says. Identifier, contact, time of report and revision are filled in.
    pub alert: Alert,
    /// The list that it goes to, by name.
    pub list: &'a str,
    /// Only these teams, and the author; `None` for all subscribers.
    pub only: Option<Vec<Handle>>,
    /// How it came here.
    pub channel: Channel,
    /// The draft that it was; it is discarded with the sending.
    pub draft: Option<&'a str>,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAlert {
    /// The incident ID.
    pub alert: AlertId,
    /// Number of the revision.
    pub revision: u32,
    /// Copies that are sealed and on their way.
    pub copies: usize,
    /// Copies that wait for a key.
    pub held: usize,
}

/// Sends an alert in the name of the viewer's team.
///
/// # Errors
/// The viewer writes no alerts, the team is not on the list, the incident ID is taken, or the
/// alert is incomplete.
pub async fn send_alert(app: &App, by: &Viewer, new: NewAlert<'_>) -> Result<SentAlert> {
    let team = own_team(by, Action::WriteAlerts)?;
    let now = app.now();
    let network = app.network().await?;
    let (list, only) = destination(app, &network, team, &new).await?;
    let mut alert = new.alert;
    alert.id = AlertId::of_team(&team.handle, alert.id.as_str())
        .map_err(|bad| Error::invalid(bad.to_string()).hint("choose another incident ID"))?;
    fill_in(app, team, &mut alert, now).await?;
    check(&alert)?;
    // Looked at once before all the work; what counts is the row below.
    if alerts::is_taken(&mut *app.db.read().await?, &alert.id).await? {
        return Err(taken(&alert.id));
    }
    let row = app.new_id(now);
    let token = app.acknowledge_token(&row)?;
    let way = Way {
        network: &network,
        list,
        team_id: &team.id,
        only: only.as_ref(),
        token: &token,
        thread: &[],
        changes: &[],
        channel: new.channel.name(),
    };
    let mail = seal_alert(app, &alert, &way).await?;
    let committed = commit(app, by, (&row, new.draft), &alert, &way, &mail).await;
    if committed.is_err() {
        // No row names them: they were sealed in vain. A crash in between leaves them to the
        // sweep.
        mail.forget(app);
    }
    committed?;
    app.queued.notify_waiters();
    let (copies, held) = mail.counts();
    tracing::info!(alert = row, copies, held, "alert sent");
    Ok(SentAlert { alert: alert.id, revision: 1, copies, held })
}

/// The list, and the teams that get a copy if not all of them do.
async fn destination(
    app: &App,
    network: &Arc<Network>,
    team: &Membership,
    new: &NewAlert<'_>,
) -> Result<(usize, Option<BTreeSet<String>>)> {
    let mut read = app.db.read().await?;
    // A list that the team is not on does not exist for it.
    let name = find_list(&mut read, new.list).await?.name;
    let found = network.lists.iter().position(|list| list.name == name.as_str());
    let on_it = |list: &List| list.subscribers.contains(&team.id);
    let list = found.filter(|at| network.lists.get(*at).is_some_and(on_it)).ok_or_else(|| {
        Error::not_found(format!("your team is not on a list `{}`", new.list))
            .hint("the operator subscribes teams: `campanile list subscribe`")
    })?;
    let Some(handles) = &new.only else { return Ok((list, None)) };
    let subscribers = network.lists.get(list).map(|list| &list.subscribers);
    let mut only = BTreeSet::from([team.id.clone()]);
    for handle in handles {
        let named = find_team(&mut read, handle.as_str()).await?;
        if !subscribers.is_some_and(|all| all.contains(&named.id)) {
            return Err(Error::invalid(format!("{handle} is not on the list `{name}`"))
                .hint("an alert goes to teams of its list"));
        }
        only.insert(named.id);
    }
    Ok((list, Some(only)))
}

/// Fills in what the registry and the clock know.
pub(super) async fn fill_in(
    app: &App,
    team: &Membership,
    alert: &mut Alert,
    now: Timestamp,
) -> Result<()> {
    let registered = teams::by_handle(&mut *app.db.read().await?, &team.handle).await?;
    let registered = registered.ok_or_else(|| Error::internal("the team is gone"))?;
    alert.contact = Contact {
        name: registered.name,
        handle: registered.handle.to_string(),
        fqdn: registered.fqdn.to_string(),
        emails: registered.emails.iter().map(ToString::to_string).collect(),
        phone: registered.phone,
        fax: registered.fax,
    };
    alert.reported_at = Moment::of(now);
    alert.revision = Revision::default();
    Ok(())
}

/// What no alert may lack, or be.
pub(super) fn check(alert: &Alert) -> Result<()> {
    if alert.description.trim().is_empty() {
        return Err(Error::invalid("the alert has no description")
            .hint("say in one or two sentences what happens"));
    }
    let bytes = serde_json::to_vec(alert).map_or(usize::MAX, |json| json.len());
    if bytes > ALERT_BYTES_MAX {
        return Err(Error::too_large(format!("the alert is larger than {ALERT_BYTES_MAX} bytes"))
            .hint("send long texts and files by mail to the list"));
    }
    Ok(())
}

fn taken(id: &AlertId) -> Error {
    Error::conflict(format!("the incident ID {id} is taken"))
        .hint("was the alert sent already? else choose another number")
}

async fn commit(
    app: &App,
    by: &Viewer,
    (row, draft): (&str, Option<&str>),
    alert: &Alert,
    way: &Way<'_>,
    mail: &SealedAlert,
) -> Result<()> {
    let (now, list) = (app.now(), way.list()?);
    let mut write = app.db.begin_write().await?;
    let first = list.policy.alerts.steps().first().map(|(minutes, _)| *minutes);
    let new = alerts::New {
        id: row,
        alert_id: &alert.id,
        team_id: way.team_id,
        list_id: &list.id,
        restricted: way.only.is_some(),
        exercise: alert.exercise,
        token: way.token,
        due_at: first.map(|minutes| now.plus_seconds(i64::from(minutes) * 60)),
    };
    if !alerts::insert(&mut write, &new, now).await? {
        return Err(taken(&alert.id));
    }
    mail.queue(app, &mut write, row, alert, way).await?;
    remember_picks(app, &mut write, way.team_id, alert).await?;
    if let Some(draft) = draft {
        drafts::remove(&mut write, draft, way.team_id).await?;
    }
    let (copies, held) = mail.counts();
    let detail = json!({
        "team": way.team_id, "list": list.name, "restricted": way.only.is_some(),
        "exercise": alert.exercise, "channel": way.channel, "copies": copies, "held": held,
    });
    let object = alert.id.as_str();
    let done = Done { actor: member(by), action: "alert.send", object, detail };
    finish(&app.secret, write, now, done).await
}

/// Offers what the team has named again, the next time it writes.
async fn remember_picks(app: &App, write: &mut Write, team_id: &str, alert: &Alert) -> Result<()> {
    let now = app.now();
    let affected = &alert.affected;
    let systems = affected.systems.iter().map(|entry| (PickList::Systems, entry));
    let software = affected.software.iter().map(|entry| (PickList::Software, entry));
    for (list, entry) in systems.chain(software) {
        let id = app.new_id(now);
        let kind = list.name();
        let key = mac(&app.secret, &format!("pick {kind} {}", entry.trim().to_lowercase()))
            .map_err(|source| Error::internal("an entry cannot be kept").source(source))?;
        let sealed = app.vault.seal(sealed::PICK_ENTRY, &id, entry.trim().as_bytes())?;
        let used = pick_entries::Used { id: &id, team_id, kind, key: &key, sealed: &sealed };
        pick_entries::remember(write, &used, now).await?;
    }
    Ok(())
}
