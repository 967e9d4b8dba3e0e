//! One at a time, across an `await`.

use crate::semaphore::{Permit, Semaphore};
use std::cell::{RefCell, RefMut};
use std::ops::{Deref, DerefMut};

/// A value that one task at a time may use, also while it waits for something else: `Mutex` in
/// tokio, `Lock` in asyncio. For the tasks of one thread, and first come, first served.
#[derive(Debug)]
pub struct Mutex<T> {
    turn: Semaphore,
    value: RefCell<T>,
}

impl<T> Mutex<T> {
    /// A value that nobody uses yet.
    pub fn new(value: T) -> Mutex<T> {
        Mutex { turn: Semaphore::new(1), value: RefCell::new(value) }
    }

    /// Waits until it is our turn. Cancel-safe, but whoever leaves the line loses their place in it.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        let turn = self.turn.acquire().await;
        MutexGuard { value: self.value.borrow_mut(), _turn: turn }
    }

    /// Takes it, if nobody has it or waits for it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let turn = self.turn.try_acquire()?;
        Some(MutexGuard { value: self.value.borrow_mut(), _turn: turn })
    }

    /// The value, which nobody else can use any more.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

/// The value, for as long as the guard lives.
#[derive(Debug)]
#[must_use = "a guard that is dropped lets the next one in"]
pub struct MutexGuard<'a, T> {
    // Fields are dropped in this order: first the value is given back, then the turn.
    value: RefMut<'a, T>,
    _turn: Permit<&'a Semaphore>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
