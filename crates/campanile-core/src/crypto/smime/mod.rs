//! S/MIME [RFC 8551] and CMS [RFC 5652] on OpenSSL: certificates, list keys, opening, sealing.

mod certificate;
mod open;
mod seal;
mod secret;
mod trust;

pub use certificate::{Certificate, Recipient};
pub use open::{CmsKind, decrypt, kind, verify_detached, verify_opaque};
pub use seal::{Container, bulk, head, sign};
pub use secret::SecretKey;
pub use trust::{Anchor, TrustStore};
