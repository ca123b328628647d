//! Texts of others on our pages: Markdown where the format says so, and never more than text.

use super::*;
use crate::member_pages::person;
use crate::support::{Database, Https, Kind, Toy};

const DETAILS: &str = "### Impact\n\nA **bad** one: `a<b`.\n\n- first\n- second\n\n\
    <script>alert(1)</script>\n\n[x](javascript:alert(1)) ![dot](https://t.example/dot.png)\n\n\
    [https://bank.example/](https://evil.example/)";

/// What a page or file has of [`DETAILS`].
fn judge(text: &str) {
    for part in [
        "<h3>Impact</h3>",
        "A <strong>bad</strong> one: <code>a&lt;b</code>.",
        "<li>second</li>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "rel=\"noopener noreferrer nofollow\">https://bank.example/</a> (evil.example)",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    for part in ["<script>alert", "href=\"javascript", "<img src=\"https://t"] {
        assert!(!text.contains(part), "{part} is in\n{text}");
    }
}

#[tokio::test]
async fn details_of_osv_are_markdown_on_the_page_and_in_the_export() {
    let toy = Toy::serving(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    let record = json!({
        "schema_version": "1.6.0", "id": "GHSA-wh98-p28r-vrc9", "modified": "2026-08-01T00:00:00Z",
        "summary": "A **summary** is plain", "details": DETAILS,
    });
    let file = toy.program.file("osv.json", record.to_string());
    toy.program.ok(&["advisory", "import", &file]);
    let officer = person(&toy, "ALPHA", "officer");
    let web = Https::new(toy.web, Some(&officer));
    let list = web.get("/advisories").text();
    let id = list.split("href=\"/advisories/").find(|one| one.starts_with("0")).unwrap();
    let id = id.split('"').next().unwrap();
    let page = web.get(&format!("/advisories/{id}"));
    assert_eq!(page.status, 200);
    assert!(page.text().contains("A **summary** is plain"));
    judge(&page.text());
    judge(&web.get(&format!("/advisories/{id}/export/html")).text());
}
