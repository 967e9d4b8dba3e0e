//! Ticks, one a period.

use crate::timer::sleep;
use std::time::Duration;

/// Ticks when a period has passed, and when two have, and so on, from now on.
///
/// # Panics
/// The period is zero, or no loop runs on this thread.
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "an interval needs a period");
    Interval { period, ticks: 0 }
}

/// Ticks: `Timer::interval` in `async-io`.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    ticks: u64,
}

impl Interval {
    /// Waits for the next tick, and says how many periods have passed since the start. Cancel-safe.
    ///
    /// Whoever comes late hears at once how many have passed, and those in between are missed.
    pub async fn tick(&mut self) -> u64 {
        // Your turn. So far it believes that nobody does anything between two ticks.
        sleep(self.period).await;
        self.ticks += 1;
        self.ticks
    }
}
