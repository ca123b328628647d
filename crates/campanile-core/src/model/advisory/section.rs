//! Texts of an advisory, and what each is about.

use serde::{Deserialize, Serialize};

use crate::model::team::named;

/// One text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// Its heading; may be empty.
    pub title: String,
    /// The text: plain, or Markdown where the format has it. Never HTML.
    pub text: String,
}

/// What a text is about: the parts of EISPP and the notes of CSAF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// In short.
    Summary,
    /// For everybody.
    Description,
    /// What the affected thing is.
    TechnicalContext,
    /// For those who know it.
    TechnicalDescription,
    /// What an attack does.
    Impact,
    /// How to find out whether a system is affected.
    Diagnostic,
    /// Questions and answers.
    Faq,
    /// Terms of use.
    Legal,
    /// For the issuer's own constituency.
    Constituency,
    /// Anything else.
    Other,
}

named!(
    SectionKind,
    "kind of section",
    Summary = "summary",
    Description = "description",
    TechnicalContext = "technical_context",
    TechnicalDescription = "technical_description",
    Impact = "impact",
    Diagnostic = "diagnostic",
    Faq = "faq",
    Legal = "legal",
    Constituency = "constituency",
    Other = "other"
);
