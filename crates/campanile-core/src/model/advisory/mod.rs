//! Advisories: what one issuer says about one or several vulnerabilities, in one version.
//!
//! A superset of EISPP, CSAF, CVRF, OSV and CVE records as far as people compare and re-use them.
//! It is made for reading and comparing; the bytes that came are kept beside it and are what is
//! verified and handed out. Formats are in `formats/`, what groups advisories in `grouping`, what
//! lays their ratings side by side in `comparison`.

pub mod disclosure;
mod identifier;
mod numbering;
mod product;
mod rating;
mod section;

pub use identifier::{Identifier, Names};
pub use product::{Affected, Product, ProductStatus};
pub use rating::{Obtained, Rating, Value, scheme};
pub use section::{Section, SectionKind};

use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::team::named;
use super::tlp::Tlp;

/// One version of one advisory. What is not stated is empty or `None`; tokens that are not known
/// stand as they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// What kind of document it is.
    pub kind: Kind,
    /// Who publishes it.
    pub issuer: Issuer,
    /// Its reference number, as the issuer writes it, without the version: `CERT-IST/AV-2003.219`.
    pub number: String,
    /// Its version, as written: `1.0`, `3`. Empty where the format has none.
    pub version: String,
    /// Its title.
    pub title: String,
    /// Language of the texts, as in BCP 47; empty when not stated.
    pub language: String,
    /// What its texts are written in; titles and solutions are plain always.
    #[serde(default, skip_serializing_if = "Markup::is_none")]
    pub markup: Markup,
    /// How final it is.
    pub status: Status,
    /// How far it may be passed on; `None` when not stated.
    pub tlp: Option<Tlp>,
    /// When its first version was published.
    pub published_at: Option<Moment>,
    /// When this version was published.
    pub changed_at: Option<Moment>,
    /// The history that it tells, in the order of the document.
    pub revisions: Vec<Revision>,
    /// Reference numbers of advisories that this one replaces.
    pub supersedes: Vec<String>,
    /// Texts about the whole.
    pub sections: Vec<Section>,
    /// Every product it speaks of.
    pub products: Vec<Product>,
    /// The vulnerabilities it is about, each with its own facts.
    pub vulnerabilities: Vec<Vulnerability>,
    /// Ratings of the whole.
    pub ratings: Vec<Rating>,
    /// What can be done, for the whole.
    pub solutions: Vec<Solution>,
    /// Where to read more.
    pub references: Vec<Reference>,
    /// Identifiers of what this one builds on (`upstream` of OSV): a distribution's advisory names
    /// the advisory or vulnerability of the project.
    pub upstream: Vec<Identifier>,
    /// Identifiers of what has to do with it and is not the same.
    pub related: Vec<Identifier>,
    /// Who found or reported it.
    pub credits: Vec<String>,
}

/// What texts are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Markup {
    /// Plain text, as the standard says of CSAF, or nobody says.
    #[default]
    None,
    /// CommonMark: OSV and what is made for it.
    Markdown,
}

impl Markup {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An advisory for people who act on it.
    #[default]
    Advisory,
    /// The record of one vulnerability in a register: CVE, OSV of a register.
    Record,
    /// Which products are affected by known vulnerabilities (CSAF profile VEX).
    Vex,
    /// A security notice without vulnerabilities of its own, or an incident response.
    Informational,
    /// The minimum record: that there is something.
    Minimum,
}

named!(
    Kind,
    "kind of advisory",
    Advisory = "advisory",
    Record = "record",
    Vex = "vex",
    Informational = "informational",
    Minimum = "minimum"
);

/// How final a version is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not for publication yet.
    Draft,
    /// Published, and expected to change.
    Interim,
    /// Published.
    #[default]
    Final,
    /// Taken back by its issuer.
    Withdrawn,
}

named!(
    Status,
    "status",
    Draft = "draft",
    Interim = "interim",
    Final = "final",
    Withdrawn = "withdrawn"
);

/// Who publishes an advisory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// Its name, as written.
    pub name: String,
    /// Its namespace, a URL; may be empty.
    pub namespace: String,
    /// What it is, in the words of the format: `vendor`, `coordinator`; may be empty.
    pub category: String,
    /// How to reach it; may be empty.
    pub contact: String,
}

