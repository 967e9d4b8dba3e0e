//! What the slip for a task promises.

mod notes;
mod run;

use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinError, JoinHandle, Outcome, spawn};
use ch07_cancellation::yield_now::yield_now;
use futures::future::{join_all, select_all};
use futures::stream::{FuturesUnordered, StreamExt};
use notes::{Dropped, LastWish, note, noted, one_turn};
use run::{Count, complaint, run};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::panic::{panic_any, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

const BUTTON: &str = "a button is missing";

/// Asks a handle, with a waker that does nothing.
fn ask<T: 'static>(handle: &mut JoinHandle<T>) -> Poll<Outcome<T>> {
    ask_with(handle, Waker::noop())
}

fn ask_with<T: 'static>(handle: &mut JoinHandle<T>, waker: &Waker) -> Poll<Outcome<T>> {
    Pin::new(handle).poll(&mut Context::from_waker(waker))
}

/// What a task died of.
fn words(error: JoinError) -> String {
    complaint(|| resume_unwind(error.into_panic().expect("it has panicked")))
}

#[test]
fn a_handle_gives_the_output_itself() {
    let shirt = Rc::new("silk shirt");
    let at = Rc::as_ptr(&shirt);
    let output = run(async { spawn(async move { shirt }).await.unwrap() });
    assert_eq!(Rc::as_ptr(&output), at);
    assert_eq!(Rc::strong_count(&output), 1);
}

#[test]
fn a_handle_gives_its_output_once() {
    run(async {
        let mut handle = spawn(ready(7));
        assert_eq!((&mut handle).await.unwrap(), 7);
        let complaint = complaint(|| ask(&mut handle));
        assert_eq!(complaint, "a handle is not polled after it was ready");
        assert!(handle.is_finished());
    });
}

#[test]
fn a_task_is_finished_from_its_end_on_and_not_before() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle().spawn(yield_now()).unwrap();
    assert!(!handle.is_finished());
    one_turn(&event_loop);
    assert!(!handle.is_finished());
    assert_eq!(format!("{handle:?}"), "JoinHandle { finished: false }");
    one_turn(&event_loop);
    assert!(handle.is_finished());
    assert_eq!(format!("{handle:?}"), "JoinHandle { finished: true }");
}

#[test]
fn a_task_without_a_handle_goes_on_and_its_output_is_dropped_at_its_end() {
    run(async {
        drop(spawn(async {
            yield_now().await;
            note("over");
            Dropped("output")
        }));
        spawn(async {
            yield_now().await;
            note("the next in line");
        })
        .await
        .unwrap();
    });
    assert_eq!(noted(), ["over", "output", "the next in line"]);
}

#[test]
fn an_output_that_nobody_fetched_is_dropped_with_the_handle() {
    run(async {
        let handle = spawn(async { Dropped("output") });
        yield_now().await;
        yield_now().await;
        assert!(handle.is_finished());
        note("before");
        drop(handle);
        note("after");
    });
    assert_eq!(noted(), ["before", "output", "after"]);
}

#[test]
fn an_output_that_was_fetched_is_not_dropped_by_the_task() {
    let output = run(async {
        let mut handle = spawn(async { Dropped("output") });
        let output = (&mut handle).await.unwrap();
        drop(handle);
        yield_now().await;
        output
    });
    assert!(noted().is_empty());
    drop(output);
    assert_eq!(noted(), ["output"]);
}

#[test]
fn a_handle_may_be_awaited_in_another_task() {
    let shirt = run(async {
        let washes = spawn(async {
            yield_now().await;
            "silk"
        });
        let irons = spawn(async { format!("{} shirt", washes.await.unwrap()) });
        irons.await.unwrap()
    });
    assert_eq!(shirt, "silk shirt");
}

#[test]
fn a_handle_may_be_awaited_on_another_loop_of_its_thread() {
    let (ours, theirs) = (EventLoop::new().unwrap(), EventLoop::new().unwrap());
    let mut done = theirs.handle().spawn(ready(7)).unwrap();
    one_turn(&theirs);
    let mut left = theirs.handle().spawn(pending::<u32>()).unwrap();
    let mut theirs = Some(theirs);
    ours.block_on(async {
        assert_eq!((&mut done).await.unwrap(), 7);
        assert!(ask(&mut left).is_pending());
        // Whoever waits here already is told when that loop goes.
        let waits = spawn(left);
        yield_now().await;
        yield_now().await;
        assert!(!waits.is_finished());
        theirs.take();
        let error = waits.await.unwrap().unwrap_err();
        assert!(error.is_cancelled() && !error.is_panic());
        assert_eq!(error.to_string(), "the task was dropped before its end");
        assert_eq!(format!("{error:?}"), "Cancelled");
        assert!(error.into_panic().is_none());
    });
}

