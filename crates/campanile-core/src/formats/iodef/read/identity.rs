//! Identifiers.

use super::reading::Reading;
use super::{Encoding, names};
use crate::formats::{Element, ReadError, Severity};
use crate::model::alert::{ALERT_ID_OCTETS_MAX, AlertId};

/// The identifier of an incident, and what it was before it was made one of ours.
pub struct Identity {
    /// As an alert has it.
    pub id: AlertId,
    /// As it was given, if that could not stay.
    pub given: Option<String>,
    /// Who named it.
    pub authority: String,
}

impl Reading {
    /// Reads the identifier of the incident.
    ///
    /// # Errors
    /// When there is none.
    pub fn identity(&mut self, incident: &Element) -> Result<Identity, ReadError> {
        let element = self.inner(incident, "IncidentID").into_iter().next().cloned();
        let missing = || ReadError::Missing(incident.place.clone(), "IncidentID");
        let element = element.ok_or_else(missing)?;
        let given = element.whole_text();
        let authority = self.authority(&element).unwrap_or_default().to_owned();
        if authority.is_empty() {
            self.find(&element.place, Severity::Error, "the IncidentID says not who named it");
        }
        if let Ok(id) = given.parse() {
            return Ok(Identity { id, given: None, authority });
        }
        let mended: String = given
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || ".-_:".contains(c) { c } else { '-' })
            .take(ALERT_ID_OCTETS_MAX)
            .collect();
        let id: AlertId = mended
            .trim_matches(|c: char| !c.is_ascii_alphanumeric())
            .parse()
            .map_err(|_| missing())?;
        let what =
            format!("the IncidentID is read as {id}: letters, digits, `.-_:` may stand in it");
        self.find(&element.place, Severity::Warning, what);
        Ok(Identity { id, given: Some(given), authority })
    }

    fn authority<'e>(&self, element: &'e Element) -> Option<&'e str> {
        self.attribute(element, "name").or_else(|| self.attribute(element, "Name"))
    }

    /// Identifiers in a group: `4711`, or `4711 (CERT-X)` when somebody else named it.
    pub fn ids(&self, group: &Element, own: &str) -> Vec<String> {
        let ids = self.inner(group, "IncidentID");
        let text = |element: &Element| {
            let id = element.whole_text();
            match self.authority(element) {
                Some(other) if other != own => format!("{id} ({other})"),
                _ => id,
            }
        };
        ids.into_iter().map(text).filter(|text| !text.is_empty()).collect()
    }

    /// Incidents and addresses that belong to the same matter.
    pub fn related(&mut self, groups: &[&Element], own: &str) -> Vec<String> {
        let mut related = Vec::new();
        for group in groups {
            related.extend(self.ids(group, own));
            let urls = self.inner(group, "URL");
            related.extend(urls.iter().map(|url| url.whole_text()).filter(|url| !url.is_empty()));
            for element in &group.inner {
                if !matches!(self.name(group, element), Some("IncidentID" | "URL")) {
                    self.carry(element, &format!("RelatedActivity / {}", element.name));
                }
            }
        }
        for url in &related {
            self.doubt_url(groups, url);
        }
        match self.copies(names::RELATED) {
            copies if copies.is_empty() => related,
            copies => copies,
        }
    }

    fn doubt_url(&mut self, groups: &[&Element], url: &str) {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let odd = ["javascript", "data", "file", "vbscript"];
        if scheme.is_some_and(|scheme| odd.contains(&scheme.as_str())) {
            let place = groups.first().map(|group| group.place.clone()).unwrap_or_default();
            self.find(&place, Severity::Warning, "an address that no link may lead to");
        }
    }

    /// Handle and domain of whoever named the incident.
    pub fn named_by(&self, authority: &str, handle: Option<&str>) -> (String, String) {
        let is_domain = authority.contains('.') && self.encoding != Encoding::V2003;
        let domain = match self.copy(names::TEAM_DOMAIN) {
            Some(domain) => domain.to_owned(),
            None if is_domain => authority.to_owned(),
            None => String::new(),
        };
        let handle = match handle {
            Some(handle) => handle.to_owned(),
            None if is_domain => String::new(),
            None => authority.to_owned(),
        };
        (handle, domain)
    }
}
