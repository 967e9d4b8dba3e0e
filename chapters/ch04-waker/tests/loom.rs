//! Every order in which two or three threads can do what they do, tried one after the other.
//!
//! The files of the crate are compiled a second time here, with loom's locks in place of std's:
//! loom decides who runs next, and comes back until nothing is left to decide. And lest we believe
//! a search that finds nothing: below are naive variants, whose faults it has to find.

#![allow(dead_code, reason = "not everything in these files is used here")]

#[path = "../src/executor.rs"]
mod executor;
#[path = "../src/oneshot.rs"]
mod oneshot;
#[path = "../src/parker.rs"]
mod parker;
#[path = "../src/waker.rs"]
mod waker;

/// What `src/sync.rs` is to the crate.
mod sync {
    pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(crate) use std::sync::PoisonError;

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

use executor::block_on;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use loom::thread;
use oneshot::Cancelled;
use parker::Parker;
use std::env;
use std::future::poll_fn;
use std::pin::Pin;
use std::process::Command;
use std::sync::Mutex as Plain;
use std::task::{Context, Poll, Waker};
use sync::{Arc, Condvar, Mutex, lock};

/// Tries all orders in which no more than three times somebody is interrupted who could go on.
fn every_order(scene: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(scene);
}

#[test]
fn a_token_left_before_while_or_after_somebody_parks_is_taken() {
    every_order(|| {
        let parker = Arc::new(Parker::new());
        let theirs = Arc::clone(&parker);
        let other = thread::spawn(move || theirs.unpark());
        parker.park();
        other.join().unwrap();
    });
}

#[test]
fn of_two_wake_ups_the_last_is_not_lost() {
    every_order(|| {
        let parker = Arc::new(Parker::new());
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let (parker, done) = (Arc::clone(&parker), Arc::clone(&done));
            thread::spawn(move || {
                done.fetch_add(1, SeqCst);
                parker.unpark();
            });
        }
        while done.load(SeqCst) < 2 {
            parker.park();
        }
    });
}

#[test]
fn a_token_left_twice_is_taken_once() {
    every_order(|| {
        let parker = Arc::new(Parker::new());
        parker.unpark();
        parker.unpark();
        parker.park();
        let (theirs, rung) = (Arc::clone(&parker), Arc::new(AtomicBool::new(false)));
        let rings = Arc::clone(&rung);
        thread::spawn(move || {
            rings.store(true, SeqCst);
            theirs.unpark();
        });
        parker.park();
        assert!(rung.load(SeqCst), "there was no token");
    });
}

#[test]
fn a_future_woken_by_two_threads_sees_what_both_have_done() {
    every_order(|| {
        let done = Arc::new(AtomicUsize::new(0));
        let mut begun = false;
        block_on(poll_fn(|context| {
            if !std::mem::replace(&mut begun, true) {
                for _ in 0..2 {
                    let (waker, done) = (context.waker().clone(), Arc::clone(&done));
                    thread::spawn(move || {
                        done.fetch_add(1, SeqCst);
                        waker.wake();
                    });
                }
            }
            if done.load(SeqCst) == 2 { Poll::Ready(()) } else { Poll::Pending }
        }));
    });
}

#[test]
fn a_waker_is_counted_right_whoever_clones_calls_and_drops_it() {
    // Loom counts the owners of its `Arc`s, and complains if one is left or missing.
    every_order(|| {
        let parker = Arc::new(Parker::new());
        let waker = waker::unparks(Arc::clone(&parker));
        let theirs = waker.clone();
        let other = thread::spawn(move || {
            theirs.wake_by_ref();
            drop(theirs.clone());
            theirs.wake();
        });
        drop(waker.clone());
        drop(waker);
        parker.park();
        other.join().unwrap();
        assert_eq!(Arc::strong_count(&parker), 1);
    });
}

#[test]
fn a_promise_kept_on_another_thread_is_heard() {
    every_order(|| {
        let (promise, receipt) = oneshot::channel();
        let other = thread::spawn(move || promise.send(7));
        assert_eq!(block_on(receipt), Ok(7));
        other.join().unwrap().unwrap();
    });
}

#[test]
fn a_promise_broken_on_another_thread_is_heard() {
    every_order(|| {
        let (promise, receipt) = oneshot::channel::<u8>();
        let other = thread::spawn(move || drop(promise));
        assert_eq!(block_on(receipt), Err(Cancelled));
        other.join().unwrap();
    });
}

