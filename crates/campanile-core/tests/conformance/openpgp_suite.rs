//! The data of the OpenPGP interoperability test suite.

use std::path::Path;

use campanile_core::crypto::openpgp::{Certificate, SecretKey, decrypt, verify_detached};

use crate::table::{Table, data};
use crate::{judged, names, registered, time};

const ABOUT: &str = "\
The data files of Sequoia's OpenPGP interoperability test suite (the messages that it makes at run
time are not among them). Certificates are registered under the address that they carry, keys read
as a list's, signatures verified as of the day behind the colon. A mail has to be good now and when
it was signed; the suite also knows signatures that were good once.";
const NOW: &str = "2026-08-25T02:00:00Z";

#[test]
fn data_of_the_openpgp_suite_is_taken_or_refused_as_it_asks() {
    let Some(folder) = data("interop/openpgp-interop-suite/data") else { return };
    let mut table = Table::new("openpgp-suite");
    certificates(&mut table, &folder.join("certificates"));
    short_signatures(&mut table, &folder);
    revoked(&mut table, &folder.join("revoked-key"));
    for name in ["16k.pgp", "32k.pgp"] {
        let file = std::fs::read(folder.join("rsa-keys").join(name)).unwrap();
        table.row("rsa-keys", name, "accept", &registered(&SecretKey::read(&file)));
    }
    messages(&mut table, &folder);
    table.hold("Conformance: OpenPGP interoperability test suite", ABOUT);
}

fn certificates(table: &mut Table, folder: &Path) {
    for name in names(folder).iter().filter(|name| !name.contains("revocation")) {
        let file = std::fs::read(folder.join(name)).unwrap();
        let found = match name.strip_suffix("-secret.pgp") {
            Some(_) => registered(&SecretKey::read(&file)),
            None => {
                let owner = name.trim_end_matches(".pgp");
                let address = [format!("{owner}@openpgp.example").parse().unwrap()];
                registered(&Certificate::register(&file, &address, time(NOW)))
            }
        };
        table.row("certificates", name, "accept", &found);
    }
}

fn certificate(path: &Path) -> Certificate {
    // Some are armored; reading back wants the binary form.
    let file = std::fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&file);
    let binary = match text.contains("-----BEGIN PGP") {
        true => unarmored(&file),
        false => file,
    };
    Certificate::read(&binary).unwrap()
}

fn unarmored(file: &[u8]) -> Vec<u8> {
    let mode = sequoia_openpgp::armor::ReaderMode::Tolerant(None);
    let mut reader = sequoia_openpgp::armor::Reader::from_bytes(file, mode);
    let mut binary = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut binary).unwrap();
    binary
}

fn verified(signature: &[u8], content: &[u8], signer: &Certificate, at: &str) -> String {
    judged(&verify_detached(signature, content, &[], &[signer], time(at)))
}

/// RSA signatures whose number is shorter than the modulus.
fn short_signatures(table: &mut Table, folder: &Path) {
    let bob = certificate(&folder.join("certificates/bob.pgp"));
    for name in names(&folder.join("short-rsa-sigs")) {
        let file = std::fs::read(folder.join("short-rsa-sigs").join(&name)).unwrap();
        let found = verified(&file, b"Hello World :)", &bob, NOW);
        table.row("short-rsa-sigs", &name, "accept", &found);
    }
}

/// A key that is made at t1, revoked at t2 and, when that was no emergency, certified again at
/// t3; signatures by its primary key and its subkey from before t1 (t0) and from each time after.
fn revoked(table: &mut Table, folder: &Path) {
    let all = names(folder);
    let soft = ["superseded", "key_retired", "uid_retired"];
    for cert in all.iter().filter(|name| name.contains("-cert-")) {
        let signer = certificate(&folder.join(cert));
        let subkey_revoked = cert.contains(".sk.");
        for signature in all.iter().filter(|name| name.contains("-sig-")) {
            // The subkey's certificates and signatures go together.
            if subkey_revoked != signature.contains(".sk.") && cert.contains("-revoked-") {
                continue;
            }
            let span = &signature["revoked-key-sig-".len()..];
            let not_revoked = cert.contains("not-revoked");
            let soft = soft.iter().any(|reason| cert.contains(reason));
            let good = match span {
                _ if span.starts_with("t0") => false,
                _ if not_revoked => true,
                _ if span.starts_with("t2") => false,
                _ => soft,
            };
            let file = std::fs::read(folder.join(signature)).unwrap();
            let found = verified(&file, b"Hello, World", &signer, NOW);
            let asked = if good { "accept" } else { "refuse" };
            let cert = cert.trim_start_matches("revoked-key-cert-").trim_end_matches(".pgp");
            table.row("revoked-key", &format!("{cert}, signature {span}"), asked, &found);
        }
    }
}

fn messages(table: &mut Table, folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let keys = ["alice", "bob"]
        .map(|name| SecretKey::read(&read(&format!("certificates/{name}-secret.pgp"))).unwrap());
    for name in names(&folder.join("messages")).iter().filter(|name| name.ends_with(".pgp")) {
        let found = match decrypt(&read(&format!("messages/{name}")), &keys, &[], time(NOW)) {
            Ok(_) => "accept".into(),
            Err(condition) => format!("refuse: {condition}"),
        };
        table.row("messages", name, "accept", &found);
    }
    let bob = certificate(&folder.join("certificates/bob.pgp"));
    for name in ["shattered-1.pdf", "shattered-2.pdf"] {
        let signature = read(&format!("messages/{name}.asc"));
        let found = verified(&signature, &read(&format!("messages/{name}")), &bob, NOW);
        table.row("messages", name, "refuse", &found);
    }
    let signature = read("messages/shattered-baseline.asc");
    let found = verified(&signature, b"Hello World :)", &bob, NOW);
    table.row("messages", "shattered-baseline.asc", "refuse", &found);
}
