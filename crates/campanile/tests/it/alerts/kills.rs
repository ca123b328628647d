//! The process is gone at its n-th call of disk or database, for many n: an alert is sent as
//! a whole or not at all, and nobody is paged or reminded twice.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{FILE, TEAMS};
use crate::support::{Database, Toy, eventually};

/// Behind these, a command does nothing that it has not done before.
const CALLS_MAX: usize = 200;
/// Every so many calls one is tried: all of them take minutes, with a server of the database more.
const CALLS_STEP: usize = 5;
const CALLS_STEP_POSTGRES: usize = 17;

impl Toy {
    /// Runs a command that is killed at its n-th call. Returns whether it was.
    fn killed(&self, n: usize, arguments: &[&str]) -> bool {
        let mut command = self.program.command(arguments);
        command.env("CAMPANILE_FAULTS", format!("arm kill {n} 1"));
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        status.code().is_none()
    }

    /// One number of the database.
    async fn number(&self, sql: &'static str) -> i64 {
        self.sql(sql).await[0].parse().unwrap()
    }

    /// Every revision has its mail and a copy for each team, and the other way round.
    async fn whole(&self, n: usize) -> i64 {
        let revisions = self.number("SELECT CAST(COUNT(*) AS TEXT) FROM alert_revision").await;
        let messages = self.number("SELECT CAST(COUNT(*) AS TEXT) FROM message").await;
        let copies =
            self.number("SELECT CAST(COUNT(*) AS TEXT) FROM delivery WHERE kind = 'copy'").await;
        let newest = "SELECT CAST(COALESCE(SUM(revision), 0) AS TEXT) FROM alert";
        assert_eq!(messages, revisions, "call {n}");
        assert_eq!(copies, 3 * revisions, "call {n}");
        assert_eq!(self.number(newest).await, revisions, "call {n}");
        revisions
    }
}

on_both_databases! {
    async fn alert_is_sent_and_amended_as_a_whole_or_not_at_all(database: Database) {
        let step = if database.init_url().is_some() { CALLS_STEP_POSTGRES } else { CALLS_STEP };
        let mut toy = Toy::new(database, &TEAMS).await;
        let file = toy.program.file("alert.toml", FILE);
        let mut sent = 0;
        for n in (1..CALLS_MAX).step_by(step) {
            let id = format!("ALPHA-{n}");
            let text = FILE.replace("id = \"1\"", &format!("id = \"{n}\""));
            let numbered = toy.program.file("numbered.toml", text);
            let killed = toy.killed(n, &["alert", "send", &numbered, "--team", "ALPHA"]);
            let now = toy.whole(n).await;
            assert!(now == sent || now == sent + 1, "call {n}");
            assert!(killed || now == sent + 1, "call {n}");
            if now == sent {
                // Nobody knows of it: it can be sent again.
                toy.program.ok(&["alert", "send", &numbered, "--team", "ALPHA"]);
            }
            let amend = ["alert", "revise", &id, "--kind", "amend", "--note", "more", &file];
            let amend_killed = toy.killed(n + 2, &amend);
            sent = toy.whole(n).await;
            if !killed && !amend_killed {
                break;
            }
        }
        assert!(sent > 4, "the fault points were reached: {sent}");
        toy.program.ok(&["audit", "verify"]);
        toy.serve();
        eventually("all copies at the hop", || toy.hop.copies().len() as i64 == 3 * sent);
        let mut came: BTreeMap<String, usize> = BTreeMap::new();
        for copy in toy.hop.copies() {
            *came.entry(copy.mail_from.clone()).or_default() += 1;
        }
        assert!(came.values().all(|count| *count == 1), "{came:?}");
        toy.settled_but_for_strays();
    }
}

impl Toy {
    /// Files of sealings that were killed wait for the sweep; rows do not.
    fn settled_but_for_strays(&self) {
        eventually("an empty queue", || self.queue().is_empty());
    }

