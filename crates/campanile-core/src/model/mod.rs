//! Plain domain types: parsed once at the edge, valid ever after.
//!
//! Refuses to be a place for rules about permissions or mail; those live in `authz` and
//! `gateway`. Start with [`team`] and [`list`].

pub mod address;
pub mod advisory;
pub mod alert;
pub mod condition;
pub mod fqdn;
pub mod key;
pub mod limits;
pub mod list;
pub mod list_name;
pub mod membership;
pub mod moment;
pub mod person;
pub mod plaintext;
pub mod public_address;
pub mod scope;
pub mod team;
pub mod team_name;
pub mod time;
pub mod tlp;
pub mod visible;
