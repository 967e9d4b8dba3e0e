//! What the loop promises: its turns, its runs, its end.

mod run;

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use ledger::record;
use run::{Count, complaint, has_arrived, in_time, pair, run};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

const REFUSED: &str =
    "a loop is running on this thread already: inside of it, `.await` the future";

thread_local! {
    /// What has happened on this thread.
    static LOG: RefCell<Vec<&'static str>> = RefCell::default();
}

fn note(what: &'static str) {
    LOG.with_borrow_mut(|log| log.push(what));
}

fn noted() -> Vec<&'static str> {
    LOG.take()
}

/// Leaves a call that makes a note.
fn soon(handle: &Handle, what: &'static str) {
    handle.call_soon(move || note(what)).unwrap();
}

/// Leaves a call that leaves itself again, for ever.
fn keep_busy(handle: Handle) {
    let again = handle.clone();
    handle.call_soon(move || keep_busy(again)).unwrap();
}

/// A waker that leaves a note with the loop.
struct NoteSoon(&'static str);

impl Wake for NoteSoon {
    fn wake(self: Arc<NoteSoon>) {
        soon(&Handle::current(), self.0);
    }
}

/// Exactly one turn.
fn one_turn(event_loop: &EventLoop) {
    event_loop.handle().stop().unwrap();
    event_loop.run_forever();
}

#[test]
fn a_turn_hears_the_back_door_then_the_sockets_then_the_timers_and_all_get_in_line() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    let (mut ours, mut theirs) = event_loop.block_on(pair());
    let waker = Waker::from(Arc::new(NoteSoon("socket")));
    let (mut context, mut room) = (Context::from_waker(&waker), [0; 8]);
    assert!(Pin::new(&mut ours).poll_read(&mut context, &mut room).is_pending());
    // What is in line stays the first; the others leave their news in the opposite order.
    soon(&handle, "in line");
    handle.call_later(Duration::ZERO, || note("timer")).unwrap();
    assert!(pin!(theirs.write_all(b"!")).poll(&mut context).is_ready());
    has_arrived(&ours);
    handle.call_soon_threadsafe(|| note("back door")).unwrap();
    one_turn(&event_loop);
    assert_eq!(noted(), ["in line", "back door", "socket", "timer"]);
}

#[test]
fn what_gets_in_line_during_a_turn_is_for_the_next_one() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    let of_call = handle.clone();
    handle.call_soon(move || soon(&of_call, "next")).unwrap();
    soon(&handle, "this");
    one_turn(&event_loop);
    assert_eq!(noted(), ["this"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["next"]);
}

#[test]
fn a_future_that_is_woken_stands_behind_those_who_are_in_line() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    soon(&handle, "before the first poll");
    event_loop.block_on(async {
        note("first poll");
        soon(&handle, "before the second poll");
        yield_now().await;
        note("second poll");
        yield_now().await;
        note("third poll");
    });
    let order = [
        "before the first poll",
        "first poll",
        "before the second poll",
        "second poll",
        "third poll",
    ];
    assert_eq!(noted(), order);
}

#[test]
fn calls_that_never_end_keep_neither_a_socket_nor_a_timer_waiting() {
    let event_loop = EventLoop::new().unwrap();
    keep_busy(event_loop.handle());
    event_loop.block_on(in_time(async {
        let (mut ours, mut theirs) = pair().await;
        for n in 0..100 {
            theirs.write_all(&[n]).await.unwrap();
            let mut heard = [0];
            ours.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, [n]);
        }
        sleep(Duration::from_millis(2)).await;
    }));
}

