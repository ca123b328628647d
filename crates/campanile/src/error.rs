//! The one error of the program: what to say, to whom, and what to do about it.
//!
//! Text for people is written where the error happens; each edge (command line, SMTP, web)
//! has one function that turns a [`Kind`] into its own code. The public text never quotes the
//! source: sources may carry paths, SQL or input, and go to the log only.

use std::error::Error as StdError;
use std::fmt;

/// Result of everything in this program that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What sort of failure it is; decides codes, never text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input breaks a rule; the same input will never do.
    Invalid,
    /// The actor may not do this.
    Denied,
    /// The thing named is not there.
    NotFound,
    /// It contradicts what is there already.
    Conflict,
    /// The input is above a limit.
    TooLarge,
    /// It may work when tried again.
    Temporary,
    /// Our fault or our machine's.
    Internal,
}

/// A failure: its kind, a public text, what to do, and the cause for the log.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    public: String,
    hint: Option<String>,
    place: Option<(String, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    fn new(kind: Kind, public: impl Into<String>) -> Self {
        Self { kind, public: public.into(), hint: None, place: None, source: None }
    }

    /// The input breaks a rule.
    pub fn invalid(public: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, public)
    }

    /// The actor may not do this.
    pub fn denied(public: impl Into<String>) -> Self {
        Self::new(Kind::Denied, public)
    }

    /// The thing named is not there.
    pub fn not_found(public: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, public)
    }

    /// It contradicts what is there already.
    pub fn conflict(public: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, public)
    }

    /// The input is above a limit.
    pub fn too_large(public: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, public)
    }

    /// It may work when tried again.
    pub fn temporary(public: impl Into<String>) -> Self {
        Self::new(Kind::Temporary, public)
    }

    /// Our fault or our machine's.
    pub fn internal(public: impl Into<String>) -> Self {
        Self::new(Kind::Internal, public)
    }

    /// From a failed read or write of `what`; a missing file is [`Kind::NotFound`].
    pub fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let (kind, why) = match source.kind() {
            Io::NotFound => (Kind::NotFound, "it does not exist"),
            Io::PermissionDenied => (Kind::Internal, "permission denied"),
            Io::IsADirectory => (Kind::Invalid, "it is a directory"),
            Io::StorageFull => (Kind::Temporary, "no space is left"),
            Io::ReadOnlyFilesystem => (Kind::Internal, "the file system is read-only"),
            _ => (Kind::Internal, "input or output failed"),
        };
        Self::new(kind, format!("{}: {why}", what.into())).source(source)
    }

    /// Adds what to do about it, in one sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds where in what was typed: a line of it, and a line that points at the place.
    #[must_use]
    pub fn place(mut self, line: String, pointer: String) -> Self {
        self.place = Some((line, pointer));
        self
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether whoever asked can do something about it by giving something else.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self.kind,
            Kind::Invalid | Kind::Conflict | Kind::TooLarge | Kind::NotFound | Kind::Denied
        )
    }

    /// Whether it may work when tried again.
    pub fn is_temporary(&self) -> bool {
        self.kind == Kind::Temporary
    }

    /// The text that may be shown to whoever asked.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Where in what was typed.
    pub fn own_place(&self) -> Option<(&str, &str)> {
        self.place.as_ref().map(|(line, pointer)| (line.as_str(), pointer.as_str()))
    }

    /// What to do about it, if the error says something of its own.
    pub fn own_hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What to do about it; there always is something.
    pub fn advice(&self) -> &str {
        self.hint.as_deref().unwrap_or(match self.kind {
            Kind::Invalid => "`campanile help` followed by the command shows what it takes",
            Kind::Denied => "ask the operator of the network",
            Kind::NotFound => "check the spelling; the `list` commands show what is there",
            Kind::Conflict => "the `list` and `show` commands tell what is there already",
            Kind::TooLarge => "offer something smaller",
            Kind::Temporary => "try again in a moment; `campanile doctor` tells what is amiss",
            Kind::Internal => "the log has the cause; `campanile doctor` tells what is amiss",
        })
    }

    /// The chain of causes on one line, for the log; empty without a cause.
    pub fn causes(&self) -> String {
        let mut causes = Vec::new();
        let mut next = self.source.as_ref().map(|cause| cause.as_ref() as &dyn StdError);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes.join(": ")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|cause| cause.as_ref() as &(dyn StdError + 'static))
    }
}

impl From<campanile_core::crypto::Refusal> for Error {
    /// A refused key is invalid input; its reason and hint are meant for people.
    fn from(refusal: campanile_core::crypto::Refusal) -> Self {
        Self::invalid(refusal.reason).hint(refusal.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_advice_even_without_a_hint() {
        let all = [
            Error::invalid("x"),
            Error::denied("x"),
            Error::not_found("x"),
            Error::conflict("x"),
            Error::too_large("x"),
            Error::temporary("x"),
            Error::internal("x"),
        ];
        assert!(all.iter().all(|error| !error.advice().is_empty()));
    }

    #[test]
    fn public_text_does_not_quote_the_source() {
        let secret = std::io::Error::other("postgres://user:secret@host");
        let error = Error::io("cannot read key.pem", secret);
        assert!(!error.to_string().contains("secret"));
        assert!(error.causes().contains("secret"));
    }
}
