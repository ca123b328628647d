//! Who sees what, and when everybody does.

use std::collections::BTreeMap;

use campanile::actions::{Deciding, decide_group, set_disclosure};
use campanile::jobs::lift_embargo;
use campanile_core::model::advisory::disclosure::{Audience, Part};

use super::*;
use crate::support::{Database, Https, Kind, NOW, TestApp, Toy};

async fn three(database: Database) -> TestApp {
    let app = TestApp::on(database).await;
    for handle in ["ALPHA", "BRAVO", "CHARLIE"] {
        app.team(handle).await;
    }
    app
}

/// Everything that a viewer gets of an advisory, as text; empty when there is none.
async fn seen(app: &App, viewer: &Viewer, row: &str) -> String {
    match app.advisory(viewer, Name::Row(row)).await {
        Ok(open) => format!("{open:?}"),
        Err(_) => String::new(),
    }
}

fn rules(rest: Audience) -> Disclosure {
    Disclosure { rest, ..Disclosure::default() }
}

fn only(handle: &str) -> Audience {
    Audience::Teams([handle.parse().unwrap()].into())
}

on_both_databases! {
    async fn minimum_of_a_teams_advisory_is_for_all_and_the_rest_for_itself(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let row = id(&import(&app, &alpha, &document, None).await);
        assert!(seen(&app, &alpha, &row).await.contains(CANARY));
        let minimum = seen(&app, &bravo, &row).await;
        assert!(!minimum.contains("CANARY7c20"), "{minimum}");
        assert!(minimum.contains("Title of A-1") && minimum.contains("CVE-2026-0001"));
        // A part of it for one team more.
        let parts = BTreeMap::from([(Part::Description, only("BRAVO"))]);
        let wider = Disclosure { parts, ..rules(Audience::Own) };
        set_disclosure(&app, &alpha, Name::Row(&row), wider).await.unwrap();
        assert!(seen(&app, &bravo, &row).await.contains(CANARY));
        let charlie = officer(&app, "CHARLIE").await;
        assert!(!seen(&app, &charlie, &row).await.contains("CANARY7c20"));
        let error = set_disclosure(&app, &bravo, Name::Row(&row), rules(Audience::Network)).await;
        assert!(error.is_err());
    }

    async fn exception_hides_that_there_is_an_advisory(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let public = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        import(&app, &Viewer::operator(), &public, None).await;
        let exception = Some("plans of the site".into());
        let hidden = Disclosure { exception, ..rules(only("BRAVO")) };
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let row = id(&import(&app, &alpha, &document, Some(&hidden)).await);
        let charlie = officer(&app, "CHARLIE").await;
        assert_eq!(seen(&app, &charlie, &row).await, "");
        assert_eq!(seen(&app, &Viewer::operator(), &row).await, "");
        assert!(seen(&app, &bravo, &row).await.contains(CANARY));
        for viewer in [&alpha, &bravo, &charlie] {
            let group = app.group(viewer, "CVE-2026-0001").await.unwrap();
            assert_eq!((group.members.len(), group.listed.group.members), (1, 1));
        }
        let listed = async |viewer| app.newest_advisories(viewer, 10).await.unwrap();
        assert_eq!(listed(&charlie).await.len(), 1);
        assert_eq!(listed(&bravo).await[0].number, "A-1");
        // Shown after all, it is where it belongs; hidden again, it is gone.
        set_disclosure(&app, &alpha, Name::Row(&row), rules(Audience::Own)).await.unwrap();
        assert_eq!(app.group(&charlie, "CVE-2026-0001").await.unwrap().members.len(), 2);
        set_disclosure(&app, &alpha, Name::Row(&row), hidden.clone()).await.unwrap();
        assert_eq!(app.group(&charlie, "CVE-2026-0001").await.unwrap().members.len(), 1);
        let unfounded = Disclosure { exception: Some("  ".into()), ..hidden };
        assert!(set_disclosure(&app, &alpha, Name::Row(&row), unfounded).await.is_err());
    }

    async fn decision_about_a_hidden_advisory_is_hidden_with_it(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let by = Viewer::operator();
        let public = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        let other = id(&import(&app, &by, &public, None).await);
        let own = csaf("ALPHA", "A-1-CANARY", "1", &["CVE-2026-0002"], None);
        let row = id(&import(&app, &alpha, &own, None).await);
        decide_group(&app, &alpha, Deciding::Join(&row, &other), "same bug").await.unwrap();
        let told = async |viewer| {
            let group = app.group(viewer, "V-1").await.unwrap();
            let names = group.decisions.iter().map(|one| format!("{:?}", one.names));
            (group.members.len(), names.collect::<Vec<_>>().concat().to_lowercase())
        };
        assert!(told(&bravo).await.1.contains("a-1-canary"));
        let exception = Some("plans of the site".into());
        let hidden = Disclosure { exception, ..rules(only("ALPHA")) };
        set_disclosure(&app, &alpha, Name::Row(&row), hidden).await.unwrap();
        assert_eq!(told(&bravo).await, (1, String::new()));
        assert_eq!(told(&by).await, (1, String::new()));
        // Shown again, it is where it was joined to.
        set_disclosure(&app, &alpha, Name::Row(&row), rules(Audience::Own)).await.unwrap();
        let (members, names) = told(&bravo).await;
        assert!(members == 2 && names.contains("a-1-canary"), "{members} {names}");
    }

    async fn whole_is_released_at_its_time_and_not_before(database: Database) {
        let app = three(database).await;
        let alpha = officer(&app, "ALPHA").await;
        let at = NOW.plus_seconds(3600);
        let embargo = Disclosure { release_at: Some(at), ..rules(Audience::Own) };
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let row = id(&import(&app, &alpha, &document, Some(&embargo)).await);
        for (seconds, count) in [(3599, 0), (3600, 1), (7200, 0)] {
            let later = app.another_at(seconds).await;
            assert_eq!(lift_embargo::look(&later).await.unwrap(), count, "{seconds}");
            let bravo = officer(&later, "BRAVO").await;
            let open = later.advisory(&bravo, Name::Row(&row)).await.unwrap();
            assert_eq!(format!("{open:?}").contains(CANARY), seconds >= 3600);
            let until = open.newest.withheld.first().and_then(|one| one.until);
            assert_eq!(until, (seconds < 3600).then_some(at));
        }
        let open = app.advisory(&Viewer::operator(), Name::Id("A-1")).await.unwrap();
        assert_eq!(open.newest.document.as_deref(), Some(document.as_slice()));
    }

    async fn narrower_version_of_a_public_advisory_is_refused(database: Database) {
        let app = three(database).await;
        let by = Viewer::operator();
        import(&app, &by, &csaf("Vendor", "V-1", "1", &[], Some("WHITE")), None).await;
        let red = import(&app, &by, &csaf("Vendor", "V-1", "2", &[], Some("RED")), None).await;
        assert!(matches!(red, Taken::Refused { .. }), "{red:?}");
    }

    async fn withheld_texts_are_not_in_the_database(database: Database) {
        let app = three(database).await;
        let alpha = officer(&app, "ALPHA").await;
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        import(&app, &alpha, &document, None).await;
        let mut read = app.db.read_snapshot().await.unwrap();
        let mut rows = Vec::new();
        campanile::store::dump::dump(&app.db, &mut read, |chunk| {
            rows.extend(chunk.bytes);
            Ok(())
        })
        .await
        .unwrap();
        assert!(crate::support::contains(&rows, b"Title of A-1"));
        let lower = rows.to_ascii_lowercase();
        assert!(!crate::support::contains(&lower, b"canary7c20"));
    }
}

