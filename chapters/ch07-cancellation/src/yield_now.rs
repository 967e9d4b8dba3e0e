//! Lets others take a turn.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Gives up the turn once: asyncio's `sleep(0)`, tokio's `yield_now`.
pub fn yield_now() -> YieldNow {
    YieldNow { has_yielded: false }
}

/// A future that is pending once, and then ready. Cancel-safe.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct YieldNow {
    has_yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.has_yielded {
            return Poll::Ready(());
        }
        self.has_yielded = true;
        // Pending, and nothing to wait for: ask again when the others have had their turn.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
