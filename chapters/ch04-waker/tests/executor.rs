//! What `block_on` promises.

mod clerk;
mod customers;

use ch04_waker::executor::block_on;
use ch04_waker::yield_now::yield_now;
use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;

/// A future that wakes itself so often and is ready then, and counts how often it is polled.
fn ready_after(pending: u32, polls: &Cell<u32>) -> impl Future<Output = &'static str> {
    poll_fn(move |context| {
        polls.set(polls.get() + 1);
        if polls.get() > pending {
            return Poll::Ready("silk shirt");
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[test]
fn a_future_is_polled_until_it_is_ready_and_not_once_more() {
    for pending in [0, 1, 2, 1000] {
        let polls = Cell::new(0);
        assert_eq!(block_on(ready_after(pending, &polls)), "silk shirt");
        assert_eq!(polls.get(), pending + 1);
    }
}

#[test]
fn a_future_may_borrow_and_need_not_be_send() {
    let word = Rc::new(String::from("silk"));
    let borrowed = &word;
    let length = block_on(async {
        let mine = Rc::clone(borrowed);
        yield_now().await;
        mine.len()
    });
    assert_eq!((length, Rc::strong_count(&word)), (4, 1));
}

#[test]
fn a_future_that_is_over_is_dropped_before_its_output_is_given() {
    let inside = Rc::new(());
    let guard = Rc::clone(&inside);
    block_on(poll_fn(move |_context| {
        assert_eq!(Rc::strong_count(&guard), 2);
        Poll::Ready(())
    }));
    assert_eq!(Rc::strong_count(&inside), 1);
}

#[test]
fn a_future_may_run_another_to_its_end() {
    let outer = block_on(async {
        yield_now().await;
        let inner = block_on(async {
            yield_now().await;
            20
        });
        inner + 1
    });
    assert_eq!(outer, 21);
}

#[test]
fn a_panic_passes_through_and_the_next_future_runs() {
    let guard = Rc::new(());
    let inside = Rc::clone(&guard);
    let future = async move {
        let _inside = inside;
        yield_now().await;
        panic!("a hole in the shirt");
    };
    let panic = catch_unwind(AssertUnwindSafe(|| block_on(future))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"a hole in the shirt"));
    assert_eq!(Rc::strong_count(&guard), 1);
    assert_eq!(block_on(ready(1)), 1);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn the_ledger_tells_of_each_poll_and_what_came_of_it() {
    let (_, ledger) = ledger::record(|| block_on(ready_after(2, &Cell::new(0))));
    let again = ["poll", "wake", "pending", "park", "unpark"];
    assert_eq!(ledger.verbs(), [&again[..], &again, &["poll", "ready"]].concat());
    for entry in &ledger {
        let parker = matches!(&*entry.verb, "park" | "unpark");
        assert_eq!(entry.actor, if parker { "clerk" } else { "future" });
    }
}

#[test]
fn an_async_fn_that_is_called_has_not_begun_and_dropped_it_never_does() {
    async fn visit(begun: &Cell<bool>, _luggage: Rc<()>) {
        begun.set(true);
        pending().await
    }
    let (begun, luggage) = (Cell::new(false), Rc::new(()));
    let first = visit(&begun, Rc::clone(&luggage));
    assert_eq!((begun.get(), Rc::strong_count(&luggage)), (false, 2));
    drop(first);
    assert_eq!((begun.get(), Rc::strong_count(&luggage)), (false, 1));

    let mut second = Box::pin(visit(&begun, Rc::clone(&luggage)));
    assert!(clerk::ask(second.as_mut()).is_pending());
    assert_eq!((begun.get(), Rc::strong_count(&luggage)), (true, 2));
    drop(second);
    assert_eq!(Rc::strong_count(&luggage), 1);
}
