//! What a gateway without rules would do: find everything that looks like encryption or a
//! signature, anywhere in a mail, and ask gpg, openssl and gpgsm about each. Found by another
//! parser than ours.

use campanile_core::crypto::smime::{CmsKind, kind};
use campanile_core::model::time::Timestamp;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::programs::{Answer, Programs};

/// Deepest layer that is looked into.
const DEPTH_MAX: usize = 4;

/// What one program said of a mail.
#[derive(Default, Clone, Copy)]
pub struct Says {
    /// It was given something to decrypt.
    pub sealed: bool,
    /// It decrypted something.
    pub opened: bool,
    /// It was given something signed, or found a signature itself.
    pub signed: bool,
    /// It found a good signature.
    pub good: bool,
}

/// What each said.
#[derive(Default, Clone, Copy)]
pub struct Opinion {
    pub gpg: Says,
    pub openssl: Says,
    pub gpgsm: Says,
}

/// A mail before the programs.
pub struct Explorer<'a> {
    programs: &'a Programs,
    at: Timestamp,
    opinion: Opinion,
}

/// Asks every program about everything in a mail, as of a time.
pub fn explore(mail: &[u8], programs: &Programs, at: Timestamp) -> Opinion {
    let mut explorer = Explorer { programs, at, opinion: Opinion::default() };
    explorer.entity(mail, 0);
    explorer.opinion
}

impl Explorer<'_> {
    fn entity(&mut self, bytes: &[u8], depth: usize) {
        if depth <= DEPTH_MAX
            && let Some(message) = MessageParser::new().parse(bytes)
        {
            self.message(&message, depth);
        }
    }

    fn message(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            match &part.body {
                PartType::Message(inner) => self.message(inner, depth),
                PartType::Multipart(parts) if is_signed(part) => {
                    let found = parts.iter().filter_map(|at| message.part(*at));
                    let found: Vec<_> = found.collect();
                    self.signed(message.raw_message(), &found);
                }
                PartType::Multipart(_) => {}
                _ => self.leaf(part, depth),
            }
        }
    }

    /// A multipart/signed: the end of its content is where parsers differ.
    fn signed(&mut self, raw: &[u8], parts: &[&MessagePart<'_>]) {
        let [content, signature, ..] = parts else { return };
        let (start, end) = (content.offset_header as usize, content.offset_end as usize);
        let Some(content) = raw.get(start..end) else { return };
        let signature = signature.contents().to_vec();
        let cut = content.strip_suffix(b"\r\n").unwrap_or(content);
        let canonical = lines_with_crlf(content);
        let forms = [content, cut, canonical.as_slice()];
        if signature.starts_with(b"-----BEGIN PGP") {
            let good = |form: &&[u8]| self.programs.gpg_verify(&signature, Some(form), self.at);
            let good = forms.iter().any(good);
            self.opinion.gpg.note_signature(good);
            return;
        }
        let openssl = forms
            .iter()
            .any(|form| self.programs.openssl_verify(&signature, Some(form), self.at).good);
        let gpgsm =
            forms.iter().any(|form| self.programs.gpgsm_verify(&signature, Some(form), self.at));
        self.opinion.openssl.note_signature(openssl);
        self.opinion.gpgsm.note_signature(gpgsm);
    }

    fn leaf(&mut self, part: &MessagePart<'_>, depth: usize) {
        let content = part.contents();
        for block in blocks(content, "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----") {
            let Answer { content, good } = self.programs.gpg_decrypt(block, self.at);
            self.opinion.gpg.sealed = true;
            if let Some(plain) = content {
                self.opinion.gpg.opened = true;
                self.opinion.gpg.signed |= good;
                self.opinion.gpg.good |= good;
                self.entity(&plain, depth + 1);
            }
        }
        let clear = "-----BEGIN PGP SIGNED MESSAGE-----";
        for block in blocks(content, clear, "-----END PGP SIGNATURE-----") {
            let good = self.programs.gpg_verify(block, None, self.at);
            self.opinion.gpg.note_signature(good);
        }
        if is_cms(part, content) {
            self.cms(content, depth);
        }
    }

    fn cms(&mut self, der: &[u8], depth: usize) {
        if kind(der) == CmsKind::Signed {
            let openssl = self.programs.openssl_verify(der, None, self.at);
            let gpgsm = self.programs.gpgsm_verify(der, None, self.at);
            self.opinion.openssl.note_signature(openssl.good);
            self.opinion.gpgsm.note_signature(gpgsm);
            self.entity(&openssl.content.unwrap_or_default(), depth + 1);
            return;
        }
        let openssl = self.programs.openssl_decrypt(der);
        let gpgsm = self.programs.gpgsm_decrypt(der, self.at);
        self.opinion.openssl.sealed = true;
        self.opinion.gpgsm.sealed = true;
        self.opinion.openssl.opened |= openssl.is_some();
        self.opinion.gpgsm.opened |= gpgsm.is_some();
        if let Some(plain) = openssl.or(gpgsm) {
            self.entity(&plain, depth + 1);
        }
    }
}

impl Says {
    fn note_signature(&mut self, good: bool) {
        self.signed = true;
        self.good |= good;
    }
}

fn is_signed(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type().and_then(|kind| kind.subtype());
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("signed"))
}

/// By type or by name, and not text.
fn is_cms(part: &MessagePart<'_>, content: &[u8]) -> bool {
    let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default();
    let name = part.attachment_name().unwrap_or_default().to_ascii_lowercase();
    let told = kind.to_ascii_lowercase().ends_with("pkcs7-mime") || name.ends_with(".p7m");
    told && content.first() == Some(&0x30)
}

/// Every piece from a line to another.
fn blocks<'a>(text: &'a [u8], begin: &str, end: &str) -> Vec<&'a [u8]> {
    let find = |from: usize, word: &str| {
        let mut windows = text.get(from..)?.windows(word.len());
        windows.position(|window| window == word.as_bytes()).map(|at| from + at)
    };
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = find(from, begin) {
        let stop = find(start, end).map_or(text.len(), |at| at + end.len());
        found.extend(text.get(start..stop));
        from = stop;
    }
    found
}

fn lines_with_crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    campanile_core::mime::text::crlf(text, &mut out);
    out
}
