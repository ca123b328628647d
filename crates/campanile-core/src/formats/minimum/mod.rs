//! The minimum record: that there is an advisory, its number, title, identifiers and risk
//! [EISPP-D3-004 §5.3.2]. Typed into a form, or a table with a row for each.
//!
//! A table is what a spreadsheet saves: commas, semicolons or tabs, columns in any order and by
//! the names that are known, among them those of the weekly table of 2003. Cells that a
//! spreadsheet would take for a formula are written with an apostrophe in front.

mod fields;
mod table;

pub use fields::Fields;
pub use table::{fits, read, read_all, write, write_all};

#[cfg(test)]
mod tests;
