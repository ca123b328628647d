//! Remediations: for products that are defined, and not two that contradict each other.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::products::Tree;
use super::{Object, form, set_list, set_text};
use crate::formats::csaf::Version;
use crate::model::advisory::{Affected, ProductStatus, Section, SectionKind, Solution};

/// What the solutions for a vulnerability become.
#[derive(Default)]
pub struct Written {
    /// `remediations`.
    pub entries: Vec<Value>,
    /// Texts of solutions that can be no remediation.
    pub sections: Vec<Section>,
}

/// Sorts solutions; `all` are the products of those that name none.
pub fn sorted<'a>(
    solutions: impl Iterator<Item = &'a Solution>,
    affected: &'a [Affected],
    version: Version,
    tree: &Tree<'a>,
    all: &[&'a str],
) -> Written {
    let mut written = Written::default();
    let mut given: HashMap<&str, HashSet<&str>> = HashMap::new();
    for solution in solutions {
        let category = category(&solution.kind, version);
        let named = solution.products.iter().map(String::as_str).filter(|id| tree.has(id));
        let mut ids: Vec<&str> = named.collect();
        if solution.products.is_empty() {
            ids = all.to_vec();
        }
        if version == Version::V2_1 {
            let solved = solved(affected);
            ids.retain(|id| !solved.contains(id));
            ids.retain(|id| given.get(id).is_none_or(|have| fits(category, have)));
        }
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        if ids.is_empty() {
            written.sections.push(section(solution));
            continue;
        }
        ids.iter().for_each(|id| _ = given.entry(id).or_default().insert(category));
        let mut object = Object::new();
        set_text(&mut object, "category", category);
        let otherwise = form::filled(&solution.url, "No details were given.");
        set_text(&mut object, "details", form::filled(&solution.text, otherwise));
        if form::is_address(&solution.url) {
            set_text(&mut object, "url", &solution.url);
        }
        set_list(&mut object, "product_ids", ids);
        written.entries.push(object.into());
    }
    written
}

fn category(kind: &str, version: Version) -> &'static str {
    match (kind, version) {
        ("vendor_fix" | "patch" | "upgrade", _) => "vendor_fix",
        ("workaround", _) => "workaround",
        ("none_available", _) | ("fix_planned", Version::V2_0) => "none_available",
        ("no_fix_planned", _) => "no_fix_planned",
        ("fix_planned", Version::V2_1) => "fix_planned",
        ("optional_patch", Version::V2_1) => "optional_patch",
        _ => "mitigation",
    }
}

/// Products that need no remedy. [CSAF 2.1 §6.1.36]
fn solved(affected: &[Affected]) -> HashSet<&str> {
    let needy = |status: &ProductStatus| {
        matches!(
            status,
            ProductStatus::KnownAffected
                | ProductStatus::FirstAffected
                | ProductStatus::LastAffected
                | ProductStatus::Recommended
        )
    };
    let solved = affected.iter().filter(|one| !needy(&one.status));
    solved.map(|one| one.product.as_str()).collect()
}

/// Whether one more category agrees with those that a product has. [CSAF 2.1 §6.1.35]
fn fits(category: &str, have: &HashSet<&str>) -> bool {
    let fixes = ["vendor_fix", "optional_patch", "no_fix_planned", "fix_planned", "none_available"];
    let is_fix = |one: &str| fixes.contains(&one);
    let none = |one: &str| one == "none_available";
    have.iter().all(|one| {
        *one == category || !(none(one) || none(category) || (is_fix(one) && is_fix(category)))
    })
}

fn section(solution: &Solution) -> Section {
    let text = format!("{}\n{}", solution.text, solution.url).trim().to_owned();
    let title = format!("Solution ({})", solution.kind);
    Section { kind: SectionKind::Other, title, text }
}
