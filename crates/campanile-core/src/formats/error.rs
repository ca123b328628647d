//! Why a document is not read at all.

use thiserror::Error;

use super::Place;

/// A document that is refused: its syntax, a limit, or something that is never done.
///
/// The texts name the place, never what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Too large, too deep, too many.
    #[error("at {0}: {1} are more than any honest document has")]
    Limit(Place, &'static str),
    /// Not well-formed.
    #[error("at {0}: not well-formed, {1}")]
    Syntax(Place, &'static str),
    /// An encoding of characters that is not read, or not the one announced.
    #[error("the characters are not UTF-8, UTF-16, ISO-8859-1 or Windows-1252 as announced")]
    Characters,
    /// It declares or uses entities of its own.
    #[error("at {0}: entities are never resolved; write the text itself")]
    Entity(Place),
    /// A document type where the format has none.
    #[error("at {0}: a DOCTYPE is taken in documents of 2003 only; leave it out")]
    Doctype(Place),
    /// XInclude.
    #[error("at {0}: other files are never included; write the content itself")]
    Include(Place),
    /// Some other document.
    #[error("this is no {0} document")]
    Foreign(&'static str),
    /// Something without which there is no object.
    #[error("at {0}: there is no {1}")]
    Missing(Place, &'static str),
    /// A time that cannot be one.
    #[error("at {0}: this is no date and time like 2026-11-21T18:40:00Z")]
    Time(Place),
}

/// Why an advisory cannot be written in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WriteError {
    /// The format asks for something that the advisory does not have.
    #[error("the format asks for a {0}, and the advisory has none")]
    Missing(&'static str),
}
