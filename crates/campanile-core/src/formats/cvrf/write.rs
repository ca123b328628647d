//! From an advisory to a CVRF 1.2 document that follows the schema.

use std::collections::HashSet;

use super::{REMEDIES, STATES};
use crate::formats::xml::{self, Tag};
use crate::formats::{carried, notes, word};
use crate::model::advisory::{
    Advisory, Affected, Kind, Product, Rating, Reference, Section, SectionKind, Solution, Status,
    Value, Vulnerability, scheme,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

const CVRF: &str = "http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf";
const PROD: &str = "http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/prod";
const VULN: &str = "http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/vuln";

/// Writes an advisory; `now` stands for dates that it does not have.
pub fn write(advisory: &Advisory, now: Timestamp) -> Vec<u8> {
    let mut references: Vec<&Reference> = advisory.references.iter().collect();
    references.retain(|one| one.kind != "alias" && !is_written(one));
    let severity = advisory.ratings.iter().find(|one| is_severity(one, advisory));
    let same = |one: &&Rating| severity.is_some_and(|other| std::ptr::eq(other, *one));
    let ratings: Vec<_> = advisory.ratings.iter().filter(|one| !same(one)).collect();
    let mut sections: Vec<Section> =
        advisory.sections.iter().filter(|one| !is_distribution(one)).cloned().collect();
    if advisory.vulnerabilities.is_empty() {
        sections.extend(advisory.solutions.iter().map(loose));
    }
    sections.extend(carried::give(advisory, &references, &ratings));
    let title =
        language(Tag::text("DocumentTitle", &line(&advisory.title, &advisory.number)), advisory);
    let root = Tag::new("cvrfdoc").with("xmlns", CVRF).with("xmlns:prod", PROD);
    let root = root.with("xmlns:vuln", VULN).holding([
        title,
        Tag::text("DocumentType", document_type(advisory)),
        publisher(advisory),
        tracking(advisory, now),
    ]);
    let root = root
        .holding(group("DocumentNotes", notes("Note", &sections)))
        .holding(distribution(advisory))
        .holding(
            severity.and_then(|one| word_of(one)).map(|text| Tag::text("AggregateSeverity", text)),
        )
        .holding(group(
            "DocumentReferences",
            self::references(&advisory.references, ["Reference", "Description", "URL"]),
        ))
        .holding(group("Acknowledgments", credits(advisory)))
        .holding(tree(advisory));
    let entries = advisory.vulnerabilities.iter().enumerate();
    xml::document(&root.holding(entries.map(|(at, one)| vulnerability(at, one, advisory))))
}

fn group(name: &'static str, inner: Vec<Tag>) -> Option<Tag> {
    (!inner.is_empty()).then(|| Tag::new(name).holding(inner))
}

fn language(tag: Tag, advisory: &Advisory) -> Tag {
    let text = advisory.language.as_str();
    let parts = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = text.split('-').next().unwrap_or_default();
    let fits = first.bytes().all(|b| b.is_ascii_alphabetic()) && text.split('-').all(parts);
    tag.with_some("xml:lang", Some(text).filter(|_| fits))
}

/// A text in one line; another one where it is empty.
fn line(text: &str, otherwise: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { otherwise.to_owned() } else { words }
}

const fn document_type(advisory: &Advisory) -> &'static str {
    match (advisory.status, advisory.kind) {
        (Status::Withdrawn, _) => "Withdrawal",
        (_, Kind::Advisory) => "Security Advisory",
        (_, Kind::Vex) => "VEX",
        (_, Kind::Informational) => "Information",
        (_, Kind::Record) => "Vulnerability Record",
        (_, Kind::Minimum) => "Minimum Record",
    }
}

fn publisher(advisory: &Advisory) -> Tag {
    let issuer = &advisory.issuer;
    let category = match issuer.category.as_str() {
        "vendor" => "Vendor",
        "discoverer" => "Discoverer",
        "coordinator" => "Coordinator",
        "user" => "User",
        _ => "Other",
    };
    let text = |name, text: &str| (!text.is_empty()).then(|| Tag::text(name, text));
    Tag::new("DocumentPublisher")
        .with("Type", category)
        .holding(text("ContactDetails", &issuer.contact))
        .holding(text("IssuingAuthority", &issuer.name))
}

