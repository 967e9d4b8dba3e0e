//! Waits for a moment.

use crate::clock::{Clock, Time};
use crate::event_loop::Core;
use crate::handle::Call;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tracing::trace;

/// Waits for at least so long: `sleep` in tokio and in asyncio. The time runs from this call on; in
/// asyncio, from the `await`. If it is over by the first poll, no turn is given up.
///
/// # Panics
/// No loop runs on this thread.
pub fn sleep(duration: Duration) -> Sleep {
    let timers = Rc::clone(&Core::current().timers);
    Sleep { deadline: timers.deadline_in(duration), number: None, timers }
}

/// Waits until this moment, or somewhat longer.
///
/// # Panics
/// No loop runs on this thread.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline, number: None, timers: Rc::clone(&Core::current().timers) }
}

/// A future that is ready when a moment has come. Cancel-safe. It belongs to the loop on whose thread
/// it was made, and needs it running.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Sleep {
    deadline: Instant,
    /// Its number among the timers, if its waker is there.
    number: Option<u64>,
    timers: Rc<Timers>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.timers.time.now() < self.deadline {
            let due = Due::Wake(context.waker().clone());
            self.number = Some(self.timers.set(self.deadline, self.number, due));
            return Poll::Pending;
        }
        self.forget();
        Poll::Ready(())
    }
}

impl Sleep {
    fn forget(&mut self) {
        if let Some(number) = self.number.take() {
            self.timers.forget(self.deadline, number);
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// The timers of a loop.
#[derive(Debug)]
pub(crate) struct Timers {
    pub(crate) time: Time,
    /// What is due when, the soonest first; of those with one deadline, the oldest.
    waiting: RefCell<BTreeMap<(Instant, u64), Due>>,
    /// How many timers there have been; the last one's number.
    made: Cell<u64>,
}

/// What is to happen when a deadline is over.
#[derive(Debug)]
pub(crate) enum Due {
    /// Somebody is woken.
    Wake(Waker),
    /// Something is called.
    Call(Rc<Call>),
}

impl Timers {
    pub(crate) fn new(time: Time) -> Timers {
        Timers { time, waiting: RefCell::default(), made: Cell::new(0) }
    }

    /// A moment that is so far away.
    pub(crate) fn deadline_in(&self, delay: Duration) -> Instant {
        let now = self.time.now();
        // A sum that no clock can show is a moment that nobody lives to see.
        let far_future = now + Duration::from_secs(30 * 365 * 24 * 60 * 60);
        now.checked_add(delay).unwrap_or(far_future).min(far_future)
    }

    /// Sets a timer, in place of the one of this number.
    pub(crate) fn set(&self, deadline: Instant, number: Option<u64>, due: Due) -> u64 {
        let number = number.unwrap_or_else(|| {
            self.made.set(self.made.get() + 1);
            trace!(target: "shop", timer = self.made.get(), "timer");
            self.made.get()
        });
        let stale = self.waiting.borrow_mut().insert((deadline, number), due);
        // Dropping a waker may run anybody's code, so nothing is borrowed while we do it.
        drop(stale);
        number
    }

    pub(crate) fn forget(&self, deadline: Instant, number: u64) {
        let due = self.waiting.borrow_mut().remove(&(deadline, number));
        if due.is_some() {
            trace!(target: "shop", timer = number, "disarm");
        }
    }

    /// How long until the next deadline. By a virtual clock no time passes until it jumps.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        let (deadline, _) = *self.waiting.borrow().first_key_value()?.0;
        match self.time.clock {
            Clock::Real => Some(deadline.saturating_duration_since(self.time.now())),
            Clock::Virtual => Some(Duration::ZERO),
        }
    }

    /// Nothing can go on: a virtual clock jumps to the next deadline.
    pub(crate) fn nothing_happens(&self) {
        let next = self.waiting.borrow().first_key_value().map(|(key, _)| key.0);
        if let (Clock::Virtual, Some(deadline)) = (self.time.clock, next) {
            self.time.jump_to(deadline);
        }
    }

    /// Takes what is due, by deadline.
    pub(crate) fn take_due(&self) -> Vec<Due> {
        let now = self.time.now();
        let mut taken = Vec::new();
        while let Some(next) = self.waiting.borrow_mut().first_entry() {
            let (deadline, number) = *next.key();
            if deadline > now {
                break;
            }
            trace!(target: "shop", timer = number, "due");
            taken.push(next.remove());
        }
        taken
    }

    /// Takes everything.
    pub(crate) fn clear(&self) -> Vec<Due> {
        self.waiting.take().into_values().collect()
    }
}
