//! What an accepted mail brings beside its text: an answer to an alert, or an alert.
//!
//! Only the mail's own words count. What is quoted or forwarded in it was said by others, at
//! another time.

use crate::formats::{Finding, ReadError};
use crate::formats::{advisory, iodef};
use crate::mime::Entity;
use crate::mime::fields::mailboxes;
use crate::mime::protected::protected;
use crate::mime::text::{body_text, text};
use crate::mime::{self, compose::message_ids};
use crate::model::alert::follow_up::Response;
use crate::model::alert::{Alert, AlertId};
use crate::model::limits::{DOCUMENT_BYTES_MAX, REMARK_CHARS_MAX};
use crate::model::time::Timestamp;

/// Most names of alerts that an answer is looked up by.
const NAMES_MAX: usize = 20;
/// Most attachments that are looked at.
const ATTACHMENTS_MAX: usize = 100;

/// What a mail brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// Nothing but itself.
    Nothing,
    /// An answer to an alert, if there is such an alert.
    Answer(Answer),
    /// A document that is meant to be an alert.
    Document(Box<Attached>),
    /// Documents of advisories, for the list that takes them.
    Advisories(Vec<File>),
}

/// A file in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name; may be empty.
    pub name: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// An answer to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the team does.
    pub response: Response,
    /// What it says beside; may be empty.
    pub remark: String,
    /// What may be the identifier of the alert, the likeliest first.
    pub ids: Vec<AlertId>,
    /// Message-IDs that the mail refers to, the likeliest first.
    pub message_ids: Vec<String>,
    /// Who wrote it, as the mail says: its name, else its address.
    pub from: String,
}

/// A document in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// What was read, with findings.
    pub read: Result<(Alert, Vec<Finding>), ReadError>,
    /// Subject of the mail.
    pub subject: String,
    /// How many more documents the mail has; only the first one counts.
    pub more: usize,
}

/// Looks into the signed content of a mail; `message` is the mail around it.
pub fn brought(message: &[u8], content: &[u8], now: Timestamp) -> Brought {
    let (Ok(outer), Ok(root)) = (mime::read(message), mime::read(content)) else {
        return Brought::Nothing;
    };
    let Ok(headers) = protected(&root) else {
        return Brought::Nothing;
    };
    let mut leaves = Vec::new();
    collect(&headers.content, &mut leaves);
    let field = |name: &str| outer.field(name).ok().flatten().map(text);
    let subject = headers.subject.or_else(|| field("Subject")).unwrap_or_default();
    let documents: Vec<_> = leaves.iter().filter_map(|leaf| document(leaf)).collect();
    if let Some((first, rest)) = documents.split_first() {
        let attached = Attached { read: iodef::read(first, now), subject, more: rest.len() };
        return Brought::Document(Box::new(attached));
    }
    let replied = headers.in_reply_to.or_else(|| field("In-Reply-To")).unwrap_or_default();
    let references = headers.references.or_else(|| field("References")).unwrap_or_default();
    let words = leaves.iter().find(|leaf| is_text(leaf)).map(|leaf| body_text(leaf));
    let Some(mut answer) = words.and_then(|words| answer(&words, &subject)) else {
        // What a mail says counts before what it carries.
        let files: Vec<_> = leaves.iter().filter_map(|leaf| advisory_file(leaf)).collect();
        return if files.is_empty() { Brought::Nothing } else { Brought::Advisories(files) };
    };
    let newest_first = message_ids(&references).into_iter().rev();
    let ids = message_ids(&replied).into_iter().chain(newest_first);
    answer.message_ids = ids.take(NAMES_MAX).map(str::to_owned).collect();
    let outside = || mailboxes(outer.field("From").ok()??).ok()?.into_iter().next();
    let from = headers.from.or_else(outside);
    answer.from = from
        .map(|from| if from.display.is_empty() { from.address } else { from.display })
        .unwrap_or_default();
    Brought::Answer(answer)
}

/// The parts that hold something, in order; attached mails stay closed.
fn collect<'e, 'a>(entity: &'e Entity<'a>, leaves: &mut Vec<&'e Entity<'a>>) {
    if leaves.len() == ATTACHMENTS_MAX || entity.media_type.starts_with("message/") {
        return;
    }
    match entity.parts.is_empty() {
        true => leaves.push(entity),
        false => entity.parts.iter().for_each(|part| collect(part, leaves)),
    }
}

fn is_text(entity: &Entity<'_>) -> bool {
    entity.media_type == "text/plain" && !is_attachment(entity)
}

