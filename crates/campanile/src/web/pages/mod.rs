//! The pages: each reads through the store with the viewer, writes through actions, and fills a
//! template.

pub(super) mod acknowledge;
pub(super) mod alert;
pub(super) mod alerts;
mod audience;
mod board;
pub(super) mod calls;
mod content;
mod form;
pub(super) mod home;
pub(super) mod revise;
pub(super) mod statistics;
pub(super) mod teams;
mod words;
pub(super) mod write;
