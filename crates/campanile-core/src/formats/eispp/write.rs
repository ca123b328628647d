//! From an advisory to an EISPP document that is valid by the reconstruction.

use super::{ADDRESS, ADJUSTED, NUMBER, ON, PARTS, SYSTEMS};
use crate::formats::xml::{self, Tag};
use crate::model::advisory::{
    Advisory, Identifier, Product, Rating, Reference, Section, SectionKind, Solution, Status, Value,
};
use crate::model::time::Timestamp;

/// What the documents call their version: the schema is no one's but ours.
const VERSION: &str = "reconstruction-0";

/// Writes an advisory; `now` stands for the date of one that has none.
pub fn write(advisory: &Advisory, now: Timestamp) -> Vec<u8> {
    let parts = [Some(identification(advisory, now)), history(advisory, now), systems(advisory)];
    let more = [
        description(advisory),
        group("solutions", all_solutions(advisory).iter().map(|one| solution(one)).collect()),
        group("references", references(advisory)),
    ];
    let ratings = advisory.ratings.iter().filter_map(classification);
    let root = Tag::new("EISPPAdvisory").with("version", VERSION);
    let root = root.holding(parts.into_iter().flatten()).holding(ratings);
    xml::document(&root.holding(more.into_iter().flatten()))
}

fn group(name: &'static str, inner: Vec<Tag>) -> Option<Tag> {
    (!inner.is_empty()).then(|| Tag::new(name).holding(inner))
}

fn identification(advisory: &Advisory, now: Timestamp) -> Tag {
    let moment = advisory.changed_at.as_ref().or(advisory.published_at.as_ref());
    let date = moment.map_or_else(|| now.to_string(), |moment| moment.rfc3339());
    let supersedes = advisory.supersedes.iter();
    Tag::new("identification_data")
        .holding([
            Tag::text("issuer", &advisory.issuer.name),
            Tag::text("ref_num", &advisory.number),
            Tag::text("ref_version", &version(&advisory.version)),
            text("title", &advisory.title, &advisory.language),
            Tag::text("date", &date),
        ])
        .holding(supersedes.map(|number| Tag::text("supersedes", number)))
}

/// A text with its language, where that is one.
fn text(name: &'static str, text: &str, language: &str) -> Tag {
    let parts = language.split('-');
    let word = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = language.split('-').next().unwrap_or_default();
    let valid = parts.clone().all(word) && first.bytes().all(|b| b.is_ascii_alphabetic());
    Tag::text(name, text).with_some("lang", Some(language).filter(|_| valid))
}

/// `i.j`; a whole number is a version without corrections.
fn version(version: &str) -> String {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match version.split_once('.') {
        Some((major, minor)) if number(major) && number(minor) => version.to_owned(),
        None if number(version) => format!("{version}.0"),
        _ => "1.0".to_owned(),
    }
}

fn history(advisory: &Advisory, now: Timestamp) -> Option<Tag> {
    let last = advisory.revisions.len().saturating_sub(1);
    let revisions = advisory.revisions.iter().enumerate().map(|(at, revision)| {
        let number = version(&revision.version);
        let kind = match (at, advisory.status) {
            (_, Status::Withdrawn) if at == last => "withdrawal",
            (0, _) => "initial",
            _ if number.ends_with(".0") => "major",
            _ => "minor",
        };
        let date = revision.at.as_ref().map_or_else(|| now.to_string(), |at| at.rfc3339());
        Tag::text("revision", &revision.summary)
            .with("version", &number)
            .with("date", &date)
            .with("kind", kind)
    });
    group("history", revisions.collect())
}

fn systems(advisory: &Advisory) -> Option<Tag> {
    let texts = advisory.sections.iter().filter(|section| is_systems(section));
    let texts = texts.map(|section| Tag::text("free_text", &section.text));
    let mut inner: Vec<_> = texts.collect();
    inner.extend(group("system_list", advisory.products.iter().map(system).collect()));
    group("system_information", inner)
}

fn is_systems(section: &Section) -> bool {
    section.kind == SectionKind::Other && section.title == SYSTEMS
}

fn system(product: &Product) -> Tag {
    let (software, platforms) = product.name.rsplit_once(ON).unwrap_or((&product.name, ""));
    let platforms = platforms.split(", ").filter(|platform| !platform.is_empty());
    let platforms = platforms.map(|tag| Tag::new("instance").with("tag", tag)).collect();
    let platform = part("platform", platforms);
    let values = [
        ("vendor", &product.vendor),
        ("version", &product.version),
        ("purl", &product.purl),
        ("cpe", &product.cpe),
    ];
    let values = values.iter().filter(|(_, value)| !value.is_empty()).map(|(tag, value)| {
        Tag::new("attribute_value").with("tag", tag).holding([Tag::text("value", value)])
    });
    let instance = Tag::new("instance").with("tag", software).holding(values);
    Tag::new("system").holding(platform).holding(part("software", vec![instance]))
}

