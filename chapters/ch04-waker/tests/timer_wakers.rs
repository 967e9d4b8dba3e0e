//! Whom the clock wakes, in which order, and what it forgets.

mod watchdog;

use ch04_waker::both::{Either, select};
use ch04_waker::executor::block_on;
use ch04_waker::timer::{Sleep, sleep, sleep_until};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};
use watchdog::{Rings, WATCHDOG, ask, ends, wakers, when_woken};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60 * 60);

/// Soon, and not so soon that there is no time to set a few timers before.
const SOON: Duration = Duration::from_millis(50);

#[test]
fn a_moment_that_has_passed_is_ready_at_once_and_sets_no_timer() {
    let now = Instant::now();
    let past = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
    for mut nap in [sleep(Duration::ZERO), sleep_until(past), sleep_until(now)] {
        let (rings, waker) = Rings::new();
        assert_eq!(ask(&mut nap, &waker), Poll::Ready(()));
        assert_eq!((rings.count(), wakers(&rings)), (0, 1));
    }
}

#[test]
fn a_nap_without_end_can_be_begun_and_given_up() {
    let (rings, waker) = Rings::new();
    let mut naps = [sleep(Duration::MAX), sleep(Duration::from_secs(u64::MAX / 2))];
    for nap in &mut naps {
        assert_eq!(ask(nap, &waker), Poll::Pending);
    }
    assert_eq!(block_on(select(sleep(Duration::MAX), sleep(SOON))), Either::Right(()));
    drop(naps);
    assert_eq!(wakers(&rings), 1);
}

#[test]
fn wakers_are_called_by_deadline_and_those_of_one_deadline_in_the_order_they_came() {
    const DEADLINES: [u64; 8] = [3, 1, 2, 1, 3, 0, 1, 0];
    const EXPECTED: [usize; 8] = [5, 7, 1, 3, 6, 2, 0, 4];
    // Again with more time, if this machine was too slow to set them all before the first is due.
    let mut lead = SOON;
    loop {
        let (rings, rung) = mpsc::channel();
        let base = Instant::now() + lead;
        let mut naps: Vec<Sleep> = (DEADLINES.iter())
            .map(|late| sleep_until(base + Duration::from_micros(*late)))
            .collect();
        for (number, nap) in naps.iter_mut().enumerate() {
            let rings = rings.clone();
            let _ = ask(
                nap,
                &when_woken(move || rings.send((number, Instant::now())).unwrap()),
            );
        }
        if Instant::now() < base {
            for number in EXPECTED {
                let (rings, at) = rung.recv_timeout(WATCHDOG).unwrap();
                assert_eq!(rings, number);
                assert!(at >= base + Duration::from_micros(DEADLINES[number]), "early");
            }
            return;
        }
        lead *= 2;
    }
}

#[test]
fn a_deadline_that_is_sooner_than_all_others_is_not_late_for_them() {
    ends(|| {
        // Each is sooner than those before, while the clock is already being watched.
        let (rings, waker) = Rings::new();
        let mut naps = [9, 7, 5].map(|hours| sleep(LONG * hours));
        for nap in &mut naps {
            assert_eq!(ask(nap, &waker), Poll::Pending);
            block_on(sleep(Duration::from_millis(1)));
        }
        assert_eq!(rings.count(), 0);
    });
}

#[test]
fn a_thousand_naps_at_once_all_end() {
    const NAPS: u64 = if cfg!(miri) { 20 } else { 1_000 };
    ends(|| {
        let naps: FuturesUnordered<_> =
            (0..NAPS).map(|n| sleep(Duration::from_micros(n % 7 * 500))).collect();
        assert_eq!(block_on(naps.count()), NAPS as usize);
    });
}

#[test]
fn naps_that_are_given_up_leave_nothing() {
    const NAPS: usize = if cfg!(miri) { 100 } else { 10_000 };
    let (rings, waker) = Rings::new();
    for _ in 0..NAPS {
        let mut nap = sleep(LONG);
        assert_eq!(ask(&mut nap, &waker), Poll::Pending);
        assert_eq!(wakers(&rings), 2);
    }
    assert_eq!(wakers(&rings), 1);
    let mut many: Vec<_> = (0..NAPS).map(|_| sleep(LONG)).collect();
    many.iter_mut().for_each(|nap| assert!(ask(nap, &waker).is_pending()));
    assert_eq!(wakers(&rings), 1 + NAPS);
    drop(many);
    assert_eq!((rings.count(), wakers(&rings)), (0, 1));
}

#[test]
fn a_nap_that_is_given_up_wakes_nobody() {
    let (rings, waker) = Rings::new();
    let base = Instant::now() + SOON;
    let mut given_up = sleep_until(base);
    let _ = ask(&mut given_up, &waker);
    drop(given_up);
    let rung = rings.count();
    block_on(sleep_until(base + Duration::from_millis(1)));
    // A machine that was too slow may have rung before it was given up, but not after.
    assert_eq!(rings.count(), rung);
    assert_eq!(wakers(&rings), 1);
}

#[test]
fn the_newest_waker_is_called_and_older_ones_are_let_go() {
    let (rings, rung) = mpsc::channel();
    let (older, old_waker) = Rings::new();
    let mut lead = SOON;
    loop {
        let mut nap = sleep(lead);
        let rings = rings.clone();
        let newest = when_woken(move || rings.send(()).unwrap());
        if ask(&mut nap, &old_waker).is_pending() && ask(&mut nap, &newest).is_pending() {
            assert_eq!(wakers(&older), 1, "it was replaced");
            rung.recv_timeout(WATCHDOG).unwrap();
            assert_eq!(ask(&mut nap, &newest), Poll::Ready(()));
            break;
        }
        lead *= 2;
    }
    assert_eq!(older.count(), 0);
}

#[test]
fn a_nap_may_move_to_another_thread_after_it_has_begun() {
    ends(|| {
        let mut nap = sleep(SOON);
        let (rings, waker) = Rings::new();
        let _ = ask(&mut nap, &waker);
        let start = thread::spawn(move || block_on(nap)).join();
        start.unwrap();
        assert!(rings.count() <= 1);
    });
}

#[test]
fn a_waker_may_set_and_give_up_timers_when_it_is_called() {
    let (rings, rung) = mpsc::channel();
    let chain = Arc::new(Mutex::new(Vec::new()));
    let waker = when_woken(move || {
        let mut second = sleep(Duration::from_millis(1));
        let mut given_up = sleep(LONG);
        let rings = rings.clone();
        assert!(ask(&mut given_up, Waker::noop()).is_pending());
        let second_waker = when_woken(move || rings.send(()).unwrap());
        if ask(&mut second, &second_waker).is_ready() {
            second_waker.wake();
        }
        chain.lock().unwrap().push(second);
    });
    let mut first = sleep(Duration::from_millis(1));
    if ask(&mut first, &waker).is_ready() {
        waker.wake_by_ref();
    }
    rung.recv_timeout(WATCHDOG).unwrap();
}

#[test]
fn a_waker_that_panics_does_not_stop_the_clock_for_others() {
    ends(|| {
        let waker = when_woken(|| panic!("the phone is broken"));
        let mut nap = sleep(Duration::from_millis(1));
        let _ = ask(&mut nap, &waker);
        let (rings, rung) = mpsc::channel();
        let later = when_woken(move || rings.send(()).unwrap());
        let mut next = sleep(Duration::from_millis(2));
        if ask(&mut next, &later).is_pending() {
            rung.recv_timeout(WATCHDOG).unwrap();
        }
        block_on(sleep(Duration::from_millis(1)));
    });
}
