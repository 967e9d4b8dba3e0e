//! Several tasks, and whichever is over first.

use crate::task::{JoinHandle, Outcome, spawn};
use std::collections::VecDeque;

/// Tasks that are awaited together: `JoinSet` in tokio.
#[derive(Debug)]
pub struct JoinSet<T> {
    slips: VecDeque<JoinHandle<T>>,
}

impl<T: 'static> JoinSet<T> {
    /// One without a task.
    #[allow(clippy::new_without_default, reason = "one way to make it is enough")]
    pub fn new() -> JoinSet<T> {
        JoinSet { slips: VecDeque::new() }
    }

    /// Spawns one more.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub fn spawn(&mut self, future: impl Future<Output = T> + 'static) {
        self.slips.push_back(spawn(future));
    }

    /// How many there are that `next` has not told of.
    pub fn len(&self) -> usize {
        self.slips.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits for the next one to be over, and gives what became of it; `None` if there are no more.
    /// Those that are over already come in the order in which they ended. Cancel-safe.
    pub async fn next(&mut self) -> Option<Outcome<T>> {
        // Your turn. So far it believes that they end in the order in which they were spawned.
        let slip = self.slips.pop_front()?;
        Some(slip.await)
    }
}
