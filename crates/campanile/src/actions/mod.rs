//! Everything that changes the state of the network: one file per action.
//!
//! Each validates, decides, writes in one transaction with an audit entry, and counts the
//! registry version up. Nothing else writes. Checks that cost time (parsing certificates) come
//! before the transaction, checks against the registry inside it.

mod accept_conduct;
mod acknowledge_alert;
mod acknowledge_by_phone;
mod add_list;
mod add_list_keys;
mod add_person;
mod add_team;
mod add_team_key;
mod add_token;
mod add_trust;
mod add_webhook;
mod apply;
mod ask_about_rating;
mod attest;
mod back_up;
mod change_team;
mod claim_calls;
mod confirm_contact_data;
mod confirm_team_key;
mod decide_application;
mod decision_mail;
mod discard_draft;
mod escalate_alert;
mod generate_list_key;
mod group_bulk;
mod group_decision;
mod import_advisories;
mod import_list_key;
mod import_teams;
mod init_network;
mod issue_login;
mod keep_authority;
mod known_keys;
mod leave_network;
mod log_call;
mod make_authority;
mod notice;
mod own_mail;
mod register_login;
mod regroup;
mod remind_contact_data;
mod remind_teams;
mod remove_person;
mod remove_trust;
mod restore_network;
mod retire_list_key;
mod revise_alert;
mod revoke_login;
mod revoke_team_key;
mod rotate_data_key;
mod save_draft;
mod send_alert;
mod set_conduct;
mod set_disclosure;
mod set_group_state;
mod set_list_policy;
mod set_phone_pin;
mod set_team_state;
mod subscribe;
#[cfg(test)]
mod testing;
mod unsubscribe;
mod use_list_key;
mod warn_key_expiry;
mod watches;
mod welcome_team;

pub mod acknowledge_by_mail;
pub mod advisories_by_mail;
pub mod alert_mail;
pub mod change_queue;
pub mod distribute_message;
pub mod fill_held_copies;
pub mod import_alert;
pub mod receive_message;
pub mod record_bounce;
pub mod record_deliveries;
pub mod release_held;
pub mod settle_message;
pub mod sources;
pub mod take_fetched;

pub use accept_conduct::{Accepting, Shown, accept_conduct};
pub use acknowledge_alert::{Acknowledged, NewAcknowledgement, acknowledge_alert};
pub use acknowledge_by_phone::{PhoneCall, acknowledge_by_phone, refused_digits};
pub use add_list::{add_list, parse_policy};
pub use add_person::{NewPerson, add_person};
pub use add_team::{NewTeam, add_team};
pub use add_team_key::{add_team_key, request_team_key};
pub use add_token::{TokenKind, add_token, revoke_token, token_digest};
pub use add_trust::{TrustAdded, add_trust, allow_logins};
pub use add_webhook::{Reach, add_webhook, remove_webhook, webhook_secret};
pub use apply::{Applying, Filing, apply};
pub use ask_about_rating::{answer_question, ask_about_rating, explain_rating};
pub use attest::{NewVoice, attest, object};
pub use back_up::{BackedUp, back_up};
pub use change_team::{TeamChange, change_team};
pub use claim_calls::{claim_calls, release_calls};
pub use confirm_contact_data::confirm_contact_data;
pub use confirm_team_key::confirm_team_key;
pub use decide_application::{Admission, Verdict, decide_application};
pub use discard_draft::discard_draft;
pub use escalate_alert::{Page, begin_pages, call_silent, end_page, look_again, skip_step};
pub use generate_list_key::{NewKeys, generate_list_key};
pub use group_bulk::{
    Doing, DoneAbout, ManyGroups, Undone, do_about_groups, undo_about_groups, would_do_about_groups,
};
pub use group_decision::{Deciding, decide_group, undo_group_decision};
pub use import_advisories::{NewDocument, Taken, Terms, import_advisories};
pub use import_list_key::import_list_key;
pub use import_teams::{Import, Imported, import_teams};
pub use init_network::{NewNetwork, init_network};
pub use issue_login::{IssuedLogin, Key, LoginFor, issue_login};
pub use keep_authority::keep_authority;
pub use leave_network::leave_network;
pub use log_call::{MadeCall, log_call};
pub use make_authority::make_authority;
pub use own_mail::{OwnMail, SealedMail, seal_own_mail};
pub use register_login::register_login;
pub use remind_contact_data::remind_contact_data;
pub use remind_teams::{remind_silent, remind_teams};
pub use remove_person::remove_person;
pub use remove_trust::remove_trust;
pub use restore_network::{Restore, Restored, restore_network};
pub use retire_list_key::retire_list_key;
pub use revise_alert::{NewRevision, revise_alert};
pub use revoke_login::{renew_revocation_list, revoke_login};
pub use revoke_team_key::revoke_team_key;
pub use rotate_data_key::{remove_data_key, reseal_texts, rotate_data_key};
pub use save_draft::save_draft;
pub use send_alert::{NewAlert, SentAlert, send_alert};
pub use set_conduct::set_conduct;
pub use set_disclosure::{release_advisory, set_disclosure};
pub use set_group_state::{STATES, check_state, claim_group, release_group, set_group_state};
pub use set_list_policy::set_list_policy;
pub use set_phone_pin::{PhoneCode, set_phone_pin};
pub use set_team_state::set_team_state;
pub use subscribe::subscribe;
pub use unsubscribe::unsubscribe;
pub use use_list_key::use_list_key;
pub use warn_key_expiry::warn_key_expiry;
pub use watches::{WatchChange, add_watch, change_watch, remove_watch, send_digest};
pub use welcome_team::{ask_welcome, welcome_team};

