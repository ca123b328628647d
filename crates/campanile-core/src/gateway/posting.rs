//! A posting: the accepted content in the list's own envelope, sealed once per container.
//!
//! Everything that names the sender is written from the registry, never copied from the mail:
//! display names are free text of whoever wrote them. Mail of our own takes the same way: there
//! is one code that seals.

use super::network::{List, Team};
use super::recipients::{Container, RecipientKey};
use crate::crypto::mac::mac;
use crate::crypto::{Bulk, SealError, openpgp, smime};
use crate::mime::compose::{self, Origin, OuterHeader, message_ids};
use crate::mime::protected::{Protected, protected};
use crate::mime::text::text;
use crate::mime::{self, Entity};
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::key::Fingerprint;
use crate::model::plaintext::Plaintext;
use crate::model::time::Timestamp;

/// A posting ready to be sealed: the entity that the teams will read, and the outer header.
pub struct Posting {
    payload: Plaintext,
    origin: Origin,
    subject: String,
    list_name: String,
    token: String,
}

/// What a posting is made from.
pub struct Source<'a> {
    /// The mail as received.
    pub message: &'a [u8],
    /// The signed content, as opened.
    pub content: &'a [u8],
    /// The list it was sent to.
    pub list: &'a List,
    /// The team that signed it.
    pub team: &'a Team,
    /// When it was taken in; the Date of the copies.
    pub received_at: Timestamp,
    /// Secret of the network, for Message-IDs and boundaries.
    pub secret: &'a [u8],
}

/// What a mail of our own is made from: content that nobody sent to a list.
pub struct Own<'a> {
    /// Its content, an entity.
    pub content: &'a [u8],
    /// The list in whose name it goes: its address and its keys.
    pub list: &'a List,
    /// The display name beside the address of the list.
    pub from_display: String,
    /// To whom it is, for the reader: the list, or the one team that gets it.
    pub to: &'a EmailAddress,
    /// The subject under the seal.
    pub subject: &'a str,
    /// What it is, for its Message-ID: the same name gives the same Message-ID, so that a copy
    /// made again is the same mail. Unique among all mail of our own.
    pub name: &'a str,
    /// When it was written.
    pub date: Timestamp,
    /// Message-IDs of the mail of the list that it follows, oldest first; it answers the last one.
    pub references: &'a [String],
    /// Secret of the network, for Message-IDs and boundaries.
    pub secret: &'a [u8],
}

impl Posting {
    /// Composes a mail of our own.
    ///
    /// # Errors
    /// The condition that makes the content unreadable.
    pub fn own(own: &Own<'_>) -> Result<Self, Condition> {
        let content = mime::read(own.content)?;
        let list = own.list;
        let origin = Origin {
            from_display: own.from_display.clone(),
            from: list.address.clone(),
            to: own.to.clone(),
            reply_to: None,
            subject: own.subject.to_owned(),
            date: own.date,
            message_id: own_id(own.secret, list.address.domain(), own.name),
            in_reply_to: own.references.last().cloned(),
            references: own.references.to_vec(),
        };
        Ok(Self::of(&content, origin, list, own.secret))
    }

    /// Composes the posting.
    ///
    /// The same source gives the same Message-ID every time, so that a copy sealed later (after
    /// a team has renewed its key) is the same posting.
    ///
    /// # Errors
    /// The condition that makes the content unreadable.
    pub fn compose(source: &Source<'_>) -> Result<Self, Condition> {
        let original = mime::read(source.message)?;
        let content = mime::read(source.content)?;
        let headers = protected(&content)?;
        let ids = Ids::of(&original, &headers, source);
        let list = source.list;
        let outer_subject = || original.field("Subject").ok().flatten().map(text);
        let origin = Origin {
            from_display: format!("{} via {}", source.team.handle, list.name),
            from: list.address.clone(),
            to: list.address.clone(),
            reply_to: None,
            subject: headers.subject.clone().or_else(outer_subject).unwrap_or_default(),
            date: source.received_at,
            message_id: ids.message_id,
            in_reply_to: ids.in_reply_to,
            references: ids.references,
        };
        Ok(Self::of(&headers.content, origin, list, source.secret))
    }

