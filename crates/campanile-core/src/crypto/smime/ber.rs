//! Reading BER and DER [ITU-T X.690], without copying and without recursion over the input.
//!
//! CMS comes as BER (streaming senders use indefinite lengths and strings in pieces) and as DER.
//! What a signature covers must be read as the octets it came in, in their order, with every
//! duplicate visible; so this reader hands out slices and never builds a tree. Refuses to know
//! types beyond the few CMS needs; certificates and keys are read by OpenSSL.

use std::borrow::Cow;

use crate::model::condition::Condition;

/// What is not BER, or not what has to stand there.
pub(crate) const BROKEN: Condition = Condition::PacketStructure;

/// Deepest nesting of indefinite lengths: CMS has nine levels down to its content, and the
/// 200,000 of `s-dos-berdepth` are refused after this many headers.
const INDEFINITE_DEPTH_MAX: usize = 24;
/// Deepest nesting of strings within strings; senders use one.
const STRING_DEPTH_MAX: usize = 4;
/// Deepest nesting that is written out again ([`Element::canonical`]).
const CANONICAL_DEPTH_MAX: usize = 12;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// Bit of a tag that says: built of other elements.
const CONSTRUCTED: u8 = 0x20;

/// The tag `[n]` of a constructed element.
pub(crate) const fn context(n: u8) -> u8 {
    0xa0 | n
}

/// The tag `[n]` of a primitive element.
pub(crate) const fn context_primitive(n: u8) -> u8 {
    0x80 | n
}

/// One element: tag, length, content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The identifier octet; tags above 30 occur nowhere in CMS and are refused.
    pub tag: u8,
    /// The content octets.
    pub content: &'a [u8],
    /// All octets, from the identifier to the last one of the content or its end mark.
    pub raw: &'a [u8],
}

struct Header {
    tag: u8,
    bytes: usize,
    length: Option<usize>,
}

fn header(input: &[u8]) -> Result<Header, Condition> {
    let (&tag, rest) = input.split_first().ok_or(BROKEN)?;
    let (&first, rest) = rest.split_first().ok_or(BROKEN)?;
    if tag & 0x1f == 0x1f {
        return Err(BROKEN);
    }
    let (bytes, length) = match first {
        0..=0x7f => (2, Some(usize::from(first))),
        0x80 if tag & CONSTRUCTED != 0 => (2, None),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let digits = rest.get(..count).ok_or(BROKEN)?;
            let length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (2 + count, Some(length))
        }
        _ => return Err(BROKEN),
    };
    Ok(Header { tag, bytes, length })
}

/// Length in octets of the element at the front of `input`. Looks into indefinite lengths only,
/// with a counter in place of a stack.
fn element_bytes(input: &[u8]) -> Result<usize, Condition> {
    let mut at = 0_usize;
    let mut open = 0_usize;
    loop {
        let here = header(input.get(at..).ok_or(BROKEN)?)?;
        at += here.bytes;
        match here.length {
            Some(0) if here.tag == 0 && here.bytes == 2 => {
                open = open.checked_sub(1).ok_or(BROKEN)?;
            }
            Some(length) => at = at.checked_add(length).ok_or(BROKEN)?,
            None => open += 1,
        }
        if at > input.len() {
            return Err(BROKEN);
        }
        if open > INDEFINITE_DEPTH_MAX {
            return Err(Condition::TooComplex);
        }
        if open == 0 {
            return Ok(at);
        }
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub fn any(&mut self) -> Result<Element<'a>, Condition> {
        let total = element_bytes(self.rest)?;
        let here = header(self.rest)?;
        let end = match here.length {
            Some(_) => total,
            None => total.checked_sub(2).ok_or(BROKEN)?,
        };
        let (raw, rest) = self.rest.split_at_checked(total).ok_or(BROKEN)?;
        let content = raw.get(here.bytes..end).ok_or(BROKEN)?;
        self.rest = rest;
        Ok(Element { tag: here.tag, content, raw })
    }

    /// The next element, which has to carry this tag.
    pub fn take(&mut self, tag: u8) -> Result<Element<'a>, Condition> {
        match self.peek() {
            Some(found) if found == tag => self.any(),
            _ => Err(BROKEN),
        }
    }

    /// The next element if it carries this tag.
    pub fn take_if(&mut self, tag: u8) -> Result<Option<Element<'a>>, Condition> {
        match self.peek() {
            Some(found) if found == tag => self.any().map(Some),
            _ => Ok(None),
        }
    }

    /// The content of an OBJECT IDENTIFIER.
    pub fn oid(&mut self) -> Result<&'a [u8], Condition> {
        Ok(self.take(OID)?.content)
    }

    /// The octets of an OCTET STRING, in one piece or in several.
    pub fn octet_string(&mut self) -> Result<Cow<'a, [u8]>, Condition> {
        match self.peek() {
            Some(OCTET_STRING) => Ok(Cow::Borrowed(self.any()?.content)),
            _ => self.take(OCTET_STRING | CONSTRUCTED)?.octets(),
        }
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Condition> {
        match self.rest {
            [] => Ok(()),
            _ => Err(BROKEN),
        }
    }
}

impl<'a> Element<'a> {
    /// The one element of `input`, which nothing may follow.
    pub fn only(input: &'a [u8]) -> Result<Self, Condition> {
        let mut reader = Reader::new(input);
        let element = reader.any()?;
        reader.end()?;
        Ok(element)
    }

