//! What an applicant is told when its application was decided.

use campanile::actions::{NewKeys, Verdict, decide_application, generate_list_key};
use campanile::app::App;
use campanile::error::Kind as Fault;
use campanile_core::mime::{self, text::body_text};

use crate::membership::{OPERATOR, complete};
use crate::support::{Database, TestApp};

/// The part of the only mail that waits which is of its recipient alone: all of a small one.
async fn head(app: &App) -> String {
    let mut read = app.db.read().await.unwrap();
    let head = sqlx::query_scalar("SELECT head FROM delivery").fetch_one(&mut *read);
    String::from_utf8(head.await.unwrap()).unwrap()
}

/// What waits to be sent: to whom, what it is, how it is sealed.
async fn outbox(app: &App) -> Vec<(String, String, Option<String>)> {
    let sql = "SELECT d.recipient, d.kind, s.container FROM delivery d \
               LEFT JOIN sealed_body s ON s.id = d.sealed_id ORDER BY d.id";
    let mut read = app.db.read().await.unwrap();
    sqlx::query_as(sql).fetch_all(&mut *read).await.unwrap()
}

on_both_databases! {
    async fn applicant_is_told_of_the_decision_and_not_of_its_reason(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        generate_list_key(&app, OPERATOR, "alert", NewKeys::Missing).await.unwrap();
        decide_application(&app, OPERATOR, &id, Verdict::Reject, "CANARY-REASON").await.unwrap();
        let told = outbox(&app).await;
        assert_eq!(told.len(), 1);
        let (recipient, kind, container) = &told[0];
        assert_eq!((recipient.as_str(), kind.as_str()), ("cert@new-cert.example", "decision"));
        assert!(container.as_ref().unwrap().starts_with("openpgp-seipd"), "{container:?}");
        let head = head(&app).await;
        // A key-slot comes first: a packet of type 1, in base64.
        assert!(head.starts_with("wW") || head.starts_with("wV"), "{head}");
        for secret in ["CANARY", "admitted", "NEW-CERT"] {
            assert!(!head.contains(secret), "{secret} in {head}");
        }
        let again = decide_application(&app, OPERATOR, &id, Verdict::Reject, "x").await;
        assert_eq!(again.unwrap_err().kind(), Fault::Conflict);
        assert_eq!(outbox(&app).await.len(), 1, "told once");
    }

    async fn applicant_without_a_key_that_seals_is_told_nothing_in_clear(database: Database) {
        let app = TestApp::on(database).await;
        // The list has no key: nothing can be sealed for anybody.
        let (id, _) = complete(&app).await;
        decide_application(&app, OPERATOR, &id, Verdict::Reject, "CANARY-REASON").await.unwrap();
        let told = outbox(&app).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].2, None, "nothing is sealed");
        let head = head(&app).await;
        let body = body_text(&mime::read(head.as_bytes()).unwrap());
        assert!(body.contains("There is news about an application"), "{body}");
        let head = format!("{head}{body}");
        for secret in ["CANARY", "admitted", "NEW-CERT", "New CERT", "ejected"] {
            assert!(!head.contains(secret), "{secret} in {head}");
        }
    }
}