/// One line of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The version.
    pub version: String,
    /// When.
    pub at: Option<Moment>,
    /// What changed.
    pub summary: String,
}

/// One vulnerability, as an advisory tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerability {
    /// Its identifiers; all of them mean the same vulnerability.
    pub ids: Vec<Identifier>,
    /// Its title; may be empty.
    pub title: String,
    /// Texts.
    pub sections: Vec<Section>,
    /// Weaknesses: `CWE-79`.
    pub weaknesses: Vec<String>,
    /// Ratings, of whomever.
    pub ratings: Vec<Rating>,
    /// Which products are affected, fixed, under investigation.
    pub affected: Vec<Affected>,
    /// What can be done.
    pub solutions: Vec<Solution>,
    /// Where to read more.
    pub references: Vec<Reference>,
    /// When it became public.
    pub disclosed_at: Option<Moment>,
}

/// What can be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// In the words of CSAF: `vendor_fix`, `workaround`, `mitigation`, `none_available`; as given
    /// where the format has others.
    pub kind: String,
    /// The text.
    pub text: String,
    /// Where to get it; may be empty.
    pub url: String,
    /// [`Product::id`] of the products it is for; empty: all.
    pub products: Vec<String>,
}

/// Where to read more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What it identifies, when that is stated or recognised: a vulnerability, an advisory of a
    /// vendor.
    pub identifier: Option<Identifier>,
    /// What it is, in the words of the format: `self`, `ADVISORY`, `patch`; may be empty.
    pub kind: String,
    /// Its title; may be empty.
    pub title: String,
    /// Its address; may be empty.
    pub url: String,
}

/// Longest headline that is made of a text, in characters.
const HEADLINE_CHARS_MAX: usize = 120;

impl Advisory {
    /// Its title; where it has none, as most records of CVE, the beginning of its first text.
    pub fn headline(&self) -> String {
        if !self.title.trim().is_empty() {
            return self.title.clone();
        }
        let inside = self.vulnerabilities.iter();
        let titles = inside.clone().map(|one| one.title.as_str());
        let sections = self.sections.iter().chain(inside.flat_map(|one| &one.sections));
        let mut texts = titles.chain(sections.map(|one| one.text.as_str()));
        let text = texts.find(|text| !text.trim().is_empty()).unwrap_or_default();
        let words = text.split_whitespace();
        let mut headline = String::new();
        for word in words {
            if headline.chars().count() + word.chars().count() >= HEADLINE_CHARS_MAX {
                headline.push('…');
                break;
            }
            if !headline.is_empty() {
                headline.push(' ');
            }
            headline.push_str(word);
            if word.ends_with('.') && headline.chars().count() > HEADLINE_CHARS_MAX / 2 {
                break;
            }
        }
        headline
    }

    /// Every identifier of a vulnerability that the advisory is about, in order, once.
    pub fn vulnerability_ids(&self) -> Vec<&Identifier> {
        let mut ids: Vec<_> = self.vulnerabilities.iter().flat_map(|one| &one.ids).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Every reference, those of the vulnerabilities as well.
    pub fn all_references(&self) -> impl Iterator<Item = &Reference> {
        let inside = self.vulnerabilities.iter().flat_map(|one| &one.references);
        self.references.iter().chain(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headline_is_the_title_or_the_beginning_of_the_first_text() {
        let text =
            "An overflow in the parser of names lets a server run code as the client. It is \
                    fixed in 1.2."
                .to_owned();
        let section = Section { kind: SectionKind::Description, title: String::new(), text };
        let mut advisory = Advisory { sections: vec![section], ..Advisory::default() };
        let first = "An overflow in the parser of names lets a server run code as the client.";
        assert_eq!(advisory.headline(), first);
        advisory.sections[0].text = "wörd ".repeat(60);
        let cut = advisory.headline();
        assert!(cut.ends_with("wörd…") && cut.chars().count() <= HEADLINE_CHARS_MAX, "{cut}");
        advisory.title = "A title".into();
        assert_eq!(advisory.headline(), "A title");
        assert_eq!(Advisory::default().headline(), "");
    }
}
