//! What is promised to those who leave a call for the end of a task.

mod notes;
mod run;

use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::task::{JoinHandle, Outcome, spawn};
use ch08_messages::yield_now::yield_now;
use notes::{Dropped, LastWish, note, noted, one_turn};
use run::{complaint, run};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const BUTTON: &str = "a button is missing";

/// A loop with a task that says this, and its handle.
fn task<T: 'static>(output: T) -> (EventLoop, JoinHandle<T>) {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle().spawn(ready(output)).unwrap();
    (event_loop, handle)
}

/// A callback that makes a note of its name and of the output.
fn notes<T: ToString>(name: &'static str) -> impl FnOnce(&Outcome<T>) {
    move |outcome| {
        let outcome = outcome.as_ref().map_or_else(ToString::to_string, T::to_string);
        note(format!("{name}: {outcome}"));
    }
}

fn ask<T: 'static>(handle: &mut JoinHandle<T>) -> Poll<Outcome<T>> {
    Pin::new(handle).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn callbacks_are_made_in_the_turn_after_the_end_in_the_order_in_which_they_were_left() {
    let (event_loop, handle) = task(7);
    handle.add_done_callback(notes("first"));
    handle.add_done_callback(notes("second"));
    one_turn(&event_loop);
    assert!(handle.is_finished());
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["first: 7", "second: 7"]);
    one_turn(&event_loop);
    assert!(noted().is_empty());
}

#[test]
fn a_late_callback_is_made_in_the_next_turn_and_not_at_once() {
    let (event_loop, handle) = task(7);
    one_turn(&event_loop);
    handle.add_done_callback(notes("late"));
    handle.add_done_callback(notes("later"));
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["late: 7", "later: 7"]);
    handle.add_done_callback(notes("latest"));
    one_turn(&event_loop);
    assert_eq!(noted(), ["latest: 7"]);
}

#[test]
fn callbacks_have_their_place_in_line() {
    let (event_loop, handle) = task(7);
    handle.add_done_callback(notes("callback"));
    let soon = |what| event_loop.handle().call_soon(move || note(what)).unwrap();
    let of_call = event_loop.handle();
    // In line behind the task, and so ahead of its callback when it leaves another call.
    let leaves = move || drop(of_call.call_soon(|| note("left behind it")).unwrap());
    event_loop.handle().call_soon(leaves).unwrap();
    soon("with the task");
    one_turn(&event_loop);
    soon("after the turn");
    one_turn(&event_loop);
    let order = ["with the task", "callback: 7", "left behind it", "after the turn"];
    assert_eq!(noted(), order);
}

#[test]
fn callbacks_are_made_before_the_output_is_given_away() {
    run(async {
        let handle = spawn(async {
            yield_now().await;
            7
        });
        handle.add_done_callback(notes("first"));
        handle.add_done_callback(notes("second"));
        let output = handle.await.unwrap();
        note(format!("joiner: {output}"));
    });
    assert_eq!(noted(), ["first: 7", "second: 7", "joiner: 7"]);
}

#[test]
fn an_output_is_not_fetched_past_a_late_callback() {
    let (event_loop, mut handle) = task(7);
    one_turn(&event_loop);
    handle.add_done_callback(notes("late"));
    assert!(ask(&mut handle).is_pending());
    assert_eq!(event_loop.block_on(&mut handle).unwrap(), 7);
    assert_eq!(noted(), ["late: 7"]);
}

#[test]
fn no_callback_is_made_when_the_output_has_been_fetched() {
    let (event_loop, mut handle) = task(7);
    assert_eq!(event_loop.block_on(&mut handle).unwrap(), 7);
    let held = Dropped("dropped");
    handle.add_done_callback(move |_| {
        let _held = held;
        note("called");
    });
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
}

#[test]
fn a_callback_is_made_without_a_handle_and_the_output_is_dropped_after_the_last() {
    let (event_loop, handle) = task(Dropped("output"));
    handle
        .add_done_callback(|outcome| note(outcome.as_ref().unwrap().0.to_owned() + " 1"));
    handle
        .add_done_callback(|outcome| note(outcome.as_ref().unwrap().0.to_owned() + " 2"));
    drop(handle);
    one_turn(&event_loop);
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["output 1", "output 2", "output"]);
}

#[test]
fn a_callback_is_made_if_the_handle_is_dropped_when_it_is_in_line() {
    let (event_loop, handle) = task(Dropped("output"));
    one_turn(&event_loop);
    handle.add_done_callback(|_| note("called"));
    drop(handle);
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["called", "output"]);
}

#[test]
fn a_callback_hears_of_a_panic() {
    run(async {
        let handle = spawn(async {
            if true {
                panic!("{BUTTON}")
            }
        });
        handle.add_done_callback(|outcome| {
            note(outcome.as_ref().unwrap_err().to_string());
        });
        assert!(handle.await.unwrap_err().is_panic());
    });
    assert_eq!(noted(), [format!("the task panicked: {BUTTON}")]);
}

