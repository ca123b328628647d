//! The one place where header fields are written.
//!
//! Values are cleaned of control characters before, encoded words carry everything that is not
//! plain ASCII [RFC 2047], lines are folded at 78 and never longer than 998 [RFC 5322 §2.1.1].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Origin;
use crate::mime::text::clean;
use crate::model::address::EmailAddress;
use crate::model::time::Timestamp;

/// Where lines are folded, in octets [RFC 5322 §2.1.1].
const LINE_BYTES: usize = 76;
/// Octets of text in one encoded word; 52 characters of base64 and 12 around it.
const WORD_BYTES: usize = 39;
/// Longest display name, in characters.
const DISPLAY_CHARS_MAX: usize = 120;
/// Longest Message-ID taken, in octets.
const MESSAGE_ID_BYTES_MAX: usize = 250;
/// Most Message-IDs in References; the first and the last ones are kept.
const REFERENCES_MAX: usize = 20;

/// Whether a text is a Message-ID that every reader takes for one: `<[!-~]+@[!-~]+>`, at most
/// 250 octets, no angle brackets or second `@` inside.
pub fn is_message_id(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let Some((left, right)) = inner.and_then(|inner| inner.split_once('@')) else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@".contains(&b))
    };
    text.len() <= MESSAGE_ID_BYTES_MAX && plain(left) && plain(right)
}

/// The Message-IDs in a field of foreign mail; everything else in it is passed over.
pub fn message_ids(text: &str) -> Vec<&str> {
    let ends = text.split_inclusive('>').take(1_000);
    let ids = ends.filter_map(|piece| piece.get(piece.rfind('<')?..));
    ids.filter(|id| is_message_id(id)).collect()
}

/// The fields of `origin` with another subject, each with its line end.
pub(super) fn origin_fields(origin: &Origin, subject: &str) -> Vec<String> {
    let mut fields = vec![
        mailbox("From", &origin.from_display, &origin.from),
        mailbox("To", "", &origin.to),
        text("Subject", subject),
        date("Date", origin.date),
    ];
    fields.extend(ids("Message-ID", [origin.message_id.as_str()]));
    fields.extend(ids("In-Reply-To", origin.in_reply_to.as_deref()));
    fields.extend(ids("References", origin.references.iter().map(String::as_str)));
    if let Some(address) = &origin.reply_to {
        fields.push(mailbox("Reply-To", "", address));
    }
    fields
}

/// An unstructured field.
pub(super) fn text(name: &str, value: &str) -> String {
    let value = clean(value);
    let plain = value.is_ascii()
        && !value.contains("=?")
        && value.split(' ').all(|word| word.len() < LINE_BYTES - name.len().min(40));
    let words: Vec<String> = match plain {
        true => value.split(' ').map(str::to_owned).collect(),
        false => encoded_words(&value),
    };
    folded(name, &words)
}

/// A field of words; folds between them where a line would get too long.
pub(super) fn folded(name: &str, words: &[String]) -> String {
    let mut out = format!("{name}:");
    let mut line = out.len();
    for (number, word) in words.iter().enumerate() {
        // Never in front of an empty word: a line of blanks would end the header for some.
        let fold = number > 0 && !word.is_empty() && line + 1 + word.len() > LINE_BYTES;
        out.push_str(if fold { "\r\n " } else { " " });
        line = if fold { 1 } else { line + 1 } + word.len();
        out.push_str(word);
    }
    out.push_str("\r\n");
    out
}

fn encoded_words(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chunk = String::new();
    for char in value.chars() {
        if chunk.len() + char.len_utf8() > WORD_BYTES {
            words.push(std::mem::take(&mut chunk));
        }
        chunk.push(char);
    }
    words.push(chunk);
    let encode = |chunk: String| format!("=?UTF-8?B?{}?=", STANDARD.encode(chunk));
    words.into_iter().map(encode).collect()
}

fn mailbox(name: &str, display: &str, address: &EmailAddress) -> String {
    let display: String = clean(display).chars().take(DISPLAY_CHARS_MAX).collect();
    let mut words = match display.is_ascii() && !display.contains("=?") {
        _ if display.is_empty() => return folded(name, &[address.to_string()]),
        true => {
            let escaped = display.replace('\\', "\\\\").replace('"', "\\\"");
            vec![format!("\"{escaped}\"")]
        }
        false => encoded_words(&display),
    };
    words.push(format!("<{address}>"));
    folded(name, &words)
}

