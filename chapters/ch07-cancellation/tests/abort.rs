//! What it means to abort a task: when it ends, what is dropped, and who hears of it.

mod notes;
mod run;

use ch07_cancellation::both::{Either, select};
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinHandle, Outcome, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::AsyncReadExt;
use ledger::record;
use notes::{Dropped, LastWish, note, noted, one_turn};
use run::{door, in_time, pair};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
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

/// A task that makes a note whenever it is polled, and when it is dropped.
fn notes_polls(handle: &Handle, poll: &'static str, end: &'static str) -> JoinHandle<()> {
    let held = Dropped(end);
    let notes = poll_fn(move |_| {
        let _held = &held;
        note(poll);
        Poll::Pending
    });
    handle.spawn(notes).unwrap()
}

/// A task that knows its own handle. The handle comes back when it is asked for.
fn knows_itself<F>(handle: &Handle, work: impl FnOnce(OwnHandle) -> F) -> OwnHandle
where
    F: Future<Output = u32> + 'static,
{
    let own = OwnHandle::default();
    let task = handle.spawn(work(Rc::clone(&own))).unwrap();
    own.replace(Some(task));
    own
}

type OwnHandle = Rc<RefCell<Option<JoinHandle<u32>>>>;

fn abort_myself(own: &OwnHandle) {
    own.borrow().as_ref().expect("it is there").abort();
}

fn outcome<T: 'static>(mut handle: JoinHandle<T>) -> Outcome<T> {
    match Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it is not over"),
    }
}

fn is_cancelled<T: 'static>(handle: JoinHandle<T>) -> bool {
    outcome(handle).is_err_and(|error| error.is_cancelled())
}

#[test]
fn an_aborted_task_ends_at_its_next_turn_and_not_before() {
    let (event_loop, handle) = shop();
    let task = notes_polls(&handle, "polled", "dropped");
    one_turn(&event_loop);
    assert_eq!(noted(), ["polled"]);
    task.abort();
    assert!(noted().is_empty() && !task.is_finished());
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
    assert!(is_cancelled(task));
}

