//! A clock that ticks.

use crate::clock::now;
use crate::timer::{Sleep, sleep_until};
use futures::Stream;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A sum of this and a moment is a moment that nobody lives to see, and that a clock can show.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Ticks at once, and then once in each period: tokio's `interval`, with `MissedTickBehavior::Skip`.
///
/// Of the ticks that nobody was there for, the first is given late and the others are skipped; the
/// next one is at its old time, so that it does not drift.
///
/// # Panics
/// The period is zero; or no loop runs on this thread.
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "a clock needs time between its ticks");
    let start = now();
    Interval { period: period.min(CENTURY), next: start, sleep: sleep_until(start) }
}

/// A `Stream` of ticks, without end.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    next: Instant,
    sleep: Sleep,
}

impl Interval {
    /// Waits for the next tick, and gives the moment for which it was due. Cancel-safe.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|context| self.poll_tick(context)).await
    }

    fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        if Pin::new(&mut self.sleep).poll(context).is_pending() {
            return Poll::Pending;
        }
        let (due, now) = (self.next, now());
        let late = now.saturating_duration_since(due).as_nanos();
        // Since the last tick that was due: less than a period, so it fits.
        let since = Duration::from_nanos((late % self.period.as_nanos()) as u64);
        self.next = now + (self.period - since);
        self.sleep = sleep_until(self.next);
        Poll::Ready(due)
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Instant>> {
        self.poll_tick(context).map(Some)
    }
}
