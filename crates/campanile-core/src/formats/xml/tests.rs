//! What is no document, and what is refused although it is one.

use super::*;
use crate::formats::{Place, ReadError};
use crate::model::limits::{
    DOCUMENT_ATTRIBUTES_MAX, DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX,
    DOCUMENT_NAME_BYTES_MAX, DOCUMENT_NAMESPACES_MAX,
};

fn error(text: &str) -> ReadError {
    match read(text.as_bytes()) {
        Err(error) => error,
        Ok(document) => panic!("{text:.200} was read: {document:?}"),
    }
}

fn limit(text: &str) -> &'static str {
    match error(text) {
        ReadError::Limit(_, what) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn document_is_read_with_namespaces_references_and_places() {
    let text = "<?xml version='1.0' encoding=\"utf-8\"?><!-- c --><?p i?>\n\
                <a xmlns=\"urn:a\" xmlns:b='urn:b' b:x='1' x=\"&lt;&#65;\n\">t&amp;<b:c/>\
                <![CDATA[<d>]]>&#x42;</a>\n";
    let document = read(text.as_bytes()).unwrap();
    let root = &document.root;
    assert_eq!((root.name.as_str(), &*root.space, &root.place), ("a", "urn:a", &Place::Line(2, 1)));
    assert_eq!(root.attribute("x"), Some("<A"), "that without a prefix comes first");
    assert_eq!(root.text, "t&<d>B");
    assert_eq!((root.inner[0].name.as_str(), &*root.inner[0].space), ("c", "urn:b"));
    assert_eq!(root.inner[0].place, Place::Line(3, 9));
    assert_eq!(document.doctype, None);
}

#[test]
fn entities_are_refused_wherever_they_come_from() {
    for text in [
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM \"http://x.invalid/\"> %b;]><a/>",
        "<!DOCTYPE a [<!NOTATION n SYSTEM \"x\"><!ENTITY u SYSTEM \"y\" NDATA n>]><a/>",
        "<a>&b;</a>",
        "<a x=\"&b;\"/>",
        "<!DOCTYPE a SYSTEM \"x\"><a>&nbsp;</a>",
    ] {
        assert!(matches!(error(text), ReadError::Entity(_)), "{text}: {:?}", error(text));
    }
}

#[test]
fn nothing_is_included() {
    for space in ["http://www.w3.org/2001/XInclude", "http://www.w3.org/2003/XInclude"] {
        let text = format!("<a><x:include xmlns:x='{space}' href='/etc/passwd'/></a>");
        assert!(matches!(error(&text), ReadError::Include(Place::Line(1, 4))));
    }
}

#[test]
fn doctype_is_noted_and_not_followed() {
    let text =
        "<!DOCTYPE a PUBLIC \"-//x//y\" \"http://x.invalid/a.dtd\" [<!ELEMENT a ANY>]>\n<a/>";
    assert_eq!(read(text.as_bytes()).unwrap().doctype, Some(Place::Line(1, 1)));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        " ",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>text",
        "<a x=1/>",
        "<a x='1' x='2'/>",
        "<a xmlns:b='u' xmlns:c='u' b:x='' c:x=''/>",
        "<a x='1'y='2'/>",
        "<a x='<'/>",
        "<a x/>",
        "<1a/>",
        "<a:b:c/>",
        "<a>]]></a>",
        "<a><![CDATA[</a>",
        "<a><!-- -- --></a>",
        "<a>& b</a>",
        "<a>&#0;</a>",
        "<a>&#xd800;</a>",
        "<a>&#x110000;</a>",
        "<a>\u{1}</a>",
        "<a>\0</a>",
        "<a>\u{ffff}</a>",
        "<a/><!DOCTYPE a>",
        " <?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<?xml version='1.1'?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?XML x?><a/>",
    ] {
        assert!(matches!(error(text), ReadError::Syntax(..)), "{text:?}: {:?}", error(text));
    }
}

#[test]
fn size_depth_and_counts_are_limited() {
    let many = |count: usize, piece: &dyn Fn(usize) -> String| -> String {
        (0..count).map(piece).collect()
    };
    assert_eq!(limit(&"<a>".repeat(DOCUMENT_DEPTH_MAX + 1)), "levels");
    let elements = format!("<a>{}</a>", "<b/>".repeat(DOCUMENT_ELEMENTS_MAX));
    assert_eq!(limit(&elements), "elements");
    let attributes = many(DOCUMENT_ATTRIBUTES_MAX + 1, &|n| format!(" x{n}=''"));
    assert_eq!(limit(&format!("<a{attributes}/>")), "attributes");
    let name = "n".repeat(DOCUMENT_NAME_BYTES_MAX + 1);
    assert_eq!(limit(&format!("<{name}/>")), "characters of a name");
    let declared = many(50, &|n| format!(" xmlns:x{n}='u'"));
    let nested = format!("<a{declared}>").repeat(DOCUMENT_NAMESPACES_MAX / 50 + 1);
    assert_eq!(limit(&nested), "namespaces");
    assert_eq!(limit(&" ".repeat(DOCUMENT_BYTES_MAX + 1)), "octets");
}

#[test]
fn characters_are_those_that_are_announced() {
    let utf16 = |text: &str, mark: &[u8], order: fn(u16) -> [u8; 2]| {
        [mark, &text.encode_utf16().flat_map(order).collect::<Vec<_>>()].concat()
    };
    let document = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>Grüße</a>";
    let little = utf16(document, b"\xff\xfe", u16::to_le_bytes);
    let big = utf16(document, b"\xfe\xff", u16::to_be_bytes);
    let unmarked = utf16(document, b"", u16::to_le_bytes);
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>Gr\xfc\xdfe</a>".to_vec();
    let windows = b"<?xml version='1.0' encoding='windows-1252'?><a>Gr\xfc\xdfe</a>".to_vec();
    let marked = ["\u{feff}<a>Grüße</a>".as_bytes()].concat();
    for octets in [little.clone(), big, unmarked, latin, windows, marked] {
        assert_eq!(read(&octets).unwrap().root.text, "Grüße");
    }
    let odd: [&[u8]; 8] = [
        b"<a>\xff</a>",
        b"<a>\xc0\xaf</a>",
        b"<a>\xed\xa0\x80</a>",
        b"<?xml version='1.0' encoding='UTF-7'?><a/>",
        b"<?xml version='1.0' encoding='UTF-16'?><a/>",
        b"<?xml version='1.0' encoding='us-ascii'?><a>\xc3\xbc</a>",
        b"<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>",
        &little[..little.len() - 1],
    ];
    for octets in odd {
        assert_eq!(read(octets), Err(ReadError::Characters), "{octets:?}");
    }
}