fn ids<'i>(name: &str, ids: impl IntoIterator<Item = &'i str>) -> Option<String> {
    let mut words: Vec<String> =
        ids.into_iter().filter(|id| is_message_id(id)).map(str::to_owned).collect();
    if words.len() > REFERENCES_MAX {
        // RFC 5322 readers thread by the first and the newest ones.
        words.drain(1..=words.len() - REFERENCES_MAX);
    }
    (!words.is_empty()).then(|| folded(name, &words))
}

fn date(name: &str, at: Timestamp) -> String {
    let at =
        OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // Only years before 1900 cannot be written.
    let text = at.format(&Rfc2822).unwrap_or_default();
    folded(name, &[text])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{fields, read, text as decoded};

    fn origin(display: &str, subject: &str, id: &str) -> Origin {
        Origin {
            from_display: display.into(),
            from: "alert@list.example".parse().unwrap(),
            to: "alert@list.example".parse().unwrap(),
            reply_to: Some("alert@list.example".parse().unwrap()),
            subject: subject.into(),
            date: Timestamp::parse("2026-11-21T18:40:00Z").unwrap(),
            message_id: id.into(),
            in_reply_to: Some(id.into()),
            references: vec![id.into(), "<a@b>".into()],
        }
    }

    #[test]
    fn fields_are_written_plainly_when_they_are_plain() {
        let fields =
            origin_fields(&origin("DFN-CERT via alert", "", "<1@list.example>"), "Toy  alert");
        assert_eq!(
            fields.concat(),
            "From: \"DFN-CERT via alert\" <alert@list.example>\r\n\
             To: alert@list.example\r\n\
             Subject: Toy  alert\r\n\
             Date: Sat, 21 Nov 2026 18:40:00 +0000\r\n\
             Message-ID: <1@list.example>\r\n\
             In-Reply-To: <1@list.example>\r\n\
             References: <1@list.example> <a@b>\r\n\
             Reply-To: alert@list.example\r\n"
        );
    }

    #[test]
    fn doubtful_message_ids_are_left_out() {
        for id in
            ["", "<>", "<a>", "a@b", "<a@b>\r\nX: y", "<a b@c>", "<a@b@c>", "<a@<b>", "<\u{fc}@b>"]
        {
            assert!(!is_message_id(id), "{id}");
        }
        assert!(!is_message_id(&format!("<{}@b>", "a".repeat(250))));
        assert!(is_message_id("<x.1$y@[192.0.2.1]>"));
        let header = origin_fields(&origin("x", "x", "<a@b>\r\nX-Injected: 1"), "x").concat();
        assert!(!header.contains("Message-ID"));
        assert!(header.ends_with("References: <a@b>\r\nReply-To: alert@list.example\r\n"));
        assert_eq!(message_ids("<a@b> x <c@d>\r\n\t<<e@f> <g"), ["<a@b>", "<c@d>", "<e@f>"]);
    }

    #[test]
    fn long_threads_keep_the_first_and_the_newest() {
        let many: Vec<String> = (0..100).map(|i| format!("<{i}@b>")).collect();
        let field = ids("References", many.iter().map(String::as_str)).unwrap();
        let kept = message_ids(&field);
        assert_eq!(kept.len(), REFERENCES_MAX);
        assert_eq!((kept[0], kept[1], kept[19]), ("<0@b>", "<81@b>", "<99@b>"));
    }

    proptest::proptest! {
        #[test]
        fn any_value_stays_one_field_and_reads_back_equal(
            display in "\\PC{0,40}|[\"\\\\@<>,; \r\n\0a]{0,40}",
            subject in "\\PC{0,300}|[ a=?\r\n\0]{0,300}|[!-~]{900,1000}",
            id in "<?[a-b @\r\n>]{0,10}>?",
        ) {
            let origin = origin(&display, &subject, &id);
            let header = origin_fields(&origin, &subject).concat() + "\r\n";
            assert!(header.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
            let root = read(header.as_bytes()).unwrap();
            let names: Vec<_> = root.fields.iter().map(|f| f.name).collect();
            let expect: &[&str] = match is_message_id(&id) {
                true => &["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To"],
                false => &["From", "To", "Subject", "Date", "References", "Reply-To"],
            };
            assert_eq!(names, expect);
            let read = root.field("Subject").unwrap().unwrap();
            assert_eq!(decoded::text(read), clean(&subject));
            let from = fields::mailboxes(root.field("From").unwrap().unwrap()).unwrap();
            assert_eq!(from.len(), 1);
            assert_eq!(from[0].address, "alert@list.example");
            let display: String = clean(&display).chars().take(DISPLAY_CHARS_MAX).collect();
            assert_eq!(from[0].display, display.trim());
        }
    }
}
