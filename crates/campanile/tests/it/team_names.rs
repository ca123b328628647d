//! Names of teams that look like those of others, by every way that a name comes in.

use campanile::actions::{
    Admission, Applying, Filing, NewTeam, Outcome, TeamChange, Verdict, add_team, apply,
    change_team, decide_application,
};
use campanile::error::{Kind, Result};
use campanile_core::model::membership::Form;
use serde_json::json;

use crate::membership::{OPERATOR, complete};
use crate::support::{Database, Program, TestApp, new_team};

/// No names, whatever other teams are called.
const BAD: [&str; 7] = [
    "DFN\u{202e}TREC",
    "DFN-CЕRT",
    "DFN\u{2010}CERT",
    "DFN-CERT ",
    "<b>DFN-CERT</b>",
    "\u{216e}FN-CERT",
    "DFN-CERT, PRE-CERT",
];
/// Names, if it were not for DFN-CERT.
const ALIKE: [&str; 4] = ["dfn-cert", "DFN CERT", "DFÑ-CERT", "Universität X, DFN-CERT"];

fn refusal<T: std::fmt::Debug>(done: Result<T>) -> (Kind, String) {
    let error = done.unwrap_err();
    (error.kind(), error.public().to_string())
}

on_both_databases! {
    async fn team_is_not_added_under_a_name_like_another(database: Database) {
        let app = TestApp::on(database).await;
        app.team("DFN-CERT").await;
        let add = |name: &str| {
            add_team(&app, OPERATOR, NewTeam { name: name.into(), ..new_team("NEW") })
        };
        for name in BAD {
            let (kind, text) = refusal(add(name).await);
            assert_eq!(kind, Kind::Invalid, "{name:?}");
            assert!(text.starts_with("this is no name for a team: "), "{text}");
        }
        for name in ALIKE {
            let (kind, text) = refusal(add(name).await);
            assert_eq!(kind, Kind::Conflict, "{name:?}");
            assert_eq!(text, "the name can be taken for one of the team DFN-CERT");
        }
        add("ΕΛΛΑΣ-CERT").await.unwrap();
    }

    async fn handle_like_that_of_another_team_is_refused(database: Database) {
        let app = TestApp::on(database).await;
        app.team("DFN-CERT").await;
        let other = NewTeam { handle: "DFN_CERT".into(), ..new_team("NEW") };
        let (kind, text) = refusal(add_team(&app, OPERATOR, other).await);
        assert_eq!(kind, Kind::Conflict);
        assert_eq!(text, "the short name can be taken for one of the team DFN-CERT");
        let (_, text) = refusal(add_team(&app, OPERATOR, new_team("dfn-cert")).await);
        assert_eq!(text, "there is a team `DFN-CERT` already");
    }

    async fn team_is_not_renamed_to_look_like_another(database: Database) {
        let app = TestApp::on(database).await;
        app.team("DFN-CERT").await;
        app.team("NEW").await;
        let rename = |handle: &'static str, name: &str| {
            let change = TeamChange { name: Some(name.into()), ..TeamChange::default() };
            change_team(&app, OPERATOR, handle, change)
        };
        for name in BAD {
            assert_eq!(refusal(rename("NEW", name).await).0, Kind::Invalid, "{name:?}");
        }
        for name in ALIKE {
            assert_eq!(refusal(rename("NEW", name).await).0, Kind::Conflict, "{name:?}");
        }
        assert_eq!(rename("DFN-CERT", "Dfn-Cert").await.unwrap(), Outcome::Changed);
    }

    async fn applicant_like_a_team_is_told_apart_when_it_is_decided(database: Database) {
        let app = TestApp::on(database).await;
        let (id, _) = complete(&app).await;
        let other = NewTeam { name: "new-cert".into(), ..new_team("OTHER") };
        add_team(&app, OPERATOR, other).await.unwrap();
        let verdict = Verdict::Admit(Admission::default());
        let decided = decide_application(&app, OPERATOR, &id, verdict, "two sponsors").await;
        let (kind, text) = refusal(decided);
        assert_eq!(kind, Kind::Conflict);
        assert!(text.contains("can be taken for one of the team OTHER"), "{text}");
    }
}

#[tokio::test]
async fn application_under_a_bad_name_has_a_fault_at_the_name() {
    let app = TestApp::on(Database::sqlite()).await;
    for name in BAD {
        let form = Form { name: name.into(), ..Form::default() };
        let filing = apply(&app, OPERATOR, &Applying { form, ..Applying::default() }).await;
        let Filing::Faulty(faults) = filing.unwrap() else { panic!("{name:?} is filed") };
        let fault = faults.iter().find(|fault| fault.field == "name").unwrap();
        assert!(fault.text.starts_with("This is no name for a team: "), "{}", fault.text);
    }
}

fn directory(teams: &[(&str, &str)]) -> String {
    let entry = |(short, name): &(&str, &str)| {
        let address = format!("cert@{}.example", short.to_ascii_lowercase());
        json!({ "short_name": short, "official_name": name,
                "emails": [{ "address": address, "usage": ["contact"] }] })
    };
    json!(teams.iter().map(entry).collect::<Vec<_>>()).to_string()
}

#[tokio::test]
async fn directory_of_others_brings_no_name_like_another() {
    let program = Program::with_network(Database::sqlite());
    program.team("DFN-CERT");
    program.team("OLD");
    let entries = [
        ("OLD", "DFN CERT"),
        ("ONE", "DFN-CЕRT"),
        ("TWO", "dfn cert"),
        ("DFN.CERT", "Somebody"),
        ("THREE", "Third CERT"),
        ("FOUR", "third-cert"),
    ];
    let file = program.file("teams.json", directory(&entries));
    program.ok(&["team", "import", &file, "--apply", "--add"]);
    let plan = program.json(&["team", "import", &file]);
    let outcome = |at: usize| plan["teams"][at]["outcome"].as_str().unwrap().to_owned();
    assert_eq!(program.json(&["team", "show", "OLD"])["name"], "OLD");
    assert!(plan["teams"][0]["notes"].to_string().contains("looks like one of the team DFN-CERT"));
    assert!(plan["teams"][1]["notes"].to_string().contains("mixes scripts"), "{plan}");
    let conflict = "conflict";
    assert_eq!([1, 2, 3, 4, 5].map(outcome), [conflict, conflict, conflict, "same", conflict]);
}
