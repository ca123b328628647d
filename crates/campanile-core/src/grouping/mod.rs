//! Grouping: which advisories are about the same, with the evidence, never a merge.
//!
//! The rules and their reasons are in `docs/grouping.md`. In short:
//!
//! - **same-as** forms groups. Two advisories are the same when most of the vulnerabilities that
//!   either names are named by both ([`relation`]). A collective bulletin is the same as another
//!   one only with exactly its vulnerabilities, so it never pulls the groups of its 300
//!   vulnerabilities into one.
//! - An advisory that names no vulnerability *leans* on the group of the bulletins it cites, when
//!   that is exactly one ([`lean`]); it never connects two.
//! - **covers-also**, **upstream-of** and **related** are shown beside a group and form none
//!   ([`link`]).
//! - Decisions of people win and are remembered by the key of the advisory ([`decision`]), so that
//!   they survive every re-import.
//!
//! The result is a function of the advisories and the decisions, not of their order. It can be had
//! in two ways that give the same, which the tests compare:
//!
//! - [`partition`] takes everything at once.
//! - [`Region`] works out one change from its surroundings. It says what it has to know, as often
//!   as needed, and the store answers:
//!
//! ```text
//! let mut region = Region::added(entry);             // or ::removed, ::decided
//! while let Some(question) = region.question() {      // three or four rounds
//!     region.answer(store.known(&question).await?);
//! }
//! let change = region.settle();                       // who is now in which group
//! ```
//!
//! What the store keeps: each [`Entry`] with its [`GroupId`] and [`decision::Decision`]s, and an
//! index from the identifiers of [`Entry::index`] to the entries. Old addresses of groups need no
//! table: [`GroupId`] tells how they are resolved.
//!
//! Refused here: reading formats, storing, judging who may see what, and joining by similarity;
//! [`suggest`] only suggests.

mod cluster;
pub mod decision;
mod entry;
mod group_id;
pub mod lean;
pub mod link;
mod partition;
mod region;
pub mod relation;
pub mod suggest;

pub use entry::{AdvisoryKey, Entry, Indexed, Role};
pub use group_id::GroupId;
pub use partition::{Groups, partition};
pub use region::{Change, Known, Question, Region};
