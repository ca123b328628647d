//! Files an application for membership. Anybody may: it makes nobody a member, and its answer
//! says nothing about the teams that there are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campanile_core::crypto::{Refusal, openpgp, smime};
use campanile_core::model::address::EmailAddress;
use campanile_core::model::key::Protocol;
use campanile_core::model::membership::{
    Acceptance, Application, ApplicationState, Fault, Form, rejected_at_once,
};
use campanile_core::model::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::accept_conduct::{Signers, signature_of};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::app::applications::{ApplicationText, DecisionText, OfferedKey};
use crate::error::{Error, Result};
use crate::store::applications::{self, Application as Row};
use crate::store::conduct::{self, Party};
use crate::store::{Connection, Write, sealed};

/// Most applications that wait: whoever floods the form fills no disk.
const WAITING_MAX: i64 = 200;
/// Most applications that strangers file in an hour: more are a flood, or a mistake.
const PER_HOUR_MAX: i64 = 20;
/// Largest key or signature taken with a form, in bytes: larger ones are given to the operator.
const FILE_BYTES_MAX: usize = 256 * 1024;
const AT_ONCE: &str = "Rejected three times in a row; the form says of no change since then.";

/// A form with the files that belong to it, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Applying {
    /// The form.
    #[serde(flatten)]
    pub form: Form,
    /// OpenPGP certificate, armored.
    pub openpgp: String,
    /// X.509 certificate, PEM.
    pub smime: String,
    /// Who has signed the code of conduct.
    pub conduct_name: String,
    /// Detached signature over its text by one of the keys, armored or PEM.
    pub conduct_signature: String,
}

/// What became of a form.
#[derive(Debug)]
pub enum Filing {
    /// It is filed; the identifier.
    Filed(String),
    /// It has faults, each at its field.
    Faulty(Vec<Fault>),
}

/// Files an application.
///
/// # Errors
/// Too many wait already, or the database fails. Faults of the form are no error.
pub async fn apply(app: &App, actor: Actor<'_>, applying: &Applying) -> Result<Filing> {
    let now = app.now();
    let mut faults = Vec::new();
    let application = applying.form.check().map_err(|found| faults = found).ok();
    let mut read = app.db.read().await?;
    let emails = application.as_ref().map(|application| application.emails.as_slice());
    let offered = Offered::read(app, &mut read, applying, emails, &mut faults).await?;
    let signed = match faults.is_empty() {
        true => signature(app, &mut read, applying, &offered, &mut faults).await?,
        false => None,
    };
    drop(read);
    let Some(application) = application.filter(|_| faults.is_empty()) else {
        return Ok(Filing::Faulty(faults));
    };
    let text = ApplicationText { application, keys: offered.keys };
    record(app, actor, &text, signed, now).await.map(Filing::Filed)
}

/// The keys of a form.
#[derive(Default)]
struct Offered {
    keys: Vec<OfferedKey>,
    openpgp: Option<openpgp::Certificate>,
    smime: Option<smime::Certificate>,
}

impl Offered {
    /// Checks the keys by the rules that hold for registered ones.
    async fn read(
        app: &App,
        read: &mut Connection,
        applying: &Applying,
        emails: Option<&[EmailAddress]>,
        faults: &mut Vec<Fault>,
    ) -> Result<Self> {
        let mut offered = Self::default();
        let now = app.now();
        let (openpgp, smime) = (applying.openpgp.trim(), applying.smime.trim());
        if openpgp.is_empty() && smime.is_empty() {
            let text =
                "Please give an OpenPGP key or an X.509 certificate: mail is sealed with it.";
            faults.push(Fault { field: "openpgp", text: text.into() });
        }
        // Which addresses a key has to name is not known while they are faulty.
        let Some(emails) = emails else { return Ok(offered) };
        if let Some(file) = small("openpgp", openpgp, faults) {
            match openpgp::Certificate::register(file, emails, now) {
                Ok((key, abilities)) => {
                    offered.offer(Protocol::Openpgp, key.fingerprint(), &key.to_bytes(), abilities);
                    offered.openpgp = Some(key);
                }
                Err(refusal) => faults.push(fault("openpgp", &refusal)),
            }
        }
        if let Some(file) = small("smime", smime, faults) {
            let trust = app.trust(read, now).await?;
            match smime::Certificate::register(file, emails, &trust, now) {
                Ok((key, abilities)) => {
                    offered.offer(Protocol::Smime, key.fingerprint(), &key.to_bytes(), abilities);
                    offered.smime = Some(key);
                }
                Err(refusal) => faults.push(fault("smime", &refusal)),
            }
        }
        Ok(offered)
    }

