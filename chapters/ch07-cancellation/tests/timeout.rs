//! What a time-out promises.

mod notes;
mod run;

use ch07_cancellation::both::join;
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timeout::{Elapsed, timeout, timeout_at};
use ch07_cancellation::timer::{sleep, sleep_until};
use ch07_cancellation::yield_now::yield_now;
use futures::{AsyncReadExt, AsyncWriteExt};
use ledger::{Ledger, record};
use notes::{Dropped, note, noted};
use run::{complaint, in_time, pair};
use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);
const NANOSECOND: Duration = Duration::from_nanos(1);

/// Runs a future by a virtual clock.
fn run<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(future)
}

/// Runs a future by a virtual clock, and tells what happened.
fn record_run<F: Future>(future: F) -> Ledger {
    record(|| drop(run(future))).1
}

/// How many timers were set, came due, and were given up.
fn timers(ledger: &Ledger) -> [usize; 3] {
    let given_up =
        ledger.iter().filter(|e| e.verb == "disarm" && e.number("timer").is_some());
    [ledger.count("timer"), ledger.count("due"), given_up.count()]
}

#[test]
fn a_future_that_is_ready_in_time_gives_its_output() {
    run(async {
        let start = now();
        let output = timeout(2 * HOUR, async {
            sleep(HOUR).await;
            "silk shirt"
        });
        assert_eq!(output.await, Ok("silk shirt"));
        assert_eq!(now(), start + HOUR);
    });
}

#[test]
fn a_time_out_is_never_early_and_by_a_clock_that_jumps_never_late() {
    run(async {
        for limit in [NANOSECOND, Duration::from_micros(1), HOUR, 24 * HOUR] {
            let start = now();
            assert_eq!(timeout(limit, pending::<()>()).await, Err(Elapsed));
            assert_eq!(now(), start + limit);
            let deadline = now() + limit;
            assert_eq!(timeout_at(deadline, pending::<()>()).await, Err(Elapsed));
            assert_eq!(now(), deadline);
        }
    });
    let (start, limit) = (Instant::now(), Duration::from_millis(5));
    let real = EventLoop::new().unwrap();
    assert_eq!(real.block_on(timeout(limit, pending::<()>())), Err(Elapsed));
    assert!(start.elapsed() >= limit);
}

#[test]
fn if_both_are_over_in_one_turn_the_future_wins() {
    run(async {
        let start = now();
        assert_eq!(timeout(HOUR, sleep(HOUR)).await, Ok(()));
        assert_eq!(timeout(HOUR, sleep(HOUR + NANOSECOND)).await, Err(Elapsed));
        assert_eq!(now(), start + 2 * HOUR);
        // Somebody keeps a promise in the turn in which the deadline is over, before and after us.
        for ours_is_first in [true, false] {
            let deadline = now() + HOUR;
            let (promise, receipt) = oneshot::channel();
            let keeps = async {
                sleep_until(deadline).await;
                // Whoever waits may have gone.
                let _ = promise.send("silk shirt");
            };
            let waits = timeout_at(deadline, receipt);
            let got = if ours_is_first {
                // We are asked first, and the promise is kept a moment later.
                join(waits, keeps).await.0
            } else {
                join(keeps, waits).await.1
            };
            assert_eq!(got.is_err(), ours_is_first);
        }
        // What is over by then for a reason of its own, and nobody has woken us for it.
        let late = poll_fn(|_| {
            if now() < start + 5 * HOUR { Poll::Pending } else { Poll::Ready("late") }
        });
        let jumps = async {
            sleep_until(start + 5 * HOUR).await;
        };
        let (late, ()) = join(timeout_at(start + 5 * HOUR, late), jumps).await;
        assert_eq!(late, Ok("late"));
    });
}

