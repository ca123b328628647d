//! The board, calls, and the telephone.

use campanile::actions::{
    MadeCall, NewAcknowledgement, PhoneCall, acknowledge_alert, acknowledge_by_phone, claim_calls,
    log_call, release_calls, set_phone_pin,
};
use campanile::error::Kind;
use campanile::store::alerts::Name;
use campanile_core::model::alert::follow_up::{CallResult, Channel, Response};
use campanile_core::model::person::Role;

use super::{officer, operator, send, three, viewer};
use crate::support::Database;

const ALERT: Name<'static> = Name::Id("ALPHA-1");

fn said(response: Response, remark: &str) -> NewAcknowledgement<'_> {
    NewAcknowledgement { alert: ALERT, channel: Channel::Web, response, remark }
}

on_both_databases! {
    async fn first_statement_counts_and_the_newest_is_shown(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let bravo = officer(&app, "BRAVO").await;
        let first = acknowledge_alert(&app, &bravo, &said(Response::Received, "")).await.unwrap();
        assert!(first.first);
        let later = app.another_at(60).await;
        let again = said(Response::NotAffected, "no Windows here");
        assert!(!acknowledge_alert(&later, &bravo, &again).await.unwrap().first);
        let charlie = officer(&app, "CHARLIE").await;
        let board = app.board(&charlie, ALERT).await.unwrap();
        let counts = board.counts;
        assert_eq!((counts.asked, counts.acknowledged, counts.silent), (2, 1, 1));
        assert_eq!((counts.not_affected, counts.held), (1, 2));
        let row = &board.rows[1];
        let shown = row.acknowledged.as_ref().unwrap();
        assert_eq!((row.team.as_str(), shown.remark.as_str()), ("BRAVO", "no Windows here"));
        assert_eq!(shown.first_at.plus_seconds(60), shown.at);
        assert_eq!(shown.by, "BRAVO officer");
        assert!(board.rows[0].author && board.rows[0].silent_since.is_none());
        let figures = app.reactions_to(&charlie, ALERT).await.unwrap();
        assert_eq!(figures.summary().all.median_seconds, Some(0));
        assert!(figures.csv().unwrap().contains("ALPHA-1,false,BRAVO,"));
    }

    async fn calls_are_taken_by_one_and_logged(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        claim_calls(&app, &bravo, ALERT, false).await.unwrap();
        let error = claim_calls(&app, &alpha, ALERT, false).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        claim_calls(&app, &alpha, ALERT, true).await.unwrap();
        let list = app.calling_list(&bravo, ALERT).await.unwrap();
        assert_eq!(list.claim.unwrap().by, "ALPHA officer");
        let silent: Vec<_> = list.rows.iter().map(|row| row.team.as_str()).collect();
        assert_eq!(silent, ["BRAVO", "CHARLIE"]);
        assert!(list.rows[0].reason.contains("no usable key"));
        let call = |result, response| MadeCall {
            alert: ALERT,
            team: "CHARLIE",
            result,
            note: "night shift",
            response,
        };
        log_call(&app, &alpha, &call(CallResult::NoAnswer, None)).await.unwrap();
        let left = call(CallResult::Message, Some(Response::Working));
        let error = log_call(&app, &alpha, &left).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        let list = app.calling_list(&bravo, ALERT).await.unwrap();
        assert_eq!(list.rows[1].calls[0].note, "night shift");
        log_call(&app, &alpha, &call(CallResult::Reached, Some(Response::Working))).await.unwrap();
        let board = app.board(&bravo, ALERT).await.unwrap();
        assert_eq!((board.counts.called, board.counts.working), (1, 1));
        let row = &board.rows[2];
        assert_eq!(row.acknowledged.as_ref().unwrap().channel, Channel::Call);
        assert_eq!((row.calls, row.call.as_ref().unwrap().team.as_deref()), (2, Some("ALPHA")));
        release_calls(&app, &bravo, ALERT).await.unwrap();
        assert!(release_calls(&app, &bravo, ALERT).await.is_err());
    }

    async fn telephone_acknowledges_and_locks_after_three_wrong_tries(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        send(&app, "ALPHA", "2", Some(&["CHARLIE"])).await;
        let code = set_phone_pin(&app, &operator(), "BRAVO").await.unwrap();
        assert_eq!(code.uid.len() + code.pin.len(), 9);
        let right = format!("{} {}", code.uid, code.pin);
        let call = |code| PhoneCall { code, alert: None, response: Response::Received };
        assert_eq!(acknowledge_by_phone(&app, &call(&right)).await.unwrap(), ["ALPHA-1"]);
        let board = app.board(&operator(), ALERT).await.unwrap();
        assert_eq!(board.rows[1].acknowledged.as_ref().unwrap().channel, Channel::Phone);
        let other = if code.pin == "00000" { "00001" } else { "00000" };
        let wrong = format!("{}{other}", code.uid);
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(acknowledge_by_phone(&app, &call(&wrong)).await.unwrap_err().to_string());
        }
        answers.push(acknowledge_by_phone(&app, &call(&right)).await.unwrap_err().to_string());
        answers.push(acknowledge_by_phone(&app, &call("12")).await.unwrap_err().to_string());
        answers.dedup();
        assert_eq!(answers.len(), 1, "wrong, locked and none are answered alike: {answers:?}");
        let later = app.another_at(16 * 60).await;
        assert!(acknowledge_by_phone(&later, &call(&right)).await.unwrap().is_empty());
        let own = viewer(&app, "BRAVO", Role::Representative).await;
        let renewed = set_phone_pin(&app, &own, "BRAVO").await.unwrap();
        assert_eq!(renewed.uid, code.uid);
        let stranger = viewer(&app, "CHARLIE", Role::Representative).await;
        let error = set_phone_pin(&app, &stranger, "BRAVO").await.map(drop).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied);
    }
}
