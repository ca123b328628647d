//! Names of what IODEF has no place for, and the phrases of the alert form.
//!
//! They stand in `AdditionalData`: as `name` in 2.00 and JSON, as `meaning` in the older ones.

/// Says that the copies below are complete: what has none stands in its standard place.
pub const FORM: &str = "alert-form";
/// The value of [`FORM`].
pub const FORM_VERSION: &str = "campanile-1";
/// A remark: what fits nowhere else.
pub const REMARK: &str = "remark";

/// TLP 2.0 label: IODEF's own colours are those of TLP 1.
pub const TLP: &str = "tlp";
/// `true` in an exercise.
pub const EXERCISE: &str = "exercise";
/// The restriction of the form, when the attribute says something narrower.
pub const RESTRICTION: &str = "restriction";
/// The purpose, when the attribute has no word for it.
pub const PURPOSE: &str = "purpose";
/// The type of impact, when the attribute has no word for it.
pub const IMPACT: &str = "impact-type";
/// The severity, when the attribute has no word for it.
pub const SEVERITY: &str = "severity";
/// The confidence, when the attribute has no word for it.
pub const CONFIDENCE: &str = "confidence";
/// One expected action, when the attribute has no word for it; empty when there is none.
pub const EXPECTED_ACTION: &str = "expected-action";
/// One affected system.
pub const SYSTEM: &str = "affected-system";
/// Other affected systems, in words.
pub const OTHER_SYSTEMS: &str = "other-systems";
/// One affected piece of software.
pub const SOFTWARE: &str = "affected-software";
/// Other affected software, in words.
pub const OTHER_SOFTWARE: &str = "other-software";
/// Origin and name of one reference, when its place has no word for the origin.
pub const REFERENCE_ORIGIN: &str = "reference-origin";
/// Domain of the team, in documents that have no place for it.
pub const TEAM_DOMAIN: &str = "team-domain";
/// A related thing that is no incident, in documents that have no place for it.
pub const RELATED: &str = "related";
/// The language, in documents that have no place for it.
pub const LANGUAGE: &str = "language";
/// Number of the revision, from the second on.
pub const REVISION: &str = "revision";
/// What the revision does, from the second on.
pub const REVISION_KIND: &str = "revision-kind";
/// What changed.
pub const REVISION_NOTE: &str = "revision-note";
/// The report time as it was written.
pub const REPORT_TIME: &str = "report-time-as-written";
/// The start time as it was written.
pub const START_TIME: &str = "start-time-as-written";
/// The end time as it was written.
pub const END_TIME: &str = "end-time-as-written";
/// The detect time as it was written.
pub const DETECT_TIME: &str = "detect-time-as-written";
/// The time by which actions are expected, as it was written.
pub const UNTIL_TIME: &str = "until-time-as-written";

/// What stands in front of lists and texts in descriptions of an event.
pub mod label {
    /// Affected systems.
    pub const SYSTEMS: &str = "Systems: ";
    /// Other affected systems.
    pub const OTHER_SYSTEMS: &str = "Other Systems: ";
    /// Affected software.
    pub const SOFTWARE: &str = "Software: ";
    /// Other affected software.
    pub const OTHER_SOFTWARE: &str = "Other Software: ";
    /// A recommendation among the expectations of 2003.
    pub const RECOMMENDATION: &str = "Recommendation: ";
    /// The acknowledge link.
    pub const ACKNOWLEDGE: &str = "Please acknowledge: ";
    /// Origin of a reference in 1.00.
    pub const ORIGIN: &str = "origin: ";
    /// An address of a reference that is none by its form.
    pub const URL: &str = "url: ";
    /// Name of a reference before it was brought up to date.
    pub const AS_GIVEN: &str = "as given: ";
}