    fn offer(
        &mut self,
        protocol: Protocol,
        fingerprint: campanile_core::model::key::Fingerprint,
        certificate: &[u8],
        abilities: campanile_core::crypto::Abilities,
    ) {
        self.keys.push(OfferedKey {
            protocol,
            fingerprint,
            certificate: STANDARD.encode(certificate),
            algorithms: abilities.algorithms,
            can_sign: abilities.sign,
            can_encrypt: abilities.encrypt,
            expires_at: abilities.expires_at,
        });
    }
}

fn fault(field: &'static str, refusal: &Refusal) -> Fault {
    Fault { field, text: format!("{} {}", refusal.reason, refusal.hint) }
}

/// The bytes of a file, unless there is none or it is too large.
fn small<'t>(field: &'static str, text: &'t str, faults: &mut Vec<Fault>) -> Option<&'t [u8]> {
    if text.len() > FILE_BYTES_MAX {
        let text = "This is larger than 256 KiB; please export it without foreign signatures.";
        faults.push(Fault { field, text: text.into() });
    }
    (1..=FILE_BYTES_MAX).contains(&text.len()).then_some(text.as_bytes())
}

/// The signature under the code of conduct, if the form has one.
async fn signature(
    app: &App,
    read: &mut Connection,
    applying: &Applying,
    offered: &Offered,
    faults: &mut Vec<Fault>,
) -> Result<Option<(Acceptance, Vec<u8>)>> {
    let text = applying.conduct_signature.trim();
    let Some(file) = small("conduct_signature", text, faults) else { return Ok(None) };
    let Some(conduct) = conduct::current(read).await? else { return Ok(None) };
    let name = applying.conduct_name.trim();
    let name = if name.is_empty() { applying.form.contact_name.trim() } else { name };
    let trust = app.trust(read, app.now()).await?;
    let signers = Signers {
        openpgp: offered.openpgp.as_ref().into_iter().collect(),
        smime: offered.smime.as_ref().into_iter().collect(),
        trust: &trust,
    };
    match signature_of(&conduct, name, file, &signers, app.now()) {
        Some(acceptance) => Ok(Some((acceptance, file.to_vec()))),
        None => {
            let text = "This is no signature over the text of the code of conduct by a key of \
                        this form. Leave it out, and sign later.";
            faults.push(Fault { field: "conduct_signature", text: text.into() });
            Ok(None)
        }
    }
}

async fn record(
    app: &App,
    actor: Actor<'_>,
    text: &ApplicationText,
    signed: Option<(Acceptance, Vec<u8>)>,
    now: Timestamp,
) -> Result<String> {
    let id = app.new_id(now);
    let sealed_text = app.vault.seal_json(sealed::APPLICATION, &id, text)?;
    let mut write = app.db.begin_write().await?;
    if applications::count_waiting(&mut write).await? >= WAITING_MAX {
        return Err(Error::temporary("too many applications wait at this time")
            .hint("try again in a few days, or write to the operator of the network"));
    }
    let hour = now.plus_seconds(-3600);
    if matches!(actor, Actor::Gateway)
        && applications::count_since(&mut write, hour).await? >= PER_HOUR_MAX
    {
        return Err(Error::temporary("too many applications have come within an hour")
            .hint("try again later, or write to the operator of the network"));
    }
    let Application { handle, circumstances, .. } = &text.application;
    let earlier = applications::states(&mut write, handle).await?;
    let at_once = rejected_at_once(&earlier, !circumstances.is_empty());
    let decision = DecisionText { by: "gateway".into(), reason: AT_ONCE.into() };
    let row = Row {
        state: if at_once { ApplicationState::Rejected } else { ApplicationState::Waiting },
        decided_at: at_once.then_some(now),
        decision: at_once
            .then(|| app.vault.seal_json(sealed::DECISION, &id, &decision))
            .transpose()?,
        id,
        handle: handle.clone(),
        filed_at: now,
        team_id: None,
        sealed: sealed_text,
    };
    applications::insert(&mut write, &row).await?;
    if let Some((acceptance, signature)) = signed {
        keep(app, &mut write, &row.id, &acceptance, &signature, now).await?;
    }
    let fingerprints: Vec<_> = text.keys.iter().map(|key| &key.fingerprint).collect();
    let detail = json!({ "handle": handle, "state": row.state, "keys": fingerprints });
    let done = Done { actor, action: "application.file", object: &row.id, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(row.id)
}

async fn keep(
    app: &App,
    write: &mut Write,
    application_id: &str,
    acceptance: &Acceptance,
    signature: &[u8],
    now: Timestamp,
) -> Result<()> {
    let party = Party::Applicant(application_id);
    conduct::accept(write, &app.new_id(now), party, acceptance, Some(signature)).await
}
