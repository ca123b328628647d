//! OSV, the format of the open source vulnerability databases [OSV schema 1.7.3].
//!
//! A record of a register (GO-, PYSEC-, GHSA-) is about what its aliases name; an advisory of a
//! distribution (ALSA-, DSA-) is about many, which stand in `related` or `upstream`. The two are
//! told apart by the numbering. Versions of packages are carried as texts and never compared.

mod ranges;
mod read;
mod write;

pub use read::{from_json, read};
pub use write::write;

#[cfg(test)]
mod tests;
