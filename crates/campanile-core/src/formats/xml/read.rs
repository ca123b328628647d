//! The bounded reader: quick-xml finds the pieces, this makes sure that they are a document.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::characters::decoded;
use super::names::{Scopes, is_char, is_name, split};
use super::start::{Bad, attributes, reference};
use crate::formats::{Element, Place, ReadError};
use crate::model::limits::{
    DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_NAME_BYTES_MAX,
    DOCUMENT_NAMESPACES_MAX,
};

/// The end of the namespace of XInclude, of 2001 and of its drafts.
const INCLUDE: &str = "/XInclude";
const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The outermost element.
    pub root: Element,
    /// Where a DOCTYPE stands, if there is one; it was not followed.
    pub doctype: Option<Place>,
}

/// Reads a whole document into elements.
///
/// Comments and processing instructions are passed over. A DOCTYPE without entities is noted.
///
/// # Errors
/// Whatever is not well-formed, beyond a limit, or wants something resolved or included.
pub fn read(octets: &[u8]) -> Result<Document, ReadError> {
    if octets.len() > DOCUMENT_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let text = decoded(octets)?;
    if let Some((at, _)) = text.char_indices().find(|(_, c)| !is_char(*c)) {
        return Err(ReadError::Syntax(place(&text, at), "a character that XML does not allow"));
    }
    Reading::of(&text).run()
}

/// Line and column of an octet.
fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    Place::Line(line, before.get(start..).unwrap_or_default().chars().count() + 1)
}

struct Reading<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Octet at which the piece begins, and the place that was last worked out.
    start: usize,
    known: (usize, usize, usize),
    /// Elements that are open, the innermost last.
    open: Vec<Element>,
    root: Option<Element>,
    scopes: Scopes,
    elements: usize,
    doctype: Option<Place>,
}

impl<'a> Reading<'a> {
    fn of(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        Self {
            text,
            reader,
            start: 0,
            known: (0, 1, 0),
            open: Vec::new(),
            root: None,
            scopes: Scopes::new(),
            elements: 0,
            doctype: None,
        }
    }

