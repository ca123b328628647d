use super::*;
use crate::mime::protected::protected;
use crate::mime::read;
use crate::model::time::Timestamp;

fn origin() -> Origin {
    Origin {
        from_display: "DFN-CERT via alert".into(),
        from: "alert@list.example".parse().unwrap(),
        to: "alert@list.example".parse().unwrap(),
        reply_to: None,
        subject: "Toy alert".into(),
        date: Timestamp::from_seconds(0),
        message_id: "<1@list.example>".into(),
        in_reply_to: None,
        references: Vec::new(),
    }
}

fn composed(original: &str) -> String {
    let root = read(original.as_bytes()).unwrap();
    String::from_utf8(payload(&root, &origin(), "[alert] x")).unwrap()
}

/// What follows the MIME-Version field.
fn content_of(original: &str) -> String {
    let composed = composed(original);
    composed.split_once("MIME-Version: 1.0\r\n").unwrap().1.to_owned()
}

#[test]
fn header_is_ours_and_announces_itself() {
    let composed = composed(
        "From: mallory@evil.example\nSubject: x\nBcc: y@z\nDisposition-Notification-To: y@z\n\
         X-Y: z\nAutocrypt: z\nContent-Type: text/plain; charset=utf-8; hp=clear\n\
         Content-Language: de\nContent-ID: bad\nContent-Foo: x\n\nhallo\n",
    );
    assert_eq!(
        composed,
        "From: \"DFN-CERT via alert\" <alert@list.example>\r\nTo: alert@list.example\r\n\
         Subject: Toy alert\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n\
         Message-ID: <1@list.example>\r\n\
         HP-Outer: From: \"DFN-CERT via alert\" <alert@list.example>\r\n\
         HP-Outer: To: alert@list.example\r\nHP-Outer: Subject: [alert] x\r\n\
         HP-Outer: Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n\
         HP-Outer: Message-ID: <1@list.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain;\r\n charset=\"utf-8\";\r\n protected-headers=\"v1\";\r\n \
         hp=\"cipher\"\r\nContent-Language: de\r\n\r\nhallo\r\n"
    );
    let read = read(composed.as_bytes()).unwrap();
    let found = protected(&read).unwrap();
    assert_eq!(found.subject.as_deref(), Some("Toy alert"));
    assert_eq!(found.from.unwrap().address, "alert@list.example");
}

#[test]
fn parts_keep_their_octets_and_lose_foreign_fields() {
    let composed = content_of(
        "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\npre\r\n--a b  \r\n\
         X-Foo: bar\r\nContent-Type: Text/Plain;\r\n\tcharset=utf-8\r\nReturn-Path: x\r\n\r\n\
         one \r\n--a b\r\n\r\ntwo\r\n--a b\r\nX: y\r\n\r\n--a b\r\n\
         Content-Type: message/rfc822\r\n\r\nX-Foo: bar\r\n\r\nthree\r\n--a b--\r\npost",
    );
    assert_eq!(
        composed,
        "Content-Type: multipart/mixed;\r\n boundary=\"a b\";\r\n protected-headers=\"v1\";\r\n \
         hp=\"cipher\"\r\n\r\npre\r\n--a b  \r\n\
         Content-Type: Text/Plain;\r\n\tcharset=utf-8\r\n\r\n\
         one \r\n--a b\r\n\r\ntwo\r\n--a b\r\n\r\n--a b\r\n\
         Content-Type: message/rfc822\r\n\r\nX-Foo: bar\r\n\r\nthree\r\n--a b--\r\npost\r\n"
    );
}

#[test]
fn lines_that_are_too_long_are_encoded() {
    let line = "x".repeat(LINE_BYTES_MAX + 1);
    for original in [
        format!("Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n{line}\n"),
        format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{line}\n--b\n\nx\n--b--\n"),
    ] {
        let composed = composed(&original);
        assert!(composed.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX));
        let root = read(composed.as_bytes()).unwrap();
        let leaf = root.parts.first().unwrap_or(&root);
        assert!(leaf.decoded().unwrap().starts_with(line.as_bytes()));
        assert_eq!(leaf.encoding().unwrap(), "base64");
    }
}

