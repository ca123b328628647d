//! The gate: what is taken in, and why, and how it goes out.
//!
//! [`open`] takes the layers off, [`decide`] says what happens, [`posting`] puts the content into
//! the list's own envelope, [`recipients`] says how each team's copy is sealed.

pub mod alert_mail;
pub mod decide;
pub mod expiry;
pub mod mail_in;
pub mod network;
pub mod open;
pub mod posting;
pub mod recipients;
pub mod replay;
pub mod retry;
pub mod verp;
