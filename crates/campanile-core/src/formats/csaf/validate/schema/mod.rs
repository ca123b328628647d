//! The JSON schemas of the format, interpreted: what they say, and where a document differs.
//!
//! The tests need the value at each fault, in the tree that they look at themselves: why no general
//! validator of JSON Schema is used is told in `docs/adr/0010-own-interpreter-of-csaf-schemas.md`.
//! The schemas of CSAF, CVSS and SSVC use two dozen keywords; those are here, and a test holds that
//! there are no others. Nothing is ever fetched.

mod check;
mod compile;
mod form;

use std::sync::LazyLock;

use super::tree::Node;
use crate::formats::csaf::Version;
use compile::Compiler;
use form::Pattern;

pub(super) use check::{Fault, check};

/// The schemas, with the addresses that they use for each other.
const SOURCES: [(&str, &str); 12] = [
    ("csaf-2.0", include_str!("../../../../../data/csaf/schema/csaf-2.0.json")),
    ("csaf-2.1", include_str!("../../../../../data/csaf/schema/csaf-2.1.json")),
    ("cvss-v2.0", include_str!("../../../../../data/csaf/schema/cvss-v2.0.json")),
    ("cvss-v3.0", include_str!("../../../../../data/csaf/schema/cvss-v3.0.json")),
    ("cvss-v3.1", include_str!("../../../../../data/csaf/schema/cvss-v3.1.json")),
    ("cvss-v4.0", include_str!("../../../../../data/csaf/schema/cvss-v4.0.json")),
    ("content", include_str!("../../../../../data/csaf/schema/extension-content.json")),
    ("metaschema", include_str!("../../../../../data/csaf/schema/extension-metaschema.json")),
    ("ssvc", include_str!("../../../../../data/csaf/schema/ssvc-selection-list-2.0.0.json")),
    (
        "documentation-11",
        include_str!("../../../../../data/csaf/extension/documentation-11-content.json"),
    ),
    (
        "documentation-12",
        include_str!("../../../../../data/csaf/extension/documentation-12-content.json"),
    ),
    (
        "documentation-13",
        include_str!("../../../../../data/csaf/extension/documentation-13-content.json"),
    ),
];

static CSAF_2_0: LazyLock<Schema> = LazyLock::new(|| Compiler::compile("csaf-2.0"));
static CSAF_2_1: LazyLock<Schema> = LazyLock::new(|| Compiler::compile("csaf-2.1"));

/// The schema of a version.
pub(super) fn of(version: Version) -> &'static Schema {
    match version {
        Version::V2_0 => &CSAF_2_0,
        Version::V2_1 => &CSAF_2_1,
    }
}

/// The schema with an address, once more.
pub(super) fn at(address: &str) -> Schema {
    Compiler::compile(address)
}

/// Where the schemas of the extensions are that the standard uses as examples.
const EXAMPLES: &str = "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/\
                        csaf_2.1/extension/data/valid/";

/// The text of a schema by the address with which others refer to it.
fn source(address: &str) -> Option<&'static str> {
    let name = match address {
        "https://www.first.org/cvss/cvss-v2.0.json" => "cvss-v2.0",
        "https://www.first.org/cvss/cvss-v3.0.json" => "cvss-v3.0",
        "https://www.first.org/cvss/cvss-v3.1.json" => "cvss-v3.1",
        "https://www.first.org/cvss/cvss-v4.0.json" => "cvss-v4.0",
        "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-content.json" => "content",
        "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-metaschema.json" => {
            "metaschema"
        }
        "https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json" => "ssvc",
        "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json" => "csaf-2.1",
        // The name of the folder: `documentation-11/documentation-11-content_1.0.0.json`.
        other => other.strip_prefix(EXAMPLES).and_then(|it| it.split('/').next()).unwrap_or(other),
    };
    SOURCES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A compiled schema: rules that refer to each other by number; the first is the whole.
pub(super) struct Schema {
    rules: Vec<Rule>,
}

/// What one schema object asks for.
#[derive(Default)]
struct Rule {
    /// Types that are allowed, as bits of [`kind`]; 0 allows all.
    kinds: u8,
    properties: Vec<(&'static str, usize)>,
    required: Vec<&'static str>,
    /// `additionalProperties: false`.
    closed: bool,
    /// `unevaluatedProperties: false`: the parts may name members besides.
    gathered: bool,
    /// Members that the parts of a gathered schema name.
    elsewhere: Vec<&'static str>,
    /// `additionalProperties: true`: what is not named is welcome.
    open: bool,
    items: Option<usize>,
    items_min: Option<usize>,
    items_max: Option<usize>,
    unique: bool,
    members_min: Option<usize>,
    members_max: Option<usize>,
    characters_min: Option<usize>,
    characters_max: Option<usize>,
    pattern: Option<Pattern>,
    format: Option<&'static str>,
    values: Vec<Node<'static>>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    step: Option<f64>,
    reference: Option<usize>,
    all: Vec<usize>,
    any: Vec<usize>,
    one: Vec<usize>,
}

/// The bit of a type in [`Rule::kinds`].
fn kind(name: &str) -> u8 {
    match name {
        "null" => 1,
        "boolean" => 2,
        "number" => 4,
        "string" => 8,
        "array" => 16,
        "object" => 32,
        // Whole numbers are asked for nowhere.
        _ => 0,
    }
}

fn kind_of(node: &Node<'_>) -> u8 {
    kind(match node {
        Node::Null => "null",
        Node::Bool(_) => "boolean",
        Node::Number(_) => "number",
        Node::Text(_) => "string",
        Node::List(_) => "array",
        Node::Object(_) => "object",
    })
}
