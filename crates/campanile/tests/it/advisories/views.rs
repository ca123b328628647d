//! Views that a team has saved: on the pages, and what of them the digest tells.

use campanile::actions::{WatchChange, add_watch, change_watch, remove_watch};

use super::*;
use crate::member_pages::{encoded, person};
use crate::support::{Database, Https, Kind, TestApp, Toy};

async fn pending(app: &App, viewer: &Viewer) -> Vec<String> {
    let digest = app.digest(viewer).await.unwrap().unwrap();
    digest.changes.into_iter().flat_map(|(_, watches)| watches).collect()
}

on_both_databases! {
    async fn muted_watch_is_kept_out_of_the_digest(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        app.team("BRAVO").await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        add_watch(&app, &alpha, "loud", "").await.unwrap();
        add_watch(&app, &alpha, "quiet", "").await.unwrap();
        let mute = WatchChange::Muted(true);
        change_watch(&app, &alpha, "QUIET", mute).await.unwrap();
        let document = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], Some("WHITE"));
        let later = app.another_at(60).await;
        id(&import(&later, &Viewer::operator(), &document, None).await);
        assert_eq!(pending(&later, &alpha).await, ["loud"]);
        change_watch(&later, &alpha, "quiet", WatchChange::Muted(false)).await.unwrap();
        assert_eq!(pending(&later, &alpha).await, ["loud", "quiet"]);
        // Renamed, but not to what is there, and not by others.
        change_watch(&later, &alpha, "loud", WatchChange::Name(" Loudest ")).await.unwrap();
        change_watch(&later, &alpha, "loudest", WatchChange::Name("loudest")).await.unwrap();
        for (by, name, to) in
            [(&alpha, "quiet", "LOUDEST"), (&alpha, "quiet", ""), (&bravo, "quiet", "ours")]
        {
            assert!(change_watch(&later, by, name, WatchChange::Name(to)).await.is_err(), "{to}");
        }
        let reader = Viewer { role: Role::Reader, ..alpha.clone() };
        assert!(change_watch(&later, &reader, "quiet", mute).await.is_err());
        assert!(remove_watch(&later, &bravo, "quiet").await.is_err());
        let names = later.watches(&alpha).await.unwrap();
        let names: Vec<_> = names.iter().map(|one| one.watch.name.as_str()).collect();
        assert_eq!(names, ["loudest", "quiet"]);
    }
}

#[tokio::test]
async fn view_is_saved_shown_muted_renamed_and_removed_on_the_page() {
    let toy = Toy::serving(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    let (officer, reader) = (person(&toy, "ALPHA", "officer"), person(&toy, "ALPHA", "reader"));
    let alpha = Https::new(toy.web, Some(&officer));
    let reader = Https::new(toy.web, Some(&reader));
    let list = alpha.get("/groups?tab=all&q=title%3Aof").text();
    assert!(list.contains("href=\"/watches?q=title%3Aof\">Save this query"), "{list}");
    assert!(alpha.get("/watches?q=title%3Aof").text().contains("value=\"title:of\""));
    let wrong = alpha.post("/watches", &encoded(&[("name", "ours"), ("q", "sevrity:high")]));
    let text = wrong.text();
    assert!(wrong.status == 422 && text.contains("\n^^^^^^^") && text.contains("aria-invalid"));
    assert!(text.contains("value=\"ours\"") && text.contains("value=\"sevrity:high\""));
    let ours = encoded(&[("name", "ours"), ("q", "title:of")]);
    assert_eq!(alpha.post("/watches", &ours).status, 303);
    let again = alpha.post("/watches", &ours);
    assert!(again.status == 422 && again.text().contains("has a watch of this name"));
    let document = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], Some("WHITE"));
    let file = toy.program.file("1.json", document);
    toy.program.ok(&["advisory", "import", &file]);
    let shown = alpha.get("/watches").text();
    assert!(shown.contains("1 group<") && !shown.contains("muted<"), "{shown}");
    let seen = reader.get("/watches").text();
    assert!(seen.contains("ours") && !seen.contains("Remove") && !seen.contains("Save a query"));
    let listed = reader.get("/groups?tab=all").text();
    assert!(listed.contains("href=\"/groups?tab=all&#38;q=title%3Aof\">ours"), "{listed}");
    assert!(!listed.contains("Save this query"));
    let id = shown.split("action=\"/watches/").nth(1).unwrap().split('"').next().unwrap();
    let change = |pairs: &[(&str, &str)]| alpha.post(&format!("/watches/{id}"), &encoded(pairs));
    assert_eq!(change(&[("what", "mute"), ("name", "ours")]).status, 303);
    let muted = alpha.get("/watches").text();
    assert!(muted.contains("muted</span>") && muted.contains("nothing: it is muted"), "{muted}");
    assert_eq!(change(&[("what", "rename"), ("name", "theirs")]).status, 303);
    assert!(toy.program.ok(&["watch", "list", "--team", "ALPHA"]).contains("theirs"));
    toy.program.ok(&["watch", "mute", "theirs", "--team", "ALPHA", "--off"]);
    assert_eq!(toy.program.json(&["watch", "list", "--team", "ALPHA"])[0]["muted"], false);
    assert_eq!(reader.post(&format!("/watches/{id}"), "what=remove").status, 403);
    assert_eq!(change(&[("what", "remove")]).status, 303);
    assert!(alpha.get("/watches").text().contains("saved no query yet"));
}
