//! What both renderings say, in the same order.

use crate::model::advisory::{
    Advisory, Product, ProductStatus, Rating, Reference, Section, SectionKind, Solution, Value,
    Vulnerability,
};
use crate::model::moment::Moment;
use crate::model::visible::acts;

/// A text with everything that acts replaced; line ends and tabs stay.
pub fn seen(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let seen = |c: char| if acts(c) && !"\n\t".contains(c) { '\u{fffd}' } else { c };
    text.chars().map(seen).collect()
}

/// The facts in the head: label and value.
pub fn facts(advisory: &Advisory) -> Vec<(&'static str, String)> {
    let moment = |at: &Option<Moment>| at.as_ref().map(|at| at.at.to_string()).unwrap_or_default();
    let facts = [
        ("Number", advisory.number.clone()),
        ("Version", advisory.version.clone()),
        ("Issuer", advisory.issuer.name.clone()),
        ("Status", advisory.status.to_string()),
        ("May be passed on", advisory.tlp.map(|tlp| tlp.to_string()).unwrap_or_default()),
        ("Published", moment(&advisory.published_at)),
        ("This version", moment(&advisory.changed_at)),
        ("Supersedes", advisory.supersedes.join(", ")),
        ("Contact", advisory.issuer.contact.clone()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// A heading for a section: its own, or what its kind is called.
pub fn heading(section: &Section) -> &str {
    if !section.title.is_empty() {
        return &section.title;
    }
    match section.kind {
        SectionKind::Summary => "Summary",
        SectionKind::Description => "Description",
        SectionKind::TechnicalContext => "Technical context",
        SectionKind::TechnicalDescription => "Technical description",
        SectionKind::Impact => "Impact",
        SectionKind::Diagnostic => "Diagnostic",
        SectionKind::Faq => "Questions and answers",
        SectionKind::Legal => "Terms",
        SectionKind::Constituency => "For our constituency",
        SectionKind::Other => "Further information",
    }
}

/// What a vulnerability is called: its numbers and its title.
pub fn name(vulnerability: &Vulnerability) -> String {
    let ids = vulnerability.ids.iter().map(|id| match id.is_cve() {
        true => id.number.clone(),
        false => format!("{} {}", id.system, id.number),
    });
    let ids = ids.collect::<Vec<_>>().join(", ");
    match (ids.is_empty(), vulnerability.title.is_empty()) {
        (false, false) => format!("{ids}: {}", vulnerability.title),
        (true, true) => "A vulnerability without number".to_owned(),
        _ => ids + &vulnerability.title,
    }
}

/// A rating in one line.
pub fn rating(rating: &Rating) -> String {
    let value = match &rating.value {
        Value::Vector(vector) => vector.clone(),
        Value::Word(word) => word.clone(),
        Value::Criteria(criteria) => {
            let parts = criteria.iter().map(|(name, tokens)| {
                format!("{} {}", name.replace('_', " "), tokens.join(", ").replace('_', " "))
            });
            parts.collect::<Vec<_>>().join("; ")
        }
        Value::Score => String::new(),
    };
    let score = rating.score.iter().map(String::as_str);
    let parts = score.chain([value.as_str()]).filter(|part| !part.is_empty());
    let said = parts.collect::<Vec<_>>().join(" ");
    format!("{said} ({}, {})", rating.scheme, rating.rater)
}

/// A product in one line.
pub fn product(product: &Product) -> String {
    let words = [&product.vendor, &product.name, &product.version];
    let words = words.iter().filter(|word| !word.is_empty()).map(|word| word.as_str());
    words.collect::<Vec<_>>().join(" ")
}

/// Products by their state; each state in the order of the document.
pub fn states(vulnerability: &Vulnerability, advisory: &Advisory) -> Vec<(String, Vec<String>)> {
    let names: std::collections::HashMap<_, _> =
        advisory.products.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut states: Vec<(String, Vec<String>)> = Vec::new();
    for affected in &vulnerability.affected {
        let state = state(&affected.status);
        let name = names.get(affected.product.as_str()).map(|one| product(one));
        let name = name.unwrap_or_else(|| affected.product.clone());
        match states.iter_mut().find(|(known, _)| *known == state) {
            Some((_, products)) => products.push(name),
            None => states.push((state, vec![name])),
        }
    }
    states
}

fn state(status: &ProductStatus) -> String {
    let name = match status {
        ProductStatus::KnownAffected => "Affected",
        ProductStatus::FirstAffected => "First affected",
        ProductStatus::LastAffected => "Last affected",
        ProductStatus::KnownNotAffected => "Not affected",
        ProductStatus::Fixed => "Fixed",
        ProductStatus::FirstFixed => "First fixed",
        ProductStatus::Recommended => "Recommended",
        ProductStatus::UnderInvestigation => "Under investigation",
        ProductStatus::Other(word) => word,
    };
    name.to_owned()
}

/// What a solution is called.
pub fn remedy(solution: &Solution) -> String {
    let name = solution.kind.replace('_', " ");
    if name.is_empty() { "solution".to_owned() } else { name }
}

/// What a reference is called.
pub fn reference(reference: &Reference) -> String {
    let id = reference.identifier.as_ref().map(|id| format!("{} {}", id.system, id.number));
    let names = [reference.title.clone(), id.unwrap_or_default(), reference.url.clone()];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

/// Whether an address may become a link.
pub fn is_link(url: &str) -> bool {
    let scheme = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    scheme && url.chars().all(|c| !acts(c) && !c.is_whitespace())
}
