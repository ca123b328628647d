//! `campanile backup` while mail flows, and `campanile restore` into an empty place.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use campanile::store::SCHEMA_VERSION;
use serde_json::Value;

use crate::support::{
    Answer, Database, Hop, Kind, Letter, Program, Server, Toy, eventually, ports,
};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];
const BUSY: Answer = Answer::AtRcpt("451 4.7.1 later");

impl Toy {
    /// Makes a backup and returns its path.
    fn back_up(&self, name: &str) -> PathBuf {
        let path = self.program.database.dir().join(name);
        self.program.ok(&["backup", path.to_str().unwrap()]);
        path
    }
}

/// An empty place for the network of a backup.
struct Place {
    program: Program,
    /// Where copies go.
    hop: Hop,
    port: u16,
}

impl Place {
    fn new(database: Database) -> Self {
        let mut hop = Hop::down();
        hop.start();
        Self { program: Program::on(database), hop, port: ports::free() }
    }

    fn arguments<'a>(&'a self, backup: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
        let url = self.program.database.init_url().unwrap_or("sqlite://campanile.db");
        let mut arguments = vec!["restore", backup.to_str().unwrap(), "--database", url];
        arguments.extend(more);
        arguments
    }

    /// Restores, and lets the network listen and send elsewhere than the old one.
    fn restore(&self, toy: &Toy, backup: &Path, more: &[&str]) -> String {
        let told = self.program.ok(&self.arguments(backup, more));
        self.program.configure(|text| {
            text.replace(&format!(":{}\"", toy.port), &format!(":{}\"", self.port))
                .replace(&format!(":{}\"", toy.monitor), &format!(":{}\"", ports::free()))
                .replace(&format!(":{}\"", toy.web), &format!(":{}\"", ports::free()))
                .replace(&format!("port = {}", toy.hop.port), &format!("port = {}", self.hop.port))
        });
        told
    }

    /// Nothing is there.
    fn untouched(&self) {
        let data = self.program.data();
        assert!(!data.exists(), "{:?}", crate::support::entries(&data));
    }

    fn sound(&self) -> Value {
        let doctor = self.program.run(&["doctor", "--json"]);
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        self.program.json(&["audit", "verify"])
    }
}

/// The other kind of database, so that every backup moves.
async fn other(database: &Database) -> Database {
    match database.init_url() {
        Some(_) => Database::sqlite(),
        None => Database::postgres().await,
    }
}

fn states(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn backup_under_load_is_whole_and_waiting_copies_are_held(database: Database) {
        let place = Place::new(other(&database).await);
        let toy = Toy::serving(database, &TEAMS).await;
        let letters: Vec<_> = (0..24).map(|at| Letter::new(&toy.members[at % 2])).collect();
        let backup = std::thread::scope(|scope| {
            for half in letters.chunks(12) {
                let toy = &toy;
                scope.spawn(move || {
                    for letter in half {
                        let by = toy.members.iter().find(|m| m.address == letter.from).unwrap();
                        toy.post(&by.address, &letter.sealed(toy, by));
                    }
                });
            }
            // In the middle of it: some are delivered, some are not.
            toy.copies(6);
            let early = toy.back_up("early.backup");
            toy.copies(20);
            toy.back_up("late.backup");
            early
        });
        toy.copies(48);
        let mode = std::fs::metadata(&backup).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        place.restore(&toy, &backup, &[]);
        place.sound();
        let held = place.program.json(&["held", "list"]);
        let queued = place.program.json(&["queue", "list"]);
        assert!(states(&held).iter().chain(&states(&queued)).all(|state| *state == "restored"));
        let _server = Server::start(&place.program, place.port);
        for message in held.as_array().unwrap() {
            place.program.ok(&["held", "release", message["id"].as_str().unwrap()]);
        }
        place.program.ok(&["queue", "retry"]);
        let due = held.as_array().unwrap().len() * 2 + queued.as_array().unwrap().len();
        eventually("what was held goes out", || place.hop.copies().len() == due);
        for copy in place.hop.copies() {
            let member = toy.members.iter().find(|m| m.address == copy.recipient).unwrap();
            let body = toy.open(member, &copy);
            assert!(letters.iter().any(|letter| letter.body() == body));
        }
        eventually("an empty queue", || {
            place.program.json(&["queue", "list"]).as_array().unwrap().is_empty()
        });
        place.program.ok(&["audit", "verify"]);
    }

    async fn restored_network_goes_on_where_it_was(database: Database) {
        let place = Place::new(other(&database).await);
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[BUSY]);
        let letter = Letter::new(&toy.members[0]);
        let mail = letter.sealed(&toy, &toy.members[0]);
        toy.post(&letter.from, &mail);
        let waiting = toy.queued(1, "waiting");
        let head = toy.program.json(&["audit", "verify"])["head"]["hash"].clone();
        let backup = toy.back_up("one.backup");

        let told = place.restore(&toy, &backup, &[]);
        assert!(told.contains("1 copies"), "{told}");
        let verified = place.sound();
        assert_eq!(verified["adopted"], 0);
        let head = head.as_str().unwrap();
        place.program.ok(&["audit", "verify", "--head", head]);
        let newest = place.program.json(&["audit", "list", "--limit", "1"]);
        assert_eq!(newest[0]["action"], "network.restore");
        assert_eq!(newest[0]["detail"]["copies_held"], 1);

        let _server = Server::start(&place.program, place.port);
        // What was distributed before is a replay here too, and what was held stays.
        let mut client = crate::support::Client::connect(place.port, "EHLO");
        let reply = client.deliver(&letter.from, "alert@list.example", &mail);
        assert!(reply.starts_with("250"), "{reply}");
        eventually("the replay is discarded", || {
            let listed = place.program.json(&["audit", "list"]);
            listed.as_array().unwrap().iter().any(|entry| entry["detail"]["state"] == "discarded")
        });
        assert!(place.hop.copies().is_empty());
        place.program.ok(&["queue", "retry", waiting["id"].as_str().unwrap()]);
        eventually("the copy", || place.hop.copies().len() == 1);
        assert_eq!(toy.open(&toy.members[1], &place.hop.copies()[0]), letter.body());
    }

    async fn resumed_network_sends_what_waited_by_itself(database: Database) {
        let place = Place::new(other(&database).await);
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[BUSY]);
        let letter = Letter::new(&toy.members[0]);
        toy.post(&letter.from, &letter.sealed(&toy, &toy.members[0]));
        toy.queued(1, "waiting");
        let backup = toy.back_up("one.backup");
        place.restore(&toy, &backup, &["--resume"]);
        let queued = place.program.json(&["queue", "list"]);
        assert_eq!(states(&queued), ["waiting"]);
        place.program.ok(&["queue", "retry"]);
        let _server = Server::start(&place.program, place.port);
        eventually("the copy", || place.hop.copies().len() == 1);
    }

    async fn place_that_is_in_use_is_refused_and_left_alone(database: Database) {
        let toy = Toy::new(database, &TEAMS).await;
        let backup = toy.back_up("one.backup");
        let before = toy.program.json(&["audit", "list"]);
        let file = backup.to_str().unwrap();
        let told = toy.program.refused(&["restore", file]);
        assert!(told.contains("data directory already"), "{told}");
        let again = toy.program.refused(&["backup", file]);
        assert!(again.contains("exists already"), "{again}");
        // An empty directory, but the database of a network.
        let dir = toy.program.database.dir().join("other");
        let there = format!("sqlite://{}", toy.program.data().join("campanile.db").display());
        let url = toy.program.database.init_url().unwrap_or(&there);
        let dir_text = dir.to_str().unwrap();
        let told = toy.program.refused(&["--dir", dir_text, "restore", file, "--database", url]);
        assert!(told.contains("in use") || told.contains("exists already"), "{told}");
        assert!(!dir.exists());
        assert_eq!(toy.program.json(&["audit", "list"]), before);
    }
}

