//! Directories of others: compared, taken, written.

use crate::support::{Database, Program};

const TI: &str = include_str!("../../../../testdata/registry/teams.json");
const FIRST: &str = include_str!("../../../../testdata/registry/global-irt.json");
const KEY: &str = "0000111122223333444455556666777788889999";

on_both_databases! {
    async fn preview_changes_nothing(database: Database) {
        let program = Program::with_network(database);
        program.team("EX-CERT");
        let file = program.file("teams.json", TI);
        let before = program.json(&["team", "show", "EX-CERT"]);
        let plan = program.json(&["team", "import", &file]);
        assert_eq!(plan["applied"], false);
        assert_eq!(plan["teams"][0]["outcome"], "changed");
        assert_eq!(plan["findings"].as_array().unwrap().len(), 4);
        assert_eq!(program.json(&["team", "show", "EX-CERT"]), before);
        let text = program.ok(&["team", "import", &file]);
        assert!(text.contains("nothing was changed"), "{text}");
        assert!(text.contains("host organisation: Example University"), "{text}");
    }

    async fn data_are_taken_and_keys_addresses_and_standing_are_not(database: Database) {
        let program = Program::with_network(database);
        program.team("EX-CERT");
        let file = program.file("teams.json", TI);
        let text = program.ok(&["team", "import", &file, "--apply"]);
        assert!(text.contains(&format!("key {KEY} is not registered")), "{text}");
        assert!(text.contains("cert@ex.example is not registered, and is not taken"), "{text}");
        assert!(text.contains("its standing here is listed, and stays so"), "{text}");
        let team = program.json(&["team", "show", "EX-CERT"]);
        assert_eq!(team["name"], "Example University CERT");
        assert_eq!(team["emails"][0], "cert@ex-cert.example");
        assert_eq!(team["standing"], "listed");
        assert_eq!(team["keys"], serde_json::json!([]));
        assert_eq!(team["directory"]["country"], "DE");
        assert_eq!(team["evidence"][0]["kind"], "ti-accredited");
        let again = program.ok(&["team", "import", &file, "--apply"]);
        assert!(again.contains("0 changed, 1 the same"), "{again}");
    }

    async fn team_that_is_not_here_becomes_a_candidate_when_asked_for(database: Database) {
        let program = Program::with_network(database);
        let file = program.file("irt.json", FIRST);
        program.ok(&["team", "import", &file, "--apply"]);
        assert_eq!(program.json(&["team", "list"]), serde_json::json!([]));
        program.ok(&["team", "import", &file, "--apply", "--add"]);
        let team = program.json(&["team", "show", "EX-CERT"]);
        assert_eq!((&team["state"], &team["keys"]), (&"candidate".into(), &serde_json::json!([])));
        assert_eq!(team["directory"]["ids"]["first"], "EX/CERT");
        let again = program.json(&["team", "import", &file]);
        assert_eq!(again["teams"][0]["outcome"], "same");
    }

    async fn what_was_exported_comes_back_the_same(database: Database) {
        let program = Program::with_network(database);
        program.team("EX-CERT");
        let file = program.file("teams.json", TI);
        program.ok(&["team", "import", &file, "--apply"]);
        for format in ["ti", "first"] {
            let written = program.ok(&["team", "export", "--format", format]);
            let file = program.file("export.json", written);
            let plan = program.json(&["team", "import", &file, "--format", format]);
            assert_eq!(plan["findings"], serde_json::json!([]), "{format}");
            assert_eq!(plan["teams"][0]["handle"], "EX-CERT");
            if format == "ti" {
                assert_eq!(plan["teams"][0]["outcome"], "same", "{plan}");
            }
        }
    }
}

#[tokio::test]
async fn entry_that_could_be_two_teams_is_a_conflict() {
    let program = Program::with_network(Database::sqlite());
    program.team("EX-CERT");
    program.ok(&[
        "team",
        "add",
        "--handle",
        "OTHER",
        "--name",
        "Other",
        "--email",
        "cert@ex.example",
        "--fqdn",
        "ex.example",
    ]);
    let file = program.file("teams.json", TI);
    let text = program.ok(&["team", "import", &file, "--apply"]);
    assert!(text.contains("conflict: EX-CERT"), "{text}");
    assert_eq!(program.json(&["team", "show", "EX-CERT"])["name"], "EX-CERT");
}

#[tokio::test]
async fn file_that_is_no_directory_is_refused() {
    let program = Program::with_network(Database::sqlite());
    for (content, why) in [("{]", "no JSON"), ("{}", "no list of teams")] {
        let file = program.file("x.json", content);
        let told = program.refused(&["team", "import", &file]);
        assert!(told.contains(why), "{told}");
    }
    let told = program.run(&["team", "import", "x.json", "--add"]);
    assert_eq!(told.code, Some(2), "--add without --apply");
}

#[tokio::test]
async fn exported_directory_has_no_team_that_is_not_listed() {
    let program = Program::with_network(Database::sqlite());
    program.team("ALPHA");
    program.team("BRAVO");
    program.ok(&["team", "leave", "BRAVO", "--reason", "merged"]);
    let written = program.ok(&["team", "export", "--format", "ti"]);
    assert!(written.contains("ALPHA") && !written.contains("BRAVO"), "{written}");
}
