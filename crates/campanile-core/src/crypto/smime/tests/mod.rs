//! Tests of S/MIME as a whole, with keys made on the spot.

mod corpus;
mod hostile;
mod interop;
mod mail;
mod message;
mod open;
// Shared with the tests outside of the crate; each uses its part.
#[allow(dead_code)]
mod pki;
mod register;
mod seal;
mod trust;
mod vectors;
mod verify;
