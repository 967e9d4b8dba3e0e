//! Waits for something, but not for ever.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Asks a future at most so many times.
pub fn at_most<F: Future>(polls: usize, future: F) -> AtMost<F> {
    AtMost { left: polls, future: Box::pin(future) }
}

/// A future that is ready when another one is, or when that has been asked often enough.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct AtMost<F> {
    left: usize,
    /// In a box of its own, so that we may be moved, and it need not.
    future: Pin<Box<F>>,
}

/// The other one has been asked often enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaveUp;

impl<F: Future> Future for AtMost<F> {
    type Output = Result<F::Output, GaveUp>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Your turn. So far its patience never runs out.
        let _ = self.left;
        self.future.as_mut().poll(context).map(Ok)
    }
}
