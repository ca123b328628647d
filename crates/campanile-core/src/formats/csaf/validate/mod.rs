//! The tests of the CSAF standard [CSAF 2.0 §6, CSAF 2.1 §6] on a document of others.
//!
//! [`validate`] answers with a [`Report`]: every finding with the number of its test, the place
//! and a sentence for the author. The tests stand in [`table`], one function each. What is looked
//! at is the document alone, beside lists that are part of the program (`data/csaf`). Nothing is
//! fetched: tests that need the network, a dictionary, a grammar or an extension that is not known
//! are told as not run. This is no reader: what a document means is not decided here, and documents
//! that fail are read all the same.

mod cpe;
mod cvss;
mod document;
mod extension;
mod family;
mod findings;
mod informative;
mod instant;
mod interval;
mod language;
mod licence;
mod mandatory;
mod optional;
mod overlap;
mod purl;
mod range;
mod registry;
mod schema;
mod ssvc;
mod table;
mod tree;
mod version;
mod view;

use std::fmt;

pub use findings::{Finding, Outcome, Report, Status};
pub use table::{Group, Test, tests};

use super::Version;
use crate::formats::ReadError;
use findings::Findings;
use view::View;

/// How much is tested; each profile has all of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// The schema and the mandatory tests: whether the document is valid.
    Basic,
    /// And the optional tests, called recommended in 2.1.
    Extended,
    /// And the informative tests.
    Full,
}

impl Profile {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Extended, Self::Full];

    /// The name: `basic`, `extended`, `full`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Extended => "extended",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Runs the tests of a profile; the version is the one that the document names.
///
/// The same document gives the same report, findings in the order of tests and of the document.
///
/// # Errors
/// What is no JSON, beyond a limit, or names no version that we know.
pub fn validate(octets: &[u8], profile: Profile) -> Result<Report, ReadError> {
    let root = tree::read(octets)?;
    let name = root.at(&["document", "csaf_version"]).and_then(tree::Node::as_text);
    let version = name.and_then(Version::of).ok_or(ReadError::Foreign("CSAF 2.0 or 2.1"))?;
    let view = View::new(&root, version);
    let mut findings = Findings::new(profile);
    for test in tests().filter(|test| test.is_of(version) && test.group.is_in(profile)) {
        findings.run(test, &view);
    }
    Ok(findings.report(&view))
}

/// Whether a security advisory of 2.1 says what is affected, and of everything that is fixed which
/// versions are. [CSAF 2.1 §6.1.27.12, §6.1.27.13]
pub(super) fn is_security_advisory_of_2_1(octets: &[u8]) -> bool {
    let Ok(root) = tree::read(octets) else { return false };
    let view = View::new(&root, Version::V2_1);
    let mut findings = Findings::new(Profile::Basic);
    for test in tests().filter(|test| ["6.1.27.12", "6.1.27.13"].contains(&test.id)) {
        findings.run(test, &view);
    }
    findings.report(&view).is_valid()
}

/// Whether a text is a range of versions as 2.1 takes it; the inner one is the version of a range
/// that holds no other.
pub(super) fn range_of(text: &str) -> Option<Option<&str>> {
    range::Range::parse(text).ok().map(|range| range.single())
}
