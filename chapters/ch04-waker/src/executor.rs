//! Runs a future.

use crate::parker::Parker;
use crate::sync::Arc;
use crate::waker::unparks;
use std::pin::pin;
use std::task::{Context, Poll};
use tracing::{trace, trace_span};

/// Runs a future to its end on this thread, and gives its output: asyncio's `run_until_complete`.
///
/// It asks the future once, and again each time its waker is called. In between, the thread sleeps.
///
/// ```
/// let four = ch04_waker::executor::block_on(async { 2 + 2 });
/// assert_eq!(four, 4);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let parker = Arc::new(Parker::new());
    let waker = unparks(Arc::clone(&parker));
    let mut context = Context::from_waker(&waker);
    loop {
        let polling = trace_span!(target: "shop", "future").entered();
        trace!(target: "shop", "poll");
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            trace!(target: "shop", "ready");
            return output;
        }
        // How many copies of its waker the future has left with others; two are ours.
        trace!(target: "shop", wakers = Arc::strong_count(&parker) - 2, "pending");
        drop(polling);
        parker.park();
    }
}
