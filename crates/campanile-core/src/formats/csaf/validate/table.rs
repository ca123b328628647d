//! All tests of both versions, in the order of the standard.

use std::fmt;

use super::findings::Findings;
use super::informative::later;
use super::mandatory::{
    affected, closure, dates, decisions, extensions, history, metrics, products, profile, ratings,
    remediations, sharing, status, terms, tree_rules,
};
use super::optional::{listed, recommended, translated};
use super::view::View;
use super::{Profile, document, informative, optional, overlap};
use crate::formats::Severity;
use crate::formats::csaf::Version;

/// A test of the standard.
pub struct Test {
    /// The number: `6.1.8`, or `schema`.
    pub id: &'static str,
    /// What it is called in the standard.
    pub name: &'static str,
    /// How much it matters.
    pub group: Group,
    versions: Versions,
    pub(super) check: Check,
}

/// How much a test matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The JSON schema.
    Schema,
    /// A document that fails is not valid [§6.1].
    Mandatory,
    /// Optional, or recommended in 2.1 [§6.2].
    Optional,
    /// Informative [§6.3].
    Informative,
}

impl Group {
    /// Whether the tests of the group belong to a profile.
    pub const fn is_in(self, profile: Profile) -> bool {
        match self {
            Self::Schema | Self::Mandatory => true,
            Self::Optional => matches!(profile, Profile::Extended | Profile::Full),
            Self::Informative => matches!(profile, Profile::Full),
        }
    }

    /// How much a finding of the group matters.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Schema | Self::Mandatory => Severity::Error,
            Self::Optional => Severity::Warning,
            Self::Informative => Severity::Note,
        }
    }
}

/// The versions of the format that have a test.
#[derive(Debug, Clone, Copy)]
enum Versions {
    Both,
    Only(Version),
}

/// What a test does.
pub(super) enum Check {
    Run(for<'d> fn(&View<'d>, &mut Findings<'d>)),
    NotRun(&'static str),
}

impl Test {
    /// Whether a version of the format has the test.
    pub fn is_of(&self, version: Version) -> bool {
        match self.versions {
            Versions::Both => true,
            Versions::Only(only) => only == version,
        }
    }

    /// Why the test is never run.
    pub fn not_run(&self) -> Option<&'static str> {
        match self.check {
            Check::Run(_) => None,
            Check::NotRun(why) => Some(why),
        }
    }

    const fn run(
        id: &'static str,
        name: &'static str,
        check: for<'d> fn(&View<'d>, &mut Findings<'d>),
    ) -> Self {
        Self { id, name, group: group(id), versions: Versions::Both, check: Check::Run(check) }
    }

    const fn not(id: &'static str, name: &'static str, why: &'static str) -> Self {
        let check = Check::NotRun(why);
        Self { id, name, group: group(id), versions: Versions::Both, check }
    }

    const fn only(mut self, version: Version) -> Self {
        self.versions = Versions::Only(version);
        self
    }
}

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

/// The group that a number belongs to.
const fn group(id: &str) -> Group {
    match id.as_bytes() {
        [b'6', b'.', b'1', ..] => Group::Mandatory,
        [b'6', b'.', b'2', ..] => Group::Optional,
        [b'6', b'.', b'3', ..] => Group::Informative,
        _ => Group::Schema,
    }
}

/// Every test of every version, in the order of the standard.
pub fn tests() -> impl Iterator<Item = &'static Test> {
    SCHEMA.iter().chain(MANDATORY).chain(OPTIONAL).chain(INFORMATIVE)
}

const NETWORK: &str = "needs the network, which a validator has no business with";
const GRAMMAR: &str = "needs a grammar of the language";
const DICTIONARY: &str = "needs a dictionary of the language";

const SCHEMA: &[Test] = &[Test::run("schema", "JSON schema", document::schema)];

