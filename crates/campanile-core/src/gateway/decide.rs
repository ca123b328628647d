//! The verdict: deliver, hold or refuse, with every reason.
//!
//! The acceptance rule has ten points; each is one function here, in order, that returns the
//! conditions it found. Nothing is decided on the first fault: the operator and the team see
//! all of them.

use super::network::{List, Network, Team};
use super::open::Opened;
pub use super::replay::ReplayKey;
use crate::crypto::{SignatureFact, smime};
use crate::mime::fields::mailboxes;
use crate::mime::outer::{Outer, ciphertext_inside, classify};
use crate::mime::protected::protected;
use crate::mime::{self, Entity};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::limits;
use crate::model::list::Disposition;
use crate::model::time::Timestamp;

/// What happens to a mail, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What happens.
    pub disposition: Disposition,
    /// Everything that was found, also what the policy accepts; in the order of the rule.
    pub reasons: Vec<Condition>,
    /// Registry identifier of the team whose good signature stands around the content.
    pub team: Option<String>,
    /// When the content was signed.
    pub signed_at: Option<Timestamp>,
    /// For the replay cache; present with a good signature.
    pub replay_key: Option<ReplayKey>,
}

impl Verdict {
    /// The same verdict with one more condition.
    pub fn with(mut self, condition: Condition, list: &List) -> Self {
        self.reasons.push(condition);
        self.reasons.sort_unstable();
        self.reasons.dedup();
        self.disposition = disposition(&self.reasons, list);
        self
    }
}

fn disposition(reasons: &[Condition], list: &List) -> Disposition {
    let answers = reasons.iter().map(|condition| list.policy.disposition(*condition));
    answers.max().unwrap_or(Disposition::Accept)
}

/// Decides about a mail to a list.
///
/// `message` is the mail as received, `opened` what [`super::open::open`] made of it. Replays
/// are added by the caller with [`Verdict::with`], since only the store knows what was there.
pub fn decide(
    message: &[u8],
    opened: &Opened,
    list: &List,
    network: &Network,
    now: Timestamp,
) -> Verdict {
    let mut reasons = opened.conditions.clone();
    let mut from = None;
    match mime::read(message) {
        Ok(entity) => {
            reasons.extend(travelled(&entity, list));
            match sender(&entity) {
                Ok(address) => from = Some(address),
                Err(condition) => reasons.push(condition),
            }
        }
        Err(condition) => reasons.push(condition),
    }
    let team = from.as_ref().and_then(|address| network.team_of(address));
    if from.is_some() {
        reasons.extend(membership(team, list));
    }
    reasons.extend(signature(&opened.signatures, team));
    reasons.extend(wrapping(&opened.wrapping, team));
    let good = one_good(&opened.signatures);
    if let Some(fact) = good {
        reasons.extend(freshness(fact, list, now));
    }
    if let Some(content) = &opened.content {
        reasons.extend(inside(content, from.as_ref(), list));
    }
    reasons.sort_unstable();
    reasons.dedup();
    Verdict {
        disposition: disposition(&reasons, list),
        team: good.and(team).map(|team| team.id.clone()),
        signed_at: good.and_then(|fact| fact.made_at),
        replay_key: good.and(team).and_then(|team| ReplayKey::of(team, opened)),
        reasons,
    }
}

/// Point 10: mail that goes round, or that a machine sent back.
fn travelled(entity: &Entity<'_>, list: &List) -> Vec<Condition> {
    let mut found = Vec::new();
    let count = |name: &'static str| {
        entity.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    };
    let own = list.address.as_str().replace('@', ".");
    let looped = count("List-Id").any(|field| String::from_utf8_lossy(field.value).contains(&own));
    if looped || count("Received").count() > limits::RECEIVED_FIELDS_MAX {
        found.push(Condition::Loop);
    }
    let replied = count("Auto-Submitted").any(|field| {
        String::from_utf8_lossy(field.value).trim().to_ascii_lowercase().starts_with("auto-replied")
    });
    if replied || entity.media_type == "multipart/report" {
        found.push(Condition::Automatic);
    }
    found
}

/// Point 1: exactly one From field with exactly one plain address.
fn sender(entity: &Entity<'_>) -> Result<EmailAddress, Condition> {
    let mut fields = entity.fields.iter().filter(|f| f.name.eq_ignore_ascii_case("From"));
    let field = fields.next().ok_or(Condition::FromMissing)?;
    if fields.next().is_some() {
        return Err(Condition::FromSeveral);
    }
    let mailboxes = mailboxes(field)?;
    match mailboxes.as_slice() {
        [] => Err(Condition::FromMissing),
        [mailbox] => mailbox.address.parse().map_err(|_| Condition::FromMalformed),
        _ => Err(Condition::FromSeveral),
    }
}

