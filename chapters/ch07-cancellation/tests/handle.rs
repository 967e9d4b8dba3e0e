//! What becomes of the calls that are left with a loop.

mod run;

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::{CallHandle, Closed, Handle, RemoteHandle};
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::timer::{Sleep, sleep};
use ch07_cancellation::yield_now::yield_now;
use run::{complaint, run};
use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::rc::Rc;
use std::sync::mpsc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A loop that has no time to wait, a handle to it, and what its calls have noted.
fn shop() -> (EventLoop, Handle, Rc<RefCell<Vec<u32>>>) {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let handle = event_loop.handle();
    (event_loop, handle, Rc::default())
}

/// A call that notes a number.
fn note(log: &Rc<RefCell<Vec<u32>>>, number: u32) -> impl FnOnce() + use<> {
    let log = Rc::clone(log);
    move || log.borrow_mut().push(number)
}

fn one_turn(event_loop: &EventLoop) {
    event_loop.handle().stop().unwrap();
    event_loop.run_forever();
}

/// Runs the loop until an hour has passed.
fn for_an_hour(event_loop: &EventLoop) {
    event_loop.block_on(async { sleep(SECOND * 3600).await });
}

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn calls_are_made_in_the_order_in_which_they_were_left() {
    let (event_loop, handle, log) = shop();
    for number in 0..1000 {
        handle.call_soon(note(&log, number)).unwrap();
    }
    one_turn(&event_loop);
    assert_eq!(*log.borrow(), (0..1000).collect::<Vec<_>>());
}

#[test]
fn later_calls_are_made_by_deadline_and_those_of_one_deadline_in_order() {
    let (event_loop, handle, log) = shop();
    for (number, seconds) in [3, 1, 2, 1, 3, 0, 2, 0].into_iter().enumerate() {
        handle.call_later(SECOND * seconds, note(&log, number as u32)).unwrap();
    }
    for_an_hour(&event_loop);
    assert_eq!(*log.borrow(), [5, 7, 1, 3, 2, 6, 0, 4]);
}

#[test]
fn a_call_without_delay_is_made_in_the_next_turn_after_what_is_in_line() {
    let (event_loop, handle, log) = shop();
    handle.call_later(Duration::ZERO, note(&log, 2)).unwrap();
    handle.call_soon(note(&log, 1)).unwrap();
    one_turn(&event_loop);
    assert_eq!(*log.borrow(), [1, 2]);
}

#[test]
fn a_call_may_be_left_for_the_end_of_time() {
    let (event_loop, handle, log) = shop();
    handle.call_later(Duration::MAX, note(&log, 1)).unwrap();
    handle.call_later(Duration::MAX, note(&log, 2)).unwrap();
    for_an_hour(&event_loop);
    assert!(log.borrow().is_empty());
}

#[test]
fn a_call_that_is_taken_back_is_not_made() {
    let (event_loop, handle, log) = shop();
    let soon = handle.call_soon(note(&log, 1)).unwrap();
    let later = handle.call_later(SECOND, note(&log, 2)).unwrap();
    handle.call_soon(note(&log, 3)).unwrap();
    for call in [&soon, &later, &soon, &later] {
        call.cancel();
    }
    for_an_hour(&event_loop);
    soon.cancel();
    later.cancel();
    assert_eq!(*log.borrow(), [3]);
    drop(event_loop);
    later.cancel();
}

#[test]
fn a_call_that_has_been_made_can_be_taken_back_without_effect_even_by_itself() {
    let (event_loop, handle, log) = shop();
    let own = Rc::new(RefCell::new(None::<CallHandle>));
    for delay in [Duration::ZERO, SECOND] {
        let (its_own, its_log) = (Rc::clone(&own), note(&log, 1));
        let what = move || {
            its_own.take().unwrap().cancel();
            its_log();
        };
        own.replace(Some(handle.call_later(delay, what).unwrap()));
        for_an_hour(&event_loop);
    }
    assert_eq!(*log.borrow(), [1, 1]);
}

#[test]
fn a_call_that_is_due_can_still_be_taken_back_by_one_before_it_in_line() {
    let (event_loop, handle, log) = shop();
    let late = handle.call_later(Duration::ZERO, note(&log, 1)).unwrap();
    let later = handle.call_later(Duration::ZERO, note(&log, 3)).unwrap();
    handle.call_soon(move || late.cancel()).unwrap();
    handle.call_soon(note(&log, 2)).unwrap();
    one_turn(&event_loop);
    drop(later);
    assert_eq!(*log.borrow(), [2, 3]);
}

