//! So many at a time, and the others in the order in which they came.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tracing::trace;

/// A number of permits: `Semaphore` in tokio and in asyncio. For the tasks of one thread.
///
/// A permit that is given back goes to the one who has waited longest, who has it from that moment
/// on: nobody who comes later can take it away. If that one leaves before their turn, it goes to the
/// next.
#[derive(Debug)]
pub struct Semaphore {
    line: RefCell<Line>,
}

#[derive(Debug)]
struct Line {
    /// Permits that nobody has. There are none while anybody waits.
    free: usize,
    /// Those who wait, by number, and whom to wake.
    waiting: BTreeMap<u64, Waker>,
    /// Those who have been given a permit and have not had their turn yet.
    chosen: BTreeSet<u64>,
    /// How many have stood in line; the last one's number.
    made: u64,
}

impl Line {
    /// Takes a permit, if nobody has it.
    fn take(&mut self) -> bool {
        let left = self.free.checked_sub(1);
        self.free = left.unwrap_or(0);
        left.is_some()
    }

    /// The number of one who comes.
    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}

impl Semaphore {
    /// One with so many permits.
    pub fn new(permits: usize) -> Semaphore {
        let (waiting, chosen) = (BTreeMap::new(), BTreeSet::new());
        let line = Line { free: permits, waiting, chosen, made: 0 };
        Semaphore { line: RefCell::new(line) }
    }

    /// Waits for a permit. Cancel-safe, but whoever leaves the line loses their place in it.
    pub fn acquire(&self) -> Acquire<&Semaphore> {
        Acquire { semaphore: Some(self), number: None }
    }

    /// The same for a permit that owns its semaphore, and may go to another task.
    pub fn acquire_owned(self: Rc<Semaphore>) -> Acquire<Rc<Semaphore>> {
        Acquire { semaphore: Some(self), number: None }
    }

    /// Takes a permit, if there is one that nobody waits for.
    pub fn try_acquire(&self) -> Option<Permit<&Semaphore>> {
        // Made only if there is one: a permit that nobody gets would be given back, too.
        self.line.borrow_mut().take().then(|| Permit { semaphore: self })
    }

    /// How many permits nobody has.
    pub fn available_permits(&self) -> usize {
        self.line.borrow().free
    }

    /// Gives a permit to the next in line; if there is none, it is free.
    pub(crate) fn give_back(&self) {
        let mut line = self.line.borrow_mut();
        let Some((number, waker)) = line.waiting.pop_first() else {
            line.free += 1;
            return;
        };
        line.chosen.insert(number);
        drop(line);
        waker.wake();
    }

    /// How many wait, and have not been chosen.
    pub(crate) fn waiting(&self) -> usize {
        self.line.borrow().waiting.len()
    }
}

/// A future that waits for a permit.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Acquire<S: Deref<Target = Semaphore>> {
    semaphore: Option<S>,
    /// Its number in the line, once it stands there.
    number: Option<u64>,
}

impl<S: Deref<Target = Semaphore> + Unpin> Future for Acquire<S> {
    type Output = Permit<S>;

    /// # Panics
    /// It has been ready before.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<S>> {
        let semaphore = self.semaphore.as_ref().expect("not polled after it was ready");
        let waker = context.waker().clone();
        let mut line = semaphore.line.borrow_mut();
        let has_it = match self.number {
            None => line.take(),
            Some(number) => line.chosen.remove(&number),
        };
        if !has_it {
            let number = self.number.unwrap_or_else(|| line.number());
            let stale = line.waiting.insert(number, waker);
            drop(line);
            drop(stale);
            trace!(target: "shop", until = "there is a permit", "wait");
            self.number = Some(number);
            return Poll::Pending;
        }
        drop(line);
        self.number = None;
        let semaphore = self.semaphore.take().expect("it was there above");
        Poll::Ready(Permit { semaphore })
    }
}

impl<S: Deref<Target = Semaphore>> Drop for Acquire<S> {
    /// Leaves the line. Whoever has been chosen and leaves, passes the permit on.
    fn drop(&mut self) {
        let (Some(semaphore), Some(number)) = (&self.semaphore, self.number) else {
            return;
        };
        let mut line = semaphore.line.borrow_mut();
        let stale = line.waiting.remove(&number);
        let has_it = line.chosen.remove(&number);
        drop(line);
        drop(stale);
        if has_it {
            semaphore.give_back();
        }
    }
}

/// A permit. Dropped, it is given back.
#[derive(Debug)]
#[must_use = "a permit that is dropped is given back"]
pub struct Permit<S: Deref<Target = Semaphore>> {
    semaphore: S,
}

impl<S: Deref<Target = Semaphore>> Drop for Permit<S> {
    fn drop(&mut self) {
        self.semaphore.give_back();
    }
}