#[tokio::test]
async fn team_looks_at_its_advisory_as_another_would_before_it_decides() {
    let teams = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)];
    let toy = Toy::serving(Database::sqlite(), &teams).await;
    let (ada, bob) = (toy.login("ALPHA", "ada"), toy.login("BRAVO", "bob"));
    let (ada, bob) = (Https::new(toy.web, Some(&ada)), Https::new(toy.web, Some(&bob)));
    let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], Some("RED"));
    assert_eq!(ada.ask("POST", "/api/v1/advisories", &[], &document).unwrap().status, 200);
    let row = toy.program.json(&["advisory", "show", "A-1", "--team", "ALPHA"]);
    let path = format!("/advisories/{}", row["id"].as_str().unwrap());
    let send = |form: &str| ada.post(&format!("{path}/audience"), form);
    let shown = ada.get(&path).text();
    assert!(shown.contains("name=\"audience\" value=\"own\""), "the rules that hold: {shown}");

    let preview = "what=preview&as=BRAVO&audience=own&release_at=&exception=";
    let section = |form: &str| {
        let page = send(form);
        assert_eq!(page.status, 200);
        let text = page.text();
        let section = text.split("id=\"seen-as\"").nth(1).unwrap().split("</section>").next();
        section.unwrap().to_owned()
    };
    let own = section(preview);
    assert!(own.contains("As BRAVO would see it") && own.contains("CVE-2026-0001"), "{own}");
    assert!(own.contains("Withheld:") && !own.contains(CANARY), "{own}");
    assert!(section(&format!("{preview}&description=BRAVO")).contains(CANARY));
    let hidden = preview.replace("exception=", "exception=plans");
    assert!(section(&hidden).contains("would not learn that there is"), "{hidden}");
    // Looking decides nothing.
    assert!(!bob.get(&path).text().contains(CANARY));
    assert_eq!(send("what=preview&as=NOBODY&audience=own").status, 404);
    let refused = send("what=decide&audience=own&description=no+team!");
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("value=\"no team!\""), "what was typed stays");
    assert_eq!(send("what=decide&audience=own&description=BRAVO").status, 303);
    assert!(bob.get(&path).text().contains(CANARY));
    let theirs = bob.post(&format!("{path}/audience"), preview);
    assert!(theirs.status == 403 || theirs.status == 404, "{}", theirs.status);
}
