//! What the wakers of a loop promise.

mod run;

use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::oneshot;
use ch08_messages::timer::sleep;
use ch08_messages::yield_now::yield_now;
use run::{in_time, run};
use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// How often threads race.
const ROUNDS: u32 = if cfg!(miri) { 20 } else { 20_000 };

/// Waits once for whoever fetches the waker.
async fn leave_the_waker(leave: impl FnOnce(Waker)) {
    let mut leave = Some(leave);
    poll_fn(|context| match leave.take() {
        Some(leave) => {
            leave(context.waker().clone());
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
}

/// Leaves a call that leaves itself again, for ever, and counts the turns.
fn count_turns(handle: Handle, turns: Arc<AtomicU32>) {
    turns.fetch_add(1, Ordering::SeqCst);
    let again = handle.clone();
    handle.call_soon(move || count_turns(again, turns)).unwrap();
}

/// The waker of a future whose run is over.
fn waker_of_the_past(event_loop: &EventLoop) -> Waker {
    event_loop.block_on(poll_fn(|context| Poll::Ready(context.waker().clone())))
}

/// How often a future is polled in so many turns if this happens in its first poll.
fn polls(turns: usize, first: impl FnMut(&mut Context<'_>)) -> usize {
    polls_on(&EventLoop::new().unwrap(), turns, first)
}

fn polls_on(
    event_loop: &EventLoop,
    turns: usize,
    mut first: impl FnMut(&mut Context<'_>),
) -> usize {
    let (polls, handle) = (Cell::new(0), event_loop.handle());
    // Each turn has a call, so the loop does not wait; the last one lets the future go.
    let (over, done) = oneshot::channel();
    fn turn(handle: &Handle, left: usize, over: oneshot::Sender<()>) {
        let next = handle.clone();
        let what = move || match left {
            0 => over.send(()).unwrap(),
            _ => turn(&next, left - 1, over),
        };
        handle.call_soon(what).unwrap();
    }
    turn(&handle, turns, over);
    let (mut done, mut is_first) = (std::pin::pin!(done), true);
    event_loop.block_on(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if std::mem::take(&mut is_first) {
            assert!(done.as_mut().poll(context).is_pending());
            first(context);
            return Poll::Pending;
        }
        done.as_mut().poll(context).map(drop)
    }));
    polls.get()
}

#[test]
fn a_future_that_nobody_wakes_is_polled_once_and_then_when_it_is_woken() {
    assert_eq!(polls(10, |_| ()), 2);
}

#[test]
fn a_waker_that_is_called_twice_puts_its_future_in_line_once() {
    let twice = |context: &mut Context<'_>| {
        let copy = context.waker().clone();
        context.waker().wake_by_ref();
        copy.wake_by_ref();
        copy.wake();
    };
    assert_eq!(polls(10, twice), 3);
    let from_two_sides = |context: &mut Context<'_>| {
        let copy = context.waker().clone();
        thread::spawn(move || copy.wake()).join().unwrap();
        context.waker().wake_by_ref();
    };
    assert_eq!(polls(10, from_two_sides), 3);
}

#[test]
fn a_future_that_is_woken_while_it_is_polled_is_polled_again() {
    let polls = Cell::new(0);
    run(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() == 100 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }));
    assert_eq!(polls.get(), 100);
}

#[test]
fn a_future_that_is_woken_by_another_thread_while_it_is_polled_is_polled_again() {
    let polls = Cell::new(0);
    run(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() == 100 {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        thread::spawn(move || waker.wake()).join().unwrap();
        Poll::Pending
    }));
    assert_eq!(polls.get(), 100);
}

#[test]
fn another_thread_can_wake_a_loop_that_sleeps_or_is_about_to() {
    let (leave, fetch) = mpsc::channel::<Waker>();
    let wakes = thread::spawn(move || {
        for (round, waker) in fetch.iter().enumerate() {
            // Now at once, now when the loop is about to wait, now when it does.
            (0..round % 499).for_each(|_| spin_loop());
            waker.wake();
        }
    });
    run(async {
        for _ in 0..ROUNDS {
            leave_the_waker(|waker| leave.send(waker).unwrap()).await;
        }
    });
    drop(leave);
    wakes.join().unwrap();
}