#[test]
fn a_handle_wakes_one_who_waits_on_another_loop() {
    let (ours, theirs) = (EventLoop::new().unwrap(), EventLoop::new().unwrap());
    let handle = theirs.handle().spawn(ready(7)).unwrap();
    let waits = ours.handle().spawn(handle).unwrap();
    one_turn(&ours);
    one_turn(&theirs);
    assert_eq!(ours.block_on(waits).unwrap().unwrap(), 7);
}

#[test]
fn an_output_is_there_even_if_the_loop_is_gone() {
    let event_loop = EventLoop::new().unwrap();
    let mut handle = event_loop.handle().spawn(ready("silk shirt")).unwrap();
    one_turn(&event_loop);
    drop(event_loop);
    assert!(matches!(ask(&mut handle), Poll::Ready(Ok("silk shirt"))));
}

#[test]
fn of_those_who_wait_with_one_handle_the_last_is_woken() {
    let event_loop = EventLoop::new().unwrap();
    let mut handle = event_loop.handle().spawn(ready(7)).unwrap();
    let ((first, one), (last, other)) = (Count::waker(), Count::waker());
    assert!(ask_with(&mut handle, &one).is_pending());
    assert!(ask_with(&mut handle, &other).is_pending());
    drop((one, other));
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&last)), (1, 2));
    one_turn(&event_loop);
    assert_eq!((first.calls(), last.calls()), (0, 1));
    assert_eq!(Arc::strong_count(&last), 1);
}

#[test]
fn a_handle_that_is_dropped_gives_its_waker_back() {
    let event_loop = EventLoop::new().unwrap();
    let mut handle = event_loop.handle().spawn(ready(7)).unwrap();
    let (count, waker) = Count::waker();
    assert!(ask_with(&mut handle, &waker).is_pending());
    drop((handle, waker));
    assert_eq!(Arc::strong_count(&count), 1);
    one_turn(&event_loop);
    assert_eq!(count.calls(), 0);
}

#[test]
fn a_task_that_waits_for_itself_is_told_so_and_no_other_is_lost() {
    run(async {
        let (give, get) = oneshot::channel();
        let task = spawn(async move {
            let myself: JoinHandle<()> = get.await.unwrap();
            note("waits");
            myself.await.unwrap();
        });
        let other = spawn(async {
            yield_now().await;
            yield_now().await;
            7
        });
        let (told, hears) = oneshot::channel();
        task.add_done_callback(move |outcome| {
            told.send(outcome.as_ref().unwrap_err().to_string()).unwrap();
        });
        give.send(task).unwrap();
        let heard = hears.await.unwrap();
        assert_eq!(heard, "the task panicked: a task waits for itself");
        assert_eq!(other.await.unwrap(), 7);
    });
    assert_eq!(noted(), ["waits"]);
}

#[test]
fn a_panic_stays_in_its_task_and_comes_out_of_the_handle() {
    run(async {
        let panics = spawn(async {
            let _held = Dropped("what it held");
            yield_now().await;
            panic!("{BUTTON}")
        });
        let goes_on = spawn(async {
            for _ in 0..10 {
                yield_now().await;
            }
            7
        });
        let error: JoinError = panics.await.unwrap_err();
        assert_eq!(noted(), ["what it held"]);
        assert!(error.is_panic() && !error.is_cancelled());
        assert_eq!(error.to_string(), format!("the task panicked: {BUTTON}"));
        assert_eq!(format!("{error:?}"), "Panicked");
        assert_eq!(words(error), BUTTON);
        assert_eq!(goes_on.await.unwrap(), 7);
    });
}

#[test]
fn a_panic_may_say_anything() {
    run(async {
        let literal = spawn(async { panic!("literal") }).await.unwrap_err();
        assert_eq!(literal.to_string(), "the task panicked: literal");
        let number = spawn(async { panic_any(7_u8) }).await.unwrap_err();
        assert_eq!(number.to_string(), "the task panicked: without words");
        assert_eq!(*number.into_panic().unwrap().downcast::<u8>().unwrap(), 7);
    });
}

#[test]
fn a_panic_leaves_nothing_borrowed() {
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(async {
        let panics = spawn(async { panic!("{BUTTON}") });
        panics.add_done_callback(|outcome: &Outcome<()>| {
            note(outcome.as_ref().unwrap_err().to_string());
        });
        let mut panics = panics;
        yield_now().await;
        assert!(panics.is_finished());
        assert!(ask(&mut panics).is_pending(), "the call is made before");
        panics.add_done_callback(|_| note("late"));
        assert!((&mut panics).await.is_err());
        drop(panics);
        spawn(yield_now()).await.unwrap();
    });
    assert_eq!(noted(), [format!("the task panicked: {BUTTON}"), "late".into()]);
}

