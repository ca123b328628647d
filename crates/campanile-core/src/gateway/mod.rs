//! The gate: what is taken in, and why.

pub mod network;
