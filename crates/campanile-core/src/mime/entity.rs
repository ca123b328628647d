//! The tree of a message, as slices of its bytes.
//!
//! Own splitter, not the mail library's: what a signature covers is what this house is for, so
//! every part has to be the exact slice that every other strict reader sees, and what readers
//! disagree about (prefix boundaries, doubled fields, bare CR) is refused and not repaired. The
//! library does the decoding. One pass over the lines, no recursion, every count limited.

use std::borrow::Cow;
use std::fmt;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::parsers::MessageStream;

use super::content_type::content_type;
use super::section;
use crate::model::condition::Condition;
use crate::model::limits;

/// Longest boundary: RFC 2046 §5.1.1 says 70; Exchange with long host names goes beyond it.
const BOUNDARY_BYTES_MAX: usize = 200;

/// One header field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, as written, without blanks around it.
    pub name: &'a str,
    /// The value as written, folded, without the final line end and blanks around it.
    pub value: &'a [u8],
}

/// One entity: its bytes, its header fields, its body, its parts.
#[derive(Clone)]
pub struct Entity<'a> {
    /// All of it, header and body: what a detached signature covers.
    pub whole: &'a [u8],
    /// Header fields in order.
    pub fields: Vec<Field<'a>>,
    /// Everything behind the empty line.
    pub body: &'a [u8],
    /// Media type in lower case, `text/plain` when absent.
    pub media_type: String,
    /// Parameters of the media type, names in lower case, decoded [RFC 2231].
    pub parameters: Vec<(String, String)>,
    /// Body parts of a multipart; empty for everything else (`message/rfc822` stays closed).
    pub parts: Vec<Entity<'a>>,
}

/// Reads the tree of a message. Lines end with CRLF or LF.
///
/// # Errors
/// [`Condition::Malformed`] for what two readers would see differently,
/// [`Condition::TooComplex`] beyond the limits of header octets, fields, parts and depth.
pub fn read(bytes: &[u8]) -> Result<Entity<'_>, Condition> {
    let mut reader = Reader { bytes, open: Vec::new(), parts: 0 };
    let mut at = reader.begin(0)?;
    while reader.open.iter().any(|open| open.boundary.is_some()) {
        let Some(dashes) = next_dashes(bytes, at) else { break };
        let (line, next) = section::line(bytes, dashes);
        at = match reader.delimiter(line)? {
            None => next,
            Some((level, closing)) => {
                reader.end_below(level, dashes)?;
                match reader.open.last_mut() {
                    Some(open) if open.closed => return Err(Condition::Malformed),
                    Some(open) if closing => {
                        open.closed = true;
                        next
                    }
                    _ => reader.begin(next)?,
                }
            }
        };
    }
    reader.end_below(0, bytes.len())?;
    let root = reader.open.pop().ok_or(Condition::Malformed)?;
    Ok(root.end(bytes, bytes.len()))
}

/// The first line from the line at `at` on that begins as delimiters do.
fn next_dashes(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"--") {
        return Some(at);
    }
    memchr::memmem::find(rest, b"\n--").map(|found| at + found + 1)
}

/// An entity whose end has not been seen.
struct Open<'a> {
    start: usize,
    body: usize,
    boundary: Option<Vec<u8>>,
    closed: bool,
    entity: Entity<'a>,
}

