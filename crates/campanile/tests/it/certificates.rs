//! `campanile ca` and `campanile person`, looked at with `openssl` and, where it is installed,
//! with NSS: the store of Firefox, Thunderbird and Chromium.

use std::process::Command;

use campanile::actions::{Actor, Key, LoginFor, issue_login, revoke_login, set_team_state};
use campanile::app::App;
use campanile::clock::Clock;
use campanile::store::logins::find_viewer;
use campanile_core::authz::Viewer;
use campanile_core::mime;
use campanile_core::model::key::Fingerprint;
use campanile_core::model::person::Role;
use campanile_core::model::team::TeamState;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::{X509, X509NameBuilder, X509ReqBuilder};

use crate::support::{Authority, Database, Kind, NOW, Program, TestApp, Toy, contains};

/// Runs a tool. Returns whether it succeeded, with everything that it said.
fn tool(program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

/// A request with this name, as PEM.
fn request(key: &PKey<Private>, common_name: &str) -> Vec<u8> {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", common_name).unwrap();
    let mut builder = X509ReqBuilder::new().unwrap();
    builder.set_subject_name(&name.build()).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build().to_pem().unwrap()
}

impl Program {
    /// Issues a certificate into a file. Returns its path and the passphrase that was shown.
    fn issue(&self, arguments: &[&str], name: &str) -> (String, String) {
        let path = self.database.dir().join(name).to_str().unwrap().to_owned();
        let all = [&["ca", "issue"], arguments, &["--out", &path]].concat();
        let told = self.ok(&all);
        let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
        (path, shown.unwrap_or_default().to_owned())
    }

    /// The certificate in a packed key, as a PEM file.
    fn unpack(&self, packed: &str, passphrase: &str) -> (String, X509) {
        let packed = Pkcs12::from_der(&std::fs::read(packed).unwrap()).unwrap();
        let certificate = packed.parse2(passphrase).unwrap().cert.unwrap();
        (self.file("one.pem", certificate.to_pem().unwrap()), certificate)
    }

    /// Whether `openssl` finds a certificate good, by the newest revocation list.
    fn verifies(&self, certificate: &str) -> (bool, String) {
        let ca = self.file("ca.pem", self.ok(&["ca", "export"]));
        let crl = self.file("crl.pem", self.ok(&["ca", "crl"]));
        let arguments = [
            "verify",
            "-x509_strict",
            "-crl_check",
            "-purpose",
            "sslclient",
            "-CAfile",
            &ca,
            "-CRLfile",
            &crl,
            certificate,
        ];
        tool("openssl", &arguments)
    }
}

on_both_databases! {
    async fn certificate_is_good_until_it_is_revoked(database: Database) {
        let program = Program::with_network(database);
        program.team("ALPHA");
        let (packed, passphrase) = program.issue(
            &["ALPHA", "--person", "Ada Lovelace", "--email", "ada@alpha.example"],
            "ada.p12",
        );
        let (pem, certificate) = program.unpack(&packed, &passphrase);
        let (good, said) = program.verifies(&pem);
        assert!(good, "{said}");
        let listed = program.json(&["ca", "list"]);
        let ada = &listed["logins"][1];
        assert_eq!(ada["team"], "ALPHA");
        assert_eq!(ada["role"], "officer");
        assert_eq!(ada["state"], "active");
        let people = program.json(&["person", "list"]);
        assert_eq!(people[0]["email"], "ada@alpha.example");

        let serial = certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap();
        program.ok(&["ca", "revoke", &serial, "--reason", "laptop lost"]);
        let (good, said) = program.verifies(&pem);
        assert!(!good && said.contains("revoked"), "{said}");
        assert!(program.refused(&["ca", "revoke", &serial]).contains("revoked already"));
        assert_eq!(program.json(&["ca", "list"])["logins"][1]["state"], "revoked");
    }

    async fn person_that_leaves_takes_no_certificate_along(database: Database) {
        let program = Program::with_network(database);
        program.team("ALPHA");
        let add = ["person", "add", "ALPHA", "--name", "Ada", "--email", "ada@alpha.example"];
        program.ok(&[&add[..], &["--role", "representative"]].concat());
        assert!(program.refused(&add).contains("already"));
        let (packed, passphrase) = program.issue(&["ALPHA", "--person", "Ada"], "ada.p12");
        let (pem, _) = program.unpack(&packed, &passphrase);
        assert!(program.verifies(&pem).0);
        assert_eq!(program.json(&["ca", "list"])["logins"][1]["role"], "representative");
        let told = program.ok(&["person", "remove", "ALPHA", "ada@alpha.example"]);
        assert!(told.contains("certificates revoked: 1"), "{told}");
        assert!(!program.verifies(&pem).0);
        assert!(program.refused(&["person", "remove", "ALPHA", "Ada"]).contains("no such person"));
    }

    async fn request_gets_a_certificate_for_its_key_and_nothing_else(database: Database) {
        let program = Program::with_network(database);
        program.team("ALPHA");
        program.team("BRAVO");
        let key = new_key();
        let csr = program.file("a.csr", request(&key, "ALPHA"));
        let (pem, passphrase) = program.issue(&["ALPHA", "--csr", &csr], "a.pem");
        assert_eq!(passphrase, "", "no key was made");
        assert!(program.verifies(&pem).0);
        let issued = X509::from_pem(&std::fs::read(&pem).unwrap()).unwrap();
        assert!(issued.public_key().unwrap().public_eq(&key));
        // The key of another team, and the name of another team.
        let own = program.file("b.csr", request(&key, "BRAVO"));
        let refused = program.refused(&["ca", "issue", "BRAVO", "--csr", &own]);
        assert!(refused.contains("by somebody else"), "{refused}");
        let named = program.file("b.csr", request(&new_key(), "ALPHA"));
        program.refused(&["ca", "issue", "BRAVO", "--csr", &named]);
        assert_eq!(program.json(&["ca", "list"])["logins"].as_array().unwrap().len(), 2);
    }

    async fn viewer_is_found_by_the_row_and_by_nothing_else(database: Database) {
        let app = TestApp::on(database).await;
        app.team("ALPHA").await;
        let for_whom = LoginFor { team: Some("ALPHA".into()), ..LoginFor::default() };
        let key = new_key();
        let file = request(&key, "ALPHA");
        let issued =
            issue_login(&app, Actor::Operator, &for_whom, Key::Requested(&file)).await.unwrap();
        let print = issued.login.fingerprint.clone();
        let viewer = seen(&app, &print).await.unwrap();
        assert_eq!((viewer.role, viewer.login), (Role::Officer, issued.login.id.clone()));
        assert_eq!(viewer.team.unwrap().handle.as_str(), "ALPHA");
        assert!(seen(&app, &Fingerprint::from_bytes(&[7; 32])).await.is_none());

        let late = issued.login.expires_at;
        let mut read = app.db.read().await.unwrap();
        let early = NOW.plus_seconds(-7200);
        for (at, expected) in [(late.plus_seconds(-1), true), (late, false), (early, false)] {
            let found = find_viewer(&mut read, &print, at).await.unwrap();
            assert_eq!(found.is_some(), expected, "{at}");
        }
        drop(read);
        for (state, expected) in
            [(TeamState::Suspended, true), (TeamState::Left, false), (TeamState::Active, true)]
        {
            let _ = set_team_state(&app, Actor::Operator, "ALPHA", state).await.unwrap();
            assert_eq!(seen(&app, &print).await.is_some(), expected, "{state}");
        }
        revoke_login(&app, Actor::Operator, print.as_str(), "").await.unwrap();
        assert!(seen(&app, &print).await.is_none());
    }

    async fn certificate_of_a_foreign_ca_is_pinned_to_a_person(database: Database) {
        let program = Program::with_network(database);
        program.team("ALPHA");
        program.ok(&["person", "add", "ALPHA", "--name", "Ada", "--email", "ada@alpha.example"]);
        let authority = Authority::new("National CA");
        let ca = program.file("national.pem", authority.pem());
        let foreign = program.file("ada.pem", authority.issue_login("ada@alpha.example").pem());
        let register = ["ca", "register-login", "ALPHA", "--person", "Ada", "--cert", &foreign];
        assert!(program.refused(&register).contains("registered for logging in"));
        program.ok(&["trust", "add", &ca]);
        // Trusted for mail only.
        assert!(program.refused(&register).contains("registered for logging in"));
        let again = ["trust", "add", &ca, "--logins"];
        assert!(program.refused(&again).contains("already"));
        let print = program.json(&["trust", "list"])[0]["fingerprint"].as_str().unwrap().to_owned();
        program.ok(&["trust", "remove", &print]);
        program.ok(&again);
        program.ok(&register);
        assert!(program.refused(&register).contains("already"));
        // One for mail only, and one that names nobody of the team.
        for other in [authority.issue("ada@alpha.example"), authority.issue_login("x@y.example")] {
            let file = program.file("other.pem", other.pem());
            program.refused(&["ca", "register-login", "ALPHA", "--person", "Ada", "--cert", &file]);
        }
    }

    async fn key_made_here_goes_out_sealed_and_without_its_passphrase(database: Database) {
        let teams = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)];
        let toy = Toy::serving(database, &teams).await;
        for (member, count) in toy.members.iter().zip(1..) {
            let told = toy.program.ok(&["ca", "issue", &member.handle]);
            assert!(told.contains(&format!("mailed, sealed, to {}", member.address)), "{told}");
            let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: "));
            let passphrase = shown.unwrap();
            let copy = toy.copies(count).pop().unwrap();
            let body = toy.open(member, &copy);
            assert!(!contains(&body, passphrase.as_bytes()));
            assert!(!contains(&toy.program.everything(), passphrase.as_bytes()));
            // The body of a multipart, with its header back on.
            let start = body.windows(2).position(|w| w == b"--").unwrap();
            let boundary: Vec<u8> =
                body[start + 2..].iter().copied().take_while(|b| *b != b'\r').collect();
            let header = format!(
                "Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n",
                String::from_utf8(boundary).unwrap()
            );
            let whole = [header.as_bytes(), &body].concat();
            let mail = mime::read(&whole).unwrap();
            let packed = mail.parts[1].decoded().unwrap();
            let opened = Pkcs12::from_der(&packed).unwrap().parse2(passphrase).unwrap();
            assert!(opened.pkey.is_some());
        }
    }
}

