//! The process is gone at its n-th call of disk or database, for many n: a team is admitted as a
//! whole or not at all, and welcomed once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;

use crate::support::{Database, Kind, Toy};

/// Behind these, a command does nothing that it has not done before.
const CALLS_MAX: usize = 120;
/// Every so many calls one is tried: all of them take minutes.
const CALLS_STEP: usize = 4;

impl Toy {
    /// Files a complete application, and returns its identifier and the fingerprint of its key.
    fn complete_application(&self, number: usize) -> (String, String) {
        let address = format!("cert@new-{number}.example");
        let made = Clock::System.now().plus_seconds(-3600);
        let key = SecretKey::generate("New", &address.parse().unwrap(), made).unwrap();
        let form = format!(
            "handle = \"NEW-{number}\"\nname = \"New {number}\"\nfqdn = \"new-{number}.example\"\n\
             standing = \"listed\"\nevidence = \"page\"\nemails = \"{address}\"\n\
             contact_name = \"Ada\"\ncontact_email = \"ada@new-{number}.example\"\n"
        );
        let form = self.program.file("form.toml", form);
        let public = self.program.file("new.asc", key.certificate().armored());
        let told = self.program.ok(&["team", "application", "file", &form, "--openpgp", &public]);
        let id = told.split_whitespace().nth(1).unwrap().to_owned();
        for team in ["ALPHA", "BRAVO"] {
            let word = ["--by", "Zoe", "--statement", "met-in-person"];
            let attest = ["team", "application", "attest", &id, "--team", team];
            self.program.ok(&[&attest[..], &word[..]].concat());
        }
        let conduct = ["team", "application", "conduct", &id, "--name", "Ada", "--paper", "1"];
        self.program.ok(&conduct);
        (id, key.fingerprint().to_string())
    }

    fn dies_at(&self, n: usize, arguments: &[&str]) -> bool {
        let mut command = self.program.command(arguments);
        command.env("CAMPANILE_FAULTS", format!("arm kill {n} 1"));
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        status.code().is_none()
    }

    async fn count(&self, sql: &'static str) -> usize {
        self.sql(sql).await[0].parse().unwrap()
    }

    /// Every admitted applicant is a team with key, record, evidence, person and list, and nobody
    /// else is.
    async fn admitted(&self) -> usize {
        let admitted = "SELECT CAST(COUNT(*) AS TEXT) FROM application WHERE state = 'admitted'";
        let admitted = self.count(admitted).await;
        for sql in [
            "SELECT CAST(COUNT(*) AS TEXT) FROM team WHERE handle LIKE 'NEW-%'",
            "SELECT CAST(COUNT(*) AS TEXT) FROM credential WHERE state = 'active' \
             AND team_id IN (SELECT id FROM team WHERE handle LIKE 'NEW-%')",
            "SELECT CAST(COUNT(*) AS TEXT) FROM membership",
            "SELECT CAST(COUNT(*) AS TEXT) FROM evidence",
            "SELECT CAST(COUNT(*) AS TEXT) FROM person",
            "SELECT CAST(COUNT(*) AS TEXT) FROM subscription \
             WHERE team_id IN (SELECT id FROM team WHERE handle LIKE 'NEW-%')",
            "SELECT CAST(COUNT(*) AS TEXT) FROM conduct_acceptance WHERE team_id IS NOT NULL",
        ] {
            assert_eq!(self.count(sql).await, admitted, "{sql}");
        }
        admitted
    }
}

#[tokio::test]
async fn team_is_admitted_as_a_whole_or_not_at_all_and_welcomed_once() {
    let teams = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Openpgp)];
    let toy = Toy::new(Database::sqlite(), &teams).await;
    let text = toy.program.file("conduct.txt", "Keep it to yourself.\n");
    toy.program.ok(&["conduct", "set", "1.0", &text]);
    let mut teams = 0;
    for n in (1..CALLS_MAX).step_by(CALLS_STEP) {
        let (id, fingerprint) = toy.complete_application(n);
        let decide = [
            "team",
            "application",
            "decide",
            &id,
            "--admit",
            "--reason",
            "two sponsors",
            "--confirm-key",
            &fingerprint,
            "--list",
            "alert",
        ];
        let killed = toy.dies_at(n, &decide);
        let now = toy.admitted().await;
        assert!(now == teams || now == teams + 1, "call {n}");
        assert!(killed || now == teams + 1, "call {n}");
        if now == teams {
            toy.program.ok(&decide);
        }
        teams = toy.admitted().await;
        if !killed {
            break;
        }
    }
    assert!(teams > 3, "the fault points were reached: {teams}");
    toy.program.ok(&["audit", "verify"]);

    for n in (1..80).step_by(8) {
        serve_until_killed(&toy, n);
    }
    serve_until_killed(&toy, 1_000_000);
    let welcomes = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery WHERE kind = 'welcome'";
    assert_eq!(toy.count(welcomes).await, teams, "one welcome each");
    let waiting = "SELECT CAST(COUNT(*) AS TEXT) FROM membership WHERE welcome = 1";
    assert_eq!(toy.count(waiting).await, 0);
}

/// Serves until killed at the n-th call, or for a while.
fn serve_until_killed(toy: &Toy, n: usize) {
    let mut command = toy.program.command(&["serve"]);
    command.env("CAMPANILE_FAULTS", format!("arm kill {n} 1"));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(4);
    while child.try_wait().unwrap().is_none() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}
