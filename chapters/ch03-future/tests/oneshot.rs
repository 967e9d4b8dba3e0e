//! What a promise and its receipt promise.

mod clerk;
mod customers;

use ch03_future::executor::block_on;
use ch03_future::oneshot::{self, Cancelled, TryRecvError};
use ch03_future::yield_now::yield_now;
use clerk::ask;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::thread;

#[test]
fn a_value_sent_before_the_first_poll_is_there() {
    let (promise, mut receipt) = oneshot::channel();
    promise.send("silk shirt").unwrap();
    assert_eq!(ask(Pin::new(&mut receipt)), Poll::Ready(Ok("silk shirt")));
}

#[test]
fn a_value_sent_between_two_polls_is_there_at_the_second() {
    let (promise, mut receipt) = oneshot::channel();
    for _ in 0..3 {
        assert_eq!(ask(Pin::new(&mut receipt)), Poll::Pending);
    }
    promise.send("silk shirt").unwrap();
    assert_eq!(ask(Pin::new(&mut receipt)), Poll::Ready(Ok("silk shirt")));
}

#[test]
fn a_value_may_come_from_another_thread_and_is_never_lost() {
    for n in 0..200 {
        let (promise, receipt) = oneshot::channel();
        let sends = thread::spawn(move || promise.send(n));
        assert_eq!(block_on(receipt), Ok(n));
        sends.join().unwrap().unwrap();
    }
}

#[test]
fn a_promise_that_is_dropped_cancels_the_receipt() {
    let (promise, mut before) = oneshot::channel::<()>();
    drop(promise);
    assert_eq!(ask(Pin::new(&mut before)), Poll::Ready(Err(Cancelled)));

    let (promise, mut between) = oneshot::channel::<()>();
    assert_eq!(ask(Pin::new(&mut between)), Poll::Pending);
    drop(promise);
    assert_eq!(ask(Pin::new(&mut between)), Poll::Ready(Err(Cancelled)));
}

#[test]
fn a_promise_held_by_a_thread_that_panics_cancels_the_receipt() {
    let (promise, receipt) = oneshot::channel::<()>();
    let panics = thread::spawn(move || {
        let _promise = promise;
        panic!("this is meant to be");
    });
    assert_eq!(block_on(receipt), Err(Cancelled));
    panics.join().unwrap_err();
}

#[test]
fn whoever_sends_to_nobody_gets_the_value_back() {
    let (promise, receipt) = oneshot::channel();
    assert!(!promise.is_closed());
    drop(receipt);
    assert!(promise.is_closed());
    assert_eq!(promise.send("wool coat"), Err("wool coat"));
}

#[test]
fn a_receipt_that_has_been_polled_and_dropped_is_gone_as_well() {
    let (promise, mut receipt) = oneshot::channel();
    assert_eq!(ask(Pin::new(&mut receipt)), Poll::Pending);
    drop(receipt);
    assert_eq!(promise.send("wool coat"), Err("wool coat"));
}

#[test]
fn one_can_look_without_waiting_and_fetch_once() {
    let (promise, mut receipt) = oneshot::channel();
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Empty));
    promise.send("silk shirt").unwrap();
    assert_eq!(receipt.try_recv(), Ok("silk shirt"));
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Closed));
}

#[test]
#[should_panic(expected = "a receipt was polled after it had been ready")]
fn a_receipt_whose_value_was_fetched_is_over() {
    let (promise, mut receipt) = oneshot::channel();
    promise.send("silk shirt").unwrap();
    assert_eq!(receipt.try_recv(), Ok("silk shirt"));
    let _ = block_on(receipt);
}

#[test]
fn one_who_looks_learns_that_the_promise_is_broken() {
    let (promise, mut receipt) = oneshot::channel::<()>();
    drop(promise);
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn one_may_look_after_the_receipt_has_been_ready() {
    let (promise, mut receipt) = oneshot::channel();
    promise.send("silk shirt").unwrap();
    assert_eq!(block_on(&mut receipt), Ok("silk shirt"));
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn a_receipt_polled_after_it_was_ready_panics_and_says_why() {
    for kept in [true, false] {
        let (promise, mut receipt) = oneshot::channel();
        if kept {
            promise.send(()).unwrap();
        } else {
            drop(promise);
        }
        assert!(ask(Pin::new(&mut receipt)).is_ready());
        let again = AssertUnwindSafe(|| ask(Pin::new(&mut receipt)));
        let panic = catch_unwind(again).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(message.contains("after it had been ready"), "{message}");
    }
}

#[test]
fn a_value_is_dropped_once_whether_or_not_it_is_fetched() {
    let value = Rc::new(());
    let send = || {
        let (promise, receipt) = oneshot::channel();
        promise.send(Rc::clone(&value)).unwrap();
        receipt
    };

    let unread = send();
    assert_eq!(Rc::strong_count(&value), 2);
    drop(unread);
    assert_eq!(Rc::strong_count(&value), 1);

    let mut looked_at = send();
    drop(looked_at.try_recv().unwrap());
    assert_eq!(Rc::strong_count(&value), 1);
    drop(looked_at);
    assert_eq!(Rc::strong_count(&value), 1);

    drop(block_on(send()).unwrap());
    assert_eq!(Rc::strong_count(&value), 1);

    let (promise, receipt) = oneshot::channel();
    drop(receipt);
    drop(promise.send(Rc::clone(&value)).unwrap_err());
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn a_receipt_waits_inside_an_async_fn() {
    let (promise, receipt) = oneshot::channel();
    let mut waits = Box::pin(async {
        let garment = receipt.await?;
        yield_now().await;
        Ok::<_, Cancelled>(format!("a {garment}"))
    });
    assert!(ask(waits.as_mut()).is_pending());
    promise.send("silk shirt").unwrap();
    assert!(ask(waits.as_mut()).is_pending());
    assert_eq!(ask(waits.as_mut()), Poll::Ready(Ok("a silk shirt".to_owned())));
}

#[test]
fn what_went_wrong_can_be_read() {
    assert_eq!(Cancelled.to_string(), "the promise was dropped before it was kept");
    assert_eq!(TryRecvError::Empty.to_string(), "there is no value yet");
    let closed = TryRecvError::Closed.to_string();
    assert_eq!(closed, "there is no value, and there will be none");
}
