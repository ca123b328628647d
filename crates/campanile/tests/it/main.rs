//! Integration tests: one binary, a module per feature. Start with [`support`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
mod support;

mod access;
mod access_pages;
mod advisories;
mod alerts;
mod api;
mod attacks;
mod audit;
mod backup;
mod bounces;
mod browser;
mod certificates;
mod command_line;
mod crash;
mod database;
mod decisions;
mod demo;
mod distribution;
mod doctor;
mod durability;
mod expiry;
mod held;
mod init;
mod keyless;
mod keys;
mod mail_check;
mod mail_in;
mod member_pages;
mod membership;
mod membership_kills;
mod monitoring;
mod network;
mod next_hop;
mod pages;
mod races;
mod registry;
mod rotation;
mod serve;
mod sources;
mod statements;
mod tables;
mod team_exchange;
mod team_names;
mod verdicts;
mod web;
