//! The rules and formats of Campanile: pure functions over bytes and plain types.
//!
//! Nothing here opens a file or a socket, asks a database, or reads a clock: `now` is a
//! parameter. The one exception is randomness for keys and nonces, which the crypto libraries
//! take from the operating system themselves (`docs/adr/0002-randomness.md`).
//!
//! Start with [`gateway`], which decides about a mail, and follow its arguments to the left:
//! [`crypto`] opens and seals, [`mime`] reads and writes entities, [`model`] holds the words.

pub mod authz;
pub mod comparison;
pub mod crypto;
pub mod formats;
pub mod gateway;
pub mod grouping;
pub mod mime;
pub mod model;
pub mod pki;
pub mod query;
pub mod smtp;
