//! A future is asked when its waker has been called, and only then.

mod watchdog;

use ch04_waker::both::join;
use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use ch04_waker::yield_now::yield_now;
use std::future::poll_fn;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;
use watchdog::ends;

#[test]
fn a_wake_up_in_the_middle_of_a_poll_is_not_lost() {
    let asked = ends(|| {
        let mut asked = 0;
        block_on(poll_fn(|context| {
            asked += 1;
            if asked == 5 {
                return Poll::Ready(asked);
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    });
    assert_eq!(asked, 5);
}

#[test]
fn a_waker_called_many_times_asks_its_future_once_more() {
    let asked = ends(|| {
        let (promise, receipt) = oneshot::channel();
        let (hand_over, handed_over) = mpsc::channel::<Waker>();
        // Wakes when it has been asked for the second time: a third time must have a reason.
        let reason = thread::spawn(move || {
            let waker = handed_over.recv().unwrap();
            promise.send(()).unwrap();
            drop(waker);
        });
        let (mut asked, mut receipt) = (0, Box::pin(receipt));
        block_on(poll_fn(|context| {
            asked += 1;
            match asked {
                1 => (0..10).for_each(|_| context.waker().wake_by_ref()),
                2 => {
                    assert!(receipt.as_mut().poll(context).is_pending());
                    hand_over.send(context.waker().clone()).unwrap();
                }
                _ => return receipt.as_mut().poll(context).map(drop),
            }
            Poll::Pending
        }));
        reason.join().unwrap();
        asked
    });
    assert_eq!(asked, 3);
}

#[test]
fn a_future_is_not_asked_until_its_waker_is_called() {
    let (hand_over, handed_over) = mpsc::channel::<Waker>();
    let (asks, asked) = mpsc::channel();
    let sleeper = thread::spawn(move || {
        block_on(poll_fn(|context| {
            asks.send(()).unwrap();
            match hand_over.send(context.waker().clone()) {
                Ok(()) => Poll::Pending,
                Err(_) => Poll::Ready(()),
            }
        }));
    });
    for _ in 0..10 {
        let waker = handed_over.recv().unwrap();
        asked.recv().unwrap();
        for _ in 0..if cfg!(miri) { 5 } else { 100 } {
            assert!(asked.try_recv().is_err(), "nobody has called");
            thread::yield_now();
        }
        waker.wake();
    }
    // Woken once more, it cannot hand over its waker, and is done.
    let waker = handed_over.recv().unwrap();
    drop(handed_over);
    waker.wake();
    ends(move || sleeper.join().unwrap());
    assert_eq!(asked.try_iter().count(), 2);
}

#[test]
fn a_future_that_is_woken_for_nothing_says_so_and_is_asked_again() {
    ends(|| {
        let (promise, receipt) = oneshot::channel();
        let (hand_over, handed_over) = mpsc::channel::<Waker>();
        thread::spawn(move || {
            for _ in 0..10 {
                handed_over.recv().unwrap().wake();
            }
            promise.send("silk shirt").unwrap();
        });
        let mut receipt = Box::pin(receipt);
        let garment = block_on(poll_fn(|context| {
            let outcome = receipt.as_mut().poll(context);
            let _ = hand_over.send(context.waker().clone());
            outcome
        }));
        assert_eq!(garment, Ok("silk shirt"));
    });
}

#[test]
fn one_block_on_inside_another_has_a_waker_of_its_own() {
    ends(|| {
        block_on(async {
            yield_now().await;
            let (inner, outer) = (block_on(my_waker()), my_waker().await);
            assert!(!inner.will_wake(&outer));
            block_on(yield_now());
            inner.wake();
            yield_now().await;
        });
    });
}

#[test]
fn two_threads_run_two_futures_that_wait_for_each_other() {
    const ROUNDS: usize = if cfg!(miri) { 5 } else { 500 };
    ends(|| {
        let mut threads = Vec::new();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (ping, pinged) = oneshot::channel();
            let (pong, ponged) = oneshot::channel();
            ours.push((ping, ponged));
            theirs.push((pinged, pong));
        }
        threads.push(thread::spawn(|| {
            block_on(async {
                for (ping, ponged) in ours {
                    ping.send(()).unwrap();
                    ponged.await.unwrap();
                }
            });
        }));
        threads.push(thread::spawn(|| {
            block_on(async {
                for (pinged, pong) in theirs {
                    pinged.await.unwrap();
                    pong.send(()).unwrap();
                }
            });
        }));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_waker_of_a_future_that_is_done_wakes_nobody() {
    let late = block_on(my_waker());
    let mut asked = 0;
    block_on(join(yield_now(), async {
        poll_fn(|_| {
            asked += 1;
            late.wake_by_ref();
            Poll::Ready(())
        })
        .await;
    }));
    assert_eq!(asked, 1);
}

async fn my_waker() -> Waker {
    poll_fn(|context| Poll::Ready(context.waker().clone())).await
}
