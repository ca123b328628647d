//! OpenPGP [RFC 9580, RFC 4880] on Sequoia: certificates, list keys, opening, sealing.
//!
//! Foreign bytes are taken apart by our own small framing ([`packets`], [`subpackets`]) first,
//! so that structure and sizes are refused before the library builds objects of them. The
//! library verifies and decrypts; what its verdict would hide is looked at here.
//!
//! Not here, on purpose: keys found in mail, key servers, trust by signatures of others,
//! passwords, cleartext signatures, LibrePGP's own packets.
//!
//! Start with [`decrypt`] for a mail coming in, [`bulk`] for one going out,
//! [`Certificate::register`] for a key offered by a team.

mod armor;
mod certificate;
mod container;
mod content;
mod open;
mod packets;
mod register;
mod rsa;
mod seal;
mod secret;
mod seipd_v1;
mod sign;
mod signature;
mod strength;
mod strip;
mod subpackets;
mod transferable;
mod user_id;
mod validity;

pub use certificate::{Certificate, Recipient};
pub use open::{decrypt, looks_encrypted, verify_detached};
pub use seal::{Container, bulk, head};
pub use secret::SecretKey;
pub use sign::sign_detached;

#[cfg(test)]
mod tests;
