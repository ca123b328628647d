//! Who may connect: a limit for all clients and one per address.
//!
//! A full house does not turn newcomers away while others only sit there: the connection whose
//! client has done nothing for longest makes room. So a thousand idle connections keep nobody out.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// Below this, a connection within a transaction is taken for a working one.
const TRANSACTION_IDLE_MS_MIN: u64 = 10_000;

/// The connections there are.
pub struct Admission {
    seats: Arc<Mutex<Vec<Arc<Seat>>>>,
    start: Instant,
    seats_max: usize,
    per_address_max: usize,
}

struct Seat {
    address: IpAddr,
    /// Whether the client waits for us.
    working: AtomicBool,
    /// When the client last did something that counts, in ms since `start`.
    progress_ms: AtomicU64,
    /// How long it may do nothing before it can be asked to leave.
    patience_ms: AtomicU64,
    leave: Notify,
}

/// The place of one connection; dropping it frees the place.
pub struct Slot {
    seats: Arc<Mutex<Vec<Arc<Seat>>>>,
    start: Instant,
    seat: Arc<Seat>,
}

impl Admission {
    /// An empty house.
    pub fn new(seats_max: usize, per_address_max: usize) -> Self {
        let start = Instant::now();
        Self { seats: Arc::default(), start, seats_max, per_address_max }
    }

    /// Gives a place, if need be that of another connection; `None` if all are at work.
    pub fn enter(&self, address: IpAddr) -> Option<Slot> {
        let mut seats = lock(&self.seats);
        let same = seats.iter().filter(|seat| seat.address == address).count();
        if same >= self.per_address_max {
            self.evict(&mut seats, Some(address))?;
        } else if seats.len() >= self.seats_max {
            self.evict(&mut seats, None)?;
        }
        let seat = Arc::new(Seat {
            address,
            working: AtomicBool::new(true),
            progress_ms: AtomicU64::new(milliseconds(self.start)),
            patience_ms: AtomicU64::new(0),
            leave: Notify::new(),
        });
        seats.push(Arc::clone(&seat));
        Some(Slot { seats: Arc::clone(&self.seats), start: self.start, seat })
    }

    fn evict(&self, seats: &mut Vec<Arc<Seat>>, address: Option<IpAddr>) -> Option<()> {
        let now = milliseconds(self.start);
        let idle = |seat: &Seat| {
            let since = seat.progress_ms.load(Ordering::Relaxed);
            let patient = now.saturating_sub(since) < seat.patience_ms.load(Ordering::Relaxed);
            (!patient && !seat.working.load(Ordering::Relaxed)).then_some(since)
        };
        let of_address = |seat: &Seat| address.is_none_or(|a| a == seat.address);
        let candidates = seats.iter().enumerate().filter(|(_, seat)| of_address(seat));
        let (at, _) = candidates
            .filter_map(|(at, seat)| Some((at, idle(seat)?)))
            .min_by_key(|(_, since)| *since)?;
        seats.remove(at).leave.notify_one();
        Some(())
    }
}

impl Slot {
    /// Says that we wait for the client from now on.
    pub fn wait(&self, in_transaction: bool) {
        let patience_ms = if in_transaction { TRANSACTION_IDLE_MS_MIN } else { 0 };
        self.seat.patience_ms.store(patience_ms, Ordering::Relaxed);
        self.seat.working.store(false, Ordering::Relaxed);
    }

    /// Says that the client waits for us.
    pub fn work(&self) {
        self.seat.working.store(true, Ordering::Relaxed);
    }

    /// Says that the client has done something that counts.
    pub fn progress(&self) {
        self.seat.progress_ms.store(milliseconds(self.start), Ordering::Relaxed);
    }

    /// Returns when the place is needed by somebody else.
    pub async fn asked_to_leave(&self) {
        self.seat.leave.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        lock(&self.seats).retain(|seat| !Arc::ptr_eq(seat, &self.seat));
    }
}

fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The list is whole between any two statements, so a panic elsewhere does not harm it.
fn lock(seats: &Mutex<Vec<Arc<Seat>>>) -> MutexGuard<'_, Vec<Arc<Seat>>> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[test]
    fn place_is_free_again_when_its_connection_ends() {
        let admission = Admission::new(1, 1);
        let slot = admission.enter(address(1));
        assert!(slot.is_some());
        assert!(admission.enter(address(2)).is_none(), "a working connection is left alone");
        drop(slot);
        assert!(admission.enter(address(2)).is_some());
    }

    #[tokio::test]
    async fn longest_waiting_connection_makes_room() {
        let admission = Admission::new(2, 2);
        let (first, second) =
            (admission.enter(address(1)).unwrap(), admission.enter(address(1)).unwrap());
        second.wait(false);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        first.progress();
        first.wait(false);
        let _third = admission.enter(address(2)).unwrap();
        second.asked_to_leave().await;
        drop(second);
        first.work();
        assert!(admission.enter(address(3)).is_none());
    }

    #[test]
    fn transaction_that_just_paused_is_left_alone() {
        let admission = Admission::new(1, 1);
        let slot = admission.enter(address(1)).unwrap();
        slot.wait(true);
        assert!(admission.enter(address(2)).is_none());
    }

    #[tokio::test]
    async fn full_address_makes_room_among_its_own() {
        let admission = Admission::new(10, 1);
        let other = admission.enter(address(1)).unwrap();
        other.wait(false);
        let own = admission.enter(address(2)).unwrap();
        own.wait(false);
        let _new = admission.enter(address(2)).unwrap();
        own.asked_to_leave().await;
        assert!(admission.enter(address(2)).is_none(), "the new one works");
    }
}
