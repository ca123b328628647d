//! RFC 9788: payloads with protected header fields.

use campanile_core::crypto::smime::{Anchor, Certificate, SecretKey, TrustStore};
use campanile_core::gateway::decide::decide;
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::open::open;
use campanile_core::mime::protected::protected;
use campanile_core::mime::text::crlf;
use campanile_core::model::list::Policy;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use crate::table::{Table, data};
use crate::time;

const ABOUT: &str = "\
The payloads of RFC 9788 that are at hand. Of each, the protected fields are read: they have to be
announced, and be the ones that the RFC shows. The mail of appendix C.3.1.2, sealed again with the
keys of RFC 9216, goes through the whole gate as a mail from the team Alice to the list Bob. A legacy
display part stays in the content: it is part of what was signed.";

/// File, protected From, protected Subject.
const PAYLOADS: [(&str, &str, &str); 3] = [
    ("appendix-c.3.1.2-payload.txt", "alice@smime.example", "smime-signed-enc-hp-baseline"),
    ("appendix-e.1-payload.txt", "alice@example.net", "Dinner plans"),
    ("appendix-e.2-payload.txt", "alice@example.net", "Dinner plans"),
];

#[test]
fn protected_fields_of_rfc_9788_are_found() {
    let (Some(folder), Some(keys)) = (data("interop/rfc9788"), data("interop/rfc9216")) else {
        return;
    };
    let mut table = Table::new("rfc9788");
    for (name, from, subject) in PAYLOADS {
        let mut payload = Vec::new();
        crlf(&std::fs::read(folder.join(name)).unwrap(), &mut payload);
        table.row("payload", name, "accept", &fields(&payload, from, subject));
    }
    let name = "appendix-c.3.1.2-rebuilt.eml";
    let mut mail = Vec::new();
    crlf(&std::fs::read(folder.join(name)).unwrap(), &mut mail);
    let network = network(&keys);
    table.row("mail", name, "accept", &through_the_gate(&mail, &list(&keys), &network));
    // The same mail to another list: its protected To names somebody else.
    let mut other = list(&keys);
    other.address = "carlos@smime.example".parse().unwrap();
    let found = through_the_gate(&mail, &other, &network);
    table.row("mail", &format!("{name} to another list"), "refuse", &found);
    table.hold("Conformance: RFC 9788", ABOUT);
}

fn fields(payload: &[u8], from: &str, subject: &str) -> String {
    let entity = campanile_core::mime::read(payload).unwrap();
    match protected(&entity) {
        Err(condition) => format!("refuse: {condition}"),
        Ok(found) => {
            let same_from = found.from.is_some_and(|mailbox| mailbox.address == from);
            let same_subject = found.subject.as_deref() == Some(subject);
            match found.announced && same_from && same_subject {
                true => "accept".into(),
                false => "other fields".into(),
            }
        }
    }
}

fn list(keys: &std::path::Path) -> List {
    let read = |name: &str| std::fs::read(keys.join(name)).unwrap();
    let certificate = read("5-3-bob-encryption-end-entity-certificate.crt.pem");
    let key = read("5-4-bob-decryption-private-key-material.key.pem");
    List {
        id: "list".into(),
        name: "bob".into(),
        address: "bob@smime.example".parse().unwrap(),
        policy: Policy::default(),
        openpgp: Vec::new(),
        smime: vec![SecretKey::read(&certificate, &key).unwrap()],
        subscribers: vec!["alice".into()],
    }
}

fn network(keys: &std::path::Path) -> Network {
    let read = |name: &str| std::fs::read(keys.join(name)).unwrap();
    let root = read("3-1-rsa-certification-authority-root-certificate.crt.pem");
    let anchor = Anchor::read(&root, None, time("2021-02-20T15:09:02Z")).unwrap();
    let signer = read("4-1-alice-signature-verification-end-entity-certificate.crt.pem");
    let alice = Team {
        id: "alice".into(),
        handle: "ALICE".parse().unwrap(),
        state: TeamState::Active,
        addresses: vec!["alice@smime.example".parse().unwrap()],
        openpgp: Vec::new(),
        smime: vec![Certificate::read(&signer).unwrap()],
    };
    let trust = TrustStore::new(vec![anchor]);
    Network { teams: vec![alice], lists: Vec::new(), trust }
}

/// Judged at the second after it was signed.
fn through_the_gate(mail: &[u8], list: &List, network: &Network) -> String {
    let at = |now: Timestamp| {
        let opened = open(mail, list, network, now);
        let verdict = decide(mail, &opened, list, network, now);
        let signed = opened.signatures.first().and_then(|fact| fact.made_at);
        (signed, verdict)
    };
    let (signed, first) = at(time("2026-08-25T02:00:00Z"));
    let verdict = signed.map_or(first, |signed| at(signed.plus_seconds(1)).1);
    let reasons: Vec<_> = verdict.reasons.iter().map(|reason| reason.name()).collect();
    match verdict.disposition.name() {
        "accept" => "accept".into(),
        _ => format!("refuse: {}", reasons.join(" ")),
    }
}
