//! How often a future is rung.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// The same future, which gives besides its output how often its waker was called.
pub fn counted<F: Future>(future: F) -> Counted<F> {
    Counted { future: Box::pin(future), rings: Arc::default() }
}

/// What [`counted`] makes.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Counted<F> {
    future: Pin<Box<F>>,
    rings: Arc<AtomicUsize>,
}

impl<F: Future> Future for Counted<F> {
    type Output = (F::Output, usize);

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Self::Output> {
        let ours = Waker::from(Arc::new(Ring { rings: Arc::clone(&self.rings) }));
        let outcome = self.future.as_mut().poll(&mut Context::from_waker(&ours));
        outcome.map(|output| (output, self.rings.load(Ordering::SeqCst)))
    }
}

/// What is behind the waker that the future sees.
struct Ring {
    rings: Arc<AtomicUsize>,
}

impl Wake for Ring {
    fn wake(self: Arc<Self>) {
        // Your turn. So far it counts, and nobody hears it.
        self.rings.fetch_add(1, Ordering::SeqCst);
    }
}