const MANDATORY: &[Test] = &[
    Test::run("6.1.1", "Missing Definition of Product ID", products::missing_product),
    Test::run("6.1.2", "Multiple Definition of Product ID", products::product_twice),
    Test::run("6.1.3", "Circular Definition of Product ID", products::product_circle),
    Test::run("6.1.4", "Missing Definition of Product Group ID", products::missing_group),
    Test::run("6.1.5", "Multiple Definition of Product Group ID", products::group_twice),
    Test::run("6.1.6", "Contradicting Product Status", status::contradiction),
    Test::run("6.1.7", "Multiple Scores with same Version per Product", ratings::version_twice),
    Test::run("6.1.8", "Invalid CVSS", ratings::invalid),
    Test::run("6.1.9", "Invalid CVSS computation", ratings::computation),
    Test::run("6.1.10", "Inconsistent CVSS", ratings::inconsistent),
    Test::run("6.1.11", "CWE", terms::weaknesses),
    Test::run("6.1.12", "Language", terms::language),
    Test::run("6.1.13", "PURL", terms::package_urls),
    Test::run("6.1.14", "Sorted Revision History", history::unsorted),
    Test::run("6.1.15", "Translator", terms::translator),
    Test::run("6.1.16", "Latest Document Version", history::not_latest),
    Test::run("6.1.17", "Document Status Draft", history::draft_version),
    Test::run("6.1.18", "Released Revision History", history::unreleased_revision),
    Test::run("6.1.19", "Revision History Entries for Pre-release Versions", history::pre_release),
    Test::run("6.1.20", "Non-draft Document Version", history::released_pre_release),
    Test::run("6.1.21", "Missing Item in Revision History", history::gap),
    Test::run("6.1.22", "Multiple Definition in Revision History", history::number_twice),
    Test::run("6.1.23", "Multiple Use of Same CVE", status::cve_twice),
    Test::run("6.1.24", "Multiple Definition in Involvements", status::involvement_twice),
    Test::run("6.1.25", "Multiple Use of Same Hash Algorithm", products::hash_algorithm_twice),
    Test::run("6.1.26", "Prohibited Document Category Name", profile::prohibited_category),
    Test::run("6.1.27.1", "Document Notes", profile::document_notes),
    Test::run("6.1.27.2", "Document References", profile::document_references),
    Test::run("6.1.27.3", "Vulnerabilities", profile::unwanted_vulnerabilities),
    Test::run("6.1.27.4", "Product Tree", profile::missing_tree),
    Test::run("6.1.27.5", "Vulnerability Notes", profile::vulnerability_notes),
    Test::run("6.1.27.6", "Product Status", profile::missing_status),
    Test::run("6.1.27.7", "VEX Product Status", profile::vex_status),
    Test::run("6.1.27.8", "Vulnerability ID", profile::vex_identifier),
    Test::run("6.1.27.9", "Impact Statement", profile::vex_impact),
    Test::run("6.1.27.10", "Action Statement", profile::vex_action),
    Test::run("6.1.27.11", "Vulnerabilities", profile::missing_vulnerabilities),
    Test::run("6.1.28", "Translation", terms::translation),
    Test::run("6.1.29", "Remediation without Product Reference", status::remediation_for_nothing),
    Test::run("6.1.30", "Mixed Integer and Semantic Versioning", history::mixed_numbers),
    Test::run("6.1.31", "Version Range in Product Version", products::range_as_version),
    Test::run("6.1.32", "Flag without Product Reference", status::flag_for_nothing),
    Test::run(
        "6.1.33",
        "Multiple Flags with VEX Justification Codes per Product",
        status::flags_of_product,
    ),
    Test::run("6.1.27.12", "Affected Products", affected::affected).only(Version::V2_1),
    Test::run("6.1.27.13", "Corresponding Affected Products", affected::corresponding)
        .only(Version::V2_1),
    Test::run("6.1.27.14", "Document Notes", closure::notes).only(Version::V2_1),
    Test::run("6.1.27.15", "Product Tree", closure::tree).only(Version::V2_1),
    Test::run("6.1.27.16", "Revision History", closure::history).only(Version::V2_1),
    Test::run("6.1.27.17", "Reasoning for Withdrawal", closure::withdrawal).only(Version::V2_1),
    Test::run("6.1.27.18", "Reasoning for Supersession", closure::supersession).only(Version::V2_1),
    Test::run("6.1.27.19", "Reference to Superseding Document", closure::superseding)
        .only(Version::V2_1),
    Test::run("6.1.34", "Branches Recursion Depth", tree_rules::depth).only(Version::V2_1),
    Test::run("6.1.35", "Contradicting Remediations", remediations::contradiction)
        .only(Version::V2_1),
    Test::run("6.1.36", "Contradicting Status Remediation Combination", remediations::state)
        .only(Version::V2_1),
    Test::run("6.1.37", "Date and Time", dates::form).only(Version::V2_1),
    Test::run("6.1.38", "Non-Public Sharing Group with Max UUID", sharing::public_group)
        .only(Version::V2_1),
    Test::run("6.1.39", "Public Sharing Group with No Max UUID", sharing::closed_group)
        .only(Version::V2_1),
    Test::run("6.1.40", "Invalid Sharing Group Name", sharing::reserved_name).only(Version::V2_1),
    Test::run("6.1.41", "Missing Sharing Group Name", sharing::missing_name).only(Version::V2_1),
    Test::run("6.1.42", "PURL Qualifiers", tree_rules::qualifiers).only(Version::V2_1),
    Test::run("6.1.43", "Use of Multiple Stars in Model Number", tree_rules::model_stars)
        .only(Version::V2_1),
    Test::run("6.1.44", "Use of Multiple Stars in Serial Number", tree_rules::serial_stars)
        .only(Version::V2_1),
    Test::run("6.1.45", "Inconsistent Disclosure Date", dates::disclosure).only(Version::V2_1),
    Test::run("6.1.46", "Invalid SSVC", metrics::ssvc).only(Version::V2_1),
    Test::run("6.1.47", "Inconsistent SSVC Target IDs", metrics::targets).only(Version::V2_1),
    Test::run("6.1.48", "SSVC Decision Points", decisions::points).only(Version::V2_1),
    Test::run("6.1.49", "Inconsistent SSVC Timestamp", dates::ssvc).only(Version::V2_1),
    Test::run("6.1.50", "Product Version Range Rules", tree_rules::range_form).only(Version::V2_1),
    Test::run("6.1.51", "Inconsistent EPSS Timestamp", dates::epss).only(Version::V2_1),
    Test::run("6.1.52", "Inconsistent First Known Exploitation Dates", dates::exploitation)
        .only(Version::V2_1),
    Test::run("6.1.53", "Inconsistent Exploitation Date", dates::exploited_later)
        .only(Version::V2_1),
    Test::run("6.1.54", "License Expression", affected::licence).only(Version::V2_1),
    Test::run("6.1.55", "License Text", affected::licence_text).only(Version::V2_1),
    Test::run("6.1.56", "Use of CVSS and Qualitative Severity Rating", metrics::qualitative)
        .only(Version::V2_1),
    Test::run("6.1.57", "Stacked Branch Categories", tree_rules::stacked).only(Version::V2_1),
    Test::run(
        "6.1.58",
        "Use of `product_version` in one Path with `product_version_range`",
        tree_rules::version_and_range,
    )
    .only(Version::V2_1),
    Test::run("6.1.59", "Single Version as Product Version Range", tree_rules::single_version)
        .only(Version::V2_1),
    Test::run("6.1.60.1", "Content Schema", extensions::content).only(Version::V2_1),
    Test::run("6.1.60.2", "Extension Schema", extensions::schema).only(Version::V2_1),
    Test::run("6.1.60.3", "Extension Metadata", extensions::metadata).only(Version::V2_1),
    Test::run("6.1.61", "Use of Multiple Stars in SKU", tree_rules::sku_stars).only(Version::V2_1),
];

