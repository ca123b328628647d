//! Groups of advisories: the overview, the comparison sheet of one, and what people decide.

mod beside;
pub(in crate::web) mod bulk;
pub(in crate::web) mod list;
mod questions;
pub(in crate::web) mod show;
pub(in crate::web) mod work;

use campanile_core::comparison::scale::Band;
use campanile_core::grouping::GroupId;

/// What marks a band: a class for the colour, and the letter that says the same without.
fn band_mark(band: Option<Band>) -> (&'static str, String) {
    let Some(band) = band else { return ("plain", String::new()) };
    let tone = match band {
        Band::Critical | Band::High => "bad",
        Band::Medium => "warn",
        Band::Low | Band::None => "good",
    };
    (tone, band.letter().to_string())
}

/// What a team does about a group, in words.
fn state_words(state: &str) -> &'static str {
    match state {
        "watching" => "watching",
        "irrelevant" => "irrelevant to us",
        "corroborate" => "to corroborate",
        "act" => "acting",
        "done" => "done",
        _ => "unread",
    }
}

/// Whether this is the name of a group, and no other of its names.
fn is_group_id(name: &str) -> bool {
    GroupId::try_from(name.to_owned()).is_ok()
}
