//! What a clock that ticks promises.

mod by_hand;
mod run;

use by_hand::{ask, at_once};
use ch08_messages::both::{Either, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::interval::interval;
use ch08_messages::timer::sleep;
use futures::StreamExt;
use run::{Count, complaint};
use std::pin::pin;
use std::task::Waker;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// How often something is done again. Miri is slow.
const OFTEN: u32 = if cfg!(miri) { 10 } else { 1000 };

fn on_a_loop<F: Future>(work: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(work)
}

#[test]
fn it_ticks_at_once_and_then_once_in_each_period() {
    on_a_loop(async {
        let start = now();
        let mut ticks = interval(SECOND);
        for n in 0..OFTEN {
            assert_eq!(ticks.tick().await, start + n * SECOND);
            assert_eq!(now(), start + n * SECOND);
        }
    });
}

#[test]
fn it_does_not_drift_however_long_the_work_takes() {
    on_a_loop(async {
        let start = now();
        let mut ticks = interval(SECOND);
        for n in 0..OFTEN {
            assert_eq!(ticks.tick().await, start + n * SECOND);
            sleep(SECOND / OFTEN * n).await;
        }
    });
}

#[test]
fn a_tick_that_nobody_was_there_for_is_skipped() {
    on_a_loop(async {
        let start = now();
        let mut ticks = interval(SECOND);
        ticks.tick().await;
        sleep(3 * SECOND + SECOND / 2).await;
        // The one that was due first is late, the two after it are skipped.
        assert_eq!(ticks.tick().await, start + SECOND);
        assert_eq!(now(), start + 3 * SECOND + SECOND / 2);
        assert_eq!(ticks.tick().await, start + 4 * SECOND);
        assert_eq!(now(), start + 4 * SECOND);
        // Late by whole periods: the one that falls on this very moment is skipped, too.
        sleep(3 * SECOND).await;
        assert_eq!(ticks.tick().await, start + 5 * SECOND);
        assert_eq!(ticks.tick().await, start + 8 * SECOND);
    });
}

#[test]
fn ticks_are_skipped_however_many_they_are() {
    on_a_loop(async {
        let start = now();
        let period = Duration::from_nanos(7);
        let mut ticks = interval(period);
        ticks.tick().await;
        // More than 32 bits can count, and nearly more than 64 bits of nanoseconds.
        let away = Duration::from_secs(20 * 365 * 24 * 60 * 60);
        sleep(away).await;
        assert_eq!(ticks.tick().await, start + period);
        let next = ticks.tick().await;
        assert!(next > start + away && next <= start + away + period);
        assert_eq!((next - start).as_nanos() % period.as_nanos(), 0);
        assert_eq!(ticks.tick().await, next + period);
    });
}

#[test]
fn a_period_that_no_clock_can_show_is_for_ever() {
    for forever in [Duration::MAX, Duration::from_secs(u64::from(u32::MAX) * 100)] {
        on_a_loop(async {
            let mut ticks = interval(forever);
            ticks.tick().await;
            let mut next = pin!(ticks.tick());
            for _ in 0..3 {
                assert!(ask(&mut next, Waker::noop()).is_pending(), "it ticks again");
                sleep(SECOND).await;
            }
        });
    }
}

#[test]
fn a_period_of_nothing_is_refused_in_plain_words() {
    on_a_loop(async {
        let says = complaint(|| interval(Duration::ZERO));
        assert!(says.contains("a clock needs time between its ticks"), "{says}");
    });
}

#[test]
fn a_tick_that_is_given_up_is_not_lost() {
    on_a_loop(async {
        let start = now();
        let mut ticks = interval(SECOND);
        at_once(ticks.tick());
        for n in 1..10 {
            // Given up before it is due, and when it is due but has not been asked again.
            let given_up = select(ticks.tick(), sleep(SECOND / 2)).await;
            assert!(matches!(given_up, Either::Right(())));
            let (count, waker) = Count::waker();
            let mut tick = Box::pin(ticks.tick());
            assert!(ask(&mut tick, &waker).is_pending());
            sleep(SECOND / 2).await;
            assert_eq!(count.calls(), 1);
            drop(tick);
            assert_eq!(ticks.tick().await, start + n * SECOND);
            assert_eq!(now(), start + n * SECOND);
        }
    });
}

#[test]
fn two_clocks_tick_side_by_side_the_older_one_first() {
    on_a_loop(async {
        let start = now();
        let (mut fast, mut slow) = (interval(2 * SECOND), interval(3 * SECOND));
        let mut heard = Vec::new();
        while heard.len() < 9 {
            let (name, due) = match select(fast.tick(), slow.tick()).await {
                Either::Left(due) => ("fast", due),
                Either::Right(due) => ("slow", due),
            };
            heard.push(format!("{name} {}", (due - start).as_secs()));
        }
        let expected =
            "fast 0, slow 0, fast 2, slow 3, fast 4, fast 6, slow 6, fast 8, slow 9";
        assert_eq!(heard.join(", "), expected);
    });
}

#[test]
fn it_is_a_stream_without_end() {
    on_a_loop(async {
        let start = now();
        let later = interval(SECOND).enumerate().skip(5);
        let ticks: Vec<_> = later.take(2).collect().await;
        assert_eq!(ticks, [(5, start + 5 * SECOND), (6, start + 6 * SECOND)]);
    });
}