const OPTIONAL: &[Test] = &[
    Test::run("6.2.1", "Unused Definition of Product ID", optional::products::unused),
    Test::run("6.2.2", "Missing Remediation", optional::vulnerabilities::missing_remediation),
    Test::run("6.2.3", "Missing Score", optional::vulnerabilities::missing_score),
    Test::run("6.2.4", "Build Metadata in Revision History", optional::document::build_metadata),
    Test::run(
        "6.2.5",
        "Older Initial Release Date than Revision History",
        optional::document::initial_date,
    ),
    Test::run(
        "6.2.6",
        "Older Current Release Date than Revision History",
        optional::document::current_date,
    ),
    Test::run(
        "6.2.7",
        "Missing Date in Involvements",
        optional::vulnerabilities::undated_involvement,
    ),
    Test::run("6.2.8", "Use of MD5 as the only Hash Algorithm", optional::products::only_md5),
    Test::run("6.2.9", "Use of SHA-1 as the only Hash Algorithm", optional::products::only_sha1),
    Test::run("6.2.10", "Missing TLP label", optional::document::tlp_label).only(Version::V2_0),
    Test::run("6.2.11", "Missing Canonical URL", optional::document::canonical_url),
    Test::run("6.2.12", "Missing Document Language", optional::document::missing_language),
    Test::run("6.2.13", "Sorting", optional::document::sorting),
    Test::run("6.2.14", "Use of Private Language", optional::document::private_language),
    Test::run("6.2.15", "Use of Default Language", optional::document::default_language),
    Test::run("6.2.16", "Missing Product Identification Helper", optional::products::no_helper),
    Test::run("6.2.17", "CVE in field IDs", optional::vulnerabilities::cve_in_ids),
    Test::run(
        "6.2.18",
        "Product Version Range without vers",
        optional::products::range_without_vers,
    ),
    Test::run("6.2.19", "CVSS for Fixed Products", optional::vulnerabilities::score_of_fixed),
    Test::run("6.2.20", "Additional Properties", document::unknown_members),
    Test::run("6.2.21", "Same Timestamps in Revision History", recommended::same_time)
        .only(Version::V2_1),
    Test::run("6.2.22", "Document Tracking ID in Title", recommended::id_in_title)
        .only(Version::V2_1),
    Test::run("6.2.23", "Usage of Deprecated CWE", recommended::deprecated_cwe).only(Version::V2_1),
    Test::run("6.2.24", "Usage of Non-Latest CWE Version", recommended::old_cwe)
        .only(Version::V2_1),
    Test::run(
        "6.2.25",
        "Usage of CWE Not Allowed for Vulnerability Mapping",
        recommended::unmappable_cwe,
    )
    .only(Version::V2_1),
    Test::run("6.2.26", "CWE Allowed with Review for Mapping", recommended::reviewed_cwe)
        .only(Version::V2_1),
    Test::run("6.2.27", "Discouraged Status Remediation Combination", remediations::discouraged)
        .only(Version::V2_1),
    Test::run("6.2.28", "Usage of Max UUID", recommended::max_group).only(Version::V2_1),
    Test::run("6.2.29", "Usage of Nil UUID", recommended::nil_group).only(Version::V2_1),
    Test::run("6.2.30", "Usage of Sharing Group on TLP:CLEAR", recommended::group_of_clear)
        .only(Version::V2_1),
    Test::run("6.2.31", "Hardware and Software", optional::identifiers::hardware)
        .only(Version::V2_1),
    Test::run("6.2.32", "Same Helper for Different Products", optional::identifiers::shared)
        .only(Version::V2_1),
    Test::run(
        "6.2.33",
        "Disclosure Date Newer than Revision History",
        recommended::late_disclosure,
    )
    .only(Version::V2_1),
    Test::run("6.2.34", "Unknown SSVC Base Namespace", optional::decisions::unknown_namespace)
        .only(Version::V2_1),
    Test::run(
        "6.2.35",
        "Unregistered SSVC Base Namespace in TLP:CLEAR Document",
        optional::decisions::private_in_clear,
    )
    .only(Version::V2_1),
    Test::run(
        "6.2.36",
        "SSVC Namespace with Extension in TLP:CLEAR Document",
        optional::decisions::extended_in_clear,
    )
    .only(Version::V2_1),
    Test::run(
        "6.2.37",
        "Unknown SSVC Namespace without Resource",
        optional::decisions::no_resource,
    )
    .only(Version::V2_1),
    Test::run("6.2.38", "Usage of Deprecated Profile", recommended::deprecated_profile)
        .only(Version::V2_1),
    Test::run("6.2.39.1", "Missing Fixed Product", optional::fixed::missing).only(Version::V2_1),
    Test::run("6.2.39.2", "Language Specific Reasoning for Withdrawal", translated::withdrawal)
        .only(Version::V2_1),
    Test::run("6.2.39.3", "Language Specific Reasoning for Supersession", translated::supersession)
        .only(Version::V2_1),
    Test::run("6.2.39.4", "Language Specific Superseding Document", translated::superseding)
        .only(Version::V2_1),
    Test::run(
        "6.2.39.5",
        "Extension in Superseded or Withdrawn Document",
        optional::extensions::in_closed,
    )
    .only(Version::V2_1),
    Test::run(
        "6.2.40",
        "Product Description without Product Reference",
        translated::loose_description,
    )
    .only(Version::V2_1),
    Test::run("6.2.41", "Old EPSS Timestamp", recommended::old_epss).only(Version::V2_1),
    Test::run(
        "6.2.42",
        "Inconsistent Product Identification Helper",
        optional::identifiers::inconsistent,
    )
    .only(Version::V2_1),
    Test::run("6.2.43", "Missing License Expression", recommended::no_licence).only(Version::V2_1),
    Test::run("6.2.44", "Deprecated License Identifier", listed::deprecated_licence)
        .only(Version::V2_1),
    Test::run("6.2.45", "Non-Existing License Identifier", listed::missing_licence)
        .only(Version::V2_1),
    Test::run("6.2.46", "Language Specific License Text", translated::licence_text)
        .only(Version::V2_1),
    Test::run(
        "6.2.47",
        "Use of Qualitative Severity Rating by Issuing Party",
        recommended::own_qualitative,
    )
    .only(Version::V2_1),
    Test::run("6.2.48", "Misuse at Vendor Name", recommended::no_vendor).only(Version::V2_1),
    Test::run("6.2.49", "Upper Open Ended Product Version Range", recommended::open_range)
        .only(Version::V2_1),
    Test::run(
        "6.2.50.1",
        "Overlapping Range with VERS in Contradicting Group",
        overlap::vers_contradicts,
    )
    .only(Version::V2_1),
    Test::run(
        "6.2.50.2",
        "Overlapping Range with vls in Contradicting Group",
        overlap::vls_contradicts,
    )
    .only(Version::V2_1),
    Test::run(
        "6.2.50.3",
        "Overlapping Range with Product Version in Contradicting Group",
        overlap::version_contradicts,
    )
    .only(Version::V2_1),
    Test::run("6.2.51", "Unknown VERS Type", recommended::unknown_vers).only(Version::V2_1),
    Test::run("6.2.52", "Unknown Hash Algorithm", recommended::unknown_hash).only(Version::V2_1),
    Test::run("6.2.53", "Matching Text for Registered ID System", listed::odd_identifier)
        .only(Version::V2_1),
    Test::run("6.2.54.1", "Registered Extension", optional::extensions::unregistered)
        .only(Version::V2_1),
    Test::run("6.2.54.2", "Official Extension", optional::extensions::unofficial)
        .only(Version::V2_1),
    Test::run("6.2.54.3", "Critical Extension", optional::extensions::critical).only(Version::V2_1),
    Test::run(
        "6.2.54.4",
        "Experimental Extension in TLP:CLEAR Document",
        optional::extensions::experimental_in_clear,
    )
    .only(Version::V2_1),
];

