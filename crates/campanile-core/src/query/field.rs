//! The fields that a query may ask for, and what may stand behind each.

use crate::model::team::named;

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // `about` has them in words.
pub enum Field {
    Id,
    Title,
    Product,
    Vendor,
    Issuer,
    Kind,
    Status,
    Format,
    Tlp,
    Restricted,
    Published,
    Changed,
    New,
    Cvss,
    Cvss2,
    Cvss3,
    Cvss4,
    Severity,
    Epss,
    Exploited,
    Members,
    Teams,
    Differs,
    Only,
    State,
    Assessed,
    Claimed,
}

named!(
    Field,
    "field",
    Id = "id",
    Title = "title",
    Product = "product",
    Vendor = "vendor",
    Issuer = "issuer",
    Kind = "kind",
    Status = "status",
    Format = "format",
    Tlp = "tlp",
    Restricted = "restricted",
    Published = "published",
    Changed = "changed",
    New = "new",
    Cvss = "cvss",
    Cvss2 = "cvss2",
    Cvss3 = "cvss3",
    Cvss4 = "cvss4",
    Severity = "severity",
    Epss = "epss",
    Exploited = "exploited",
    Members = "members",
    Teams = "teams",
    Differs = "differs",
    Only = "only",
    State = "state",
    Assessed = "assessed",
    Claimed = "claimed"
);

/// What may stand behind a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A name, or one of these words.
    Name(&'static [&'static str]),
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number up to this one, which is in hundredths.
    Number(i64),
    /// A day, a time, or a span back from now.
    Date,
}

const YES_NO: &[&str] = &["yes", "no"];
/// Whether ratings differ at all, and the columns of the sheet in which they may.
const DIFFERS: &[&str] = &[
    "yes",
    "no",
    "identifiers",
    "products",
    "attack-vector",
    "prerequisites",
    "skill",
    "impact",
    "exploitation",
    "solution",
    "cvss-4.0",
    "cvss-3.1",
    "cvss-3.0",
    "cvss-2.0",
    "risk",
    "damage",
    "urgency",
    "ssvc",
    "priority",
];
/// More groups and teams than there will ever be, in hundredths.
const COUNT_MAX: i64 = 100_000_000;

impl Field {
    /// What may stand behind it.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Id | Self::Title | Self::Product | Self::Vendor => Shape::Text,
            Self::Issuer => Shape::Name(&["us", "members"]),
            Self::Claimed => Shape::Name(&["me", "us", "any", "none"]),
            Self::Kind => Shape::Words(&["advisory", "record", "vex", "informational", "minimum"]),
            Self::Status => Shape::Words(&["draft", "interim", "final", "withdrawn"]),
            Self::Format => Shape::Words(&[
                "csaf",
                "cvrf",
                "eispp",
                "cve",
                "osv",
                "certfr",
                "certcc",
                "nodejs",
                "rustsec",
                "curl",
                "openssl",
                "mozilla",
                "rubysec",
                "friendsofphp",
                "julia",
                "haskell",
                "ocaml",
                "openstack",
                "friendsofpresta",
                "minimum",
            ]),
            Self::Tlp => Shape::Words(&["clear", "green", "amber", "amber+strict", "red", "none"]),
            Self::Restricted | Self::New | Self::Exploited => Shape::Words(YES_NO),
            Self::Differs => Shape::Words(DIFFERS),
            Self::Published | Self::Changed => Shape::Date,
            Self::Cvss | Self::Cvss2 | Self::Cvss3 | Self::Cvss4 => Shape::Number(1_000),
            Self::Severity => Shape::Words(&["none", "low", "medium", "high", "critical"]),
            Self::Epss => Shape::Number(100),
            Self::Members | Self::Teams => Shape::Number(COUNT_MAX),
            Self::Only => Shape::Words(&["us", "others"]),
            Self::State => {
                Shape::Words(&["unread", "watching", "irrelevant", "corroborate", "act", "done"])
            }
            Self::Assessed => Shape::Words(&["yes", "no", "changed"]),
        }
    }

    /// What it means, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Id => "number of a vulnerability or advisory, or name of a group",
            Self::Title => "words of the title, one behind the other",
            Self::Product => "words of the name of a product",
            Self::Vendor => "words of the name of who makes a product",
            Self::Issuer => "handle of a team, or part of the name of who issued it",
            Self::Kind => "kind of document",
            Self::Status => "how final it is",
            Self::Format => "format of the document",
            Self::Tlp => "label of the Traffic Light Protocol",
            Self::Restricted => "parts of it are not for everybody",
            Self::Published => "when it was first published",
            Self::Changed => "when something of it last came here",
            Self::New => "first published in the last week",
            Self::Cvss => "score of any version of CVSS that anybody gives",
            Self::Cvss2 => "score of CVSS 2.0",
            Self::Cvss3 => "score of CVSS 3.0 or 3.1",
            Self::Cvss4 => "score of CVSS 4.0",
            Self::Severity => "band of the common scale that anybody gives",
            Self::Epss => "probability of exploitation, 0 to 1",
            Self::Exploited => "in the catalog of exploited vulnerabilities, as somebody states",
            Self::Members => "how many advisories are in the group",
            Self::Teams => "how many teams of the network have published",
            Self::Differs => "ratings in the group differ: at all, or in this column of the sheet",
            Self::Only => "only your team has published, or only other teams",
            Self::State => "what your team does about the group",
            Self::Assessed => "whether your team has looked since the group last changed",
            Self::Claimed => "who is at the group",
        }
    }

    /// The field with this name in any letter case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// The field whose name is most like a text, if one is.
    pub fn nearest(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let distance = |field: &Self| strsim::damerau_levenshtein(field.name(), &text);
        let begins = |field: &&Self| text.len() > 2 && field.name().starts_with(&text);
        let near = Self::ALL.iter().copied().map(|field| (distance(&field), field)).min();
        // Two slips of the finger, and not half of the word.
        let near = near.filter(|(slips, field)| *slips <= 2 && 2 * slips < field.name().len());
        near.map(|(_, field)| field).or_else(|| Self::ALL.iter().find(begins).copied())
    }

    /// Whether it speaks of a whole group; the others are of single advisories.
    pub const fn is_of_group(self) -> bool {
        matches!(
            self,
            Self::Members
                | Self::Teams
                | Self::Differs
                | Self::Only
                | Self::State
                | Self::Assessed
                | Self::Claimed
        )
    }
}