#[test]
fn a_future_that_wakes_itself_for_ever_keeps_nobody_waiting() {
    let forever = async {
        loop {
            yield_now().await;
        }
    };
    run(async {
        let news = async {
            let (mut ours, mut theirs) = pair().await;
            sleep(Duration::from_millis(2)).await;
            theirs.write_all(b"!").await.unwrap();
            ours.read_exact(&mut [0]).await.unwrap();
            let (promise, receipt) = oneshot::channel();
            Handle::current().call_soon(|| promise.send(7).unwrap()).unwrap();
            receipt.await.unwrap()
        };
        let first = ch07_cancellation::both::select(forever, news).await;
        assert_eq!(first, ch07_cancellation::both::Either::<(), i32>::Right(7));
    });
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_loop_with_nothing_to_do_waits_and_does_not_look_again_and_again() {
    let nap = async {
        // There is room to write, and something to read; but that is no news.
        let (_ours, mut theirs) = pair().await;
        theirs.write_all(b"!").await.unwrap();
        sleep(Duration::from_millis(20)).await;
    };
    let ((), ledger) = record(|| EventLoop::new().unwrap().block_on(nap));
    assert!((2..20).contains(&ledger.count("park")), "{ledger}");
}

#[test]
fn a_future_gives_its_output_once_and_is_not_polled_again() {
    let event_loop = EventLoop::new().unwrap();
    let polls = Cell::new(0);
    let output = event_loop.block_on(poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        Poll::Ready("silk shirt")
    }));
    assert_eq!(output, "silk shirt");
    one_turn(&event_loop);
    assert_eq!(event_loop.block_on(ready("wool coat")), "wool coat");
    assert_eq!(polls.get(), 1);
}

#[test]
fn calls_in_line_with_the_last_poll_are_made_and_later_ones_are_left_for_the_next_run() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    event_loop.block_on(async {
        soon(&handle, "with the last poll");
        yield_now().await;
        soon(&handle, "after it");
    });
    assert_eq!(noted(), ["with the last poll"]);
    assert_eq!(event_loop.block_on(async { noted() }), ["after it"]);
}

#[test]
fn a_loop_inside_of_a_loop_is_refused_and_the_outer_one_goes_on() {
    let (outer, inner) = (EventLoop::new().unwrap(), EventLoop::new().unwrap());
    outer.block_on(async {
        assert_eq!(complaint(|| inner.block_on(ready(()))), REFUSED);
        assert_eq!(complaint(|| inner.run_forever()), REFUSED);
        assert_eq!(complaint(|| outer.block_on(ready(()))), REFUSED);
        yield_now().await;
        sleep(Duration::from_millis(1)).await;
    });
    assert_eq!(inner.block_on(ready(1)), 1);
    let handle = outer.handle();
    handle
        .clone()
        .call_soon(move || {
            assert_eq!(complaint(|| inner.block_on(ready(()))), REFUSED);
            note("went on");
            handle.stop().unwrap();
        })
        .unwrap();
    outer.run_forever();
    assert_eq!(noted(), ["went on"]);
}

#[test]
fn whatever_needs_a_loop_says_so_when_there_is_none() {
    let none = "no event loop runs on this thread: this must happen inside of \
                `EventLoop::block_on`";
    let event_loop = EventLoop::new().unwrap();
    for _ in 0..2 {
        assert_eq!(complaint(|| sleep(Duration::ZERO)), none);
        assert_eq!(complaint(Handle::current), none);
        assert_eq!(complaint(ch07_cancellation::clock::now), none);
        assert_eq!(complaint(run::door), none);
        event_loop.block_on(async { sleep(Duration::ZERO).await });
    }
}

#[test]
fn a_future_that_panics_leaves_a_loop_that_can_run() {
    let event_loop = EventLoop::new().unwrap();
    let polled = event_loop.handle();
    let panics = async {
        soon(&polled, "left by it");
        yield_now().await;
        panic!("a button is missing");
    };
    assert_eq!(complaint(|| event_loop.block_on(panics)), "a button is missing");
    assert_eq!(noted(), ["left by it"]);
    assert_eq!(event_loop.block_on(ready(1)), 1);
    assert_eq!(EventLoop::new().unwrap().block_on(ready(2)), 2);
}

#[test]
fn a_call_that_panics_costs_nobody_else_their_place_in_line() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    soon(&handle, "before");
    handle.call_soon(|| panic!("a button is missing")).unwrap();
    soon(&handle, "after");
    handle.call_later(Duration::ZERO, || note("later")).unwrap();
    assert_eq!(complaint(|| event_loop.run_forever()), "a button is missing");
    assert_eq!(noted(), ["before"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["after", "later"]);
}

#[test]
fn a_future_is_dropped_while_its_loop_runs_even_if_it_panics() {
    struct Leaves;
    impl Drop for Leaves {
        fn drop(&mut self) {
            soon(&Handle::current(), "left by one who left");
        }
    }
    let event_loop = EventLoop::new().unwrap();
    let output = event_loop.block_on(async {
        let _leaves = Leaves;
        Leaves
    });
    // An output is given to whoever asked, and that is outside.
    assert!(complaint(|| drop(output)).starts_with("no event loop"));
    let panics = async {
        let _leaves = Leaves;
        panic!("a button is missing")
    };
    assert_eq!(complaint(|| event_loop.block_on(panics)), "a button is missing");
    one_turn(&event_loop);
    assert_eq!(noted(), ["left by one who left"; 2]);
}

