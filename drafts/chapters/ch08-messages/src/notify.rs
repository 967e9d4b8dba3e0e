//! Tells others that something has happened, and nothing about it.

use std::cell::RefCell;
use std::collections::BTreeMap;
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
    /// Those who wait, and those who have been told and have not had their turn yet.
    waiting: BTreeMap<u64, Place>,
    /// How many have waited; the last one's number.
    made: u64,
}

#[derive(Debug)]
enum Place {
    /// Whom to wake.
    Waits(Waker),
    /// They were told, alone or with all others.
    Told { alone: bool },
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
        let next =
            line.waiting.values_mut().find(|place| matches!(place, Place::Waits(_)));
        let Some(place) = next else {
            line.rung = true;
            return;
        };
        let waits = mem::replace(place, Place::Told { alone: true });
        drop(line);
        if let Place::Waits(waker) = waits {
            waker.wake();
        }
    }

    /// Tells all who wait now, and nobody who comes later.
    pub fn notify_waiters(&self) {
        let mut told = Vec::new();
        for place in self.line.borrow_mut().waiting.values_mut() {
            if matches!(place, Place::Waits(_)) {
                told.push(mem::replace(place, Place::Told { alone: false }));
            }
        }
        for place in told {
            if let Place::Waits(waker) = place {
                waker.wake();
            }
        }
    }

    /// Waits to be told, from the first poll on. Cancel-safe, but whoever leaves loses their place.
    pub fn notified(&self) -> Notified<'_> {
        Notified { notify: self, number: None }
    }
}

/// A future that waits to be told.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Notified<'a> {
    notify: &'a Notify,
    /// Its number among those who wait, once it does.
    number: Option<u64>,
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut line = self.notify.line.borrow_mut();
        let told = match self.number {
            None => mem::take(&mut line.rung),
            Some(number) => matches!(line.waiting.get(&number), Some(Place::Told { .. })),
        };
        if !told {
            let number = self.number.unwrap_or(line.made + 1);
            line.made = line.made.max(number);
            let stale =
                line.waiting.insert(number, Place::Waits(context.waker().clone()));
            drop(line);
            drop(stale);
            trace!(target: "shop", until = "it is notified", "wait");
            self.number = Some(number);
            return Poll::Pending;
        }
        if let Some(number) = self.number {
            line.waiting.remove(&number);
        }
        drop(line);
        self.number = None;
        Poll::Ready(())
    }
}

impl Drop for Notified<'_> {
    /// Leaves. What was told to this one alone is told to the next.
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let place = self.notify.line.borrow_mut().waiting.remove(&number);
        if matches!(place, Some(Place::Told { alone: true })) {
            self.notify.notify_one();
        }
    }
}
