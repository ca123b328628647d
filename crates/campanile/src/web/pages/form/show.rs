//! The form as the template shows it.

use campanile_core::model::alert::{
    Contact, ExpectedAction, ImpactType, Level, Origin, Purpose, Restriction,
};
use campanile_core::model::tlp::Tlp;

use super::{Faults, Typed, picks};

/// Rows for systems and software that an empty form shows; three buttons add more.
const PICK_ROWS: usize = 2;

/// One choice of a pick list, of radio buttons or of boxes.
pub(in crate::web) struct Choice {
    pub(in crate::web) value: String,
    pub(in crate::web) text: String,
    pub(in crate::web) chosen: bool,
}

impl Choice {
    /// The choices of a list, with the one that was made.
    pub(in crate::web) fn among(value: &str, known: &[(&str, &str)]) -> Vec<Self> {
        choices(value, known.iter().map(|(name, text)| (*name, (*text).to_owned())))
    }
}

/// A row of the references.
pub(in crate::web) struct ReferenceRow {
    pub(in crate::web) number: usize,
    pub(in crate::web) origins: Vec<Choice>,
    pub(in crate::web) name: String,
    pub(in crate::web) url: String,
}

/// Everything that the form shows.
pub(in crate::web) struct FormView {
    pub(in crate::web) typed: Typed,
    pub(in crate::web) faults: Faults,
    /// The handle with the hyphen: `DFN-CERT-`.
    pub(in crate::web) prefix: String,
    pub(in crate::web) contact: Contact,
    /// Entries of this team, for the pick lists.
    pub(in crate::web) own_systems: Vec<String>,
    pub(in crate::web) own_software: Vec<String>,
    /// Names of the lists that the team is on.
    pub(in crate::web) lists: Vec<String>,
    /// Handles of the other teams of these lists.
    pub(in crate::web) teams: Vec<String>,
    /// A revision of an alert that was sent: its ID stays, and so does its audience.
    pub(in crate::web) revises: bool,
    /// Where the form is shown again.
    pub(in crate::web) again: String,
}

impl FormView {
    /// What was typed into a field.
    pub(in crate::web) fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    /// The fault of a field.
    pub(in crate::web) fn fault(&self, name: &str) -> &str {
        self.faults.of(name)
    }

    /// What is wrong, with the identifier of the field that a link leads to, and its name.
    pub(in crate::web) fn told(&self) -> Vec<(String, &'static str, &str)> {
        let told = |(field, fault)| {
            let several = ["tlp", "restriction", "action", "kind"].contains(&field);
            let end = if several { "-1" } else { "" };
            let id =
                if field == "team" { "f-audience-named".into() } else { format!("f-{field}{end}") };
            (id, label(field), fault)
        };
        self.faults.all().map(told).collect()
    }

    /// Identifiers of what describes a field, for `aria-describedby`.
    pub(in crate::web) fn described(&self, name: &str, hint: &str) -> String {
        let mut ids = Vec::new();
        if !self.fault(name).is_empty() {
            ids.push(format!("e-{name}"));
        }
        if !hint.is_empty() {
            ids.push(format!("h-{name}"));
        }
        ids.join(" ")
    }

    /// Where a button leads that shows the form again with more rows.
    pub(in crate::web) fn again(&self) -> &str {
        &self.again
    }

    pub(in crate::web) fn exercise(&self) -> bool {
        self.typed.has("exercise")
    }

    pub(in crate::web) fn restrictions(&self) -> Vec<Choice> {
        let meaning = |restriction: &Restriction| match restriction {
            Restriction::Participants => "Participants: all teams of the network (default)",
            Restriction::Public => "Public: anybody",
            Restriction::NeedToKnow => "Need to know: other parties that are involved",
            Restriction::Private => "Private: nobody but the recipients",
            Restriction::Unlisted(_) => "",
        };
        let known = Restriction::KNOWN.iter();
        self.chosen("restriction", "default", known.map(|r| (r.name(), meaning(r).to_owned())))
    }

