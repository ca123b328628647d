//! The tree of a message, as slices of its bytes.

use std::borrow::Cow;

use crate::model::condition::Condition;

/// One header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, as written, without blanks around it.
    pub name: &'a str,
    /// The value as written, folded, without the final line end.
    pub value: &'a [u8],
}

/// One entity: its bytes, its header fields, its body, its parts.
#[derive(Debug, Clone)]
pub struct Entity<'a> {
    /// All of it, header and body: what a detached signature covers.
    pub whole: &'a [u8],
    /// Header fields in order.
    pub fields: Vec<Field<'a>>,
    /// Everything behind the empty line.
    pub body: &'a [u8],
    /// Media type in lower case, `text/plain` when absent.
    pub media_type: String,
    /// Parameters of the media type, names in lower case, decoded [RFC 2231].
    pub parameters: Vec<(String, String)>,
    /// Body parts of a multipart; empty for everything else (`message/rfc822` stays closed).
    pub parts: Vec<Entity<'a>>,
}

/// Reads the tree of a message.
pub fn read(_bytes: &[u8]) -> Result<Entity<'_>, Condition> {
    todo!()
}

impl<'a> Entity<'a> {
    /// The only field of that name, `None` when absent.
    pub fn field(&self, _name: &str) -> Result<Option<&Field<'a>>, Condition> {
        todo!()
    }
    /// A parameter of the media type.
    pub fn parameter(&self, _name: &str) -> Option<&str> {
        todo!()
    }
    /// The body with its transfer encoding taken off.
    pub fn decoded(&self) -> Result<Cow<'a, [u8]>, Condition> {
        todo!()
    }
}
