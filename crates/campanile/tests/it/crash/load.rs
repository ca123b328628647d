//! Many mails from many senders, who try again until each is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use campanile::clock::Clock;

use super::world::Row;
use crate::support::{Copy, LIST, Letter, Told, Toy, post};

/// Senders at the same time.
const SENDERS: usize = 4;
/// How long a sender waits until it tries again.
const WAIT: Duration = Duration::from_millis(30);
/// How far ahead the clock of a server may have got.
const LATER_SECONDS: i64 = 5 * 24 * 3600;

/// Mail under way.
pub struct Load {
    pub letters: Vec<Letter>,
    /// How many mails may be sent by now.
    pub allowed: Arc<AtomicUsize>,
    /// How many were taken.
    pub taken: Arc<AtomicUsize>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    /// Begins to send letters of ALPHA and BRAVO, in turns to each of the servers.
    pub fn start(toy: &Toy, count: usize, ports: &[u16]) -> Self {
        let letters: Vec<_> = (0..count).map(|at| Letter::new(&toy.members[at % 2])).collect();
        let sealed = letters.iter().enumerate();
        let sealed: Vec<_> = sealed
            .map(|(at, letter)| (letter.from.clone(), letter.sealed(toy, &toy.members[at % 2])))
            .collect();
        let (sealed, ports) = (Arc::new(sealed), ports.to_vec());
        let next: Arc<AtomicUsize> = Arc::default();
        let (allowed, taken): (Arc<AtomicUsize>, Arc<AtomicUsize>) = Default::default();
        let sender = |_| {
            let (sealed, ports) = (Arc::clone(&sealed), ports.clone());
            let (next, allowed, taken) =
                (Arc::clone(&next), Arc::clone(&allowed), Arc::clone(&taken));
            thread::spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some((from, mail)) = sealed.get(at) else { return };
                    send(at, from, mail, &ports, &allowed);
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        let senders = (0..SENDERS).map(sender).collect();
        Self { letters, allowed, taken, senders }
    }

    /// Waits until everything is taken.
    pub fn end(&mut self) {
        for sender in self.senders.drain(..) {
            sender.join().unwrap();
        }
    }

    /// Every team has a copy of every letter; more only with more tries, and the same Message-ID.
    /// Returns how many came more than once.
    pub fn check(&self, toy: &Toy, copies: &[Copy], rows: &[Row]) -> usize {
        let tries: BTreeMap<_, _> =
            rows.iter().map(|row| (&*row.mail_from, row.attempts)).collect();
        let mut came: BTreeMap<Vec<u8>, BTreeMap<&str, Vec<&Copy>>> = BTreeMap::new();
        let later = Clock::System.now().plus_seconds(LATER_SECONDS);
        for copy in copies {
            let team = toy.members.iter().find(|team| team.address == copy.recipient).unwrap();
            let teams = came.entry(toy.open_at(team, copy, later)).or_default();
            teams.entry(&copy.recipient).or_default().push(copy);
        }
        let sent: BTreeSet<_> = self.letters.iter().map(|letter| letter.body().to_vec()).collect();
        assert!(came.keys().all(|body| sent.contains(body)), "mail that nobody sent");
        let mut repeats = 0;
        for letter in &self.letters {
            let teams = came.get(letter.body());
            let teams = teams.unwrap_or_else(|| panic!("{} was lost", letter.message_id));
            assert_eq!(teams.len(), 2, "a copy was lost");
            let all = || teams.values().flatten();
            let ids: BTreeSet<_> = all().map(|copy| copy.field("Message-ID")).collect();
            assert_eq!(ids.len(), 1, "one Message-ID per mail");
            for copies in teams.values() {
                let paths: BTreeSet<_> = copies.iter().map(|copy| &*copy.mail_from).collect();
                assert_eq!(paths.len(), 1, "a mail was distributed twice");
                assert!(tries[copies[0].mail_from.as_str()] >= copies.len() as i64);
                repeats += copies.len() - 1;
            }
        }
        repeats
    }
}

/// Tries one server after the other until the mail is taken.
fn send(at: usize, from: &str, mail: &[u8], ports: &[u16], allowed: &AtomicUsize) {
    while allowed.load(Ordering::SeqCst) <= at {
        sleep(WAIT);
    }
    for attempt in at.. {
        match post(ports[attempt % ports.len()], from, LIST, mail) {
            Told::Accepted => return,
            Told::Refused(reply) => panic!("refused: {reply}"),
            Told::Later(_) | Told::Nothing => sleep(WAIT),
        }
    }
}
