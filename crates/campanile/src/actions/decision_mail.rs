//! Tells an applicant that its application was decided: sealed with the key of its form where that
//! can encrypt, else without content.
//!
//! The key is a claim, and stays one: whoever holds it is whoever filed the form. The reason of the
//! decision is for the record of the operator and is not told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::network::Team;
use campanile_core::model::key::Protocol;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use super::decide_application::Verdict;
use super::notice::{Notice, row};
use super::own_mail::{OwnMail, SealedMail, seal_for_applicant};
use crate::app::App;
use crate::app::applications::ApplicationText;
use crate::error::Result;
use crate::store::deliveries::{self, NewDelivery};
use crate::store::{Write, applications};

/// What goes out with a decision.
pub(super) enum Letter {
    /// Which decision it was.
    Sealed(Box<SealedMail>),
    /// That there is one; with the list that it bears the name of.
    Bare(Box<NewDelivery>, String),
}

impl Letter {
    /// The mail for an applicant; `None` when the welcome mail says it all, or there is no list
    /// whose name it could bear.
    pub(super) async fn prepare(
        app: &App,
        filed: &applications::Application,
        text: &ApplicationText,
        verdict: Verdict<'_>,
    ) -> Result<Option<Self>> {
        let words = match verdict {
            // At least one key is confirmed: the welcome mail follows.
            Verdict::Admit(admission) if !admission.confirmed.is_empty() => return Ok(None),
            Verdict::Admit(_) => {
                "It was admitted, as a candidate. The operator compares the fingerprint of your \
                 key with you, by telephone or in person; then your team is active, and gets all \
                 that it needs by a further sealed mail."
            }
            Verdict::Reject => {
                "It was not admitted. The operator tells you why, and what could be changed; you \
                 may apply again."
            }
            Verdict::Withdrawn => "It was closed, as withdrawn. You may apply again at any time.",
        };
        let subject = "Your application for membership";
        let said = said(app, text, filed.filed_at, words);
        let mail = OwnMail {
            team_id: "",
            kind: "decision",
            subject,
            text: &said,
            attachments: &[],
            list_id: None,
        };
        if let Some(sealed) = seal_for_applicant(app, applicant(text), &mail).await? {
            return Ok(Some(Self::Sealed(Box::new(sealed))));
        }
        let network = app.network().await?;
        let (Some(list), Some(address)) = (network.lists.first(), text.application.emails.first())
        else {
            return Ok(None);
        };
        let said = format!(
            "There is news about an application for membership that names this address. It is not \
             in this mail, because no key was given that could seal it. Please ask {}.\n\n\
             If you know of no application, tell the operator so.\n",
            operator(app)
        );
        let recipient = address.as_str();
        let notice = Notice { team_id: "", recipient, kind: "decision", subject, text: &said };
        let bare = row(app, list, &notice);
        Ok(Some(Self::Bare(Box::new(bare), list.id.clone())))
    }

    /// Puts it into the outbox, in the transaction of the decision.
    pub(super) async fn queue(&self, write: &mut Write, now: Timestamp) -> Result<()> {
        match self {
            Self::Sealed(mail) => mail.queue(write, now).await,
            Self::Bare(row, list) => {
                let rows = std::slice::from_ref(row.as_ref());
                deliveries::insert_all(write, &row.id, list, now, rows).await
            }
        }
    }

    /// Nothing was decided.
    pub(super) fn forget(&self, app: &App) {
        if let Self::Sealed(mail) = self {
            mail.forget(app);
        }
    }
}

fn operator(app: &App) -> String {
    let operator = app.config.network.operator.as_ref().map(ToString::to_string);
    operator.unwrap_or_else(|| "the operator of the network".into())
}

fn said(app: &App, text: &ApplicationText, filed_at: Timestamp, words: &str) -> String {
    format!(
        "The application of {} for membership of the network {}, filed at {filed_at}, was \
         decided.\n\n{words}\n\nQuestions: {}\n\nYou get this because the application names this \
         address and this key.\n",
        text.application.handle,
        app.config.network.name,
        operator(app)
    )
}

/// The applicant as mail is sealed for it: it is no team, and bears no identifier of one.
fn applicant(text: &ApplicationText) -> Team {
    let mut team = Team {
        id: String::new(),
        handle: text.application.handle.clone(),
        state: TeamState::Candidate,
        addresses: text.application.emails.clone(),
        openpgp: Vec::new(),
        smime: Vec::new(),
    };
    for key in &text.keys {
        let file = STANDARD.decode(&key.certificate).unwrap_or_default();
        match key.protocol {
            Protocol::Openpgp => team.openpgp.extend(openpgp::Certificate::read(&file).ok()),
            Protocol::Smime => team.smime.extend(smime::Certificate::read(&file).ok()),
        }
    }
    team
}
