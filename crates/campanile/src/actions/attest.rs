//! A team of the network vouches for an applicant, or objects.

use campanile_core::authz::Action;
use campanile_core::model::membership::{ApplicationState, Statement, Voice};
use serde_json::json;

use super::decide_application::unknown;
use super::{Actor, Done, find_team, finish, own_team};
use crate::app::App;
use crate::app::applications::VoiceText;
use crate::error::{Error, Result};
use crate::printable::acts;
use crate::store::applications::{self, StoredVoice};
use crate::store::{Connection, sealed, teams};

/// Longest remark, in characters.
const REMARK_CHARACTERS_MAX: usize = 4_000;

/// What a team says.
#[derive(Debug, Clone, Default)]
pub struct NewVoice<'a> {
    /// The application, by its identifier.
    pub application: &'a str,
    /// The team, when the operator records what it has said; a member speaks for its own.
    pub team: Option<&'a str>,
    /// Who says so for the team; a member for itself.
    pub person: &'a str,
    /// What a sponsor attests; empty for an objection.
    pub statements: &'a [Statement],
    /// A remark; of an objection, why.
    pub remark: &'a str,
}

/// Records that a team vouches for an applicant. What it said before is replaced.
///
/// # Errors
/// The team is not active, is the applicant, or attests nothing; or the application is decided.
pub async fn attest(app: &App, actor: Actor<'_>, new: &NewVoice<'_>) -> Result<()> {
    if new.statements.is_empty() {
        return Err(Error::invalid("a sponsor has to attest something")
            .hint("say what your team knows: --statement met-in-person, worked-together, …"));
    }
    record(app, actor, new, Voice::Support).await
}

/// Records that a team objects to an applicant. What it said before is replaced.
///
/// # Errors
/// As [`attest`], or no reason is given.
pub async fn object(app: &App, actor: Actor<'_>, new: &NewVoice<'_>) -> Result<()> {
    if new.remark.trim().is_empty() {
        return Err(Error::invalid("an objection needs a reason")
            .hint("say why, in a few words; only the operator reads it"));
    }
    record(app, actor, new, Voice::Objection).await
}

async fn record(app: &App, actor: Actor<'_>, new: &NewVoice<'_>, voice: Voice) -> Result<()> {
    let now = app.now();
    let remark = new.remark.trim();
    let hides = remark.chars().any(|c| acts(c) && !matches!(c, '\n' | '\r' | '\t'));
    if remark.chars().count() > REMARK_CHARACTERS_MAX || hides {
        return Err(Error::invalid("the remark is no plain text of at most 4,000 characters")
            .hint("shorten it"));
    }
    let mut write = app.db.begin_write().await?;
    let (team_id, handle, person) = speaker(&mut write, actor, new).await?;
    let found = applications::find(&mut write, new.application).await?;
    let found = found.ok_or_else(|| unknown(new.application))?;
    if found.state != ApplicationState::Waiting {
        return Err(Error::conflict(format!("the application is {} already", found.state))
            .hint("what teams say counts as long as it waits"));
    }
    if found.handle.as_str().eq_ignore_ascii_case(&handle) {
        return Err(Error::denied("a team does not vouch for itself")
            .hint("two other teams of the network have to"));
    }
    let known = applications::voice_id(&mut write, &found.id, &team_id).await?;
    let id = known.unwrap_or_else(|| app.new_id(now));
    let statements = new.statements.to_vec();
    let text = VoiceText { person, statements, remark: remark.to_owned() };
    let sealed = app.vault.seal_json(sealed::VOICE, &id, &text)?;
    let row = StoredVoice { id, team_id, voice, at: now, sealed };
    applications::set_voice(&mut write, &found.id, &row).await?;
    let detail = json!({ "team": handle, "voice": voice, "statements": text.statements });
    let action = match voice {
        Voice::Support => "application.attest",
        Voice::Objection => "application.object",
    };
    finish(&app.secret, write, now, Done { actor, action, object: &found.id, detail }).await
}

/// The team that speaks, by identifier and handle, and who does it for the team.
async fn speaker(
    write: &mut Connection,
    actor: Actor<'_>,
    new: &NewVoice<'_>,
) -> Result<(String, String, String)> {
    if let Actor::Member(by) = actor {
        let own = own_team(by, Action::Sponsor)?;
        return Ok((own.id.clone(), own.handle.to_string(), by.name.clone()));
    }
    let named = new.team.ok_or_else(|| {
        Error::invalid("the team that says so is missing").hint("name it with --team")
    })?;
    let team: teams::Team = find_team(write, named).await?;
    let person = new.person.trim();
    if person.is_empty() || person.chars().count() > 200 || person.chars().any(acts) {
        return Err(Error::invalid("the person who says so for the team is missing")
            .hint("name her or him with --by"));
    }
    if !team.state.capabilities().send {
        return Err(Error::denied(format!("the team {} is {}", team.handle, team.state))
            .hint("only active teams are heard"));
    }
    Ok((team.id, team.handle.to_string(), person.to_owned()))
}
