//! IODEF, the Incident Object Description Exchange Format, in the four encodings that teams use.
//!
//! The mapping of every field is in `docs/formats/iodef.md`. An alert is written so that a
//! program that only knows the standard understands it, and reading our own documents gives the
//! same alert back: what an encoding has no place for stands in `AdditionalData` under the names
//! of [`names`].

mod names;
mod phrases;
mod read;
#[cfg(test)]
pub(crate) mod samples;
mod terms;
mod write;

pub use read::{detect, read};
pub use write::{WriteContext, write};

pub use crate::model::alert::Encoding;
