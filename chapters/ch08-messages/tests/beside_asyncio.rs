//! What asyncio does in cases that no other file here is about, and what ours does.

mod notes;
mod run;

use ch08_messages::cancel::{Cancelled, Token, or_cancelled};
use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::mutex::Mutex;
use ch08_messages::net::TcpStream;
use ch08_messages::oneshot;
use ch08_messages::semaphore::Semaphore;
use ch08_messages::task::spawn;
use ch08_messages::timer::{sleep, sleep_until};
use ch08_messages::yield_now::yield_now;
use futures::future::{FutureExt, join_all, select_all};
use futures::stream::FuturesUnordered;
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use ledger::record;
use notes::{Dropped, note, noted};
use run::{complaint, door, run};
use std::cell::Cell;
use std::error::Error;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

fn by_virtual_clock<F: Future>(future: F) -> F::Output {
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(future)
}

/// How many turns this takes.
async fn turns_of(work: impl Future) -> u32 {
    fn count(handle: Handle, turns: Rc<Cell<u32>>) {
        turns.set(turns.get() + 1);
        let again = handle.clone();
        handle.call_soon(move || count(again, turns)).unwrap();
    }
    let turns = Rc::<Cell<u32>>::default();
    count(Handle::current(), Rc::clone(&turns));
    yield_now().await;
    let before = turns.get();
    work.await;
    turns.get() - before
}

#[test]
fn a_future_that_was_only_lent_to_a_loop_that_is_stopped_can_go_on() {
    let event_loop = EventLoop::new().unwrap();
    let mut work = Box::pin(async {
        Handle::current().stop().unwrap();
        yield_now().await;
        "silk shirt"
    });
    let stopped = "the loop was stopped before its future was ready";
    assert_eq!(complaint(|| event_loop.block_on(&mut work)), stopped);
    assert_eq!(event_loop.block_on(work), "silk shirt");
}

