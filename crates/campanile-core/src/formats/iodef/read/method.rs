//! How it is done, and where more is known.

use super::names::{self, label};
use super::reading::Reading;
use crate::formats::{Element, Severity};
use crate::model::alert::{Method, Origin, Reference};

impl Reading {
    /// Adds what a method says.
    pub fn method(&mut self, element: &Element, read: &mut Method) {
        let mut words = Vec::new();
        for inner in &element.inner {
            match self.name(element, inner) {
                Some("Reference") => {
                    let reference = self.reference(inner);
                    read.references.extend(reference);
                }
                Some("Classification") => {
                    let reference = self.classification(inner);
                    read.references.push(reference);
                }
                Some("Description") => words.push(inner.whole_text()),
                Some("AdditionalData") => self.remark(inner),
                _ => self.carry(inner, &format!("Method / {}", inner.name)),
            }
        }
        join(&mut read.description, &words);
    }

    /// A reference of 2003; its origin may be in a copy.
    fn classification(&mut self, element: &Element) -> Reference {
        let name = self.inner_text(element, "Name").unwrap_or_default();
        let url = self.inner_text(element, "URL").unwrap_or_default();
        let said = self.attribute(element, "origin").map(|origin| Origin::from(origin.to_owned()));
        let origin = match said {
            Some(Origin::Other) => self.copied_origin(&name).or(said),
            said => said,
        };
        self.doubt(element, &url);
        Reference { origin, name, url }
    }

    /// The next copied origin of a name: copies stand in the order of the references.
    fn copied_origin(&mut self, name: &str) -> Option<Origin> {
        let copies = self.copies(names::REFERENCE_ORIGIN);
        let rest = copies.iter().enumerate().skip(self.origins_used);
        let (at, origin) = rest.into_iter().find_map(|(at, copy)| {
            let (origin, of) = copy.split_once(':')?;
            (of.trim() == name).then(|| (at, origin.to_owned()))
        })?;
        self.origins_used = at + 1;
        Some(Origin::from(origin))
    }

    fn reference(&mut self, element: &Element) -> Option<Reference> {
        let mut read = Reference { origin: None, name: String::new(), url: String::new() };
        let mut given = None;
        for inner in &element.inner {
            match self.name(element, inner) {
                Some("ReferenceName") => self.reference_name(inner, &mut read),
                Some("URL") if read.url.is_empty() => read.url = inner.whole_text(),
                Some("Description") => self.words_of(inner, &mut read, &mut given),
                _ => self.carry(inner, &format!("Method / Reference / {}", inner.name)),
            }
        }
        if let Some(given) = given {
            read.name = given;
        }
        if read.origin.is_none() && !self.is_form() {
            let is_cve = ["CVE-", "CAN-"].iter().any(|start| read.name.starts_with(start));
            read.origin = is_cve.then_some(Origin::Cve);
        }
        self.doubt(element, &read.url);
        let empty = read.name.is_empty() && read.url.is_empty();
        (!empty || read.origin.is_some()).then_some(read)
    }

    fn reference_name(&mut self, element: &Element, read: &mut Reference) {
        let id = self.inner_text(element, "ID").unwrap_or_else(|| element.whole_text());
        read.name = id;
        match self.attribute(element, "specIndex") {
            Some("1") => read.origin = Some(Origin::Cve),
            Some(_) => {
                let what = "a register of names that is not known; the name is kept";
                self.find(&element.place, Severity::Note, what);
            }
            None => {}
        }
    }

    /// What the words of a reference say: its origin, its name, or something else.
    fn words_of(&mut self, element: &Element, read: &mut Reference, given: &mut Option<String>) {
        let text = element.whole_text();
        let copies = self.copies(names::REFERENCE_ORIGIN);
        let behind = |label: &str| text.strip_prefix(label).map(str::to_owned);
        if let Some(origin) = behind(label::ORIGIN) {
            read.origin = Some(Origin::from(origin));
        } else if let Some(name) = behind(label::AS_GIVEN) {
            *given = Some(name);
        } else if let Some(url) = behind(label::URL).filter(|_| read.url.is_empty()) {
            read.url = url;
        } else if copies.contains(&text) && read.origin.is_none() {
            let (origin, name) = text.split_once(':').unwrap_or((&text, ""));
            read.origin = Some(Origin::from(origin.to_owned()));
            read.name = name.trim().to_owned();
        } else if read.name.is_empty() {
            read.name = text;
        } else if !text.is_empty() {
            self.additional.push(format!("Reference {}: {text}", read.name));
        }
    }

    fn doubt(&mut self, element: &Element, url: &str) {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        if scheme.is_some_and(|s| !["http", "https", "ftp", "urn", "mailto"].contains(&s.as_str()))
        {
            self.find(&element.place, Severity::Warning, "an address that no link may lead to");
        }
    }
}

/// Adds texts to a text, with an empty line between.
pub fn join(text: &mut String, more: &[String]) {
    for more in more.iter().filter(|more| !more.is_empty()) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(more);
    }
}
