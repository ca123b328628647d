//! Advisories: the newest, one with its versions, and how they are brought in.

pub(in crate::web) mod audience;
pub(in crate::web) mod bring;
pub(in crate::web) mod list;
pub(in crate::web) mod show;
