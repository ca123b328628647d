//! RFC 9580: appendix A, and messages of several programs for keys of every kind.

use std::path::Path;

use campanile_core::crypto::openpgp::{Certificate, SecretKey, decrypt};

use crate::table::{Table, data};
use crate::{names, registered, time};

const ABOUT: &str = "\
Appendix A of RFC 9580 as files, and keys of every kind with messages that several programs have
sealed for them. Keys are read as a list's (`SecretKey::read`) and as a team's (`Certificate::read`,
which then has to be able to sign and encrypt); messages are decrypted with the list's key, and the
text has to be the one that was sealed. Groups are folders of the set.";
const NOW: &str = "2026-08-25T02:00:00Z";

#[test]
fn messages_and_keys_of_rfc_9580_open() {
    let Some(folder) = data("interop/rfc9580") else { return };
    let mut table = Table::new("rfc9580");
    for group in names(&folder).iter().filter(|name| folder.join(name).is_dir()) {
        match group.starts_with("annex") {
            true => annex(&mut table, &folder, group),
            false => kind(&mut table, &folder, group),
        }
    }
    table.hold("Conformance: RFC 9580", ABOUT);
}

fn kind(table: &mut Table, folder: &Path, group: &str) {
    let file = |name: &str| std::fs::read(folder.join(group).join(name)).unwrap();
    // A version 6 key of an old kind: nobody may read it [RFC 9580 §9.2].
    let asked = if group.contains("illegal") { "refuse" } else { "accept" };
    let key = SecretKey::read(&file("tsk.asc"));
    table.row(group, "tsk.asc", asked, &registered(&key));
    let Ok(key) = key else { return };
    table.row(group, "tsk.asc, abilities", asked, &able(&key.certificate()));
    for name in names(&folder.join(group)).iter().filter(|name| name.ends_with(".msg")) {
        table.row(
            group,
            name,
            asked,
            &opened(&file(name), std::slice::from_ref(&key), b"hello world\n"),
        );
    }
}

fn able(certificate: &Certificate) -> String {
    let abilities = certificate.abilities(time(NOW));
    match (abilities.sign, abilities.encrypt) {
        (true, true) => "accept".into(),
        (sign, encrypt) => format!("refuse: sign {sign} encrypt {encrypt}"),
    }
}

/// `accept` when the text is the one that is expected.
fn opened(message: &[u8], keys: &[SecretKey], text: &[u8]) -> String {
    match decrypt(message, keys, &[], time(NOW)) {
        Ok(found) if found.plaintext.as_slice() == text => "accept".into(),
        Ok(_) => "other content".into(),
        Err(condition) => format!("refuse: {condition}"),
    }
}

fn annex(table: &mut Table, folder: &Path, group: &str) {
    let key = folder.join("annex-a-rnp/A.4.transferable-seckey-v6.asc");
    let key = SecretKey::read(&std::fs::read(key).unwrap()).unwrap();
    for name in names(&folder.join(group)) {
        let file = std::fs::read(folder.join(group).join(&name)).unwrap();
        let found = match name.as_str() {
            name if name.contains("pubkey") || name.ends_with("cert.key") => {
                Certificate::read(&file).map_or_else(|r| r.condition.to_string(), |c| able(&c))
            }
            name if name.contains("sec") && !name.contains("message") => {
                registered(&SecretKey::read(&file))
            }
            name if name.ends_with(".plain") => continue,
            _ => opened(&file, std::slice::from_ref(&key), b"Hello, world!"),
        };
        table.row(group, &name, "accept", &found);
    }
}
