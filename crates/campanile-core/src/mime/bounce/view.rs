//! A tolerant look at a mail that may be a bounce: its fields and its texts.

use crate::mime::entity::{Entity, Field, read};
use crate::mime::text::{body_text, text};

/// Most octets looked at; reports are short, what they return may be long.
const BOUNCE_BYTES_MAX: usize = 512 * 1024;
/// Most octets of text kept of each kind.
const TEXT_BYTES_MAX: usize = 128 * 1024;

/// Fields and texts of a mail; lines end with LF.
#[derive(Default)]
pub(super) struct View {
    /// Header fields: name in lower case, decoded value.
    fields: Vec<(String, String)>,
    /// `report-type` of a multipart/report.
    pub report_type: String,
    /// The machine-readable parts [RFC 3464].
    pub status: String,
    /// Everything for people.
    pub text: String,
    /// The returned mail, or its header.
    pub original: String,
}

impl View {
    /// Looks at a mail. One that cannot be read as a tree is taken as one text.
    pub fn of(mail: &[u8]) -> Self {
        let mut octets = normal(mail.get(..BOUNCE_BYTES_MAX).unwrap_or(mail));
        if octets.starts_with(b"From ") {
            let end = octets.iter().position(|&b| b == b'\n').map_or(0, |at| at + 1);
            octets.drain(..end);
        }
        let mut view = Self::default();
        match read(&octets) {
            Ok(root) => {
                view.fields = fields(&root.fields);
                if root.media_type == "multipart/report" {
                    let kind = root.parameter("report-type").unwrap_or_default();
                    view.report_type = kind.to_ascii_lowercase();
                }
                view.collect(&root);
            }
            Err(_) => view.rough(&String::from_utf8_lossy(&octets)),
        }
        view
    }

    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|(n, _)| n == name);
        found.next().map(|(_, value)| value.as_str())
    }

    fn collect(&mut self, entity: &Entity<'_>) {
        let into = match entity.media_type.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => &mut self.status,
            "message/rfc822" | "message/global" => &mut self.original,
            kind if kind.ends_with("rfc822-headers") || kind == "message/global-headers" => {
                &mut self.original
            }
            kind if kind.starts_with("multipart/") && !entity.parts.is_empty() => {
                return entity.parts.iter().for_each(|part| self.collect(part));
            }
            kind if kind.starts_with("text/") || kind.starts_with("multipart/") => &mut self.text,
            _ => return,
        };
        if into.len() < TEXT_BYTES_MAX {
            let mut found = body_text(entity).replace('\r', "");
            if entity.media_type == "text/html" {
                found = without_tags(&found);
            }
            found.truncate(found.floor_char_boundary(TEXT_BYTES_MAX));
            into.push_str(&found);
            into.push_str("\n\n");
        }
    }

    /// A header and a text, whatever the structure.
    fn rough(&mut self, whole: &str) {
        let (header, body) = whole.split_once("\n\n").unwrap_or((whole, ""));
        let mut name = String::new();
        for line in header.lines().take(1_000) {
            let (begin, value) = match line.split_once(':') {
                Some((begin, value)) if !line.starts_with([' ', '\t']) => (begin, value),
                _ => (name.as_str(), line),
            };
            name = begin.trim().to_ascii_lowercase();
            let value = text(&Field { name: "", value: value.as_bytes() });
            match self.fields.last_mut() {
                Some((last, kept)) if *last == name => {
                    kept.push(' ');
                    kept.push_str(&value);
                }
                _ => self.fields.push((name.clone(), value)),
            }
        }
        let kind = self.field("content-type").unwrap_or_default().to_ascii_lowercase();
        let types = kind.split_once("report-type=").map(|(_, rest)| rest);
        let named =
            types.and_then(|rest| rest.trim_start_matches('"').split(['"', ';', ' ']).next());
        self.report_type = named.unwrap_or_default().to_owned();
        self.text = body.to_owned();
        self.text.truncate(self.text.floor_char_boundary(TEXT_BYTES_MAX));
    }
}

fn fields(fields: &[Field<'_>]) -> Vec<(String, String)> {
    let pair = |field: &Field<'_>| (field.name.to_ascii_lowercase(), text(field));
    fields.iter().map(pair).collect()
}

/// Line ends of DOS and of old Macs become LF.
fn normal(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    let mut octets = octets.iter().copied().peekable();
    while let Some(byte) = octets.next() {
        match byte {
            b'\r' if octets.peek() == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            _ => out.push(byte),
        }
    }
    out
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for char in html.chars() {
        match char {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            _ if inside => {}
            _ => out.push(char),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