    pub(in crate::web) fn labels(&self) -> Vec<Choice> {
        let text = |label: Tlp| (label.name(), format!("{}: {}", label.name(), label.meaning()));
        self.chosen("tlp", Tlp::default().name(), Tlp::ALL.iter().map(|label| text(*label)))
    }

    /// Why the document is sent; asked for only when a document or a copy brings another reason.
    pub(in crate::web) fn purposes(&self) -> Vec<Choice> {
        let known = Purpose::KNOWN.iter().map(|known| (known.name(), known.name().to_owned()));
        self.chosen("purpose", Purpose::Warning.name(), known)
    }

    pub(in crate::web) fn unusual_purpose(&self) -> bool {
        !["", Purpose::Warning.name()].contains(&self.value("purpose"))
    }

    /// Whether the texts are in another language than English.
    pub(in crate::web) fn foreign(&self) -> bool {
        !["", "en"].contains(&self.value("language"))
    }

    pub(in crate::web) fn impacts(&self) -> Vec<Choice> {
        let meaning = |impact: &ImpactType| match impact {
            ImpactType::Admin => "admin: control of the system",
            ImpactType::Dos => "dos: denial of service",
            ImpactType::File => "file: files changed or disclosed",
            ImpactType::Recon => "recon: reconnaissance",
            ImpactType::User => "user: control of an account",
            ImpactType::None => "none: no impact",
            ImpactType::Unknown => "unknown (default)",
            ImpactType::Other => "other",
            ImpactType::Unlisted(_) => "",
        };
        let known = ImpactType::KNOWN.iter();
        self.chosen("impact", "unknown", known.map(|i| (i.name(), meaning(i).to_owned())))
    }

    pub(in crate::web) fn levels(&self, field: &str) -> Vec<Choice> {
        let none = std::iter::once(("", "not stated".to_owned()));
        let known = Level::KNOWN.iter().map(|level| (level.name(), level.name().to_owned()));
        self.chosen(field, "", none.chain(known))
    }

    pub(in crate::web) fn actions(&self) -> Vec<Choice> {
        let meaning = |action: &ExpectedAction| match action {
            ExpectedAction::InformConstituency => "Inform the constituency",
            ExpectedAction::InformPublic => "Inform the public",
            ExpectedAction::Other => "Other: what the text below says",
            ExpectedAction::Unlisted(_) => "",
        };
        let ticked: Vec<&str> = self.typed.all("action").collect();
        let choice = |action: &ExpectedAction| Choice {
            value: action.name().into(),
            text: meaning(action).into(),
            chosen: ticked.contains(&action.name()),
        };
        ExpectedAction::KNOWN.iter().map(choice).collect()
    }

    /// One choice out of several; a token that is not among them is offered as it is.
    fn chosen<'a>(
        &self,
        field: &str,
        default: &str,
        known: impl Iterator<Item = (&'a str, String)>,
    ) -> Vec<Choice> {
        let typed = self.typed.get(field);
        let value = if typed.is_empty() { default } else { typed };
        choices(value, known)
    }

    /// The lists; the first unless another was chosen.
    pub(in crate::web) fn list_choices(&self) -> Vec<Choice> {
        let first = self.lists.first().map_or("", String::as_str);
        self.chosen("list", first, self.lists.iter().map(|list| (list.as_str(), list.clone())))
    }

    /// The teams that can be named.
    pub(in crate::web) fn team_choices(&self) -> Vec<Choice> {
        let named: Vec<&str> = self.typed.all("team").collect();
        let choice = |team: &String| Choice {
            value: team.clone(),
            text: team.clone(),
            chosen: named.contains(&team.as_str()),
        };
        self.teams.iter().map(choice).collect()
    }

    pub(in crate::web) fn restricted(&self) -> bool {
        self.typed.get("audience") == "named"
    }

    /// What is in the fields for systems or software, with room for more.
    pub(in crate::web) fn rows(&self, name: &str) -> Vec<String> {
        let mut rows: Vec<String> =
            self.typed.all(name).filter(|row| !row.trim().is_empty()).map(str::to_owned).collect();
        let more = usize::from(self.typed.all("add").any(|added| added == name)) * 2;
        rows.resize((rows.len() + more).max(rows.len() + 1).max(PICK_ROWS), String::new());
        rows
    }

