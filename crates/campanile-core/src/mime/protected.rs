//! Header fields under the protection of signature and encryption.
//!
//! Three forms are in use: fields at the root of the payload, announced by `hp` [RFC 9788 §2.1.1]
//! or `protected-headers` [draft-autocrypt-lamps-protected-headers §3], and a `message/rfc822`
//! wrapper [RFC 8551 §3.1]. The announcement decides how a mail is shown; for the verdict, fields
//! that are there count whether announced or not, so that leaving it out wins nothing.
//!
//! A legacy display part stays where it is: it is part of what the team signed.

use super::entity::{Entity, read};
use super::fields::{Mailbox, addresses, mailboxes};
use super::text::text;
use crate::model::condition::Condition;

/// The protected header fields of a payload, and the content they belong to.
#[derive(Clone)]
pub struct Protected<'a> {
    /// The payload, with a wrapper taken off: what is distributed.
    pub content: Entity<'a>,
    /// Whether the sender announced protected fields.
    pub announced: bool,
    /// Protected From, if there is one. One mailbox.
    pub from: Option<Mailbox>,
    /// Addresses of protected To and Cc together; `None` when there is neither field.
    pub recipients: Option<Vec<String>>,
    /// Protected Subject as clean text.
    pub subject: Option<String>,
    /// Protected Date as written.
    pub date: Option<String>,
    /// Protected Message-ID as written, with its brackets.
    pub message_id: Option<String>,
    /// Protected In-Reply-To as written.
    pub in_reply_to: Option<String>,
    /// Protected References as written, unfolded.
    pub references: Option<String>,
}

/// Reads the protected header fields of the root of a decrypted or signed payload.
///
/// # Errors
/// `ProtectedFrom` when a protected From is not exactly one mailbox, `Malformed` when another
/// field is there twice or the wrapped message cannot be read.
pub fn protected<'a>(root: &Entity<'a>) -> Result<Protected<'a>, Condition> {
    let content = unwrapped(root)?;
    let announced =
        ["hp", "protected-headers"].iter().any(|name| content.parameter(name).is_some());
    let string = |name| Ok(content.field(name)?.map(text));
    let from = match content.field("From") {
        Ok(None) => None,
        Ok(Some(field)) => Some(single(mailboxes(field))?),
        Err(_) => return Err(Condition::ProtectedFrom),
    };
    let (to, cc) = (content.field("To")?, content.field("Cc")?);
    let recipients = (to.is_some() || cc.is_some()).then(|| {
        let fields = [to, cc].into_iter().flatten();
        fields.flat_map(addresses).collect()
    });
    Ok(Protected {
        announced: announced || is_wrapper(root),
        from,
        recipients,
        subject: string("Subject")?,
        date: string("Date")?,
        message_id: string("Message-ID")?,
        in_reply_to: string("In-Reply-To")?,
        references: string("References")?,
        content,
    })
}

fn single(found: Result<Vec<Mailbox>, Condition>) -> Result<Mailbox, Condition> {
    match found.unwrap_or_default().as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Condition::ProtectedFrom),
    }
}

/// A wrapped message says `forwarded=no` [RFC 8551 §3.1]; any other is an attached mail.
fn is_wrapper(root: &Entity<'_>) -> bool {
    let forwarded = root.parameter("forwarded").unwrap_or_default();
    root.media_type == "message/rfc822" && forwarded.eq_ignore_ascii_case("no")
}

fn unwrapped<'a>(root: &Entity<'a>) -> Result<Entity<'a>, Condition> {
    match is_wrapper(root) {
        // RFC 2046 §5.2.1: never encoded, so the slice is the message.
        true if !matches!(root.encoding()?.as_str(), "7bit" | "8bit" | "binary") => {
            Err(Condition::Malformed)
        }
        true => read(root.body),
        false => Ok(root.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protect(text: &str) -> Result<Protected<'_>, Condition> {
        protected(&read(text.as_bytes()).unwrap())
    }

    #[test]
    fn announced_fields_are_read() {
        for parameter in ["hp=\"cipher\"", "protected-headers=v1"] {
            let text = format!(
                "From: A <a@b.example>\r\nTo: l@x.example\r\nSubject: =?utf-8?q?S=C3=BC?=\r\n\
                 Message-ID: <i@b>\r\nContent-Type: text/plain; {parameter}\r\n\r\nhi\r\n"
            );
            let found = protect(&text).unwrap();
            assert!(found.announced);
            assert_eq!(found.from.unwrap().address, "a@b.example");
            assert_eq!(found.subject.as_deref(), Some("S\u{fc}"));
            assert_eq!(found.message_id.as_deref(), Some("<i@b>"));
            assert_eq!(found.recipients.as_deref(), Some(&["l@x.example".to_owned()][..]));
        }
    }

    #[test]
    fn fields_count_without_announcement() {
        let found = protect("From: a@b.example\nCc: c@d.example\n\nx").unwrap();
        assert!(!found.announced);
        assert!(found.from.is_some());
        assert_eq!(found.recipients.unwrap(), ["c@d.example"]);
        assert!(protect("A: b\n\nx").unwrap().recipients.is_none());
    }

    #[test]
    fn wrapped_message_is_the_content_and_forwarded_mail_is_not() {
        let inner = "\r\n\r\nFrom: a@b.example\r\nSubject: s\r\n\r\nx";
        let text = format!("Content-Type: message/rfc822; forwarded=no{inner}");
        let found = protect(&text).unwrap();
        assert_eq!((found.subject.as_deref(), found.announced), (Some("s"), true));
        assert_eq!(found.content.body, b"x");
        let text = format!("Content-Type: message/rfc822{inner}");
        let found = protect(&text).unwrap();
        assert_eq!((found.subject, found.announced), (None, false));
        assert_eq!(found.content.media_type, "message/rfc822");
    }

    #[test]
    fn doubtful_protected_from_is_refused() {
        for from in ["From: a@b, c@d", "From: a@b\nFrom: a@b", "From: a@b <c@d>", "From:"] {
            let text = format!("{from}\n\nx");
            assert_eq!(protect(&text).map(|_| ()), Err(Condition::ProtectedFrom), "{from}");
        }
        assert_eq!(protect("To: a@b\nTo: c@d\n\n").map(|_| ()), Err(Condition::Malformed));
    }
}