#[test]
fn with_no_time_at_all_the_future_is_asked_once_and_no_turn_is_taken() {
    run(async {
        let turns = Rc::new(Cell::new(0));
        count(Handle::current(), Rc::clone(&turns));
        yield_now().await;
        let (start, before) = (now(), turns.get());
        assert_eq!(timeout(Duration::ZERO, ready(7)).await, Ok(7));
        let mut asked = 0;
        let asks = poll_fn(|_| {
            asked += 1;
            Poll::<()>::Pending
        });
        assert_eq!(timeout(Duration::ZERO, asks).await, Err(Elapsed));
        assert_eq!(asked, 1);
        assert_eq!((now(), turns.get()), (start, before));
        assert_eq!(timeout(Duration::ZERO, yield_now()).await, Err(Elapsed));
        assert_eq!(turns.get(), before);
    });
}

fn count(handle: Handle, turns: Rc<Cell<u32>>) {
    turns.set(turns.get() + 1);
    let again = handle.clone();
    handle.call_soon(move || count(again, turns)).unwrap();
}

#[test]
fn a_deadline_that_has_passed_is_no_time_at_all() {
    run(async {
        sleep(HOUR).await;
        let start = now();
        for deadline in [start - HOUR, start - NANOSECOND, start] {
            assert_eq!(timeout_at(deadline, ready(7)).await, Ok(7));
            assert_eq!(timeout_at(deadline, pending::<()>()).await, Err(Elapsed));
            assert_eq!(timeout_at(deadline, yield_now()).await, Err(Elapsed));
        }
        assert_eq!(now(), start);
    });
}

#[test]
fn a_limit_may_be_longer_than_any_clock_can_show() {
    run(async {
        let start = now();
        assert_eq!(timeout(Duration::MAX, ready(7)).await, Ok(7));
        assert_eq!(timeout(Duration::MAX, sleep(HOUR)).await, Ok(()));
        assert_eq!(now(), start + HOUR);
        let (limit, nap) = (Duration::MAX, sleep(HOUR));
        assert_eq!(timeout(limit, timeout(limit, nap)).await, Ok(Ok(())));
        assert_eq!(timeout(HOUR, timeout(limit, pending::<()>())).await, Err(Elapsed));
    });
}

