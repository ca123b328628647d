//! The operator decides about an application: the applicant becomes a team, or not.
//!
//! An admitted team is a candidate until one of its keys is confirmed by its fingerprint
//! ([`confirm_team_key`](super::confirm_team_key)): what stands in a form makes nothing trusted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campanile_core::authz::Action;
use campanile_core::model::key::{Fingerprint, KeyState};
use campanile_core::model::membership::{Application, ApplicationState, Evidence, Requirement};
use campanile_core::model::person::{PersonState, Role};
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::add_team::{name, refuse_alike, refuse_taken};
use super::decision_mail::Letter;
use super::{Actor, Done, find_list, finish, parsed_fingerprint, permit, refuse_known_key};
use crate::app::App;
use crate::app::applications::{ApplicationText, DecisionText, OfferedKey};
use crate::error::{Error, Result};
use crate::store::credentials::{self, Credential};
use crate::store::people::{self, Person};
use crate::store::teams::{self, Team};
use crate::store::{
    Write, applications, conduct, evidence, membership, sealed, settings, subscriptions,
};

/// What the operator has found out, and what it follows from it.
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    /// The applicant becomes a team.
    Admit(Admission<'a>),
    /// It does not.
    Reject,
    /// It does not want to any more.
    Withdrawn,
}

/// How an applicant is admitted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Admission<'a> {
    /// Where the operator has seen the evidence; empty: what the form says is enough.
    pub evidence: &'a str,
    /// Fingerprints that were compared with the team, by telephone or in person.
    pub confirmed: &'a [String],
    /// Lists that it is subscribed to.
    pub lists: &'a [String],
}

/// No such application, as everybody is told who asks for one.
pub(super) fn unknown(id: &str) -> Error {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    Error::not_found(format!("there is no application `{id}`"))
        .hint("`campanile team application list` shows them")
}

/// Decides about an application that waits. Returns the new team. The applicant is told.
///
/// # Errors
/// Somebody but the operator asks, something is missing that an applicant needs, handle, address
/// or key are taken, the name looks like another team's, or no reason is given.
pub async fn decide_application(
    app: &App,
    actor: Actor<'_>,
    id: &str,
    verdict: Verdict<'_>,
    reason: &str,
) -> Result<Option<Team>> {
    if let Actor::Member(by) = actor {
        permit(by, Action::Operate)?;
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("a decision needs a reason")
            .hint("say why in a few words, for whoever asks in a year: --reason"));
    }
    let found = applications::find(&mut *app.db.read().await?, id).await?;
    let found = found.ok_or_else(|| unknown(id))?;
    let text: ApplicationText =
        app.vault.open_json(sealed::APPLICATION, &found.id, &found.sealed)?;
    let letter = match found.state {
        ApplicationState::Waiting => Letter::prepare(app, &found, &text, verdict).await?,
        _ => None,
    };
    let decided = decide(app, actor, (&found, &text), verdict, (reason, letter.as_ref())).await;
    match (&decided, &letter) {
        (Ok(_), _) => app.queued.notify_waiters(),
        (Err(_), Some(letter)) => letter.forget(app),
        (Err(_), None) => {}
    }
    decided
}

async fn decide(
    app: &App,
    actor: Actor<'_>,
    (found, text): (&applications::Application, &ApplicationText),
    verdict: Verdict<'_>,
    (reason, letter): (&str, Option<&Letter>),
) -> Result<Option<Team>> {
    let now = app.now();
    let decision = DecisionText { by: actor.name().into_owned(), reason: reason.to_owned() };
    let decision = app.vault.seal_json(sealed::DECISION, &found.id, &decision)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let (state, team) = match verdict {
        Verdict::Reject => (ApplicationState::Rejected, None),
        Verdict::Withdrawn => (ApplicationState::Withdrawn, None),
        Verdict::Admit(admission) => {
            let case = Admitting { app, id: &found.id, text, admission, now };
            (ApplicationState::Admitted, Some(case.admit(&mut write).await?))
        }
    };
    let team_id = team.as_ref().map(|team| team.id.as_str());
    if !applications::decide(&mut write, &found.id, state, team_id, &decision, now).await? {
        return Err(Error::conflict(format!("the application is {} already", found.state))
            .hint("it is decided once; the applicant may file another"));
    }
    if let Some(letter) = letter {
        letter.queue(&mut write, now).await?;
    }
    let detail = json!({
        "handle": found.handle,
        "state": state,
        "team": team.as_ref().map(|team| team.state),
    });
    let done = Done { actor, action: "application.decide", object: &found.id, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(team)
}

/// An admission at work.
struct Admitting<'a> {
    app: &'a App,
    id: &'a str,
    text: &'a ApplicationText,
    admission: Admission<'a>,
    now: Timestamp,
}

