//! Documents of others and for others: read tolerantly, written strictly.
//!
//! Reading gives what the document says *and* what is odd about it: only syntax and limits are
//! errors. Tokens that we do not know are kept as they were given. What is written follows the
//! schema of its format to the letter. Nothing here fetches anything a document points to.

pub mod advisory;
mod carried;
pub mod csaf;
pub mod cve;
pub mod cvrf;
mod dates;
pub mod eispp;
mod element;
mod error;
mod finding;
pub mod iodef;
pub mod issuers;
pub mod json;
pub mod minimum;
mod notes;
pub mod osv;
mod parts;
pub mod provider;
pub mod registry;
pub mod rendering;
pub mod text;
mod word;
pub mod xml;
pub mod yaml;

pub use element::{Element, Place};
pub use error::{ReadError, WriteError};
pub use finding::{Finding, Severity};
