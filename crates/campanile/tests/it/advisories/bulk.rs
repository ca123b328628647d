//! The same about all groups of a query: what was looked at, and nothing else; and back again.

use campanile::actions::{
    Doing, DoneAbout, ManyGroups, Undone, claim_group, do_about_groups, set_group_state,
    undo_about_groups, would_do_about_groups,
};
use campanile::app::advisories::bulk::Seen;
use campanile::app::advisories::typed;
use campanile::store::advisories::groups::Filter;

use super::*;
use crate::member_pages::{encoded, person};
use crate::support::{Database, Https, Kind, TestApp, Toy};

async fn filled(database: Database, count: usize) -> TestApp {
    let app = TestApp::on(database).await;
    app.team("ALPHA").await;
    app.team("BRAVO").await;
    for number in 1..=count {
        bring(&app, &format!("V-{number}"), "1").await;
    }
    app
}

async fn bring(app: &App, number: &str, version: &str) {
    let cve = format!("CVE-2026-{:0>4}", number.trim_start_matches("V-"));
    let document = csaf("Vendor", number, version, &[&cve], Some("WHITE"));
    id(&import(app, &Viewer::operator(), &document, None).await);
}

fn filter(query: &str) -> Filter {
    Filter { query: typed(query).unwrap(), ..Filter::default() }
}

/// What the team of a viewer says about the groups V-1, V-2, …
async fn states(app: &App, viewer: &Viewer, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for number in 1..=count {
        let open = app.group(viewer, &format!("V-{number}")).await.unwrap();
        let state = open.listed.state.map(|one| format!("{} {}", one.state, one.reason));
        all.push(state.unwrap_or_default().trim().to_owned());
    }
    all
}

async fn audited(app: &App, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM audit WHERE action = $1";
    let mut read = app.db.read().await.unwrap();
    sqlx::query_scalar(sql).bind(action).fetch_one(&mut *read).await.unwrap()
}

on_both_databases! {
    async fn state_is_said_about_all_and_taken_back(database: Database) {
        let app = filled(database, 4).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        set_group_state(&app, &alpha, "V-2", "watching", "may be ours").await.unwrap();
        // Somebody else is at V-3.
        claim_group(&app, &bravo, "V-3", false).await.unwrap();
        let irrelevant = filter("title:of");
        let doing = Doing::State("irrelevant", "we run none");
        let would = would_do_about_groups(&app, &alpha, &irrelevant, doing).await.unwrap();
        assert_eq!((would.done, would.held), (3, 1));
        assert_eq!(states(&app, &alpha, 4).await, ["", "watching may be ours", "", ""]);
        let many = ManyGroups { filter: &irrelevant, seen: None, doing };
        let later = app.another_at(60).await;
        let done = do_about_groups(&later, &alpha, many).await.unwrap();
        assert_eq!((done.done, done.held, done.changed), (3, 1, 0));
        let said = "irrelevant we run none";
        assert_eq!(states(&later, &alpha, 4).await, [said, said, "", said]);
        assert_eq!(states(&later, &bravo, 4).await, [""; 4]);
        assert_eq!(audited(&later, "group.bulk").await, 1);
        // What is said since is newer than the undo.
        set_group_state(&later, &alpha, "V-4", "act", "after all").await.unwrap();
        assert!(undo_about_groups(&later, &bravo, &done.id).await.is_err(), "another team");
        let undone = undo_about_groups(&later, &alpha, &done.id).await.unwrap();
        assert_eq!(undone, Undone { restored: 2, kept: 1 });
        let back = ["", "watching may be ours", "", "act after all"];
        assert_eq!(states(&later, &alpha, 4).await, back);
        assert!(undo_about_groups(&later, &alpha, &done.id).await.is_err(), "twice");
        assert_eq!(later.undoable(&alpha).await.unwrap(), []);
        assert_eq!(audited(&later, "group.bulk.undo").await, 1);
        let open = later.group(&alpha, "V-2").await.unwrap().listed.state.unwrap();
        assert!(open.by.starts_with("ALPHA officer") && !open.changed_since);
    }

    async fn what_came_in_or_changed_since_the_preview_is_left_alone(database: Database) {
        let app = filled(database, 3).await;
        let alpha = officer(&app, "ALPHA").await;
        let all = filter("");
        let seen = Seen::of(&app.meant(&alpha, &all).await.unwrap().groups);
        let later = app.another_at(60).await;
        bring(&later, "V-1", "2").await;
        bring(&later, "V-4", "1").await;
        set_group_state(&later, &alpha, "V-2", "act", "a colleague").await.unwrap();
        let doing = Doing::State("done", "");
        let seen = Seen::parse(&seen.token()).unwrap();
        let many = ManyGroups { filter: &all, seen: Some(&seen), doing };
        let done = do_about_groups(&later, &alpha, many).await.unwrap();
        assert_eq!((done.done, done.changed, done.new), (1, 2, 1));
        assert_eq!(states(&later, &alpha, 4).await, ["", "act a colleague", "done", ""]);
        // The form sent again does nothing.
        let again = do_about_groups(&later, &alpha, many).await.unwrap();
        assert_eq!(again, DoneAbout { changed: 3, new: 1, ..DoneAbout::default() });
        assert_eq!(audited(&later, "group.bulk").await, 1);
    }

    async fn claims_are_taken_where_nobody_is_and_given_back(database: Database) {
        let app = filled(database, 3).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        claim_group(&app, &alpha, "V-1", false).await.unwrap();
        claim_group(&app, &bravo, "V-2", false).await.unwrap();
        let all = filter("");
        let many = ManyGroups { filter: &all, seen: None, doing: Doing::Claim };
        let done = do_about_groups(&app, &alpha, many).await.unwrap();
        assert_eq!((done.done, done.held), (1, 2));
        let free = || filter("claimed:none");
        assert_eq!(app.groups(&alpha, &free(), 9).await.unwrap().len(), 0);
        let undone = undo_about_groups(&app, &alpha, &done.id).await.unwrap();
        assert_eq!(undone, Undone { restored: 1, kept: 0 });
        assert_eq!(app.groups(&alpha, &free(), 9).await.unwrap().len(), 1);
        assert_eq!(app.groups(&alpha, &filter("claimed:me"), 9).await.unwrap().len(), 1);
    }

    async fn undo_ends_after_a_day_and_wrong_acts_are_refused(database: Database) {
        let app = filled(database, 2).await;
        let alpha = officer(&app, "ALPHA").await;
        let reader = Viewer { role: Role::Reader, ..alpha.clone() };
        let all = filter("");
        let act = |doing| ManyGroups { filter: &all, seen: None, doing };
        for doing in [Doing::State("irrelevant", " "), Doing::State("claimed", "x")] {
            assert!(do_about_groups(&app, &alpha, act(doing)).await.is_err(), "{doing:?}");
        }
        let done = act(Doing::State("done", ""));
        assert!(do_about_groups(&app, &reader, done).await.is_err());
        assert!(do_about_groups(&app, &Viewer::operator(), done).await.is_err());
        let done = do_about_groups(&app, &alpha, done).await.unwrap();
        let later = app.another_at(24 * 3600 + 1).await;
        assert_eq!(app.undoable(&alpha).await.unwrap().len(), 1);
        assert_eq!(later.undoable(&alpha).await.unwrap(), []);
        assert!(undo_about_groups(&later, &alpha, &done.id).await.is_err());
        assert_eq!(states(&later, &alpha, 2).await, ["done", "done"]);
    }
}

