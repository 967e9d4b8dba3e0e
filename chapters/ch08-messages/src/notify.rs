//! Tells others that something has happened, and nothing about it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tracing::trace;

/// A bell for the tasks of one thread: `Notify` in tokio. asyncio's `Event` stays set; this does not.
#[derive(Debug, Default)]
pub struct Notify {
    line: RefCell<Line>,
}

#[derive(Debug, Default)]
struct Line {
    /// It was rung for one, and nobody was there.
    rung: bool,
    /// How often it was rung for all.
    for_all: u64,
    /// Those who wait, by number, and whom to wake.
    waiting: BTreeMap<u64, Waker>,
    /// Those who were told alone and have not had their turn yet.
    told: BTreeSet<u64>,
    /// How many have waited; the last one's number.
    made: u64,
}

impl Line {
    /// The number of one who comes.
    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}

impl Notify {
    /// A bell that has not been rung.
    pub fn new() -> Notify {
        Notify::default()
    }

    /// Tells the one who has waited longest; if nobody waits, whoever comes next. If the one who was
    /// told leaves before their turn, the next is told.
    pub fn notify_one(&self) {
        let mut line = self.line.borrow_mut();
        let Some((number, waker)) = line.waiting.pop_first() else {
            line.rung = true;
            return;
        };
        line.told.insert(number);
        drop(line);
        waker.wake();
    }

    /// Tells all who wait now, and nobody who comes later.
    pub fn notify_waiters(&self) {
        let mut line = self.line.borrow_mut();
        line.for_all += 1;
        let told = mem::take(&mut line.waiting);
        drop(line);
        told.into_values().for_each(Waker::wake);
    }

    /// Waits to be told: with all others from now on, and alone from the first poll on. Cancel-safe,
    /// but whoever leaves loses their place.
    pub fn notified(&self) -> Notified<'_> {
        Notified { notify: self, for_all: self.line.borrow().for_all, number: None }
    }
}

/// A future that waits to be told.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Notified<'a> {
    notify: &'a Notify,
    /// How often it had been rung for all.
    for_all: u64,
    /// Its number among those who wait, once it does.
    number: Option<u64>,
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let mut line = self.notify.line.borrow_mut();
        let told = match self.number {
            Some(number) if line.told.remove(&number) => true,
            _ if line.for_all != self.for_all => true,
            Some(_) => false,
            None => mem::take(&mut line.rung),
        };
        if !told {
            let number = self.number.unwrap_or_else(|| line.number());
            let stale = line.waiting.insert(number, waker);
            drop(line);
            drop(stale);
            trace!(target: "shop", until = "it is notified", "wait");
            self.number = Some(number);
            return Poll::Pending;
        }
        drop(line);
        Poll::Ready(())
    }
}

impl Drop for Notified<'_> {
    /// Leaves. What was told to this one alone is told to the next.
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut line = self.notify.line.borrow_mut();
        let stale = line.waiting.remove(&number);
        let told_alone = line.told.remove(&number);
        drop(line);
        drop(stale);
        if told_alone {
            self.notify.notify_one();
        }
    }
}