#[test]
fn a_task_that_is_aborted_before_its_first_turn_is_dropped_and_never_polled() {
    let (event_loop, handle) = shop();
    let task = notes_polls(&handle, "polled", "dropped");
    task.abort();
    assert!(noted().is_empty() && !task.is_finished());
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
    assert!(is_cancelled(task));
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_task_that_is_aborted_again_and_again_ends_once() {
    let (event_loop, handle) = shop();
    let ((), ledger) = record(|| {
        let (early, late) =
            (notes_polls(&handle, "", "early"), notes_polls(&handle, "", "late"));
        early.add_done_callback(|_| note("told"));
        early.abort();
        early.abort();
        one_turn(&event_loop);
        for _ in 0..3 {
            early.abort();
            late.abort();
            late.abort();
            one_turn(&event_loop);
        }
        assert!(is_cancelled(early) && is_cancelled(late));
    });
    assert_eq!(noted(), ["early", "", "told", "late"]);
    assert_eq!((ledger.count("drop"), ledger.count("wake")), (2, 1), "{ledger}");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_task_that_is_over_keeps_what_has_become_of_it() {
    let (event_loop, handle) = shop();
    let value = handle.spawn(ready(7)).unwrap();
    let panic =
        handle.spawn(async { std::panic::resume_unwind(Box::new(BUTTON)) }).unwrap();
    let mut fetched = handle.spawn(ready(7)).unwrap();
    one_turn(&event_loop);
    let ((), ledger) = record(|| {
        assert_eq!(event_loop.block_on(&mut fetched).unwrap(), 7);
        value.abort();
        panic.abort();
        fetched.abort();
        one_turn(&event_loop);
    });
    assert_eq!(outcome(value).unwrap(), 7);
    let outcome: Outcome<()> = outcome(panic);
    assert!(outcome.unwrap_err().is_panic());
    assert_eq!((ledger.count("abort"), ledger.count("drop")), (0, 0), "{ledger}");
}

#[test]
fn what_has_been_fetched_stays_fetched() {
    let (event_loop, handle) = shop();
    let mut task = handle.spawn(async { Dropped("output") }).unwrap();
    let output = event_loop.block_on(&mut task).unwrap();
    task.abort();
    one_turn(&event_loop);
    assert!(noted().is_empty());
    drop(output);
    assert_eq!(noted(), ["output"]);
}

#[test]
fn a_task_that_aborts_itself_and_ends_in_that_turn_has_its_output() {
    let (event_loop, handle) = shop();
    let own = knows_itself(&handle, |own| async move {
        abort_myself(&own);
        7
    });
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert_eq!(outcome(own.take().unwrap()).unwrap(), 7);
}

#[test]
fn a_task_that_aborts_itself_and_waits_is_not_polled_again_even_if_it_is_woken() {
    let (event_loop, handle) = shop();
    let own = knows_itself(&handle, |own| {
        let held = Dropped("dropped");
        poll_fn(move |context| {
            let _held = &held;
            note("polled");
            context.waker().wake_by_ref();
            abort_myself(&own);
            context.waker().wake_by_ref();
            Poll::Pending
        })
    });
    one_turn(&event_loop);
    assert_eq!(noted(), ["polled"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
    assert!(is_cancelled(own.take().unwrap()));
    one_turn(&event_loop);
    assert!(noted().is_empty());
}

#[test]
fn a_task_that_aborts_itself_and_panics_has_panicked() {
    let (event_loop, handle) = shop();
    let own = knows_itself(&handle, |own| async move {
        abort_myself(&own);
        std::panic::resume_unwind(Box::new(BUTTON))
    });
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert!(outcome(own.take().unwrap()).unwrap_err().is_panic());
}

#[test]
fn a_task_further_down_the_line_ends_in_this_turn_and_one_that_had_it_in_the_next() {
    let (event_loop, handle) = shop();
    let tasks = Rc::<RefCell<Vec<JoinHandle<()>>>>::default();
    let ahead = notes_polls(&handle, "ahead polled", "ahead dropped");
    let theirs = Rc::clone(&tasks);
    let aborts = async move {
        theirs.borrow().iter().for_each(JoinHandle::abort);
        note("aborted");
    };
    drop(handle.spawn(aborts).unwrap());
    let behind = notes_polls(&handle, "behind polled", "behind dropped");
    tasks.replace(vec![ahead, behind]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["ahead polled", "aborted", "behind dropped"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["ahead dropped"]);
    assert!(tasks.take().into_iter().all(is_cancelled));
}

#[test]
fn a_task_that_is_aborted_stands_where_it_stood_in_line() {
    let (event_loop, handle) = shop();
    let names = ["Ann", "Ben", "Cleo"];
    let [ann, ben, cleo] = names.map(|name| holds(&handle, Dropped(name)));
    // They wait for their first turn, in this order.
    [&cleo, &ann, &ben].into_iter().for_each(JoinHandle::abort);
    one_turn(&event_loop);
    assert_eq!(noted(), names);
    let [ann, ben, cleo] = names.map(|name| holds(&handle, Dropped(name)));
    one_turn(&event_loop);
    // They wait for nothing, and get in line now.
    [&cleo, &ann, &ben].into_iter().for_each(JoinHandle::abort);
    one_turn(&event_loop);
    assert_eq!(noted(), ["Cleo", "Ann", "Ben"]);
}

#[test]
fn what_came_for_a_task_in_the_turn_in_which_it_is_aborted_is_dropped_unread() {
    let (event_loop, handle) = shop();
    let (promise, receipt) = oneshot::channel();
    let task = handle.spawn(async move {
        let _: Dropped = receipt.await.unwrap();
        note("it came");
    });
    one_turn(&event_loop);
    promise.send(Dropped("value")).unwrap();
    let task = task.unwrap();
    task.abort();
    one_turn(&event_loop);
    assert_eq!(noted(), ["value"]);
    assert!(is_cancelled(task));
}

#[test]
fn a_value_stays_with_a_receipt_that_was_only_lent_to_an_aborted_task() {
    let (event_loop, _) = shop();
    event_loop.block_on(async {
        let (promise, receipt) = oneshot::channel();
        let receipt = Rc::new(RefCell::new(receipt));
        let lent = Rc::clone(&receipt);
        let asks =
            poll_fn(move |context| Pin::new(&mut *lent.borrow_mut()).poll(context));
        let task = spawn(asks);
        yield_now().await;
        promise.send(7).unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(receipt.borrow_mut().try_recv(), Ok(7));
    });
}

#[test]
fn done_callbacks_hear_of_an_abort_in_their_order_and_before_whoever_waits() {
    let (event_loop, handle) = shop();
    let task = holds(&handle, Dropped("dropped"));
    for name in ["first", "second"] {
        task.add_done_callback(move |outcome| {
            assert!(outcome.as_ref().unwrap_err().is_cancelled());
            note(name);
        });
    }
    one_turn(&event_loop);
    event_loop.block_on(async {
        task.abort();
        assert!(task.await.is_err());
        note("waited");
    });
    assert_eq!(noted(), ["dropped", "first", "second", "waited"]);
}

#[test]
fn a_done_callback_may_abort_another_task_and_its_own_which_is_over() {
    let (event_loop, handle) = shop();
    let first = holds(&handle, Dropped("first"));
    let second = holds(&handle, Dropped("second"));
    let second_is_told = Rc::new(Cell::new(false));
    let told = Rc::clone(&second_is_told);
    second.add_done_callback(move |_| told.set(true));
    let own = Rc::new(RefCell::new(None));
    let its_own = Rc::clone(&own);
    first.add_done_callback(move |outcome| {
        assert!(outcome.as_ref().unwrap_err().is_cancelled());
        let own: JoinHandle<()> = its_own.take().expect("it is there");
        own.abort();
        second.abort();
        note("told");
    });
    first.abort();
    own.replace(Some(first));
    (0..4).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["first", "told", "second"]);
    assert!(second_is_told.get());
}

#[test]
fn a_waiter_is_woken_once_by_an_abort() {
    let (event_loop, handle) = shop();
    let mut task = holds(&handle, ());
    let (count, waker) = run::Count::waker();
    let waits = Pin::new(&mut task).poll(&mut Context::from_waker(&waker));
    assert!(waits.is_pending());
    one_turn(&event_loop);
    task.abort();
    task.abort();
    assert_eq!(count.calls(), 0);
    (0..3).for_each(|_| one_turn(&event_loop));
    assert_eq!(count.calls(), 1);
    assert!(is_cancelled(task));
}

#[test]
fn what_an_aborted_task_holds_goes_from_the_inside_out() {
    async fn inner(_argument: Dropped) {
        let _first = Dropped("inner first");
        let _second = Dropped("inner second");
        {
            let _over = Dropped("a scope that is over");
        }
        let _third = Dropped("inner third");
        sleep(HOUR).await;
        let _never = Dropped("never");
    }
    async fn outer(_argument: Dropped) {
        let _local = Dropped("outer local");
        inner(Dropped("inner argument")).await;
    }
    let (event_loop, handle) = shop();
    let task = handle.spawn(outer(Dropped("outer argument"))).unwrap();
    one_turn(&event_loop);
    assert_eq!(noted(), ["a scope that is over"]);
    task.abort();
    one_turn(&event_loop);
    let order = [
        "inner third",
        "inner second",
        "inner first",
        "inner argument",
        "outer local",
        "outer argument",
    ];
    assert_eq!(noted(), order);
}

#[test]
fn a_chain_that_is_tied_together_ends_from_the_outside_in_a_turn_for_each() {
    let (event_loop, handle) = shop();
    let chain = handle.spawn(async {
        let _ann = Dropped("Ann");
        let ben = spawn(async {
            let _ben = Dropped("Ben");
            spawn(holds_for_ever(Dropped("Cleo"))).abort_on_drop().await
        });
        ben.abort_on_drop().await
    });
    (0..4).for_each(|_| one_turn(&event_loop));
    let chain = chain.unwrap();
    chain.abort();
    for name in ["Ann", "Ben", "Cleo"] {
        assert!(noted().is_empty());
        one_turn(&event_loop);
        assert_eq!(noted(), [name]);
    }
    let outcome = outcome(chain).map(|_| "it has ended well");
    assert!(outcome.unwrap_err().is_cancelled());
}

async fn holds_for_ever<T>(what: T) {
    let _what = what;
    pending().await
}

#[test]
fn a_chain_that_is_not_tied_together_goes_on_without_its_first_link() {
    let (event_loop, handle) = shop();
    let chain = handle.spawn(async {
        let _ann = Dropped("Ann");
        let ben = spawn(async {
            let _ben = Dropped("Ben");
            sleep(HOUR).await;
            note("Ben has ended well");
        });
        ben.await
    });
    (0..3).for_each(|_| one_turn(&event_loop));
    chain.unwrap().abort();
    event_loop.block_on(sleep_for(2 * HOUR));
    assert_eq!(noted(), ["Ann", "Ben has ended well", "Ben"]);
}

async fn sleep_for(duration: Duration) {
    sleep(duration).await;
}

#[test]
fn whoever_waits_for_an_aborted_task_hears_of_it_and_is_not_aborted() {
    let (event_loop, _) = shop();
    event_loop.block_on(async {
        let link = spawn(pending::<()>());
        let (give, get) = oneshot::channel();
        let waits = spawn(async move {
            let link: JoinHandle<()> = get.await.unwrap();
            let error = link.await.unwrap_err();
            assert!(error.is_cancelled() && !error.is_panic());
            assert_eq!(error.to_string(), "the task was dropped before its end");
            assert_eq!(format!("{error:?}"), "Cancelled");
            assert!(error.into_panic().is_none());
            "and goes on"
        });
        yield_now().await;
        link.abort();
        give.send(link).unwrap();
        assert_eq!(waits.await.unwrap(), "and goes on");
    });
}

#[test]
fn a_tied_handle_that_is_dropped_aborts_its_task_at_the_next_turn() {
    let (event_loop, handle) = shop();
    let tied = notes_polls(&handle, "polled", "dropped").abort_on_drop();
    one_turn(&event_loop);
    drop(tied);
    assert_eq!(noted(), ["polled"]);
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
}

#[test]
fn a_tied_handle_that_is_dropped_at_once_lets_the_task_never_begin() {
    let (event_loop, handle) = shop();
    drop(notes_polls(&handle, "polled", "dropped").abort_on_drop());
    one_turn(&event_loop);
    assert_eq!(noted(), ["dropped"]);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_tied_handle_gives_the_output_like_any_other_and_aborts_nothing_then() {
    let (event_loop, _) = shop();
    let ((), ledger) = record(|| {
        event_loop.block_on(async {
            let mut tied = spawn(async { Dropped("output") }).abort_on_drop();
            assert!(!tied.is_finished());
            let output = (&mut tied).await.unwrap();
            assert!(tied.is_finished());
            drop(tied);
            assert!(noted().is_empty());
            drop(output);
            // One that is over, and whose output nobody has fetched.
            let tied = spawn(async { Dropped("unfetched") }).abort_on_drop();
            yield_now().await;
            assert!(tied.is_finished());
            note("before");
            drop(tied);
        });
    });
    assert_eq!(noted(), ["output", "before", "unfetched"]);
    assert_eq!(ledger.count("abort"), 0, "{ledger}");
}

#[test]
fn a_tied_task_ends_when_its_holder_loses_panics_or_goes_with_its_loop() {
    let (event_loop, handle) = shop();
    let tied = || spawn(holds_for_ever(Dropped("tied"))).abort_on_drop();
    event_loop.block_on(async {
        match select(tied(), yield_now()).await {
            Either::Left(_) => unreachable!("it is never over"),
            Either::Right(()) => note("lost"),
        }
        yield_now().await;
        assert_eq!(noted(), ["lost", "tied"]);

        let panics = spawn(async move {
            let _tied = tied();
            yield_now().await;
            std::panic::resume_unwind(Box::new(BUTTON))
        });
        let outcome: Outcome<()> = panics.await;
        assert!(outcome.unwrap_err().is_panic());
        yield_now().await;
        assert_eq!(noted(), ["tied"]);
    });
    let holder = handle.spawn(async move {
        let _holder = Dropped("holder");
        tied().await
    });
    one_turn(&event_loop);
    one_turn(&event_loop);
    drop(event_loop);
    assert_eq!(noted(), ["holder", "tied"]);
    assert!(holder.unwrap().is_finished());
}

#[test]
fn a_task_may_hold_its_own_tied_handle() {
    let (event_loop, handle) = shop();
    let own = Rc::new(RefCell::new(None));
    let (its_own, held) = (Rc::clone(&own), Dropped("dropped"));
    let task = handle.spawn(poll_fn(move |_| {
        let _held = (&held, &its_own);
        Poll::<()>::Pending
    }));
    own.replace(Some(task.unwrap().abort_on_drop()));
    let kept = Rc::downgrade(&own);
    one_turn(&event_loop);
    drop(own);
    one_turn(&event_loop);
    assert!(noted().is_empty());
    drop(event_loop);
    assert_eq!(noted(), ["dropped"]);
    assert!(kept.upgrade().is_none());
}

#[test]
fn a_task_that_drops_its_own_tied_handle_in_its_last_turn_has_ended_well() {
    let (event_loop, handle) = shop();
    let own = Rc::new(RefCell::new(None));
    let its_own = Rc::clone(&own);
    let task = handle.spawn(async move {
        drop(its_own.take());
        note("goes on");
        Dropped("output")
    });
    own.replace(Some(task.unwrap().abort_on_drop()));
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert_eq!(noted(), ["goes on", "output"]);
}

#[test]
fn an_aborted_task_without_a_handle_ends_too() {
    let (event_loop, handle) = shop();
    let task = notes_polls(&handle, "polled", "dropped");
    task.add_done_callback(|outcome| {
        assert!(outcome.as_ref().unwrap_err().is_cancelled());
        note("told");
    });
    task.abort();
    drop(task);
    (0..3).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["dropped", "told"]);
}

#[test]
fn an_aborted_future_is_dropped_once_on_its_own_thread_wherever_its_wakers_are() {
    let (event_loop, handle) = shop();
    let (send, wakers) = mpsc::channel::<Waker>();
    let (gone, is_gone) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        let wakers: Vec<Waker> = wakers.iter().collect();
        wakers.iter().for_each(Waker::wake_by_ref);
        // These are the last.
        is_gone.recv().unwrap();
        wakers.into_iter().for_each(Waker::wake);
    });
    let home = thread::current().id();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let send = send.clone();
            let held = LastWish(move || {
                assert_eq!(thread::current().id(), home);
                note("dropped");
            });
            let task = handle.spawn(poll_fn(move |context| {
                let _held = &held;
                send.send(context.waker().clone()).unwrap();
                Poll::<()>::Pending
            }));
            task.unwrap()
        })
        .collect();
    one_turn(&event_loop);
    drop(send);
    tasks.iter().for_each(JoinHandle::abort);
    drop(tasks);
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert_eq!(noted().len(), 100);
    gone.send(()).unwrap();
    other.join().unwrap();
    one_turn(&event_loop);
    drop(event_loop);
    assert!(noted().is_empty());
}

