//! Keys of teams and lists and trust anchors at the command line, with real keys.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;

use crate::support::{Authority, Database, Program, contains, entries};

fn openpgp(address: &str) -> SecretKey {
    SecretKey::generate("Team", &address.parse().unwrap(), Clock::System.now()).unwrap()
}

/// A network with the list `alert`, two teams and a trust anchor.
fn network(database: Database) -> (Program, Authority) {
    let program = Program::with_network(database);
    program.ok(&["list", "add", "alert", "alert@list.example"]);
    program.team("DFN-CERT");
    program.team("PRE-CERT");
    let authority = Authority::new("Toy CA");
    let anchor = program.file("ca.pem", authority.pem());
    program.ok(&["trust", "add", &anchor]);
    (program, authority)
}

on_both_databases! {
    async fn certificates_of_a_team_are_registered_listed_and_revoked(database: Database) {
        let (program, authority) = network(database);
        let pgp = openpgp("cert@dfn-cert.example");
        let smime = authority.issue("cert@dfn-cert.example");
        let file = program.file("dfn.asc", pgp.certificate().armored());
        let told = program.ok(&["team", "key", "add", "DFN-CERT", "--openpgp", &file]);
        assert!(told.contains(pgp.fingerprint().as_str()), "{told}");
        let file = program.file("dfn.pem", smime.pem());
        program.ok(&["team", "key", "add", "DFN-CERT", "--smime", &file]);

        let keys = program.json(&["team", "key", "list", "DFN-CERT"]);
        assert_eq!(keys[0]["protocol"], "openpgp");
        assert_eq!(keys[0]["fingerprint"], pgp.fingerprint().as_str());
        assert_eq!(keys[0]["expires_at"], serde_json::Value::Null);
        assert_eq!(keys[1]["protocol"], "smime");
        assert_eq!(keys[1]["fingerprint"], smime.fingerprint());
        for key in keys.as_array().unwrap() {
            assert_eq!(key["state"], "active");
            assert_eq!((&key["can_sign"], &key["can_encrypt"]), (&true.into(), &true.into()));
        }
        assert_eq!(program.json(&["team", "key", "list"]), keys);

        let spaced = pgp.fingerprint().as_str().to_ascii_lowercase();
        let spaced = format!("{} {}", &spaced[..20], &spaced[20..]);
        program.ok(&["team", "key", "revoke", "DFN-CERT", &spaced]);
        let told = program.ok(&["team", "key", "revoke", "DFN-CERT", &spaced]);
        assert!(told.contains("already"), "{told}");
        assert_eq!(program.json(&["team", "show", "DFN-CERT"])["keys"][0]["state"], "revoked");
        program.refused(&["team", "key", "revoke", "PRE-CERT", &smime.fingerprint()]);
    }

    async fn generated_keys_of_a_list_are_exported_without_their_secrets(database: Database) {
        let (program, _) = network(database);
        program.ok(&["list", "key", "generate", "alert"]);
        let keys = program.json(&["list", "key", "list", "alert"]);
        assert_eq!(keys[0]["protocol"], "openpgp");
        assert_eq!(keys[1]["protocol"], "smime");
        assert!(keys.as_array().unwrap().iter().all(|key| key["signs"] == true));
        let text = program.ok(&["list", "key", "export", "alert"]);
        assert!(text.contains("BEGIN PGP PUBLIC KEY BLOCK"), "{text}");
        assert!(text.contains("BEGIN CERTIFICATE"), "{text}");
        assert!(!text.contains("PRIVATE"), "{text}");
        let exported = program.json(&["list", "key", "export", "alert"]);
        assert_eq!(exported[1]["fingerprint"], keys[1]["fingerprint"]);
        let told = program.refused(&["list", "key", "generate", "alert"]);
        assert!(told.contains("both kinds already"), "{told}");
    }

    async fn imported_keys_open_and_the_first_of_each_kind_signs(database: Database) {
        let (program, authority) = network(database);
        let mut expected = Vec::new();
        for round in 0..2 {
            let pgp = openpgp("alert@list.example");
            let smime = authority.issue("alert@list.example");
            let secret = program.file("pgp", pgp.to_secret_armored());
            let certificate = program.file("crt", smime.pem());
            let key = program.file("key", smime.key_pem());
            program.ok(&[
                "list", "key", "import", "alert", "--openpgp", &secret, "--smime", &certificate,
                "--smime-key", &key,
            ]);
            expected.push((pgp.fingerprint().to_string(), round == 0));
            expected.push((smime.fingerprint(), round == 0));
        }
        let keys = program.json(&["list", "show", "alert"]);
        let keys: Vec<_> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| {
                let fingerprint = key["fingerprint"].as_str().unwrap().to_owned();
                (fingerprint, key["signs"].as_bool().unwrap())
            })
            .collect();
        assert_eq!(keys, expected);
    }

    async fn trust_anchor_is_added_renewed_and_removed(database: Database) {
        let (program, authority) = network(database);
        let issued = authority.issue("cert@dfn-cert.example");
        let anchors = program.json(&["trust", "list"]);
        assert_eq!(anchors[0]["subject"], "CN=Toy CA");
        assert_eq!(anchors[0]["crl"], false);
        let ca = program.file("ca.pem", authority.pem());
        assert!(program.refused(&["trust", "add", &ca]).contains("already"));
        let crl = program.file("ca.crl", authority.revoke(&[&issued]));
        program.ok(&["trust", "add", &ca, "--crl", &crl]);
        assert_eq!(program.json(&["trust", "list"])[0]["crl"], true);
        let file = program.file("dfn.pem", issued.pem());
        let add = ["team", "key", "add", "DFN-CERT", "--smime", &file];
        assert!(program.refused(&add).contains("revoked"));
        let fingerprint = anchors[0]["fingerprint"].as_str().unwrap();
        program.ok(&["trust", "remove", fingerprint]);
        assert_eq!(program.json(&["trust", "list"]).as_array().unwrap().len(), 0);
        program.refused(&["trust", "remove", fingerprint]);
    }
}

