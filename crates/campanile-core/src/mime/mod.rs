//! MIME entities [RFC 2045, RFC 2046]: reading without losing a byte, and writing strictly.
//!
//! What was signed is kept as the slice it was; nothing that is verified is ever written anew.

mod armor;
pub mod bounce;
pub mod compose;
mod content_type;
mod entity;
pub mod fields;
pub mod outer;
mod parameters;
pub mod protected;
mod repair;
mod section;
pub mod text;

pub use entity::{Entity, Field, read};

#[cfg(test)]
mod corpus_tests;
