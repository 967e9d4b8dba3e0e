//! Runs a future.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tracing::{trace, trace_span};

/// Runs a future to its end on this thread, and gives its output: asyncio's `run_until_complete`.
///
/// It asks the future again and again, and uses the processor all that time.
///
/// ```
/// let four = ch03_future::executor::block_on(async { 2 + 2 });
/// assert_eq!(four, 4);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let _polling = trace_span!(target: "shop", "future").entered();
        trace!(target: "shop", "poll");
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            trace!(target: "shop", "ready");
            return output;
        }
        trace!(target: "shop", "pending");
    }
}