#[test]
fn an_aborted_future_that_panics_when_it_is_dropped_has_panicked_and_disturbs_nobody() {
    let (event_loop, handle) = shop();
    let panics = holds(&handle, LastWish(|| std::panic::resume_unwind(Box::new(BUTTON))));
    panics.add_done_callback(|outcome| {
        assert!(outcome.as_ref().unwrap_err().is_panic());
        note("told");
    });
    let other = holds(&handle, Dropped("other"));
    one_turn(&event_loop);
    panics.abort();
    other.abort();
    one_turn(&event_loop);
    one_turn(&event_loop);
    assert_eq!(noted(), ["other", "told"]);
    let panic = outcome(panics).unwrap_err().into_panic().unwrap();
    assert_eq!(panic.downcast_ref(), Some(&BUTTON));
    assert!(is_cancelled(other));
}

#[test]
fn an_aborted_future_may_do_anything_when_it_is_dropped() {
    let (event_loop, handle) = shop();
    let others = Rc::<RefCell<Vec<JoinHandle<()>>>>::default();
    let (own, waker) =
        (Rc::new(RefCell::new(None)), Rc::<RefCell<Option<Waker>>>::default());
    let (theirs, its_own, its_waker) =
        (Rc::clone(&others), Rc::clone(&own), Rc::clone(&waker));
    let wish = LastWish(move || {
        theirs.borrow().iter().for_each(JoinHandle::abort);
        drop(spawn(async { note("spawned") }));
        let own: JoinHandle<()> = its_own.take().expect("it is there");
        assert!(!own.is_finished());
        own.abort();
        own.add_done_callback(|outcome| {
            assert!(outcome.as_ref().unwrap_err().is_cancelled());
            note("told");
        });
        its_waker.take().expect("it is there").wake();
        note("last wish");
    });
    let task = handle.spawn(poll_fn(move |context| {
        let _wish = &wish;
        waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }));
    let [waits, not_begun] =
        ["waits", "not begun"].map(|end| notes_polls(&handle, "polled", end));
    others.borrow_mut().push(waits);
    one_turn(&event_loop);
    assert_eq!(noted(), ["polled", "polled"]);
    others.borrow_mut().push(not_begun);
    own.replace(Some(task.unwrap()));
    own.borrow().as_ref().unwrap().abort();
    (0..4).for_each(|_| one_turn(&event_loop));
    assert_eq!(noted(), ["last wish", "waits", "not begun", "spawned", "told"]);
    assert!(others.take().into_iter().all(is_cancelled));
}

