//! What has happened on a thread, in order, and things that tell when they are dropped.

#![allow(dead_code, reason = "each test file has its own use for notes")]

use ch08_messages::event_loop::EventLoop;
use std::cell::RefCell;

thread_local! {
    static NOTES: RefCell<Vec<String>> = RefCell::default();
}

/// Makes a note on this thread. A thread that ends reads none.
pub fn note(what: impl Into<String>) {
    let what = what.into();
    let _ = NOTES.try_with(|notes| notes.borrow_mut().push(what));
}

/// Takes the notes that were made on this thread.
pub fn noted() -> Vec<String> {
    NOTES.take()
}

/// Makes a note when it is dropped, on the thread where that happens.
#[derive(Debug)]
pub struct Dropped(pub &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        note(self.0);
    }
}

/// Does something when it is dropped.
pub struct LastWish<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for LastWish<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Exactly one turn.
pub fn one_turn(event_loop: &EventLoop) {
    event_loop.handle().stop().unwrap();
    event_loop.run_forever();
}
