use super::*;

fn tree(entity: &Entity<'_>) -> String {
    let inner: Vec<_> = entity.parts.iter().map(tree).collect();
    match inner.is_empty() {
        true => entity.media_type.clone(),
        false => format!("{}({})", entity.media_type, inner.join(" ")),
    }
}

#[track_caller]
fn check(text: &str, expect: Result<&str, Condition>) {
    let crlf = text.replace('\n', "\r\n");
    for text in [text, crlf.as_str()] {
        let found = read(text.as_bytes()).map(|entity| tree(&entity));
        assert_eq!(found.as_deref().map_err(|c| *c), expect, "{text:?}");
    }
}

const MALFORMED: Result<&str, Condition> = Err(Condition::Malformed);

#[test]
fn parts_are_the_exact_slices_between_the_delimiters() {
    let text = "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\
                Content-Type: text/plain\r\n\r\none \r\n\r\n\r\n--b \r\n\r\ntwo\r\n--b--\r\nepilogue";
    let root = read(text.as_bytes()).unwrap();
    assert_eq!(root.whole, text.as_bytes());
    assert_eq!(root.parts[0].whole, b"Content-Type: text/plain\r\n\r\none \r\n\r\n");
    assert_eq!(root.parts[0].body, b"one \r\n\r\n");
    assert_eq!(root.parts[1].whole, b"\r\ntwo");
    assert_eq!(root.parts[1].body, b"two");
    assert_eq!(root.parts.len(), 2);
}

#[test]
fn parts_without_header_or_body_are_empty() {
    let text =
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nA: b\n\n--b\nA: b\n--b--";
    let root = read(text.as_bytes()).unwrap();
    let wholes: Vec<_> = root.parts.iter().map(|part| part.whole).collect();
    assert_eq!(wholes, [&b""[..], b"", b"A: b\n", b"A: b"]);
    assert!(root.parts.iter().all(|part| part.body.is_empty()));
}

#[test]
fn nested_multiparts_and_their_outer_delimiters_are_seen() {
    check(
        "Content-Type: multipart/signed; boundary=\"o\"\n\n--o\n\
         Content-Type: multipart/alternative; boundary=i\n\n--i\n\na\n--i\n\
         Content-Type: text/html\n\nb\n--i--\n\n--o\nContent-Type: a/b\n\nc\n--o--\n",
        Ok("multipart/signed(multipart/alternative(text/plain text/html) a/b)"),
    );
    // The outer delimiter ends an inner multipart that was never closed.
    check(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n\
         Content-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--o\n\nb\n--o--\n",
        Ok("multipart/mixed(multipart/mixed(text/plain) text/plain)"),
    );
}

#[test]
fn attached_message_stays_closed() {
    check(
        "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\na\n--i--\n",
        Ok("message/rfc822"),
    );
}

#[test]
fn header_section_that_readers_disagree_about_is_malformed() {
    for text in [
        "A: b\rC: d\r\n\r\n",
        "A: b\0\n\n",
        "A : b\n\n",
        ": b\n\n",
        "A\n\n",
        " A: b\n\n",
        "A: b\n \t\nC: d\n\n",
        "A: b\nC: d\r\n\r\n",
        "Content-Type: text/plain\nContent-Type: text/html\n\n",
        "content-type: text/plain\nContent-TYPE: text/plain\n\n",
        "MIME-Version: 1.0\nMIME-Version: 1.0\n\n",
        "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\n",
        "Content-Type: multipart\n\n",
        "Content-Type: multipart/mixed/x; boundary=b\n\n",
    ] {
        let found = read(text.as_bytes()).map(|entity| tree(&entity));
        assert_eq!(found, Err(Condition::Malformed), "{text:?}");
    }
}

#[test]
fn multipart_that_readers_disagree_about_is_malformed() {
    check("Content-Type: multipart/mixed\n\n--\n\na\n", MALFORMED);
    check(
        "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\na\n--b--",
        MALFORMED,
    );
    // A delimiter behind the closing one, and lines that only begin like a delimiter.
    for body in ["--b--\n--b\n", "--bx\n", "--b--x\n", "--b-\n", "--b \r\r\n"] {
        let text = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{body}");
        assert_eq!(read(text.as_bytes()).map(|_| ()), Err(Condition::Malformed), "{body}");
    }
    // The line end of `--i` is that of the outer delimiter too.
    check(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n\
         Content-Type: multipart/mixed; boundary=i\n\n--i\n--o--\n",
        MALFORMED,
    );
    for inner in ["o", "ou", "outer", "outer2"] {
        let text = format!(
            "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\
             Content-Type: multipart/mixed; boundary={inner}\n\n--{inner}\n\na\n"
        );
        let found = read(text.as_bytes()).map(|_| ());
        assert_eq!(found, Err(Condition::Malformed), "{inner}");
    }
}