#[test]
fn many_threads_can_wake_one_future_and_none_is_lost() {
    const THREADS: u32 = 4;
    let said = Arc::new(AtomicU32::new(0));
    run(async {
        let waker = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
        let threads = [(); THREADS as usize].map(|()| {
            let (said, waker) = (Arc::clone(&said), waker.clone());
            thread::spawn(move || {
                for _ in 0..ROUNDS / THREADS {
                    said.fetch_add(1, Ordering::Relaxed);
                    waker.wake_by_ref();
                }
            })
        });
        poll_fn(|_| {
            let all = said.load(Ordering::Relaxed) == ROUNDS;
            if all { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn what_was_written_before_a_wake_is_seen_by_the_poll_that_follows() {
    const ROUNDS: u32 = if cfg!(miri) { 30 } else { 20_000 };
    let (said, heard) = (&AtomicU32::new(0), &AtomicU32::new(0));
    let (leave, fetch) = mpsc::channel::<Waker>();
    let turns = Arc::new(AtomicU32::new(0));
    let their_turns = Arc::clone(&turns);
    let says = move || {
        let waker = fetch.recv().unwrap();
        let mut lost = Vec::new();
        for round in 1..=ROUNDS {
            // The first call puts the future in line. The second meets it there, or on its way.
            waker.wake_by_ref();
            (0..round % 997).for_each(|_| spin_loop());
            said.store(round, Ordering::Release);
            waker.wake_by_ref();
            let now = || their_turns.load(Ordering::SeqCst);
            let (start, mut spins) = (now(), 0_u32);
            loop {
                // In three turns the loop has heard of the wake and polled the future.
                let is_late = now() - start > 3;
                if heard.load(Ordering::Acquire) == round {
                    break;
                }
                if is_late && lost.last() != Some(&round) {
                    lost.push(round);
                    waker.wake_by_ref();
                }
                spins += 1;
                match spins % 1024 {
                    0 => thread::yield_now(),
                    _ => spin_loop(),
                }
            }
        }
        lost
    };
    thread::scope(|scope| {
        let other = scope.spawn(says);
        let event_loop = EventLoop::new().unwrap();
        count_turns(event_loop.handle(), turns);
        let mut leave = Some(leave);
        event_loop.block_on(poll_fn(|context| {
            if let Some(leave) = leave.take() {
                leave.send(context.waker().clone()).unwrap();
            }
            let now = said.load(Ordering::Acquire);
            heard.store(now, Ordering::Release);
            if now == ROUNDS { Poll::Ready(()) } else { Poll::Pending }
        }));
        assert_eq!(other.join().unwrap(), [], "rounds in which a wake was lost");
    });
}

#[test]
fn a_waker_may_be_called_when_its_future_or_its_loop_is_gone() {
    let event_loop = EventLoop::new().unwrap();
    let [here, there, late] = [(); 3].map(|()| waker_of_the_past(&event_loop));
    here.wake_by_ref();
    thread::spawn(move || there.wake()).join().unwrap();
    event_loop.block_on(ready(()));
    drop(event_loop);
    late.wake_by_ref();
    here.wake_by_ref();
    EventLoop::new().unwrap().block_on(async { here.wake() });
    thread::spawn(move || late.wake()).join().unwrap();
}

#[test]
fn a_waker_of_an_earlier_run_wakes_no_later_future() {
    let event_loop = EventLoop::new().unwrap();
    let past = waker_of_the_past(&event_loop);
    let wakes = |_: &mut Context<'_>| {
        past.wake_by_ref();
        let past = past.clone();
        thread::spawn(move || past.wake()).join().unwrap();
    };
    assert_eq!(polls_on(&event_loop, 10, wakes), 2);
}

#[test]
fn a_waker_wakes_its_own_loop_from_inside_of_another() {
    let (leave, fetch) = mpsc::channel::<Waker>();
    let other = thread::spawn(move || {
        run(async {
            yield_now().await;
            fetch.recv().unwrap().wake();
            yield_now().await;
        });
    });
    run(leave_the_waker(|waker| leave.send(waker).unwrap()));
    other.join().unwrap();
}

#[test]
fn the_last_waker_may_be_dropped_by_another_thread_and_drops_nothing_of_the_future() {
    thread_local! {
        static AT_HOME: Cell<bool> = const { Cell::new(false) };
    }
    struct AtHome;
    impl Drop for AtHome {
        fn drop(&mut self) {
            assert!(AT_HOME.get(), "dropped on another thread");
        }
    }
    AT_HOME.set(true);
    let waker = run(async {
        let _home = AtHome;
        poll_fn(|context| Poll::Ready(context.waker().clone())).await
    });
    thread::spawn(move || drop(waker)).join().unwrap();
}

#[test]
fn a_waker_that_is_called_at_the_very_end_of_a_thread_does_no_harm() {
    thread_local! {
        static LAST: RefCell<Option<WakesLast>> = const { RefCell::new(None) };
    }
    struct WakesLast(Waker);
    impl Drop for WakesLast {
        fn drop(&mut self) {
            self.0.wake_by_ref();
        }
    }
    let ends = thread::spawn(|| {
        LAST.with(|_| ());
        let event_loop = EventLoop::new().unwrap();
        LAST.set(Some(WakesLast(waker_of_the_past(&event_loop))));
    });
    ends.join().unwrap();
}

#[test]
fn by_a_virtual_clock_another_thread_wakes_a_loop_that_has_no_deadline() {
    let (leave, fetch) = mpsc::channel::<Waker>();
    let other = thread::spawn(move || fetch.iter().for_each(Waker::wake));
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        for _ in 0..ROUNDS / 20 {
            leave_the_waker(|waker| leave.send(waker).unwrap()).await;
            sleep(Duration::from_secs(60)).await;
        }
    });
    drop(leave);
    other.join().unwrap();
}

#[test]
fn a_receipt_is_woken_however_the_promise_goes() {
    run(in_time(async {
        for round in 0..ROUNDS / 20 {
            let (promise, receipt) = oneshot::channel();
            let other = thread::spawn(move || match round % 2 {
                0 => promise.send(round).unwrap(),
                _ => drop(promise),
            });
            assert_eq!(receipt.await.is_ok(), round % 2 == 0);
            other.join().unwrap();
        }
    }));
}
