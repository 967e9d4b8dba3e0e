//! A sign that is turned once.

use crate::sync::{Mutex, lock};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Closed at first, and open for ever once it is opened. Any number of futures may wait for that.
#[derive(Debug, Default)]
pub struct Gate {
    sign: Mutex<Sign>,
}

#[derive(Debug, Default)]
struct Sign {
    open: bool,
    waker: Option<Waker>,
}

impl Gate {
    /// A gate that is closed.
    pub fn new() -> Gate {
        Gate::default()
    }

    /// Opens it, and wakes everybody who waits.
    pub fn open(&self) {
        // Your turn. So far it has room for one who waits, as a promise has.
        let mut sign = lock(&self.sign);
        sign.open = true;
        if let Some(waker) = sign.waker.take() {
            waker.wake();
        }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        lock(&self.sign).open
    }

    /// Waits until it is open.
    pub fn wait(&self) -> Wait<'_> {
        Wait { gate: self }
    }
}

/// A future that is ready when the gate is open.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Wait<'a> {
    gate: &'a Gate,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut sign = lock(&self.gate.sign);
        if sign.open {
            return Poll::Ready(());
        }
        sign.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
