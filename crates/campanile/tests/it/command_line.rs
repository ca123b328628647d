//! The commands of the registry, as an operator and other programs see them.

use std::io::Read;
use std::process::Stdio;

use crate::support::{Database, Program};

on_both_databases! {
    async fn network_is_set_up_by_commands_alone(database: Database) {
        let program = Program::with_network(database);
        program.ok(&["list", "add", "alert", "alert@list.example"]);
        let team = [
            "team", "add", "--handle", "DFN-CERT", "--name", "DFN-CERT GmbH", "--email",
            "cert@dfn.example", "--email", "alt@dfn.example", "--fqdn", "dfn.example",
            "--standing", "accredited", "--phone", "+49 40 1", "--fax", "+49 40 2",
        ];
        program.ok(&team);
        assert!(program.ok(&["team", "activate", "DFN-CERT"]).contains("active already"));
        program.ok(&["list", "subscribe", "alert", "DFN-CERT"]);
        assert!(program.ok(&["list", "subscribe", "alert", "DFN-CERT"]).contains("already"));

        let teams = program.json(&["team", "list"]);
        assert_eq!(teams[0]["handle"], "DFN-CERT");
        assert_eq!(teams[0]["state"], "active");
        assert_eq!(teams[0]["standing"], "accredited");
        assert_eq!(teams[0]["emails"][1], "alt@dfn.example");
        assert_eq!(teams[0]["keys"].as_array().unwrap().len(), 0);
        assert!(teams[0]["created_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(program.json(&["team", "show", "dfn-cert"])["lists"][0], "alert");
        let list = program.json(&["list", "show", "alert"]);
        assert_eq!(list["address"], "alert@list.example");
        assert_eq!(list["subscribers"][0], "DFN-CERT");
        assert_eq!(program.json(&["list", "list"])[0], list);

        program.ok(&["team", "suspend", "DFN-CERT"]);
        assert_eq!(program.json(&["team", "show", "DFN-CERT"])["state"], "suspended");
        program.ok(&["list", "unsubscribe", "alert", "DFN-CERT"]);
        let list = program.json(&["list", "show", "alert"]);
        assert_eq!(list["subscribers"].as_array().unwrap().len(), 0);
        for listing in [&["team", "key", "list"][..], &["trust", "list"], &["list", "key", "list", "alert"]] {
            assert_eq!(program.json(listing).as_array().unwrap().len(), 0);
        }
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let program = Program::with_network(Database::sqlite());
    for arguments in [
        &[][..],
        &["bogus"],
        &["team"],
        &["team", "add"],
        &["team", "show"],
        &["team", "key", "add", "X"],
        &["team", "key", "add", "X", "--openpgp", "a", "--smime", "b"],
        &["list", "key", "import", "alert"],
        &["list", "key", "import", "alert", "--smime", "a"],
        &["list", "key", "import", "alert", "--smime-key", "a"],
        &["team", "list", "--jsn"],
    ] {
        let output = program.run(arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}: {output:?}");
        assert!(output.stderr.starts_with("error: "), "{output:?}");
        assert!(output.stderr.contains("\nhint: "), "{output:?}");
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn bad_values_are_refused_with_a_hint_and_change_nothing() {
    let program = Program::with_network(Database::sqlite());
    let good = [
        ("--handle", "DFN-CERT"),
        ("--name", "DFN-CERT"),
        ("--email", "cert@dfn.example"),
        ("--fqdn", "dfn.example"),
        ("--standing", "accredited"),
        ("--phone", "+49 40 1"),
    ];
    let bad = [
        ("--handle", ""),
        ("--handle", "../etc"),
        ("--handle", "-rf"),
        ("--handle", "a b"),
        ("--name", ""),
        ("--name", "evil\nFrom: x"),
        ("--name", "\u{202e}nib"),
        ("--email", "a@b@c.example"),
        ("--email", "CERT <cert@dfn.example>"),
        ("--fqdn", "dfn_example"),
        ("--standing", "boss"),
        ("--phone", "call me"),
    ];
    for (option, value) in bad {
        let mut arguments = vec!["team", "add"];
        for (name, good) in good {
            arguments.extend([name, if name == option { value } else { good }]);
        }
        let told = program.refused(&arguments);
        assert!(!told.contains('\u{202e}') && told.lines().count() == 2, "{told:?}");
    }
    for arguments in [
        &["list", "add", "../x", "x@list.example"][..],
        &["list", "add", "Alert", "x@list.example"],
        &["list", "add", "alert", "nowhere"],
        &["team", "key", "revoke", "X", "ABCD"],
        &["trust", "remove", "ABCD"],
    ] {
        program.refused(arguments);
    }
    assert_eq!(program.json(&["team", "list"]).as_array().unwrap().len(), 0);
    assert_eq!(program.json(&["list", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn files_that_are_missing_or_too_large_are_refused_before_they_are_read() {
    let program = Program::with_network(Database::sqlite());
    program.team("DFN-CERT");
    program.ok(&["list", "add", "alert", "alert@list.example"]);
    let large = program.file("large.asc", b"");
    let file = std::fs::File::options().write(true).open(&large).unwrap();
    file.set_len(1 << 40).unwrap();
    for (file, word) in [("none.asc", "does not exist"), (&large, "larger"), ("/", "directory")] {
        for arguments in [
            &["team", "key", "add", "DFN-CERT", "--openpgp", file][..],
            &["team", "key", "add", "DFN-CERT", "--smime", file],
            &["list", "key", "import", "alert", "--openpgp", file],
            &["list", "key", "import", "alert", "--smime", file, "--smime-key", file],
            &["trust", "add", file],
            &["list", "add", "other", "other@list.example", "--policy", file],
        ] {
            let told = program.refused(arguments);
            assert!(told.contains(word), "{told}");
        }
    }
}

#[test]
fn policy_is_taken_from_a_file_and_replaced() {
    let program = Program::with_network(Database::sqlite());
    let policy = program.file("policy.toml", "[conditions]\nstale = \"hold\"\n");
    program.ok(&["list", "add", "alert", "alert@list.example", "--policy", &policy]);
    let shown = program.json(&["list", "show", "alert"]);
    assert_eq!(shown["policy"]["conditions"]["stale"], "hold");
    let printed = program.file("printed.toml", program.ok(&["list", "policy", "alert"]));
    assert!(program.ok(&["list", "policy", "alert", &printed]).contains("the same already"));
    let strict = program.file("strict.toml", "freshness_seconds = 3600\n");
    program.ok(&["list", "policy", "alert", &strict]);
    let shown = program.json(&["list", "show", "alert"]);
    assert_eq!(shown["policy"]["freshness_seconds"], 3600);
    let open = program.file("open.toml", "[conditions]\nnot-encrypted = \"accept\"\n");
    assert!(program.refused(&["list", "policy", "alert", &open]).contains("not-encrypted"));
}

#[test]
fn mistakes_in_the_configuration_are_named() {
    let mut program = Program::with_network(Database::sqlite());
    program.configure(|text| text.replace("[relay]\n", "[relay]\nhots = \"x\"\n"));
    let told = program.refused(&["team", "list"]);
    assert!(told.contains("campanile.toml") && told.contains("hots"), "{told}");
    program.configure(|text| text.replace("hots = \"x\"\n", ""));
    program.set("CAMPANILE_RELAY_PORT", "many");
    assert!(program.refused(&["team", "list"]).contains("CAMPANILE_RELAY_PORT"));
}

#[test]
fn directory_without_network_is_named_with_the_remedy() {
    let program = Program::on(Database::sqlite());
    let told = program.refused(&["team", "list"]);
    assert!(told.contains("campanile init"), "{told}");
    let told = program.refused(&["--dir", "/nowhere", "team", "list"]);
    assert!(told.contains("/nowhere"), "{told}");
}

#[test]
fn option_names_another_directory_than_the_environment() {
    let program = Program::with_network(Database::sqlite());
    let other = program.database.dir().join("other");
    let other = other.to_str().unwrap();
    program.ok(&["init", "--dir", other, "--network", "b", "--domain", "b.example"]);
    program.ok(&["--dir", other, "list", "add", "alert", "alert@b.example"]);
    assert_eq!(program.json(&["list", "list"]).as_array().unwrap().len(), 0);
    assert_eq!(program.json(&["list", "list", "--dir", other]).as_array().unwrap().len(), 1);
}

#[test]
fn reader_that_goes_away_is_no_failure() {
    let program = Program::with_network(Database::sqlite());
    let mut child = program
        .command(&["team", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}

#[test]
fn help_and_version_go_to_standard_output() {
    let program = Program::on(Database::sqlite());
    assert!(program.ok(&["--version"]).starts_with("campanile "));
    for arguments in [&["--help"][..], &["team", "add", "--help"], &["help", "list", "key"]] {
        assert!(program.ok(arguments).contains("Usage: "));
    }
}

#[test]
fn lost_database_file_is_told_and_not_made_anew() {
    let program = Program::with_network(Database::sqlite());
    std::fs::remove_file(program.data().join("campanile.db")).unwrap();
    assert!(program.refused(&["team", "list"]).contains("campanile.db"));
    assert!(!program.data().join("campanile.db").exists());
}

#[test]
fn file_that_is_no_database_is_told() {
    let program = Program::with_network(Database::sqlite());
    std::fs::write(program.data().join("campanile.db"), "x".repeat(8192)).unwrap();
    program.refused(&["team", "list"]);
}
