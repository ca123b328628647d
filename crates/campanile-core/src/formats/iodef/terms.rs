//! Tokens of the encodings, and which of ours they stand for (`docs/formats/iodef.md`, tables).

use crate::model::alert::{ExpectedAction, ImpactType, Level, Purpose, Restriction};
use crate::model::tlp::Tlp;

use super::Encoding;

/// Purposes that 1.00 and 2.00 share; the form's own are extensions there.
const PURPOSES: [&str; 2] = ["traceback", "mitigation"];
/// Impacts that 1.00 knows beside those of the form.
const IMPACTS_V1: [&str; 11] = [
    "admin",
    "dos",
    "extortion",
    "file",
    "info-leak",
    "misconfiguration",
    "recon",
    "policy",
    "social-engineering",
    "user",
    "unknown",
];
/// Impacts of 2.00.
const IMPACTS_V2: [&str; 23] = [
    "takeover-account",
    "takeover-service",
    "takeover-system",
    "cps-manipulation",
    "cps-damage",
    "availability-data",
    "availability-account",
    "availability-service",
    "availability-system",
    "damaged-system",
    "damaged-data",
    "breach-proprietary",
    "breach-privacy",
    "breach-credential",
    "breach-configuration",
    "integrity-data",
    "integrity-configuration",
    "integrity-hardware",
    "traffic-redirection",
    "monitoring-traffic",
    "monitoring-host",
    "policy",
    "unknown",
];
/// Actions of 1.00 that an alert may ask for; `remediate-other` is the recommendation,
/// `status-triage` the acknowledge link.
const ACTIONS_V1: [&str; 13] = [
    "nothing",
    "contact-source-site",
    "contact-target-site",
    "contact-sender",
    "investigate",
    "block-host",
    "block-network",
    "block-port",
    "rate-limit-host",
    "rate-limit-network",
    "rate-limit-port",
    "status-new-info",
    "other",
];
/// Actions that 2.00 adds.
const ACTIONS_V2: [&str; 7] = [
    "redirect-traffic",
    "honeypot",
    "upgrade-software",
    "rebuild-asset",
    "harden-asset",
    "watch-and-report",
    "training",
];
/// Categories of expectations of 2003.
const ACTIONS_2003: [&str; 4] = ["nothing", "contact-site", "contact-me", "block"];

/// A token for an attribute: one of the schema's, or `ext-value` and the extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// One of the schema.
    Listed(String),
    /// The value of the `ext-` attribute.
    Extension(String),
}

impl Token {
    fn of(token: &str, listed: bool) -> Self {
        match listed {
            true => Self::Listed(token.to_owned()),
            false => Self::Extension(token.to_owned()),
        }
    }

    /// The attribute and the value of its `ext-` companion.
    pub fn parts(&self) -> (&str, Option<&str>) {
        match self {
            Self::Listed(token) => (token, None),
            Self::Extension(token) => ("ext-value", Some(token)),
        }
    }
}

/// The purpose in 1.00 and 2.00.
pub fn purpose(purpose: &Purpose, encoding: Encoding) -> Token {
    let name = purpose.name();
    let listed = match purpose {
        Purpose::Other => true,
        Purpose::Warning | Purpose::Handling | Purpose::Statistics => false,
        Purpose::Unlisted(_) => match encoding {
            Encoding::V2003 => false,
            Encoding::V1 => PURPOSES.contains(&name) || name == "reporting",
            Encoding::V2 | Encoding::Json => {
                PURPOSES.contains(&name) || name == "reporting" || name == "watch"
            }
        },
    };
    Token::of(name, listed)
}

/// The type of impact in 1.00 and 2.00.
pub fn impact(impact: &ImpactType, encoding: Encoding) -> Token {
    let name = impact.name();
    match encoding {
        Encoding::V2003 => Token::of(name, !matches!(impact, ImpactType::Unlisted(_))),
        Encoding::V1 => Token::of(name, IMPACTS_V1.contains(&name)),
        Encoding::V2 | Encoding::Json => match impact {
            ImpactType::Admin => Token::of("takeover-system", true),
            ImpactType::User => Token::of("takeover-account", true),
            ImpactType::Dos => Token::of("availability-service", true),
            ImpactType::File => Token::of("integrity-data", true),
            _ => Token::of(name, IMPACTS_V2.contains(&name)),
        },
    }
}

/// An expected action; in 2003 an extension is the first description of category `other`.
pub fn action(action: &ExpectedAction, encoding: Encoding) -> Token {
    let name = action.name();
    let listed = match encoding {
        Encoding::V2003 => ACTIONS_2003.contains(&name) || name == "other",
        Encoding::V1 => ACTIONS_V1.contains(&name),
        Encoding::V2 | Encoding::Json => ACTIONS_V1.contains(&name) || ACTIONS_V2.contains(&name),
    };
    Token::of(name, listed)
}

/// Severity, confidence: the three values that every encoding has.
pub fn level(level: Option<&Level>) -> Option<&str> {
    match level? {
        Level::Unlisted(_) => None,
        known => Some(known.name()),
    }
}

/// How narrow a circle is, from anybody to the persons addressed.
fn width(token: &Token) -> u8 {
    match token.parts() {
        ("public" | "white", _) => 0,
        ("green", _) => 1,
        ("default" | "partner", _) => 2,
        ("need-to-know" | "amber", _) => 3,
        (_, Some("amber+strict")) => 4,
        _ => 5,
    }
}

fn restriction_of_form(restriction: &Restriction, encoding: Encoding) -> Token {
    let new = matches!(encoding, Encoding::V2 | Encoding::Json);
    match restriction {
        Restriction::Participants if new => Token::of("partner", true),
        Restriction::Public if new => Token::of("white", true),
        Restriction::Unlisted(token) if new => Token::of(token, false),
        // The older ones cannot say it; narrow is safe.
        Restriction::Unlisted(_) => Token::of("private", true),
        known => Token::of(known.name(), true),
    }
}

fn restriction_of_label(tlp: Tlp, encoding: Encoding) -> Token {
    let new = matches!(encoding, Encoding::V2 | Encoding::Json);
    match tlp {
        Tlp::Clear if new => Token::of("white", true),
        Tlp::Clear => Token::of("public", true),
        Tlp::Green if new => Token::of("green", true),
        // All teams of the network may have it and tell their constituencies: the default of the
        // form, which says nothing narrower about the recipients.
        Tlp::Green | Tlp::Amber => restriction_of_form(&Restriction::Participants, encoding),
        Tlp::AmberStrict if new => Token::of("amber+strict", false),
        Tlp::AmberStrict | Tlp::Red => Token::of("private", true),
    }
}

/// The restriction of a document: what the form says, but never wider than the label.
pub fn restriction(restriction: &Restriction, tlp: Tlp, encoding: Encoding) -> Token {
    let (form, label) =
        (restriction_of_form(restriction, encoding), restriction_of_label(tlp, encoding));
    match width(&label) > width(&form) {
        true => label,
        false => form,
    }
}