impl<'a> Open<'a> {
    fn end(mut self, bytes: &'a [u8], end: usize) -> Entity<'a> {
        let end = end.max(self.start);
        self.entity.whole = bytes.get(self.start..end).unwrap_or_default();
        self.entity.body = bytes.get(self.body.min(end)..end).unwrap_or_default();
        self.entity
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    open: Vec<Open<'a>>,
    parts: usize,
}

impl<'a> Reader<'a> {
    /// Reads the header section at `start` and opens the entity; gives the start of its body.
    fn begin(&mut self, start: usize) -> Result<usize, Condition> {
        self.parts += 1;
        if self.parts > limits::PARTS_MAX + 1 || self.open.len() > limits::PART_DEPTH_MAX {
            return Err(Condition::TooComplex);
        }
        let delimits = |line: &[u8]| Ok(self.delimiter(line)?.is_some());
        let (fields, body) = section::read(self.bytes, start, delimits)?;
        let (media_type, parameters) = content_type(&fields)?;
        let entity =
            Entity { whole: &[], fields, body: &[], media_type, parameters, parts: Vec::new() };
        let boundary = self.boundary(&entity)?;
        self.open.push(Open { start, body, boundary, closed: false, entity });
        Ok(body)
    }

    /// The boundary of a multipart; `None` for everything else.
    fn boundary(&self, entity: &Entity<'_>) -> Result<Option<Vec<u8>>, Condition> {
        if !entity.media_type.starts_with("multipart/") {
            return Ok(None);
        }
        // RFC 2045 §6.4: a multipart is never encoded; readers that decode it see other parts.
        let plain = matches!(entity.encoding()?.as_str(), "7bit" | "8bit" | "binary");
        let boundary = entity.parameter("boundary").unwrap_or_default().as_bytes();
        let sound = !boundary.is_empty()
            && boundary.len() <= BOUNDARY_BYTES_MAX
            && boundary.iter().all(|b| matches!(b, b' '..=b'~'))
            && !boundary.ends_with(b" ");
        // Of two boundaries that begin alike, a reader by prefix [RFC 2046 §5.1.1] and one by
        // line find different parts.
        let unlike = self.open.iter().all(|open| match &open.boundary {
            Some(outer) => !outer.starts_with(boundary) && !boundary.starts_with(outer),
            None => true,
        });
        match plain && sound && unlike {
            true => Ok(Some(boundary.to_vec())),
            false => Err(Condition::Malformed),
        }
    }

    /// Whether a line delimits parts: of which open multipart, and whether it is the last one.
    fn delimiter(&self, line: &[u8]) -> Result<Option<(usize, bool)>, Condition> {
        let Some(text) = line.strip_prefix(b"--") else {
            return Ok(None);
        };
        for (level, open) in self.open.iter().enumerate() {
            let boundary = open.boundary.as_deref();
            let Some(rest) = boundary.and_then(|boundary| text.strip_prefix(boundary)) else {
                continue;
            };
            return match rest.trim_ascii_end() {
                _ if rest.contains(&b'\r') => Err(Condition::Malformed),
                b"" => Ok(Some((level, false))),
                b"--" => Ok(Some((level, true))),
                _ => Err(Condition::Malformed),
            };
        }
        Ok(None)
    }

    /// Ends everything inside the multipart at `level`; its last part ends in front of the line
    /// at `at`, and the line end there belongs to the delimiter [RFC 2046 §5.1.1].
    fn end_below(&mut self, level: usize, at: usize) -> Result<(), Condition> {
        let before = self.bytes.get(..at).unwrap_or_default();
        let end = match before.strip_suffix(b"\n") {
            _ if at == self.bytes.len() => before,
            Some(before) => before.strip_suffix(b"\r").unwrap_or(before),
            None => before,
        };
        while self.open.len() > level + 1 {
            let Some(part) = self.open.pop() else { break };
            // An empty part whose delimiter has no line end of its own: the next delimiter took
            // it. Inside a multipart that ends here as well, some readers see no part at all.
            if part.start > end.len() && self.open.len() > level + 1 {
                return Err(Condition::Malformed);
            }
            let part = part.end(self.bytes, end.len());
            if let Some(parent) = self.open.last_mut() {
                parent.entity.parts.push(part);
            }
        }
        Ok(())
    }
}

/// The only field of that name.
pub(super) fn only<'f, 'a>(
    fields: &'f [Field<'a>],
    name: &str,
) -> Result<Option<&'f Field<'a>>, Condition> {
    let mut found = fields.iter().filter(|f| f.name.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        _ if name.eq_ignore_ascii_case("From") => Err(Condition::FromSeveral),
        _ => Err(Condition::Malformed),
    }
}

/// Names only: values are plaintext, which belongs in no log.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name)
    }
}

/// Structure only, as for [`Field`].
impl fmt::Debug for Entity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entity({} {:?})", self.media_type, self.parts)
    }
}

impl<'a> Entity<'a> {
    /// The only field of that name, `None` when absent.
    ///
    /// # Errors
    /// When the field is there twice: `FromSeveral` for From, `Malformed` for the others.
    pub fn field(&self, name: &str) -> Result<Option<&Field<'a>>, Condition> {
        only(&self.fields, name)
    }

    /// A parameter of the media type.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(n, _)| n == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The transfer encoding in lower case, `7bit` when absent.
    ///
    /// # Errors
    /// `Malformed` when the field is there twice.
    pub fn encoding(&self) -> Result<String, Condition> {
        let field = self.field("Content-Transfer-Encoding")?;
        let value = field.map_or(&b"7bit"[..], |field| field.value);
        Ok(String::from_utf8_lossy(value).to_ascii_lowercase())
    }

    /// The body with its transfer encoding taken off.
    ///
    /// # Errors
    /// `Malformed` for an unknown encoding and for base64 with foreign characters in it.
    pub fn decoded(&self) -> Result<Cow<'a, [u8]>, Condition> {
        match self.encoding()?.as_str() {
            "7bit" | "8bit" | "binary" => Ok(Cow::Borrowed(self.body)),
            "base64" => base64_decode(self.body).map(Cow::Owned).ok_or(Condition::Malformed),
            "quoted-printable" => {
                let mut stream = MessageStream::new(self.body);
                Ok(stream.decode_quoted_printable_mime(b"").1)
            }
            _ => Err(Condition::Malformed),
        }
    }
}

#[cfg(test)]
#[path = "entity_tests.rs"]
mod tests;