#[test]
fn a_task_that_is_aborted_when_its_loop_goes_or_is_gone_is_dropped_once() {
    let (event_loop, handle) = shop();
    let next = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&next);
    let first = holds(
        &handle,
        LastWish(move || {
            let next: &RefCell<Option<JoinHandle<()>>> = &theirs;
            next.borrow().as_ref().unwrap().abort();
            note("first");
        }),
    );
    next.replace(Some(holds(&handle, Dropped("next"))));
    one_turn(&event_loop);
    first.abort();
    drop(event_loop);
    assert_eq!(noted(), ["first", "next"]);
    first.abort();
    let next = next.take().unwrap();
    next.abort();
    assert!(is_cancelled(first) && is_cancelled(next));
}

#[test]
fn a_task_may_be_aborted_from_another_loop_of_its_thread() {
    let (ours, theirs) = (shop().0, shop().0);
    let task = holds(&theirs.handle(), Dropped("dropped"));
    one_turn(&theirs);
    let (count, waker) = run::Count::waker();
    let mut task = task;
    ours.block_on(async {
        task.abort();
        let waits = Pin::new(&mut task).poll(&mut Context::from_waker(&waker));
        assert!(waits.is_pending());
        yield_now().await;
    });
    assert!(noted().is_empty());
    one_turn(&theirs);
    assert_eq!(noted(), ["dropped"]);
    assert_eq!(count.calls(), 1);
    assert!(is_cancelled(task));
}

