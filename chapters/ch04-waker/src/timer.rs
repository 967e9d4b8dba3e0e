//! Waits for a moment.

use crate::sync::{Condvar, Mutex, PoisonError, lock};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};
use tracing::trace;

/// Waits for at least so long: `sleep` in tokio and in asyncio. The time runs from this call on; in
/// asyncio, from the `await`.
pub fn sleep(duration: Duration) -> Sleep {
    // A sum that no clock can show is a moment that nobody lives to see.
    let deadline = Instant::now().checked_add(duration).unwrap_or_else(far_future);
    sleep_until(deadline)
}

/// Waits until this moment, or somewhat longer.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline, number: None }
}

fn far_future() -> Instant {
    Instant::now() + Duration::from_secs(30 * 365 * 24 * 60 * 60)
}

/// A future that is ready when a moment has come. Cancel-safe.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Sleep {
    deadline: Instant,
    /// Its number among the timers, if its waker is there.
    number: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    /// # Panics
    /// The kernel has no thread for the timers.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() < self.deadline {
            let (deadline, number) = (self.deadline, self.number);
            self.number = Some(TIMERS.set(deadline, number, context.waker()));
            return Poll::Pending;
        }
        self.forget();
        Poll::Ready(())
    }
}

impl Sleep {
    fn forget(&mut self) {
        if let Some(number) = self.number.take() {
            TIMERS.forget(self.deadline, number);
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// The timers of this program, and the thread that watches the clock for them.
static TIMERS: Timers =
    Timers { waiting: Mutex::new(Waiting::new()), news: Condvar::new() };

struct Timers {
    waiting: Mutex<Waiting>,
    /// Rings when the next deadline is a new one.
    news: Condvar,
}

/// Whom to wake when, the soonest first.
struct Waiting {
    wakers: BTreeMap<(Instant, u64), Waker>,
    /// How many timers there have been; the last one's number.
    made: u64,
    /// The thread runs.
    watched: bool,
}

impl Waiting {
    const fn new() -> Waiting {
        Waiting { wakers: BTreeMap::new(), made: 0, watched: false }
    }
}

impl Timers {
    /// Leaves a waker for a deadline, in place of the one that was left under this number.
    fn set(&'static self, deadline: Instant, number: Option<u64>, waker: &Waker) -> u64 {
        let mut waiting = lock(&self.waiting);
        let number = number.unwrap_or_else(|| {
            waiting.made += 1;
            trace!(target: "shop", timer = waiting.made, "timer");
            waiting.made
        });
        let stale = waiting.wakers.insert((deadline, number), waker.clone());
        if !waiting.watched {
            let watch = thread::Builder::new().name("timer".to_owned());
            watch.spawn(|| self.watch()).expect("a thread for the timers");
            waiting.watched = true;
        }
        let first = waiting.wakers.first_key_value();
        if stale.is_none() && first.is_some_and(|(key, _)| *key == (deadline, number)) {
            self.news.notify_one();
        }
        drop(waiting);
        // Dropping a waker may run anybody's code, so we do it without the lock.
        drop(stale);
        number
    }

    fn forget(&self, deadline: Instant, number: u64) {
        let waker = lock(&self.waiting).wakers.remove(&(deadline, number));
        if waker.is_some() {
            trace!(target: "shop", timer = number, "disarm");
        }
    }

    /// Sleeps until the next deadline, wakes, and so on, for ever.
    fn watch(&self) {
        let mut waiting = lock(&self.waiting);
        loop {
            let now = Instant::now();
            let Some(next) = waiting.wakers.first_entry() else {
                waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (deadline, number) = *next.key();
            if deadline > now {
                let news = self.news.wait_timeout(waiting, deadline - now);
                waiting = news.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let waker = next.remove();
            drop(waiting);
            trace!(target: "shop", timer = number, "due");
            // It may run anybody's code. If that panics, the others still want to be woken.
            let _ = catch_unwind(|| waker.wake());
            waiting = lock(&self.waiting);
        }
    }
}
