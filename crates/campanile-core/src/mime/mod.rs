//! MIME entities [RFC 2045, RFC 2046]: reading without losing a byte, and writing strictly.
//!
//! What was signed is kept as the slice it was; nothing that is verified is ever written anew.

pub mod compose;
mod entity;
pub mod fields;
mod parameters;
pub mod protected;
mod section;
pub mod text;

pub use entity::{Entity, Field, read};
