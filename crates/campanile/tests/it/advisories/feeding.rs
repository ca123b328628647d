//! A query as a feed: what everybody sees of a group, to whoever has the address, and why it is
//! there.

use super::crawl::{CASES, PARTS, TEAMS, World};
use super::*;
use crate::member_pages::{encoded, person};
use crate::support::{Database, Https, Kind, Page, Toy};

fn token(toy: &Toy, team: &str) -> String {
    let told = toy.program.ok(&["token", "add", team, "--name", "reader", "--feed"]);
    let word = told.split_whitespace().find(|word| word.contains("cpl_")).unwrap();
    word.rsplit('/').next().unwrap().trim_end_matches(".atom").to_owned()
}

fn feed(toy: &Toy, token: &str, query: &str) -> Page {
    let path = format!("/feeds/{token}/groups.atom?{}", encoded(&[("q", query)]));
    Https::new(toy.web, None).get(&path)
}

#[tokio::test]
async fn feed_has_the_groups_of_a_query_and_says_why() {
    let toy = Toy::serving(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    for number in 1..=3 {
        let (number, cve) = (format!("V-{number}"), format!("CVE-2026-000{number}"));
        let document = csaf("Vendor", &number, "1", &[&cve], Some("WHITE"));
        let file = toy.program.file(&format!("{number}.json"), document);
        toy.program.ok(&["advisory", "import", &file]);
    }
    let officer = person(&toy, "ALPHA", "officer");
    // A link leads where its reader may go: only a representative makes tokens.
    let representative = person(&toy, "ALPHA", "representative");
    for (viewer, leads) in [(&representative, "/teams/ALPHA/access"), (&officer, "/teams/ALPHA")] {
        let web = Https::new(toy.web, Some(viewer));
        let page = web.get("/groups?tab=all&q=id:V-1").text();
        let told = page.split("Feed readers need a token").nth(1).unwrap();
        let href = told.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!((href, web.get(href).status), (leads, 200));
    }
    let list = || Https::new(toy.web, Some(&officer)).get("/groups?tab=all&q=id:V-1").text();
    let token = token(&toy, "ALPHA");
    assert!(list().contains("/feeds/TOKEN/groups.atom?q=id%3AV-1"), "{}", list());
    let page = feed(&toy, &token, "id:V-1,V-2 or title:\"of V-2\"");
    let atom: atom_syndication::Feed = page.text().parse().unwrap();
    let mut all: Vec<_> = atom
        .entries()
        .iter()
        .map(|one| {
            (one.title().to_string(), one.summary().unwrap().to_string(), one.id().to_owned())
        })
        .collect();
    all.sort();
    let titles: Vec<_> = all.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(titles, ["Title of V-1", "Title of V-2"]);
    assert!(all[0].1.ends_with("Here because it meets: id:V-1,V-2"), "{}", all[0].1);
    let both = "Here because it meets: id:V-1,V-2 or title:\"of V-2\"";
    assert!(all[1].1.ends_with(both), "{}", all[1].1);
    assert!(all[1].1.contains("CVE-2026-0002"));
    // The same address, whatever the query and the time.
    let again: atom_syndication::Feed = feed(&toy, &token, "id:V-1").text().parse().unwrap();
    assert_eq!(again.entries()[0].id(), all[0].2);
    assert!(!page.text().contains(&token), "the token stands in the feed");
    // What a team does about a group can be asked for.
    toy.program.ok(&["group", "state", "V-3", "watching", "--team", "ALPHA"]);
    let watched: atom_syndication::Feed =
        feed(&toy, &token, "state:watching").text().parse().unwrap();
    assert_eq!(watched.entries().len(), 1);
    assert_eq!(feed(&toy, &token, "sevrity:high").status, 422);
    assert_eq!(feed(&toy, "cpl_0123", "").status, 404);
}

#[tokio::test]
async fn feed_has_no_word_and_finds_by_no_word_that_is_not_for_everybody() {
    let world = World::new(Database::sqlite()).await;
    let open = |number: usize, part: &str| {
        let case = CASES.iter().find(|case| case.number == number).unwrap();
        part == "TITLE" && !case.hidden
    };
    let tokens: Vec<_> = TEAMS.iter().map(|team| (team, token(&world.toy, team))).collect();
    for (team, token) in &tokens {
        let all = feed(&world.toy, token, "").text();
        for case in &CASES {
            for part in PARTS {
                let has = all.contains(&case.canary(part));
                assert!(!has || open(case.number, part), "{team} reads {}", case.canary(part));
            }
            let found = feed(&world.toy, token, &case.needle()).text();
            // Everybody reads all of the second.
            assert_eq!(found.contains("<entry>"), case.number == 2, "{team}: {}", case.needle());
        }
        assert!(all.contains("CANARY2TITLE"), "an empty feed leaks nothing: {all}");
    }
}
