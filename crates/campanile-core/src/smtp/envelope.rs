//! What a session asks of the house behind it, and what it hands over.

use std::net::IpAddr;

/// Everything the SMTP dialogue says about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The reverse path without brackets; `None` is the null path `<>` of bounces.
    pub mail_from: Option<String>,
    /// The distinct recipients, domain in lower case, in the order of their first RCPT.
    pub recipients: Vec<String>,
    /// The name from EHLO, HELO or LHLO: claimed by the client, printable, unchecked.
    pub helo: String,
    /// The address of the client.
    pub peer: IpAddr,
    /// Whether the message came over TLS.
    pub tls: bool,
    /// Whether it came by LMTP.
    pub lmtp: bool,
}

/// Whether mail for an address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientAnswer {
    /// The address is ours: 250.
    Ok,
    /// Our domain, but no such address: 550 5.1.1.
    Unknown,
    /// Not our domain: 550 5.7.1.
    Foreign,
    /// Nobody can tell now: 451 4.3.0.
    Temporary,
}

/// What became of a message that was received completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// Stored durably: 250.
    Accepted {
        /// The name under which the operator finds it.
        id: String,
    },
    /// Refused for good.
    Refused {
        /// Reply code and enhanced code, such as `550 5.7.1`.
        code: &'static str,
        /// A text for the sender; what is not printable ASCII is replaced.
        text: String,
    },
    /// Not stored; the client shall try again: 451 4.3.0.
    Temporary,
}