#[test]
fn binary_content_keeps_its_bare_line_ends() {
    let original = "Content-Type: application/zip\nContent-Transfer-Encoding: binary\n\na\nb\rc\0";
    let composed = composed(original);
    assert_eq!(read(composed.as_bytes()).unwrap().decoded().unwrap(), &b"a\nb\rc\0"[..]);
}

/// Decoded contents of all leaves, line ends made equal.
fn leaves(entity: &Entity<'_>) -> Vec<(String, Vec<u8>)> {
    match entity.parts.is_empty() {
        true => {
            let decoded = entity.decoded().unwrap_or_default();
            let decoded = decoded.iter().copied().filter(|&b| b != b'\r').collect();
            vec![(entity.media_type.clone(), decoded)]
        }
        false => entity.parts.iter().flat_map(leaves).collect(),
    }
}

fn check_same_leaves(original: &[u8]) {
    let Ok(root) = read(original) else { return };
    let composed = payload(&root, &origin(), "x");
    let again = read(&composed).unwrap();
    let (mut before, mut after) = (leaves(&root), leaves(&again));
    // The composed entity always ends with a line end, which the last leaf may get to see.
    for (_, content) in [before.last_mut(), after.last_mut()].into_iter().flatten() {
        content.truncate(content.trim_ascii_end().len());
    }
    assert_eq!(before, after, "{}", String::from_utf8_lossy(original));
}

proptest::proptest! {
    #[test]
    fn composed_entity_reads_back_with_the_same_contents(
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "Content-Type: multipart/mixed; boundary=b", "Content-Type: multipart/x; boundary=c",
                "Content-Type: text/plain; name=\"../x\"", "Content-Disposition: attachment; filename=\"\"",
                "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: binary", "YWJj",
                "Content-Description: =?utf-8?q?x?=", "X-Foo: bar", "--b", "--b", "--b--", "--c", "--c--",
                "", "", "", "text", " c", "a\0\r b",
            ]), 0..40),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
        multipart in proptest::bool::ANY,
    ) {
        let head = if multipart { "Content-Type: multipart/mixed; boundary=a" } else { "X: y" };
        let body = lines.join(end).replace("--c\r\n--c", "--c");
        let original = [head, "", "--a", &body, "--a--", ""].join(end);
        check_same_leaves(original.as_bytes());
        check_same_leaves(body.as_bytes());
    }
}

#[test]
fn every_mail_of_the_corpora_is_composed_with_the_same_contents() {
    use crate::mime::corpus_tests::{corpus, mails};
    let Some(folder) = corpus("mail") else { return };
    for (path, mail) in mails(&folder) {
        let Ok(root) = read(&mail) else { continue };
        let composed = payload(&root, &origin(), "x");
        assert!(read(&composed).is_ok(), "{path:?}");
        check_same_leaves(&mail);
    }
}

#[test]
fn text_of_an_inline_message_becomes_an_entity() {
    for (charset, expect) in [
        (Some("ISO-8859-15"), "charset=iso-8859-15"),
        (Some("x\r\nBcc: y"), "charset=utf-8"),
        (None, "charset=utf-8"),
    ] {
        let entity = text_entity(b"a: b\nGr\xfc\xdfe", charset);
        let root = read(&entity).unwrap();
        assert_eq!(root.body, b"a: b\nGr\xfc\xdfe");
        assert!(root.field("Content-Type").unwrap().unwrap().value.ends_with(expect.as_bytes()));
    }
}

#[test]
fn ascii_named_for_a_text_that_is_none_is_the_type_of_the_armor() {
    for name in ["us-ascii", "US-ASCII"] {
        let entity = text_entity("Grüße".as_bytes(), Some(name));
        let text = String::from_utf8(entity).unwrap();
        assert!(text.contains("charset=utf-8\r\n"), "{text}");
        let entity = text_entity(b"Gruss", Some(name));
        let text = String::from_utf8(entity).unwrap();
        assert!(text.contains("charset=us-ascii\r\n"), "{text}");
    }
}
