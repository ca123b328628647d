//! Limits of the listener for the pages, each with its reason.

use std::time::Duration;

/// Handshakes at once: each costs a signature and some kilobytes, and waits for the client.
pub(super) const HANDSHAKES_MAX: usize = 256;
/// How long a handshake may take: a telephone on a bad line needs two seconds.
pub(super) const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Connections with a certificate at once: a browser keeps six, a thousand teams do not all look
/// within one minute.
pub(super) const MEMBERS_MAX: usize = 1024;
/// Connections without a certificate at once: health checks, feeds, applications. Whoever floods
/// them keeps no member out.
pub(super) const STRANGERS_MAX: usize = 128;
/// How long the head of a request may take, and how long a connection may wait for the next.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a connection may last in all; browsers open a new one without a word.
pub(super) const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// How long an answer may take.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(60);
/// Largest body of a request, in bytes: an alert with its forms encoded, or a key file.
pub(super) const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Largest upload of advisories, in bytes: two of the largest documents that are read. More at a
/// time is for `campanile advisory import`.
pub(super) const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long a TLS configuration holds although the registry did not change: a certificate that
/// another program has renewed is taken within this time.
pub(super) const DOOR_TIME: Duration = Duration::from_secs(600);
/// Forms of application that are read from one address within the time below: each costs the
/// parsing of keys; whoever mends a fault sends it again a few times.
pub(super) const FORMS_PER_ADDRESS_MAX: u32 = 30;
/// Applications that are filed from one address within it: well below what all together may file,
/// so that one address keeps nobody out.
pub(super) const APPLICATIONS_PER_ADDRESS_MAX: u32 = 4;
/// How long forms and applications of an address are counted.
pub(super) const FORM_WINDOW_SECONDS: i64 = 3600;
/// Wrong digits of one telephone before it waits, whatever UID they name: a team types its own
/// digits wrong once or twice.
pub(super) const CALLER_FAILURES_MAX: u32 = 3;
/// How long it waits; every try meanwhile starts the time anew.
pub(super) const CALLER_WINDOW_SECONDS: i64 = 900;
/// Addresses or telephones that are remembered: some megabytes.
pub(super) const TRIED_MAX: usize = 20_000;
