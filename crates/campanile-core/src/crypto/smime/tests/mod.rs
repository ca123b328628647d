//! Tests of S/MIME as a whole, with keys made on the spot.

mod corpus;
mod hostile;
mod interop;
mod mail;
mod message;
mod open;
#[allow(dead_code)]
mod pki;
mod register;
mod seal;
mod trust;
mod verify;