#[test]
fn key_is_registered_once_in_the_whole_network() {
    let (program, _) = network(Database::sqlite());
    let shared =
        SecretKey::generate("Team", &"cert@dfn-cert.example".parse().unwrap(), Clock::System.now())
            .unwrap();
    let public = program.file("public.asc", shared.certificate().armored());
    let secret = program.file("secret.asc", shared.to_secret_armored());
    program.ok(&["team", "key", "add", "DFN-CERT", "--openpgp", &public]);
    let again = ["team", "key", "add", "DFN-CERT", "--openpgp", &public];
    assert!(program.refused(&again).contains("registered already"));
    let import = ["list", "key", "import", "alert", "--openpgp", &secret];
    let told = program.refused(&import);
    let kept = entries(&program.data().join("keys"));
    assert_eq!(kept, ["ca", "data", "network.secret"], "no key of a list: {told}");
}

#[test]
fn secret_key_given_by_mistake_is_refused_and_nowhere_kept() {
    let (program, authority) = network(Database::sqlite());
    let pgp = openpgp("cert@dfn-cert.example");
    let armored = pgp.to_secret_armored();
    let smime = authority.issue("cert@dfn-cert.example");
    let both = [smime.pem(), smime.key_pem()].concat();
    let files =
        [("--openpgp", program.file("pgp", &armored)), ("--smime", program.file("smime", &both))];
    for (option, file) in &files {
        let told = program.refused(&["team", "key", "add", "DFN-CERT", option, file]);
        assert!(told.contains("secret") || told.contains("private"), "{told}");
    }
    let kept = program.everything();
    let key_pem = smime.key_pem();
    for secret in [armored.as_slice(), &key_pem] {
        let line = secret.split(|byte| *byte == b'\n').find(|line| line.len() >= 60).unwrap();
        assert!(!contains(&kept, line));
    }
    assert_eq!(program.json(&["team", "key", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn key_of_another_address_or_authority_is_refused() {
    let (program, authority) = network(Database::sqlite());
    let stranger = Authority::new("Stranger");
    let files = [
        ("--openpgp", program.file("a", openpgp("cert@pre-cert.example").certificate().armored())),
        ("--smime", program.file("b", authority.issue("cert@pre-cert.example").pem())),
        ("--smime", program.file("c", stranger.issue("cert@dfn-cert.example").pem())),
        ("--openpgp", program.file("d", authority.issue("cert@dfn-cert.example").pem())),
        ("--smime", program.file("e", openpgp("cert@dfn-cert.example").certificate().armored())),
        ("--openpgp", program.file("f", "")),
        ("--smime", program.file("g", [0u8; 4096])),
    ];
    for (option, file) in &files {
        program.refused(&["team", "key", "add", "DFN-CERT", option, file]);
    }
}

#[test]
fn mismatched_or_public_files_are_no_keys_of_a_list() {
    let (program, authority) = network(Database::sqlite());
    let (one, other) =
        (authority.issue("alert@list.example"), authority.issue("alert@list.example"));
    let public = program.file("pgp", openpgp("alert@list.example").certificate().armored());
    let (certificate, key) = (program.file("crt", one.pem()), program.file("key", other.key_pem()));
    program.refused(&["list", "key", "import", "alert", "--openpgp", &public]);
    let pair = ["--smime", certificate.as_str(), "--smime-key", key.as_str()];
    program.refused(&[&["list", "key", "import", "alert"][..], &pair].concat());
    program.refused(&["list", "key", "export", "alert"]);
    assert_eq!(program.json(&["list", "key", "list", "alert"]).as_array().unwrap().len(), 0);
}

#[test]
fn key_whose_file_cannot_be_written_is_not_recorded() {
    let (program, _) = network(Database::sqlite());
    // A file in the place of the folder: works against every user, root too.
    std::fs::write(program.data().join("keys/list"), b"").unwrap();
    program.refused(&["list", "key", "generate", "alert"]);
    assert_eq!(program.json(&["list", "key", "list", "alert"]).as_array().unwrap().len(), 0);
    std::fs::remove_file(program.data().join("keys/list")).unwrap();
    program.ok(&["list", "key", "generate", "alert"]);
}