#[test]
fn field_given_twice_is_refused_when_it_is_asked_for() {
    let root = read(b"From: a@b.example\nfrom: c@d.example\nX: 1\nx: 2\nTo: e\n\n").unwrap();
    assert_eq!(root.field("From"), Err(Condition::FromSeveral));
    assert_eq!(root.field("X"), Err(Condition::Malformed));
    assert_eq!(root.field("TO").unwrap().unwrap().value, b"e");
    assert_eq!(root.field("Cc"), Ok(None));
}

#[test]
fn transfer_encoding_is_taken_off() {
    let decoded = |text: &'static str| {
        let root = read(text.as_bytes()).unwrap();
        root.decoded().map(|bytes| bytes.into_owned())
    };
    assert_eq!(decoded("A: b\n\nx=3D"), Ok(b"x=3D".to_vec()));
    let base64 = "Content-Transfer-Encoding: BASE64\r\n\r\naGFs\r\nbG8=\r\n";
    assert_eq!(decoded(base64), Ok(b"hallo".to_vec()));
    let quoted = "Content-Transfer-Encoding: quoted-printable\r\n\r\nx=3D=\r\ny =\r\nz\r\n";
    assert_eq!(decoded(quoted), Ok(b"x=y z\r\n".to_vec()));
    let foreign = "Content-Transfer-Encoding: base64\r\n\r\naG<>Fs\r\n";
    assert_eq!(decoded(foreign), Err(Condition::Malformed));
    assert_eq!(decoded("Content-Transfer-Encoding: x-uue\n\nx"), Err(Condition::Malformed));
}

#[test]
fn depth_parts_fields_and_octets_are_limited() {
    let nested = |depth: usize| {
        (0..depth).fold(String::new(), |text, i| {
            text + &format!("Content-Type: multipart/mixed; boundary=b{i}b\r\n\r\n--b{i}b\r\n")
        })
    };
    let limit = limits::PART_DEPTH_MAX;
    assert!(read(nested(limit).as_bytes()).is_ok());
    assert_eq!(read(nested(limit + 1).as_bytes()).map(|_| ()), Err(Condition::TooComplex));
    assert_eq!(read(nested(20_000).as_bytes()).map(|_| ()), Err(Condition::TooComplex));

    let head = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
    let parts = |count: usize| head.clone() + &"--b\n\nx\n".repeat(count);
    assert_eq!(read(parts(limits::PARTS_MAX).as_bytes()).unwrap().parts.len(), limits::PARTS_MAX);
    let over = parts(limits::PARTS_MAX + 1);
    assert_eq!(read(over.as_bytes()).map(|_| ()), Err(Condition::TooComplex));

    let fields = "A: b\n".repeat(limits::HEADER_FIELDS_MAX + 1);
    assert_eq!(read(fields.as_bytes()).map(|_| ()), Err(Condition::TooComplex));
    let long = format!("A: {}\n\n", "x".repeat(limits::HEADER_BYTES_MAX));
    assert_eq!(read(long.as_bytes()).map(|_| ()), Err(Condition::TooComplex));
}

proptest::proptest! {
    #[test]
    fn any_octets_are_read_or_refused_and_parts_lie_in_order(
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "Content-Type: multipart/mixed; boundary=b", "Content-Type: multipart/x; boundary=c",
                "--b", "--b--", "--c", "--c--", "--d", "", "", "text", "A: b", " c", "\r", "\0",
            ]), 0..40),
        ends in proptest::collection::vec(proptest::bool::ANY, 40),
    ) {
        let text: String = lines.iter().zip(&ends)
            .map(|(line, crlf)| format!("{line}{}", if *crlf { "\r\n" } else { "\n" }))
            .collect();
        if let Ok(root) = read(text.as_bytes()) {
            ordered(&root);
        }
    }

    #[test]
    fn any_octets_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = read(&bytes);
        let _ = crate::mime::parameters::parse(&bytes);
    }
}

fn ordered(entity: &Entity<'_>) {
    let address = |slice: &[u8]| slice.as_ptr().addr();
    let mut at = address(entity.body);
    for part in &entity.parts {
        assert!(address(part.whole) >= at);
        at = address(part.whole) + part.whole.len();
        assert!(at <= address(entity.body) + entity.body.len());
        ordered(part);
    }
}
