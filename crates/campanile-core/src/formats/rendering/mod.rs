//! Advisories for people: as text for mail and terminals, as HTML to publish.
//!
//! Everything in an advisory may be somebody else's: nothing of it becomes markup, and what acts
//! instead of being seen (control and direction characters) is made visible. Links are made of
//! `http` and `https` only. Texts in Markdown get the few elements of `markdown.rs` as HTML, and
//! stay as written as text.

mod html;
mod lines;
mod markdown;
mod plain;
mod target;

pub use html::{article, html, prose};
pub use plain::plain;
