//! The optional tests of 2.0, called recommended in 2.1 [CSAF 2.0 §6.2, CSAF 2.1 §6.2]: advice.

pub(super) mod decisions;
pub(super) mod document;
pub(super) mod extensions;
pub(super) mod fixed;
pub(super) mod identifiers;
pub(super) mod listed;
pub(super) mod products;
pub(super) mod recommended;
pub(super) mod translated;
pub(super) mod vulnerabilities;
