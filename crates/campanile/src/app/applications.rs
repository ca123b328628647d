//! Applications as they can be read: by the operator, and by teams that may be asked about them.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::key::{Fingerprint, Protocol};
use campanile_core::model::membership::{
    Acceptance, Application, ApplicationState, Case, Requirement, Statement, Voice, requirements,
};
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use crate::error::Result;
use crate::store::applications::{self, Application as Row, StoredVoice};
use crate::store::conduct::{self, Party};
use crate::store::teams::Team;
use crate::store::{Connection, sealed, teams};

/// What an applicant has filed, as it is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApplicationText {
    /// The form.
    pub application: Application,
    /// Keys that it offers: claims until the operator has confirmed them.
    pub keys: Vec<OfferedKey>,
}

/// A key or certificate that an applicant offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedKey {
    /// Which kind.
    pub protocol: Protocol,
    /// The full fingerprint.
    pub fingerprint: Fingerprint,
    /// The certificate, as a file to be registered: base64.
    pub certificate: String,
    /// Algorithms, for people.
    pub algorithms: String,
    /// It could sign when it was offered.
    pub can_sign: bool,
    /// It could encrypt when it was offered.
    pub can_encrypt: bool,
    /// When its own validity ends.
    pub expires_at: Option<Timestamp>,
}

/// Who decided about an applicant, and why, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionText {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a team says about an applicant, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceText {
    /// Who says so for the team.
    pub person: String,
    /// What a sponsor attests.
    pub statements: Vec<Statement>,
    /// A remark; of an objection, why.
    pub remark: String,
}

/// What a team says about an applicant.
#[derive(Debug, Clone, Serialize)]
pub struct OpenVoice {
    /// Handle of the team.
    pub team: String,
    /// Whether it counts: only active teams do.
    pub counts: bool,
    /// Support or objection.
    pub voice: Voice,
    /// When.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub text: VoiceText,
}

/// An application, as a viewer may see it.
#[derive(Debug, Clone, Serialize)]
pub struct OpenApplication {
    /// Identifier.
    pub id: String,
    /// Where it is.
    pub state: ApplicationState,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The form.
    pub application: Application,
    /// Keys that it offers.
    pub keys: Vec<OfferedKey>,
    /// What teams say: to a team, what it says itself, and who supports.
    pub voices: Vec<OpenVoice>,
    /// What it has accepted of the code of conduct.
    pub conduct: Vec<Acceptance>,
    /// Every requirement, and whether it is met.
    pub requirements: Vec<(Requirement, bool)>,
    /// Who decided and why; to the operator.
    pub decision: Option<DecisionText>,
}

/// Whether a viewer sees applications at all.
fn sees(viewer: &Viewer) -> bool {
    authz::may(viewer, Action::SeeApplications)
}

