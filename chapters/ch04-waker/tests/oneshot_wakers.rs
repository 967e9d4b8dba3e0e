//! Whom a promise wakes, and when it lets go of a waker.

mod watchdog;

use ch04_waker::executor::block_on;
use ch04_waker::oneshot::{self, Cancelled, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use watchdog::{Rings, ask, ends, wakers, when_dropped, when_woken};

#[test]
fn a_promise_that_is_kept_wakes_whoever_waits_once() {
    let (rings, waker) = Rings::new();
    let (promise, mut receipt) = oneshot::channel();
    assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
    assert_eq!((rings.count(), wakers(&rings)), (0, 2));
    promise.send("silk shirt").unwrap();
    assert_eq!((rings.count(), wakers(&rings)), (1, 1));
    assert_eq!(ask(&mut receipt, &waker), Poll::Ready(Ok("silk shirt")));
    assert_eq!((rings.count(), wakers(&rings)), (1, 1));
}

#[test]
fn a_promise_that_is_broken_wakes_whoever_waits_once() {
    let (rings, waker) = Rings::new();
    let (promise, mut receipt) = oneshot::channel::<()>();
    assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
    drop(promise);
    assert_eq!((rings.count(), wakers(&rings)), (1, 1));
    assert_eq!(ask(&mut receipt, &waker), Poll::Ready(Err(Cancelled)));
}

#[test]
fn when_a_waker_is_called_the_value_is_there() {
    for kept in [true, false] {
        let (promise, receipt) = oneshot::channel();
        let receipt = Arc::new(Mutex::new(receipt));
        let (mine, seen) = (Arc::clone(&receipt), Arc::new(Mutex::new(None)));
        let sees = Arc::clone(&seen);
        let waker = when_woken(move || {
            *sees.lock().unwrap() = Some(mine.lock().unwrap().try_recv());
        });
        assert_eq!(ask(&mut *receipt.lock().unwrap(), &waker), Poll::Pending);
        if kept {
            promise.send(7).unwrap();
        } else {
            drop(promise);
        }
        let expected = if kept { Ok(7) } else { Err(TryRecvError::Closed) };
        assert_eq!(*seen.lock().unwrap(), Some(expected));
    }
}

#[test]
fn the_newest_waker_is_called_and_older_ones_are_let_go() {
    let (promise, mut receipt) = oneshot::channel();
    let numbers: Vec<_> = (0..3).map(|_| Rings::new()).collect();
    for (_, waker) in &numbers {
        assert_eq!(ask(&mut receipt, waker), Poll::Pending);
    }
    assert_eq!(numbers.iter().map(|(r, _)| wakers(r)).collect::<Vec<_>>(), [1, 1, 2]);
    promise.send(()).unwrap();
    assert_eq!(numbers.iter().map(|(r, _)| r.count()).collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn a_receipt_asked_again_with_the_same_waker_keeps_one_copy() {
    let (rings, waker) = Rings::new();
    let (promise, mut receipt) = oneshot::channel::<()>();
    for _ in 0..10 {
        assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
        assert_eq!(wakers(&rings), 2);
    }
    drop((promise, receipt));
    assert_eq!(wakers(&rings), 1);
}

#[test]
fn a_receipt_that_is_ready_at_once_leaves_no_waker() {
    let (rings, waker) = Rings::new();
    let (promise, mut receipt) = oneshot::channel();
    promise.send(()).unwrap();
    assert_eq!(ask(&mut receipt, &waker), Poll::Ready(Ok(())));
    assert_eq!((rings.count(), wakers(&rings)), (0, 1));
}

#[test]
fn a_receipt_that_is_dropped_takes_its_waker_along_and_nobody_is_woken() {
    let (rings, waker) = Rings::new();
    let (promise, mut receipt) = oneshot::channel();
    assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
    drop(receipt);
    assert_eq!(wakers(&rings), 1);
    assert_eq!(promise.send("silk shirt"), Err("silk shirt"));
    assert_eq!(rings.count(), 0);
}

#[test]
fn a_waker_may_look_at_either_end_while_it_is_called_or_dropped() {
    ends(|| {
        for end in [End::Kept, End::Broken, End::ReceiptDropped, End::Replaced] {
            let (promise, receipt) = oneshot::channel();
            let looks = Arc::new(Mutex::new((None::<Sender<u8>>, None::<Receiver<u8>>)));
            let (spare, spare_receipt) = oneshot::channel();
            *looks.lock().unwrap() = (Some(spare), Some(spare_receipt));
            let looked = Arc::new(Mutex::new(0));
            let (ends, times) = (Arc::clone(&looks), Arc::clone(&looked));
            let look = move || {
                // Asks one oneshot, keeps the promise of it, and fetches the value.
                let (spare, receipt) = std::mem::take(&mut *ends.lock().unwrap());
                let (Some(spare), Some(mut receipt)) = (spare, receipt) else { return };
                assert!(!spare.is_closed());
                assert_eq!(receipt.try_recv(), Err(TryRecvError::Empty));
                spare.send(1).unwrap();
                assert_eq!(receipt.try_recv(), Ok(1));
                *times.lock().unwrap() += 1;
            };
            let wakes = look.clone();
            let waker = match end {
                End::Kept | End::Broken => when_woken(wakes),
                End::ReceiptDropped | End::Replaced => when_dropped(look),
            };
            run(end, promise, receipt, waker);
            assert_eq!(*looked.lock().unwrap(), 1);
        }
    });
}

enum End {
    Kept,
    Broken,
    ReceiptDropped,
    Replaced,
}

fn run(end: End, promise: Sender<u8>, mut receipt: Receiver<u8>, waker: Waker) {
    assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
    drop(waker);
    match end {
        End::Kept => promise.send(7).unwrap(),
        End::Broken => drop(promise),
        End::ReceiptDropped => drop(receipt),
        End::Replaced => drop(ask(&mut receipt, Waker::noop())),
    }
}

#[test]
fn a_waker_may_use_the_oneshot_that_calls_it() {
    ends(|| {
        let (promise, mut receipt) = oneshot::channel();
        let place = Arc::new(Mutex::new(None::<Receiver<u8>>));
        let mine = Arc::clone(&place);
        let waker = when_woken(move || {
            let mut receipt = mine.lock().unwrap().take().unwrap();
            assert_eq!(receipt.try_recv(), Ok(7));
            drop(receipt);
        });
        assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
        *place.lock().unwrap() = Some(receipt);
        promise.send(7).unwrap();
        assert!(place.lock().unwrap().is_none());
    });
}

#[test]
fn a_waker_that_is_dropped_may_use_the_oneshot_that_drops_it() {
    ends(|| {
        // Replaced by a newer one, and dropped together with the receipt.
        for replaced in [true, false] {
            let (promise, mut receipt) = oneshot::channel::<u8>();
            let promise = Arc::new(Mutex::new(Some(promise)));
            let closed = Arc::new(Mutex::new(None));
            let (mine, says) = (Arc::clone(&promise), Arc::clone(&closed));
            let waker = when_dropped(move || {
                let promise = mine.lock().unwrap().take().unwrap();
                *says.lock().unwrap() = Some(promise.is_closed());
                let _ = promise.send(7);
            });
            assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
            drop(waker);
            if replaced {
                let (rings, newer) = Rings::new();
                assert_eq!(ask(&mut receipt, &newer), Poll::Pending);
                assert_eq!(rings.count(), 1, "the newer one was there already");
                assert_eq!(receipt.try_recv(), Ok(7));
            } else {
                drop(receipt);
            }
            assert_eq!(*closed.lock().unwrap(), Some(!replaced));
        }
    });
}

#[test]
fn a_waker_that_panics_leaves_the_oneshot_whole() {
    let (promise, mut receipt) = oneshot::channel();
    let waker = when_woken(|| panic!("the phone is broken"));
    assert_eq!(ask(&mut receipt, &waker), Poll::Pending);
    thread::spawn(move || promise.send("silk shirt")).join().unwrap_err();
    assert_eq!(ask(&mut receipt, Waker::noop()), Poll::Ready(Ok("silk shirt")));
}

#[test]
fn a_promise_kept_on_another_thread_wakes_this_one() {
    const TIMES: usize = if cfg!(miri) { 10 } else { 1_000 };
    ends(|| {
        for n in 0..TIMES {
            let (promise, receipt) = oneshot::channel();
            let keeps = n % 3 > 0;
            let other = thread::spawn(move || {
                if keeps {
                    promise.send(n).unwrap()
                }
            });
            assert_eq!(block_on(receipt), if keeps { Ok(n) } else { Err(Cancelled) });
            other.join().unwrap();
        }
    });
}
