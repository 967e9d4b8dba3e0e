//! What becomes of the tasks of a loop that goes.

mod notes;
mod run;

use ch07_cancellation::clock::{self, Clock};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::{Closed, Handle};
use ch07_cancellation::net::TcpStream;
use ch07_cancellation::oneshot::{self, Cancelled};
use ch07_cancellation::task::{JoinHandle, Outcome, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::AsyncReadExt;
use notes::{Dropped, LastWish, note, noted, one_turn};
use run::{Count, complaint, pair};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

const BUTTON: &str = "a button is missing";
const HOUR: Duration = Duration::from_secs(3600);

/// A loop, and its handle.
fn shop() -> (EventLoop, Handle) {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let handle = event_loop.handle();
    (event_loop, handle)
}

/// A task that holds this, and is never over.
fn holds<T: 'static>(handle: &Handle, what: T) -> JoinHandle<()> {
    let holds = async {
        let _what = what;
        pending().await
    };
    handle.spawn(holds).unwrap()
}

fn ask<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn outcome<T: 'static>(mut handle: JoinHandle<T>) -> Outcome<T> {
    match ask(&mut handle) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it is not over"),
    }
}

fn is_cancelled<T: 'static>(handle: JoinHandle<T>) -> bool {
    outcome(handle).is_err_and(|error| error.is_cancelled())
}

#[test]
fn tasks_end_in_the_order_in_which_they_were_spawned() {
    let (event_loop, handle) = shop();
    let early = handle.spawn(ready(())).unwrap();
    let first = holds(&handle, Dropped("first"));
    one_turn(&event_loop);
    // It gets the place among the others that the early one has left, and is the second even so.
    let second = holds(&handle, Dropped("second"));
    let third = holds(&handle, Dropped("third, which was never polled"));
    drop(second);
    drop(event_loop);
    assert_eq!(noted(), ["first", "second", "third, which was never polled"]);
    assert!(outcome(early).is_ok());
    assert!(is_cancelled(first) && is_cancelled(third));
}

#[test]
fn tasks_end_before_what_was_in_line_and_that_before_the_timers() {
    let (event_loop, handle) = shop();
    let (of_timer, of_call, of_send) =
        (Dropped("timer"), Dropped("call"), Dropped("back door"));
    handle.call_later(HOUR, move || drop(of_timer)).unwrap();
    handle.call_soon(move || drop(of_call)).unwrap();
    handle.call_soon_threadsafe(move || drop(of_send)).unwrap();
    drop(holds(&handle, Dropped("task")));
    drop(event_loop);
    assert_eq!(noted(), ["task", "back door", "call", "timer"]);
}

#[test]
fn a_task_may_do_anything_when_it_ends() {
    let (event_loop, handle) = shop();
    let other = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&other);
    let (line, far_end) = event_loop.block_on(pair());
    let (count, waker) = Count::waker();
    let of_task = handle.clone();
    let mut things = Some((line, Box::pin(sleep_on(&event_loop)), waker));
    let last = LastWish(move || {
        // The loop of this thread is still that loop; it takes nothing any more.
        assert!(is_cancelled(spawn(async { note("not polled") })));
        assert_eq!(of_task.spawn(ready(())).unwrap_err(), Closed);
        assert_eq!(of_task.call_soon(|| note("not called")).unwrap_err(), Closed);
        assert_eq!(Handle::current().stop().unwrap_err(), Closed);
        let receipt = of_task.remote().spawn(|| async { note("not polled") });
        drop(receipt);
        let now = clock::now();
        let mut nap = Box::pin(sleep(HOUR));
        let (line, sleep, waker) = things.take().unwrap();
        let mut context = Context::from_waker(&waker);
        assert!(nap.as_mut().poll(&mut context).is_pending());
        assert_eq!(clock::now(), now);
        run::door();
        drop((line, sleep));
        waker.wake_by_ref();
        // The handle of a task that ends next, and of one that has ended.
        drop(theirs.take());
        note("last wish");
    });
    let before = holds(&handle, ());
    drop(holds(&handle, last));
    *other.borrow_mut() = Some((before, holds(&handle, Dropped("next"))));
    one_turn(&event_loop);
    drop(event_loop);
    assert_eq!(noted(), ["last wish", "next"]);
    assert_eq!(count.calls(), 1);
    drop(far_end);
}

/// A sleep that has left its waker.
fn sleep_on(event_loop: &EventLoop) -> impl Future<Output = ()> + use<> {
    event_loop.block_on(poll_fn(|_| {
        let mut nap = Box::pin(sleep(HOUR));
        assert!(ask(&mut nap).is_pending());
        Poll::Ready(nap)
    }))
}