/// Every way in which the file can be wrong: nothing is made.
#[tokio::test]
async fn damaged_foreign_and_newer_backups_are_refused_before_anything_is_made() {
    let place = Place::new(Database::sqlite());
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let whole = std::fs::read(toy.back_up("one.backup")).unwrap();
    let refused = |bytes: &[u8], words: &str| {
        let file = place.program.file("wrong.backup", bytes);
        let told = place.program.refused(&["restore", &file]);
        assert!(told.contains(words), "{words}: {told}");
        place.untouched();
    };
    for length in [0, 100, 512, 5000, whole.len() / 2, whole.len() - 5000] {
        refused(&whole[..length], "backup");
    }
    // One octet of every member: its content is not what the manifest says, or its name is wrong.
    let mut at = 0;
    while at < whole.len() - 1024 {
        let size = std::str::from_utf8(&whole[at + 124..at + 135]).unwrap();
        let size = usize::from_str_radix(size, 8).unwrap_or_default();
        for octet in [at, at + 512] {
            let mut changed = whole.clone();
            changed[octet] ^= 1;
            refused(&changed, "damaged");
        }
        at += 512 + size.div_ceil(512) * 512;
        // Where the archive ends there are blocks of zeros.
        if whole[at] == 0 {
            break;
        }
    }
    refused(b"-----BEGIN AGE ENCRYPTED FILE-----\n", "decrypted first");
    refused(&std::fs::read(toy.program.data().join("campanile.db")).unwrap(), "no backup");
}

#[tokio::test]
async fn backup_of_a_newer_version_is_refused() {
    use campanile::archive::{About, Archive, Writer};
    let place = Place::new(Database::sqlite());
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let mut old = Archive::open(&toy.back_up("one.backup")).unwrap();
    let mut writer = Writer::new(Vec::new(), 0).unwrap();
    let take = async |name: &str, content: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).unwrap();
        writer.add(name, &bytes)
    };
    old.read(take).await.unwrap();
    let about = About { schema: SCHEMA_VERSION + 1, ..old.manifest.about };
    let file = place.program.file("newer.backup", writer.finish(about).unwrap().0);
    let told = place.program.refused(&["restore", &file]);
    assert!(told.contains("version") && told.contains("newer one"), "{told}");
    place.untouched();
}

#[tokio::test]
async fn backup_to_standard_output_is_the_same_and_touches_no_disk() {
    let place = Place::new(Database::sqlite());
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let output = toy.program.command(&["backup", "-"]).output().unwrap();
    assert!(output.status.success());
    let file = place.program.file("piped.backup", &output.stdout);
    place.restore(&toy, Path::new(&file), &[]);
    place.sound();
}