fn part(kind: &str, instances: Vec<Tag>) -> Option<Tag> {
    group("system_part", instances).map(|part| part.with("type", kind))
}

/// Ratings by criteria; CVSS and words have no place in the format.
fn classification(rating: &Rating) -> Option<Tag> {
    let Value::Criteria(criteria) = &rating.value else { return None };
    let names = ["risk", "impact", "attack_skill", "attack_requirements", "confidence"];
    let mut tags = Vec::new();
    for name in names {
        let tokens = criteria.get(name).map(Vec::as_slice).unwrap_or_default();
        // One of each, but impacts; a risk is always there.
        let count = if name == "impact" { tokens.len() } else { 1 };
        tags.extend(tokens.iter().take(count).map(|token| Tag::text(name, &nmtoken(token))));
        if name == "risk" && tokens.is_empty() {
            tags.push(Tag::text(name, "not_rated"));
        }
    }
    let adjusted = criteria.contains_key(ADJUSTED).then_some("true");
    let tag = Tag::new("vulnerability_classification").with("scheme", &rating.scheme);
    Some(tag.with_some(ADJUSTED, adjusted).holding(tags))
}

/// A token as XML has them: what it does not allow becomes `_`.
fn nmtoken(token: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "._-:".contains(c);
    let token: String = token.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if token.is_empty() { "other".to_owned() } else { token }
}

/// The texts, in the order of the format. Those of kinds that it does not know are descriptions
/// with their heading in front.
fn description(advisory: &Advisory) -> Option<Tag> {
    let sections = advisory.sections.iter().filter(|section| !is_systems(section));
    let inside = advisory.vulnerabilities.iter().flat_map(|one| &one.sections);
    let all: Vec<_> = sections.chain(inside).collect();
    let mut tags = Vec::new();
    for (name, kind) in PARTS {
        let fits = |section: &&&Section| {
            let known = PARTS.iter().any(|(_, known)| *known == section.kind);
            section.kind == kind || (kind == SectionKind::Description && !known)
        };
        let texts = all.iter().filter(fits);
        tags.extend(texts.map(|section| match section.title.as_str() {
            "" => text(name, &section.text, &advisory.language),
            title => match title.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(language) => text(name, &section.text, language),
                None => {
                    let whole = format!("{title}\n\n{}", section.text);
                    text(name, &whole, &advisory.language)
                }
            },
        }));
    }
    group("Description", tags)
}

fn all_solutions(advisory: &Advisory) -> Vec<&Solution> {
    let inside = advisory.vulnerabilities.iter().flat_map(|one| &one.solutions);
    advisory.solutions.iter().chain(inside).collect()
}

fn solution(solution: &Solution) -> Tag {
    let kind = match solution.kind.as_str() {
        "vendor_fix" | "patch" | "optional_patch" => "patch",
        "upgrade" => "upgrade",
        "none_available" | "no_fix_planned" | "fix_planned" => "none_available",
        _ => "workaround",
    };
    let text = Some(&solution.text).filter(|text| !text.is_empty());
    let url = Some(&solution.url).filter(|url| is_address(url));
    Tag::new("solution")
        .with("kind", kind)
        .holding(text.map(|text| Tag::text("text", text)))
        .holding(url.map(|url| Tag::text("url", url)))
}

fn is_address(url: &str) -> bool {
    !url.is_empty() && url.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

fn references(advisory: &Advisory) -> Vec<Tag> {
    let mut tags = Vec::new();
    for id in advisory.vulnerabilities.iter().flat_map(|one| &one.ids) {
        tags.push(reference(NUMBER, Some(id), "", ""));
    }
    for Reference { identifier, kind, title, url } in advisory.all_references() {
        // A reference to a vulnerability of the advisory says nothing new without an address.
        let known = identifier.as_ref().is_some_and(Identifier::is_cve) && !is_address(url);
        if !known {
            tags.push(reference(kind, identifier.as_ref(), title, url));
        }
    }
    tags
}

fn reference(kind: &str, id: Option<&Identifier>, title: &str, url: &str) -> Tag {
    let (resource, number) = match id {
        Some(id) if id.is_cve() => ("CVE", id.number.as_str()),
        Some(id) => (id.system.as_str(), id.number.as_str()),
        None => (ADDRESS, if title.is_empty() { url } else { title }),
    };
    let url = Some(url).filter(|url| is_address(url));
    Tag::new("reference")
        .holding([
            Tag::text("ref_type", &nmtoken(kind)),
            Tag::text("resource", resource),
            Tag::text("id", number),
        ])
        .holding(url.map(|url| Tag::text("url", url)))
}
