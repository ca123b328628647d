//! OpenPGP [RFC 9580, RFC 4880] on Sequoia: certificates, list keys, opening, sealing.

mod certificate;
mod open;
mod seal;
mod secret;

pub use certificate::{Certificate, Recipient};
pub use open::{decrypt, verify_detached};
pub use seal::{Container, bulk, head};
pub use secret::SecretKey;