    pub(in crate::web) fn references(&self) -> Vec<ReferenceRow> {
        let columns = self.typed.all("ref_name").zip(self.typed.all("ref_url"));
        let mut rows: Vec<(String, String, String)> = self
            .typed
            .all("ref_origin")
            .zip(columns)
            .map(|(origin, (name, url))| (origin.into(), name.into(), url.into()))
            .filter(|(_, name, url): &(_, String, String)| !name.is_empty() || !url.is_empty())
            .collect();
        let more = usize::from(self.typed.all("add").any(|added| added == "reference")) * 2;
        rows.resize(rows.len() + more.max(1), <_>::default());
        let row = |(number, (origin, name, url)): (usize, (String, String, String))| ReferenceRow {
            number: number + 1,
            origins: origins(&origin),
            name,
            url,
        };
        rows.into_iter().enumerate().map(row).collect()
    }

    /// Entries for the type-ahead of a pick list: those of the team first.
    pub(in crate::web) fn suggestions(&self, name: &str) -> Vec<String> {
        let (own, known) = match name {
            "system" => (&self.own_systems, picks::SYSTEMS),
            _ => (&self.own_software, picks::SOFTWARE),
        };
        let mut all = own.clone();
        all.extend(known.iter().filter(|k| !own.iter().any(|o| o == *k)).map(|k| (*k).to_owned()));
        all
    }

    /// Offsets for times that were typed without one.
    pub(in crate::web) fn zones(&self) -> Vec<Choice> {
        let hours = -12..=14_i32;
        let offset =
            |hour: i32| format!("{}{:02}:00", if hour < 0 { '-' } else { '+' }, hour.abs());
        let known: Vec<(String, String)> = hours
            .map(|hour| match hour {
                0 => (offset(0), "UTC".to_owned()),
                _ => (offset(hour), format!("UTC{}", offset(hour))),
            })
            .collect();
        self.chosen("zone", "+00:00", known.iter().map(|(value, text)| (&**value, text.clone())))
    }
}

/// What a field is called in the form.
fn label(field: &str) -> &'static str {
    match field {
        "id" => "Incident ID",
        "purpose" => "Purpose",
        "language" => "Language",
        "description" => "Description",
        "tlp" => "Traffic Light Protocol",
        "system" => "Systems",
        "other_systems" => "Other systems",
        "software" => "Software",
        "other_software" => "Other software",
        "ref_name" => "Name of a reference",
        "ref_url" => "URL of a reference",
        "method" => "Method",
        "recommendation" => "Recommendation",
        "action" | "expectation" => "Expectation",
        "until" => "By when",
        "event" => "Event",
        "started" => "Start",
        "stopped" => "Stop",
        "detected" => "First detected",
        "additional" => "Additional data",
        "related" => "Related alerts",
        "alternative_ids" => "Ticket numbers",
        "list" => "List",
        "team" => "Teams",
        "kind" => "What it does",
        "note" => "What changed",
        "successor" => "Superseded by",
        _ => "Form",
    }
}

fn origins(origin: &str) -> Vec<Choice> {
    let none = std::iter::once(("", "not stated".to_owned()));
    let meaning = |origin: &Origin| match origin {
        Origin::Bugtraqid => "Bugtraq ID",
        Origin::Cve => "CVE",
        Origin::Certcc => "CERT/CC",
        Origin::Vendor => "vendor",
        Origin::Local => "own number",
        Origin::Other | Origin::Unlisted(_) => "other",
    };
    let known = Origin::KNOWN.iter().map(|origin| (origin.name(), meaning(origin).to_owned()));
    choices(origin, none.chain(known))
}

fn choices<'a>(value: &str, known: impl Iterator<Item = (&'a str, String)>) -> Vec<Choice> {
    let choice = |(name, text): (&str, String)| Choice {
        value: name.to_owned(),
        text,
        chosen: name == value,
    };
    let mut choices: Vec<Choice> = known.map(choice).collect();
    if !value.is_empty() && !choices.iter().any(|choice| choice.chosen) {
        choices.push(Choice { value: value.into(), text: value.into(), chosen: true });
    }
    choices
}
