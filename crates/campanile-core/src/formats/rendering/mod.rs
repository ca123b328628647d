//! Advisories for people: as text for mail and terminals, as HTML to publish.
//!
//! Everything in an advisory may be somebody else's: nothing of it becomes markup, and what acts
//! instead of being seen (control and direction characters) is made visible. Links are made of
//! `http` and `https` only.

mod html;
mod lines;
mod plain;

pub use html::{article, html};
pub use plain::plain;
