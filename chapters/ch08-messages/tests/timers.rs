//! What sleeps promise, by both clocks.

mod run;

use ch08_messages::both::{join, select};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::timer::{sleep, sleep_until};
use ch08_messages::yield_now::yield_now;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{Count, has_arrived, pair, run};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

/// How many is many.
const MANY: usize = if cfg!(miri) { 30 } else { 1000 };

/// Runs a future by a virtual clock.
fn by_virtual_clock<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(future)
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % end
    }
}

#[test]
fn a_sleep_is_never_over_early() {
    run(async {
        for micros in [1, 999, 1_000, 1_001, 1_500, 2_999] {
            let (start, delay) = (Instant::now(), Duration::from_micros(micros));
            sleep(delay).await;
            assert!(start.elapsed() >= delay, "{delay:?}");
            let deadline = Instant::now() + delay;
            sleep_until(deadline).await;
            assert!(Instant::now() >= deadline, "{delay:?}");
        }
    });
}

#[test]
fn the_time_of_a_sleep_runs_from_the_call_and_not_from_the_first_poll() {
    by_virtual_clock(async {
        let start = now();
        let nap = sleep(SECOND * 60);
        sleep(SECOND * 50).await;
        nap.await;
        assert_eq!(now() - start, SECOND * 60);
    });
}

#[test]
fn sleeps_of_one_deadline_are_over_in_the_order_in_which_they_were_begun() {
    let order = by_virtual_clock(async {
        let deadline = now() + SECOND;
        let naps: FuturesUnordered<_> = (0..100)
            .map(|number| async move {
                sleep_until(deadline).await;
                number
            })
            .collect();
        naps.collect::<Vec<_>>().await
    });
    assert_eq!(order, (0..100).collect::<Vec<_>>());
}

#[test]
fn a_thousand_deadlines_in_any_order_come_in_theirs() {
    let mut random = Random(1);
    let delays: Vec<_> = (0..MANY).map(|_| random.below(500)).collect();
    let order = by_virtual_clock(async {
        let start = now();
        let naps: FuturesUnordered<_> = delays
            .iter()
            .enumerate()
            .map(|(number, delay)| async move {
                sleep(SECOND * *delay as u32).await;
                assert_eq!(now() - start, SECOND * *delay as u32);
                (*delay, number)
            })
            .collect();
        naps.collect::<Vec<_>>().await
    });
    // Those of no delay are over at once; they, too, are in their order.
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(order, sorted);
    assert_eq!(order.len(), MANY);
}

#[test]
fn a_deadline_that_is_over_is_not_waited_for() {
    run(async {
        let polls = Cell::new(0);
        let mut naps = pin!(async {
            sleep(Duration::ZERO).await;
            sleep_until(now()).await;
            sleep_until(now() - Duration::from_millis(1)).await;
        });
        poll_fn(|context| {
            polls.set(polls.get() + 1);
            naps.as_mut().poll(context)
        })
        .await;
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn a_sleep_may_last_for_ever() {
    run(async {
        let short = sleep(Duration::from_millis(1));
        let long = join(sleep(Duration::MAX), sleep(SECOND * u32::MAX));
        let first = select(long, short).await;
        assert_eq!(first, ch08_messages::both::Either::Right(()));
    });
    by_virtual_clock(async {
        let long_ago = now();
        sleep(Duration::MAX).await;
        assert!(now() - long_ago > SECOND * 3600 * 24 * 365 * 29);
        sleep(Duration::MAX).await;
    });
    by_virtual_clock(async {
        // A moment that the clock can still show, and few years after it.
        sleep(Duration::from_secs(i64::MAX as u64 - (1 << 29))).await;
        sleep(SECOND).await;
    });
}

#[test]
fn a_sleep_that_is_polled_after_it_was_over_is_still_over() {
    by_virtual_clock(async {
        let mut nap = pin!(sleep(SECOND));
        nap.as_mut().await;
        nap.as_mut().await;
        assert_eq!(
            poll_fn(|context| Poll::Ready(nap.as_mut().poll(context))).await,
            Poll::Ready(())
        );
    });
}

#[test]
fn a_sleep_wakes_the_last_waker_that_it_was_given_and_drops_the_others() {
    let [(one, one_waker), (other, other_waker)] = [(); 2].map(|()| Count::waker());
    by_virtual_clock(async {
        let mut nap = pin!(sleep(SECOND));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&one_waker)).is_pending());
        drop(one_waker);
        assert_eq!(Arc::strong_count(&one), 2);
        assert!(nap.as_mut().poll(&mut Context::from_waker(&other_waker)).is_pending());
        assert_eq!(Arc::strong_count(&one), 1, "the first waker is still kept");
        sleep(SECOND * 2).await;
        assert_eq!((one.calls(), other.calls()), (0, 1));
    });
}

