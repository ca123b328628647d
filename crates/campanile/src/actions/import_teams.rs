//! Takes data of teams from a directory of others: never keys, addresses or trust.

use campanile_core::formats::Finding;
use campanile_core::formats::registry::{self, Format};
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::add_team::refuse_taken;
use super::{Actor, Done, finish};
use crate::app::App;
use crate::app::import::{Outcome, Planned, Taken};
use crate::error::{Error, Result};
use crate::store::teams::{self, Team};
use crate::store::{Write, evidence, membership, settings};

/// What is done with the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// Nothing: it is shown.
    Preview,
    /// Teams that are here get the data of the file.
    Update,
    /// As well, teams that are not here become candidates.
    UpdateAndAdd,
}

/// What a file comes to.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The format it is in.
    pub format: Format,
    /// Whether it was carried out.
    pub applied: bool,
    /// Every entry.
    pub teams: Vec<Planned>,
    /// What is odd about the file.
    pub findings: Vec<Finding>,
}

/// Reads a directory of others and, unless it is a preview, takes its data in one transaction.
///
/// # Errors
/// The file is no directory, or the database fails; nothing was changed then.
pub async fn import_teams(
    app: &App,
    actor: Actor<'_>,
    file: &[u8],
    format: Option<Format>,
    what: Import,
) -> Result<Imported> {
    let read = registry::read(file, format);
    let (format, records, findings) = read.map_err(|refused| {
        Error::invalid(format!("this is no directory of teams: {refused}"))
            .hint("it takes the teams.json of Trusted Introducer, or a Global-IRT of FIRST")
    })?;
    if what == Import::Preview {
        let mut read = app.db.read_snapshot().await?;
        let teams = app.plan_import(&mut read, format, &records).await?;
        return Ok(Imported { format, applied: false, teams, findings });
    }
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let mut teams = app.plan_import(&mut write, format, &records).await?;
    let (mut added, mut changed) = (0, 0);
    for planned in &mut teams {
        let Some(taken) = planned.taken.take() else { continue };
        match planned.outcome {
            Outcome::New if what == Import::UpdateAndAdd => {
                add(app, &mut write, taken, now).await?;
                added += 1;
            }
            Outcome::Changed => {
                update(app, &mut write, taken, now).await?;
                changed += 1;
            }
            Outcome::New | Outcome::Same | Outcome::Conflict => {}
        }
    }
    let detail = json!({ "format": format, "added": added, "changed": changed });
    let object = app.config.network.name.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.import", object, detail }).await?;
    Ok(Imported { format, applied: true, teams, findings })
}

/// A candidate: it has not asked, and gets nothing before it is admitted or activated.
async fn add(app: &App, write: &mut Write, taken: Taken, now: Timestamp) -> Result<()> {
    for address in &taken.emails {
        refuse_taken(write, address, None).await?;
    }
    let team = Team {
        id: app.new_id(now),
        handle: taken.handle.clone(),
        name: taken.name.clone(),
        fqdn: taken.fqdn.clone(),
        standing: taken.standing,
        state: TeamState::Candidate,
        emails: taken.emails.clone(),
        phone: None,
        fax: None,
        created_at: now,
        changed_at: now,
    };
    teams::insert(write, &team).await?;
    on_record(app, write, &team.id, &taken, now).await
}

async fn update(app: &App, write: &mut Write, taken: Taken, now: Timestamp) -> Result<()> {
    let Some(old) = taken.team.clone() else { return Ok(()) };
    let team = Team { name: taken.name.clone(), changed_at: now, ..old };
    teams::update(write, &team).await?;
    on_record(app, write, &team.id, &taken, now).await
}

async fn on_record(
    app: &App,
    write: &mut Write,
    team_id: &str,
    taken: &Taken,
    now: Timestamp,
) -> Result<()> {
    membership::set_record(write, team_id, &taken.directory).await?;
    for one in &taken.evidence {
        evidence::set(write, &app.new_id(now), team_id, one, now).await?;
    }
    Ok(())
}
