//! The lists on the pages: queries that are wrong, that are built, that are completed.

use campanile::actions::claim_group;
use campanile::app::advisories::typed;
use campanile::store::advisories::groups::Filter;

use super::*;
use crate::member_pages::{encoded, person};
use crate::support::{Database, Https, Issued, Kind, Page, TestApp, Toy};

/// A network with two advisories of a vendor, and an officer of ALPHA.
async fn site() -> (Toy, Issued) {
    let toy = Toy::serving(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    for (number, cve) in [("V-1", "CVE-2026-0001"), ("V-2", "CVE-2026-0002")] {
        let document = csaf("Vendor", number, "1", &[cve], Some("WHITE"));
        let file = toy.program.file(&format!("{number}.json"), document);
        toy.program.ok(&["advisory", "import", &file]);
    }
    let officer = person(&toy, "ALPHA", "officer");
    (toy, officer)
}

fn asked(toy: &Toy, officer: &Issued, path: &str, pairs: &[(&str, &str)]) -> Page {
    Https::new(toy.web, Some(officer)).get(&format!("{path}?{}", encoded(pairs)))
}

/// The page without what templates write for signs.
fn plain(page: &Page) -> String {
    let text = page.text().replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
    text.replace("&#39;", "'").replace("&#38;", "&")
}

#[tokio::test]
async fn wrong_query_stays_in_its_field_with_the_place_of_the_mistake() {
    let (toy, officer) = site().await;
    for path in ["/groups", "/advisories"] {
        let page = asked(&toy, &officer, path, &[("tab", "all"), ("q", "title sevrity:\"high\"")]);
        let text = plain(&page);
        assert_eq!(page.status, 422, "{path}: {text}");
        for part in [
            "value=\"title sevrity:\"high\"\"",
            "aria-invalid=\"true\" aria-describedby=\"e-q\"",
            "id=\"e-q\" role=\"alert\"",
            "there is no field `sevrity`",
            "title sevrity:\"high\"\n      ^^^^^^^",
            "did you mean `severity:`?",
        ] {
            assert!(text.contains(part), "{path}: {part} is not in\n{text}");
        }
        assert!(!text.contains("<tbody>") && !text.contains("fits"), "{path} has rows: {text}");
    }
}

#[tokio::test]
async fn query_chooses_the_rows_of_both_lists() {
    let (toy, officer) = site().await;
    for path in ["/groups", "/advisories"] {
        let page = asked(&toy, &officer, path, &[("tab", "all"), ("q", "id:CVE-2026-0002")]);
        assert_eq!(page.status, 200);
        let text = page.text();
        assert!(text.contains("Title of V-2") && !text.contains("Title of V-1"), "{text}");
        let none = asked(&toy, &officer, path, &[("tab", "all"), ("q", "nothing like this")]);
        assert!(none.status == 200 && none.text().contains("No "), "{}", none.text());
        assert!(!none.text().contains("<tbody>"));
    }
}

/// The values of the rows of the form, without the empty one.
fn rows(text: &str) -> Vec<(String, String, String)> {
    let form = text.split("class=\"builder\"").nth(1).unwrap().split("</form>").next().unwrap();
    let chosen = |part: &str| {
        let option = part.split("<option").find(|one| one.contains(" selected")).unwrap();
        option.split_once('>').unwrap().1.split("</option>").next().unwrap().to_owned()
    };
    let row = |row: &str| {
        let mut selects = row.split("<select").skip(1);
        let value = row.split("value=\"").find(|one| one.contains("aria-label=\"Value")).unwrap();
        let value = value.split("\" aria-label").next().unwrap().to_owned();
        (chosen(selects.next().unwrap()), chosen(selects.next().unwrap()), value)
    };
    let mut all: Vec<_> = form.split("<li>").skip(1).map(row).collect();
    assert_eq!(all.pop(), Some(("words".into(), "is".into(), String::new())), "{form}");
    all
}

#[tokio::test]
async fn query_is_built_from_rows_and_shown_as_rows() {
    let (toy, officer) = site().await;
    let query = "of id:CVE-2026-0001,V-2 not issuer:\"Red Hat\" members>=1";
    let shown = asked(&toy, &officer, "/groups", &[("tab", "all"), ("q", query)]);
    let text = plain(&shown);
    let found = rows(&text);
    let expected = [
        ("words", "is", "of"),
        ("id", "is", "CVE-2026-0001,V-2"),
        ("issuer", "is not", "\"Red Hat\""),
        ("members", ">=", "1"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(found, expected);
    let mut pairs = vec![("list", "groups"), ("tab", "all")];
    for (field, sign, value) in &expected {
        let field = if field == "words" { "" } else { field };
        pairs.extend([("field", field), ("sign", sign.as_str()), ("value", value.as_str())]);
    }
    let built = asked(&toy, &officer, "/groups/build", &pairs);
    let query = encoded(&[("tab", "all"), ("q", query), ("build", "yes")]);
    assert_eq!(
        (built.status, built.field("location").unwrap()),
        (303, &*format!("/groups?{query}"))
    );
    let again = Https::new(toy.web, Some(&officer)).get(built.field("location").unwrap());
    assert_eq!(rows(&plain(&again)), expected);
    assert!(again.text().contains("id=\"builder\" open"));
    // A value that is none comes back with the mistake, and one more is a link that leaves it out.
    pairs.extend([("field", "cvss"), ("sign", ">="), ("value", "much")]);
    let wrong = asked(&toy, &officer, "/groups/build", &pairs);
    let wrong = Https::new(toy.web, Some(&officer)).get(wrong.field("location").unwrap());
    assert!(wrong.status == 422 && plain(&wrong).contains("no value of `cvss`"));
    let without =
        text.split("href=\"/groups?tab=all&q=").find(|rest| rest.contains("condition 1<"));
    let without = without.unwrap().split('"').next().unwrap();
    let without = Https::new(toy.web, Some(&officer)).get(&format!("/groups?tab=all&q={without}"));
    assert_eq!(rows(&plain(&without)), expected[1..]);
}

#[tokio::test]
async fn query_that_is_more_than_rows_is_shown_as_text_alone() {
    let (toy, officer) = site().await;
    for path in ["/groups", "/advisories"] {
        let shown = asked(&toy, &officer, path, &[("q", "id:V-1 or id:V-2")]).text();
        assert!(shown.contains("it can be changed as text only"), "{shown}");
        assert!(!shown.contains("class=\"builder\""));
        for name in ["exploited", "differs", "claimed", "amber+strict"] {
            assert!(shown.contains(name), "the help does not tell {name}");
        }
    }
}

#[tokio::test]
async fn completion_offers_fields_values_and_names_that_are_to_be_seen() {
    let (toy, officer) = site().await;
    let offered = |typed: &str| {
        let page = asked(&toy, &officer, "/groups/complete", &[("q", typed)]);
        let page: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        let all = page["completions"].as_array().unwrap().clone();
        all.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("title sev"), ["severity:"]);
    assert_eq!(offered("severity:hi"), ["high"]);
    assert_eq!(offered("issuer:v"), ["Vendor"]);
    assert_eq!(offered("claimed:off"), Vec::<String>::new());
    toy.program.ok(&["group", "claim", "V-1", "--team", "ALPHA"]);
    assert_eq!(offered("claimed:a"), ["any", "ALPHA"]);
    // Of what is hidden, not even the issuer is offered.
    let hidden = csaf("Secret Source", "S-1", "1", &["CVE-2026-0009"], None);
    let file = toy.program.file("hidden.json", hidden);
    let rules = ["--audience", "own", "--exception", "an investigation"];
    toy.program.ok(&[&["advisory", "import", &file, "--team", "ALPHA"][..], &rules].concat());
    assert_eq!(offered("issuer:s"), Vec::<String>::new());
}

on_both_databases! {
    async fn names_are_of_those_who_are_seen_and_a_list_for_all_searches_nothing_else(
        database: Database
    ) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        let alpha = officer(&app, "ALPHA").await;
        for (issuer, number) in [("Vendor", "V-1"), ("ALPHA", "A-1")] {
            let document = csaf(issuer, number, "1", &["CVE-2026-0001"], None);
            id(&import(&app, &alpha, &document, None).await);
        }
        claim_group(&app, &alpha, "A-1", false).await.unwrap();
        let names = app.names(&alpha).await.unwrap();
        assert_eq!(names.issuers, ["ALPHA", "Vendor"]);
        assert_eq!(names.claimants, ["ALPHA", "ALPHA officer, ALPHA"]);
        let observer = Viewer { role: Role::Observer, ..alpha.clone() };
        assert_eq!(app.names(&observer).await.unwrap(), Default::default());
        // The texts are the team's own: it finds them, and a list for all does not.
        for (query, own, all) in [("canary7c20", 1, 0), ("title:title", 1, 1), ("claimed:me", 1, 1)]
        {
            let filter = Filter { query: typed(query).unwrap(), ..Filter::default() };
            let found = app.groups(&alpha, &filter, 9).await.unwrap().len();
            let open = app.groups_for_all(&alpha, &filter, 9).await.unwrap().len();
            assert_eq!((found, open), (own, all), "{query}");
        }
    }
}
