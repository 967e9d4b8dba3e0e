//! The newest value, for all who look.

use crate::notify::Notify;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// A board with a value on it: `watch::channel` in tokio. For the tasks of one thread.
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let board = Rc::new(Board {
        value: RefCell::new(value),
        is_closed: Cell::new(false),
        bell: Notify::new(),
    });
    (Sender { board: Rc::clone(&board) }, Receiver { board })
}

#[derive(Debug)]
struct Board<T> {
    value: RefCell<T>,
    /// The sender is gone.
    is_closed: Cell<bool>,
    bell: Notify,
}

/// Writes on the board.
#[derive(Debug)]
pub struct Sender<T> {
    board: Rc<Board<T>>,
}

impl<T> Sender<T> {
    /// Puts another value in place of the one that is there. Waits for nobody.
    pub fn send(&self, value: T) {
        let old = self.board.value.replace(value);
        drop(old);
        // Your turn. So far it believes that one is enough.
        self.board.bell.notify_one();
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.board.is_closed.set(true);
    }
}

/// Looks at the board. A clone has been told of what the one that it was made from has been told of.
#[derive(Debug, Clone)]
pub struct Receiver<T> {
    board: Rc<Board<T>>,
}

impl<T: Clone> Receiver<T> {
    /// What it says now.
    pub fn get(&self) -> T {
        self.board.value.borrow().clone()
    }

    /// Waits until it says something that this receiver has not been told of. What it said in the
    /// beginning counts as told. Cancel-safe.
    ///
    /// # Errors
    /// The sender is gone, and there is nothing new.
    pub async fn changed(&mut self) -> Result<(), Closed> {
        if self.board.is_closed.get() {
            return Err(Closed);
        }
        self.board.bell.notified().await;
        Ok(())
    }
}

/// The sender is gone: the board will say for ever what it says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody writes on the board any more")
    }
}

impl std::error::Error for Closed {}
