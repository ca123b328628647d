//! Faults on purpose: the places where disk, database and network may fail or the machine may
//! stop, named, so that the crash harness can try each of them (`cargo x crash`).
//!
//! Without the cargo feature `faults`, which no release has, everything here is nothing at all.
//! With it, nothing happens either until the harness says so on standard input; [`armed`] has
//! its words.

#[cfg(feature = "faults")]
mod armed;

#[cfg(feature = "faults")]
pub use armed::{brief, clock_seconds, listen, pass, point, quietly};

#[cfg(not(feature = "faults"))]
pub use absent::{brief, clock_seconds, listen, pass, point, quietly};

use std::fs::File;
use std::io::{self, Write};

/// Writes all bytes, in two halves between which the machine may stop.
///
/// # Errors
/// As writing does.
pub fn write_all(file: &mut File, bytes: &[u8], site: &'static str) -> io::Result<()> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    if cfg!(feature = "faults") {
        file.write_all(first)?;
        point(site)?;
        return file.write_all(second);
    }
    file.write_all(bytes)
}

#[cfg(not(feature = "faults"))]
mod absent {
    use std::io;
    use std::time::Duration;

    /// A place that may fail.
    ///
    /// # Errors
    /// When the harness wants it to.
    #[inline(always)]
    pub fn point(_site: &'static str) -> io::Result<()> {
        Ok(())
    }

    /// A place where the machine may stop, but that cannot fail.
    #[inline(always)]
    pub fn pass(_site: &'static str) {}

    /// Work whose points do not count: it happens by the clock.
    #[inline(always)]
    pub fn quietly<F: Future>(work: F) -> F {
        work
    }

    /// A wait, which the harness may shorten.
    #[inline(always)]
    pub fn brief(wait: Duration) -> Duration {
        wait
    }

    /// How far the clock is wrong.
    #[inline(always)]
    pub fn clock_seconds() -> i64 {
        0
    }

    /// Hears the harness.
    #[inline(always)]
    pub fn listen() {}
}
