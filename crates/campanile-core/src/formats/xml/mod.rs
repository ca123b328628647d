//! XML: a bounded reader that refuses what documents of alerts do not need, and a writer.
//!
//! Never done, whatever a document asks for: fetching a DTD or a style sheet, resolving entities
//! beyond the five of XML itself, including files, reading XML 1.1.

mod characters;
mod names;
mod read;
mod start;
mod write;

pub use characters::decoded;
pub use read::{Document, read};
pub use write::{Tag, carried, document};

#[cfg(test)]
mod tests;
