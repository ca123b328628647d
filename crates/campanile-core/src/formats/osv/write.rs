//! An advisory as OSV, strictly as the schema has it.

use serde_json::{Map, Value as JsonValue, json};

use super::ranges;
use crate::formats::WriteError;
use crate::model::advisory::{
    Advisory, Identifier, Names, Product, Rating, Reference, Revision, SectionKind, Status, Value,
    scheme,
};
use crate::model::moment::Moment;

/// The version of the schema that is written.
const SCHEMA_VERSION: &str = "1.7.3";
/// What a reference can be.
const REFERENCE_TYPES: [&str; 11] = [
    "ADVISORY",
    "ARTICLE",
    "DETECTION",
    "DISCUSSION",
    "EVIDENCE",
    "FIX",
    "INTRODUCED",
    "PACKAGE",
    "REPORT",
    "GIT",
    "WEB",
];

/// The ecosystems of the schema, without what stands behind a colon.
const ECOSYSTEMS: [&str; 47] = [
    "AlmaLinux",
    "Alpaquita",
    "Alpine",
    "Android",
    "BellSoft Hardened Containers",
    "Bioconductor",
    "Bitnami",
    "Chainguard",
    "CleanStart",
    "ConanCenter",
    "CRAN",
    "crates.io",
    "Debian",
    "Docker Hardened Images",
    "Drupal",
    "Echo",
    "FreeBSD",
    "GHC",
    "GitHub Actions",
    "GIT",
    "Go",
    "Hackage",
    "Hex",
    "Julia",
    "Kubernetes",
    "Linux",
    "Mageia",
    "Maven",
    "MinimOS",
    "npm",
    "NuGet",
    "opam",
    "openEuler",
    "openSUSE",
    "OSS-Fuzz",
    "Packagist",
    "Photon OS",
    "Pub",
    "PyPI",
    "Red Hat",
    "Rocky Linux",
    "Root",
    "RubyGems",
    "SUSE",
    "SwiftURL",
    "Ubuntu",
    "Wolfi",
];

/// Writes an advisory as a record.
///
/// # Errors
/// Without a number or any time: the schema asks for both.
pub fn write(advisory: &Advisory) -> Result<Vec<u8>, WriteError> {
    if advisory.number.is_empty() {
        return Err(WriteError::Missing("number"));
    }
    let changed = advisory.changed_at.as_ref().or(advisory.published_at.as_ref());
    let changed = changed.ok_or(WriteError::Missing("time of the last change"))?;
    let mut record = Map::new();
    record.insert("schema_version".into(), SCHEMA_VERSION.into());
    record.insert("id".into(), advisory.number.as_str().into());
    record.insert("modified".into(), time(changed));
    let published = advisory.published_at.as_ref().map(time).unwrap_or_default();
    put(&mut record, "published", published);
    put(&mut record, "withdrawn", withdrawn(advisory, changed));
    let (aliases, related) = names(advisory);
    put(&mut record, "aliases", aliases);
    put(&mut record, "upstream", numbers(advisory.upstream.iter()));
    put(&mut record, "related", related);
    put(&mut record, "summary", advisory.title.as_str().into());
    put(&mut record, "details", details(advisory));
    let rated = advisory.vulnerabilities.iter().flat_map(|one| &one.ratings);
    let rated: Vec<_> = rated.chain(&advisory.ratings).collect();
    put(
        &mut record,
        "severity",
        severity(rated.iter().copied().filter(|one| one.products.is_empty())),
    );
    let packages = advisory.products.iter().filter(|product| is_package(product));
    let packages = packages.map(|product| affected(product, &rated));
    put(&mut record, "affected", packages.collect());
    let references = advisory.all_references().filter(|one| !one.url.is_empty());
    put(&mut record, "references", references.map(reference).collect());
    let credits = advisory.credits.iter().map(|name| json!({ "name": name }));
    put(&mut record, "credits", credits.collect());
    put(&mut record, "database_specific", specific(advisory, &rated));
    let mut octets = serde_json::to_vec_pretty(&record).unwrap_or_default();
    octets.push(b'\n');
    Ok(octets)
}

/// Inserts what is not empty.
fn put(record: &mut Map<String, JsonValue>, name: &str, value: JsonValue) {
    let empty = match &value {
        JsonValue::Null => true,
        JsonValue::String(text) => text.is_empty(),
        JsonValue::Array(list) => list.is_empty(),
        JsonValue::Object(members) => members.is_empty(),
        _ => false,
    };
    if !empty {
        record.insert(name.to_owned(), value);
    }
}

