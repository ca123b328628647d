//! The pages: each reads through the store with the viewer, writes through actions, and fills a
//! template.

pub(super) mod home;
pub(super) mod teams;