    /// The content under its header, and what will stand outside.
    fn of(content: &Entity<'_>, origin: Origin, list: &List, secret: &[u8]) -> Self {
        let subject = format!("[{}] Sealed message", list.name);
        let payload = compose::payload(content, &origin, &subject);
        let token = boundary_token(secret, &payload);
        Self {
            payload: Plaintext::from(payload),
            origin,
            subject,
            list_name: list.name.clone(),
            token,
        }
    }

    fn outer(&self) -> OuterHeader<'_> {
        OuterHeader {
            origin: &self.origin,
            subject: &self.subject,
            list_name: &self.list_name,
            list: &self.origin.from,
            token: &self.token,
        }
    }

    /// The Message-ID that every copy carries.
    pub fn message_id(&self) -> &str {
        &self.origin.message_id
    }

    /// The entity that is sealed: what a team reads.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Signs with the list's key and encrypts the bulk for one container.
    ///
    /// # Errors
    /// When the list has no key of that kind, or the crypto library fails.
    pub fn seal(
        &self,
        container: Container,
        list: &List,
        now: Timestamp,
    ) -> Result<SealedBody, SealError> {
        let bulk = match container {
            Container::SeipdV1 | Container::SeipdV2 => {
                let signer = list.openpgp.first().ok_or_else(|| missing("OpenPGP"))?;
                openpgp::bulk(&self.payload, signer, openpgp_container(container), now)?
            }
            Container::Enveloped | Container::AuthEnveloped => {
                let signer = list.smime.first().ok_or_else(|| missing("S/MIME"))?;
                let signature = smime::sign(&self.payload, signer, now)?;
                let token = format!("{}s", self.token);
                let signed = compose::clear_signed(&self.payload, &signature, &token);
                smime::bulk(signed, smime_container(container))?
            }
        };
        let (prefix, suffix) = match container {
            Container::SeipdV1 | Container::SeipdV2 => compose::wrap_openpgp(&self.outer()),
            Container::Enveloped => {
                (compose::wrap_smime(&self.outer(), "enveloped-data"), Vec::new())
            }
            Container::AuthEnveloped => {
                (compose::wrap_smime(&self.outer(), "authEnveloped-data"), Vec::new())
            }
        };
        Ok(SealedBody { container, prefix, suffix, bulk })
    }
}

fn missing(kind: &str) -> SealError {
    SealError(format!("the list has no {kind} key to sign with"))
}

fn openpgp_container(container: Container) -> openpgp::Container {
    match container {
        Container::SeipdV2 => openpgp::Container::SeipdV2,
        _ => openpgp::Container::SeipdV1,
    }
}

fn smime_container(container: Container) -> smime::Container {
    match container {
        Container::AuthEnveloped => smime::Container::AuthEnveloped,
        _ => smime::Container::Enveloped,
    }
}

/// The shared parts of all copies in one container.
///
/// A copy is `prefix`, its recipient's head, the body, `suffix`, in this order.
pub struct SealedBody {
    /// How it is encrypted.
    pub container: Container,
    /// Outer header and what stands in front of the ciphertext.
    pub prefix: Vec<u8>,
    /// What stands behind the ciphertext.
    pub suffix: Vec<u8>,
    bulk: Bulk,
}

impl SealedBody {
    /// The shared ciphertext in transfer encoding, piece by piece.
    pub fn body(&self) -> impl Iterator<Item = Vec<u8>> {
        self.bulk.body()
    }

    /// Wraps the session key for one recipient.
    ///
    /// # Errors
    /// When the key is of the other protocol, or the crypto library fails.
    pub fn head(&self, key: &RecipientKey) -> Result<Vec<u8>, SealError> {
        match key {
            RecipientKey::Openpgp(key) => {
                openpgp::head(&self.bulk, key, openpgp_container(self.container))
            }
            RecipientKey::Smime(key) => {
                smime::head(&self.bulk, key, smime_container(self.container))
            }
        }
    }
}

/// Message-ID and references of a posting, mapped.
struct Ids {
    message_id: String,
    in_reply_to: Option<String>,
    references: Vec<String>,
}

