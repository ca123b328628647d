//! With real peers: a node that is the provider of another, files that gpg has signed, and a run
//! that is cut off.

use std::path::Path;
use std::process::{Command, Stdio};

use campanile::clock::Clock;
use serde_json::{Value, json};

use super::*;
use crate::support::{Kind, Program, Toy, eventually};

/// A network that may ask this machine.
fn subscribed() -> Program {
    let program = Program::with_network(Database::sqlite());
    program.configure(|text| text.replace("# allow = \"\"", "allow = \"localhost, 127.0.0.1\""));
    program
}

fn secret(program: &Program, name: &str, octets: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    let path = program.data().join(name);
    std::fs::write(&path, octets).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// The certificate of a tool of a team, with its key, as PEM.
fn login(toy: &Toy, handle: &str) -> Vec<u8> {
    let file = toy.program.database.dir().join("node.p12");
    let out = file.to_str().unwrap();
    let person = ["--role", "service", "--person", "node", "--email", "node@x.example"];
    let told = toy.program.ok(&[&["ca", "issue", handle], &person[..], &["--out", out]].concat());
    let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
    let packed = openssl::pkcs12::Pkcs12::from_der(&std::fs::read(&file).unwrap()).unwrap();
    let packed = packed.parse2(shown.unwrap()).unwrap();
    let key = packed.pkey.unwrap().private_key_to_pem_pkcs8().unwrap();
    [packed.cert.unwrap().to_pem().unwrap(), key].concat()
}

fn numbers(program: &Program, team: Option<&str>) -> Vec<String> {
    let team: Vec<&str> = team.into_iter().flat_map(|team| ["--team", team]).collect();
    let list = program.json(&[&["advisory", "list", "--count", "1000"], &team[..]].concat());
    let all = list.as_array().unwrap().iter();
    let mut numbers: Vec<_> = all.map(|one| one["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn node_takes_what_another_shows_to_its_team_and_keeps_it_as_narrow() {
    let teams = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Openpgp)];
    let toy = Toy::serving(Database::sqlite(), &teams).await;
    let import = |name: &str, label: &str, rules: &[&str]| {
        let file = toy.program.file(name, csaf("Vendor", name, 1, Some(label)));
        toy.program.ok(&[&["advisory", "import", &file], rules].concat());
    };
    import("V-1", "WHITE", &[]);
    import("V-2", "AMBER", &["--audience", "ALPHA", "--exception", "not for all teams"]);
    import("V-3", "AMBER", &["--audience", "BRAVO", "--exception", "not for all teams"]);
    let subscriber = subscribed();
    for handle in ["CHARLIE", "DELTA"] {
        subscriber.team(handle);
        subscriber.ok(&["team", "activate", handle]);
    }
    secret(&subscriber, "node.pem", &login(&toy, "ALPHA"));
    secret(&subscriber, "ca.pem", toy.program.ok(&["ca", "export"]).as_bytes());
    let place = format!("localhost:{}", toy.web);
    // Without a certificate it is told that one is asked for.
    let told = subscriber.refused(&["source", "add", &place, "--ca", "ca.pem"]);
    assert!(told.contains("403"), "{told}");
    let shown = ["--client-certificate", "node.pem", "--ca", "ca.pem"];
    let terms = ["--name", "peer", "--issuer", "*", "--audience", "CHARLIE"];
    let told = subscriber.ok(&[&["source", "add", &place], &shown[..], &terms[..]].concat());
    assert!(told.contains("(pinned)"), "{told}");
    let told = subscriber.ok(&["source", "fetch", "peer"]);
    assert!(told.contains("2 listed: 2 stored, 0 known, 0 refused"), "{told}");
    let told = subscriber.ok(&["source", "fetch", "peer"]);
    assert!(told.contains("2 listed: 0 stored, 2 known, 0 refused"), "{told}");
    assert_eq!(numbers(&subscriber, Some("CHARLIE")), ["V-1", "V-2"]);
    assert_eq!(numbers(&subscriber, Some("DELTA")), ["V-1"]);
    // A change comes the same way.
    let file = toy.program.file("V-1", csaf("Vendor", "V-1", 2, Some("WHITE")));
    toy.program.ok(&["advisory", "import", &file]);
    let told = subscriber.ok(&["source", "fetch", "peer"]);
    assert!(told.contains("2 listed: 1 stored, 1 known, 0 refused"), "{told}");
}

/// gpg in a home of its own.
fn gpg(home: &Path, at: &[&str], arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("gpg");
    command.env("GNUPGHOME", home).args(["--batch", "--quiet", "--passphrase", ""]);
    let output = command.args(["--pinentry-mode", "loopback"]).args(at).args(arguments).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_gpg_has_signed_are_taken_unless_the_key_has_ended() {
    if Command::new("gpg").arg("--version").output().is_err() {
        return println!("skipped: there is no gpg");
    }
    let dir = tempfile::tempdir().unwrap();
    let then = ["--faked-system-time", "20260101T000000!"];
    let make = |at: &[&str], id: &str, until: &str| {
        gpg(dir.path(), at, &["--quick-gen-key", id, "ed25519", "sign", until]);
    };
    make(&[], "good@x.example", "1y");
    make(&then, "ended@x.example", "1d");
    let provider = Provider::start();
    let mut keys = Vec::new();
    for id in ["good@x.example", "ended@x.example"] {
        let path = format!("/keys/{id}.asc");
        provider.put(&path, gpg(dir.path(), &[], &["--armor", "--export", id]));
        let listed = gpg(dir.path(), &[], &["--with-colons", "--list-keys", id]);
        let listed = String::from_utf8(listed).unwrap();
        let fingerprint = listed.lines().find_map(|line| line.strip_prefix("fpr:")).unwrap();
        let fingerprint = fingerprint.trim_matches(':').to_owned();
        keys.push(json!({ "fingerprint": fingerprint, "url": provider.url(&path) }));
    }
    let rolie = json!({ "rolie": { "feeds": [{ "url": provider.url("/feed.json") }] } });
    provider.write_metadata("Example", "csaf_trusted_provider", &rolie, &json!(keys));
    let now = Clock::System.now();
    for (number, id, at) in
        [("A-1", "good@x.example", &[][..]), ("A-2", "ended@x.example", &then[..])]
    {
        let name = format!("{}.json", number.to_ascii_lowercase());
        let octets = csaf("Example", number, 1, None);
        provider.document(&name, &octets, None, now);
        let file = dir.path().join(&name);
        std::fs::write(&file, &octets).unwrap();
        let sign = ["--armor", "--local-user", id, "--detach-sign", "--output", "-"];
        let signature = gpg(dir.path(), at, &[&sign[..], &[file.to_str().unwrap()]].concat());
        provider.put(&format!("/white/{name}.asc"), signature);
    }
    provider.feed(&[("a-1.json", 1), ("a-2.json", 1)]);
    let program = subscribed();
    program.ok(&["source", "add", &provider.url("/provider-metadata.json")]);
    let told = program.ok(&["source", "fetch", "Example"]);
    assert!(told.contains("2 listed: 1 stored, 0 known, 1 refused"), "{told}");
    let told = program.ok(&["source", "show", "Example"]);
    assert!(told.contains("a-2.json: its signature does not hold (key-expired)"), "{told}");
    let _ = Command::new("gpgconf").env("GNUPGHOME", dir.path()).args(["--kill", "all"]).output();
}

/// A provider with many documents that are not signed.
fn many(count: usize) -> Provider {
    let provider = Provider::start();
    provider.metadata("Example", &[]);
    let names: Vec<_> = (0..count).map(|number| format!("m-{number}.json")).collect();
    for (number, name) in names.iter().enumerate() {
        let octets = csaf("Example", &format!("M-{number}"), 1, None);
        provider.document(name, &octets, None, NOW);
    }
    provider.feed(&names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>());
    provider
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_is_killed_loses_nothing_and_doubles_nothing() {
    const COUNT: usize = 350;
    let provider = many(COUNT);
    let program = subscribed();
    program.ok(&["source", "add", &provider.url("/provider-metadata.json")]);
    let mut killed = 0;
    for round in 1..=2 {
        let mut command = program.command(&["source", "fetch", "Example"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // In the middle of a batch, with some before it taken in.
        eventually("some are taken in", || {
            numbers(&program, None).len() >= 100 * round || child.try_wait().unwrap().is_some()
        });
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0, "it was always quicker");
    let before = numbers(&program, None).len();
    assert!(before < COUNT, "{before}");
    // Whoever was killed holds the lease: it is told, and nothing is done twice at a time.
    let told = program.refused(&["source", "fetch", "Example"]);
    assert!(told.contains("being fetched already"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn server_goes_on_with_a_run_after_a_kill() {
    const COUNT: usize = 350;
    let provider = many(COUNT);
    let mut toy = Toy::new(Database::sqlite(), &[]).await;
    let allow = |text: String| text.replace("# allow = \"\"", "allow = \"127.0.0.1\"");
    toy.program.configure(allow);
    toy.program.ok(&["source", "add", &provider.url("/provider-metadata.json")]);
    toy.serve();
    eventually("some are taken in", || numbers(&toy.program, None).len() >= 100);
    toy.kill();
    let before = numbers(&toy.program, None).len();
    toy.serve();
    let state = || -> Value { toy.program.json(&["source", "show", "Example"]) };
    eventually("it is done", || state()["state"] == "well");
    let expected: Vec<_> = {
        let mut all: Vec<_> = (0..COUNT).map(|number| format!("M-{number}")).collect();
        all.sort();
        all
    };
    assert_eq!(numbers(&toy.program, None), expected, "{before} before the kill");
    let totals = state()["totals"].clone();
    assert_eq!(totals, json!({ "here": COUNT, "refused": 0 }));
}