use std::borrow::Cow;

use campanile_core::authz::{self, Action, Membership, Viewer};
use campanile_core::model::key::Fingerprint;
use campanile_core::model::list_name::ListName;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;

use crate::error::{Error, Result};
use crate::store::list_keys::ListKey;
use crate::store::lists::List;
use crate::store::teams::Team;
use crate::store::{Connection, Write, audit, credentials, list_keys, lists, teams};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// The operator, at the command line of the server.
    Operator,
    /// The running server, by its own rules.
    Gateway,
    /// Somebody who has logged in. Whether it may is asked of [`authz`](campanile_core::authz).
    Member(&'a Viewer),
}

impl Actor<'_> {
    /// The name in the audit log: of a member the team and the login, as `DFN-CERT/0193ab…`.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Operator => "operator".into(),
            Self::Gateway => "gateway".into(),
            Self::Member(viewer) => {
                let team = viewer.team.as_ref().map_or("operator", |team| team.handle.as_str());
                format!("{team}/{}", viewer.login).into()
            }
        }
    }
}

/// Whether an action changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It did.
    Changed,
    /// It was so already.
    Unchanged,
}

/// What is written into the audit log about an action.
struct Done<'a> {
    actor: Actor<'a>,
    action: &'static str,
    object: &'a str,
    detail: serde_json::Value,
}

/// Ends an action: audit entry, chained by the secret of the network, and commit.
async fn finish(secret: &[u8], mut write: Write, now: Timestamp, done: Done<'_>) -> Result<()> {
    let entry = audit::Entry {
        at: now,
        actor: &done.actor.name(),
        action: done.action,
        object: done.object,
        detail: done.detail,
    };
    audit::append(&mut write, secret, &entry).await?;
    write.commit().await?;
    tracing::info!(action = done.action, object = done.object, "done");
    Ok(())
}

/// Reads something that a user typed.
fn parsed<T>(text: &str, hint: &str) -> Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|fault: T::Err| Error::invalid(fault.to_string()).hint(hint))
}

/// A member as the actor of an action.
fn member(by: &Viewer) -> Actor<'_> {
    Actor::Member(by)
}

/// Refuses what a viewer may not do at all.
fn permit(by: &Viewer, action: Action) -> Result<()> {
    match authz::may(by, action) {
        true => Ok(()),
        false => Err(Error::denied("your role or the state of your team does not allow this")
            .hint("ask a representative of your team, or the operator")),
    }
}

