//! S/MIME [RFC 8551] and CMS [RFC 5652] on OpenSSL: certificates, list keys, opening, sealing.
//!
//! All cryptography and all certificates are OpenSSL's. The structure of CMS is read and written
//! here (`ber`, `der`), because the answers hang on details that its CMS functions do not show:
//! who is named where, in which octets, how often, and how long the tag is.
//!
//! Refuses to trust anything a mail brings along: signers and recipients are the registered
//! certificates, paths are built from the operator's anchors, revocation lists are the
//! operator's. Start with [`decrypt`] and [`verify_detached`] for opening, [`bulk`] and [`head`]
//! for sealing.

pub(crate) mod anatomy;
mod attributes;
pub(crate) mod ber;
pub(crate) mod certificate;
mod der;
mod digest;
mod enveloped;
pub(crate) mod file;
mod identifier;
mod key_agreement;
mod key_transport;
pub(crate) mod oid;
mod open;
mod path;
mod recipient;
mod recipient_info;
mod seal;
mod secret;
mod sign;
mod signature;
mod signed_data;
mod signer_info;
pub(crate) mod strength;
mod trust;

pub use certificate::Certificate;
pub use open::{CmsKind, decrypt, kind, signed_content, verify_detached, verify_opaque};
pub use path::TrustStore;
pub use recipient::Recipient;
pub use seal::{Container, bulk, head};
pub use secret::SecretKey;
pub use sign::sign;
pub use trust::Anchor;

#[cfg(test)]
mod tests;
