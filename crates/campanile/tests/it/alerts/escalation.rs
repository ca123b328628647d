//! What happens about silence: each step once for each team.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use campanile::actions::{
    Actor, NewAcknowledgement, NewKeys, NewRevision, NewTeam, acknowledge_alert, add_team,
    add_team_key, generate_list_key, remind_teams, revise_alert, set_list_policy, subscribe,
};
use campanile::app::App;
use campanile::jobs::escalate_alerts::look;
use campanile::store::alerts::Name;
use campanile::store::escalation::{Step, steps};
use campanile_core::crypto::openpgp;
use campanile_core::model::alert::RevisionKind;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::key::Protocol;

use super::{officer, operator, send};
use crate::support::{Database, NOW, TestApp, new_team};

const ALERT: Name<'static> = Name::Id("ALPHA-1");

/// A list with rules, and three teams with keys and telephones; the last has no telephone.
async fn ruled(database: Database, rules: &str) -> TestApp {
    let app = TestApp::on(database).await;
    let by = Actor::Operator;
    app.list("alert").await;
    generate_list_key(&app, by, "alert", NewKeys::Missing).await.unwrap();
    let _ = set_list_policy(&app, by, "alert", &format!("[alerts]\n{rules}")).await.unwrap();
    for (handle, phone) in [("ALPHA", "+49 1"), ("BRAVO", "+49 (0)40 2"), ("CHARLIE", "")] {
        let phone = (!phone.is_empty()).then(|| format!("{phone}000"));
        let team = add_team(&app, by, NewTeam { phone, ..new_team(handle) }).await.unwrap();
        let made = NOW.plus_seconds(-3600);
        let key = openpgp::SecretKey::generate(handle, &team.emails[0], made).unwrap();
        let public = key.certificate().armored().into_bytes();
        add_team_key(&app, by, handle, Protocol::Openpgp, &public).await.unwrap();
        let _ = subscribe(&app, by, "alert", handle).await.unwrap();
    }
    app
}

/// The steps so far: what, whom, how it ended.
async fn taken(app: &App) -> Vec<String> {
    let alert = app.find_alert(&operator(), ALERT).await.unwrap();
    let all = steps(&mut app.db.read().await.unwrap(), &alert.id).await.unwrap();
    all.iter().map(|Step { step, team, state, .. }| format!("{step} {team} {state}")).collect()
}

/// How many copies are in the outbox, by kind.
async fn queued(app: &App, kind: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM delivery WHERE kind = $1";
    let mut read = app.db.read().await.unwrap();
    sqlx::query_scalar(sql).bind(kind).fetch_one(&mut *read).await.unwrap()
}

async fn acknowledge(app: &App, team: &str) {
    let new = NewAcknowledgement {
        alert: ALERT,
        channel: Channel::Web,
        response: Response::Received,
        remark: "",
    };
    acknowledge_alert(app, &officer(app, team).await, &new).await.unwrap();
}

