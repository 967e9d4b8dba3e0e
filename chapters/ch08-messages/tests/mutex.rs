//! What a mutex promises to tasks that hold it across an `await`.

mod by_hand;
mod notes;
mod run;

use by_hand::{OnWake, Waits, ask, at_once};
use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::mutex::Mutex;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use futures::future::join_all;
use notes::{Dropped, note, noted};
use run::in_time;
use std::cell::RefCell;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

/// How many do the same. Miri is slow.
const MANY: u32 = if cfg!(miri) { 10 } else { 100 };

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(in_time(work))
}

#[test]
fn one_at_a_time_uses_the_value_also_across_an_await() {
    on_a_loop(async {
        let till = Rc::new(Mutex::new(0));
        let pays = |_| {
            let till = Rc::clone(&till);
            spawn(async move {
                let mut money = till.lock().await;
                let before = *money;
                yield_now().await;
                *money = before + 1;
            })
        };
        for paid in join_all((0..MANY).map(pays)).await {
            paid.unwrap();
        }
        assert_eq!(*till.lock().await, MANY);
    });
}

#[test]
fn it_is_locked_in_the_order_in_which_it_was_asked_for() {
    on_a_loop(async {
        let names = Rc::new(Mutex::new(String::new()));
        let guard = names.lock().await;
        let tasks = ["Ann ", "Ben ", "Cleo "].map(|name| {
            let names = Rc::clone(&names);
            spawn(async move { names.lock().await.push_str(name) })
        });
        yield_now().await;
        yield_now().await;
        drop(guard);
        assert!(names.try_lock().is_none(), "it is Ann's, who has not had her turn yet");
        names.lock().await.push_str("and I");
        assert_eq!(*names.lock().await, "Ann Ben Cleo and I");
        drop(tasks);
    });
}

#[test]
fn a_try_takes_it_only_if_nobody_has_it_or_waits_for_it() {
    let mutex = Mutex::new("shirt");
    let mut guard = mutex.try_lock().unwrap();
    *guard = "coat";
    assert!(mutex.try_lock().is_none());
    let waits = Waits::new(Box::pin(mutex.lock()));
    drop(guard);
    assert!(mutex.try_lock().is_none());
    assert_eq!(*waits.output(), "coat");
    assert_eq!(*mutex.try_lock().unwrap(), "coat");
}

#[test]
fn a_try_that_fails_lets_nobody_else_in() {
    let mutex = Mutex::new(0);
    let guard = mutex.try_lock().unwrap();
    let mut waits = Waits::new(Box::pin(mutex.lock()));
    assert!(mutex.try_lock().is_none());
    assert!(!waits.is_woken());
    // Were there a second turn, this would borrow the value a second time, and panic.
    assert!(waits.ask().is_pending());
    drop(guard);
    assert_eq!(*waits.output(), 0);
}

#[test]
fn whoever_stops_waiting_for_it_lets_the_next_one_in() {
    let mutex = Mutex::new(0);
    let guard = at_once(mutex.lock());
    let first = Waits::new(Box::pin(mutex.lock()));
    let second = Waits::new(Box::pin(mutex.lock()));
    let mut third = Waits::new(Box::pin(mutex.lock()));
    drop(second);
    drop(guard);
    drop(first);
    assert!(third.is_woken());
    drop(third);
    assert!(mutex.try_lock().is_some());
}

#[test]
fn a_task_that_is_aborted_or_panics_with_the_guard_lets_the_next_one_in() {
    on_a_loop(async {
        let mutex = Rc::new(Mutex::new(vec![0]));
        let holder = Rc::clone(&mutex);
        let aborted = spawn(async move {
            let mut guard = holder.lock().await;
            guard.push(1);
            pending::<()>().await;
            guard.push(2);
        });
        yield_now().await;
        yield_now().await;
        let holder = Rc::clone(&mutex);
        let panics = spawn(async move {
            let mut guard = holder.lock().await;
            guard.push(3);
            std::panic::resume_unwind(Box::new("fire"));
        });
        yield_now().await;
        assert!(mutex.try_lock().is_none());
        aborted.abort();
        // What was half done is left half done: there is no poison.
        assert_eq!(*mutex.lock().await, [0, 1, 3]);
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert!(panics.await.unwrap_err().is_panic());
        assert_eq!(Rc::strong_count(&mutex), 1);
    });
}

thread_local! {
    static MUTEX: Rc<Mutex<u32>> = Rc::new(Mutex::new(0));
    static WAITS: RefCell<Option<Pin<Box<dyn Future<Output = u32>>>>> = RefCell::default();
}

#[test]
fn the_value_is_given_back_before_the_turn_is() {
    let mutex = MUTEX.with(Rc::clone);
    let guard = at_once(mutex.lock());
    let theirs = Rc::clone(&mutex);
    let mut waits: Pin<Box<dyn Future<Output = u32>>> =
        Box::pin(async move { *theirs.lock().await });
    // Whoever is woken looks at the value on the spot.
    let waker = Waker::from(Arc::new(OnWake(|| {
        let mut waits = WAITS.take().unwrap();
        note(format!("{:?}", ask(&mut waits, Waker::noop())));
    })));
    assert!(ask(&mut waits, &waker).is_pending());
    WAITS.set(Some(waits));
    drop(guard);
    assert_eq!(noted(), ["Ready(0)"]);
}

#[test]
fn the_value_is_dropped_once_with_the_mutex_or_after_it_was_taken_out() {
    drop(Mutex::new(Dropped("with it")));
    assert_eq!(noted(), ["with it"]);
    let mutex = Mutex::new(Dropped("after it"));
    drop(mutex.try_lock());
    let value = mutex.into_inner();
    note("the mutex is gone");
    drop(value);
    assert_eq!(noted(), ["the mutex is gone", "after it"]);
}

#[test]
fn a_guard_that_is_forgotten_keeps_everybody_out_and_nobody_is_hurt() {
    let mutex = Mutex::new(0);
    std::mem::forget(mutex.try_lock().unwrap());
    assert!(mutex.try_lock().is_none());
    let mut waits = Waits::new(Box::pin(mutex.lock()));
    assert!(!waits.is_woken());
}

#[test]
fn it_shows_itself_also_while_it_is_locked() {
    let mutex = Mutex::new("shirt");
    assert!(format!("{mutex:?}").contains("shirt"));
    let guard = mutex.try_lock().unwrap();
    assert!(format!("{guard:?}").contains("shirt"));
    assert!(format!("{mutex:?}").contains("borrowed"));
}
