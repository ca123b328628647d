//! SIGKILL at random moments of a server under load.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

use super::load::Load;
use super::plan::{Dice, Kind};
use super::settings::{Settings, variable};
use super::world::{Events, STANDSTILL_UNDER_LOAD, World};

/// A server lives so long at most, in milliseconds, from when it listens.
const LIFE_MAX: usize = 400;

/// Kills a server under load again and again.
fn kill(postgres: bool, kills: usize, mails: usize, seed: u64) {
    let mut world = World::new(postgres);
    world.standstill = STANDSTILL_UNDER_LOAD;
    let port = world.toy.port;
    let mut load = Load::start(&world.toy, mails, &[port]);
    let mut dice = Dice(seed);
    // Copies that were recorded as delivered at a kill, and how often they had come by then.
    let mut recorded: BTreeMap<String, usize> = BTreeMap::new();
    let mut copies = Vec::new();
    for round in 1..=kills {
        load.allowed.store(mails * round / kills, Ordering::SeqCst);
        sleep(Duration::from_millis(dice.below(LIFE_MAX) as u64));
        world.server.kill();
        copies.extend(world.toy.hop.take_copies());
        let mut came: BTreeMap<&str, usize> = BTreeMap::new();
        for copy in &copies {
            *came.entry(&copy.mail_from).or_default() += 1;
        }
        for path in world.delivered() {
            let times = came.get(path.as_str()).copied().unwrap_or_default();
            let before = *recorded.entry(path).or_insert(times);
            assert_eq!(times, before, "sent again though it was recorded as delivered");
        }
        world.restart("");
    }
    load.end();
    let mut events = Events::default();
    world.settle(Kind::Kill, &mut Vec::new(), &mut events).unwrap();
    copies.extend(events.copies);
    let rows = world.rows();
    // The second of two tries to send the same mail is a replay, and nothing else is left.
    assert_eq!(world.remnants(), Vec::<String>::new());
    let repeats = load.check(&world.toy, &copies, &rows);
    assert!(rows.iter().all(|row| row.state == "delivered"), "{rows:?}");
    let orphans = world.spooled().len();
    world.close().unwrap();
    eprintln!(
        "{}: {kills} kills, {mails} mails, {} copies, {repeats} came twice, {orphans} files swept",
        if postgres { "PostgreSQL" } else { "SQLite" },
        copies.len(),
    );
}

#[test]
fn server_killed_under_load_loses_nothing() {
    kill(false, 8, 40, 1);
}

#[test]
#[ignore = "takes minutes: cargo x crash --kills 200"]
fn many_kills() {
    let settings = Settings::of_environment();
    let (kills, mails) = (variable("KILLS").unwrap_or(200), variable("MAILS").unwrap_or(1000));
    for postgres in settings.databases {
        kill(postgres, kills, mails, settings.seed);
    }
}