#[test]
fn a_value_sent_while_the_receipt_is_dropped_comes_back_or_is_dropped_once() {
    every_order(|| {
        let (promise, mut receipt) = oneshot::channel();
        let value = Arc::new(());
        let theirs = Arc::clone(&value);
        assert!(ask(&mut receipt, Waker::noop()).is_pending());
        let other = thread::spawn(move || promise.send(theirs));
        drop(receipt);
        drop(other.join().unwrap());
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_receipt_asked_once_and_dropped_while_it_is_woken_leaves_no_waker() {
    every_order(|| {
        let parker = Arc::new(Parker::new());
        let (promise, mut receipt) = oneshot::channel();
        let waker = waker::unparks(Arc::clone(&parker));
        let other = thread::spawn(move || promise.send(7));
        let outcome = ask(&mut receipt, &waker);
        assert!(matches!(outcome, Poll::Pending | Poll::Ready(Ok(7))));
        drop((receipt, waker));
        let _ = other.join().unwrap();
        assert_eq!(Arc::strong_count(&parker), 1);
    });
}

#[test]
fn a_receipt_that_changes_hands_while_the_promise_is_kept_is_heard() {
    every_order(|| {
        let (promise, mut receipt) = oneshot::channel();
        let other = thread::spawn(move || promise.send(7));
        match ask(&mut receipt, Waker::noop()) {
            Poll::Ready(outcome) => assert_eq!(outcome, Ok(7)),
            Poll::Pending => assert_eq!(block_on(receipt), Ok(7)),
        }
        other.join().unwrap().unwrap();
    });
}

#[test]
fn two_promises_kept_on_two_threads_are_both_heard() {
    every_order(|| {
        let (shirt, mut ann) = oneshot::channel();
        let (coat, mut ben) = oneshot::channel();
        thread::spawn(move || shirt.send(1));
        thread::spawn(move || coat.send(2));
        let (mut of_ann, mut of_ben) = (None, None);
        block_on(poll_fn(|context| {
            for (receipt, outcome) in [(&mut ann, &mut of_ann), (&mut ben, &mut of_ben)] {
                if outcome.is_none() {
                    if let Poll::Ready(value) = Pin::new(receipt).poll(context) {
                        *outcome = Some(value);
                    }
                }
            }
            if of_ann.and(of_ben).is_some() { Poll::Ready(()) } else { Poll::Pending }
        }));
        assert_eq!((of_ann, of_ben), (Some(Ok(1)), Some(Ok(2))));
    });
}

fn ask<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

#[test]
fn loom_counts_more_than_one_order() {
    let orders = std::sync::Arc::new(Plain::new(0));
    let counts = std::sync::Arc::clone(&orders);
    every_order(move || {
        *counts.lock().unwrap() += 1;
        let (promise, receipt) = oneshot::channel();
        let other = thread::spawn(move || promise.send(7));
        assert_eq!(block_on(receipt), Ok(7));
        other.join().unwrap().unwrap();
    });
    assert!(*orders.lock().unwrap() > 10);
}

/// Each of these works nearly always.
const NAIVE: [(&str, fn()); 4] = [
    ("a bell without a token", bell_without_token),
    ("a look at the token before the lock", look_before_lock),
    ("a waker left too late", waker_left_too_late),
    ("an older waker kept", older_waker_kept),
];

/// Says to this test, run as a program of its own, which variant it is to search.
const VARIANT: &str = "NAIVE_VARIANT";

#[test]
fn naive_variants_are_found_out() {
    if let Ok(variant) = env::var(VARIANT) {
        let (_, scene) = NAIVE.iter().find(|(name, _)| *name == variant).unwrap();
        return scene();
    }
    // What loom has stopped in the middle cannot be tidied up: the program that finds a fault ends
    // with it. So each gets its own.
    for (variant, _) in NAIVE {
        let mut search = Command::new(env::current_exe().unwrap());
        search.args(["--exact", "naive_variants_are_found_out", "--nocapture"]);
        let found = search.env(VARIANT, variant).output().unwrap();
        let said = String::from_utf8_lossy(&found.stderr);
        assert!(
            !found.status.success() && said.contains("deadlock"),
            "{variant}: {said}"
        );
    }
}

/// A bell, and no token: who rings before anybody listens has rung for nobody.
fn bell_without_token() {
    every_order(|| {
        let bell = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&bell);
        let other = thread::spawn(move || {
            let _quiet = lock(&theirs.0);
            theirs.1.notify_one();
        });
        drop(bell.1.wait(lock(&bell.0)).unwrap());
        other.join().unwrap();
    });
}

/// A token that is looked at before the lock is taken: the wake-up comes in between.
fn look_before_lock() {
    every_order(|| {
        let parker = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&parker);
        let other = thread::spawn(move || {
            theirs.0.store(true, SeqCst);
            theirs.2.notify_one();
        });
        let (token, lock_of_bell, bell) = &*parker;
        if !token.load(SeqCst) {
            drop(bell.wait(lock(lock_of_bell)).unwrap());
        }
        other.join().unwrap();
    });
}

/// A waker that is left after a look for the value, and not under the same lock.
fn waker_left_too_late() {
    every_order(|| {
        let place = Arc::new((Mutex::new(None), Mutex::new(None::<Waker>)));
        let theirs = Arc::clone(&place);
        let other = thread::spawn(move || {
            *lock(&theirs.0) = Some(7);
            let waker = lock(&theirs.1).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let value = block_on(poll_fn(|context| {
            if let Some(value) = lock(&place.0).take() {
                return Poll::Ready(value);
            }
            *lock(&place.1) = Some(context.waker().clone());
            Poll::Pending
        }));
        assert_eq!(value, 7);
        other.join().unwrap();
    });
}

/// A place that keeps the first waker it was given.
fn older_waker_kept() {
    every_order(|| {
        let place = Arc::new(Mutex::new((None, None::<Waker>)));
        let theirs = Arc::clone(&place);
        let ask = |context: &mut Context<'_>| {
            let mut place = lock(&place);
            let waker = context.waker();
            if place.0.is_none() {
                place.1.get_or_insert_with(|| waker.clone());
            }
            place.0.take().map_or(Poll::Pending, Poll::Ready)
        };
        let first = ask(&mut Context::from_waker(Waker::noop()));
        let other = thread::spawn(move || {
            let mut place = lock(&theirs);
            place.0 = Some(7);
            let waker = place.1.take();
            drop(place);
            waker.into_iter().for_each(Waker::wake);
        });
        assert_eq!(first, Poll::Pending);
        assert_eq!(block_on(poll_fn(ask)), 7);
        other.join().unwrap();
    });
}