impl Ids {
    /// Protected fields count before outer ones.
    fn of(original: &Entity<'_>, headers: &Protected<'_>, source: &Source<'_>) -> Self {
        let domain = source.list.address.domain();
        let (secret, team) = (source.secret, source.team.id.as_str());
        let fresh = |id: &str| fresh_id(secret, domain, team, id);
        let map = |id: &str| mapped_id(secret, domain, team, id);
        let outer = |name: &str| original.field(name).ok().flatten().map(text);
        let pick = |inner: &Option<String>, name: &str| {
            inner.clone().or_else(|| outer(name)).unwrap_or_default()
        };
        let mapped = |value: String| message_ids(&value).into_iter().map(map).collect::<Vec<_>>();
        let own = pick(&headers.message_id, "Message-ID");
        let own = message_ids(&own).first().map(|id| fresh(id));
        Self {
            // Without an id the content stands for itself.
            message_id: own.unwrap_or_else(|| fresh(&String::from_utf8_lossy(source.content))),
            in_reply_to: mapped(pick(&headers.in_reply_to, "In-Reply-To")).into_iter().next(),
            references: mapped(pick(&headers.references, "References")),
        }
    }
}

/// The list's own Message-ID for a team's Message-ID: a keyed mapping, so that threads hold and
/// nothing of the sender's mail system is told. No two teams share one, whatever id they choose:
/// programs that see an id again drop or merge the mail.
fn fresh_id(secret: &[u8], domain: &str, team: &str, id: &str) -> String {
    format!("<{}@{domain}>", mac_hex(secret, &format!("id {team} {id}")))
}

/// The Message-ID that a team refers to: an id of ours is kept, one of its own is mapped.
fn mapped_id(secret: &[u8], domain: &str, team: &str, id: &str) -> String {
    let suffix = format!("@{domain}>");
    let ours = id.strip_prefix('<').and_then(|rest| rest.strip_suffix(suffix.as_str()));
    let is_token = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match ours {
        Some(local) if is_token(local) => id.to_owned(),
        _ => fresh_id(secret, domain, team, id),
    }
}

/// The Message-ID of a mail of our own, from what it is.
///
/// Whoever knows the name of such a mail and the secret can tell whether a mail answers it.
pub fn own_id(secret: &[u8], domain: &str, name: &str) -> String {
    format!("<{}@{domain}>", mac_hex(secret, &format!("own {name}")))
}

/// What the boundaries around a payload are made of: nothing that can stand in it, not even when
/// its author knows the boundaries of an earlier posting with the same Message-ID.
fn boundary_token(secret: &[u8], payload: &[u8]) -> String {
    let digest = Fingerprint::from_bytes(&openssl::sha::sha256(payload));
    mac_hex(secret, &format!("boundary {}", digest.as_str()))
}

/// 128 bits of HMAC-SHA-256 in hexadecimal; `text` begins with what it is used for.
pub(super) fn mac_hex(secret: &[u8], text: &str) -> String {
    // HMAC fails only when memory does; random digits then name the message just as well and
    // match no bounce.
    let code = mac(secret, text).unwrap_or_else(|_| {
        let mut random = [0; 16];
        let _ = openssl::rand::rand_bytes(&mut random);
        random.iter().map(|byte| format!("{byte:02x}")).collect()
    });
    code.chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "<0123456789abcdef0123456789abcdef@list.example>";

    #[test]
    fn two_teams_never_get_the_same_message_id() {
        let id = |team, id| fresh_id(b"secret", "list.example", team, id);
        assert_eq!(id("a", "<1@x>"), id("a", "<1@x>"));
        assert_ne!(id("a", "<1@x>"), id("b", "<1@x>"));
        assert_ne!(id("a", OURS), OURS);
    }

    #[test]
    fn references_lead_to_the_mapped_ids() {
        let map = |id| mapped_id(b"secret", "list.example", "a", id);
        assert_eq!(map(OURS), OURS);
        assert_eq!(map("<1@x>"), fresh_id(b"secret", "list.example", "a", "<1@x>"));
    }

    #[test]
    fn boundary_depends_on_the_payload() {
        let token = |payload: &[u8]| boundary_token(b"secret", payload);
        assert_eq!(token(b"x"), token(b"x"));
        assert_ne!(token(b"x"), token(b"y"));
    }
}
