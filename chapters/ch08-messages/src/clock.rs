//! What time it is.

use crate::event_loop::Core;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// What a loop takes for the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock, which never goes back.
    Real,
    /// A clock that stands still while anything can go on, and when nothing can, jumps to the next
    /// deadline. It knows nothing of other threads: it jumps while they work.
    Virtual,
}

/// The time, by the clock of the loop that runs on this thread.
///
/// # Panics
/// No loop runs on this thread.
pub fn now() -> Instant {
    Core::current().timers.time.now()
}

/// A clock that runs.
#[derive(Debug)]
pub(crate) struct Time {
    pub(crate) clock: Clock,
    start: Instant,
    /// How far a virtual clock has jumped.
    jumped: Cell<Duration>,
}

impl Time {
    pub(crate) fn new(clock: Clock) -> Time {
        Time { clock, start: Instant::now(), jumped: Cell::new(Duration::ZERO) }
    }

    pub(crate) fn now(&self) -> Instant {
        match self.clock {
            Clock::Real => Instant::now(),
            Clock::Virtual => self.start + self.jumped.get(),
        }
    }

    /// Sets a virtual clock.
    pub(crate) fn jump_to(&self, moment: Instant) {
        self.jumped.set(moment.saturating_duration_since(self.start));
    }
}
