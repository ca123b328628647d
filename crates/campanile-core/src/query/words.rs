//! Words as they are compared: letters and digits in lower case, with one blank between.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::advisory::{Advisory, Identifier};

/// Octets of one advisory that full-text search looks at: a text of four pages; what vendors write
/// behind that is legal.
const ALL_BYTES_MAX: usize = 8 * 1024;
/// Octets of the names of its products, and of who makes them: the list of a collective bulletin
/// names everything that a vendor has ever made.
const NAMES_BYTES_MAX: usize = 2 * 1024;

/// What stands between names, so that no phrase reaches from one into the next.
const BETWEEN: &str = "|";

/// What is looked for in texts: words one behind the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phrase(String);

impl Phrase {
    /// A phrase as typed; `None` where there is no letter or digit in it.
    pub fn new(text: &str) -> Option<Self> {
        text.contains(char::is_alphanumeric).then(|| Self(text.to_owned()))
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The identifier that it is, whole.
    pub fn identifier(&self) -> Option<Identifier> {
        Identifier::recognise(&self.0)
    }

    /// Its words. A number is looked for in the form in which advisories name it here.
    pub fn words(&self) -> Vec<String> {
        match self.identifier() {
            Some(identifier) => words_of(&identifier.number),
            None => words_of(&self.0),
        }
    }

    /// Its words as they are spelt.
    pub fn spelt(&self) -> Vec<String> {
        words_of(&self.0)
    }

    /// Whether the words stand one behind the other in a text of [`Words`].
    pub fn is_in(&self, text: &str) -> bool {
        follows(&self.words(), text)
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keyword = ["and", "or", "not"].iter().any(|word| self.0.eq_ignore_ascii_case(word));
        let field = super::lex::is_term(&self.0);
        match is_bare(&self.0) && !keyword && !field {
            true => f.write_str(&self.0),
            false => f.write_str(&quoted(&self.0)),
        }
    }
}

/// Whether words stand one behind the other in a text of [`Words`].
pub(super) fn follows(words: &[String], text: &str) -> bool {
    !words.is_empty() && format!(" {text} ").contains(&format!(" {} ", words.join(" ")))
}

/// The words of a text.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let mut folded = String::new();
    fold(text, &mut folded, usize::MAX);
    folded.split_whitespace().map(str::to_owned).collect()
}

/// Whether a text can stand as it is, outside of quotation marks.
pub(super) fn is_bare(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '(' | ')' | '"' | ',');
    let edge = |c: char| matches!(c, ':' | '=' | '<' | '>');
    !text.is_empty() && text.chars().all(plain) && !text.starts_with(edge)
}

/// A text in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What of an advisory is searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Its title.
    pub title: String,
    /// Names of its products, each with who makes it, `|` between them.
    pub products: String,
    /// Names of who makes them, likewise.
    pub vendors: String,
    /// All of it, with the three above.
    pub all: String,
}

impl Words {
    /// Of an advisory, as far as it is shown.
    pub fn of(advisory: &Advisory) -> Self {
        let products: BTreeSet<String> =
            advisory.products.iter().map(|one| format!("{} {}", one.vendor, one.name)).collect();
        let vendors: BTreeSet<&str> =
            advisory.products.iter().map(|one| one.vendor.as_str()).collect();
        let (products, vendors) = (names(products.iter()), names(vendors.iter()));
        let mut title = String::new();
        fold(&advisory.title, &mut title, ALL_BYTES_MAX / 4);
        let mut all = String::new();
        let mut add = |text: &str| {
            fold(text, &mut all, ALL_BYTES_MAX);
            all.push(' ');
        };
        [&advisory.number, &advisory.issuer.name].into_iter().for_each(|text| add(text));
        [&title, &products, &vendors].into_iter().for_each(|text| add(text));
        advisory.vulnerability_ids().into_iter().for_each(|id| add(&id.number));
        let inside = advisory.vulnerabilities.iter();
        inside.clone().for_each(|one| add(&one.title));
        let sections = inside.flat_map(|one| &one.sections);
        advisory.sections.iter().chain(sections).for_each(|one| add(&one.text));
        let title = title.trim().to_owned();
        Self { title, products, vendors, all: single_spaced(&all) }
    }
}

fn names<T: AsRef<str>>(all: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for name in all {
        let before = text.len();
        fold(name.as_ref(), &mut text, NAMES_BYTES_MAX);
        if !text.get(before..).unwrap_or_default().trim().is_empty() {
            text.push(' ');
            text.push_str(BETWEEN);
            text.push(' ');
        }
    }
    single_spaced(&text)
}

/// Adds letters and digits in lower case, with a blank for everything between, up to a length.
fn fold(text: &str, to: &mut String, bytes_max: usize) {
    for character in text.chars() {
        if to.len() >= bytes_max {
            return;
        }
        match character.is_alphanumeric() {
            true => to.extend(character.to_lowercase().filter(|c| c.is_alphanumeric())),
            false if !to.ends_with(' ') => to.push(' '),
            false => {}
        }
    }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::Product;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        let title = "NFS (xdr_int) – Ünïcode\u{0} CAN-2003-0252".to_owned();
        let advisory = Advisory { title, ..Advisory::default() };
        let words = Words::of(&advisory);
        assert_eq!(words.title, "nfs xdr int ünïcode can 2003 0252");
        assert_eq!(words.all, words.title);
    }

    #[test]
    fn no_phrase_reaches_from_one_product_into_the_next() {
        let product = |vendor: &str, name: &str| Product {
            vendor: vendor.into(),
            name: name.into(),
            ..Product::default()
        };
        let products = vec![product("Mozilla", "Firefox ESR"), product("Zend", "Server")];
        let words = Words::of(&Advisory { products, ..Advisory::default() });
        let has = |text: &str| Phrase::new(text).unwrap().is_in(&words.products);
        assert!(has("mozilla FIREFOX") && has("Zend-Server") && !has("ESR Zend") && !has("fire"));
        assert!(Phrase::new("zend").unwrap().is_in(&words.vendors));
        assert!(Phrase::new("zend").unwrap().is_in(&words.all));
    }

    #[test]
    fn number_is_looked_for_in_its_one_form() {
        assert_eq!(Phrase::new("can-2003-0252").unwrap().words(), ["cve", "2003", "0252"]);
        assert_eq!(Phrase::new(" -–/ "), None);
    }
}
