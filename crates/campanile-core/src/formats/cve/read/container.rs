//! What one container of a record says, added to what the ones before it said.

use super::{metrics, texts};
use crate::formats::cve::versions;
use crate::formats::json::Node;
use crate::formats::{Severity, parts};
use crate::model::advisory::{
    Advisory, Affected, Identifier, Product, Reference, Revision, Section, SectionKind, Solution,
    Vulnerability,
};
use crate::model::limits::STATES_MAX;
use crate::model::moment::Moment;

/// Who filled a container.
#[derive(Default)]
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) changed_at: Option<Moment>,
}

pub(super) fn provider(container: &Node<'_, '_>) -> Provider {
    let Some(meta) = container.get("providerMetadata") else { return Provider::default() };
    Provider {
        name: meta.text("shortName").to_owned(),
        organisation: meta.text("orgId").to_owned(),
        changed_at: parts::moment(&meta, "dateUpdated"),
    }
}

/// Adds what a container says.
pub(super) fn add(container: &Node<'_, '_>, advisory: &mut Advisory) {
    let rater = match provider(container).name {
        name if name.is_empty() => advisory.issuer.name.clone(),
        name => name,
    };
    let Some(mut one) = advisory.vulnerabilities.pop() else { return };
    let descriptions = texts(container, "descriptions", SectionKind::Description);
    advisory.sections.extend(descriptions);
    advisory.sections.extend(texts(container, "rejectedReasons", SectionKind::Description));
    products(container, advisory, &mut one);
    weaknesses(container, &mut one);
    one.ratings.extend(metrics::ratings(container, &rater));
    references(container, &mut advisory.references);
    one.disclosed_at = one.disclosed_at.or_else(|| parts::moment(container, "datePublic"));
    one.sections.extend(texts(container, "configurations", SectionKind::TechnicalContext));
    one.sections.extend(impacts(container));
    one.sections.extend(texts(container, "exploits", SectionKind::Other));
    for (name, kind) in [("solutions", "vendor_fix"), ("workarounds", "workaround")] {
        let texts = texts(container, name, SectionKind::Other);
        one.solutions.extend(texts.into_iter().map(|section| Solution {
            kind: kind.to_owned(),
            text: section.text,
            ..Solution::default()
        }));
    }
    let credits = container.items("credits");
    advisory.credits.extend(credits.iter().map(|one| one.text("value").trim().to_owned()));
    advisory.revisions.extend(container.items("timeline").iter().map(|entry| Revision {
        version: String::new(),
        at: parts::moment(entry, "time"),
        summary: entry.text("value").trim().to_owned(),
    }));
    advisory.vulnerabilities.push(one);
}

/// One product for each state that its versions have.
fn products(container: &Node<'_, '_>, advisory: &mut Advisory, one: &mut Vulnerability) {
    for affected in container.items("affected") {
        let text = |name: &str| affected.text(name).trim().to_owned();
        let name = match text("product") {
            name if name.is_empty() => text("packageName"),
            name => name,
        };
        let cpes = affected.texts("cpes");
        for (status, version) in versions::by_status(&affected) {
            if advisory.products.len() >= STATES_MAX {
                affected.find(Severity::Warning, "more products than are listed");
                return;
            }
            let id = format!("p{}", advisory.products.len().saturating_add(1));
            advisory.products.push(Product {
                id: id.clone(),
                vendor: text("vendor"),
                name: name.clone(),
                version,
                purl: text("packageURL"),
                cpe: cpes.first().map(|cpe| (*cpe).to_owned()).unwrap_or_default(),
            });
            one.affected.push(Affected { product: id, status });
        }
    }
}

fn weaknesses(container: &Node<'_, '_>, one: &mut Vulnerability) {
    for problem in container.items("problemTypes") {
        for description in problem.items("descriptions") {
            let id = match description.text("cweId") {
                "" => description.text("description"),
                id => id,
            };
            let id = id.split([' ', ':', ',']).next().unwrap_or_default().to_ascii_uppercase();
            let digits = id.strip_prefix("CWE-").unwrap_or_default();
            let known = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
            if known && !one.weaknesses.contains(&id) {
                one.weaknesses.push(id);
            }
        }
    }
}

/// Attack patterns with their texts.
fn impacts(container: &Node<'_, '_>) -> Vec<Section> {
    let mut sections = Vec::new();
    for impact in container.items("impacts") {
        let title = impact.text("capecId").to_owned();
        let texts = texts(&impact, "descriptions", SectionKind::Impact);
        match texts.into_iter().next() {
            Some(section) => sections.push(Section { title, ..section }),
            None if !title.is_empty() => sections.push(Section {
                kind: SectionKind::Impact,
                title: String::new(),
                text: title,
            }),
            None => {}
        }
    }
    sections
}

/// References, each address once: the program's own container repeats those of the authority.
fn references(container: &Node<'_, '_>, all: &mut Vec<Reference>) {
    for reference in container.items("references") {
        let url = reference.text("url").trim();
        if all.len() < STATES_MAX && all.iter().all(|one| one.url != url) {
            let title = reference.text("name").trim();
            all.push(Reference {
                identifier: Identifier::of_reference(url, title),
                kind: reference.texts("tags").join(" "),
                title: title.to_owned(),
                url: url.to_owned(),
            });
        }
    }
}
