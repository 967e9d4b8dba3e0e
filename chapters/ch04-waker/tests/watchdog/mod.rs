//! Tests of what must not wait for ever, and the wakers and futures that they watch it with.

#![allow(dead_code, reason = "each test file has its own use for these")]

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

/// After how long a silence is called a failure. No test that passes waits for it.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// Does something that must come to an end, on a thread of its own.
pub fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, outcome) = mpsc::channel();
    let worker = thread::spawn(move || done.send(work()));
    match outcome.recv_timeout(WATCHDOG) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it waits for ever"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            resume_unwind(worker.join().expect_err("it has not sent its outcome"))
        }
    }
}

/// A waker that counts how often it is called.
#[derive(Debug, Default)]
pub struct Rings(AtomicUsize);

impl Rings {
    /// The counter, and a waker that belongs to it.
    pub fn new() -> (Arc<Rings>, Waker) {
        let rings = Arc::new(Rings::default());
        (Arc::clone(&rings), Waker::from(rings))
    }

    /// How often.
    pub fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Rings {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// How many wakers, copies included, belong to this counter.
pub fn wakers(rings: &Arc<Rings>) -> usize {
    Arc::strong_count(rings) - 1
}

/// A waker that does something when it is called, and when it is dropped.
pub struct Does<W: Fn() + Send + Sync, D: Fn() + Send + Sync> {
    pub when_woken: W,
    pub when_dropped: D,
}

impl<W: Fn() + Send + Sync, D: Fn() + Send + Sync> Wake for Does<W, D> {
    fn wake(self: Arc<Self>) {
        (self.when_woken)();
    }
}

impl<W: Fn() + Send + Sync, D: Fn() + Send + Sync> Drop for Does<W, D> {
    fn drop(&mut self) {
        (self.when_dropped)();
    }
}

/// A waker that does this when it is called.
pub fn when_woken(work: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Does { when_woken: work, when_dropped: || {} }))
}

/// A waker that does this when its last copy is dropped.
pub fn when_dropped(work: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Does { when_woken: || {}, when_dropped: work }))
}

/// Asks a future once.
pub fn ask<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// Counts how often it is dropped.
#[derive(Debug, Clone, Default)]
pub struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub fn count(&self) -> usize {
        self.0.load(SeqCst)
    }

    /// Something whose drop is counted.
    pub fn one(&self) -> Dropped {
        Dropped(self.clone())
    }
}

#[derive(Debug)]
pub struct Dropped(Drops);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, SeqCst);
    }
}
