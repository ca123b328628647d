//! A message to be sent: own head, shared body, own tail.
//!
//! All copies of a mail share one sealed body; only the head and sometimes the tail are made for
//! each recipient. Dot-stuffing is done here, once, where the octets are made.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::fault;

/// Up to this size a body is kept in memory, and goes out in one write with its head.
const MEMORY_OCTETS_MAX: u64 = 64 * 1024;
/// What is read from the file at once.
const CHUNK_OCTETS: u64 = 256 * 1024;

/// A message ready for DATA.
#[derive(Clone)]
pub struct Body {
    head: Vec<u8>,
    shared: SharedBody,
    tail: Vec<u8>,
    end: &'static [u8],
}

/// The part that all copies share. Cloning it copies nothing.
///
/// # Security
/// Whoever makes it guarantees lines ending with CRLF that never begin with a dot, as base64
/// lines are; they are sent as they are.
#[derive(Clone)]
pub enum SharedBody {
    /// In memory.
    Memory(Arc<[u8]>),
    /// In an open file.
    File(Arc<BodyFile>),
}

/// A body too large for memory. Must not change while it is sent.
pub struct BodyFile {
    file: File,
    octets: u64,
    ends_line: bool,
}

/// A CR without LF or an LF without CR in a head or tail: it must not leave the house, because
/// the next hop may take it for the end of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bare CR or LF in a message to be sent")]
pub struct BareLineEnd;

impl Body {
    /// Puts a message together; head and tail are stuffed where a line begins with a dot.
    ///
    /// Head and body may end within a line, never between CR and LF.
    pub fn new(head: &[u8], shared: SharedBody, tail: &[u8]) -> Result<Self, BareLineEnd> {
        let (head, line_start) = stuff(head, true)?;
        let line_start = if shared.octets() == 0 { line_start } else { shared.ends_line() };
        let (tail, line_start) = stuff(tail, line_start)?;
        let end: &[u8] = if line_start { b".\r\n" } else { b"\r\n.\r\n" };
        Ok(Self { head, shared, tail, end })
    }

    /// A message without a shared part.
    pub fn whole(message: &[u8]) -> Result<Self, BareLineEnd> {
        Self::new(message, SharedBody::from(Vec::new()), &[])
    }

    /// Size in octets as declared with SIZE, stuffing included.
    pub fn octets(&self) -> u64 {
        let own = self.head.len().saturating_add(self.tail.len());
        self.shared.octets().saturating_add(u64::try_from(own).unwrap_or(u64::MAX))
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn shared(&self) -> &SharedBody {
        &self.shared
    }

    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The end of the message: a dot on a line of its own.
    pub(super) fn end(&self) -> &'static [u8] {
        self.end
    }
}

impl SharedBody {
    /// Opens a file once for all copies; small ones are read into memory.
    pub async fn open(path: PathBuf) -> io::Result<Self> {
        blocking(move || {
            fault::point("spool.open")?;
            let file = File::open(path)?;
            let octets = file.metadata()?.len();
            if octets <= MEMORY_OCTETS_MAX {
                let mut memory = vec![0; usize::try_from(octets).map_err(io::Error::other)?];
                file.read_exact_at(&mut memory, 0)?;
                return Ok(Self::from(memory));
            }
            let mut last = [0; 2];
            file.read_exact_at(&mut last, octets - 2)?;
            Ok(Self::File(Arc::new(BodyFile { file, octets, ends_line: last == *b"\r\n" })))
        })
        .await
    }

    fn octets(&self) -> u64 {
        match self {
            Self::Memory(memory) => u64::try_from(memory.len()).unwrap_or(u64::MAX),
            Self::File(file) => file.octets,
        }
    }

    fn ends_line(&self) -> bool {
        match self {
            Self::Memory(memory) => memory.ends_with(b"\r\n"),
            Self::File(file) => file.ends_line,
        }
    }
}

impl From<Vec<u8>> for SharedBody {
    fn from(memory: Vec<u8>) -> Self {
        Self::Memory(memory.into())
    }
}

