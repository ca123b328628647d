//! `campanile init`: makes everything or nothing, and takes nothing over.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Database, Program, entries};

on_both_databases! {
    async fn directory_that_is_in_use_is_not_initialised_again(database: Database) {
        let program = Program::with_network(database);
        program.team("DFN-CERT");
        let arguments = ["init", "--network", "other", "--domain", "other.example"];
        assert!(program.refused(&arguments).contains("data directory already"));
        assert_eq!(program.json(&["team", "list"])[0]["handle"], "DFN-CERT");
    }
}

#[test]
fn init_makes_everything_for_its_owner_only() {
    let program = Program::with_network(Database::sqlite());
    let data = program.data();
    let made = ["campanile.db", "campanile.toml", "keys", "node", "operator.p12", "spool"];
    assert_eq!(entries(&data), made);
    for name in ["", "campanile.db", "campanile.toml", "keys", "operator.p12"] {
        let mode = std::fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name:?}");
    }
}

#[test]
fn directory_that_is_not_empty_is_left_alone() {
    let program = Program::on(Database::sqlite());
    std::fs::create_dir(program.data()).unwrap();
    std::fs::write(program.data().join("thesis.txt"), "x").unwrap();
    let arguments = ["init", "--network", "toy", "--domain", "list.example"];
    assert!(program.refused(&arguments).contains("not empty"));
    assert_eq!(entries(&program.data()), ["thesis.txt"]);
}

#[test]
fn failed_init_leaves_nothing_and_can_be_repeated() {
    let program = Program::on(Database::sqlite());
    for arguments in [
        &["init", "--network", "", "--domain", "list.example"][..],
        &["init", "--network", "toy", "--domain", "list example"],
        &["init", "--network", "toy", "--domain", "x.example", "--database", "mysql://x"],
        &["init", "--network", "toy", "--domain", "x.example", "--database", "sqlite:///no/dir/x"],
        &[
            "init",
            "--network",
            "toy",
            "--domain",
            "x.example",
            "--database",
            "postgres://u:geheim@127.0.0.1:1/x",
        ],
    ] {
        let told = program.refused(arguments);
        assert!(!told.contains("geheim"), "{told}");
        assert!(!program.data().exists(), "{arguments:?}");
    }
    program.init().must_succeed();
}

#[tokio::test]
async fn database_of_another_network_is_not_taken_over() {
    let first = Program::with_network(Database::postgres().await);
    let second = Program::on(Database::sqlite());
    let url = first.database.init_url().unwrap();
    let arguments = ["init", "--network", "b", "--domain", "b.example", "--database", url];
    assert!(second.refused(&arguments).contains("belongs to the network `toy`"));
    assert!(!second.data().exists());
}

#[tokio::test]
async fn password_of_the_database_is_never_printed() {
    let program = Program::on(Database::postgres().await);
    let url = program.database.init_url().unwrap().to_owned();
    let password = url.split([':', '@']).nth(2).unwrap().to_owned();
    let output = program.init();
    assert_eq!(output.code, Some(0), "{output:?}");
    program.configure(|text| text.replace("/test_", "/no_test_"));
    let refused = program.refused(&["team", "list"]);
    let doctor = program.run(&["doctor", "--json"]);
    for text in [&output.stdout, &output.stderr, &refused, &doctor.stdout, &doctor.stderr] {
        assert!(!text.contains(&password), "{text}");
    }
    assert!(refused.contains("/no_test_"), "{refused}");
}