#[test]
fn a_sleep_that_is_dropped_wakes_nobody_and_frees_its_waker() {
    let (count, waker) = Count::waker();
    by_virtual_clock(async {
        let mut nap = Box::pin(sleep(SECOND));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert_eq!(Arc::strong_count(&count), 3);
        drop(nap);
        assert_eq!(Arc::strong_count(&count), 2);
        sleep(SECOND * 2).await;
        assert_eq!(count.calls(), 0);
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
#[cfg_attr(miri, ignore = "so long a ledger takes Miri too long")]
fn ten_thousand_sleeps_that_are_dropped_leave_no_deadline() {
    const TEN_TIMES: usize = 10 * MANY;
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let ((), ledger) = ledger::record(|| {
        event_loop.block_on(async {
            let start = now();
            let mut naps: Vec<_> =
                (0..TEN_TIMES).map(|_| Box::pin(sleep(SECOND))).collect();
            for nap in &mut naps {
                let polled = poll_fn(|context| Poll::Ready(nap.as_mut().poll(context)));
                assert!(polled.await.is_pending());
            }
            drop(naps);
            sleep(SECOND * 60).await;
            assert_eq!(now() - start, SECOND * 60);
        });
    });
    assert_eq!(
        (ledger.count("timer"), ledger.count("disarm")),
        (TEN_TIMES + 1, TEN_TIMES)
    );
    assert_eq!(ledger.count("due"), 1);
    // One wait before the first poll, and one for the deadline that is left.
    assert!(ledger.count("park") < 5, "{}", ledger.count("park"));
}

#[test]
fn a_waker_may_do_as_it_likes_when_a_sleep_calls_or_drops_it() {
    use std::task::Wake;
    struct Lively;
    impl Wake for Lively {
        fn wake(self: Arc<Lively>) {
            lives();
        }
    }
    impl Drop for Lively {
        fn drop(&mut self) {
            lives();
        }
    }
    /// Makes timers, sets them and drops them again.
    fn lives() {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            let mut nap = Box::pin(sleep(SECOND));
            assert!(nap.as_mut().poll(&mut context).is_pending());
            assert!(pin!(sleep(SECOND)).poll(&mut context).is_pending());
            Handle::current().call_later(SECOND, || ()).unwrap().cancel();
            Handle::current().call_soon(move || drop(nap)).unwrap();
        }
    }
    by_virtual_clock(async {
        let lively = || Waker::from(Arc::new(Lively));
        let [mut rings, mut dropped, mut again] =
            [(); 3].map(|()| Box::pin(sleep(SECOND)));
        for _ in 0..2 {
            for nap in [&mut rings, &mut dropped, &mut again] {
                let waker = lively();
                assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            }
        }
        drop(dropped);
        sleep(SECOND * 2).await;
        rings.await;
    });
}

#[test]
fn a_nap_of_sixty_seconds_takes_no_time_by_a_virtual_clock() {
    let start = Instant::now();
    by_virtual_clock(async {
        let start = now();
        for minute in 1..=MANY as u32 {
            sleep(SECOND * 60).await;
            assert_eq!(now() - start, SECOND * 60 * minute);
        }
    });
    // Seventeen hours.
    assert!(start.elapsed() < SECOND * 60 * 60);
}

#[test]
fn a_virtual_clock_stands_still_while_anything_can_go_on() {
    by_virtual_clock(async {
        let start = now();
        let busy = async {
            for _ in 0..MANY {
                yield_now().await;
                assert_eq!(now(), start);
            }
        };
        join(busy, sleep(SECOND)).await;
        assert_eq!(now() - start, SECOND);
    });
}

#[test]
fn a_virtual_clock_does_not_jump_while_a_socket_has_news() {
    by_virtual_clock(async {
        let (mut ours, mut theirs) = pair().await;
        let start = now();
        let talk = async {
            for n in 0..100 {
                theirs.write_all(&[n]).await.unwrap();
                // What the kernel has on the way is not there yet, to any clock.
                has_arrived(&ours);
                let mut heard = [0];
                ours.read_exact(&mut heard).await.unwrap();
                assert_eq!((heard, now()), ([n], start));
            }
            ours
        };
        let listens = join(talk, sleep(SECOND));
        drop(listens.await);
        assert_eq!(now() - start, SECOND);
    });
}

#[test]
fn a_reader_who_waits_hears_before_a_virtual_clock_jumps() {
    let log = RefCell::new(Vec::new());
    by_virtual_clock(async {
        let (mut ours, mut theirs) = pair().await;
        let start = now();
        let reads = async {
            ours.read_exact(&mut [0]).await.unwrap();
            assert_eq!(now(), start);
            log.borrow_mut().push("heard");
        };
        let naps = async {
            sleep(SECOND).await;
            log.borrow_mut().push("woke up");
        };
        let says = async {
            yield_now().await;
            theirs.write_all(b"!").await.unwrap();
        };
        join(join(reads, naps), says).await;
    });
    assert_eq!(*log.borrow(), ["heard", "woke up"]);
}

#[test]
fn a_virtual_clock_jumps_to_the_next_deadline_and_not_past_it() {
    by_virtual_clock(async {
        let start = now();
        let naps = [3, 1, 2].map(|n| async move {
            sleep(SECOND * n).await;
            assert_eq!(now() - start, SECOND * n);
            sleep(SECOND * 10).await;
            assert_eq!(now() - start, SECOND * (n + 10));
        });
        join_all(naps).await;
    });
}

#[test]
fn a_virtual_clock_goes_on_from_run_to_run_and_each_loop_has_its_own() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let before = event_loop.block_on(async { now() });
    event_loop.block_on(async { sleep(SECOND * 60).await });
    assert_eq!(event_loop.block_on(async { now() }) - before, SECOND * 60);
    let other = by_virtual_clock(async { now() });
    assert!(other < before + SECOND * 60);
}

#[test]
fn a_real_clock_goes_by_the_systems() {
    run(async {
        let (before, now, after) = (Instant::now(), now(), Instant::now());
        assert!(before <= now && now <= after);
    });
}

#[test]
fn a_deadline_that_comes_while_others_wait_is_kept_among_them() {
    let order = RefCell::new(Vec::new());
    by_virtual_clock(async {
        let nap = |seconds: u32| {
            let order = &order;
            async move {
                sleep(SECOND * seconds).await;
                order.borrow_mut().push(seconds);
            }
        };
        let late = async {
            sleep(SECOND).await;
            nap(1).await;
        };
        join(join(nap(3), nap(10)), late).await;
    });
    assert_eq!(*order.borrow(), [1, 3, 10]);
}
