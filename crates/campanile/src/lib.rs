//! The program: all input and output of Campanile.
//!
//! Rules about mail and formats are in `campanile_core`; this crate reads files, sockets, the
//! clock and the database and hands what it read to the core. Modules may use only what stands
//! to the left: `config, error, clock, fault, telemetry, printable, counters, confine` ← `store,
//! keys, spool, relay, archive, fetch, unpack` ← `app` ← `actions` ← `jobs, smtp, web` ← `demo` ←
//! `cli`.
//!
//! Start with [`cli`] for what the program can do and with [`actions`] for how it does it.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod actions;
pub mod app;
pub mod archive;
pub mod cli;
pub mod clock;
pub mod config;
pub mod confine;
pub mod counters;
pub mod demo;
pub mod error;
pub mod fault;
pub mod fetch;
pub mod jobs;
pub mod keys;
pub mod printable;
pub mod relay;
pub mod smtp;
pub mod spool;
pub mod store;
pub mod telemetry;
pub mod unpack;
pub mod web;
