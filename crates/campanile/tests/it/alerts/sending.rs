//! An alert as sealed mail.

use campanile::error::Kind as ErrorKind;

use super::{CANARY, FILE, TEAMS, alert, officer, send, three};
use crate::support::{Copy, Database, Kind, Member, Toy, contains, eventually};

/// What a team reads in its copy.
fn read(toy: &Toy, member: &Member, copy: &Copy) -> String {
    String::from_utf8_lossy(&toy.open(member, copy)).into_owned()
}

on_both_databases! {
    async fn alert_reaches_every_team_sealed_and_stands_nowhere_in_clear(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let told = toy.send_alert(FILE, &["--team", "ALPHA"]);
        assert!(told.starts_with("ALPHA-1 revision 1 is sent: 3 sealed, 0 wait"), "{told}");
        let copies = toy.copies(3);
        for member in &toy.members {
            let own: Vec<_> = copies.iter().filter(|c| c.recipient == member.address).collect();
            assert_eq!(own.len(), 1);
            let text = read(&toy, member, own[0]);
            assert!(text.contains(CANARY) && text.contains("/ack/"), "{text}");
            assert!(text.contains("<IODEF-Document") || text.contains("application/xml"), "{text}");
            assert!(!contains(&own[0].bytes, CANARY.as_bytes()));
        }
        toy.settled();
        assert!(!contains(&toy.program.everything(), b"CANARY5e1f"), "plaintext at rest");
        let link = |member: &Member| {
            let copy = toy.hop.copies_to(&member.address).remove(0);
            let text = read(&toy, member, &copy);
            text.split("/ack/").nth(1).unwrap().chars().take(32).collect::<String>()
        };
        assert_eq!(link(&toy.members[0]), link(&toy.members[1]), "one link in every copy");
        let board = toy.program.json(&["alert", "status", "alpha-1"]);
        assert_eq!(board["counts"]["delivered"], 2, "{board}");
        assert_eq!(board["counts"]["silent"], 2, "{board}");
    }

    async fn revision_is_a_mail_in_the_thread_of_the_first(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.send_alert(FILE, &["--team", "ALPHA", "--exercise"]);
        let first = toy.copies(3)[0].field("Message-ID");
        let changed = toy.program.file("b.toml", FILE.replace("135", "139"));
        toy.program.ok(&[
            "alert", "revise", "ALPHA-1", "--kind", "amend", "--note", "other port", &changed,
        ]);
        let copies = toy.copies(6);
        for copy in &copies[3..] {
            assert!(copy.field("References").contains(&first), "{}", copy.field("References"));
            let member = toy.members.iter().find(|m| m.address == copy.recipient).unwrap();
            let text = read(&toy, member, copy);
            for expected in ["other port", "139", "EXERCISE", "REVISION 2"] {
                assert!(text.contains(expected), "{expected}: {text}");
            }
        }
        toy.program.ok(&["alert", "revise", "ALPHA-1", "--kind", "withdraw", "--note", "wrong"]);
        toy.copies(9);
        let again = ["alert", "revise", "ALPHA-1", "--kind", "amend", "--note", "x"];
        assert!(toy.program.refused(&again).contains("withdrawn already"));
        let search = ["alert", "list", "--team", "BRAVO", "--query", "canary5E1F"];
        let listed = toy.program.json(&search);
        assert_eq!(listed[0]["state"], "withdrawn", "{listed}");
        assert_eq!(listed[0]["revision"], 3, "{listed}");
    }

    async fn copy_for_a_team_without_a_key_is_sealed_when_it_has_one(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS[..2]).await;
        toy.program.team("CHARLIE");
        toy.program.ok(&["list", "subscribe", "alert", "CHARLIE"]);
        let told = toy.send_alert(FILE, &["--team", "ALPHA"]);
        assert!(told.contains("2 sealed, 1 wait"), "{told}");
        toy.copies(2);
        eventually("the held copy on the board", || {
            toy.program.json(&["alert", "status", "ALPHA-1"])["counts"]["held"] == 1
        });
        toy.members.push(Member::new(&toy.authority, "CHARLIE", Kind::Smime));
        toy.register(&toy.members[2]);
        let copies = toy.copies(3);
        let (late, early) = (&copies[2], &copies[0]);
        assert_eq!(late.field("Message-ID"), early.field("Message-ID"), "the same mail");
        assert!(read(&toy, &toy.members[2], late).contains(CANARY));
        toy.settled();
    }

    async fn incident_id_is_taken_once_whatever_its_case(database: Database) {
        let app = three(database).await;
        assert_eq!(send(&app, "ALPHA", "1", None).await.alert.as_str(), "ALPHA-1");
        let again = campanile::actions::NewAlert {
            alert: alert("ALPHA", "alpha-1"),
            list: "alert",
            only: None,
            channel: campanile_core::model::alert::follow_up::Channel::Web,
            draft: None,
        };
        let by = officer(&app, "ALPHA").await;
        let error = campanile::actions::send_alert(&app, &by, again).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(app.spool.names(campanile::spool::Folder::Sealed).unwrap().is_empty());
    }

    async fn of_two_revisions_at_the_same_time_one_wins(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let by = officer(&app, "ALPHA").await;
        let amend = || campanile::actions::NewRevision {
            alert: campanile::store::alerts::Name::Id("ALPHA-1"),
            from: Some(1),
            kind: campanile_core::model::alert::RevisionKind::Amend,
            content: None,
            note: "more",
            successor: None,
            channel: campanile_core::model::alert::follow_up::Channel::Web,
        };
        let other = app.another().await;
        let (one, two) = tokio::join!(
            campanile::actions::revise_alert(&app, &by, amend()),
            campanile::actions::revise_alert(&other, &by, amend())
        );
        let results = [one.map(|sent| sent.revision), two.map(|sent| sent.revision)];
        let won = results.iter().filter(|result| matches!(result, Ok(2))).count();
        let refused = |error: &campanile::error::Error| error.kind() == ErrorKind::Conflict;
        let lost = results.iter().filter(|result| result.as_ref().is_err_and(refused)).count();
        assert_eq!((won, lost), (1, 1), "{results:?}");
    }

    async fn backup_of_a_network_with_alerts_is_complete(database: Database) {
        let toy = Toy::new(database, &TEAMS).await;
        toy.send_alert(FILE, &["--team", "ALPHA"]);
        let file = toy.program.database.dir().join("backup.tar");
        let told = toy.program.run(&["backup", file.to_str().unwrap()]);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(!told.stderr.contains("missing"), "{told:?}");
        let bytes = std::fs::read(&file).unwrap();
        assert!(contains(&bytes, b"keys/data/"), "data keys are in the backup");
        assert!(!contains(&bytes, b"CANARY5e1f"));
    }
}
