//! Two nodes on one PostgreSQL with a shared spool: one node dies, then the primary does.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::faulty::Faulty;
use super::load::Load;
use super::plan::Kind;
use super::settings::variable;
use super::world::{Events, STANDSTILL_UNDER_LOAD, World};
use crate::support::{Cluster, Database, Program, ports};

/// A second node: the settings of the first with ports of its own, its spool and its keys.
fn second_node(world: &World, url: String) -> (Program, u16) {
    let program = Program::on(Database::at(url));
    let (first, second) = (world.toy.program.data(), program.data());
    fs::create_dir(&second).unwrap();
    symlink(first.join("keys"), second.join("keys")).unwrap();
    for name in ["campanile.toml", "phone.token"] {
        fs::copy(first.join(name), second.join(name)).unwrap();
    }
    let port = ports::free();
    program.configure(|text| {
        let spool = format!("\n[spool]\ndir = \"{}\"\n", first.join("spool").display());
        let text = text.replace(&format!(":{}\"", world.toy.port), &format!(":{port}\""));
        let monitor = format!(":{}\"", ports::free());
        let text = text.replace(&format!(":{}\"", world.toy.monitor), &monitor);
        let pages = format!(":{}\"", ports::free());
        let text = text.replace(&format!(":{}\"", world.toy.web), &pages);
        text.replace("\n[spool]\n", &spool)
    });
    (program, port)
}

fn reach(load: &Load, count: usize) {
    let (mut before, mut moved) = (0, Instant::now());
    loop {
        let taken = load.taken.load(Ordering::SeqCst);
        if taken >= count {
            return;
        }
        if taken != before {
            (before, moved) = (taken, Instant::now());
        }
        assert!(moved.elapsed() < Duration::from_secs(120), "the load stands still");
        sleep(Duration::from_millis(5));
    }
}

fn two_nodes(mails: usize) {
    let mut cluster = Cluster::start();
    // The first node is the one that survives.
    let mut world = World::at(cluster.url());
    world.standstill = STANDSTILL_UNDER_LOAD;
    let (program, port) = second_node(&world, cluster.url());
    let mut second = Faulty::start(&program, port, "");
    assert!(!second.is_gone(), "the second node does not start");
    let ports = [world.toy.port, port];
    let mut load = Load::start(&world.toy, mails, &ports);
    load.allowed.store(mails, Ordering::SeqCst);
    reach(&load, mails * 2 / 5);
    second.kill();
    reach(&load, mails * 3 / 5);
    let began = Instant::now();
    cluster.fail_over();
    let away = began.elapsed();
    load.end();
    world.disconnect();
    let mut events = Events::default();
    world.settle(Kind::Kill, &mut Vec::new(), &mut events).unwrap();
    let rows = world.rows();
    let repeats = load.check(&world.toy, &events.copies, &rows);
    assert!(rows.iter().all(|row| row.state == "delivered"), "{rows:?}");
    assert_eq!(world.remnants(), Vec::<String>::new());
    assert_eq!(events.ends, 0, "the first node went on");
    world.disconnect();
    world.close().unwrap();
    let copies = events.copies.len();
    eprintln!(
        "two nodes: {mails} mails, one node killed, primary replaced in {:.1} s; {copies} copies, \
         {repeats} came twice",
        away.as_secs_f64()
    );
}

#[test]
fn two_nodes_survive_the_loss_of_one_and_of_the_primary() {
    two_nodes(30);
}

#[test]
#[ignore = "takes a minute: cargo x crash --nodes"]
fn two_nodes_under_load() {
    two_nodes(variable("MAILS").unwrap_or(500));
}