    fn run(mut self) -> Result<Document, ReadError> {
        loop {
            self.start = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
            let event = self.reader.read_event();
            let event = event.map_err(|_| self.syntax("the markup does not close as it opens"))?;
            match event {
                Event::Start(tag) => self.begin(&tag, tag.name().as_ref(), false)?,
                Event::Empty(tag) => self.begin(&tag, tag.name().as_ref(), true)?,
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text)?,
                Event::CData(text) => self.cdata(&text)?,
                Event::GeneralRef(name) => self.reference(&name)?,
                Event::Decl(declaration) => self.declaration(&declaration)?,
                Event::PI(instruction) => self.instruction(instruction.target())?,
                Event::DocType(content) => self.document_type(&content)?,
                Event::Comment(_) => {}
                Event::Eof => return self.finish(),
            }
        }
    }

    /// The place of the current piece; counted on from the last one that was asked for.
    fn place(&mut self) -> Place {
        let (known, mut line, mut begin) = self.known;
        let start = self.start.min(self.text.len());
        for (at, byte) in self.text.bytes().enumerate().take(start).skip(known) {
            if byte == b'\n' {
                (line, begin) = (line + 1, at + 1);
            }
        }
        self.known = (start, line, begin);
        Place::Line(line, self.text.get(begin..start).unwrap_or_default().chars().count() + 1)
    }

    fn syntax(&mut self, what: &'static str) -> ReadError {
        ReadError::Syntax(self.place(), what)
    }

    fn bad(&mut self, bad: &Bad) -> ReadError {
        let place = self.place();
        match bad {
            Bad::Syntax(what) => ReadError::Syntax(place, what),
            Bad::TooMany => ReadError::Limit(place, "attributes"),
            Bad::Entity => ReadError::Entity(place),
        }
    }

    fn begin(&mut self, tag: &str, name: &str, empty: bool) -> Result<(), ReadError> {
        let place = self.place();
        self.elements += 1;
        let limit = |what| Err(ReadError::Limit(place.clone(), what));
        match () {
            () if self.elements > DOCUMENT_ELEMENTS_MAX => return limit("elements"),
            () if self.open.len() == DOCUMENT_DEPTH_MAX => return limit("levels"),
            () if name.len() > DOCUMENT_NAME_BYTES_MAX => return limit("characters of a name"),
            () if !is_name(name) => return Err(self.syntax("the name of an element is none")),
            () if self.root.is_some() => return Err(self.syntax("two outermost elements")),
            () => {}
        }
        let rest = tag.get(name.len()..).unwrap_or_default();
        let attributes = attributes(rest).map_err(|bad| self.bad(&bad))?;
        let depth = self.open.len() + 1;
        let mut kept: Vec<(&str, String)> = Vec::new();
        for (name, value) in attributes {
            match split(name) {
                ("", "xmlns") => self.scopes.declare(depth, "", &value),
                ("xmlns", prefix) => self.scopes.declare(depth, prefix, &value),
                _ => kept.push((name, value)),
            }
        }
        if self.scopes.len() > DOCUMENT_NAMESPACES_MAX {
            return limit("namespaces");
        }
        let (prefix, local) = split(name);
        let space = self.scopes.of(prefix);
        if space.ends_with(INCLUDE) {
            return Err(ReadError::Include(place));
        }
        let attributes = self.named(&kept)?;
        self.open.push(Element {
            name: local.to_owned(),
            space,
            attributes,
            place,
            ..Element::default()
        });
        if empty { self.end() } else { Ok(()) }
    }

    /// Attributes by their local names; of two with the same one, that without prefix counts.
    fn named(&mut self, kept: &[(&str, String)]) -> Result<Vec<(String, String)>, ReadError> {
        let mut named: Vec<(&str, std::sync::Arc<str>, &String)> = Vec::new();
        for (name, value) in kept {
            let (prefix, local) = split(name);
            let space = if prefix.is_empty() { "".into() } else { self.scopes.of(prefix) };
            if named.iter().any(|(other, s, _)| *other == local && *s == space) {
                return Err(self.syntax("an attribute is there twice"));
            }
            named.push((local, space, value));
        }
        named.sort_by_key(|(_, space, _)| !space.is_empty());
        Ok(named.into_iter().map(|(name, _, value)| (name.to_owned(), value.clone())).collect())
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.scopes.leave(self.open.len());
        let Some(element) = self.open.pop() else {
            return Err(self.syntax("an element ends that did not begin"));
        };
        match self.open.last_mut() {
            Some(outer) => outer.inner.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        if text.contains("]]>") {
            return Err(self.syntax("`]]>` in a text"));
        }
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_matches(WHITE).is_empty() => {}
            None => return Err(self.syntax("text outside of the outermost element")),
        }
        Ok(())
    }

    fn cdata(&mut self, text: &str) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None => return Err(self.syntax("text outside of the outermost element")),
        }
        Ok(())
    }

    fn reference(&mut self, name: &str) -> Result<(), ReadError> {
        let char = reference(name).map_err(|bad| self.bad(&bad))?;
        match self.open.last_mut() {
            Some(element) => element.text.push(char),
            None => return Err(self.syntax("text outside of the outermost element")),
        }
        Ok(())
    }

    fn declaration(&mut self, declaration: &str) -> Result<(), ReadError> {
        if self.start != 0 {
            return Err(self.syntax("the XML declaration does not stand first"));
        }
        let rest = declaration.strip_prefix("xml").unwrap_or_default();
        let said = attributes(rest).map_err(|bad| self.bad(&bad))?;
        let names: Vec<_> = said.iter().map(|(name, _)| *name).collect();
        let known = matches!(
            names.as_slice(),
            ["version"]
                | ["version", "encoding" | "standalone"]
                | ["version", "encoding", "standalone"]
        );
        match known && said.first().is_some_and(|(_, version)| version == "1.0") {
            true => Ok(()),
            false => Err(self.syntax("an XML declaration that is none of XML 1.0")),
        }
    }

    fn instruction(&mut self, target: &str) -> Result<(), ReadError> {
        match is_name(target) && !target.eq_ignore_ascii_case("xml") {
            true => Ok(()),
            false => Err(self.syntax("a processing instruction without a name")),
        }
    }

    fn document_type(&mut self, content: &str) -> Result<(), ReadError> {
        let place = self.place();
        let again = self.doctype.is_some() || self.root.is_some() || !self.open.is_empty();
        // Anywhere, also in comments: who needs these words in a DOCTYPE wants them resolved.
        let content = content.to_ascii_uppercase();
        let entities = ["<!ENTITY", "<!NOTATION", "%", "&"].iter().any(|w| content.contains(w));
        match () {
            () if again => Err(self.syntax("a DOCTYPE in the wrong place")),
            () if entities => Err(ReadError::Entity(place)),
            () => {
                self.doctype = Some(place);
                Ok(())
            }
        }
    }

    fn finish(mut self) -> Result<Document, ReadError> {
        self.start = self.text.len();
        match (self.open.is_empty(), self.root.take()) {
            (true, Some(root)) => Ok(Document { root, doctype: self.doctype }),
            (true, None) => Err(self.syntax("no element at all")),
            (false, _) => Err(self.syntax("an element is not closed")),
        }
    }
}
