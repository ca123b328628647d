//! The clock: the only place of the program that asks for the time of day.

use std::time::SystemTime;

use campanile_core::model::time::Timestamp;

use crate::fault;

/// Where the time comes from.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The clock of the operating system.
    System,
    /// Always the same time, for tests.
    Fixed(Timestamp),
}

impl Clock {
    /// The time of day.
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => {
                Timestamp::from_system_time(SystemTime::now()).plus_seconds(fault::clock_seconds())
            }
            Self::Fixed(at) => at,
        }
    }
}
