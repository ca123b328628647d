//! What a directory of others would change here: a plan, to be looked at before anything is done.
//!
//! Keys, addresses and standing of a team are never part of it: whoever writes such a file could
//! redirect mail, or speak for a team. Where the file differs there, the plan says so.

use std::collections::{HashMap, HashSet};

use campanile_core::formats::registry::{Format, Record};
use campanile_core::model::address::EmailAddress;
use campanile_core::model::fqdn::Fqdn;
use campanile_core::model::key::{Fingerprint, KeyState};
use campanile_core::model::membership::{Directory, Evidence, EvidenceKind};
use campanile_core::model::team::{Handle, Standing};
use campanile_core::model::team_name::{self, Names};
use serde::Serialize;

use super::App;
use crate::error::Result;
use crate::store::teams::Team;
use crate::store::{Connection, credentials, evidence, membership, teams};

/// What an entry of a file comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A team that is not here.
    New,
    /// A team that is here, with other data.
    Changed,
    /// A team that is here, with the same data.
    Same,
    /// It cannot be told which team it is, or it cannot be added.
    Conflict,
}

/// One entry of a file, as it would be taken.
#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    /// What the file calls the team.
    pub entry: String,
    /// The team here.
    pub handle: Option<Handle>,
    /// What it comes to.
    pub outcome: Outcome,
    /// Fields that would change: name, value here, value in the file.
    pub changes: Vec<(String, String, String)>,
    /// What else the file says, and what stays as it is.
    pub notes: Vec<String>,
    /// What is written when the plan is carried out.
    #[serde(skip)]
    pub(crate) taken: Option<Taken>,
}

/// What would be written.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// The team as it is here; `None` when it is new.
    pub(crate) team: Option<Team>,
    pub(crate) handle: Handle,
    pub(crate) name: String,
    pub(crate) fqdn: Fqdn,
    pub(crate) emails: Vec<EmailAddress>,
    pub(crate) standing: Standing,
    pub(crate) directory: Directory,
    pub(crate) evidence: Vec<Evidence>,
}

/// Everything here that entries are compared with.
struct Here {
    teams: Vec<Team>,
    names: Names,
    records: HashMap<String, Directory>,
    evidence: HashMap<String, Vec<Evidence>>,
    keys: HashMap<Fingerprint, (String, KeyState)>,
}

impl App {
    /// What the teams of a file would change here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn plan_import(
        &self,
        read: &mut Connection,
        format: Format,
        records: &[Record],
    ) -> Result<Vec<Planned>> {
        let mut here = Here {
            teams: teams::all(read).await?,
            names: Names::default(),
            records: HashMap::new(),
            evidence: HashMap::new(),
            keys: HashMap::new(),
        };
        for team in &here.teams {
            here.names.add(&team.handle, &team.name);
        }
        for (team, record) in membership::all(read).await? {
            here.records.insert(team, record.directory);
        }
        for (team, one) in evidence::all(read).await? {
            here.evidence.entry(team).or_default().push(one);
        }
        for key in credentials::all(read).await? {
            here.keys.insert(key.fingerprint, (key.team_id, key.state));
        }
        let mut plan = Vec::with_capacity(records.len());
        for record in records {
            let planned = here.plan(format, record);
            if let Some(taken) = &planned.taken {
                here.names.add(&taken.handle, &taken.name);
            }
            plan.push(planned);
        }
        refuse_twice(&mut plan);
        Ok(plan)
    }
}

/// Two entries for one team: neither is taken.
fn refuse_twice(plan: &mut [Planned]) {
    let mut seen = HashSet::new();
    let key = |handle: &Handle| handle.as_str().to_ascii_lowercase();
    let handles = plan.iter().filter_map(|one| one.handle.as_ref().map(key));
    let twice: HashSet<_> = handles.filter(|handle| !seen.insert(handle.clone())).collect();
    for one in plan {
        if one.handle.as_ref().is_some_and(|handle| twice.contains(&key(handle))) {
            one.conflict("the file has two entries that lead to this team");
        }
    }
}

impl Planned {
    fn conflict(&mut self, why: impl Into<String>) {
        (self.outcome, self.taken) = (Outcome::Conflict, None);
        self.notes.push(why.into());
    }
}

impl Here {
    fn plan(&self, format: Format, record: &Record) -> Planned {
        let entry = if record.short_name.is_empty() { &record.name } else { &record.short_name };
        let mut planned = Planned {
            entry: entry.clone(),
            handle: None,
            outcome: Outcome::New,
            changes: Vec::new(),
            notes: Vec::new(),
            taken: None,
        };
        match self.matching(format, record).as_slice() {
            [] => self.addition(record, &mut planned),
            [team] => self.known(team, record, &mut planned),
            several => {
                let names: Vec<_> = several.iter().map(|team| team.handle.to_string()).collect();
                planned.conflict(format!("it could be any of {}", names.join(", ")));
            }
        }
        self.keys_of(record, &mut planned);
        planned
    }

    /// The teams that an entry could be: by the name that the directory has for it, by handle, by
    /// address.
    fn matching(&self, format: Format, record: &Record) -> Vec<&Team> {
        let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
        let handle = record.handle();
        let known_as = |team: &Team| {
            let ids = self.records.get(&team.id).map(|record| &record.ids);
            ids.is_some_and(|ids| match format {
                Format::Ti => same(&ids.ti, &record.short_name),
                Format::First => same(&ids.first, &record.short_name),
            })
        };
        let mut found: Vec<&Team> = self.teams.iter().filter(|team| known_as(team)).collect();
        if found.is_empty() {
            let is = |team: &&Team| {
                let named = handle.as_ref().is_some_and(|h| same(h.as_str(), team.handle.as_str()));
                let has = |email: &EmailAddress| {
                    record.emails.iter().any(|other| same(&other.address, email.as_str()))
                };
                named || team.emails.iter().any(has)
            };
            found = self.teams.iter().filter(is).collect();
        }
        found
    }

