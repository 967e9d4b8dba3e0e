//! What the parker promises: no wake-up is lost, and many are one.

mod watchdog;

use ch04_waker::parker::Parker;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use watchdog::ends;

#[test]
fn a_token_that_is_left_before_anybody_parks_is_there_when_they_do() {
    let parker = Parker::new();
    parker.unpark();
    ends(move || parker.park());
}

#[test]
fn who_parks_first_is_woken_by_whoever_comes_later() {
    let parker = Arc::new(Parker::new());
    let mine = Arc::clone(&parker);
    let parked = thread::spawn(move || mine.park());
    // It may be asleep by now, or not yet: it must not matter.
    thread::yield_now();
    parker.unpark();
    ends(move || parked.join().unwrap());
}

#[test]
fn nobody_gets_past_without_a_token() {
    let parker = Arc::new(Parker::default());
    looks_in_vain(&parker);
    parker.unpark();
    let mine = Arc::clone(&parker);
    ends(move || mine.park());
    looks_in_vain(&parker);
}

#[test]
fn a_token_left_twice_is_one_token() {
    let parker = Arc::new(Parker::new());
    parker.unpark();
    parker.unpark();
    let mine = Arc::clone(&parker);
    ends(move || mine.park());
    looks_in_vain(&parker);
}

/// Somebody parks, and a thousand looks later they are still there.
fn looks_in_vain(parker: &Arc<Parker>) {
    let past = Arc::new(AtomicBool::new(false));
    let (mine, gets_past) = (Arc::clone(parker), Arc::clone(&past));
    let parked = thread::spawn(move || {
        mine.park();
        gets_past.store(true, SeqCst);
    });
    for _ in 0..if cfg!(miri) { 20 } else { 1000 } {
        assert!(!past.load(SeqCst), "there was no token");
        thread::yield_now();
    }
    parker.unpark();
    ends(move || parked.join().unwrap());
}

#[test]
fn everything_that_was_done_before_a_token_was_left_is_seen_by_who_takes_it() {
    const EACH: usize = if cfg!(miri) { 20 } else { 2_000 };
    let parker = Arc::new(Parker::new());
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..4 {
        let (parker, done) = (Arc::clone(&parker), Arc::clone(&done));
        thread::spawn(move || {
            for _ in 0..EACH {
                done.fetch_add(1, SeqCst);
                parker.unpark();
            }
        });
    }
    // If a single wake-up were lost, the last one could be.
    ends(move || {
        while done.load(SeqCst) < 4 * EACH {
            parker.park();
        }
    });
}

#[test]
fn two_threads_can_play_ping_pong() {
    const ROUNDS: usize = if cfg!(miri) { 20 } else { 2_000 };
    let [ping, pong] = [(); 2].map(|()| Arc::new(Parker::new()));
    let (hits, answers) = (Arc::clone(&ping), Arc::clone(&pong));
    let other = thread::spawn(move || {
        for _ in 0..ROUNDS {
            hits.park();
            answers.unpark();
        }
    });
    ends(move || {
        for _ in 0..ROUNDS {
            ping.unpark();
            pong.park();
        }
        other.join().unwrap();
    });
}