/// The team that a viewer acts for.
fn own_team(by: &Viewer, action: Action) -> Result<&Membership> {
    permit(by, action)?;
    let team = by.team.as_ref();
    team.ok_or_else(|| Error::denied("only people of a team can do this").hint("log in as one"))
}

/// The team that a user means.
///
/// # Errors
/// No handle, or no such team.
pub async fn find_team(connection: &mut Connection, handle: &str) -> Result<Team> {
    let hint = "`campanile team list` shows the teams";
    let handle: Handle = parsed(handle, hint)?;
    let team = teams::by_handle(connection, &handle).await?;
    team.ok_or_else(|| Error::not_found(format!("there is no team `{handle}`")).hint(hint))
}

/// The team whose data the actor may change: the operator's is any, a member's its own. Another
/// one is answered as if there was none.
async fn managed_team(connection: &mut Connection, actor: Actor<'_>, handle: &str) -> Result<Team> {
    if let Actor::Member(by) = actor
        && !authz::may(by, Action::Operate)
    {
        let own = own_team(by, Action::ManageOwnTeam)?;
        if !own.handle.as_str().eq_ignore_ascii_case(handle) {
            let handle: Handle = parsed(handle, "it is a short name like DFN-CERT")?;
            return Err(Error::not_found(format!("there is no team `{handle}`"))
                .hint("you can change the data of your own team"));
        }
    }
    find_team(connection, handle).await
}

/// The team whose tokens, webhooks and certificates the actor may withdraw; `None` for those of
/// all.
fn withdraws_of(actor: Actor<'_>) -> Result<Option<&str>> {
    match actor {
        Actor::Member(by) if !authz::may(by, Action::Operate) => {
            own_team(by, Action::ManageOwnTeam).map(|team| Some(team.id.as_str()))
        }
        Actor::Member(_) | Actor::Operator | Actor::Gateway => Ok(None),
    }
}

/// The list that a user means.
///
/// # Errors
/// No list name, or no such list.
pub async fn find_list(connection: &mut Connection, name: &str) -> Result<List> {
    let hint = "`campanile list list` shows the lists";
    let name: ListName = parsed(name, hint)?;
    let list = lists::by_name(connection, &name).await?;
    list.ok_or_else(|| Error::not_found(format!("there is no list `{name}`")).hint(hint))
}

/// The fingerprint that a user means: all of it, as short forms can be forged.
fn parsed_fingerprint(text: &str) -> Result<Fingerprint> {
    Fingerprint::parse(text).ok_or_else(|| {
        Error::invalid("this is no full fingerprint of 40 or 64 hexadecimal digits")
            .hint("copy all of it from the list; blanks and colons do not matter")
    })
}

/// The key of a list that a user means.
fn find_list_key<'a>(keys: &'a [ListKey], list: &List, fingerprint: &str) -> Result<&'a ListKey> {
    let fingerprint = parsed_fingerprint(fingerprint)?;
    keys.iter().find(|key| key.fingerprint == fingerprint).ok_or_else(|| {
        Error::not_found(format!("the list {} has no key {fingerprint}", list.name))
            .hint(format!("`campanile list key list {}` shows its keys", list.name))
    })
}

/// Refuses a key that anybody in the network has registered already.
///
/// # Security
/// With one key in two places, a signature would speak for two teams, and a mail sealed to one
/// list could be fed to another. A revoked key stays registered, so it cannot come back.
async fn refuse_known_key(connection: &mut Connection, fingerprint: &Fingerprint) -> Result<()> {
    if let Some(owner) = credentials::owner_of(connection, fingerprint).await? {
        let text = format!(
            "the key {fingerprint} is registered already, by {} ({})",
            owner.handle, owner.state
        );
        return Err(Error::conflict(text).hint(
            "every team needs keys of its own; a key that was revoked cannot be used again",
        ));
    }
    if let Some(list) = list_keys::owner_of(connection, fingerprint).await? {
        let text = format!("the key {fingerprint} is a key of the list {list}");
        return Err(Error::conflict(text).hint("teams and lists need keys of their own"));
    }
    Ok(())
}
