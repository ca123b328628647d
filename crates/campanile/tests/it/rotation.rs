//! A list changes its keys: both open for a while, then the old ones are gone.

use campanile_core::crypto::openpgp;
use openssl::x509::X509;
use serde_json::Value;

use crate::support::{Database, Kind, Letter, Toy, entries, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];

impl Toy {
    fn list_keys(&self) -> Vec<Value> {
        self.program.json(&["list", "key", "list", "alert"]).as_array().unwrap().clone()
    }

    /// Takes the public keys from the program that sign now, as teams do.
    fn take_signing_keys(&mut self) {
        let signing: Vec<_> =
            self.list_keys().into_iter().filter(|key| key["signs"] == true).collect();
        let exported = self.program.json(&["list", "key", "export", "alert"]);
        for key in exported.as_array().unwrap() {
            if !signing.iter().any(|signing| signing["fingerprint"] == key["fingerprint"]) {
                continue;
            }
            let text = key["text"].as_str().unwrap().as_bytes();
            match key["protocol"].as_str() {
                Some("openpgp") => self.list_openpgp = openpgp::Certificate::read(text).unwrap(),
                _ => self.list_smime = X509::from_pem(text).unwrap(),
            }
        }
    }
}

fn fingerprints(keys: &[Value], signs: bool) -> Vec<String> {
    let wanted = keys.iter().filter(|key| key["signs"] == signs);
    wanted.map(|key| key["fingerprint"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    async fn old_keys_open_during_the_overlap_and_not_after_it(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        let letters: Vec<_> = (0..4).map(|at| Letter::new(&toy.members[at % 2])).collect();
        let for_old: Vec<_> = letters
            .iter()
            .enumerate()
            .map(|(at, letter)| letter.sealed(&toy, &toy.members[at % 2]))
            .collect();
        let old = fingerprints(&toy.list_keys(), true);
        toy.program.refused(&["list", "key", "generate", "alert"]);
        toy.program.ok(&["list", "key", "generate", "alert", "--next"]);
        let new = fingerprints(&toy.list_keys(), false);
        assert_eq!((old.len(), new.len()), (2, 2));
        for key in &new {
            toy.program.ok(&["list", "key", "use", "alert", key]);
        }
        assert_eq!(fingerprints(&toy.list_keys(), true).len(), 2);
        toy.take_signing_keys();

        // Two letters for the old keys, then two for the new ones: all arrive, signed anew.
        for (at, mail) in for_old[..2].iter().enumerate() {
            toy.post(&toy.members[at].address, mail);
        }
        for member in &toy.members {
            toy.post(&member.address, &Letter::new(member).sealed(&toy, member));
        }
        for copy in toy.copies(8) {
            let member = toy.members.iter().find(|m| m.address == copy.recipient).unwrap();
            toy.open(member, &copy);
        }
        toy.settled();

        for key in &new {
            let told = toy.program.refused(&["list", "key", "retire", "alert", key]);
            assert!(told.contains("signs with this key"), "{told}");
        }
        for key in &old {
            toy.program.ok(&["list", "key", "retire", "alert", key]);
        }
        assert_eq!(entries(&toy.program.data().join("keys/list/alert")).len(), 2);
        for (at, mail) in for_old[2..].iter().enumerate() {
            toy.post(&toy.members[at].address, mail);
        }
        eventually("both are settled", || {
            let log = toy.program.json(&["audit", "list"]);
            let settled = |entry: &&Value| entry["action"] == "message.settle";
            log.as_array().unwrap().iter().filter(settled).count() == 2
        });
        for entry in toy.audit("message.settle").await {
            assert_eq!(entry["state"], "refused");
            assert!(entry["reasons"].to_string().contains("not-for-list"), "{entry}");
        }
        assert_eq!(toy.hop.copies().len(), 8);
    }
}
