//! The gate as a whole, from the octets of a mail to the verdict: whatever becomes of a good mail
//! on its way, nothing but what its team signed is accepted.

// A test ends where something is not as it says; nothing here is a public interface.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod edits;
// Shared with the fuzz targets; each uses its part.
#[allow(dead_code)]
mod material;
mod metamorphic;
#[path = "../../src/crypto/smime/tests/pki.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod pki;
mod rules;