/// Who logs in with a certificate now.
async fn seen(app: &App, fingerprint: &Fingerprint) -> Option<Viewer> {
    let mut read = app.db.read().await.unwrap();
    find_viewer(&mut read, fingerprint, app.now()).await.unwrap()
}

#[test]
fn init_hands_the_operator_a_certificate() {
    let program = Program::on(Database::sqlite());
    let told = program.init().must_succeed();
    let shown = told.lines().find_map(|line| line.trim().strip_prefix("passphrase: ")).unwrap();
    let packed = program.data().join("operator.p12");
    let (pem, certificate) = program.unpack(packed.to_str().unwrap(), shown);
    let (good, said) = program.verifies(&pem);
    assert!(good, "{said}");
    assert!(certificate.to_text().unwrap().windows(8).any(|text| text == b"Operator"));
    let operator = &program.json(&["ca", "list"])["logins"][0];
    assert_eq!(operator["role"], "operator");
    assert_eq!(operator["team"], serde_json::Value::Null);
    assert!(program.refused(&["ca", "init"]).contains("already"));
}

#[test]
fn packed_key_is_taken_by_nss() {
    if Command::new("pk12util").arg("-H").output().is_err() {
        println!("skipped: pk12util (libnss3-tools) is not installed");
        return;
    }
    let program = Program::with_network(Database::sqlite());
    program.team("ALPHA");
    let (packed, passphrase) = program.issue(&["ALPHA"], "alpha.p12");
    let store = program.database.dir().join("nss");
    std::fs::create_dir(&store).unwrap();
    let store = format!("sql:{}", store.display());
    assert!(tool("certutil", &["-N", "-d", &store, "--empty-password"]).0);
    let (taken, said) = tool("pk12util", &["-d", &store, "-i", &packed, "-W", &passphrase]);
    assert!(taken, "{said}");
    let (_, listed) = tool("certutil", &["-K", "-d", &store]);
    assert!(listed.contains("ALPHA"), "{listed}");
}

