//! One point: the N-th call of a plan fails, the server goes on or starts again, and everything
//! that was promised is there.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use campanile::clock::Clock;

use super::plan::{Hop, Kind, Plan, Work};
use super::world::{BRAVO, CHARLIE, Events, Row, World};
use crate::support::{Answer, Copy, LIST, Letter, Told, post};

/// A body that is sent from its file, in lines.
const LARGE_LINES: usize = 45_000;
/// How old a signature is that may meet a clock which is behind.
const OLD_SECONDS: i64 = -2 * 3600;
/// How far ahead the clock of a server may have got.
const LATER_SECONDS: i64 = 5 * 24 * 3600;

/// What one point has shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// The call that failed; `None` when there are fewer calls.
    pub fired: Option<String>,
    pub ends: u64,
    pub repeats: u64,
    pub orphans: u64,
    pub steps: u64,
}

/// Runs one point.
pub fn run(world: &mut World, plan: &Plan, n: u64) -> Result<Shown, String> {
    let letters = letters(world, plan);
    let mut events = Events::default();
    prepare(world, plan, &letters, n, &mut events)?;
    let mut posts = Vec::new();
    if !matches!(plan.work, Work::Start | Work::Renewal) {
        posts.extend(letters.iter().map(|letter| start_post(world, plan, letter)));
    }
    world.settle(plan.kind, &mut posts, &mut events)?;
    if world.server.say("disarm").is_none() {
        world.revive(&mut events);
    }
    world.toy.hop.forget_scripts();
    world.settle(plan.kind, &mut posts, &mut events)?;
    if plan.client_tries_again {
        try_again(world, plan, &letters, &mut events)?;
    }
    let checked = check(world, plan, &letters, &events);
    if plan.work == Work::Renewal {
        world.take_key();
    }
    world.server.say("clock 0");
    checked
}

fn letters(world: &World, plan: &Plan) -> Vec<Letter> {
    let count = if matches!(plan.work, Work::Two | Work::Start) { 2 } else { 1 };
    let one = |_| {
        let mut letter = Letter::new(&world.toy.members[plan.sender]);
        if plan.work == Work::Large {
            letter
                .entity
                .extend(b"0123456789012345678901234567890123456789 \r\n".repeat(LARGE_LINES));
        }
        letter
    };
    (0..count).map(one).collect()
}

fn sealed(world: &World, plan: &Plan, letter: &Letter) -> Vec<u8> {
    let sender = &world.toy.members[plan.sender];
    if matches!(plan.kind, Kind::Ahead | Kind::Behind) {
        let at = Clock::System.now().plus_seconds(OLD_SECONDS);
        return letter.pgp_mime(&world.toy, sender.openpgp(), at);
    }
    letter.sealed(&world.toy, sender)
}

fn start_post(world: &World, plan: &Plan, letter: &Letter) -> JoinHandle<Told> {
    let (port, from, mail) = (world.toy.port, letter.from.clone(), sealed(world, plan, letter));
    thread::spawn(move || post(port, &from, LIST, &mail))
}

/// Brings the world to where the plan begins, and arms the server.
fn prepare(
    world: &mut World,
    plan: &Plan,
    letters: &[Letter],
    n: u64,
    events: &mut Events,
) -> Result<(), String> {
    let arm = format!("arm {} {n} {}", plan.kind.word(), plan.count);
    if plan.work == Work::Start {
        return prepare_start(world, plan, letters, &arm, events);
    }
    if plan.work == Work::Renewal {
        world.await_key();
        events.told.push(start_post(world, plan, &letters[0]).join().unwrap());
        wait("a held copy", || world.held() == 1 && world.undone() == 1)?;
    }
    script(world, plan);
    if plan.hop == Hop::IsDown {
        world.toy.hop.stop();
    }
    world.server.fired = None;
    world.server.say(&arm);
    if plan.work == Work::Renewal {
        world.give_key();
    }
    Ok(())
}

