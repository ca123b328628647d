//! Who sends it.

use super::reading::Reading;
use crate::formats::{Element, Severity};
use crate::model::alert::Contact;

impl Reading {
    /// Reads the contacts: the first creator, or incident response team, or the first at all.
    pub fn contact(&mut self, contacts: &[&Element], authority: &str) -> Contact {
        let role = |name: &str| {
            contacts.iter().position(|contact| self.attribute(contact, "role") == Some(name))
        };
        let chosen = role("creator").or_else(|| role("irt")).unwrap_or(0);
        let mut read = Contact::default();
        let mut handle = None;
        for (at, contact) in contacts.iter().enumerate() {
            match at == chosen {
                true => handle = self.one_contact(contact, &mut read),
                false => self.carry(contact, "Contact"),
            }
        }
        (read.handle, read.fqdn) = self.named_by(authority, handle.as_deref());
        read
    }

    /// Fills a contact; gives its handle.
    fn one_contact(&mut self, element: &Element, read: &mut Contact) -> Option<String> {
        let mut names = Vec::new();
        let mut handles = Vec::new();
        for inner in &element.inner {
            match self.name(element, inner) {
                Some("ContactName" | "Name") => names.push(inner.whole_text()),
                Some("RegistryHandle") => handles.push(inner),
                Some("Email") => read.emails.extend(self.means(inner, "EmailTo")),
                Some("Telephone") => self.telephone(inner, read),
                Some("Fax") => self.number(inner, "TelephoneNumber", &mut read.fax),
                Some("AdditionalData") => self.remark(inner),
                _ => self.carry(inner, &format!("Contact / {}", inner.name)),
            }
        }
        names.retain(|name| !name.is_empty());
        read.name = names.join(", ");
        // That of the Trusted Introducer before those of the address registries.
        let of_teams = |handle: &&&Element| {
            let registry = self.token(handle, "registry").or_else(|| self.token(handle, "type"));
            registry.is_some_and(|(registry, _)| registry == "ti")
        };
        let handle = handles.iter().find(of_teams).or_else(|| handles.first());
        handle.map(|handle| handle.whole_text()).filter(|handle| !handle.is_empty())
    }

    fn means(&self, element: &Element, inner: &str) -> Option<String> {
        let text = self.inner_text(element, inner).unwrap_or_else(|| element.whole_text());
        (!text.is_empty()).then_some(text)
    }

    fn telephone(&mut self, element: &Element, read: &mut Contact) {
        match self.token(element, "type") {
            Some(("fax", _)) => self.number(element, "TelephoneNumber", &mut read.fax),
            _ => self.number(element, "TelephoneNumber", &mut read.phone),
        }
    }

    fn number(&mut self, element: &Element, inner: &str, slot: &mut Option<String>) {
        match self.means(element, inner) {
            Some(number) if slot.is_none() => *slot = Some(number),
            Some(_) => self.carry(element, &format!("Contact / {}", element.name)),
            None => self.find(&element.place, Severity::Note, "a number without digits"),
        }
    }
}