impl Admitting<'_> {
    async fn admit(&self, write: &mut Write) -> Result<Team> {
        self.check(write).await?;
        let confirmed = self.confirmed()?;
        let team = self.team(write, !confirmed.is_empty()).await?;
        for key in &self.text.keys {
            let state = match confirmed.contains(&key.fingerprint) {
                true => KeyState::Active,
                false => KeyState::Pending,
            };
            self.register(write, &team, key, state).await?;
        }
        self.on_record(write, &team).await?;
        for name in self.admission.lists {
            let list = find_list(write, name).await?;
            subscriptions::insert(write, &list.id, &team.id, self.now).await?;
        }
        if !confirmed.is_empty() {
            membership::ask_welcome(write, &team.id).await?;
        }
        Ok(team)
    }

    /// Everything that an applicant needs is there.
    async fn check(&self, write: &mut Write) -> Result<()> {
        let teams = teams::all(write).await?;
        let application = &self.text.application;
        let seen = !self.admission.evidence.trim().is_empty()
            || !application.evidence.reference.is_empty();
        let all = self.app.requirements(write, &teams, self.id, self.text, seen).await?;
        let missing: Vec<_> =
            all.iter().filter(|(_, met)| !met).map(|(what, _)| what.text()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let evidence = all.contains(&(Requirement::Evidence, false));
        let text =
            format!("{} cannot be admitted: it lacks {}", application.handle, missing.join("; "));
        Err(Error::conflict(text).hint(match evidence {
            true => "say with --evidence where you have seen it",
            false => "`campanile team application show` tells what is there",
        }))
    }

    /// The fingerprints that were compared, each of a key of the form.
    fn confirmed(&self) -> Result<Vec<Fingerprint>> {
        let one = |text: &String| {
            let fingerprint = parsed_fingerprint(text)?;
            match self.text.keys.iter().any(|key| key.fingerprint == fingerprint) {
                true => Ok(fingerprint),
                false => Err(Error::not_found(format!("the form has no key {fingerprint}"))
                    .hint("somebody else's key? compare it with the team again")),
            }
        };
        self.admission.confirmed.iter().map(one).collect()
    }

    /// The row of the team: a new one, or that of a team that was here before or was imported.
    async fn team(&self, write: &mut Write, active: bool) -> Result<Team> {
        let application = &self.text.application;
        let before = teams::by_handle(write, &application.handle).await?;
        if let Some(team) = &before
            && !matches!(team.state, TeamState::Candidate | TeamState::Left)
        {
            return Err(Error::conflict(format!("there is a team `{}` already", team.handle))
                .hint("ask the applicant for another short name"));
        }
        let id = before.as_ref().map_or_else(|| self.app.new_id(self.now), |team| team.id.clone());
        for address in &application.emails {
            refuse_taken(write, address, Some(&application.handle)).await?;
        }
        let name = name(&application.name)?;
        refuse_alike(write, &application.handle, &name).await?;
        let team = self.row(id, before.as_ref(), application, active);
        match before {
            Some(_) => teams::update(write, &team).await?,
            None => teams::insert(write, &team).await?,
        }
        if before.is_some() {
            // Keys of an earlier time are claims again.
            for key in credentials::of_team(write, &team.id).await? {
                if key.state == KeyState::Active {
                    credentials::set_state(write, &key.id, KeyState::Pending, self.now).await?;
                }
            }
        }
        Ok(team)
    }

    fn row(&self, id: String, before: Option<&Team>, of: &Application, active: bool) -> Team {
        Team {
            id,
            handle: of.handle.clone(),
            name: of.name.clone(),
            fqdn: of.fqdn.clone(),
            standing: of.standing,
            state: if active { TeamState::Active } else { TeamState::Candidate },
            emails: of.emails.clone(),
            phone: of.phone.clone(),
            fax: of.fax.clone(),
            created_at: before.map_or(self.now, |team| team.created_at),
            changed_at: self.now,
        }
    }

    async fn register(
        &self,
        write: &mut Write,
        team: &Team,
        key: &OfferedKey,
        state: KeyState,
    ) -> Result<()> {
        let own = credentials::of_team(write, &team.id).await?;
        let own = own.iter().find(|known| known.fingerprint == key.fingerprint);
        if let Some(known) = own.filter(|known| known.state == KeyState::Pending) {
            return credentials::set_state(write, &known.id, state, self.now).await;
        }
        refuse_known_key(write, &key.fingerprint).await?;
        let credential = Credential {
            id: self.app.new_id(self.now),
            team_id: team.id.clone(),
            protocol: key.protocol,
            fingerprint: key.fingerprint.clone(),
            state,
            certificate: STANDARD.decode(&key.certificate).unwrap_or_default(),
            algorithms: key.algorithms.clone(),
            can_sign: key.can_sign,
            can_encrypt: key.can_encrypt,
            expires_at: key.expires_at,
            created_at: self.now,
            changed_at: self.now,
        };
        credentials::insert(write, &credential).await
    }

    /// Who answers for the team. It cannot log in before the operator has issued a certificate.
    fn representative(&self, team: &Team) -> Person {
        let contact = &self.text.application.contact;
        Person {
            id: self.app.new_id(self.now),
            team_id: team.id.clone(),
            name: contact.name.clone(),
            email: contact.email.clone(),
            role: Role::Representative,
            phone: contact.phone.clone(),
            state: PersonState::Active,
            created_at: self.now,
            changed_at: self.now,
        }
    }

    /// What is known of the team besides.
    async fn on_record(&self, write: &mut Write, team: &Team) -> Result<()> {
        let application = &self.text.application;
        membership::set_record(write, &team.id, &application.directory).await?;
        membership::set_confirmed(write, &team.id, &application.contact.name, self.now).await?;
        conduct::hand_over(write, self.id, &team.id).await?;
        people::insert(write, &self.representative(team)).await?;
        let seen = self.admission.evidence.trim();
        let claim = &application.evidence;
        let reference = if seen.is_empty() { claim.reference.clone() } else { seen.to_owned() };
        let on_record = Evidence { reference, ..claim.clone() };
        evidence::set(write, &self.app.new_id(self.now), &team.id, &on_record, self.now).await?;
        Ok(())
    }
}
