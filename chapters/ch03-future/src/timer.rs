//! Waits for a moment.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Waits for at least so long: `sleep` in tokio and in asyncio. The time runs from this call on; in
/// asyncio, from the `await`.
pub fn sleep(duration: Duration) -> Sleep {
    // A sum that no clock can show is a moment that nobody lives to see.
    let deadline = Instant::now().checked_add(duration).unwrap_or_else(far_future);
    sleep_until(deadline)
}

/// Waits until this moment, or somewhat longer.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline }
}

fn far_future() -> Instant {
    Instant::now() + Duration::from_secs(30 * 365 * 24 * 60 * 60)
}

/// A future that is ready when a moment has come. Cancel-safe.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Sleep {
    deadline: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() < self.deadline {
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}