#[test]
fn nothing_is_issued_when_it_cannot_be_handed_over() {
    let program = Program::with_network(Database::sqlite());
    program.team("ALPHA");
    // No list, no key: no mail can be sealed.
    let refused = program.refused(&["ca", "issue", "ALPHA"]);
    assert!(refused.contains("--out"), "{refused}");
    let taken = program.file("taken.p12", "precious");
    assert!(program.refused(&["ca", "issue", "ALPHA", "--out", &taken]).contains("exists"));
    assert_eq!(std::fs::read(&taken).unwrap(), b"precious");
    let nowhere = program.database.dir().join("new.p12");
    let nowhere = nowhere.to_str().unwrap();
    program.refused(&["ca", "issue", "NOBODY", "--out", nowhere]);
    assert!(!std::path::Path::new(nowhere).exists());
    program.refused(&["ca", "issue", "--out", nowhere]);
    program.refused(&["ca", "issue", "ALPHA", "--role", "service", "--out", nowhere]);
    let foreign = ["ca", "issue", "ALPHA", "--person", "X", "--email", "alert@bravo.example"];
    program.team("BRAVO");
    program.ok(&["list", "add", "alert", "alert@bravo.example"]);
    assert!(program.refused(&foreign).contains("belongs to the list"));
    let other = ["ca", "issue", "ALPHA", "--person", "X", "--email", "cert@bravo.example"];
    assert!(program.refused(&other).contains("belongs to the team BRAVO"));
    assert_eq!(program.json(&["ca", "list"])["logins"].as_array().unwrap().len(), 1);
}

#[test]
fn secret_keys_are_files_for_their_owner_and_nowhere_else() {
    let program = Program::with_network(Database::sqlite());
    let keys = program.data().join("keys").join("ca");
    let files = crate::support::entries(&keys);
    assert_eq!(files.len(), 1);
    let secret = std::fs::read(keys.join(&files[0])).unwrap();
    let key = PKey::private_key_from_pem(&secret).unwrap();
    let scalar = key.ec_key().unwrap().private_key().to_vec();
    let database = std::fs::read(program.data().join("campanile.db")).unwrap();
    assert!(!contains(&database, &scalar));
    let _ = Clock::System;
}
