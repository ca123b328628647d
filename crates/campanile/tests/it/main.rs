//! Integration tests: one binary, a module per feature. Start with [`support`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[macro_use]
mod support;

mod command_line;
mod database;
mod doctor;
mod init;
mod keys;
mod network;
mod registry;
mod tables;
