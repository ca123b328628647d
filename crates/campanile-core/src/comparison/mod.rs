//! Comparison: the ratings of one group side by side, with what differs and how each was obtained.
//!
//! Ratings are compared and never averaged; there is no arithmetic between versions of CVSS; that
//! nothing was said is no disagreement. Schemes are versioned data in `comparison/data/`:
//! [`cvss`] (metrics and their meanings), [`ssvc`] (decision tables), [`eispp`] (ranks), [`words`]
//! (which word of whom stands for what, by which rule). [`sheet`] lays out what people read;
//! `docs/formats/ratings.md` tells the rules.
//!
//! Refused here: deciding who may see what (parts that are hidden come in as hidden), and judging
//! who is right.

pub mod csv;
pub mod cvss;
pub mod eispp;
mod facts;
pub mod scale;
pub mod sheet;
pub mod ssvc;
#[cfg(test)]
mod tests;
pub mod words;
