//! CVE records [CVE JSON record format 5.1, 5.2].
//!
//! One vulnerability, told by the authority that gave the number (`cna`) and completed by others
//! (`adp`). Every container is a rater of its own; what they say is put together, and who said it
//! is kept for ratings only.

mod read;
mod versions;
mod write;

pub use read::{from_json, read};
pub use write::write;

#[cfg(test)]
mod tests;