#[test]
fn a_call_that_is_taken_back_is_dropped_at_once() {
    let (event_loop, handle, _) = shop();
    for delay in [None, Some(SECOND)] {
        let garment = Rc::new(());
        let held = Rc::clone(&garment);
        let call = match delay {
            None => handle.call_soon(move || drop(held)).unwrap(),
            Some(delay) => handle.call_later(delay, move || drop(held)).unwrap(),
        };
        assert_eq!(Rc::strong_count(&garment), 2);
        call.cancel();
        assert_eq!(Rc::strong_count(&garment), 1);
    }
    drop(event_loop);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_later_call_that_is_taken_back_leaves_no_deadline() {
    let (event_loop, handle, _) = shop();
    let ((), ledger) = ledger::record(|| {
        handle.call_later(SECOND, || ()).unwrap().cancel();
        one_turn(&event_loop);
        for_an_hour(&event_loop);
    });
    assert_eq!((ledger.count("timer"), ledger.count("disarm")), (2, 1), "{ledger}");
    assert_eq!(ledger.count("due"), 1, "{ledger}");
    // A loop that has no deadline does not ask when the next one is.
    let real = EventLoop::new().unwrap();
    let handle = real.handle();
    let ((), ledger) = ledger::record(|| {
        handle.call_later(SECOND, || ()).unwrap().cancel();
        let remote = handle.remote();
        let stop = || Handle::current().stop().unwrap();
        let rings = thread::spawn(move || remote.call_soon_threadsafe(stop).unwrap());
        real.run_forever();
        rings.join().unwrap();
    });
    let until = |entry: &ledger::Entry| entry.text("until").map(str::to_owned);
    let waits = ledger.iter().filter_map(until);
    assert!(waits.into_iter().all(|until| until != "an event or a deadline"), "{ledger}");
}

#[test]
fn calls_from_many_threads_are_all_made_in_each_threads_order_and_at_home() {
    const EACH: u32 = if cfg!(miri) { 10 } else { 2_000 };
    thread_local! {
        static HEARD: RefCell<[u32; 4]> = const { RefCell::new([0; 4]) };
    }
    run(async {
        let threads = [0, 1, 2, 3].map(|who| {
            let remote = Handle::current().remote();
            thread::spawn(move || {
                for number in 0..EACH {
                    let hear = move || {
                        HEARD.with_borrow_mut(|heard| {
                            assert_eq!(heard[who], number);
                            heard[who] += 1;
                        });
                    };
                    remote.call_soon_threadsafe(hear).unwrap();
                }
            })
        });
        while HEARD.with_borrow(|heard| *heard != [EACH; 4]) {
            yield_now().await;
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_call_from_another_thread_wakes_a_loop_that_sleeps() {
    let event_loop = EventLoop::new().unwrap();
    let (ask, asked) = mpsc::channel::<RemoteHandle>();
    let other = thread::spawn(move || {
        for remote in asked {
            let stop = || Handle::current().stop().unwrap();
            remote.call_soon_threadsafe(stop).unwrap();
        }
    });
    for _ in 0..if cfg!(miri) { 10 } else { 2_000 } {
        ask.send(event_loop.handle().remote()).unwrap();
        event_loop.run_forever();
    }
    drop(ask);
    other.join().unwrap();
}

#[test]
fn a_loop_that_is_gone_takes_no_calls_and_says_so() {
    let (event_loop, handle, log) = shop();
    let remote = handle.remote();
    drop(event_loop);
    assert_eq!(handle.call_soon(note(&log, 1)).unwrap_err(), Closed);
    assert_eq!(handle.call_later(SECOND, note(&log, 1)).unwrap_err(), Closed);
    assert_eq!(handle.call_soon_threadsafe(|| ()), Err(Closed));
    assert_eq!(remote.call_soon_threadsafe(|| ()), Err(Closed));
    assert_eq!(handle.stop(), Err(Closed));
    assert_eq!(
        thread::spawn(move || remote.call_soon_threadsafe(|| ())).join().unwrap(),
        Err(Closed)
    );
    assert_eq!(Closed.to_string(), "the event loop is closed");
    assert_eq!(Rc::strong_count(&log), 1, "a call that was refused is still there");
}

#[test]
fn a_loop_is_gone_to_its_handles_even_while_its_sleeps_and_sockets_live() {
    let event_loop = EventLoop::new().unwrap();
    let (handle, kept) =
        event_loop.block_on(async { (Handle::current(), (sleep(SECOND), run::door())) });
    drop(event_loop);
    assert_eq!(handle.stop(), Err(Closed));
    drop(kept);
}

#[test]
fn calls_that_are_left_when_a_loop_goes_are_dropped_at_home_and_not_made() {
    let (event_loop, handle, log) = shop();
    let home = thread::current().id();
    let (tell, told) = mpsc::channel();
    let kept = [
        handle.call_soon(note(&log, 1)).unwrap(),
        handle.call_later(SECOND, note(&log, 2)).unwrap(),
    ];
    let remote = handle.remote();
    thread::spawn(move || {
        let on_drop = OnDrop(move || tell.send(thread::current().id()).unwrap());
        let what = move || {
            drop(on_drop);
            panic!("a call of a loop that is gone");
        };
        remote.call_soon_threadsafe(what).unwrap();
    })
    .join()
    .unwrap();
    drop(event_loop);
    assert_eq!(told.try_recv(), Ok(home));
    assert!(log.borrow().is_empty());
    drop(kept);
    assert_eq!(Rc::strong_count(&log), 1);
}

#[test]
fn what_is_dropped_with_a_loop_may_try_to_leave_more_with_it() {
    let (event_loop, handle, log) = shop();
    let refused = Rc::new(Cell::new(0));
    let tries = || {
        let (handle, refused) = (handle.clone(), Rc::clone(&refused));
        let waker =
            event_loop.block_on(poll_fn(|context| Poll::Ready(context.waker().clone())));
        OnDrop(move || {
            waker.wake_by_ref();
            let outcomes = [
                handle.call_soon(|| ()).map(drop),
                handle.call_later(SECOND, || ()).map(drop),
                handle.call_soon_threadsafe(|| ()),
                handle.stop(),
            ];
            let closed = outcomes.iter().filter(|outcome| **outcome == Err(Closed));
            refused.set(refused.get() + closed.count());
        })
    };
    let [soon, later, cancelled] = [(); 3].map(|()| tries());
    handle.call_soon(move || drop(soon)).unwrap();
    handle.call_later(SECOND, move || drop(later)).unwrap();
    let call = handle.call_later(SECOND, move || drop(cancelled)).unwrap();
    // A call that is taken back may leave others, too.
    call.cancel();
    assert_eq!(refused.get(), 0);
    drop(event_loop);
    assert_eq!(refused.get(), 8);
    drop(log);
}

#[test]
fn what_is_dropped_with_a_loop_may_take_back_what_is_dropped_with_it() {
    let (event_loop, handle, log) = shop();
    let other = handle.call_later(SECOND, note(&log, 1)).unwrap();
    let [nap] = event_loop.block_on(async {
        let mut nap = Box::pin(sleep(SECOND));
        let polled = poll_fn(|context| Poll::Ready(nap.as_mut().poll(context)));
        assert!(polled.await.is_pending());
        [nap]
    });
    let cancels = OnDrop(move || other.cancel());
    handle.call_later(SECOND * 2, move || drop((cancels, nap))).unwrap();
    drop(event_loop);
    assert_eq!(Rc::strong_count(&log), 1);
}

#[test]
fn a_chain_of_calls_each_inside_the_one_before_is_dropped_without_a_deep_stack() {
    let (event_loop, handle, _) = shop();
    for _ in 0..if cfg!(miri) { 100 } else { 100_000 } {
        let inner = handle.clone();
        let leaves = OnDrop(move || drop(inner.call_soon(|| ())));
        handle.call_soon(move || drop(leaves)).unwrap();
    }
    drop(event_loop);
}

#[test]
fn another_loop_may_end_inside_of_a_call() {
    let (event_loop, handle, log) = shop();
    let (other, others_handle, _) = shop();
    others_handle.call_soon(note(&log, 1)).unwrap();
    let (ours, done) = (handle.clone(), note(&log, 2));
    handle
        .call_soon(move || {
            drop(other);
            ours.call_soon(done).unwrap();
        })
        .unwrap();
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert_eq!(*log.borrow(), [2]);
}

#[test]
fn a_handle_outside_of_every_loop_still_finds_its_own() {
    let (event_loop, handle, log) = shop();
    let of_run = event_loop.block_on(async { Handle::current() });
    of_run.call_soon(note(&log, 1)).unwrap();
    drop((of_run, handle));
    event_loop.block_on(ready(()));
    assert_eq!(*log.borrow(), [1]);
    assert!(complaint(Handle::current).starts_with("no event loop runs"));
}

/// Compiles only for a type that may not go to another thread.
macro_rules! stays_at_home {
    ($($type:ty),*) => {$(
        const _: fn() = || {
            trait Ambiguous<A> {
                fn here() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            #[allow(dead_code, reason = "it only makes the call below ambiguous")]
            struct MayGo;
            impl<T: ?Sized + Send> Ambiguous<MayGo> for T {}
            let _ = <$type as Ambiguous<_>>::here;
        };
    )*};
}

stays_at_home!(EventLoop, Handle, CallHandle, Sleep, TcpListener, TcpStream);

#[test]
fn a_remote_handle_may_go_to_other_threads_and_be_shared() {
    fn may_go<T: Send + Sync + 'static>() {}
    may_go::<RemoteHandle>();
    may_go::<Closed>();
}