    fn addition(&self, record: &Record, planned: &mut Planned) {
        let Some(handle) = record.handle() else {
            return planned.conflict("its short name makes no handle; register it by hand");
        };
        planned.handle = Some(handle.clone());
        let emails: Vec<EmailAddress> =
            record.emails.iter().filter_map(|email| email.address.parse().ok()).collect();
        let domain = emails.first().and_then(|address| address.domain().parse().ok());
        let Some(fqdn) = domain else {
            return planned.conflict("it has no address that mail could go to");
        };
        let name = if record.name.is_empty() { &record.short_name } else { &record.name };
        if let Some(why) = self.refused(handle.as_str(), &handle).or(self.refused(name, &handle)) {
            return planned.conflict(why);
        }
        let nothing = Directory::default();
        planned.changes = owned(record.directory.differences(&nothing));
        planned.taken = Some(Taken {
            team: None,
            handle,
            name: name.clone(),
            fqdn,
            emails,
            standing: standing(&record.evidence),
            directory: record.directory.clone(),
            evidence: record.evidence.clone(),
        });
    }

    fn known(&self, team: &Team, record: &Record, planned: &mut Planned) {
        planned.handle = Some(team.handle.clone());
        let nothing = Directory::default();
        let old = self.records.get(&team.id).unwrap_or(&nothing);
        let directory = old.updated(&record.directory);
        let name = self.renamed(team, record, planned);
        planned.changes.extend(owned(directory.differences(old)));
        let none = Vec::new();
        let known = self.evidence.get(&team.id).unwrap_or(&none);
        for one in &record.evidence {
            let before = known.iter().find(|before| before.kind == one.kind);
            if before.is_none_or(|before| before.since != one.since) {
                let since = one.since.as_ref().map(ToString::to_string).unwrap_or_default();
                let value = format!("{} {since}", one.kind);
                let field = "evidence".into();
                planned.changes.push((field, String::new(), value.trim_end().to_owned()));
            }
        }
        self.stays(team, record, planned);
        planned.outcome = match planned.changes.is_empty() {
            true => Outcome::Same,
            false => Outcome::Changed,
        };
        planned.taken = Some(Taken {
            team: Some(team.clone()),
            handle: team.handle.clone(),
            name,
            fqdn: team.fqdn.clone(),
            emails: team.emails.clone(),
            standing: team.standing,
            directory,
            evidence: record.evidence.clone(),
        });
    }

    /// Why a team cannot be called so.
    fn refused(&self, name: &str, own: &Handle) -> Option<String> {
        match (team_name::check(name), self.names.alike(name, own)) {
            (Err(refused), _) => Some(format!("its name is not taken: {refused}")),
            (Ok(()), Some(other)) => {
                Some(format!("its name is not taken: it looks like one of the team {other}"))
            }
            (Ok(()), None) => None,
        }
    }

    /// What a team is called afterwards.
    fn renamed(&self, team: &Team, record: &Record, planned: &mut Planned) -> String {
        if record.name.is_empty() || record.name == team.name {
            return team.name.clone();
        }
        if let Some(why) = self.refused(&record.name, &team.handle) {
            planned.notes.push(why);
            return team.name.clone();
        }
        planned.changes.push(("name".into(), team.name.clone(), record.name.clone()));
        record.name.clone()
    }

    /// What differs and is not taken from a file.
    fn stays(&self, team: &Team, record: &Record, planned: &mut Planned) {
        let ours = |address: &str| {
            team.emails.iter().any(|own| own.as_str().eq_ignore_ascii_case(address))
        };
        for email in record.emails.iter().filter(|email| !ours(&email.address)) {
            let address = &email.address;
            planned
                .notes
                .push(format!("the address {address} is not registered, and is not taken"));
        }
        let said = standing(&record.evidence);
        if !record.evidence.is_empty()
            && said != team.standing
            && team.standing != Standing::Partner
        {
            planned.notes.push(format!("its standing here is {}, and stays so", team.standing));
        }
    }

    /// What is known of the keys that a file names.
    fn keys_of(&self, record: &Record, planned: &mut Planned) {
        let own = planned.taken.as_ref().and_then(|taken| taken.team.as_ref()).map(|team| &team.id);
        for claim in &record.keys {
            let note = match self.keys.get(&claim.fingerprint) {
                Some((team, state)) if Some(team) == own => {
                    format!("key {} is registered here, {state}", claim.fingerprint)
                }
                Some(_) => format!("key {} is registered by another team", claim.fingerprint),
                None => format!("key {} is not registered; the file makes none", claim.fingerprint),
            };
            planned.notes.push(note);
        }
    }
}

fn owned(changes: Vec<(&'static str, String, String)>) -> Vec<(String, String, String)> {
    changes.into_iter().map(|(name, old, new)| (name.to_owned(), old, new)).collect()
}

/// The standing that evidence speaks for.
fn standing(evidence: &[Evidence]) -> Standing {
    let has = |kind| evidence.iter().any(|one| one.kind == kind);
    if has(EvidenceKind::TiCertified) {
        Standing::Certified
    } else if has(EvidenceKind::TiAccredited) {
        Standing::Accredited
    } else {
        Standing::Listed
    }
}