#[test]
fn a_future_that_panics_when_it_is_dropped_stays_in_its_task() {
    run(async {
        // Over, and then it panics.
        let breaks = LastWish(|| panic!("{BUTTON}"));
        let ready_then_breaks = poll_fn(move |_| {
            let _ = &breaks;
            Poll::Ready(Dropped("output"))
        });
        let error = spawn(ready_then_breaks).await.map(drop).unwrap_err();
        assert_eq!(words(error), BUTTON);
        assert_eq!(noted(), ["output"]);
        // Panics, and then it panics again.
        let breaks = LastWish(|| panic!("{BUTTON}"));
        let breaks_twice = poll_fn(move |_| -> Poll<()> {
            let _ = &breaks;
            panic!("a sleeve is missing")
        });
        assert!(spawn(breaks_twice).await.unwrap_err().is_panic());
        spawn(yield_now()).await.unwrap();
    });
}

#[test]
fn an_output_that_nobody_wants_and_that_panics_disturbs_nobody() {
    run(async {
        drop(spawn(async { LastWish(|| panic!("{BUTTON}")) }));
        let kept = spawn(async { LastWish(|| panic!("{BUTTON}")) });
        for _ in 0..3 {
            yield_now().await;
        }
        drop(kept);
        spawn(yield_now()).await.unwrap();
    });
}

#[test]
fn a_panic_that_nobody_hears_of_and_that_panics_itself_disturbs_nobody() {
    struct Breaks;
    impl Drop for Breaks {
        fn drop(&mut self) {
            panic!("{BUTTON}");
        }
    }
    run(async {
        drop(spawn(async { panic_any(Breaks) }));
        for _ in 0..3 {
            yield_now().await;
        }
        spawn(yield_now()).await.unwrap();
    });
}

#[test]
fn a_handle_may_be_dropped_by_its_own_task() {
    run(async {
        let (give, get) = oneshot::channel();
        let task = spawn(async move {
            let myself: JoinHandle<Dropped> = get.await.unwrap();
            drop(myself);
            yield_now().await;
            note("over");
            Dropped("output")
        });
        give.send(task).unwrap();
        for _ in 0..5 {
            yield_now().await;
        }
    });
    assert_eq!(noted(), ["over", "output"]);
}

#[test]
fn a_handle_may_be_dropped_with_the_future_of_its_own_task() {
    run(async {
        let place = Rc::new(RefCell::new(None));
        let keeps = Rc::clone(&place);
        let task = spawn(async move {
            let _keeps = keeps;
            yield_now().await;
            Dropped("output")
        });
        *place.borrow_mut() = Some(task);
        drop(place);
        for _ in 0..5 {
            yield_now().await;
        }
    });
    assert_eq!(noted(), ["output"]);
}

#[test]
fn what_futures_can_do_with_futures_it_can_do_with_handles() {
    run(async {
        let clean = |n: usize| {
            spawn(async move {
                for _ in 0..n {
                    yield_now().await;
                }
                n
            })
        };
        let all = join_all([3, 1, 2].map(clean)).await;
        assert_eq!(all.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [3, 1, 2]);
        let as_completed: FuturesUnordered<_> =
            [30, 10, 20].map(clean).into_iter().collect();
        let as_completed: Vec<_> = as_completed.map(Result::unwrap).collect().await;
        assert_eq!(as_completed, [10, 20, 30]);
        let (first, _, others) = select_all([3, 1, 2].map(clean)).await;
        assert_eq!((first.unwrap(), others.len()), (1, 2));
    });
}

#[test]
fn tasks_may_wait_for_one_another_in_a_long_row() {
    let many = if cfg!(miri) { 100 } else { 100_000 };
    let sum = run(async {
        let mut last = spawn(async {
            yield_now().await;
            0
        });
        for _ in 0..many {
            let before = last;
            last = spawn(async { before.await.unwrap() + 1 });
        }
        last.await.unwrap()
    });
    assert_eq!(sum, many);
}

#[test]
fn a_handle_stays_on_its_thread() {
    trait NotBoth<A> {
        fn holds(&self) {}
    }
    struct IfSend;
    struct IfSync;
    impl<T> NotBoth<()> for T {}
    impl<T: Send> NotBoth<IfSend> for T {}
    impl<T: Sync> NotBoth<IfSync> for T {}
    // If it were either, there would be two traits to choose from, and this would not compile.
    run(async { spawn(ready(())).holds() });
    fn may_go<T: Send>() {}
    may_go::<JoinError>();
}

#[test]
fn a_handle_that_is_dropped_in_the_middle_of_a_wait_leaves_the_task_to_itself() {
    run(async {
        let handle = spawn(async {
            yield_now().await;
            yield_now().await;
            note("over");
        });
        {
            let mut handle = pin!(handle);
            assert!(
                handle
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()))
                    .is_pending()
            );
        }
        for _ in 0..5 {
            yield_now().await;
        }
        let current = Handle::current();
        assert!(current.spawn(ready(())).unwrap().await.is_ok());
    });
    assert_eq!(noted(), ["over"]);
}
