//! Teams ask each other why they rate as they do.

use campanile::actions::{answer_question, ask_about_rating, explain_rating};
use campanile_core::model::advisory::disclosure::Audience;

use super::*;
use crate::support::{Database, Https, Kind, NOW, TestApp, Toy};

const WORDS: &str = "CANARY41b7 why not critical?";
const ANSWER: &str = "CANARY93fe our constituency has none";

async fn three(database: Database) -> TestApp {
    let app = TestApp::on(database).await;
    for handle in ["ALPHA", "BRAVO", "CHARLIE"] {
        app.team(handle).await;
    }
    app
}

/// What a viewer reads of the questions about a group.
async fn read(app: &App, viewer: &Viewer) -> String {
    let group = app.group(viewer, "A-1").await.unwrap();
    format!("{:?}", app.questions(viewer, &group).await.unwrap())
}

on_both_databases! {
    async fn question_is_for_who_asks_and_who_is_asked(database: Database) {
        let app = three(database).await;
        let [alpha, bravo, charlie] =
            [officer(&app, "ALPHA").await, officer(&app, "BRAVO").await, officer(&app, "CHARLIE").await];
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let row = id(&import(&app, &alpha, &document, None).await);
        let ask = async |field, words| {
            ask_about_rating(&app, &bravo, Name::Row(&row), field, words).await
        };
        assert!(ask("colour", WORDS).await.is_err());
        assert!(ask("risk", " ").await.is_err());
        let question = ask("risk", WORDS).await.unwrap();
        assert!(ask("risk", WORDS).await.is_err(), "it waits already");
        for (viewer, sees) in [(&alpha, true), (&bravo, true), (&charlie, false)] {
            assert_eq!(read(&app, viewer).await.contains("CANARY41b7"), sees);
        }
        assert!(!read(&app, &Viewer::operator()).await.contains("CANARY41b7"));
        let inbox = async |viewer| app.open_questions(viewer, NOW).await.unwrap();
        assert_eq!(inbox(&alpha).await.len(), 1);
        assert_eq!((inbox(&bravo).await.len(), inbox(&charlie).await.len()), (0, 0));

        assert!(answer_question(&app, &charlie, &question, ANSWER).await.is_err());
        assert!(answer_question(&app, &bravo, &question, ANSWER).await.is_err());
        answer_question(&app, &alpha, &question, ANSWER).await.unwrap();
        assert!(answer_question(&app, &alpha, &question, ANSWER).await.is_err(), "once");
        assert_eq!((inbox(&alpha).await.len(), inbox(&bravo).await.len()), (0, 1));
        assert!(read(&app, &bravo).await.contains("CANARY93fe"));
        // The description is withheld from this team: so is what may speak of it.
        assert!(!read(&app, &charlie).await.contains("CANARY93fe"));
        let all = Disclosure { rest: Audience::Network, ..Disclosure::default() };
        campanile::actions::set_disclosure(&app, &alpha, Name::Row(&row), all).await.unwrap();
        assert!(read(&app, &charlie).await.contains("CANARY93fe"));
    }

    async fn question_about_what_cannot_be_opened_is_told_and_not_left_out(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], None);
        let row = id(&import(&app, &alpha, &document, None).await);
        let _ = ask_about_rating(&app, &bravo, Name::Row(&row), "risk", WORDS).await.unwrap();
        let mut write = app.db.begin_write().await.unwrap();
        let sql = "UPDATE advisory_document SET sealed = substr(sealed, 1, 40)";
        sqlx::query(sql).execute(&mut *write).await.unwrap();
        write.commit().await.unwrap();
        assert!(app.open_questions(&alpha, NOW).await.is_err());
    }

    async fn only_the_issuer_explains_and_only_members_are_asked(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], Some("WHITE"));
        let own = id(&import(&app, &alpha, &document, None).await);
        let vendor = csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], None);
        let vendor = id(&import(&app, &Viewer::operator(), &vendor, None).await);
        assert!(ask_about_rating(&app, &alpha, Name::Row(&own), "risk", WORDS).await.is_err());
        assert!(ask_about_rating(&app, &alpha, Name::Row(&vendor), "risk", WORDS).await.is_err());
        assert!(explain_rating(&app, &bravo, Name::Row(&own), "risk", ANSWER).await.is_err());
        explain_rating(&app, &alpha, Name::Row(&own), "risk", ANSWER).await.unwrap();
        assert!(read(&app, &bravo).await.contains("CANARY93fe"));
    }
}

#[tokio::test]
async fn question_and_answer_go_by_the_pages_and_by_sealed_mail() {
    let teams = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)];
    let toy = Toy::serving(Database::sqlite(), &teams).await;
    let (ada, bob) = (toy.login("ALPHA", "ada"), toy.login("BRAVO", "bob"));
    let (ada, bob) = (Https::new(toy.web, Some(&ada)), Https::new(toy.web, Some(&bob)));
    let document = csaf("ALPHA", "A-1", "1", &["CVE-2026-0001"], Some("WHITE"));
    assert_eq!(ada.ask("POST", "/api/v1/advisories", &[], &document).unwrap().status, 200);
    let page = bob.get("/groups/A-1").text();
    let row = page.split("name=\"advisory\"><option value=\"").nth(1).unwrap();
    let row = row.split('"').next().unwrap();
    let group = toy.program.json(&["group", "list"])[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/groups/{group}/ask");
    let form = |words: &str| format!("what=ask&advisory={row}&field=risk&words={words}");
    let refused = bob.post(&path, &form("+"));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("there are no words"), "{}", refused.text());
    assert_eq!(bob.post(&path, &form("CANARY41b7+why%3F")).status, 303);

    let mail = toy.copies(1).remove(0);
    assert_eq!(mail.recipient, toy.members[0].address);
    let text = toy.open(&toy.members[0], &mail);
    assert!(crate::support::contains(&text, b"CANARY41b7 why?"));
    let home = ada.get("/").text();
    assert!(home.contains("BRAVO asks about A-1: Risk"), "{home}");
    let page = ada.get(&format!("/groups/{group}")).text();
    let question = page.split("name=\"question\" value=\"").nth(1).unwrap();
    let question = question.split('"').next().unwrap();
    let form = format!("what=answer&question={question}&words=CANARY93fe+few+hosts");
    assert_eq!(ada.post(&path, &form).status, 303);
    let mail = toy.copies(2).remove(1);
    assert_eq!(mail.recipient, toy.members[1].address);
    assert!(crate::support::contains(&toy.open(&toy.members[1], &mail), b"CANARY93fe few hosts"));
    assert!(bob.get("/").text().contains("ALPHA has answered about A-1: Risk"));
    assert!(!crate::support::contains(&toy.program.everything(), b"CANARY41b7"));
    let shown = toy.program.json(&["group", "show", "A-1", "--team", "BRAVO"]);
    assert_eq!(shown["questions"][0]["answer"]["words"], "CANARY93fe few hosts");
}