fn script(world: &World, plan: &Plan) {
    let port = world.toy.port;
    let answer = match plan.work {
        Work::BounceEarly => Some(Answer::BounceFirst(port)),
        Work::BounceLate => Some(Answer::BounceThen(port)),
        _ => plan.hop.answer(),
    };
    let team = if plan.work == Work::Renewal { CHARLIE } else { BRAVO };
    world.toy.script(team, answer.as_slice());
}

/// Leaves one mail with copies that wait, and one that is just taken; then starts anew.
fn prepare_start(
    world: &mut World,
    plan: &Plan,
    letters: &[Letter],
    arm: &str,
    events: &mut Events,
) -> Result<(), String> {
    world.toy.hop.stop();
    events.told.push(start_post(world, plan, &letters[0]).join().unwrap());
    wait("copies that wait", || {
        world.rows().iter().filter(|row| row.state == "waiting" && row.attempts > 0).count() == 2
    })?;
    events.told.push(start_post(world, plan, &letters[1]).join().unwrap());
    world.server.kill();
    if plan.hop != Hop::IsDown {
        world.toy.hop.start();
    }
    script(world, plan);
    world.restart(arm);
    Ok(())
}

fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds() {
        if Instant::now() > deadline {
            return Err(format!("before the fault: no {what}"));
        }
        sleep(Duration::from_millis(4));
    }
    Ok(())
}

/// What the sender's server does with a mail that was not taken, or of which it does not know.
fn try_again(
    world: &mut World,
    plan: &Plan,
    letters: &[Letter],
    events: &mut Events,
) -> Result<(), String> {
    for (at, letter) in letters.iter().enumerate() {
        if events.told[at] != Told::Accepted {
            events.told[at] = start_post(world, plan, letter).join().unwrap();
            if events.told[at] != Told::Accepted {
                return Err(format!("not taken after the fault: {:?}", events.told[at]));
            }
        }
    }
    let told = std::mem::take(&mut events.told);
    let settled = world.settle(plan.kind, &mut Vec::new(), events);
    events.told = told;
    settled
}

/// The checker: what came is what was promised.
fn check(
    world: &mut World,
    plan: &Plan,
    letters: &[Letter],
    events: &Events,
) -> Result<Shown, String> {
    // A bounce that comes later is the next point's.
    let bounced = world.toy.hop.take_bounced();
    let rows: BTreeMap<_, _> =
        world.rows().into_iter().map(|row| (row.mail_from.clone(), row)).collect();
    let copies: Vec<_> =
        events.copies.iter().filter(|copy| !is_notice(copy, &rows)).cloned().collect();
    let mut repeats = 0;
    let mut known = 0;
    for (letter, told) in letters.iter().zip(&events.told) {
        let got = of_letter(world, letter, &copies)?;
        known += got.iter().map(Vec::len).sum::<usize>();
        if let Told::Refused(reply) = told {
            return Err(format!("refused: {reply}"));
        }
        repeats += check_letter(plan, &got, *told == Told::Accepted, events, &rows)?;
    }
    if known != copies.len() {
        return Err(format!("{} copies came of mails that nobody sent", copies.len() - known));
    }
    check_bounces(&bounced, &rows)?;
    if let Some(row) = rows.values().find(|row| !["delivered", "bounced"].contains(&&*row.state)) {
        return Err(format!("a row is left: {row:?}"));
    }
    if let Some(remnant) = world.remnants().first() {
        return Err(format!("left in the database: {remnant}"));
    }
    let (fired, steps) = (events.fired.clone(), events.steps);
    let orphans = check_spool(world, plan, fired.is_some())?;
    Ok(Shown { fired, ends: events.ends, repeats, orphans, steps })
}

fn is_notice(copy: &Copy, rows: &BTreeMap<String, Row>) -> bool {
    rows.get(&copy.mail_from).is_some_and(|row| row.kind == "notice")
}

