//! A team or an applicant has accepted the code of conduct.
//!
//! Kept as a fact: the version, the digest of its text, who, when, and what shows it. A signature
//! is checked against the keys that the network has of whoever signs, and kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campanile_core::authz::Action;
use campanile_core::crypto::smime::TrustStore;
use campanile_core::crypto::{SignatureFact, openpgp, smime};
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::membership::{Acceptance, Conduct, SignatureKind};
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::{Actor, Done, finish, managed_team, permit};
use crate::app::App;
use crate::app::applications::ApplicationText;
use crate::error::{Error, Result};
use crate::printable::acts;
use crate::store::conduct::{self, Party};
use crate::store::{Connection, applications, credentials, sealed};

/// Who accepts.
#[derive(Debug, Clone, Copy)]
pub enum Accepting<'a> {
    /// A team, by its handle.
    Team(&'a str),
    /// An applicant, by the identifier of its application; recorded by the operator.
    Applicant(&'a str),
}

/// What shows that it was accepted.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// A detached signature over the text, armored, PEM or binary.
    Signature(&'a [u8]),
    /// Paper that the operator has seen; where it is.
    Paper(&'a str),
    /// The login of the member who says so.
    Login,
}

/// Records that the version which holds was accepted, by a person of this name.
///
/// # Errors
/// The network has no code of conduct, the signature is none by a key of whoever signs, or the
/// actor may not say so.
pub async fn accept_conduct(
    app: &App,
    actor: Actor<'_>,
    who: Accepting<'_>,
    name: &str,
    shown: Shown<'_>,
) -> Result<Acceptance> {
    let now = app.now();
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(acts) {
        return Err(Error::invalid("the name of who signs is missing").hint("give it in full"));
    }
    let mut write = app.db.begin_write().await?;
    let Some(text) = conduct::current(&mut write).await? else {
        return Err(Error::not_found("the network has no code of conduct yet")
            .hint("`campanile conduct set VERSION FILE` gives it one"));
    };
    let (party, object, keys) = match who {
        Accepting::Team(handle) => {
            let team = managed_team(&mut write, actor, handle).await?;
            let keys = Keys::of_team(&mut write, &team.id).await?;
            (team.id, team.handle.to_string(), keys)
        }
        Accepting::Applicant(id) => {
            operates(actor)?;
            let keys = Keys::of_applicant(app, &mut write, id).await?;
            (id.to_owned(), id.to_owned(), keys)
        }
    };
    let fact = |kind, evidence: String| Acceptance {
        version: text.version.clone(),
        digest: text.digest.clone(),
        signed_by: name.to_owned(),
        signed_at: now,
        kind,
        evidence,
    };
    let (acceptance, signature) = match (shown, actor) {
        (Shown::Signature(file), _) => {
            let trust = app.trust(&mut write, now).await?;
            let found = signature_of(&text, name, file, &keys.signers(&trust), now);
            (found.ok_or_else(no_signature)?, Some(file))
        }
        (Shown::Paper(place), _) => {
            operates(actor)?;
            (fact(SignatureKind::Paper, place.trim().to_owned()), None)
        }
        (Shown::Login, Actor::Member(by)) => {
            (fact(SignatureKind::Login, format!("login {}", by.login)), None)
        }
        (Shown::Login, _) => {
            return Err(Error::denied("only a person of the team can say so")
                .hint("record a signature, or where the paper is"));
        }
    };
    let party = match who {
        Accepting::Team(_) => Party::Team(&party),
        Accepting::Applicant(_) => Party::Applicant(&party),
    };
    conduct::accept(&mut write, &app.new_id(now), party, &acceptance, signature).await?;
    let detail = json!({
        "version": acceptance.version,
        "digest": acceptance.digest,
        "kind": acceptance.kind,
    });
    let done = Done { actor, action: "conduct.accept", object: &object, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(acceptance)
}

fn operates(actor: Actor<'_>) -> Result<()> {
    match actor {
        Actor::Operator | Actor::Gateway => Ok(()),
        Actor::Member(by) => permit(by, Action::Operate),
    }
}

fn no_signature() -> Error {
    Error::invalid("this is no detached signature over the code of conduct by a key of the team")
        .hint("sign the file that `campanile conduct show` writes, as it is: gpg --detach-sign")
}

/// The keys that a signature is checked against.
pub(super) struct Signers<'a> {
    /// OpenPGP certificates.
    pub openpgp: Vec<&'a openpgp::Certificate>,
    /// X.509 certificates.
    pub smime: Vec<&'a smime::Certificate>,
    /// Trust anchors, for the latter.
    pub trust: &'a TrustStore,
}

/// The fact that a file proves: a good signature over the text by one of the signers.
pub(super) fn signature_of(
    text: &Conduct,
    name: &str,
    file: &[u8],
    signers: &Signers<'_>,
    now: Timestamp,
) -> Option<Acceptance> {
    let fact = |kind, fact: &SignatureFact| {
        Some(Acceptance {
            version: text.version.clone(),
            digest: text.digest.clone(),
            signed_by: name.to_owned(),
            signed_at: fact.made_at.filter(|at| *at <= now).unwrap_or(now),
            kind,
            evidence: fact.signer.as_ref()?.to_string(),
        })
    };
    // Programs of Windows save the text with their own line ends.
    let texts = [text.text.clone(), text.text.replace('\n', "\r\n")];
    texts.iter().find_map(|content| {
        let content = content.as_bytes();
        let openpgp = openpgp::verify_detached(file, content, &[], &signers.openpgp, now);
        if let Some(good) = openpgp.iter().find(|fact| fact.is_good()) {
            return fact(SignatureKind::Openpgp, good);
        }
        let der = der(file);
        let smime = smime::verify_detached(&der, content, &signers.smime, signers.trust, now);
        let good = smime.iter().find(|fact| fact.is_good())?;
        fact(SignatureKind::Smime, good)
    })
}

/// The bytes of a CMS object, out of PEM where it is in PEM.
fn der(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let Some((_, inner)) = text.split_once("-----BEGIN ") else { return file.to_vec() };
    let inner = inner.split_once("-----\n").or_else(|| inner.split_once("-----\r\n"));
    let inner = inner.and_then(|(_, rest)| rest.split_once("-----END")).map(|(inner, _)| inner);
    let digits: String = inner.unwrap_or_default().split_whitespace().collect();
    STANDARD.decode(digits).unwrap_or_default()
}

/// Certificates of whoever signs.
#[derive(Default)]
struct Keys {
    openpgp: Vec<openpgp::Certificate>,
    smime: Vec<smime::Certificate>,
}

impl Keys {
    async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Self> {
        let mut keys = Self::default();
        for key in credentials::of_team(connection, team_id).await? {
            // A pending key proves nothing yet.
            if key.state == KeyState::Active {
                keys.add(key.protocol, &key.certificate)?;
            }
        }
        Ok(keys)
    }

    /// Of an applicant the keys that it offers: who holds them is what is to be found out, and
    /// that the same key has signed speaks for it.
    async fn of_applicant(app: &App, connection: &mut Connection, id: &str) -> Result<Self> {
        let found = applications::find(connection, id).await?;
        let found = found.ok_or_else(|| super::decide_application::unknown(id))?;
        let text: ApplicationText =
            app.vault.open_json(sealed::APPLICATION, &found.id, &found.sealed)?;
        let mut keys = Self::default();
        for key in &text.keys {
            let certificate = STANDARD.decode(&key.certificate).unwrap_or_default();
            keys.add(key.protocol, &certificate)?;
        }
        Ok(keys)
    }

    fn add(&mut self, protocol: Protocol, certificate: &[u8]) -> Result<()> {
        match protocol {
            Protocol::Openpgp => self.openpgp.push(openpgp::Certificate::read(certificate)?),
            Protocol::Smime => self.smime.push(smime::Certificate::read(certificate)?),
        }
        Ok(())
    }

    fn signers<'a>(&'a self, trust: &'a TrustStore) -> Signers<'a> {
        Signers {
            openpgp: self.openpgp.iter().collect(),
            smime: self.smime.iter().collect(),
            trust,
        }
    }
}
