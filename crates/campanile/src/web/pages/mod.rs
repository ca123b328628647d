//! The pages: each reads through the store with the viewer, writes through actions, and fills a
//! template.

pub(super) mod access;
pub(super) mod access_change;
pub(super) mod acknowledge;
pub(super) mod advisories;
pub(super) mod alert;
pub(super) mod alerts;
pub(super) mod application;
pub(super) mod apply;
mod audience;
mod board;
pub(super) mod calls;
mod content;
pub(super) mod document;
mod form;
pub(super) mod groups;
pub(super) mod home;
pub(super) mod members;
mod plain;
pub(super) mod query;
pub(super) mod revise;
pub(super) mod sources;
pub(super) mod statistics;
mod steps;
mod tasks;
pub(super) mod team;
pub(super) mod team_change;
pub(super) mod teams;
pub(super) mod watches;
pub(super) mod welcome;
mod words;
pub(super) mod write;