/// The copies of a letter, by team.
fn of_letter(world: &World, letter: &Letter, copies: &[Copy]) -> Result<Vec<Vec<Copy>>, String> {
    let body = letter.body();
    // The server's clock may have been ahead when it signed.
    let later = Clock::System.now().plus_seconds(LATER_SECONDS);
    let is_of = |copy: &&Copy| {
        let team = world.toy.members.iter().find(|team| team.address == copy.recipient);
        team.is_some_and(|team| world.toy.open_at(team, copy, later) == body)
    };
    let found: Vec<_> = copies.iter().filter(is_of).cloned().collect();
    let ids: BTreeSet<_> = found.iter().map(|copy| copy.field("Message-ID")).collect();
    if ids.len() > 1 {
        return Err(format!("one mail with several Message-IDs: {ids:?}"));
    }
    let of_team = |address: &String| {
        found.iter().filter(|copy| copy.recipient == *address).cloned().collect()
    };
    Ok(world.toy.members.iter().map(|team| of_team(&team.address)).collect())
}

/// Every team has one copy, or none if it was not promised; more only where it had to be.
/// Returns how many came twice.
fn check_letter(
    plan: &Plan,
    got: &[Vec<Copy>],
    promised: bool,
    events: &Events,
    rows: &BTreeMap<String, Row>,
) -> Result<u64, String> {
    let teams = if plan.work == Work::Renewal { 3 } else { 2 };
    let served = got.iter().take(teams).filter(|copies| !copies.is_empty()).count();
    if served != teams && (promised || served != 0) {
        return Err(format!("{served} of {teams} teams have their copy, promised: {promised}"));
    }
    let mut repeats = 0;
    for copies in got.iter().filter(|copies| copies.len() > 1) {
        let path = &copies[0].mail_from;
        let tries = rows.get(path).map_or(0, |row| row.attempts);
        if copies.iter().any(|copy| copy.mail_from != *path) {
            return Err("one team has two copies of one mail".into());
        }
        let site = events.fired.as_deref().unwrap_or_default();
        let relay = site.starts_with("relay.") || plan.count > 1;
        let excused = plan.hop.leaves_doubt() || events.ends > 0 || relay;
        if !excused || copies.len() > 3 || tries < copies.len() as i64 {
            return Err(format!("{} times the same copy, {tries} tries", copies.len()));
        }
        // It may have come twice before: what counts is that it did not come again.
        if events.recorded.get(path).is_some_and(|before| copies.len() > *before) {
            return Err("a copy was sent again though it was recorded as delivered".into());
        }
        repeats += copies.len() as u64 - 1;
    }
    Ok(repeats)
}

/// A bounce that was taken is shown.
fn check_bounces(bounced: &[Copy], rows: &BTreeMap<String, Row>) -> Result<(), String> {
    for copy in bounced {
        let state = rows.get(&copy.mail_from).map_or("gone", |row| &row.state);
        if state != "bounced" {
            return Err(format!("a bounce was taken, and its copy is {state}"));
        }
    }
    Ok(())
}

/// Nothing is left in the spool; a failure may leave files, which are swept. Returns how many.
fn check_spool(world: &mut World, plan: &Plan, fired: bool) -> Result<u64, String> {
    let harmless = matches!(plan.kind, Kind::Slow | Kind::Ahead | Kind::Behind);
    // A server that shall start with work left was killed before.
    let excused = fired && !harmless || plan.work == Work::Start;
    let deadline = Instant::now() + Duration::from_millis(if excused { 60 } else { 10_000 });
    let mut left = BTreeSet::new();
    while Instant::now() < deadline {
        left = world.spooled().difference(&world.orphans).cloned().collect();
        if left.is_empty() {
            return Ok(0);
        }
        sleep(Duration::from_millis(5));
    }
    if !excused {
        return Err(format!("left in the spool: {left:?}"));
    }
    let count = left.len() as u64;
    world.orphans.extend(left);
    Ok(count)
}