/// A program that notes how it was called.
fn pager(app: &TestApp, exit: u8) -> (PathBuf, PathBuf) {
    let (program, noted) = (app.dir.join("pager"), app.dir.join("noted"));
    let script =
        format!("#!/bin/sh\n(echo \"$# $1\"; cat; echo) >> {}\nexit {exit}\n", noted.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (program, noted)
}

on_both_databases! {
    async fn silent_teams_are_reminded_once_and_then_called(database: Database) {
        let app = ruled(database, "remind_after_minutes = [30]\ncall_after_minutes = 60").await;
        send(&app, "ALPHA", "1", None).await;
        look(&app).await.unwrap();
        look(&app.another_at(29 * 60).await).await.unwrap();
        assert!(taken(&app).await.is_empty(), "too early");
        let later = app.another_at(31 * 60).await;
        for _ in 0..3 {
            look(&later).await.unwrap();
        }
        assert_eq!(taken(&app).await, ["remind-30 BRAVO done", "remind-30 CHARLIE done"]);
        assert_eq!(queued(&app, "copy").await, 5, "three copies and two reminders");
        acknowledge(&later, "BRAVO").await;
        let last = app.another_at(62 * 60).await;
        for _ in 0..2 {
            look(&last).await.unwrap();
        }
        assert_eq!(taken(&app).await[2..], ["call-60 CHARLIE done"]);
        assert_eq!(queued(&app, "reminder").await, 1, "the author is told whom to call");
        let board = last.board(&operator(), ALERT).await.unwrap();
        assert_eq!((board.rows[2].reminders, board.counts.silent), (1, 1));
        let told = board.steps.iter().map(|one| format!("{} {}", one.step, one.team));
        let told: Vec<_> = told.collect();
        assert_eq!(told, ["remind-30 BRAVO", "remind-30 CHARLIE", "call-60 CHARLIE"]);
        let list = last.calling_list(&officer(&app, "ALPHA").await, ALERT).await.unwrap();
        assert_eq!(list.rows[0].reason, "its copy is not delivered yet");
    }

    async fn two_nodes_remind_nobody_twice(database: Database) {
        let app = ruled(database, "remind_after_minutes = [30]").await;
        send(&app, "ALPHA", "1", None).await;
        let (one, two) = (app.another_at(1900).await, app.another_at(1900).await);
        let (first, second) = tokio::join!(look(&one), look(&two));
        first.unwrap();
        second.unwrap();
        assert_eq!(queued(&app, "copy").await, 5, "three copies and two reminders");
        assert_eq!(taken(&app).await.len(), 2);
    }

    async fn reminders_that_were_missed_are_not_made_up_for(database: Database) {
        let app = ruled(database, "remind_after_minutes = [30, 60, 90]").await;
        send(&app, "ALPHA", "1", None).await;
        look(&app.another_at(300 * 60).await).await.unwrap();
        assert_eq!(queued(&app, "copy").await, 5, "three copies and one reminder each");
        let mut taken = taken(&app).await;
        taken.sort();
        assert_eq!(taken[4..], ["remind-90 BRAVO done", "remind-90 CHARLIE done"]);
        assert!(taken[..4].iter().all(|step| step.ends_with("skipped")), "{taken:?}");
    }

    async fn new_rules_hold_for_alerts_of_today(database: Database) {
        let app = ruled(database, "").await;
        send(&app, "ALPHA", "1", None).await;
        let later = app.another_at(3600).await;
        let rules = "[alerts]\nremind_after_minutes = [30]";
        let _ = set_list_policy(&later, Actor::Operator, "alert", rules).await.unwrap();
        look(&later).await.unwrap();
        assert_eq!(taken(&app).await, ["remind-30 BRAVO done", "remind-30 CHARLIE done"]);
    }

    async fn ended_alert_troubles_nobody(database: Database) {
        let app = ruled(database, "remind_after_minutes = [30]").await;
        send(&app, "ALPHA", "1", None).await;
        let close = NewRevision {
            alert: ALERT,
            from: None,
            kind: RevisionKind::Close,
            content: None,
            note: "settled",
            successor: None,
            channel: Channel::Web,
        };
        revise_alert(&app, &officer(&app, "ALPHA").await, close).await.unwrap();
        look(&app.another_at(31 * 60).await).await.unwrap();
        assert!(taken(&app).await.is_empty());
    }

    async fn reminder_by_hand_goes_once_in_ten_minutes(database: Database) {
        let app = ruled(database, "").await;
        send(&app, "ALPHA", "1", None).await;
        let bravo = officer(&app, "BRAVO").await;
        acknowledge(&app, "BRAVO").await;
        assert_eq!(remind_teams(&app, &bravo, ALERT).await.unwrap(), 1);
        assert_eq!(remind_teams(&app, &bravo, ALERT).await.unwrap(), 0);
        let later = app.another_at(601).await;
        assert_eq!(remind_teams(&later, &bravo, ALERT).await.unwrap(), 1);
    }

    async fn telephones_are_paged_once_without_content(database: Database) {
        let mut app = ruled(database, "page_after_minutes = [90]").await;
        let (program, noted) = pager(&app, 0);
        app.app.config.escalation.command = Some(program);
        send(&app, "ALPHA", "1", None).await;
        let (one, two) = (app.another_at(5500).await, app.another_at(5500).await);
        let (first, second) = tokio::join!(look(&one), look(&two));
        first.unwrap();
        second.unwrap();
        look(&one).await.unwrap();
        let noted = std::fs::read_to_string(noted).unwrap();
        let lines: Vec<_> = noted.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, "1 +49402000"), "{noted}");
        assert!(lines[1].starts_with("toy: an alert waits for your team"), "{noted}");
        for secret in ["ALPHA", "CANARY"] {
            assert!(!noted.contains(secret), "{noted}");
        }
        let mut taken = taken(&app).await;
        taken.sort();
        assert_eq!(taken, ["page-90 BRAVO done", "page-90 CHARLIE no-phone"]);
    }

    async fn page_that_fails_is_recorded_and_not_repeated(database: Database) {
        let mut app = ruled(database, "page_after_minutes = [90]").await;
        let (program, noted) = pager(&app, 3);
        app.app.config.escalation.command = Some(program);
        send(&app, "ALPHA", "1", None).await;
        let later = app.another_at(5500).await;
        look(&later).await.unwrap();
        look(&later).await.unwrap();
        assert_eq!(std::fs::read_to_string(noted).unwrap().lines().count(), 2);
        assert!(taken(&app).await.contains(&"page-90 BRAVO failed".to_owned()));
    }
}

#[tokio::test]
async fn webhook_gets_number_and_text_once() {
    use std::io::{Read, Write};
    let mut app = ruled(Database::sqlite(), "page_after_minutes = [90]").await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let other_side = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut part) = (Vec::new(), [0; 4096]);
        // The body ends with the only closing brace.
        while !request.ends_with(b"}") {
            let count = stream.read(&mut part).unwrap();
            request.extend_from_slice(&part[..count]);
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    });
    app.app.config.escalation.webhook = Some(format!("http://127.0.0.1:{port}/send"));
    send(&app, "ALPHA", "1", None).await;
    let later = app.another_at(5500).await;
    look(&later).await.unwrap();
    look(&later).await.unwrap();
    let request = other_side.join().unwrap();
    assert!(request.starts_with("POST /send HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\"number\":\"+49402000\""), "{request}");
    assert!(!request.contains("CANARY") && !request.contains("ALPHA"), "{request}");
    assert!(taken(&app).await.contains(&"page-90 BRAVO done".to_owned()));
}
