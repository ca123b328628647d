//! Limits and times of the server; those of the dialogue are in the core.

use std::time::Duration;

/// What the server bears; tests shorten the times.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once.
    pub connections_max: usize,
    /// Connections at once from one address: a relay in front of us may be the only client.
    pub connections_per_address_max: usize,
    /// Memory for messages being received, all connections together, in octets.
    pub message_memory_octets_max: usize,
    /// Time for one command line to arrive, and between commands: RFC 5321 §4.5.3.2.7.
    pub command: Duration,
    /// Longest pause within a message: RFC 5321 §4.5.3.2.5 asks for 3 minutes.
    pub data_pause: Duration,
    /// Time for a whole message, against one octet per minute; 40 MiB at 70 KiB/s.
    pub data: Duration,
    /// Time for the client to take our replies.
    pub write: Duration,
    /// Time for a TLS handshake.
    pub handshake: Duration,
    /// Time for open sessions at shutdown: service managers kill after 5 to 90 seconds.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 500,
            connections_per_address_max: 200,
            message_memory_octets_max: 256 * 1024 * 1024,
            command: Duration::from_secs(300),
            data_pause: Duration::from_secs(300),
            data: Duration::from_secs(600),
            write: Duration::from_secs(120),
            handshake: Duration::from_secs(60),
            shutdown_grace: Duration::from_secs(4),
        }
    }
}

/// Octets of a message that need no part of the shared memory, so that small messages pass
/// while somebody holds all of it.
pub const MESSAGE_OCTETS_FREE: usize = 128 * 1024;
/// What has to arrive of a message to count as progress.
pub const PROGRESS_OCTETS: usize = 1024;
/// Room for reading at first.
pub const READ_OCTETS_FIRST: usize = 8 * 1024;
/// Room for reading while a large message arrives.
pub const READ_OCTETS_MAX: usize = 128 * 1024;
/// What is read and dropped behind our last reply, so that the client gets to see it: closing
/// with unread octets would reset the connection.
pub const DRAIN_OCTETS_MAX: usize = 1024 * 1024;
/// How long that may take.
pub const DRAIN_TIME: Duration = Duration::from_secs(1);