#[test]
fn a_callback_may_drop_the_handle() {
    let (event_loop, handle) = task(Dropped("output"));
    handle.add_done_callback(|_| note("before"));
    let place = Rc::new(RefCell::new(None));
    let its = Rc::clone(&place);
    handle.add_done_callback(move |_| {
        drop(its.take());
        note("the handle is gone");
    });
    handle.add_done_callback(|outcome| note(format!("after: {}", outcome.is_ok())));
    *place.borrow_mut() = Some(handle);
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["before", "the handle is gone", "after: true", "output"]);
}

#[test]
fn a_callback_may_own_the_handle() {
    let (event_loop, handle) = task(Dropped("output"));
    let handle = Rc::new(handle);
    let its = Rc::clone(&handle);
    handle.add_done_callback(move |_| {
        assert!(its.is_finished());
        note("called");
    });
    drop(handle);
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["called", "output"]);
}

#[test]
fn a_callback_may_ask_for_the_output_and_is_told_to_wait() {
    let (event_loop, handle) = task(7);
    let handle = Rc::new(RefCell::new(handle));
    let its = Rc::clone(&handle);
    handle.borrow().add_done_callback(move |_| {
        assert!(ask(&mut its.borrow_mut()).is_pending());
        note("called");
    });
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["called"]);
    assert!(matches!(ask(&mut handle.borrow_mut()), Poll::Ready(Ok(7))));
}

#[test]
fn a_callback_may_leave_another_and_spawn() {
    let (event_loop, handle) = task(7);
    let handle = Rc::new(handle);
    let its = Rc::clone(&handle);
    handle.add_done_callback(move |_| {
        its.add_done_callback(notes("another"));
        drop(spawn(async { note("spawned") }));
        note("one");
    });
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["one"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["another: 7", "spawned"]);
}

#[test]
fn a_callback_that_panics_costs_nobody_else_their_call_or_the_output() {
    let (event_loop, handle) = task(7);
    handle.add_done_callback(|_| panic!("{BUTTON}"));
    handle.add_done_callback(notes("the next"));
    let waits = event_loop.handle().spawn(handle).unwrap();
    one_turn(&event_loop);
    assert_eq!(complaint(|| one_turn(&event_loop)), BUTTON);
    assert!(noted().is_empty());
    assert_eq!(event_loop.block_on(waits).unwrap().unwrap(), 7);
    assert_eq!(noted(), ["the next: 7"]);
}

#[test]
fn the_last_callback_may_panic_with_nobody_to_get_the_output() {
    let (event_loop, handle) = task(LastWish(|| {
        note("output");
        panic!("{BUTTON}")
    }));
    handle.add_done_callback(|_| panic!("a sleeve is missing"));
    drop(handle);
    one_turn(&event_loop);
    assert_eq!(complaint(|| one_turn(&event_loop)), "a sleeve is missing");
    assert_eq!(noted(), ["output"]);
    one_turn(&event_loop);
}

#[test]
fn what_a_callback_holds_is_dropped_when_it_has_been_made() {
    let (event_loop, handle) = task(7);
    let held = Dropped("held");
    handle.add_done_callback(move |_| {
        let _held = &held;
        note("called");
    });
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["called", "held"]);
    drop(handle);
}

#[test]
fn a_task_may_be_given_a_callback_by_itself() {
    run(async {
        let place = Rc::new(RefCell::new(None::<JoinHandle<u32>>));
        let its = Rc::clone(&place);
        let handle = spawn(async move {
            its.borrow().as_ref().unwrap().add_done_callback(notes("its own"));
            7
        });
        place.borrow_mut().replace(handle);
        for _ in 0..3 {
            yield_now().await;
        }
        assert!(place.take().unwrap().await.is_ok());
    });
    assert_eq!(noted(), ["its own: 7"]);
}

#[test]
fn a_callback_for_a_task_that_is_never_over_is_never_made() {
    let event_loop = EventLoop::new().unwrap();
    let handle: Handle = event_loop.handle();
    let task = handle.spawn(pending::<()>()).unwrap();
    task.add_done_callback(|_| note("called"));
    (0..3).for_each(|_| one_turn(&event_loop));
    drop(task);
    (0..3).for_each(|_| one_turn(&event_loop));
    drop(event_loop);
    assert!(noted().is_empty());
}

#[test]
fn a_future_that_is_dropped_at_the_end_of_its_task_may_leave_the_last_callback() {
    let event_loop = EventLoop::new().unwrap();
    let place = Rc::new(RefCell::new(None::<JoinHandle<u32>>));
    let its = Rc::clone(&place);
    let leaves = LastWish(move || {
        let place = its.borrow();
        let handle = place.as_ref().unwrap();
        assert!(!handle.is_finished());
        handle.add_done_callback(notes("from the end"));
    });
    // What a closure owns goes when the task is over, after its last poll.
    let handle = event_loop.handle().spawn(poll_fn(move |_| {
        let _leaves = &leaves;
        Poll::Ready(7)
    }));
    place.borrow_mut().replace(handle.unwrap());
    (0..2).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["from the end: 7"]);
}
