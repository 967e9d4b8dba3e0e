//! What is promised to a value that must not leave its thread.

#[path = "../src/home.rs"]
mod home;
mod notes;

use home::AtHome;
use notes::{Dropped, noted};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

#[test]
fn a_value_is_reached_at_home_and_nowhere_else() {
    let value = Arc::new(AtHome::new(Cell::new(1)));
    value.get().unwrap().set(2);
    let guest = Arc::clone(&value);
    thread::spawn(move || assert!(guest.get().is_none())).join().unwrap();
    assert_eq!(value.get().unwrap().get(), 2);
}

#[test]
fn a_value_that_is_dropped_at_home_is_dropped_once() {
    let value = Arc::new(AtHome::new(Dropped("value")));
    let guest = Arc::clone(&value);
    let elsewhere = thread::spawn(move || {
        drop(guest);
        noted()
    });
    assert!(elsewhere.join().unwrap().is_empty());
    assert!(noted().is_empty());
    drop(value);
    assert_eq!(noted(), ["value"]);
}

#[test]
fn a_value_that_is_dropped_elsewhere_is_not_dropped() {
    let kept = Rc::new(Dropped("value"));
    let value = AtHome::new(Rc::clone(&kept));
    thread::spawn(move || drop(value)).join().unwrap();
    assert_eq!(Rc::strong_count(&kept), 2);
    // What has not been dropped has leaked, in this test only.
    // SAFETY: the copy that has gone was the owner of this count, and gives it up no more.
    unsafe { Rc::decrement_strong_count(Rc::as_ptr(&kept)) };
    drop(kept);
    assert_eq!(noted(), ["value"]);
}

#[test]
fn a_value_whose_thread_is_over_has_no_home() {
    let values: Vec<_> =
        (0..10).map(|n| thread::spawn(move || AtHome::new(n)).join().unwrap()).collect();
    for _ in 0..10 {
        thread::scope(|scope| {
            let reached =
                scope.spawn(|| values.iter().any(|value| value.get().is_some()));
            assert!(!reached.join().unwrap(), "a thread's number was used again");
        });
    }
}

#[test]
fn a_value_may_be_moved_at_home() {
    let value = AtHome::new(Cell::new(1));
    let moved = Box::new(value);
    moved.get().unwrap().set(2);
    let back = *moved;
    assert_eq!(back.get().unwrap().get(), 2);
}
