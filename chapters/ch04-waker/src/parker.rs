//! A thread that waits to be woken.

use crate::sync::{Condvar, Mutex, PoisonError, lock};
use tracing::trace;

/// A token that is there or not, and a place to wait for it.
///
/// Whoever unparks leaves the token; whoever parks takes it, and waits if it is not there. So it
/// does not matter who comes first. However often it is left before it is taken, it is one token.
#[derive(Debug)]
pub struct Parker {
    token: Mutex<bool>,
    bell: Condvar,
}

impl Parker {
    /// One whose token is not there.
    pub fn new() -> Parker {
        Parker { token: Mutex::new(false), bell: Condvar::new() }
    }

    /// Waits until the token is there, and takes it.
    pub fn park(&self) {
        trace!(target: "shop", until = "it is woken", "park");
        let mut token = lock(&self.token);
        while !*token {
            token = self.bell.wait(token).unwrap_or_else(PoisonError::into_inner);
        }
        *token = false;
        trace!(target: "shop", "unpark");
    }

    /// Leaves the token, and rings for whoever waits for it.
    pub fn unpark(&self) {
        trace!(target: "shop", "wake");
        *lock(&self.token) = true;
        self.bell.notify_one();
    }
}

impl Default for Parker {
    fn default() -> Parker {
        Parker::new()
    }
}
