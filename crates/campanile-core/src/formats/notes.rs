//! Notes of CSAF and CVRF. Kinds of sections that these have no category for stand as the title, or
//! in front of it.

use crate::model::advisory::{Section, SectionKind};

/// Kind, category, and what stands in the title.
const TITLED: [(SectionKind, &str, &str); 4] = [
    (SectionKind::TechnicalContext, "general", "Technical context"),
    (SectionKind::Impact, "details", "Impact"),
    (SectionKind::Diagnostic, "details", "Diagnostic"),
    (SectionKind::Constituency, "general", "For our constituency"),
];

/// The section that a note is; `None` where the category is none of CSAF.
pub fn section(category: &str, title: &str, text: &str) -> Option<Section> {
    let text = text.to_owned();
    for (kind, of, heading) in TITLED {
        if category != of {
            continue;
        }
        match title.strip_prefix(heading).map(|rest| (rest, rest.strip_prefix(": "))) {
            Some(("", _)) => return Some(Section { kind, title: String::new(), text }),
            Some((_, Some(rest))) => return Some(Section { kind, title: rest.to_owned(), text }),
            _ => {}
        }
    }
    let kind = match category {
        "summary" => SectionKind::Summary,
        "description" => SectionKind::Description,
        "details" => SectionKind::TechnicalDescription,
        "faq" => SectionKind::Faq,
        "legal_disclaimer" => SectionKind::Legal,
        "general" | "other" => SectionKind::Other,
        _ => return None,
    };
    Some(Section { kind, title: title.to_owned(), text })
}

/// Category and title of the note for a section.
pub fn note(section: &Section) -> (&'static str, String) {
    let category = match section.kind {
        SectionKind::Summary => "summary",
        SectionKind::Description => "description",
        SectionKind::TechnicalDescription => "details",
        SectionKind::Faq => "faq",
        SectionKind::Legal => "legal_disclaimer",
        SectionKind::Other => "other",
        SectionKind::TechnicalContext
        | SectionKind::Impact
        | SectionKind::Diagnostic
        | SectionKind::Constituency => "",
    };
    let titled = TITLED.iter().find(|(kind, ..)| *kind == section.kind);
    match (titled, section.title.as_str()) {
        (Some((_, category, heading)), "") => (category, (*heading).to_owned()),
        (Some((_, category, heading)), title) => (category, format!("{heading}: {title}")),
        (None, title) => (category, title.to_owned()),
    }
}
