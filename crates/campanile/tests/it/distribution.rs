//! A mail of a team becomes one sealed copy per team.

use std::collections::BTreeSet;

use crate::support::{Database, Kind, Letter, Toy, contains};

const TEAMS: [(&str, Kind); 4] = [
    ("ALPHA", Kind::Smime),
    ("BRAVO", Kind::Openpgp),
    ("CHARLIE", Kind::OpenpgpV6),
    ("DELTA", Kind::Openpgp),
];

on_both_databases! {
    async fn every_active_team_gets_one_copy_sealed_its_way(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.program.ok(&["team", "suspend", "DELTA"]);
        for (round, sender) in toy.members.iter().take(3).enumerate() {
            let letter = Letter::new(sender);
            toy.post(&sender.address, &letter.sealed(&toy, sender));
            let all = toy.copies(3 * round + 3);
            let copies = &all[3 * round..];
            for member in &toy.members[..3] {
                let own: Vec<_> = copies.iter().filter(|c| c.recipient == member.address).collect();
                assert_eq!(own.len(), 1, "{}", member.handle);
                assert_eq!(toy.open(member, own[0]), letter.body(), "{}", member.handle);
                let smime = own[0].field("Content-Type").contains("pkcs7-mime");
                assert_eq!(smime, member.handle == "ALPHA");
                assert!(!contains(&own[0].bytes, letter.canary.as_bytes()));
            }
            let ids: BTreeSet<_> = copies.iter().map(|c| c.field("Message-ID")).collect();
            assert_eq!(ids.len(), 1, "one Message-ID over all copies");
            assert!(!ids.contains(&letter.message_id), "the sender's own does not leave the house");
            let paths: BTreeSet<_> = copies.iter().map(|c| &c.mail_from).collect();
            assert_eq!(paths.len(), 3, "a return path for each copy");
        }
        toy.settled();
        assert_eq!(toy.hop.copies().len(), 9, "nothing for the suspended team, nothing twice");
    }
}
