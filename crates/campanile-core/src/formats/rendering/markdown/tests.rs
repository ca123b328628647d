use std::io::Read;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::Value;

use super::*;
use crate::formats::rendering::prose;
use crate::model::advisory::Markup;

fn page(text: &str) -> String {
    prose(text, Markup::Markdown, 2)
}

/// What a page may have, each element with its attributes.
const ELEMENTS: &[&str] = &[
    "p",
    "h3",
    "h4",
    "h5",
    "h6",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "hr",
    "a",
];

/// Checks that a page is what its writer says: as every character that is markup is escaped, and no
/// element reads its content in another way, a reader of XML finds what one of HTML does.
fn judge(page: &str) {
    let page = page.replace("<br>", "<br/>").replace("<hr>", "<hr/>");
    let whole = format!("<page>{page}</page>");
    let mut reader = Reader::from_str(&whole);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {page}")) {
            Xml::Start(tag) | Xml::Empty(tag) if tag.name().as_ref() != "page" => element(&tag),
            Xml::Start(_) | Xml::Empty(_) | Xml::End(_) | Xml::Text(_) | Xml::GeneralRef(_) => {}
            Xml::Eof => return,
            other => panic!("{other:?}: {page}"),
        }
    }
}

fn element(tag: &BytesStart<'_>) {
    let name = tag.name().as_ref().to_owned();
    assert!(ELEMENTS.contains(&name.as_str()), "{name}");
    for attribute in tag.attributes() {
        let attribute = attribute.unwrap();
        let value = attribute.value.into_owned();
        match (name.as_str(), attribute.key.as_ref()) {
            ("a", "href") => {
                let schemes = ["https://", "http://", "mailto:"];
                assert!(schemes.iter().any(|scheme| value.starts_with(scheme)), "{value}");
                assert!(!value.starts_with("mailto:") || !value.contains('?'), "{value}");
            }
            ("a", "rel") => assert_eq!(value, REL),
            ("ol", "start") => assert!(value.parse::<u64>().is_ok()),
            (_, other) => panic!("{name} {other:?} {value}"),
        }
    }
}

#[test]
fn text_is_shown_as_it_is_meant() {
    let text = "# Title\n\nSome *emphasis*, **strong**, ~~gone~~, `c<d`.\n\n3. one\n4. two\n   - nested\n\n\
                | a | b |\n|:--|---|\n| 1 | 2 |\n\n> quote  \n> more\n\n```python\nprint('<b>')\n```\n---\n";
    let expected = "<h3>Title</h3>\n<p>Some <em>emphasis</em>, <strong>strong</strong>, \
        <del>gone</del>, <code>c&lt;d</code>.</p>\n<ol start=\"3\"><li>one</li>\n<li>two<ul>\
        <li>nested</li>\n</ul>\n</li>\n</ol>\n<table><thead><tr><th>a</th><th>b</th></tr></thead>\n\
        <tbody><tr><td>1</td><td>2</td></tr>\n</tbody></table>\n<blockquote><p>quote<br>\nmore</p>\n\
        </blockquote>\n<pre><code>print(&#39;&lt;b&gt;&#39;)\n</code></pre>\n<hr>\n";
    assert_eq!(page(text), expected);
    judge(expected);
}

#[test]
fn headings_stand_below_that_of_the_section() {
    assert_eq!(page("### a\n#### b\n# c"), "<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>\n");
    assert_eq!(prose("###### a\n", Markup::Markdown, 3), "<h4>a</h4>\n");
    assert_eq!(page("# a\n###### b"), "<h3>a</h3>\n<h6>b</h6>\n");
}

#[test]
fn html_of_a_text_stays_text() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<<script>script>alert(1)<</script>/script>",
        "<div onclick=\"alert(1)\">x</div>",
        "a <b onclick=x>b</b> <!-- c --> <?php d ?> <![CDATA[e]]>",
        "# <a href=\"javascript:alert(1)\">x</a>",
        "```\"><script>alert(1)</script>\ncode\n```",
        "- [ ] <input type=image src=x onerror=alert(1)>",
        "<img src=\"`<img src=x onerror=alert(1)",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    ] {
        let page = page(text);
        judge(&page);
        assert!(page.contains("&lt;") || text.starts_with("```"), "{page}");
    }
}

#[test]
fn link_of_another_scheme_or_of_none_is_no_link() {
    for text in [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](javascript&colon;alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](\u{1}javascript:alert(1))",
        "[x](data:text/html;base64,PHN=)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "[x](//evil.example/)",
        "[x](/teams)",
        "[x](#top)",
        "[x](../../etc/passwd)",
        "[x](https://bank.example@evil.example/)",
        "[x](https://)",
        "[x](mailto:a@b.example,c@d.example)",
        "![x](data:image/svg+xml,y)",
    ] {
        let page = page(text);
        judge(&page);
        assert!(!page.contains("<a "), "{text}: {page}");
    }
}

