//! The authority against its own rules, against requests made by `openssl`, and against OpenSSL's
//! check of paths.

mod issuing;
mod requests;

use super::*;
use crate::model::address::EmailAddress;
use crate::model::time::Timestamp;

/// 2026-11-21T18:40:00Z
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

fn address() -> EmailAddress {
    "new-cert@new.example".parse().unwrap()
}

fn approved(email: &EmailAddress) -> Approved<'_> {
    Approved {
        network: "Toy",
        handle: "NEW-CERT",
        team_name: "The New CERT",
        name: "Ada Lovelace",
        email,
        id: "0193ab",
    }
}
