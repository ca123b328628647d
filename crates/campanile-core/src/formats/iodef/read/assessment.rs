//! How bad it is.

use super::names;
use super::reading::Reading;
use crate::formats::{Element, Severity};
use crate::model::alert::{Assessment, ImpactType, Level};

impl Reading {
    /// Reads the assessments; the first impact counts.
    pub fn assessment(&mut self, assessments: &[&Element]) -> Assessment {
        let mut read = Assessment::default();
        let mut seen = false;
        for assessment in assessments {
            for inner in &assessment.inner {
                match self.name(assessment, inner) {
                    Some("Impact" | "SystemImpact") if !seen => {
                        seen = true;
                        self.impact(inner, &mut read);
                    }
                    Some("Confidence") if read.confidence.is_none() => {
                        read.confidence = self.confidence(inner);
                    }
                    Some("AdditionalData") => self.remark(inner),
                    _ => self.carry(inner, &format!("Assessment / {}", inner.name)),
                }
            }
        }
        if let Some(impact) = self.copy(names::IMPACT) {
            read.impact = ImpactType::from(impact.to_owned());
        }
        let level = |name| self.copy(name).map(|level| Level::from(level.to_owned()));
        read.severity = level(names::SEVERITY).or(read.severity);
        read.confidence = level(names::CONFIDENCE).or(read.confidence);
        read
    }

    fn impact(&mut self, element: &Element, read: &mut Assessment) {
        let severity = self.attribute(element, "severity");
        read.severity = severity.map(|severity| Level::from(severity.to_owned()));
        if let Some(completion) = self.attribute(element, "completion") {
            self.additional.push(format!("Impact completion: {completion}"));
        }
        let text = element.whole_text();
        if !text.is_empty() {
            self.additional.push(format!("Impact: {text}"));
        }
        let Some((token, extended)) = self.token(element, "type") else {
            return;
        };
        let kind = match token {
            _ if extended || !self.is_new() => token,
            "takeover-system" => "admin",
            "takeover-account" => "user",
            "integrity-data"
            | "integrity-configuration"
            | "integrity-hardware"
            | "damaged-data" => "file",
            _ if token.starts_with("availability-") => "dos",
            _ => token,
        };
        let exact =
            ["takeover-system", "takeover-account", "integrity-data", "availability-service"];
        if kind != token && !exact.contains(&token) {
            let what = format!("the impact `{token}` is read as `{kind}`");
            self.find(&element.place, Severity::Note, what);
            self.additional.push(format!("Impact type: {token}"));
        }
        read.impact = ImpactType::from(kind.to_owned());
    }

    fn confidence(&mut self, element: &Element) -> Option<Level> {
        match self.token(element, "rating")? {
            ("unknown", _) => None,
            ("numeric", _) => {
                let number = element.whole_text();
                (!number.is_empty()).then(|| Level::from(number))
            }
            (rating, _) => Some(Level::from(rating.to_owned())),
        }
    }
}