#[test]
fn an_abort_takes_no_time() {
    let (event_loop, _) = shop();
    event_loop.block_on(async {
        let start = now();
        let task = spawn(sleep_for(HOUR));
        yield_now().await;
        task.abort();
        assert!(task.await.is_err());
        assert_eq!(now(), start, "the clock has jumped, so the loop has waited");
    });
}

#[test]
fn of_two_who_wait_for_a_customer_or_a_word_the_other_gets_it_when_one_is_aborted() {
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(in_time(async {
        for abort_first in [true, false] {
            let (door, addr) = door();
            let door = Rc::new(door);
            let accepts = || {
                let door = Rc::clone(&door);
                spawn(async move { door.accept().await.map(drop) })
            };
            let (one, other) = (accepts(), accepts());
            yield_now().await;
            let (gone, stays) = if abort_first { (one, other) } else { (other, one) };
            let _customer = std::net::TcpStream::connect(addr).unwrap();
            gone.abort();
            stays.await.unwrap().unwrap();
            assert!(gone.await.unwrap_err().is_cancelled());
        }
        let (mut ours, theirs) = pair().await;
        let reads = spawn(async move { ours.read(&mut [0]).await });
        yield_now().await;
        reads.abort();
        assert!(reads.await.is_err());
        // The line went with the task.
        assert_eq!({ theirs }.read(&mut [0]).await.unwrap(), 0);
    }));
}
