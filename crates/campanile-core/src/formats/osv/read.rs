//! OSV into an advisory.

use super::ranges;
use crate::formats::json::{self, Findings, Json, Node};
use crate::formats::{Finding, Place, ReadError, parts, yaml};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Markup, Names, Product, ProductStatus, Rating, Reference,
    Section, SectionKind, Status, Value, Vulnerability, scheme,
};

/// Reads a record, in JSON or, as PyPA keeps them, in YAML.
///
/// # Errors
/// Its syntax, a limit, or when it is no OSV record.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let start = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets).trim_ascii_start();
    let value = match start.starts_with(b"{") {
        true => json::read(octets)?,
        false => yaml::read(octets)?,
    };
    from_json(&value)
}

/// Reads a record whose syntax is read already.
///
/// # Errors
/// When it is no OSV record.
pub fn from_json(value: &Json) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let found = Findings::default();
    let root = Node::root(value, &found);
    let number = root.text("id").trim();
    if number.is_empty() {
        return Err(match root.get("modified").or_else(|| root.get("affected")) {
            Some(_) => ReadError::Missing(Place::Pointer("/id".to_owned()), "number"),
            None => ReadError::Foreign("OSV"),
        });
    }
    let advisory = advisory(&root, number);
    Ok((advisory, found.into_list()))
}

fn advisory(root: &Node<'_, '_>, number: &str) -> Advisory {
    let own = Identifier::recognise(number).unwrap_or_else(|| Identifier::new("osv", number));
    let issuer = own.owner().unwrap_or_else(|| number.split('-').next().unwrap_or_default());
    let withdrawn = parts::moment(root, "withdrawn");
    let mut advisory = Advisory {
        kind: match own.names() {
            Some(Names::Advisory) => Kind::Advisory,
            _ => Kind::Record,
        },
        issuer: Issuer { name: issuer.to_owned(), ..Issuer::default() },
        number: number.to_owned(),
        title: root.text("summary").trim().to_owned(),
        markup: Markup::Markdown,
        status: if withdrawn.is_some() { Status::Withdrawn } else { Status::Final },
        published_at: parts::moment(root, "published"),
        changed_at: parts::moment(root, "modified"),
        revisions: parts::withdrawal(withdrawn),
        sections: details(root),
        upstream: identifiers(root, "upstream"),
        related: identifiers(root, "related"),
        references: root.items("references").iter().map(reference).collect(),
        credits: root.items("credits").iter().map(|one| one.text("name").to_owned()).collect(),
        ..Advisory::default()
    };
    advisory.vulnerabilities = vulnerabilities(&own, identifiers(root, "aliases"), &mut advisory);
    let packages = root.items("affected");
    let products = packages.iter().map(|one| (product(one), ProductStatus::KnownAffected));
    parts::affect(root, &mut advisory, products.collect());
    let mut rated = ratings(root, issuer, "");
    for (package, product) in packages.iter().zip(&advisory.products) {
        rated.extend(ratings(package, issuer, &product.id));
    }
    parts::rate(&mut advisory, rated);
    parts::weaknesses(&mut advisory, weaknesses(root));
    advisory
}

/// What the record is about. A distribution names what it fixes in `related` or `upstream`.
fn vulnerabilities(
    own: &Identifier,
    aliases: Vec<Identifier>,
    advisory: &mut Advisory,
) -> Vec<Vulnerability> {
    let cve = |list: &[Identifier]| list.iter().filter(|one| one.is_cve()).cloned().collect();
    let mut about: Vec<Identifier> = cve(&advisory.upstream);
    if own.names() == Some(Names::Advisory) {
        about.extend(cve(&advisory.related) as Vec<_>);
        advisory.related.retain(|one| !one.is_cve());
    }
    parts::about(own, aliases, about)
}

fn product(affected: &Node<'_, '_>) -> Product {
    let package = affected.get("package");
    let text = |name| package.as_ref().map(|node| node.text(name)).unwrap_or_default().to_owned();
    Product {
        id: String::new(),
        vendor: text("ecosystem"),
        name: text("name"),
        version: ranges::text(affected),
        purl: text("purl"),
        cpe: String::new(),
    }
}

fn ratings(node: &Node<'_, '_>, issuer: &str, product: &str) -> Vec<Rating> {
    let mut rated = Vec::new();
    for severity in node.items("severity") {
        let (kind, score) = (severity.text("type"), severity.text("score").trim());
        if kind.starts_with("CVSS") && score.contains('/') {
            rated.push(parts::by_vector(issuer, score, None));
        } else if !score.is_empty() {
            let scheme = if kind == "Ubuntu" { scheme::WORD } else { kind };
            rated.push(Rating::stated(issuer, scheme, Value::Word(score.to_owned())));
        }
    }
    let specific = node.get("database_specific");
    let word = specific.as_ref().and_then(|node| node.get("severity")?.value().as_text());
    rated.extend(word.and_then(|word| parts::by_word(issuer, word)));
    if !product.is_empty() {
        rated.iter_mut().for_each(|one| one.products.push(product.to_owned()));
    }
    rated
}

fn weaknesses(root: &Node<'_, '_>) -> Vec<String> {
    let specific = root.get("database_specific");
    let ids = specific.filter(|node| matches!(node.value(), Json::Object(_)));
    let ids = ids.map(|node| node.texts("cwe_ids").into_iter().map(str::to_owned).collect());
    ids.unwrap_or_default()
}

fn details(root: &Node<'_, '_>) -> Vec<Section> {
    let text = root.text("details").trim();
    let section = |text: &str| Section {
        kind: SectionKind::Description,
        title: String::new(),
        text: text.to_owned(),
    };
    (!text.is_empty()).then(|| section(text)).into_iter().collect()
}

fn reference(node: &Node<'_, '_>) -> Reference {
    let url = node.text("url").trim();
    Reference {
        identifier: Identifier::from_url(url),
        kind: node.text("type").to_owned(),
        title: String::new(),
        url: url.to_owned(),
    }
}

fn identifiers(root: &Node<'_, '_>, name: &str) -> Vec<Identifier> {
    let texts = root.texts(name).into_iter().map(str::trim).filter(|text| !text.is_empty());
    let known = |text| Identifier::recognise(text).unwrap_or_else(|| Identifier::new("osv", text));
    let mut all: Vec<Identifier> = Vec::new();
    for identifier in texts.map(known) {
        if !all.contains(&identifier) {
            all.push(identifier);
        }
    }
    all
}
