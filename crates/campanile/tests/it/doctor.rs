//! `campanile doctor` sees what is wrong and says what to do.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use campanile::clock::Clock;
use serde_json::Value;

use crate::support::{Authority, Database, Program};

/// A network with a relay that accepts connections and free ports.
struct Patient {
    program: Program,
    _relay: TcpListener,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn patient(database: Database) -> Patient {
    let program = Program::with_network(database);
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = relay.local_addr().unwrap().port();
    program.configure(|text| {
        let mut text = text.replace("port = 2526", &format!("port = {port}"));
        for fixed in ["2525", "8443", "9464"] {
            text = text.replace(&format!(":{fixed}\""), &format!(":{}\"", free_port()));
        }
        text
    });
    Patient { program, _relay: relay }
}

impl Patient {
    /// Exit code and the checks of a name with a status.
    fn examine(&self) -> (i32, Vec<Value>) {
        let output = self.program.run(&["doctor", "--json"]);
        let report: Value = serde_json::from_str(&output.stdout).unwrap();
        (output.code.unwrap(), report.as_array().unwrap().clone())
    }

    /// The one check of a name with a status whose text or hint has a word in it.
    fn finds(&self, name: &str, status: &str, word: &str) -> bool {
        let (code, checks) = self.examine();
        assert_eq!(code, i32::from(checks.iter().any(|check| check["status"] == "fail")));
        checks.iter().any(|check| {
            let told = format!("{} {}", check["text"], check["hint"]);
            check["name"] == name && check["status"] == status && told.contains(word)
        })
    }
}

/// A network with the list `alert` and one S/MIME key of it, with the path of its file.
fn with_key() -> (Patient, std::path::PathBuf) {
    let patient = patient(Database::sqlite());
    let program = &patient.program;
    program.ok(&["list", "add", "alert", "alert@list.example"]);
    let issued = Authority::new("Toy CA").issue("alert@list.example");
    let certificate = program.file("crt", issued.pem());
    let key = program.file("key", issued.key_pem());
    program.ok(&["list", "key", "import", "alert", "--smime", &certificate, "--smime-key", &key]);
    let name = format!("keys/list/alert/smime-{}.pem", issued.fingerprint());
    let path = program.data().join(name);
    (patient, path)
}

/// Moves the end of every key of a list.
async fn set_end(program: &Program, seconds: i64) {
    let mut raw = program.database.raw(&program.data().join("campanile.db")).await;
    let end = Clock::System.now().plus_seconds(seconds).micros();
    sqlx::query("UPDATE list_key SET expires_at = $1").bind(end).execute(&mut raw).await.unwrap();
}

on_both_databases! {
    async fn healthy_network_has_no_failure(database: Database) {
        let patient = patient(database);
        let (code, checks) = patient.examine();
        assert_eq!(code, 0, "{checks:?}");
        let names = ["config", "files", "user", "ports", "relay", "database", "clock", "teams"];
        for name in names {
            assert!(checks.iter().any(|check| check["name"] == name), "{name}");
        }
    }
}

#[test]
fn broken_configuration_is_the_only_thing_told() {
    let patient = patient(Database::sqlite());
    patient.program.configure(|text| text.replace("[relay]", "[realy]"));
    let (code, checks) = patient.examine();
    assert_eq!((code, checks.len()), (1, 1));
    assert!(patient.finds("config", "fail", "realy"));
}

#[test]
fn relay_that_does_not_answer_fails() {
    let patient = patient(Database::sqlite());
    patient.program.configure(|text| {
        let start = text.find("port = ").unwrap();
        let end = start + text[start..].find('\n').unwrap();
        format!("{}port = {}{}", &text[..start], free_port(), &text[end..])
    });
    assert!(patient.finds("relay", "fail", "refused"));
}

#[test]
fn port_in_use_is_a_warning_and_a_port_given_twice_a_failure() {
    let patient = patient(Database::sqlite());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    patient.program.configure(|text| {
        let line = |listen: &str| {
            listen.starts_with("listen").then(|| format!("listen = \"127.0.0.1:{port}\""))
        };
        text.lines().map(|l| line(l).unwrap_or_else(|| l.into()) + "\n").collect()
    });
    assert!(patient.finds("ports", "warn", "in use"));
    assert!(patient.finds("ports", "fail", "are both"));
}

#[test]
fn files_open_to_others_are_told_with_the_remedy() {
    let patient = patient(Database::sqlite());
    let data = patient.program.data();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(patient.finds("files", "warn", "chmod 700"));
}

#[test]
fn missing_certificate_for_starttls_fails() {
    let patient = patient(Database::sqlite());
    patient
        .program
        .configure(|text| text.replace("# tls_cert", "tls_cert").replace("# tls_key", "tls_key"));
    assert!(patient.finds("tls", "fail", "smtp.crt.pem"));
}

#[test]
fn team_without_key_is_told() {
    let patient = patient(Database::sqlite());
    patient.program.team("DFN-CERT");
    assert!(patient.finds("teams", "warn", "DFN-CERT"));
    patient.program.ok(&["team", "suspend", "DFN-CERT"]);
    assert!(!patient.finds("teams", "warn", "DFN-CERT"));
}

#[test]
fn team_whose_certificate_was_revoked_by_its_authority_is_told() {
    let patient = patient(Database::sqlite());
    let program = &patient.program;
    program.team("DFN-CERT");
    let authority = Authority::new("Toy CA");
    let ca = program.file("ca.pem", authority.pem());
    program.ok(&["trust", "add", &ca]);
    assert!(patient.finds("trust", "warn", "no revocation list of CN=Toy CA"));
    let issued = authority.issue("cert@dfn-cert.example");
    let file = program.file("dfn.pem", issued.pem());
    program.ok(&["team", "key", "add", "DFN-CERT", "--smime", &file]);
    assert!(patient.finds("teams", "ok", "all can be reached"));
    let crl = program.file("ca.crl", authority.revoke(&[&issued]));
    program.ok(&["trust", "add", &ca, "--crl", &crl]);
    assert!(patient.finds("teams", "warn", "DFN-CERT"));
    assert!(!patient.finds("trust", "warn", "revocation list"));
}

#[test]
fn good_key_of_a_list_is_ok_and_the_missing_kind_a_warning() {
    let (patient, _path) = with_key();
    assert!(patient.finds("keys", "ok", "list alert"));
    assert!(patient.finds("keys", "warn", "no openpgp key"));
    assert!(!patient.finds("keys", "warn", "no smime key"));
}

#[test]
fn key_file_that_others_can_read_fails() {
    let (patient, path) = with_key();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(patient.finds("keys", "fail", "chmod 600"));
}

#[test]
fn damaged_key_file_fails() {
    let (patient, path) = with_key();
    std::fs::write(&path, b"damaged").unwrap();
    assert!(patient.finds("keys", "fail", "damaged"));
}

#[test]
fn missing_key_file_fails() {
    let (patient, path) = with_key();
    std::fs::remove_file(&path).unwrap();
    assert!(patient.finds("keys", "fail", "does not exist"));
}

#[tokio::test]
async fn key_of_a_list_is_told_before_and_after_its_end() {
    let (patient, _path) = with_key();
    set_end(&patient.program, 7 * 24 * 3600).await;
    assert!(patient.finds("keys", "warn", "expires at"));
    set_end(&patient.program, -1).await;
    assert!(patient.finds("keys", "fail", "expired at"));
}

#[test]
fn key_file_of_nobody_is_told() {
    let (patient, path) = with_key();
    std::fs::write(path.with_file_name("orphan.asc"), b"x").unwrap();
    assert!(patient.finds("keys", "warn", "orphan.asc"));
}

#[tokio::test]
async fn clock_behind_the_last_change_is_told() {
    let patient = patient(Database::sqlite());
    let mut raw = patient.program.database.raw(&patient.program.data().join("campanile.db")).await;
    let later = Clock::System.now().plus_seconds(3600).micros();
    sqlx::query("UPDATE audit SET at = $1").bind(later).execute(&mut raw).await.unwrap();
    assert!(patient.finds("clock", "warn", "timedatectl"));
}

#[tokio::test]
async fn contact_data_that_nobody_has_confirmed_are_told() {
    let patient = patient(Database::sqlite());
    patient.program.team("ALPHA");
    assert!(!patient.finds("teams", "warn", "contact data"));
    let mut raw = patient.program.database.raw(&patient.program.data().join("campanile.db")).await;
    let sql = "UPDATE team SET created_at = 0";
    sqlx::query(sql).execute(&mut raw).await.unwrap();
    sqlx::query("UPDATE membership SET confirmed_at = NULL").execute(&mut raw).await.unwrap();
    assert!(patient.finds("teams", "warn", "ALPHA has not confirmed its contact data"));
}