#[test]
fn link_says_where_it_leads_unless_its_text_does() {
    for (text, shown) in [
        ("<https://a.example/b>", "https://a.example/b</a></p>"),
        ("[https://a.example/](https://a.example/b)", "https://a.example/</a></p>"),
        ("[a.example](https://a.example/b)", "a.example</a></p>"),
        ("[the page](https://a.example/b)", "the page</a> (a.example)</p>"),
        ("[https://bank.example/](https://evil.example/)", "</a> (evil.example)</p>"),
        ("[**bank**.example](https://evil.example/)", "</a> (evil.example)</p>"),
        ("[x.exаmple](https://x.exаmple/)", "x.exаmple</a> (x.xn--exmple-4nf)</p>"),
        ("![dot](http://t.example/t.png)", "Picture: dot</a> (t.example)</p>"),
        ("<cert@a.example>", "cert@a.example</a></p>"),
        ("[mail](mailto:cert@a.example?bcc=b@evil.example)", "mail</a> (cert@a.example)</p>"),
    ] {
        let page = page(text);
        judge(&page);
        assert!(page.trim_end().ends_with(shown), "{text}: {page}");
        assert_eq!(page.matches("<a href").count(), 1, "{page}");
    }
}

#[test]
fn address_stays_within_its_attribute() {
    for text in [
        "[x](https://a.example \"\\\" onmouseover=alert(1) x=\\\"\")",
        "[x](https://a.example/\"onmouseover=\"alert(1))",
        "[x](<https://a.example/'\"><script>>)",
    ] {
        judge(&page(text));
        assert!(page(text).contains("href=\"https://a.example/"), "{}", page(text));
    }
}

#[test]
fn picture_in_a_link_is_its_text() {
    let page = page("[![state](https://b.example/b.svg)](https://a.example/)");
    judge(&page);
    assert_eq!(page.matches("<a ").count(), 1);
    assert!(page.contains(">state</a> (a.example)"), "{page}");
}

#[test]
fn characters_that_act_are_seen_also_as_references() {
    let page = page("a&#x202e;b\u{202e}c&#0;d\0e");
    assert_eq!(page, "<p>a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e</p>\n");
}

#[test]
fn text_that_is_too_deep_too_large_or_unfolds_is_shown_as_it_is() {
    let wide = format!("|{}\n|{}\n{}", "a|".repeat(1000), "-|".repeat(1000), "|b\n".repeat(5000));
    let deep = "> ".repeat(DEPTH_MAX + 1) + "a";
    let large = "*a* ".repeat(TEXT_BYTES_MAX / 4 + 1);
    for text in [&wide, &deep, &large] {
        assert!(markdown(text, 2).is_none());
        judge(&page(text));
    }
    assert!(page(&deep).contains("&gt; &gt;"));
    assert!(markdown(&("> ".repeat(DEPTH_MAX - 1) + "a"), 2).is_some());
}

#[test]
fn text_of_another_format_is_not_read_as_markdown() {
    assert_eq!(prose("# a\n*b*", Markup::None, 2), "<p># a<br>\n*b*</p>\n");
}

fn octets(folder: &Path, row: &Value) -> String {
    let mut octets = std::fs::read(folder.join(row["file"].as_str().unwrap())).unwrap();
    if row["file_encoding"] == "gzip" {
        let packed = std::mem::take(&mut octets);
        let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
        unpacked.read_to_end(&mut octets).unwrap();
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[test]
fn texts_of_the_attack_set_do_no_harm() {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let folder = root.map(|root| root.join("attacks")).filter(|folder| folder.exists());
    let Some(folder) = folder else {
        println!("skipped: no test data attacks");
        return;
    };
    let rows = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let rows = rows.lines().map(|row| serde_json::from_str::<Value>(row).unwrap());
    let mut count = 0;
    for row in rows.filter(|row| row["kind"] == "markdown") {
        let page = page(&octets(&folder, &row));
        judge(&page);
        if row["expect"] == "accept" {
            for element in ["<em>", "<strong>", "<ol>", "<code>", "<table>", "<a href"] {
                assert!(page.contains(element), "{element}: {page}");
            }
        }
        count += 1;
    }
    assert!(count > 0);
}

proptest! {
    #[test]
    fn whatever_the_text_is_the_page_has_only_what_it_may(
        text in "([\\[\\]()<>!*_`#|:/\"'&;\\\\ \n-]|https://a\\.b/|javascript:|<script>|[a-zа-я0-9]){0,80}",
    ) {
        judge(&page(&text));
    }
}