/// The value of a hidden field.
fn hidden(text: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    text.split(&start).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn page_shows_what_would_be_done_does_it_and_takes_it_back() {
    let toy = Toy::serving(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    for number in 1..=3 {
        let (number, cve) = (format!("V-{number}"), format!("CVE-2026-000{number}"));
        let document = csaf("Vendor", &number, "1", &[&cve], Some("WHITE"));
        let file = toy.program.file(&format!("{number}.json"), document);
        toy.program.ok(&["advisory", "import", &file]);
    }
    let (officer, reader) = (person(&toy, "ALPHA", "officer"), person(&toy, "ALPHA", "reader"));
    let alpha = Https::new(toy.web, Some(&officer));
    let list = "/groups?tab=all&q=id:V-1,V-2";
    assert!(alpha.get(list).text().contains("Do this for all 2 groups of this query"));
    let seen = Https::new(toy.web, Some(&reader)).get(list).text();
    assert!(seen.contains("Title of V-1") && !seen.contains("Do this for"));
    let asked = |what: &str, reason: &str, seen: &str| {
        let query = [("tab", "all"), ("q", "id:V-1,V-2")];
        encoded(&[&query[..], &[("what", what), ("reason", reason), ("seen", seen)]].concat())
    };
    let refused = alpha.post("/groups/bulk/preview", &asked("irrelevant", "", ""));
    assert!(refused.status == 422 && refused.text().contains("A reason is missing"));
    let preview = alpha.post("/groups/bulk/preview", &asked("irrelevant", "none here", ""));
    let text = preview.text();
    assert!(text.contains("Title of V-2") && !text.contains("Title of V-3"), "{text}");
    let confirmed = asked("irrelevant", "none here", &hidden(&text, "seen"));
    let done = alpha.post("/groups/bulk", &confirmed).text();
    assert!(done.contains("Your team has assessed 2 groups: irrelevant to us"), "{done}");
    let shown = alpha.get("/groups?tab=all").text();
    assert!(shown.contains("assessed 2 groups (irrelevant to us)"), "{shown}");
    let undo = shown.split("action=\"/groups/bulk/").nth(1).unwrap().split('"').next().unwrap();
    let undone = alpha.post(&format!("/groups/bulk/{undo}"), "").text();
    assert!(undone.contains("2 groups are as before"), "{undone}");
    assert!(!alpha.get("/groups?tab=all").text().contains("assessed 2 groups"));
    // The same by a program, and at the command line.
    let json = [("Content-Type", "application/json")];
    let ask = |body: &str| {
        let answer = alpha.ask("POST", "/api/v1/groups/bulk", &json, body).unwrap();
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()
    };
    let dry = ask("{\"q\":\"id:V-3\",\"what\":\"act\",\"dry_run\":true}");
    assert_eq!(dry["would"]["done"], 1, "{dry}");
    let token = &dry["token"];
    let done = ask(&format!("{{\"q\":\"id:V-3\",\"what\":\"act\",\"token\":{token}}}"));
    assert_eq!(done["done"]["done"], 1, "{done}");
    let id = done["done"]["id"].as_str().unwrap();
    let told = toy.program.ok(&["group", "undo", id, "--team", "ALPHA"]);
    assert!(told.contains("1 groups are as before"), "{told}");
    let state = ["group", "state", "--query", "title:of", "--state", "done", "--team", "ALPHA"];
    let dry = toy.program.ok(&[&state[..], &["--dry-run"]].concat());
    assert!(dry.contains("would be done for 3 groups"), "{dry}");
    let told = toy.program.ok(&state);
    assert!(told.contains("done for 3 groups") && told.contains("group undo"), "{told}");
    toy.program.ok(&["group", "state", "V-1", "act", "--team", "ALPHA"]);
}