fn is_attachment(entity: &Entity<'_>) -> bool {
    let disposition = entity.field("Content-Disposition").ok().flatten().map(text);
    disposition.is_some_and(|value| value.to_ascii_lowercase().starts_with("attachment"))
}

/// The octets of a part that is meant to be IODEF: by its type or name, and by its looks.
fn document(entity: &Entity<'_>) -> Option<Vec<u8>> {
    let named = ["application/iodef+xml", "application/iodef+json"];
    let typed = ["application/xml", "text/xml", "application/json", "text/json"];
    let media_type = entity.media_type.as_str();
    let is_named = named.contains(&media_type);
    let by_name = [".xml", ".json", ".iodef"].iter().any(|end| file_name(entity).ends_with(end));
    if !(is_named || typed.contains(&media_type) || by_name) {
        return None;
    }
    let octets = entity.decoded().ok()?;
    let looks = octets.len() <= DOCUMENT_BYTES_MAX && iodef::detect(&octets).is_some();
    (looks || is_named).then(|| octets.into_owned())
}

/// A file that looks like the document of an advisory, whatever its type says.
fn advisory_file(entity: &Entity<'_>) -> Option<File> {
    if is_text(entity) {
        return None;
    }
    let octets = entity.decoded().ok()?;
    let looks = octets.len() <= DOCUMENT_BYTES_MAX && advisory::detect(&octets).is_some();
    let name = entity.parameter("name").or_else(|| entity.parameter("filename"));
    let name = name.unwrap_or_default().to_owned();
    looks.then(|| File { name, octets: octets.into_owned() })
}

fn file_name(entity: &Entity<'_>) -> String {
    let disposition = entity.field("Content-Disposition").ok().flatten().map(text);
    let name = entity.parameter("name").map(str::to_owned);
    // The parameter of a disposition, without reading its grammar: only its end matters.
    let disposed = disposition.map(|value| value.trim_end_matches(['"', ' ', ';']).to_owned());
    name.or(disposed).unwrap_or_default().to_ascii_lowercase()
}

/// What the first word says.
fn response(line: &str) -> Option<(Response, &str)> {
    let words = [
        ("not affected", Response::NotAffected),
        ("acknowledged", Response::Received),
        ("acknowledge", Response::Received),
        ("ack", Response::Received),
        ("working", Response::Working),
    ];
    words.iter().find_map(|(word, response)| {
        let head = line.get(..word.len())?;
        let rest = line.get(word.len()..)?;
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
        (head.eq_ignore_ascii_case(word) && ends).then_some((*response, rest))
    })
}

fn answer(words: &str, subject: &str) -> Option<Answer> {
    let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    let start = lines.iter().position(|line| !line.trim().is_empty())?;
    let (first, behind) = lines.get(start..)?.split_first()?;
    let (response, rest) = response(first.trim_start())?;
    let mut ids = ids_in(rest);
    let named = ids.clone();
    ids.extend(ids_in(subject));
    ids.truncate(NAMES_MAX);
    let own = behind.iter().take_while(|line| !ends_own_words(line)).copied();
    // The identifier is no remark.
    let first = rest.split_whitespace().filter(|word| !named.iter().any(|id| is_id(word, id)));
    let first = first.collect::<Vec<_>>().join(" ");
    let first = first.trim_matches(|c: char| ".,:;!-– ".contains(c)).to_owned();
    let remark = [first.as_str()].into_iter().chain(own).collect::<Vec<_>>().join("\n");
    let remark: String = remark.trim().chars().take(REMARK_CHARS_MAX).collect();
    Some(Answer { response, remark, ids, message_ids: Vec::new(), from: String::new() })
}

/// Whether somebody else speaks from here on, or nobody.
fn ends_own_words(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>')
        || line == "--"
        || line.starts_with("-----Original")
        || line.starts_with("________")
        || (line.ends_with(':') && (line.contains(" wrote") || line.contains(" schrieb")))
        || line.starts_with("TLP:")
}

/// Words that may be identifiers of alerts: they have a digit and a `-`, as the handle is in
/// front.
fn ids_in(text: &str) -> Vec<AlertId> {
    let words = text.split_whitespace().take(200);
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
    let looks = |word: &&str| word.contains('-') && word.contains(|c: char| c.is_ascii_digit());
    words.filter(looks).filter_map(|word| word.parse().ok()).take(NAMES_MAX).collect()
}

fn is_id(word: &str, id: &AlertId) -> bool {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == id.as_str()
}

#[cfg(test)]
#[path = "mail_in_tests.rs"]
mod tests;
