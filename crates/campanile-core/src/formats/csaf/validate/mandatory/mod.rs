//! The mandatory tests [CSAF 2.0 §6.1, CSAF 2.1 §6.1]: a document that fails one is not valid.
//!
//! One file for each part of the document that a test is about; one function for each test, in
//! the order of the standard. Which number is which stands in [`super::table`].

pub(super) mod affected;
pub(super) mod closure;
pub(super) mod dates;
pub(super) mod decisions;
pub(super) mod extensions;
pub(super) mod history;
pub(super) mod metrics;
pub(super) mod products;
pub(super) mod profile;
pub(super) mod ratings;
pub(super) mod remediations;
pub(super) mod sharing;
pub(super) mod status;
pub(super) mod terms;
pub(super) mod tree_rules;
