//! Notes for the clerk, left by other threads.

use crate::poller::Poller;
use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A box for notes, and a bell. Any thread may leave a note, and the clerk takes them out.
#[derive(Debug)]
pub struct Notes {
    bell: Poller,
    notes: Mutex<VecDeque<String>>,
}

impl Notes {
    /// An empty box.
    ///
    /// # Errors
    /// What the kernel says: too many open descriptors.
    pub fn new() -> io::Result<Notes> {
        Ok(Notes { bell: Poller::new()?, notes: Mutex::default() })
    }

    /// Leaves a note, and rings; in this order, so that whoever wakes up finds it.
    ///
    /// # Errors
    /// What the kernel says; none is expected.
    pub fn leave(&self, note: impl Into<String>) -> io::Result<()> {
        self.notes().push_back(note.into());
        self.bell.notify()
    }

    /// Takes the oldest note, and waits for one if there is none.
    ///
    /// # Errors
    /// What the kernel says; none is expected.
    pub fn next(&self) -> io::Result<String> {
        // Your turn. So far it believes that every ring means one note.
        self.bell.wait(&mut Vec::new(), None)?;
        Ok(self.notes().pop_front().expect("the bell has rung, so there is a note"))
    }

    fn notes(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
