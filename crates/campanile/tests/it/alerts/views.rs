//! Who sees what: an alert that a viewer may not see does not exist for it.

use campanile::actions::{
    NewAcknowledgement, NewRevision, acknowledge_alert, claim_calls, remind_teams, revise_alert,
    set_team_state, subscribe, unsubscribe,
};
use campanile::actions::{discard_draft, save_draft};
use campanile::app::alerts::AlertQuery;
use campanile::app::drafts::PickList;
use campanile::error::Kind;
use campanile::store::alerts::Name;
use campanile_core::model::alert::RevisionKind;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::person::Role;
use campanile_core::model::team::TeamState;

use super::{alert, officer, operator, send, three, viewer};
use crate::support::Database;

fn acknowledgement(id: &str) -> NewAcknowledgement<'_> {
    NewAcknowledgement {
        alert: Name::Id(id),
        channel: Channel::Web,
        response: Response::Received,
        remark: "",
    }
}

on_both_databases! {
    async fn restricted_alert_does_not_exist_for_others(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", Some(&["BRAVO"])).await;
        send(&app, "ALPHA", "2", None).await;
        let query = |text: &str| AlertQuery { text: text.into(), ..AlertQuery::default() };
        for (team, expected) in [("ALPHA", 2), ("BRAVO", 2), ("CHARLIE", 1)] {
            let viewer = officer(&app, team).await;
            for text in ["", "overruns"] {
                let page = app.alerts(&viewer, &query(text)).await.unwrap();
                assert_eq!((page.alerts.len(), page.total), (expected, expected), "{team} {text}");
            }
            let found = app.reactions(&viewer, &Default::default()).await.unwrap().summary();
            assert_eq!(found.alerts, expected, "{team}");
        }
        let charlie = officer(&app, "CHARLIE").await;
        let token = app.find_alert(&operator(), Name::Id("ALPHA-1")).await.unwrap().token;
        let absent = app.alert(&charlie, Name::Id("ALPHA-9")).await.unwrap_err().to_string();
        for name in [Name::Id("alpha-1"), Name::Token(&token)] {
            let errors = [
                app.alert(&charlie, name).await.map(drop).unwrap_err(),
                app.alert_history(&charlie, name).await.map(drop).unwrap_err(),
                app.board(&charlie, name).await.map(drop).unwrap_err(),
                app.calling_list(&charlie, name).await.map(drop).unwrap_err(),
                app.reactions_to(&charlie, name).await.map(drop).unwrap_err(),
                claim_calls(&app, &charlie, name, false).await.unwrap_err(),
                remind_teams(&app, &charlie, name).await.map(drop).unwrap_err(),
            ];
            for error in errors {
                assert_eq!((error.kind(), error.to_string()), (Kind::NotFound, absent.clone()));
            }
        }
        let error = acknowledge_alert(&app, &charlie, &acknowledgement("ALPHA-1")).await;
        assert_eq!(error.unwrap_err().to_string(), absent);
        let seen = acknowledge_alert(&app, &charlie, &acknowledgement("ALPHA-2")).await;
        assert!(seen.unwrap().first);
    }

    async fn team_off_the_list_or_suspended_sees_no_alert(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let by = campanile::actions::Actor::Operator;
        let _ = unsubscribe(&app, by, "alert", "BRAVO").await.unwrap();
        let _ = set_team_state(&app, by, "CHARLIE", TeamState::Suspended).await.unwrap();
        for team in ["BRAVO", "CHARLIE"] {
            let viewer = officer(&app, team).await;
            assert_eq!(app.alerts(&viewer, &AlertQuery::default()).await.unwrap().total, 0);
            let error = app.alert(&viewer, Name::Id("ALPHA-1")).await.unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound);
        }
        let _ = subscribe(&app, by, "alert", "BRAVO").await.unwrap();
        let bravo = officer(&app, "BRAVO").await;
        assert!(app.alert(&bravo, Name::Id("ALPHA-1")).await.is_ok());
    }

    async fn operator_sees_boards_and_no_text(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", Some(&["BRAVO"])).await;
        let bravo = officer(&app, "BRAVO").await;
        let said = NewAcknowledgement { remark: "private words", ..acknowledgement("ALPHA-1") };
        acknowledge_alert(&app, &bravo, &said).await.unwrap();
        let page = app.alerts(&operator(), &AlertQuery::default()).await.unwrap();
        assert_eq!(page.total, 1);
        assert!(page.alerts[0].alert.is_none());
        assert!(app.alert(&operator(), Name::Id("ALPHA-1")).await.is_err());
        assert!(app.alert_history(&operator(), Name::Id("ALPHA-1")).await.is_err());
        let board = app.board(&operator(), Name::Id("ALPHA-1")).await.unwrap();
        assert_eq!(board.counts.acknowledged, 1);
        let said = board.rows[1].acknowledged.as_ref().unwrap();
        assert_eq!((said.remark.as_str(), said.by.as_str()), ("", ""));
        let query = AlertQuery { text: "overruns".into(), ..AlertQuery::default() };
        assert_eq!(app.alerts(&operator(), &query).await.unwrap().total, 0);
    }

    async fn only_the_author_revises_and_readers_do_nothing(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let close = || NewRevision {
            alert: Name::Id("ALPHA-1"),
            from: None,
            kind: RevisionKind::Close,
            content: None,
            note: "settled",
            successor: None,
            channel: Channel::Web,
        };
        let bravo = officer(&app, "BRAVO").await;
        let error = revise_alert(&app, &bravo, close()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Denied);
        let reader = viewer(&app, "BRAVO", Role::Reader).await;
        let error = acknowledge_alert(&app, &reader, &acknowledgement("ALPHA-1")).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Denied);
        let error = claim_calls(&app, &reader, Name::Id("ALPHA-1"), false).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Denied);
        let observer = viewer(&app, "BRAVO", Role::Observer).await;
        assert!(app.alert(&observer, Name::Id("ALPHA-1")).await.is_ok());
        let error = app.board(&observer, Name::Id("ALPHA-1")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Denied);
        let alpha = officer(&app, "ALPHA").await;
        assert_eq!(revise_alert(&app, &alpha, close()).await.unwrap().revision, 2);
    }

    async fn drafts_and_pick_lists_are_of_one_team(database: Database) {
        let app = three(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        let id = save_draft(&app, &alpha, None, "0816", "description=wrong&when=yesterday").await;
        let id = id.unwrap();
        assert_eq!(save_draft(&app, &alpha, Some(&id), "0816", "b=2").await.unwrap(), id);
        let stolen = save_draft(&app, &bravo, Some(&id), "0816", "c=3").await.unwrap();
        assert_ne!(stolen, id, "a draft of another team is not touched");
        assert_eq!(app.draft(&alpha, &id).await.unwrap().draft.form, "b=2");
        assert_eq!(app.draft(&bravo, &id).await.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(discard_draft(&app, &bravo, &id).await.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(app.drafts(&alpha).await.unwrap().len(), 1);
        let mut alert = alert("ALPHA", "1");
        alert.affected.systems = vec!["BeOS R5".into(), "beos r5 ".into()];
        let new = campanile::actions::NewAlert {
            alert,
            list: "alert",
            only: None,
            channel: Channel::Web,
            draft: Some(&id),
        };
        campanile::actions::send_alert(&app, &alpha, new).await.unwrap();
        assert!(app.drafts(&alpha).await.unwrap().is_empty(), "sent drafts are discarded");
        assert_eq!(app.picked(&alpha, PickList::Systems).await.unwrap(), ["BeOS R5"]);
        assert!(app.picked(&bravo, PickList::Systems).await.unwrap().is_empty());
    }
}
