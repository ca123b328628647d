//! One budget of memory for all messages being received.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The budget, in octets.
pub struct Memory {
    taken: Arc<AtomicUsize>,
    octets_max: usize,
}

/// What one connection has taken; given back when dropped.
pub struct Share {
    taken: Arc<AtomicUsize>,
    octets_max: usize,
    own: usize,
}

impl Memory {
    /// A budget of `octets_max`.
    pub fn new(octets_max: usize) -> Self {
        Self { taken: Arc::new(AtomicUsize::new(0)), octets_max }
    }

    /// A share of nothing yet.
    pub fn share(&self) -> Share {
        Share { taken: Arc::clone(&self.taken), octets_max: self.octets_max, own: 0 }
    }
}

impl Share {
    /// Makes the share `octets` large; false, and unchanged, if that is not left.
    pub fn resize(&mut self, octets: usize) -> bool {
        if octets > self.own {
            let more = octets - self.own;
            let fits = |taken: usize| taken.checked_add(more).filter(|t| *t <= self.octets_max);
            if self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
                return false;
            }
        } else {
            self.taken.fetch_sub(self.own - octets, Ordering::Relaxed);
        }
        self.own = octets;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_gets_what_is_left_and_gives_it_back() {
        let memory = Memory::new(100);
        let (mut first, mut second) = (memory.share(), memory.share());
        assert!(first.resize(60));
        assert!(!second.resize(41));
        assert!(second.resize(40));
        assert!(first.resize(10));
        assert!(second.resize(90));
        drop(second);
        assert!(first.resize(100));
    }
}