impl App {
    /// The applications that a viewer may see, the oldest first: those that wait, and to the
    /// operator all of them unless only `waiting` ones are asked for.
    ///
    /// # Errors
    /// The database cannot be read, or a stored text not be opened.
    pub async fn applications(
        &self,
        viewer: &Viewer,
        waiting: bool,
    ) -> Result<Vec<OpenApplication>> {
        if !sees(viewer) {
            return Ok(Vec::new());
        }
        let mut read = self.db.read_snapshot().await?;
        let operates = authz::may(viewer, Action::Operate);
        let rows = applications::all(&mut read, waiting || !operates).await?;
        let teams = teams::all(&mut read).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.opened(&mut read, viewer, &teams, row).await?);
        }
        Ok(all)
    }

    /// One application; `None` when there is none, or the viewer may not see it.
    ///
    /// # Errors
    /// As [`App::applications`].
    pub async fn application(&self, viewer: &Viewer, id: &str) -> Result<Option<OpenApplication>> {
        if !sees(viewer) {
            return Ok(None);
        }
        let mut read = self.db.read_snapshot().await?;
        let Some(row) = applications::find(&mut read, id).await? else { return Ok(None) };
        if row.state != ApplicationState::Waiting && !authz::may(viewer, Action::Operate) {
            return Ok(None);
        }
        let teams = teams::all(&mut read).await?;
        self.opened(&mut read, viewer, &teams, row).await.map(Some)
    }

    /// The teams that vouched for a team when it applied: for whoever may see applications.
    ///
    /// # Errors
    /// As [`App::applications`].
    pub async fn vouched_for(
        &self,
        read: &mut Connection,
        viewer: &Viewer,
        team_id: &str,
    ) -> Result<Vec<OpenVoice>> {
        if !sees(viewer) {
            return Ok(Vec::new());
        }
        let Some(application) = applications::of_team(read, team_id).await? else {
            return Ok(Vec::new());
        };
        let teams = teams::all(read).await?;
        let mut voices = self.voices(read, &teams, &application.id).await?;
        voices.retain(|voice| voice.voice == Voice::Support);
        Ok(voices)
    }

    async fn opened(
        &self,
        read: &mut Connection,
        viewer: &Viewer,
        teams: &[Team],
        row: Row,
    ) -> Result<OpenApplication> {
        let text: ApplicationText =
            self.vault.open_json(sealed::APPLICATION, &row.id, &row.sealed)?;
        let all = self.voices(read, teams, &row.id).await?;
        let accepted = conduct::accepted(read, Party::Applicant(&row.id)).await?;
        let seen = !text.application.evidence.reference.is_empty();
        let requirements = self.requirements(read, teams, &row.id, &text, seen).await?;
        let operates = authz::may(viewer, Action::Operate);
        let own = viewer.team.as_ref().map(|team| team.handle.as_str());
        let shown = |voice: &OpenVoice| {
            operates || voice.voice == Voice::Support || own == Some(voice.team.as_str())
        };
        let decision = row.decision.as_deref().filter(|_| operates);
        Ok(OpenApplication {
            decision: decision
                .map(|text| self.vault.open_json(sealed::DECISION, &row.id, text))
                .transpose()?,
            id: row.id,
            state: row.state,
            filed_at: row.filed_at,
            decided_at: row.decided_at,
            application: text.application,
            keys: text.keys,
            voices: all.into_iter().filter(shown).collect(),
            conduct: accepted,
            requirements,
        })
    }

    /// Every requirement of an applicant, and whether it is met; `seen` says whether there is
    /// something to be seen of its evidence.
    ///
    /// # Errors
    /// As [`App::applications`].
    pub(crate) async fn requirements(
        &self,
        read: &mut Connection,
        teams: &[Team],
        id: &str,
        text: &ApplicationText,
        seen: bool,
    ) -> Result<Vec<(Requirement, bool)>> {
        let voices = self.voices(read, teams, id).await?;
        let accepted = conduct::accepted(read, Party::Applicant(id)).await?;
        let current = conduct::current(read).await?;
        let evidence = [text.application.evidence.kind];
        Ok(requirements(&Case {
            standing: text.application.standing,
            evidence: if seen { &evidence } else { &[] },
            sponsors: count(&voices, Voice::Support),
            conduct_accepted: current
                .is_some_and(|now| accepted.iter().any(|one| one.digest == now.digest)),
            usable_key: usable(&text.keys, self.now()),
        }))
    }

    /// What teams say about an applicant, whoever asks.
    async fn voices(
        &self,
        read: &mut Connection,
        teams: &[Team],
        application_id: &str,
    ) -> Result<Vec<OpenVoice>> {
        let rows = applications::voices(read, application_id).await?;
        let open = |row: StoredVoice| {
            let team = teams.iter().find(|team| team.id == row.team_id);
            Ok(OpenVoice {
                team: team.map(|team| team.handle.to_string()).unwrap_or_default(),
                counts: team.is_some_and(|team| team.state == TeamState::Active),
                voice: row.voice,
                at: row.at,
                text: self.vault.open_json(sealed::VOICE, &row.id, &row.sealed)?,
            })
        };
        rows.into_iter().map(open).collect()
    }
}

/// How many voices of a kind count.
fn count(voices: &[OpenVoice], voice: Voice) -> usize {
    voices.iter().filter(|one| one.counts && one.voice == voice).count()
}

/// Whether one of the keys can encrypt at `now`.
fn usable(keys: &[OfferedKey], now: Timestamp) -> bool {
    keys.iter().any(|key| key.can_encrypt && key.expires_at.is_none_or(|end| end > now))
}
