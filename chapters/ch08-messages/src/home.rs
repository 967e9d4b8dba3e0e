//! A value that stays on its thread, in a thing that goes anywhere.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many threads have asked for their number.
static THREADS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The number of this thread. No other thread ever has it.
    static HERE: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
}

fn here() -> Option<u64> {
    HERE.try_with(|number| *number).ok()
}

/// A value that can be reached on the thread that made it, and nowhere else. Whoever holds it may
/// be anywhere.
///
/// Dropped elsewhere, the value is not dropped at all: empty it before.
pub(crate) struct AtHome<T> {
    home: Option<u64>,
    value: ManuallyDrop<T>,
}

// SAFETY: what `Send` and `Sync` would allow, another thread could do with the value only by `get`
// or by dropping it, and both refuse it there: the home's number is no other thread's.
unsafe impl<T> Send for AtHome<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for AtHome<T> {}

impl<T> AtHome<T> {
    pub(crate) fn new(value: T) -> AtHome<T> {
        AtHome { home: here(), value: ManuallyDrop::new(value) }
    }

    /// The value, on its own thread.
    pub(crate) fn get(&self) -> Option<&T> {
        (self.home.is_some() && self.home == here()).then_some(&self.value)
    }
}

impl<T> Drop for AtHome<T> {
    fn drop(&mut self) {
        if self.get().is_some() {
            // SAFETY: it is dropped once, here, and nobody can use it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}