#[test]
fn a_task_that_is_woken_by_the_end_of_another_is_not_polled_any_more() {
    let (event_loop, handle) = shop();
    let (promise, receipt) = oneshot::channel::<()>();
    drop(holds(&handle, promise));
    let joined = holds(&handle, ());
    drop(handle.spawn(async {
        let _held = Dropped("had the receipt");
        let _ = receipt.await;
        note("polled");
    }));
    drop(handle.spawn(async {
        let _held = Dropped("had the handle");
        let _ = joined.await;
        note("polled");
    }));
    one_turn(&event_loop);
    drop(event_loop);
    assert_eq!(noted(), ["had the receipt", "had the handle"]);
}

#[test]
fn a_task_that_panics_when_it_ends_keeps_no_other_from_its_end() {
    let (event_loop, handle) = shop();
    let first = holds(&handle, Dropped("first"));
    let second = holds(&handle, LastWish(|| panic!("{BUTTON}")));
    let third = holds(&handle, Dropped("third"));
    one_turn(&event_loop);
    drop(event_loop);
    assert_eq!(noted(), ["first", "third"]);
    assert!(is_cancelled(first) && is_cancelled(third));
    assert!(outcome(second).unwrap_err().is_panic());
}

#[test]
fn whoever_waits_for_a_task_and_panics_keeps_no_other_task_from_its_end() {
    struct Breaks;
    impl Wake for Breaks {
        fn wake(self: Arc<Breaks>) {
            panic!("{BUTTON}");
        }
    }
    let (event_loop, handle) = shop();
    let mut first = holds(&handle, ());
    let second = holds(&handle, Dropped("second"));
    let called = LastWish(|| panic!("{BUTTON}"));
    second.add_done_callback(move |_| drop(called));
    let third = holds(&handle, Dropped("third"));
    let breaks = Waker::from(Arc::new(Breaks));
    let waits = Pin::new(&mut first).poll(&mut Context::from_waker(&breaks));
    assert!(waits.is_pending());
    drop(event_loop);
    assert_eq!(noted(), ["second", "third"]);
    assert!(is_cancelled(first) && is_cancelled(second) && is_cancelled(third));
}

#[test]
fn a_loop_that_goes_because_of_a_panic_ends_its_tasks() {
    let panics = || {
        let (event_loop, handle) = shop();
        drop(holds(&handle, LastWish(|| panic!("a sleeve is missing"))));
        drop(holds(&handle, Dropped("task")));
        event_loop.block_on(async {
            yield_now().await;
            panic!("{BUTTON}")
        })
    };
    assert_eq!(complaint(panics), BUTTON);
    assert_eq!(noted(), ["task"]);
}

#[test]
fn a_loop_may_go_inside_of_another_one() {
    let (outer, inner) = (shop().0, EventLoop::new().unwrap());
    let handle = inner.handle();
    drop(holds(
        &handle,
        LastWish(|| {
            // Its own loop does not run. It is a task of the other one now.
            drop(spawn(async { note("on the outer loop") }));
        }),
    ));
    let waits = holds(&handle, Dropped("ends"));
    one_turn(&inner);
    outer.block_on(async move {
        let waits = spawn(waits);
        yield_now().await;
        drop(inner);
        assert!(waits.await.unwrap().unwrap_err().is_cancelled());
    });
    assert_eq!(noted(), ["ends", "on the outer loop"]);
}

#[test]
fn a_loop_may_belong_to_a_task_of_another() {
    let (outer, inner) = (shop().0, shop().0);
    drop(holds(&inner.handle(), Dropped("inner")));
    let handle = outer.handle();
    drop(holds(&handle, Dropped("outer")));
    drop(holds(&handle, inner));
    one_turn(&outer);
    drop(outer);
    assert_eq!(noted(), ["outer", "inner"]);
}

#[test]
fn a_loop_may_go_at_the_very_end_of_its_thread() {
    thread_local! {
        static LAST: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
    }
    let (tell, hear) = mpsc::channel();
    let ends = thread::spawn(move || {
        // It is asked for before the loop asks for its own place, and so it goes after that.
        LAST.with(|_| ());
        let event_loop = EventLoop::new().unwrap();
        let ends = LastWish(move || tell.send("the task has ended").unwrap());
        drop(event_loop.handle().spawn(async {
            let _ends = ends;
            sleep(HOUR).await;
        }));
        one_turn(&event_loop);
        LAST.set(Some(event_loop));
    });
    ends.join().unwrap();
    assert_eq!(hear.recv(), Ok("the task has ended"));
}