/// Point 1: the address belongs to an active team that is subscribed.
fn membership(team: Option<&Team>, list: &List) -> Vec<Condition> {
    let Some(team) = team else {
        return vec![Condition::FromUnknown];
    };
    let mut found = Vec::new();
    if !team.state.capabilities().send {
        found.push(Condition::TeamNotActive);
    }
    if !list.subscribers.contains(&team.id) {
        found.push(Condition::NotSubscribed);
    }
    found
}

/// Points 4 to 6: one signature, good, by a key of the From team.
fn signature(facts: &[SignatureFact], team: Option<&Team>) -> Vec<Condition> {
    let mut found = wrapping(facts, team);
    if facts.is_empty() {
        found.push(Condition::NotSigned);
    }
    found
}

/// A wrapping signature is optional, but if it is there it is one, and by the same team.
fn wrapping(facts: &[SignatureFact], team: Option<&Team>) -> Vec<Condition> {
    let mut found = Vec::new();
    if facts.len() > 1 {
        found.push(Condition::SignaturesSeveral);
    }
    for fact in facts {
        found.extend(&fact.faults);
        found.extend(signer(fact, team));
    }
    found
}

fn signer(fact: &SignatureFact, team: Option<&Team>) -> Option<Condition> {
    let Some(signer) = &fact.signer else {
        return Some(Condition::SignerUnknown);
    };
    let team = team?;
    let own = team.openpgp.iter().any(|cert| cert.fingerprint() == *signer)
        || team.smime.iter().any(|cert| cert.fingerprint() == *signer);
    (!own).then_some(Condition::SignerNotFrom)
}

fn one_good(facts: &[SignatureFact]) -> Option<&SignatureFact> {
    match facts {
        [fact] if fact.is_good() => Some(fact),
        _ => None,
    }
}

/// Point 8: recent enough.
fn freshness(fact: &SignatureFact, list: &List, now: Timestamp) -> Option<Condition> {
    let oldest = now.plus_seconds(-list.policy.freshness_seconds);
    fact.made_at.is_some_and(|at| at < oldest).then_some(Condition::Stale)
}

/// Points 7 and 9: what the signed content says about itself.
fn inside(content: &[u8], from: Option<&EmailAddress>, list: &List) -> Vec<Condition> {
    let entity = match mime::read(content) {
        Ok(entity) => entity,
        Err(condition) => return vec![condition],
    };
    let headers = match protected(&entity) {
        Ok(headers) => headers,
        Err(condition) => return vec![condition],
    };
    let mut found = Vec::new();
    if headers.from.as_ref().is_some_and(|inner| !names(&inner.address, from)) {
        found.push(Condition::ProtectedFrom);
    }
    let addressed = |text: &String| names(text, Some(&list.address));
    if headers.recipients.as_ref().is_some_and(|all| !all.iter().any(addressed)) {
        found.push(Condition::ProtectedTo);
    }
    found.extend(sealed_inside(&headers.content));
    found
}

fn names(text: &str, address: Option<&EmailAddress>) -> bool {
    let parsed = text.parse::<EmailAddress>().ok();
    parsed.zip(address).is_some_and(|(one, other)| one.same_mailbox(other))
}

/// Content that is nothing but another sealed or compressed object: the teams could not read it,
/// and opening it for them would make the gate an oracle. What an object is counts, not what its
/// media type says. Ciphertext beside other content is only noted.
fn sealed_inside(content: &Entity<'_>) -> Option<Condition> {
    match classify(content) {
        Ok(Outer::Plain) => return None,
        Ok(Outer::PgpMime { .. } | Outer::PgpMimeMangled { .. } | Outer::Inline { .. }) => {
            return Some(Condition::EncryptedTwice);
        }
        Ok(Outer::Cms { der } | Outer::CmsByName { der }) => match smime::kind(&der) {
            smime::CmsKind::Encrypted => return Some(Condition::EncryptedTwice),
            smime::CmsKind::Compressed => return Some(Condition::Compressed),
            smime::CmsKind::Signed | smime::CmsKind::Other => {}
        },
        Ok(Outer::ClearSigned { .. }) | Err(_) => {}
    }
    ciphertext_inside(content).then_some(Condition::CiphertextInside)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