fn tracking(advisory: &Advisory, now: Timestamp) -> Tag {
    let date = |at: Option<&Moment>| at.map_or_else(|| now.to_string(), Moment::rfc3339);
    let Advisory { published_at, changed_at, .. } = advisory;
    let aliases = advisory.references.iter().filter(|one| one.kind == "alias");
    let aliases = aliases.map(|one| Tag::text("Alias", &one.title));
    let status = match advisory.status {
        Status::Draft => "Draft",
        Status::Interim => "Interim",
        Status::Final | Status::Withdrawn => "Final",
    };
    let mut revisions: Vec<_> = advisory
        .revisions
        .iter()
        .map(|one| (version(&one.version), date(one.at.as_ref()), one.summary.as_str()))
        .collect();
    if revisions.is_empty() {
        let at = date(changed_at.as_ref().or(published_at.as_ref()));
        revisions.push((version(&advisory.version), at, "Current version"));
    }
    let revisions = revisions.iter().map(|(number, date, summary)| {
        Tag::new("Revision").holding([
            Tag::text("Number", number),
            Tag::text("Date", date),
            Tag::text("Description", summary),
        ])
    });
    Tag::new("DocumentTracking").holding([
        Tag::new("Identification").holding([Tag::text("ID", &advisory.number)]).holding(aliases),
        Tag::text("Status", status),
        Tag::text("Version", &version(&advisory.version)),
        Tag::new("RevisionHistory").holding(revisions),
        Tag::text("InitialReleaseDate", &date(published_at.as_ref().or(changed_at.as_ref()))),
        Tag::text("CurrentReleaseDate", &date(changed_at.as_ref().or(published_at.as_ref()))),
        Tag::new("Generator").holding([Tag::text("Engine", "Campanile")]),
    ])
}

/// Up to four numbers without leading zeros [CVRF 1.2 §4.1]; `1` for anything else.
fn version(version: &str) -> String {
    let number = |part: &str| part.parse::<u64>().is_ok_and(|number| number.to_string() == part);
    let fits = version.split('.').count() <= 4 && version.split('.').all(number);
    if fits { version.to_owned() } else { "1".to_owned() }
}

fn is_distribution(section: &Section) -> bool {
    section.kind == SectionKind::Legal && section.title == "Distribution"
}

fn distribution(advisory: &Advisory) -> Option<Tag> {
    let texts = advisory.sections.iter().filter(|one| is_distribution(one));
    let texts = texts.map(|one| one.text.clone());
    let lines: Vec<_> = advisory.tlp.map(|tlp| tlp.to_string()).into_iter().chain(texts).collect();
    (!lines.is_empty()).then(|| Tag::text("DocumentDistribution", &lines.join("\n")))
}

fn is_severity(rating: &Rating, advisory: &Advisory) -> bool {
    rating.scheme == scheme::WORD
        && rating.rater == advisory.issuer.name
        && word_of(rating).is_some_and(|word| !word.is_empty())
}

fn word_of(rating: &Rating) -> Option<&str> {
    match &rating.value {
        Value::Word(word) => Some(word),
        _ => None,
    }
}

fn loose(solution: &Solution) -> Section {
    let text = format!("{}\n{}", solution.text, solution.url).trim().to_owned();
    Section { kind: SectionKind::Other, title: "Solution".into(), text }
}

fn notes(name: &'static str, sections: &[Section]) -> Vec<Tag> {
    let sections = sections.iter().filter(|section| !section.text.trim().is_empty());
    let note = sections.enumerate().map(|(at, section)| {
        let (category, title) = notes::note(section);
        let category = match category {
            "summary" => "Summary",
            "description" => "Description",
            "details" => "Details",
            "faq" => "FAQ",
            "legal_disclaimer" => "Legal Disclaimer",
            "general" => "General",
            _ => "Other",
        };
        Tag::text(name, &section.text)
            .with_some("Title", Some(title.as_str()).filter(|title| !title.is_empty()))
            .with("Type", category)
            .with("Ordinal", &(at + 1).to_string())
    });
    note.collect()
}