    /// Serves until killed at the n-th call, or for a while.
    fn serve_until_killed(&self, n: usize) {
        let mut command = self.program.command(&["serve"]);
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
}

on_both_databases! {
    async fn server_that_dies_pages_reminds_and_asks_for_calls_once(database: Database) {
        let mut toy = Toy::new(database, &TEAMS).await;
        let noted = toy.with_pager();
        let rules = "[alerts]\nremind_after_minutes = [0]\ncall_after_minutes = 0\n\
                     page_after_minutes = [0]\n";
        let policy = toy.program.file("policy.toml", rules);
        toy.program.ok(&["list", "policy", "alert", &policy]);
        toy.sql("UPDATE team SET phone = '+4940' || CAST(LENGTH(handle) AS TEXT) || '1234'").await;
        let (mut alerts, mut amended) = (0, 0);
        let mut before = Paging::default();
        for n in (1..60).step_by(6) {
            alerts += 1;
            let text = FILE.replace("id = \"1\"", &format!("id = \"{n}\""));
            let file = toy.program.file("numbered.toml", text);
            toy.program.ok(&["alert", "send", &file, "--team", "ALPHA"]);
            if alerts % 2 == 0 {
                let id = format!("ALPHA-{n}");
                toy.program.ok(&["alert", "revise", &id, "--kind", "amend", "--note", "x", &file]);
                amended += 1;
            }
            toy.serve_until_killed(n);
            let now = toy.paging(&noted).await;
            now.never_twice(&before, n);
            before = now;
        }
        toy.serve();
        let paged = |status: &serde_json::Value| {
            let steps = status["steps"].as_array().unwrap();
            let states = steps.iter().filter(|one| one["step"] == "page-0");
            states.filter(|one| one["state"] == "done" || one["state"] == "begun").count()
        };
        for n in (1..60).step_by(6) {
            let id = format!("ALPHA-{n}");
            let status = || toy.program.json(&["alert", "status", &id]);
            eventually("what is left is done", || paged(&status()) == 2);
        }
        toy.settled_but_for_strays();
        let now = toy.paging(&noted).await;
        now.never_twice(&before, 0);
        before = now;
        let begun: i64 = before.begun.values().sum();
        assert_eq!(begun, 2 * alerts, "every silent team, for each alert");
        let paged: i64 = before.paged.values().sum();
        assert!(paged >= alerts, "the program was called: {paged}");
        // A reminder is a mail of its own; the call for calls goes to the author.
        let reminders = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery d JOIN message m \
                         ON m.id = d.message_id WHERE d.kind = 'copy' AND m.id NOT IN \
                         (SELECT message_id FROM alert_revision)";
        assert_eq!(toy.number(reminders).await, 2 * alerts, "one reminder for each team");
        let calls = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery WHERE kind = 'reminder'";
        assert_eq!(toy.number(calls).await, alerts, "one mail about the calls");
        let copies = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery d JOIN alert_revision r \
                      ON r.message_id = d.message_id WHERE d.kind = 'copy'";
        assert_eq!(toy.number(copies).await, 3 * (alerts + amended), "no revision is sent twice");
        let mut came: BTreeMap<String, usize> = BTreeMap::new();
        for copy in toy.hop.copies() {
            *came.entry(format!("{} {}", copy.recipient, copy.mail_from)).or_default() += 1;
        }
        // A copy that the hop took as the server died may come again, as the same mail.
        assert_eq!(came.len() as i64, 3 * (alerts + amended) + 3 * alerts);
    }
}

/// By telephone: how often the program was called, and how many pages are on record.
#[derive(Default)]
struct Paging {
    paged: BTreeMap<String, i64>,
    begun: BTreeMap<String, i64>,
}

impl Paging {
    /// Since before, no telephone was paged more often than pages were begun for it: of those that
    /// were begun then, none was done again.
    fn never_twice(&self, before: &Self, n: usize) {
        let grown = |now: &BTreeMap<String, i64>, then: &BTreeMap<String, i64>, number: &String| {
            now.get(number).unwrap_or(&0) - then.get(number).unwrap_or(&0)
        };
        for number in self.paged.keys() {
            let paged = grown(&self.paged, &before.paged, number);
            let begun = grown(&self.begun, &before.begun, number);
            assert!(paged <= begun, "call {n}: {number} was paged {paged} times for {begun}");
        }
    }
}

impl Toy {
    /// Has telephones paged by a program that notes the number. Returns where.
    fn with_pager(&self) -> PathBuf {
        let data = self.program.data();
        let (pager, noted) = (data.join("pager"), data.join("noted"));
        let script = format!("#!/bin/sh\necho \"$1\" >> {}\n", noted.display());
        std::fs::write(&pager, script).unwrap();
        std::fs::set_permissions(&pager, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.program.configure(|text| {
            text.replace("# command = \"/usr/local/bin/send-sms\"", "command = \"pager\"")
        });
        noted
    }

    async fn paging(&self, noted: &Path) -> Paging {
        let mut paging = Paging::default();
        for number in std::fs::read_to_string(noted).unwrap_or_default().lines() {
            *paging.paged.entry(number.to_owned()).or_default() += 1;
        }
        let sql = "SELECT t.phone FROM escalation e JOIN team t ON t.id = e.team_id \
                   WHERE e.step = 'page-0' AND e.state IN ('begun', 'done')";
        for number in self.sql(sql).await {
            *paging.begun.entry(number).or_default() += 1;
        }
        paging
    }
}
