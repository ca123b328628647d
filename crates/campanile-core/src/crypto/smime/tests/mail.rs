//! Just enough MIME to take the mails of the corpus apart. The product's reader is in
//! `crate::mime`; the tests here must not depend on it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One entity: header section and body as they stand.
pub struct Entity {
    pub header: String,
    pub body: Vec<u8>,
}

impl Entity {
    pub fn read(bytes: &[u8]) -> Self {
        let end = find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
        let (end, start) = end
            .or_else(|| find(bytes, b"\n\n").map(|at| (at, at + 2)))
            .unwrap_or((bytes.len(), bytes.len()));
        let header = String::from_utf8_lossy(&bytes[..end]).replace("\r\n", "\n");
        Self {
            header: header.replace("\n ", " ").replace("\n\t", " "),
            body: bytes[start..].to_vec(),
        }
    }

    pub fn content_type(&self) -> String {
        let mut lines = self.header.lines();
        let line = lines.find(|line| line.to_ascii_lowercase().starts_with("content-type:"));
        line.unwrap_or_default().to_owned()
    }

    pub fn is(&self, media_type: &str) -> bool {
        self.content_type().to_ascii_lowercase().contains(media_type)
    }

    /// The body as base64.
    pub fn decoded(&self) -> Vec<u8> {
        let text: Vec<u8> =
            self.body.iter().copied().filter(|c| !c.is_ascii_whitespace()).collect();
        STANDARD.decode(text).unwrap_or_default()
    }

    /// The parts, without the line end in front of each boundary.
    pub fn parts(&self) -> Vec<Vec<u8>> {
        let content_type = self.content_type();
        let (_, boundary) = content_type.split_once("boundary=").unwrap();
        let boundary = match boundary.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap(),
            None => boundary.split([';', ' ']).next().unwrap(),
        };
        let mark = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut rest = self.body.as_slice();
        let Some(at) = find(rest, mark.as_bytes()) else {
            return parts;
        };
        rest = &rest[at + mark.len()..];
        while let Some(line_end) = find(rest, b"\n") {
            let part = &rest[line_end + 1..];
            let Some(at) = find(part, format!("\n{mark}").as_bytes()) else {
                break;
            };
            let end = at - usize::from(at > 0 && part[at - 1] == b'\r');
            parts.push(part[..end].to_vec());
            rest = &part[at + 1 + mark.len()..];
        }
        parts
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