#[test]
fn what_is_spawned_when_the_loop_goes_is_dropped_at_once_and_in_turn_may_spawn() {
    let (event_loop, handle) = shop();
    fn again(left: u32) {
        let next = LastWish(move || {
            note(left.to_string());
            if left > 0 {
                again(left - 1);
            }
        });
        let handle = spawn(async {
            let _next = next;
            note("not polled");
        });
        assert!(is_cancelled(handle));
    }
    drop(holds(&handle, LastWish(|| again(3))));
    drop(event_loop);
    assert_eq!(noted(), ["3", "2", "1", "0"]);
}

#[test]
fn a_future_that_comes_when_the_loop_is_gone_is_dropped_where_it_is() {
    let (event_loop, handle) = shop();
    drop(event_loop);
    let here = Dropped("here");
    let came = handle.spawn(async move { drop(here) });
    assert_eq!(came.unwrap_err(), Closed);
    assert_eq!(noted(), ["here"]);
    let remote = handle.remote();
    let there = Dropped("there");
    let came = remote.spawn(move || async move { drop(there) });
    assert_eq!(came.unwrap_err(), Closed);
    assert_eq!(noted(), ["there"]);
}

#[test]
fn a_promise_that_a_task_made_is_broken_when_the_loop_goes() {
    let (event_loop, handle) = shop();
    let (promise, mut receipt) = oneshot::channel::<()>();
    drop(holds(&handle, promise));
    let mut from_afar = handle.remote().spawn(pending::<()>).unwrap();
    one_turn(&event_loop);
    let mut in_the_box = handle.remote().spawn(|| async { note("not polled") }).unwrap();
    drop(event_loop);
    assert!(matches!(ask(&mut receipt), Poll::Ready(Err(Cancelled))));
    assert!(matches!(ask(&mut from_afar), Poll::Ready(Err(Cancelled))));
    assert!(matches!(ask(&mut in_the_box), Poll::Ready(Err(Cancelled))));
    assert!(noted().is_empty());
}

#[test]
fn a_task_that_waits_for_a_socket_closes_it_when_it_ends() {
    let (event_loop, handle) = shop();
    let (ours, theirs) = event_loop.block_on(pair());
    let reads = async move {
        let mut ours: TcpStream = ours;
        ours.read(&mut [0]).await
    };
    let reads = handle.spawn(reads).unwrap();
    one_turn(&event_loop);
    drop(event_loop);
    assert!(is_cancelled(reads));
    let other = EventLoop::new().unwrap();
    drop(theirs);
    other.block_on(async { sleep(Duration::ZERO).await });
}

#[test]
fn a_task_may_hold_its_own_waker_and_its_own_handle() {
    let (event_loop, handle) = shop();
    let place = Rc::new(RefCell::new(None));
    let (mine, held) = (Rc::clone(&place), Dropped("gone"));
    let mut kept = Vec::new();
    let task = handle.spawn(poll_fn(move |context| {
        let _held = (&held, &mine);
        kept.push(context.waker().clone());
        if kept.len() < 5 {
            context.waker().wake_by_ref();
        }
        Poll::<()>::Pending
    }));
    let task = task.unwrap();
    let keeps = Rc::clone(&place);
    task.add_done_callback(move |_| drop(keeps));
    *place.borrow_mut() = Some(task);
    let kept_by_itself = Rc::downgrade(&place);
    drop(place);
    (0..10).for_each(|_| one_turn(&event_loop));
    assert!(kept_by_itself.upgrade().is_some());
    drop(event_loop);
    assert_eq!(noted(), ["gone"]);
    assert!(kept_by_itself.upgrade().is_none());
}

#[test]
fn done_callbacks_go_with_the_loop_and_are_not_made() {
    let (event_loop, handle) = shop();
    let over = handle.spawn(ready(())).unwrap();
    let left = holds(&handle, Dropped("task"));
    let of_over = Dropped("a call in line");
    one_turn(&event_loop);
    over.add_done_callback(move |_| {
        note("called");
        drop(of_over);
    });
    for name in ["one for the end", "another"] {
        let of_left = Dropped(name);
        left.add_done_callback(move |_| {
            note("called");
            drop(of_left);
        });
    }
    drop(event_loop);
    assert_eq!(noted(), ["task", "one for the end", "another", "a call in line"]);
    // A late one is as late as can be.
    let late = Dropped("late");
    left.add_done_callback(move |_| {
        note("called");
        drop(late);
    });
    assert_eq!(noted(), ["late"]);
    assert!(outcome(over).is_ok() && is_cancelled(left));
}
