//! The form's words for expected actions, in documents of 2003 and in texts for people.

use crate::model::alert::ExpectedAction;

/// What stands where an action must, and there is none.
pub const NONE: &str = "as described";

/// The words of an action.
pub fn of(action: &ExpectedAction) -> &str {
    match action {
        ExpectedAction::InformConstituency => "inform constituency",
        ExpectedAction::InformPublic => "inform public",
        ExpectedAction::Other | ExpectedAction::Unlisted(_) => action.name(),
    }
}

/// The action of the form's words, if they are some.
pub fn action(words: &str) -> Option<ExpectedAction> {
    ExpectedAction::KNOWN.iter().find(|action| of(action).eq_ignore_ascii_case(words)).cloned()
}