#[test]
fn a_thread_can_have_one_loop_after_another_and_two_threads_two_at_once() {
    let talk = || {
        for _ in 0..10 {
            run(async {
                let (mut ours, mut theirs) = pair().await;
                theirs.write_all(b"!").await.unwrap();
                ours.read_exact(&mut [0]).await.unwrap();
                sleep(Duration::from_nanos(1)).await;
            });
        }
    };
    thread::scope(|scope| {
        scope.spawn(talk);
        talk();
    });
}

#[test]
fn a_future_that_was_begun_on_one_loop_can_go_on_on_another() {
    let (promise, receipt) = oneshot::channel();
    let mut order = pin!(async {
        yield_now().await;
        let garment = receipt.await.unwrap();
        sleep(Duration::from_millis(1)).await;
        garment
    });
    let first = EventLoop::new().unwrap();
    first.block_on(poll_fn(|context| {
        assert!(order.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    let second = EventLoop::new().unwrap();
    second.block_on(poll_fn(|context| {
        assert!(order.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    drop((first, second));
    let kept = thread::spawn(|| promise.send("silk shirt").unwrap());
    assert_eq!(run(order), "silk shirt");
    kept.join().unwrap();
}

#[test]
fn a_loop_that_is_stopped_ends_its_turn_first() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    let stops = handle.clone();
    handle
        .call_soon(move || {
            stops.stop().unwrap();
            soon(&stops, "next turn");
        })
        .unwrap();
    soon(&handle, "same turn");
    event_loop.run_forever();
    assert_eq!(noted(), ["same turn"]);
}

#[test]
fn a_loop_that_is_stopped_before_it_runs_has_exactly_one_turn_and_does_not_wait_in_it() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    handle.stop().unwrap();
    handle.stop().unwrap();
    event_loop.run_forever();
    let leaves = handle.clone();
    handle.call_soon(move || soon(&leaves, "second turn")).unwrap();
    one_turn(&event_loop);
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["second turn"]);
}

#[test]
fn a_stop_ends_one_run_and_not_the_next() {
    let event_loop = EventLoop::new().unwrap();
    let stopped = "the loop was stopped before its future was ready";
    event_loop.handle().stop().unwrap();
    assert_eq!(complaint(|| event_loop.block_on(pending::<()>())), stopped);
    let stops = async { Handle::current().stop().unwrap() };
    event_loop.block_on(stops);
    let panics = async {
        Handle::current().stop().unwrap();
        panic!("a button is missing")
    };
    assert_eq!(complaint(|| event_loop.block_on(panics)), "a button is missing");
    event_loop.block_on(async {
        yield_now().await;
        yield_now().await;
    });
}

#[test]
fn a_loop_that_sleeps_is_stopped_from_outside() {
    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.handle().remote();
    let stops = thread::spawn(move || {
        let stop = || Handle::current().stop().unwrap();
        remote.call_soon_threadsafe(stop).unwrap();
    });
    event_loop.run_forever();
    stops.join().unwrap();
}

#[test]
fn sockets_and_sleeps_may_outlive_their_loop() {
    let event_loop = EventLoop::new().unwrap();
    let (count, waker) = Count::waker();
    let (lines, mut nap) = event_loop
        .block_on(async { (pair().await, Box::pin(sleep(Duration::from_secs(3600)))) });
    assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let polled = pin!((&lines.0).read(&mut [0])).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    drop(event_loop);
    let again = pin!((&lines.0).read(&mut [0])).poll(&mut Context::from_waker(&waker));
    assert!(again.is_pending());
    assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    run(async {
        let (mut ours, mut theirs) = pair().await;
        theirs.write_all(b"!").await.unwrap();
        ours.read_exact(&mut [0]).await.unwrap();
    });
    drop((lines, nap));
    drop(waker);
    assert_eq!(count.calls(), 0);
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn an_output_need_not_live_for_ever() {
    let shirt = String::from("silk shirt");
    let borrowed: &str = run(async { &shirt[..4] });
    assert_eq!(borrowed, "silk");
    let shared = Rc::new(7);
    assert_eq!(*run(async { Rc::clone(&shared) }), 7);
}
