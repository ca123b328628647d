//! Forms that are no alert: what was typed, with the faults beside the fields.

use campanile_core::model::membership::Fault;

use super::form::Typed;

/// A form as the macros of `fields.html` take it.
#[derive(Default)]
pub(in crate::web) struct Plain {
    typed: Typed,
    faults: Vec<Fault>,
    /// What is wrong with the form as a whole; empty when nothing is.
    pub(in crate::web) wrong: String,
}

impl Plain {
    pub(in crate::web) fn new(typed: Typed, faults: Vec<Fault>) -> Self {
        Self { typed, faults, wrong: String::new() }
    }

    /// A form that was refused as a whole. Hints that name commands, in back-quotes, are for the
    /// command line.
    pub(in crate::web) fn refused(typed: Typed, error: &crate::error::Error) -> Self {
        let hint = error.own_hint().filter(|hint| !hint.contains('`'));
        let hint = hint.map(|hint| format!(" ({})", hint.trim_end_matches('.')));
        let hint = hint.unwrap_or_default();
        let wrong = format!("{}{hint}.", error.public());
        Self { typed, faults: Vec::new(), wrong }
    }

    /// What was typed into a field.
    pub(in crate::web) fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    /// Whether a box with this value was ticked.
    pub(in crate::web) fn ticked(&self, name: &str, value: &str) -> bool {
        self.typed.all(name).any(|ticked| ticked == value)
    }

    /// The fault of a field.
    pub(in crate::web) fn fault(&self, name: &str) -> &str {
        let found = self.faults.iter().find(|fault| fault.field == name);
        found.map(|fault| fault.text.as_str()).unwrap_or_default()
    }

    /// Identifiers of what describes a field, for `aria-describedby`.
    pub(in crate::web) fn described(&self, name: &str, hint: &str) -> String {
        let fault = (!self.fault(name).is_empty()).then(|| format!("e-{name}"));
        let hint = (!hint.is_empty()).then(|| format!("h-{name}"));
        fault.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }

    /// Every fault, for the list at the top: where it leads to, and what it says.
    pub(in crate::web) fn told(&self) -> Vec<(String, &str)> {
        let place = |field: &str| match field {
            // Radio buttons have no field of this name.
            "standing" => "f-standing-1".to_owned(),
            _ => format!("f-{field}"),
        };
        self.faults.iter().map(|fault| (place(fault.field), fault.text.as_str())).collect()
    }
}
