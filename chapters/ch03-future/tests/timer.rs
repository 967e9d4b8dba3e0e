//! What a sleep promises.

mod clerk;
mod customers;

use ch03_future::executor::block_on;
use ch03_future::timer::{sleep, sleep_until};
use clerk::{LONG, ask, until};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

#[test]
fn a_sleep_is_never_over_too_early() {
    for duration in [0, 1, 1000, 5_000_000].map(Duration::from_nanos) {
        let start = Instant::now();
        block_on(sleep(duration));
        assert!(start.elapsed() >= duration);
    }
}

#[test]
fn a_sleep_until_a_moment_is_never_over_before_it() {
    let deadline = Instant::now() + Duration::from_millis(5);
    block_on(sleep_until(deadline));
    assert!(Instant::now() >= deadline);
}

#[test]
fn a_moment_that_has_come_is_ready_at_once() {
    assert_eq!(ask(Pin::new(&mut sleep_until(Instant::now()))), Poll::Ready(()));
    assert_eq!(ask(Pin::new(&mut sleep(Duration::ZERO))), Poll::Ready(()));
}

#[test]
fn the_time_runs_from_the_call_and_not_from_the_first_poll() {
    let mut nap = sleep(Duration::from_millis(1));
    let start = Instant::now();
    until(|| start.elapsed() >= Duration::from_millis(1));
    assert_eq!(ask(Pin::new(&mut nap)), Poll::Ready(()));
}

#[test]
fn a_sleep_that_nobody_lives_to_see_ends_does_not_overflow() {
    for long in [LONG, Duration::from_secs(u64::MAX), Duration::MAX] {
        assert_eq!(ask(Pin::new(&mut sleep(long))), Poll::Pending);
    }
}