/// UTC with a Z, the one form that the schema takes.
fn time(moment: &Moment) -> JsonValue {
    moment.at.to_string().into()
}

fn withdrawn(advisory: &Advisory, changed: &Moment) -> JsonValue {
    if advisory.status != Status::Withdrawn {
        return JsonValue::Null;
    }
    let said = |one: &&Revision| one.summary == "withdrawn";
    let at = advisory.revisions.iter().rev().find(said).and_then(|one| one.at.as_ref());
    time(at.unwrap_or(changed))
}

/// What `aliases` and `related` hold: an advisory of a distribution is no alias of what it fixes.
fn names(advisory: &Advisory) -> (JsonValue, JsonValue) {
    let own = Identifier::recognise(&advisory.number);
    let is_advisory = own.as_ref().and_then(Identifier::names) == Some(Names::Advisory);
    let about = advisory.vulnerabilities.iter().flat_map(|one| &one.ids);
    let about = about.filter(|one| one.number != advisory.number);
    let about = about.filter(|one| !advisory.upstream.contains(one));
    let (cve, others): (Vec<_>, Vec<_>) = about.partition(|one| is_advisory && one.is_cve());
    (numbers(others.into_iter()), numbers(cve.into_iter().chain(&advisory.related)))
}

fn numbers<'a>(identifiers: impl Iterator<Item = &'a Identifier>) -> JsonValue {
    let mut numbers: Vec<&str> = Vec::new();
    for identifier in identifiers {
        if !numbers.contains(&identifier.number.as_str()) {
            numbers.push(&identifier.number);
        }
    }
    numbers.into()
}

/// Texts about the whole and about each vulnerability, one after the other.
fn details(advisory: &Advisory) -> JsonValue {
    let inner = advisory.vulnerabilities.iter().flat_map(|one| &one.sections);
    let mut out = String::new();
    for section in advisory.sections.iter().chain(inner) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        if section.kind != SectionKind::Description && !section.title.is_empty() {
            out.push_str(&format!("## {}\n\n", section.title));
        }
        out.push_str(&section.text);
    }
    out.into()
}

fn severity<'a>(rated: impl Iterator<Item = &'a Rating>) -> JsonValue {
    let mut all = Vec::new();
    for rating in rated {
        let kind = match rating.scheme.as_str() {
            scheme::CVSS_2 => "CVSS_V2",
            scheme::CVSS_3_0 | scheme::CVSS_3_1 => "CVSS_V3",
            scheme::CVSS_4 => "CVSS_V4",
            _ => continue,
        };
        if let Value::Vector(vector) = &rating.value {
            let one = json!({ "type": kind, "score": vector });
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all.into()
}

/// Whether the schema takes it: a name in an ecosystem that it knows.
fn is_package(product: &Product) -> bool {
    let ecosystem = product.vendor.split(':').next().unwrap_or_default();
    !product.name.is_empty() && ECOSYSTEMS.contains(&ecosystem)
}

fn affected(product: &Product, rated: &[&Rating]) -> JsonValue {
    let mut package = Map::new();
    put(&mut package, "ecosystem", product.vendor.as_str().into());
    put(&mut package, "name", product.name.as_str().into());
    put(&mut package, "purl", product.purl.as_str().into());
    let (ranges, versions) = ranges::members(&product.version);
    let own = rated.iter().copied().filter(|one| one.products.contains(&product.id));
    let mut affected = Map::new();
    affected.insert("package".into(), package.into());
    put(&mut affected, "severity", severity(own));
    put(&mut affected, "ranges", ranges.into());
    put(&mut affected, "versions", versions.into());
    affected.into()
}

fn reference(reference: &Reference) -> JsonValue {
    let kind = REFERENCE_TYPES.iter().find(|one| reference.kind.eq_ignore_ascii_case(one));
    json!({ "type": kind.unwrap_or(&"WEB"), "url": reference.url })
}

fn specific(advisory: &Advisory, rated: &[&Rating]) -> JsonValue {
    let mut specific = Map::new();
    let word = rated.iter().find_map(|one| match &one.value {
        Value::Word(word) if one.scheme == scheme::WORD && one.products.is_empty() => Some(word),
        _ => None,
    });
    put(&mut specific, "severity", word.map_or(JsonValue::Null, |word| word.as_str().into()));
    let mut weaknesses: Vec<&str> = Vec::new();
    for one in advisory.vulnerabilities.iter().flat_map(|one| &one.weaknesses) {
        if !weaknesses.contains(&one.as_str()) {
            weaknesses.push(one);
        }
    }
    put(&mut specific, "cwe_ids", weaknesses.into());
    specific.into()
}