const INFORMATIVE: &[Test] = &[
    Test::run("6.3.1", "Use of CVSS v2 as the only Scoring System", informative::only_cvss_2),
    Test::run("6.3.2", "Use of CVSS v3.0", informative::cvss_3_0),
    Test::run("6.3.3", "Missing CVE", informative::no_cve),
    Test::run("6.3.4", "Missing CWE", informative::no_cwe),
    Test::run("6.3.5", "Use of Short Hash", informative::short_hash),
    Test::not("6.3.6", "Use of non-self referencing URLs Failing to Resolve", NETWORK),
    Test::not("6.3.7", "Use of self referencing URLs failing to resolve", NETWORK),
    Test::not("6.3.8", "Spell check", DICTIONARY),
    Test::run("6.3.9", "Branch Categories", informative::branch_categories),
    Test::run("6.3.10", "Usage of Product Version Range", informative::version_range),
    Test::run("6.3.11", "Usage of V as Version Indicator", informative::version_with_v),
    Test::run("6.3.12", "Missing CVSS v4.0", later::no_cvss_4).only(Version::V2_1),
    Test::run(
        "6.3.13",
        "Usage of Non-Latest SSVC Decision Point Version",
        optional::decisions::old_version,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.14",
        "Unregistered SSVC Base Namespace in Non-TLP:CLEAR Document",
        optional::decisions::private_in_closed,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.15",
        "SSVC Namespace with Extension in Non-TLP:CLEAR Document",
        optional::decisions::extended_in_closed,
    )
    .only(Version::V2_1),
    Test::not("6.3.16", "Grammar Check", GRAMMAR).only(Version::V2_1),
    Test::run("6.3.17", "Use of Unregistered License", listed::unlisted_licence)
        .only(Version::V2_1),
    Test::run("6.3.18", "Use of Qualitative Severity Rating", later::qualitative)
        .only(Version::V2_1),
    Test::run(
        "6.3.19.1",
        "Overlapping Range with VERS in Same Product Status Group",
        overlap::vers_repeats,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.19.2",
        "Overlapping Range with vls in Same Product Status Group",
        overlap::vls_repeats,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.19.3",
        "Overlapping Range with Product Version in Same Product Status Group",
        overlap::version_repeats,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.19.4",
        "Overlapping Range with Product Version Range in Branch",
        overlap::ranges_of_branches,
    )
    .only(Version::V2_1),
    Test::run(
        "6.3.19.5",
        "Overlapping Range with Product Version in Branch",
        overlap::versions_of_branches,
    )
    .only(Version::V2_1),
    Test::run("6.3.20", "Use of Unregistered ID System", listed::unknown_system)
        .only(Version::V2_1),
    Test::run("6.3.21.1", "Extension Category Essential", later::essential).only(Version::V2_1),
    Test::run(
        "6.3.21.2",
        "Experimental Extension in Non-TLP:CLEAR Document",
        optional::extensions::experimental_in_closed,
    )
    .only(Version::V2_1),
    Test::run("6.3.21.3", "Extension at Document Level", later::at_document).only(Version::V2_1),
    Test::run("6.3.21.4", "Extension in Branch Path", later::in_branches).only(Version::V2_1),
    Test::run("6.3.21.5", "Extension in Full Product Names Path", later::in_names)
        .only(Version::V2_1),
    Test::run("6.3.21.6", "Extension in Product Paths Path", later::in_paths).only(Version::V2_1),
    Test::run("6.3.21.7", "Extension in Metrics Path", later::in_metrics).only(Version::V2_1),
    Test::run("6.3.21.8", "Extension at Vulnerabilities Level", later::in_vulnerabilities)
        .only(Version::V2_1),
    Test::run("6.3.21.9", "Extension at Root Level", later::at_root).only(Version::V2_1),
    Test::run("6.3.22", "Nested Product Path", later::nested_path).only(Version::V2_1),
];