fn is_written(reference: &Reference) -> bool {
    let address = ["https://", "http://"].iter().any(|scheme| reference.url.starts_with(scheme));
    address && reference.url.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

fn references(references: &[Reference], [name, text, url]: [&'static str; 3]) -> Vec<Tag> {
    let references = references.iter().filter(|one| is_written(one)).map(|one| {
        let number = one.identifier.as_ref().map_or(one.url.as_str(), |id| id.number.as_str());
        let kind = if one.kind == "self" { "Self" } else { "External" };
        let title = if one.title.is_empty() { number } else { &one.title };
        let inner = [Tag::text(url, &one.url), Tag::text(text, title)];
        Tag::new(name).with("Type", kind).holding(inner)
    });
    references.collect()
}

fn credits(advisory: &Advisory) -> Vec<Tag> {
    let credit = |text| Tag::new("Acknowledgment").holding([Tag::text("Description", text)]);
    advisory.credits.iter().filter(|text| !text.is_empty()).map(|text| credit(text)).collect()
}

/// A branch for each vendor, name and version; products that follow each other share theirs.
fn tree(advisory: &Advisory) -> Option<Tag> {
    let mut seen = HashSet::new();
    let fits = |product: &&Product| !product.id.is_empty() && seen.insert(product.id.clone());
    let products: Vec<_> = advisory.products.iter().filter(fits).collect();
    let branches = products.iter().filter_map(|product| {
        let words = [&product.vendor, &product.name, &product.version];
        let plain = product.vendor.is_empty() && product.version.is_empty();
        let words: Vec<_> =
            words.iter().filter(|word| !word.is_empty()).map(|w| w.as_str()).collect();
        let full = Tag::text("prod:FullProductName", &line(&words.join(" "), &product.id))
            .with("ProductID", &product.id)
            .with_some("CPE", Some(product.cpe.as_str()).filter(|cpe| !cpe.is_empty()));
        if plain {
            return None;
        }
        let levels = [
            ("Product Version", &product.version),
            ("Product Name", &product.name),
            ("Vendor", &product.vendor),
        ];
        let levels = levels.iter().filter(|(_, name)| !name.is_empty());
        Some(levels.fold(full, |inner, (kind, name)| {
            Tag::new("prod:Branch").with("Type", kind).with("Name", name).holding([inner])
        }))
    });
    let branches: Vec<_> = branches.collect();
    let plain = products.iter().filter(|one| one.vendor.is_empty() && one.version.is_empty());
    let plain = plain.map(|product| {
        Tag::text("prod:FullProductName", &line(&product.name, &product.id))
            .with("ProductID", &product.id)
            .with_some("CPE", Some(product.cpe.as_str()).filter(|cpe| !cpe.is_empty()))
    });
    let inner: Vec<_> = branches.into_iter().chain(plain).collect();
    group("prod:ProductTree", inner)
}

fn vulnerability(at: usize, one: &Vulnerability, advisory: &Advisory) -> Tag {
    let text = |name, text: &str| (!text.is_empty()).then(|| Tag::text(name, text));
    let cve = one.ids.iter().find(|id| id.is_cve());
    let others: Vec<_> = one.ids.iter().filter(|id| Some(*id) != cve).collect();
    let (first, rest) =
        others.split_first().map_or((None, &[][..]), |(one, rest)| (Some(one), rest));
    let id = first.map(|id| Tag::text("vuln:ID", &id.number).with("SystemName", &id.system));
    let (scores, threats, loose) = ratings(one, advisory);
    let mut sections: Vec<Section> =
        one.sections.iter().filter(|section| section.title != "Target set").cloned().collect();
    if !rest.is_empty() {
        let lines: Vec<_> = rest.iter().map(|id| format!("{} {}", id.system, id.number)).collect();
        let (kind, title) = (SectionKind::Other, "Further numbers".to_owned());
        sections.push(Section { kind, title, text: lines.join("\n") });
    }
    sections.extend(carried::give_ratings(&loose));
    let release = one.disclosed_at.as_ref().map(|at| Tag::text("vuln:ReleaseDate", &at.rfc3339()));
    let weaknesses = one.weaknesses.iter().filter(|id| is_weakness(id));
    let solutions = one.solutions.iter().chain(&advisory.solutions).map(remediation).collect();
    let targets = one.sections.iter().filter(|section| section.title == "Target set");
    let targets = targets.map(|section| threat("Target Set", &section.text, &[]));
    let threats = threats.into_iter().chain(targets).collect();
    Tag::new("vuln:Vulnerability")
        .with("Ordinal", &(at + 1).to_string())
        .holding(text("vuln:Title", &one.title))
        .holding(id)
        .holding(group("vuln:Notes", notes("vuln:Note", &sections)))
        .holding(release)
        .holding(cve.map(|id| Tag::text("vuln:CVE", &id.number)))
        .holding(weaknesses.map(|id| Tag::text("vuln:CWE", id).with("ID", id)))
        .holding(group("vuln:ProductStatuses", statuses(&one.affected)))
        .holding(group("vuln:Threats", threats))
        .holding(group("vuln:CVSSScoreSets", scores))
        .holding(group("vuln:Remediations", solutions))
        .holding(group(
            "vuln:References",
            references(&one.references, ["vuln:Reference", "vuln:Description", "vuln:URL"]),
        ))
}

fn is_weakness(id: &str) -> bool {
    let digits = id.strip_prefix("CWE-").unwrap_or_default();
    (1..=6).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit())
}

fn statuses(affected: &[Affected]) -> Vec<Tag> {
    let status = STATES.iter().map(|(name, state)| {
        let ids = affected.iter().filter(|one| one.status == *state);
        let ids = ids.map(|one| Tag::text("vuln:ProductID", &one.product));
        Tag::new("vuln:Status").with("Type", name).holding(ids)
    });
    status.filter(|tag| !tag.inner.is_empty()).collect()
}

/// Score sets, threats, and ratings that have no place: those of others, of other schemes.
fn ratings<'a>(
    one: &'a Vulnerability,
    advisory: &Advisory,
) -> (Vec<Tag>, Vec<Tag>, Vec<&'a Rating>) {
    let (mut second, mut third, mut threats, mut loose) = (vec![], vec![], vec![], vec![]);
    for rating in &one.ratings {
        let own = rating.rater == advisory.issuer.name;
        match (rating.scheme.as_str(), &rating.value) {
            _ if !own => loose.push(rating),
            (scheme::CVSS_2, Value::Vector(_) | Value::Score) if rating.score.is_some() => {
                let names = ["vuln:ScoreSetV2", "vuln:BaseScoreV2", "vuln:VectorV2"];
                second.push(score(rating, names));
            }
            (
                scheme::CVSS_3 | scheme::CVSS_3_0 | scheme::CVSS_3_1,
                Value::Vector(_) | Value::Score,
            ) if rating.score.is_some() => {
                let names = ["vuln:ScoreSetV3", "vuln:BaseScoreV3", "vuln:VectorV3"];
                third.push(score(rating, names));
            }
            (scheme::WORD, Value::Word(text)) if word::is_word(text) => {
                threats.push(threat("Impact", text, &rating.products));
            }
            (scheme::EXPLOIT_STATUS, Value::Word(text)) => {
                threats.push(threat("Exploit Status", text, &rating.products));
            }
            _ => loose.push(rating),
        }
    }
    second.extend(third);
    (second, threats, loose)
}

