//! A value of a JSON document together with its place, for readers that go on when something is
//! not what it should be.
//!
//! A member of the wrong type is noted and then treated as absent. Places are worked out only
//! when something is noted: most documents are in order.

use std::cell::RefCell;
use std::fmt::Write;

use super::Json;
use crate::formats::{Finding, Place, ReadError, Severity};
use crate::model::limits::FINDINGS_MAX;

/// What was odd about a document so far.
#[derive(Debug, Default)]
pub struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    /// Notes something; beyond [`FINDINGS_MAX`] nothing more is kept.
    pub fn add(&self, place: String, severity: Severity, what: impl Into<String>) {
        let mut list = self.0.borrow_mut();
        if list.len() < FINDINGS_MAX {
            list.push(Finding { place, what: what.into(), severity });
        }
    }

    /// All of them, in order.
    pub fn into_list(self) -> Vec<Finding> {
        self.0.into_inner()
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Node<'j, 'n> {
    value: &'j Json,
    step: Step<'j>,
    outer: Option<&'n Node<'j, 'n>>,
    found: &'j Findings,
}

#[derive(Debug, Clone, Copy)]
enum Step<'j> {
    Root,
    Member(&'j str),
    /// An item of the list that is a member.
    Item(&'j str, usize),
}

impl Step<'_> {
    fn write(self, out: &mut String) {
        let (name, at) = match self {
            Self::Root => return,
            Self::Member(name) => (name, None),
            Self::Item(name, at) => (name, Some(at)),
        };
        out.push('/');
        name.chars().for_each(|c| match c {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            c => out.push(c),
        });
        if let Some(at) = at {
            // Writing to a string cannot fail.
            let _ = write!(out, "/{at}");
        }
    }
}

impl<'j, 'n> Node<'j, 'n> {
    /// The whole document.
    pub const fn root(value: &'j Json, found: &'j Findings) -> Self {
        Self { value, step: Step::Root, outer: None, found }
    }

    /// The value itself.
    pub const fn value(&self) -> &'j Json {
        self.value
    }

    /// A member that is there and not `null`.
    pub fn get<'s>(&'s self, name: &str) -> Option<Node<'j, 's>>
    where
        'n: 's,
    {
        let (name, value) = self.member(name)?;
        Some(Node { value, step: Step::Member(name), outer: Some(self), found: self.found })
    }

    /// A member of which the document has no use without it.
    ///
    /// # Errors
    /// [`ReadError::Missing`].
    pub fn need<'s>(&'s self, name: &'static str) -> Result<Node<'j, 's>, ReadError>
    where
        'n: 's,
    {
        let found = self.get(name).filter(|node| matches!(node.value, Json::Object(_)));
        found.ok_or_else(|| ReadError::Missing(Place::Pointer(self.pointer()), name))
    }

    /// The items of a list that is a member; none when it is absent.
    pub fn items<'s>(&'s self, name: &str) -> Vec<Node<'j, 's>>
    where
        'n: 's,
    {
        let Some((name, value)) = self.member(name) else { return Vec::new() };
        let Json::List(list) = value else {
            self.wrong(name, "a list");
            return Vec::new();
        };
        let nodes = list.iter().enumerate().map(|(at, value)| Node {
            value,
            step: Step::Item(name, at),
            outer: Some(self),
            found: self.found,
        });
        nodes.collect()
    }

    /// The text that a member is, as it stands; empty when it is absent.
    pub fn text(&self, name: &str) -> &'j str {
        match self.member(name) {
            Some((_, Json::Text(text))) => text,
            Some((name, _)) => {
                self.wrong(name, "a text");
                ""
            }
            None => "",
        }
    }

    /// A number, or a text that stands for one, as written.
    pub fn number(&self, name: &str) -> Option<&'j str> {
        match self.member(name)? {
            (_, Json::Number(text) | Json::Text(text)) => Some(text),
            (name, _) => {
                self.wrong(name, "a number");
                None
            }
        }
    }

    /// The texts of a list that is a member.
    pub fn texts(&self, name: &str) -> Vec<&'j str> {
        let Some((name, value)) = self.member(name) else { return Vec::new() };
        let Json::List(list) = value else {
            self.wrong(name, "a list of texts");
            return Vec::new();
        };
        let texts: Vec<_> = list.iter().filter_map(Json::as_text).collect();
        if texts.len() < list.len() {
            self.wrong(name, "a list of texts only");
        }
        texts
    }

    /// Notes something about this value.
    pub fn find(&self, severity: Severity, what: impl Into<String>) {
        self.found.add(self.pointer(), severity, what);
    }

    /// The pointer to it [RFC 6901].
    pub fn pointer(&self) -> String {
        let mut out = self.outer.map(|outer| outer.pointer()).unwrap_or_default();
        self.step.write(&mut out);
        out
    }

    fn member(&self, name: &str) -> Option<(&'j str, &'j Json)> {
        match self.value {
            Json::Object(members) => {
                let found = members.iter().find(|(n, _)| n == name);
                let found = found.map(|(name, value)| (name.as_str(), value));
                found.filter(|(_, value)| !matches!(value, Json::Null))
            }
            _ => None,
        }
    }

    fn wrong(&self, name: &str, wanted: &str) {
        let mut place = self.pointer();
        Step::Member(name).write(&mut place);
        self.found.add(place, Severity::Error, format!("this is not {wanted}; it is left out"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json::read;

    #[test]
    fn what_is_of_another_type_is_noted_with_its_place_and_left_out() {
        let value = read(br#"{"a": {"b/c": [{"d": 1}, 2]}, "e": null}"#).unwrap();
        let found = Findings::default();
        let root = Node::root(&value, &found);
        let a = root.get("a").unwrap();
        let items = a.items("b/c");
        assert_eq!(items[0].text("d"), "");
        assert_eq!(items[0].number("d"), Some("1"));
        assert_eq!(root.text("e"), "");
        assert!(root.need("x").is_err());
        items[1].find(Severity::Note, "odd");
        let places: Vec<_> = found.into_list().into_iter().map(|f| f.place).collect();
        assert_eq!(places, ["/a/b~1c/0/d", "/a/b~1c/1"]);
    }
}
