//! Asks futures without a loop, with wakers that tell.

#![allow(dead_code, reason = "each test file has its own use for a waker")]

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Polls once.
pub fn ask<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// Polls a future that is to be ready at once.
pub fn at_once<F: Future>(future: F) -> F::Output {
    match ask(&mut Box::pin(future), Waker::noop()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it has to wait"),
    }
}

/// Somebody who waits: a future, and a bell that counts how often it was rung.
pub struct Waits<F> {
    pub future: F,
    bell: Arc<Bell>,
    heard: usize,
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl<F: Future + Unpin> Waits<F> {
    /// Polls a future that is to wait.
    pub fn new(future: F) -> Waits<F> {
        let mut waits = Waits { future, bell: Arc::default(), heard: 0 };
        assert!(waits.ask().is_pending(), "it need not wait");
        waits
    }

    /// Polls it again.
    pub fn ask(&mut self) -> Poll<F::Output> {
        ask(&mut self.future, &Waker::from(Arc::clone(&self.bell)))
    }

    /// Whether the bell was rung since this was last asked.
    pub fn is_woken(&mut self) -> bool {
        let before = self.heard;
        self.heard = self.bell.0.load(Ordering::SeqCst);
        self.heard != before
    }

    /// The output of one that has been woken.
    pub fn output(mut self) -> F::Output {
        assert!(self.is_woken(), "nobody has woken it");
        match self.ask() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it was woken for nothing"),
        }
    }
}

/// Does something when it is woken.
pub struct OnWake(pub fn());

impl Wake for OnWake {
    fn wake(self: Arc<OnWake>) {
        (self.0)();
    }
}

/// Does something when the last of them is dropped.
pub struct OnDrop(pub fn());

impl Wake for OnDrop {
    fn wake(self: Arc<OnDrop>) {}
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        (self.0)();
    }
}
