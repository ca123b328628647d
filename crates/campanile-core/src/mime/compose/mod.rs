//! Outgoing mail: the entity that is sealed for the teams, and the message around it.
//!
//! Nothing of a foreign header is copied but the fields that describe content. Every field goes
//! through [`writer`], which cannot end a line early.

mod names;
mod own;
mod payload;
mod wrap;
mod writer;

pub use own::{Attachment, own_entity};
pub use payload::{payload, text_entity};
pub use wrap::{clear_signed, notice, wrap_openpgp, wrap_smime};
pub use writer::{is_message_id, message_ids};

use crate::model::address::EmailAddress;
use crate::model::time::Timestamp;

/// What a distributed mail says about itself, under protection.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    /// Display name: `DFN-CERT via alert`.
    pub from_display: String,
    /// Address of the list.
    pub from: EmailAddress,
    /// Address of the list, or of the team for a notice.
    pub to: EmailAddress,
    /// Where answers go, if not to From.
    pub reply_to: Option<EmailAddress>,
    /// Subject as text.
    pub subject: String,
    /// Time of distribution.
    pub date: Timestamp,
    /// Our own Message-ID with its brackets; left out when [`is_message_id`] says no.
    pub message_id: String,
    /// Message-ID that this answers, already mapped; left out when it is none.
    pub in_reply_to: Option<String>,
    /// Message-IDs of the thread, oldest first, already mapped; what is none is left out.
    pub references: Vec<String>,
}

/// The header of the message outside of the encryption.
///
/// Fields as in `origin`, but for the subject.
#[derive(Clone, Copy)]
pub struct OuterHeader<'a> {
    /// The protected fields.
    pub origin: &'a Origin,
    /// Neutral subject: `[alert] …`.
    pub subject: &'a str,
    /// Name of the list for people.
    pub list_name: &'a str,
    /// Address of the list.
    pub list: &'a EmailAddress,
    /// Random token for boundaries: letters and digits, unguessable to senders of content.
    pub token: &'a str,
}
