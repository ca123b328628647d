//! What is sent, and what becomes of it.

use super::body::Body;
use super::reply::Reply;
use super::wire::WireError;

/// One message for one recipient.
#[derive(Clone)]
pub struct Outgoing {
    /// The reverse path, empty for `<>`.
    pub mail_from: String,
    /// The recipient.
    pub recipient: String,
    /// The message.
    pub body: Body,
}

/// What became of one message.
#[derive(Debug)]
pub enum SendOutcome {
    /// The next hop has taken the responsibility.
    Accepted {
        /// Its words.
        reply: Reply,
    },
    /// Refused for now.
    Temporary {
        /// Its words.
        reply: Reply,
    },
    /// Refused for good.
    Permanent {
        /// Its words, or ours in the form of a reply if it need not be asked.
        reply: Reply,
    },
    /// Certainly not accepted, for no fault of its own: the connection cannot be used any more.
    Broken {
        /// What happened.
        error: WireError,
    },
    /// Sent to its end without an answer, so perhaps accepted. Sending it again may make a
    /// duplicate, with the same Message-ID.
    MaybeAccepted {
        /// What happened.
        error: WireError,
    },
}

impl SendOutcome {
    pub(super) fn of_refusal(reply: Reply) -> Option<Self> {
        match reply.code {
            400..500 => Some(Self::Temporary { reply }),
            500..600 => Some(Self::Permanent { reply }),
            _ => None,
        }
    }
}