#[test]
fn of_time_outs_within_each_other_only_that_which_is_over_says_so() {
    run(async {
        let start = now();
        let inner = || timeout(HOUR, pending::<()>());
        assert_eq!(timeout(2 * HOUR, inner()).await, Ok(Err(Elapsed)));
        assert_eq!(now(), start + HOUR);
        assert_eq!(timeout(HOUR / 2, inner()).await, Err(Elapsed));
        assert_eq!(now(), start + HOUR + HOUR / 2);
        // In one turn the inner one is asked first.
        assert_eq!(timeout(HOUR, inner()).await, Ok(Err(Elapsed)));
        let three = timeout(3 * HOUR, timeout(2 * HOUR, inner()));
        assert_eq!(three.await, Ok(Ok(Err(Elapsed))));
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn the_loser_is_gone_before_we_hear_of_it() {
    let ledger = record_run(async {
        let loses = async {
            let _held = Dropped("the loser");
            sleep(2 * HOUR).await;
        };
        assert_eq!(timeout(HOUR, loses).await, Err(Elapsed));
        note("heard");
    });
    assert_eq!(noted(), ["the loser", "heard"]);
    assert_eq!(timers(&ledger), [2, 1, 1], "{ledger}");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_time_out_that_was_not_needed_leaves_no_timer() {
    let ledger = record_run(async {
        timeout(HOUR, yield_now()).await.unwrap();
        note("heard");
    });
    assert_eq!(timers(&ledger), [1, 0, 1], "{ledger}");
    // One that is ready at once sets none at all.
    let ledger = record_run(timeout(HOUR, ready(())));
    assert_eq!(timers(&ledger), [0, 0, 0], "{ledger}");
    // Many in a row, and in the end a clock with nothing to wait for.
    let many = if cfg!(miri) { 10 } else { 1000 };
    let ledger = record_run(async {
        for _ in 0..many {
            timeout(HOUR, yield_now()).await.unwrap();
        }
    });
    assert_eq!(timers(&ledger), [many, 0, many]);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_time_out_that_is_dropped_itself_leaves_nothing() {
    let ledger = record_run(async {
        let held = Dropped("never begun");
        drop(timeout(HOUR, holds(held)));
        assert_eq!(noted(), ["never begun"]);
        let mut begun = Box::pin(timeout(HOUR, holds(Dropped("begun"))));
        let asked = begun.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(asked.is_pending());
        drop(begun);
        assert_eq!(noted(), ["begun"]);
        let task = spawn(timeout(HOUR, timeout(HOUR, holds(Dropped("task")))));
        yield_now().await;
        task.abort();
        assert!(task.await.is_err());
        assert_eq!(noted(), ["task"]);
    });
    assert_eq!(timers(&ledger), [3, 0, 3], "{ledger}");
}

async fn holds(what: Dropped) {
    let _what = what;
    pending().await
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_future_that_panics_does_so_as_if_there_were_no_time_out_and_leaves_no_timer() {
    let ledger = record_run(async {
        let task = spawn(timeout(HOUR, async {
            yield_now().await;
            std::panic::resume_unwind(Box::new("a button is missing"))
        }));
        let outcome: Result<Result<(), Elapsed>, _> = task.await;
        let error = outcome.unwrap_err();
        assert_eq!(error.to_string(), "the task panicked: a button is missing");
    });
    assert_eq!(timers(&ledger), [1, 0, 1], "{ledger}");
}

#[test]
fn a_future_that_was_only_lent_loses_nothing() {
    run(async {
        let (promise, mut receipt) = oneshot::channel();
        assert_eq!(timeout(HOUR, &mut receipt).await, Err(Elapsed));
        promise.send("silk shirt").unwrap();
        assert_eq!(timeout(HOUR, &mut receipt).await, Ok(Ok("silk shirt")));
        let mut work = pin!(async {
            for _ in 0..10 {
                sleep(HOUR).await;
            }
            "done"
        });
        let mut late = 0;
        let done = loop {
            match timeout(3 * HOUR, work.as_mut()).await {
                Ok(done) => break done,
                Err(Elapsed) => late += 1,
            }
        };
        assert_eq!((done, late), ("done", 3));
    });
}

#[test]
fn a_task_that_one_waited_for_goes_on_unless_its_handle_is_tied_to_it() {
    run(async {
        let naps = || async {
            let _held = Dropped("gone");
            sleep(2 * HOUR).await;
            note("slept well");
        };
        let start = now();
        assert!(timeout(HOUR, spawn(naps())).await.is_err());
        sleep(2 * HOUR).await;
        assert_eq!(noted(), ["slept well", "gone"]);
        assert_eq!(now(), start + 3 * HOUR);
        assert!(timeout(HOUR, spawn(naps()).abort_on_drop()).await.is_err());
        yield_now().await;
        assert_eq!(noted(), ["gone"]);
    });
}

#[test]
fn a_read_that_was_in_vain_takes_no_byte_from_the_next_one() {
    EventLoop::new().unwrap().block_on(in_time(async {
        let (mut ours, mut theirs) = pair().await;
        for n in 0..50 {
            let mut heard = [0; 2];
            let in_vain = timeout(Duration::ZERO, ours.read(&mut heard)).await;
            assert!(in_vain.is_err());
            theirs.write_all(&[n, n]).await.unwrap();
            let got = timeout(2 * run::WATCHDOG, ours.read_exact(&mut heard)).await;
            got.unwrap().unwrap();
            assert_eq!(heard, [n, n]);
        }
    }));
}

#[test]
fn whoever_has_no_loop_is_told_so() {
    for waits in [
        Box::pin(timeout(HOUR, pending::<()>()))
            as std::pin::Pin<Box<dyn Future<Output = _>>>,
        Box::pin(timeout_at(Instant::now(), pending::<()>())),
    ] {
        let mut waits = waits;
        let complaint =
            complaint(|| waits.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        assert!(
            complaint.starts_with("no event loop runs on this thread"),
            "{complaint}"
        );
    }
}

#[test]
fn a_time_out_says_what_it_is() {
    let error: Box<dyn std::error::Error> = Elapsed.into();
    assert_eq!(error.to_string(), "the time was over first");
}
