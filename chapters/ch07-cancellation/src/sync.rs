//! Locks.

pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Locks, whatever happened to the thread that had the lock before: nothing of ours is left half
/// done under a lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