/// Compiles only for a type that has none of these traits.
macro_rules! is_not {
    ($type:ty: $($trait:ident),+) => {{
        trait Ambiguous<A> {
            fn here() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        $({
            #[allow(dead_code, reason = "it only makes the call below ambiguous")]
            struct If;
            impl<T: ?Sized + $trait> Ambiguous<If> for T {}
        })+
        <$type as Ambiguous<_>>::here();
    }};
}

#[test]
fn what_may_leave_a_call_without_waking_the_loop_cannot_go_to_another_thread() {
    is_not!(Handle: Send, Sync);
    is_not!(EventLoop: Send, Sync);
}

#[test]
fn a_permit_and_a_guard_and_a_promise_are_given_back_once() {
    is_not!(ch08_messages::semaphore::Permit<&Semaphore>: Clone, Copy);
    is_not!(ch08_messages::mutex::MutexGuard<'_, ()>: Clone, Copy);
    is_not!(oneshot::Sender<()>: Clone, Copy);
    let (semaphore, mutex) = (Semaphore::new(1), Mutex::new(()));
    drop((semaphore.try_acquire().unwrap(), mutex.try_lock().unwrap()));
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn a_future_cannot_be_waited_for_in_two_places() {
    is_not!(ch08_messages::task::JoinHandle<()>: Clone, Copy);
    is_not!(oneshot::Receiver<()>: Clone, Copy);
    is_not!(ch08_messages::timer::Sleep: Clone, Copy);
}

#[test]
fn deadlines_that_have_passed_in_one_long_turn_are_all_over_in_the_next_by_deadline() {
    let minute = Duration::from_millis(20);
    // On a slow machine a deadline may have passed before its timer is set. Then once more.
    let all_were_set = || {
        run(async {
            let start = Instant::now();
            let naps = [3, 1, 2].map(|minutes| {
                spawn(async move {
                    sleep_until(start + minute * minutes).await;
                    minutes
                })
            });
            yield_now().await;
            let all_were_set = start.elapsed() < minute;
            while start.elapsed() < 3 * minute {
                // The turn takes its time.
            }
            let mut naps = FuturesUnordered::from_iter(naps);
            let turns = turns_of(async {
                let order = naps.by_ref().map(Result::unwrap).collect::<Vec<_>>().await;
                assert!(!all_were_set || order == [1, 2, 3], "{order:?}");
            });
            // One in which they are woken and polled, and one in which we hear of it.
            let turns = turns.await;
            assert!(!all_were_set || turns <= 2, "{turns}");
            all_were_set
        })
    };
    while !all_were_set() {}
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn to_yield_takes_one_turn_and_a_sleep_of_no_time_takes_none_and_neither_sets_a_timer() {
    let ((), ledger) = record(|| {
        by_virtual_clock(async {
            assert_eq!(turns_of(yield_now()).await, 1);
            assert_eq!(turns_of(async { sleep(Duration::ZERO).await }).await, 0);
            assert_eq!(turns_of(async { sleep_until(now()).await }).await, 0);
        });
    });
    assert_eq!(ledger.count("timer"), 0, "{ledger}");
}

#[test]
fn a_time_that_is_negative_or_not_a_number_is_no_duration_and_a_past_deadline_is_over() {
    for seconds in [-1.0, -1e-9, f64::NAN, f64::INFINITY] {
        assert!(Duration::try_from_secs_f64(seconds).is_err(), "{seconds}");
    }
    by_virtual_clock(async {
        sleep(HOUR).await;
        let past = now() - HOUR;
        assert_eq!(turns_of(async { sleep_until(past).await }).await, 0);
    });
}

#[test]
fn an_error_is_an_output_like_any_other() {
    run(async {
        let task = spawn(async { Err::<(), _>("the dye has run") });
        assert_eq!(task.await.unwrap(), Err("the dye has run"));
        let (promise, receipt) = oneshot::channel();
        promise.send(Err::<(), _>("the dye has run")).unwrap();
        assert_eq!(receipt.await, Ok(Err("the dye has run")));
    });
}

#[test]
fn of_one_task_many_may_hear_in_their_order_and_who_comes_late_hears_at_once() {
    run(async {
        let task = spawn(async {
            yield_now().await;
            yield_now().await;
            "silk shirt"
        });
        let shared = async { task.await.unwrap() }.shared();
        let waiters = ["Ann", "Ben", "Cleo"].map(|name| {
            let shared = shared.clone();
            spawn(async move {
                assert_eq!(shared.await, "silk shirt");
                note(name);
            })
        });
        join_all(waiters).await;
        assert_eq!(noted(), ["Ann", "Ben", "Cleo"]);
        let late = turns_of(async { assert_eq!(shared.await, "silk shirt") });
        assert_eq!(late.await, 0);
    });
}

#[test]
fn a_future_that_is_asked_once_before_it_is_spawned_has_begun_and_goes_on_in_its_task() {
    run(async {
        let mut eager = Box::pin(async {
            note("begun");
            yield_now().await;
            note("over");
        });
        let asked = eager.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(asked.is_pending());
        let task = spawn(eager);
        assert_eq!(noted(), ["begun"]);
        task.await.unwrap();
        assert_eq!(noted(), ["over"]);
    });
}

#[test]
fn a_task_is_not_asked_what_is_asked_of_whoever_spawned_it() {
    run(async {
        let token = Token::new();
        let mut child = None;
        token.run(async { child = Some(spawn(or_cancelled(yield_now()))) }).await;
        token.cancel();
        assert_eq!(child.unwrap().await.unwrap(), Ok(()));
    });
}

#[test]
fn an_abort_is_no_panic_and_nothing_in_the_task_can_catch_it() {
    run(async {
        let task = spawn(async {
            let _held = Dropped("dropped");
            let outcome = AssertUnwindSafe(pending::<()>()).catch_unwind().await;
            note(format!("caught {}", outcome.is_err()));
        });
        yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(noted(), ["dropped"]);
    });
}

#[test]
fn a_request_to_stop_is_an_error_with_a_type_that_a_box_of_any_error_still_knows() {
    type AnyError = Result<(), Box<dyn Error>>;
    run(async {
        let token = Token::new();
        token.cancel();
        let stopped: AnyError =
            token.run(async { Ok(or_cancelled(pending()).await?) }).await;
        assert!(stopped.unwrap_err().is::<Cancelled>());
        let failed: AnyError = token.run(async { Err("the dye has run".into()) }).await;
        assert!(!failed.unwrap_err().is::<Cancelled>());
    });
}

#[test]
fn to_wait_for_nothing_takes_no_turn() {
    run(async {
        let turns = turns_of(async {
            assert!(join_all(Vec::<std::future::Ready<()>>::new()).await.is_empty());
            assert_eq!(
                FuturesUnordered::<std::future::Ready<()>>::new().next().await,
                None
            );
        });
        assert_eq!(turns.await, 0);
    });
    let none = Vec::<std::future::Ready<()>>::new();
    assert!(complaint(|| select_all(none)).contains("is_empty"));
}

#[test]
fn one_can_wait_for_the_first_error_and_leave_the_others_going() {
    by_virtual_clock(async {
        let start = now();
        let mut work: FuturesUnordered<_> = [Ok(1), Err(2), Ok(3)]
            .map(async |outcome: Result<u32, u32>| {
                sleep(HOUR * outcome.unwrap_or_else(|late| late)).await;
                outcome
            })
            .into_iter()
            .collect();
        let mut first_error = None;
        while first_error.is_none() {
            first_error = work.next().await.unwrap().err();
        }
        assert_eq!((first_error, now() - start, work.len()), (Some(2), 2 * HOUR, 1));
        assert_eq!(work.next().await, Some(Ok(3)));
        assert_eq!(now() - start, 3 * HOUR);
    });
}

#[test]
fn a_door_that_is_closed_lets_nobody_in_and_those_inside_go_on() {
    run(async {
        let (door, addr) = door();
        let call = spawn(TcpStream::connect(addr));
        let mut ours = door.accept().await.unwrap();
        let mut theirs = call.await.unwrap().unwrap();
        drop(door);
        assert!(TcpStream::connect(addr).await.is_err());
        theirs.write_all(b"hello").await.unwrap();
        let mut heard = [0; 5];
        ours.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, *b"hello");
    });
}