    /// The one element inside of this explicit tag, which has to carry `tag`.
    pub fn inner(&self, tag: u8) -> Result<Element<'a>, Condition> {
        let inner = Self::only(self.content)?;
        match inner.tag == tag {
            true => Ok(inner),
            false => Err(BROKEN),
        }
    }

    pub fn reader(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The octets of this OCTET STRING (or implicitly tagged one).
    pub fn octets(&self) -> Result<Cow<'a, [u8]>, Condition> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut octets = Vec::with_capacity(self.content.len());
        gather(self.content, 0, &mut octets)?;
        Ok(Cow::Owned(octets))
    }

    /// The octets of a BIT STRING that is a whole number of octets long.
    pub fn bits(&self) -> Result<&'a [u8], Condition> {
        match self.content.split_first() {
            Some((0, octets)) if self.tag == BIT_STRING => Ok(octets),
            _ => Err(BROKEN),
        }
    }

    /// A small INTEGER that is not negative.
    pub fn small(&self) -> Result<u32, Condition> {
        match self.content {
            [0..0x80, ..] if self.content.len() <= 4 => {
                Ok(self.content.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit)))
            }
            _ => Err(BROKEN),
        }
    }

    /// Writes the element out with definite lengths of the shortest form and strings in one
    /// piece; order is kept. What came as DER comes out unchanged.
    pub fn canonical(&self) -> Result<Vec<u8>, Condition> {
        self.canonical_as(self.tag, 0)
    }

    /// The same under another tag: signed and authenticated attributes are digested as SET OF
    /// [RFC 5652 §5.4, RFC 5083 §2.2].
    pub fn canonical_under(&self, tag: u8) -> Result<Vec<u8>, Condition> {
        self.canonical_as(tag, 0)
    }

    fn canonical_as(&self, tag: u8, depth: usize) -> Result<Vec<u8>, Condition> {
        if depth > CANONICAL_DEPTH_MAX {
            return Err(Condition::TooComplex);
        }
        if tag == OCTET_STRING | CONSTRUCTED {
            return Ok(super::der::tlv(OCTET_STRING, &[&self.octets()?]));
        }
        if tag & CONSTRUCTED == 0 {
            return Ok(super::der::tlv(tag, &[self.content]));
        }
        let mut content = Vec::with_capacity(self.content.len());
        let mut reader = self.reader();
        while !reader.is_empty() {
            let element = reader.any()?;
            content.extend(element.canonical_as(element.tag, depth + 1)?);
        }
        Ok(super::der::tlv(tag, &[&content]))
    }
}

fn gather(content: &[u8], depth: usize, octets: &mut Vec<u8>) -> Result<(), Condition> {
    if depth > STRING_DEPTH_MAX {
        return Err(Condition::TooComplex);
    }
    let mut reader = Reader::new(content);
    while !reader.is_empty() {
        let piece = reader.any()?;
        match piece.tag {
            OCTET_STRING => octets.extend_from_slice(piece.content),
            0x24 => gather(piece.content, depth + 1, octets)?,
            _ => return Err(BROKEN),
        }
    }
    Ok(())
}

/// An AlgorithmIdentifier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Algorithm<'a> {
    pub oid: &'a [u8],
    /// `None` when absent or NULL.
    pub parameters: Option<Element<'a>>,
}

impl<'a> Algorithm<'a> {
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Condition> {
        Self::of(reader.take(SEQUENCE)?)
    }

    /// From an element that is one, under whatever tag.
    pub fn of(whole: Element<'a>) -> Result<Self, Condition> {
        let mut fields = whole.reader();
        let oid = fields.oid()?;
        let parameters = match fields.is_empty() {
            true => None,
            false => Some(fields.any()?),
        };
        fields.end()?;
        Ok(Self { oid, parameters: parameters.filter(|p| p.tag != 0x05) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indefinite_length_reads_like_the_definite_one() {
        let indefinite = [0x30, 0x80, 0x24, 0x80, 4, 1, b'a', 4, 2, b'b', b'c', 0, 0, 0, 0];
        let element = Element::only(&indefinite).unwrap();
        assert_eq!(element.reader().octet_string().unwrap(), b"abc".as_slice());
        assert_eq!(element.canonical().unwrap(), [0x30, 5, 4, 3, b'a', b'b', b'c']);
    }

    #[test]
    fn deep_nesting_is_refused_early() {
        let bytes = [0x30, 0x80].repeat(200_000);
        assert_eq!(Element::only(&bytes), Err(Condition::TooComplex));
    }

    #[test]
    fn length_beyond_the_input_is_refused() {
        for bytes in [
            [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff].as_slice(),
            &[0x30, 0x88, 0, 0, 0, 1, 0, 0, 0, 0],
            &[0x30, 5, 1],
            &[0x30, 0x80, 4, 1, 0],
            &[0x04, 0x80, 0, 0],
            &[0, 0],
            &[0x1f, 0x81, 1, 0],
            &[],
        ] {
            assert_eq!(Element::only(bytes), Err(BROKEN), "{bytes:?}");
        }
    }

    #[test]
    fn octets_behind_an_element_are_refused() {
        assert_eq!(Element::only(&[5, 0, 0]), Err(BROKEN));
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            while let Ok(element) = reader.any() {
                prop_assert!(!element.raw.is_empty());
                let _ = element.canonical();
                let _ = element.octets();
            }
        }

        #[test]
        fn definite_form_is_canonical(content in prop::collection::vec(any::<u8>(), 0..3000)) {
            let bytes = super::super::der::tlv(OCTET_STRING, &[&content]);
            prop_assert_eq!(Element::only(&bytes).unwrap().canonical().unwrap(), bytes.clone());
        }
    }
}