fn score(rating: &Rating, [set, base, vector]: [&'static str; 3]) -> Tag {
    let text = match &rating.value {
        Value::Vector(text) => Some(Tag::text(vector, text)),
        _ => None,
    };
    let products = rating.products.iter().map(|id| Tag::text("vuln:ProductID", id));
    let base = rating.score.as_ref().map(|score| Tag::text(base, score));
    Tag::new(set).holding(base).holding(text).holding(products)
}

fn threat(kind: &str, text: &str, products: &[String]) -> Tag {
    let products = products.iter().map(|id| Tag::text("vuln:ProductID", id));
    let inner = [Tag::text("vuln:Description", text)];
    Tag::new("vuln:Threat").with("Type", kind).holding(inner).holding(products)
}

fn remediation(solution: &Solution) -> Tag {
    let known = REMEDIES.iter().find(|(_, kind)| *kind == solution.kind);
    let kind = match (known, solution.kind.as_str()) {
        (Some((name, _)), _) => name,
        (None, "patch" | "upgrade" | "optional_patch") => "Vendor Fix",
        (None, "fix_planned") => "None Available",
        (None, _) => "Mitigation",
    };
    let products = solution.products.iter().map(|id| Tag::text("vuln:ProductID", id));
    let url = Some(&solution.url).filter(|url| !url.is_empty());
    Tag::new("vuln:Remediation")
        .with("Type", kind)
        .holding([Tag::text("vuln:Description", &solution.text)])
        .holding(url.map(|url| Tag::text("vuln:URL", url)))
        .holding(products)
}