impl BodyFile {
    /// Its size when it was opened.
    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    /// The open file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Reads the chunk at `offset` into `chunk`; empty at the end. A file that has become shorter
    /// is an error.
    pub(super) async fn read(
        self: &Arc<Self>,
        offset: u64,
        mut chunk: Vec<u8>,
    ) -> io::Result<Vec<u8>> {
        let file = Arc::clone(self);
        blocking(move || {
            let octets = file.octets.saturating_sub(offset).min(CHUNK_OCTETS);
            fault::point("spool.chunk")?;
            chunk.resize(usize::try_from(octets).map_err(io::Error::other)?, 0);
            file.file.read_exact_at(&mut chunk, offset)?;
            Ok(chunk)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Doubles the dots that begin lines; also whether the octets end with a line.
fn stuff(octets: &[u8], mut line_start: bool) -> Result<(Vec<u8>, bool), BareLineEnd> {
    let mut stuffed = Vec::with_capacity(octets.len() + 8);
    let mut rest = octets;
    loop {
        if line_start && rest.first() == Some(&b'.') {
            stuffed.push(b'.');
        }
        let Some(end) = memchr::memchr2(b'\r', b'\n', rest) else {
            stuffed.extend_from_slice(rest);
            return Ok((stuffed, line_start && rest.is_empty()));
        };
        let (line, after) = rest.split_at_checked(end + 2).ok_or(BareLineEnd)?;
        if !line.ends_with(b"\r\n") {
            return Err(BareLineEnd);
        }
        stuffed.extend_from_slice(line);
        line_start = true;
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use campanile_core::smtp::data::DataReceiver;

    fn wire(head: &[u8], shared: &[u8], tail: &[u8]) -> Vec<u8> {
        let body = Body::new(head, SharedBody::from(shared.to_vec()), tail).unwrap();
        [body.head(), shared, body.tail(), body.end()].concat()
    }

    #[test]
    fn dots_are_stuffed_wherever_a_line_begins() {
        assert_eq!(wire(b"", b"", b""), b".\r\n");
        assert_eq!(wire(b".a\r\n..\r\n", b"", b""), b"..a\r\n...\r\n.\r\n");
        assert_eq!(wire(b"a.b\r\n.", b"", b""), b"a.b\r\n..\r\n.\r\n");
        assert_eq!(wire(b"", b"", b".t\r\n"), b"..t\r\n.\r\n");
        assert_eq!(wire(b"h\r\n", b"", b".t"), b"h\r\n..t\r\n.\r\n");
        assert_eq!(wire(b"h", b"", b".t"), b"h.t\r\n.\r\n");
        assert_eq!(wire(b"h\r\n", b"s\r\n", b".t\r\n"), b"h\r\ns\r\n..t\r\n.\r\n");
        assert_eq!(wire(b"h\r\n", b"s", b".t\r\n"), b"h\r\ns.t\r\n.\r\n");
    }

    #[test]
    fn bare_line_ends_do_not_leave_the_house() {
        for bad in [&b"a\nb"[..], b"a\rb", b"a\r\r\n", b"\n", b"\r", b"a\r\n.\r", b"a\r\nb\r"] {
            assert!(Body::whole(bad).is_err(), "{bad:?}");
            let tail = Body::new(b"a\r\n", SharedBody::from(Vec::new()), bad);
            assert!(tail.is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_stuffed_here_is_read_there_as_it_was() {
        let parts: [&[u8]; 8] =
            [b"", b".", b"..", b"\r\n", b".\r\n", b"a\r\n.b\r\n", b"a", b"\r\n.\r\n"];
        for head in parts {
            for tail in parts {
                for shared in [&b""[..], b"QUJD", b"QUJD\r\nQUJD\r\n"] {
                    let message = [head, shared, tail].concat();
                    let mut receiver = DataReceiver::new(1000, 0);
                    let sent = wire(head, shared, tail);
                    let mut input = sent.as_slice();
                    assert!(receiver.feed(&mut input) && input.is_empty(), "{message:?}");
                    let mut received = receiver.finish().unwrap();
                    if !message.is_empty() && !message.ends_with(b"\r\n") {
                        received.truncate(received.len() - 2);
                    }
                    assert_eq!(received, message);
                }
            }
        }
    }
}
