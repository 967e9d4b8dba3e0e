//! What is promised to a future that becomes a task: its turns.

mod notes;
mod run;

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::{Handle, RemoteHandle};
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::{AsyncReadExt, AsyncWriteExt};
use ledger::record;
use notes::{Dropped, LastWish, note, noted, one_turn};
use run::{complaint, in_time, pair, run};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

/// A future that makes a note whenever it is polled, for ever.
fn notes_polls(name: &'static str) -> impl Future<Output = ()> {
    poll_fn(move |_| {
        note(name);
        Poll::Pending
    })
}

/// A task that leaves its waker here, and counts how often it is polled.
#[derive(Default)]
struct Watched {
    polls: Cell<u32>,
    waker: RefCell<Option<Waker>>,
}

impl Watched {
    fn spawn(handle: &Handle) -> (Rc<Watched>, JoinHandle<()>) {
        Watched::spawn_with(handle, |_| Poll::Pending)
    }

    /// It also does this in each poll.
    fn spawn_with<T: 'static>(
        handle: &Handle,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T> + 'static,
    ) -> (Rc<Watched>, JoinHandle<T>) {
        let watched = Rc::<Watched>::default();
        let here = Rc::clone(&watched);
        let task = handle.spawn(poll_fn(move |context| {
            here.polls.set(here.polls.get() + 1);
            let stale = here.waker.replace(Some(context.waker().clone()));
            drop(stale);
            poll(context)
        }));
        (watched, task.unwrap())
    }

    fn waker(&self) -> Waker {
        self.waker.borrow().clone().expect("it has been polled")
    }
}

#[test]
fn a_task_is_begun_in_the_next_turn_and_not_by_spawn() {
    let event_loop = EventLoop::new().unwrap();
    let spawned = event_loop.handle().spawn(async { note("begun") }).unwrap();
    assert!(noted().is_empty());
    event_loop
        .handle()
        .call_soon(move || {
            assert_eq!(noted(), ["begun"]);
            drop(spawn(async { note("the next turn") }));
        })
        .unwrap();
    one_turn(&event_loop);
    assert!(noted().is_empty());
    one_turn(&event_loop);
    assert_eq!(noted(), ["the next turn"]);
    assert!(spawned.is_finished());
}

#[test]
fn tasks_are_begun_in_the_order_in_which_they_were_spawned() {
    run(async {
        let names = ["Ann", "Ben", "Cleo"];
        let tasks = names.map(|name| spawn(async move { note(name) }));
        for task in tasks.into_iter().rev() {
            task.await.unwrap();
        }
        assert_eq!(noted(), names);
    });
}

#[test]
fn awaiting_a_future_takes_no_turn_and_awaiting_its_task_takes_two() {
    fn count(handle: Handle, turns: Rc<Cell<u32>>) {
        turns.set(turns.get() + 1);
        let again = handle.clone();
        handle.call_soon(move || count(again, turns)).unwrap();
    }
    run(async {
        let turns = Rc::<Cell<u32>>::default();
        count(Handle::current(), Rc::clone(&turns));
        yield_now().await;
        let start = turns.get();
        ready(()).await;
        assert_eq!(turns.get(), start);
        // In the first it is polled, in the second we hear of it.
        spawn(ready(())).await.unwrap();
        assert_eq!(turns.get(), start + 2);
    });
}

#[test]
fn a_task_that_nobody_wakes_is_polled_once() {
    let event_loop = EventLoop::new().unwrap();
    let (watched, _task) = Watched::spawn(&event_loop.handle());
    (0..5).for_each(|_| one_turn(&event_loop));
    assert_eq!(watched.polls.get(), 1);
}

#[test]
fn a_task_that_is_woken_many_times_is_polled_once_for_all_of_them() {
    let event_loop = EventLoop::new().unwrap();
    let (watched, _task) = Watched::spawn(&event_loop.handle());
    one_turn(&event_loop);
    let waker = watched.waker();
    for round in 2..5 {
        waker.wake_by_ref();
        let copy = waker.clone();
        copy.wake();
        thread::scope(|scope| scope.spawn(|| waker.wake_by_ref()).join().unwrap());
        (0..5).for_each(|_| one_turn(&event_loop));
        assert_eq!(watched.polls.get(), round);
        thread::scope(|scope| scope.spawn(|| waker.wake_by_ref()).join().unwrap());
        waker.wake_by_ref();
        (0..5).for_each(|_| one_turn(&event_loop));
        assert_eq!(watched.polls.get(), round + 1);
        watched.polls.set(round);
    }
}

#[test]
fn a_task_that_is_woken_while_it_is_polled_is_polled_again_in_the_next_turn() {
    for wake in [Waker::wake_by_ref as fn(&Waker), |waker: &Waker| {
        thread::scope(|scope| scope.spawn(|| waker.wake_by_ref()).join().unwrap());
    }] {
        let event_loop = EventLoop::new().unwrap();
        let (watched, _task) =
            Watched::spawn_with(&event_loop.handle(), move |context| {
                wake(context.waker());
                wake(context.waker());
                Poll::<()>::Pending
            });
        for turn in 1..=10 {
            one_turn(&event_loop);
            assert_eq!(watched.polls.get(), turn);
        }
    }
}

#[test]
fn a_task_that_is_woken_after_its_end_is_not_polled_again() {
    let event_loop = EventLoop::new().unwrap();
    let over = |_: &mut Context<'_>| Poll::Ready(());
    let (kept, task) = Watched::spawn_with(&event_loop.handle(), over);
    let (torn_up, other) = Watched::spawn_with(&event_loop.handle(), over);
    drop(other);
    one_turn(&event_loop);
    for _ in 0..3 {
        for waker in [kept.waker(), torn_up.waker()] {
            waker.wake_by_ref();
            thread::spawn(move || waker.wake()).join().unwrap();
        }
        one_turn(&event_loop);
    }
    assert_eq!((kept.polls.get(), torn_up.polls.get()), (1, 1));
    assert!(event_loop.block_on(task).is_ok());
}

#[test]
fn a_task_that_is_woken_in_its_last_poll_is_not_polled_again() {
    let event_loop = EventLoop::new().unwrap();
    let (watched, task) = Watched::spawn_with(&event_loop.handle(), |context| {
        context.waker().wake_by_ref();
        Poll::Ready(7)
    });
    (0..3).for_each(|_| one_turn(&event_loop));
    assert_eq!(watched.polls.get(), 1);
    assert_eq!(event_loop.block_on(task).unwrap(), 7);
}

#[test]
fn a_task_that_is_woken_stands_behind_those_who_are_in_line() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    let wakes = |name| {
        Watched::spawn_with(&handle, move |_| {
            note(name);
            Poll::<()>::Pending
        })
    };
    let tasks = ["Ann", "Ben", "Cleo"].map(wakes);
    let [ann, ben, cleo] = tasks.each_ref().map(|(watched, _)| watched);
    one_turn(&event_loop);
    assert_eq!(noted(), ["Ann", "Ben", "Cleo"]);
    cleo.waker().wake();
    handle.call_soon(|| note("call")).unwrap();
    ann.waker().wake();
    ben.waker().wake();
    cleo.waker().wake();
    one_turn(&event_loop);
    assert_eq!(noted(), ["Cleo", "call", "Ann", "Ben"]);
}

#[test]
fn a_task_that_wakes_itself_for_ever_keeps_nobody_waiting() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        let mut polls = 0;
        let busy = spawn(poll_fn(move |context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 1_000_000 { Poll::Pending } else { Poll::Ready(()) }
        }));
        let reads = spawn(async move {
            for n in 0..100 {
                let mut heard = [0];
                ours.read_exact(&mut heard).await.unwrap();
                assert_eq!(heard, [n]);
                sleep(Duration::from_nanos(1)).await;
            }
        });
        for n in 0..100 {
            theirs.write_all(&[n]).await.unwrap();
            yield_now().await;
        }
        reads.await.unwrap();
        assert!(!busy.is_finished());
    });
}

#[test]
fn tasks_take_turns() {
    run(async {
        let talks = |name| async move {
            for _ in 0..3 {
                note(name);
                yield_now().await;
            }
        };
        let [ann, ben] = ["Ann", "Ben"].map(|name| spawn(talks(name)));
        ann.await.unwrap();
        ben.await.unwrap();
    });
    assert_eq!(noted(), ["Ann", "Ben", "Ann", "Ben", "Ann", "Ben"]);
}

#[test]
fn a_task_outlives_the_run_in_which_it_was_spawned() {
    let event_loop = EventLoop::new().unwrap();
    let goes_on = async {
        for _ in 0..3 {
            note("goes on");
            yield_now().await;
        }
    };
    let (give, get) = oneshot::channel();
    event_loop.block_on(async { give.send(spawn(goes_on)).unwrap() });
    let task = async { get.await.unwrap().await };
    assert!(noted().is_empty());
    event_loop.block_on(async {
        yield_now().await;
        note("another run");
    });
    assert_eq!(noted(), ["goes on", "goes on", "another run"]);
    event_loop.block_on(task).unwrap();
    assert_eq!(noted(), ["goes on"]);
}

#[test]
fn a_task_that_sleeps_is_woken_by_its_own_loop_in_a_later_run() {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let minute = Duration::from_secs(60);
    let mut task = event_loop.handle().spawn(sleep_for(minute)).unwrap();
    event_loop.block_on(yield_now());
    assert!(!task.is_finished());
    event_loop.block_on(async { sleep(minute / 2).await });
    assert!(!task.is_finished());
    event_loop.block_on(&mut task).unwrap();
}

async fn sleep_for(duration: Duration) {
    sleep(duration).await;
}

#[test]
fn whoever_spawns_without_a_loop_is_told_so_and_the_future_is_dropped() {
    let held = Dropped("dropped");
    let complaint = complaint(|| {
        spawn(async {
            let _held = held;
        })
    });
    assert!(complaint.starts_with("no event loop runs on this thread"), "{complaint}");
    assert_eq!(noted(), ["dropped"]);
}

#[test]
fn anything_may_spawn_when_it_is_dropped() {
    struct Spawns(&'static str);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let name = self.0;
            drop(spawn(async move { note(name) }));
        }
    }
    impl Wake for Spawns {
        fn wake(self: Arc<Spawns>) {}
    }
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(async {
        // An output that nobody wants; what the future was made of; what a callback holds.
        let spawns = Spawns("future");
        drop(spawn(poll_fn(move |_| {
            let _spawns = &spawns;
            Poll::Ready(Spawns("output"))
        })));
        let spawns = Spawns("callback");
        spawn(ready(())).add_done_callback(move |_| drop(spawns));
        // The waker of one who waits: taken back by another, and with the handle.
        let mut task = spawn(pending::<()>());
        for name in ["stale waker", "waker"] {
            let waker = Waker::from(Arc::new(Spawns(name)));
            let mut context = Context::from_waker(&waker);
            assert!(Pin::new(&mut task).poll(&mut context).is_pending());
        }
        drop(task);
        // The output of one with a handle.
        let task = spawn(async { Spawns("output with a handle") });
        for _ in 0..3 {
            yield_now().await;
        }
        drop(task);
        yield_now().await;
    });
    let spawned =
        ["stale waker", "waker", "future", "output", "callback", "output with a handle"];
    assert_eq!(noted(), spawned);
}

#[test]
fn a_future_that_is_spawned_stays_where_it_is() {
    struct Stays {
        address: Option<*const Stays>,
        _pinned: PhantomPinned,
    }
    impl Stays {
        fn check(&self) {
            let address = self.address.unwrap_or(self);
            assert!(std::ptr::eq(address, self), "it has been moved");
        }
    }
    impl Future for Stays {
        type Output = ();
        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.check();
            let address: *const Stays = &*self;
            // SAFETY: writes to a field, and moves nothing.
            unsafe { self.get_unchecked_mut() }.address = Some(address);
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
    impl Drop for Stays {
        fn drop(&mut self) {
            self.check();
            note("dropped");
        }
    }
    let event_loop = EventLoop::new().unwrap();
    let stays = || Stays { address: None, _pinned: PhantomPinned };
    let tasks: Vec<_> =
        (0..100).map(|_| event_loop.handle().spawn(stays()).unwrap()).collect();
    (0..3).for_each(|_| one_turn(&event_loop));
    assert!(noted().is_empty());
    drop(event_loop);
    assert_eq!(noted().len(), 100);
    assert!(tasks.iter().all(JoinHandle::is_finished));
}

#[test]
fn a_place_that_a_task_has_left_is_another_ones() {
    let event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    for _ in 0..3 {
        let tasks = ["1", "2", "3"].map(|name| handle.spawn(notes_polls(name)).unwrap());
        let over = handle.spawn(ready(())).unwrap();
        one_turn(&event_loop);
        assert_eq!(noted(), ["1", "2", "3"]);
        assert!(over.is_finished());
        assert!(tasks.iter().all(|task| !task.is_finished()));
    }
}

#[test]
fn a_task_may_come_from_another_thread_and_its_output_goes_back() {
    let rounds = if cfg!(miri) { 3 } else { 100 };
    let event_loop = EventLoop::new().unwrap();
    let home = thread::current().id();
    let remote = event_loop.handle().remote();
    let other = thread::spawn(move || {
        let mut outputs = Vec::new();
        for round in 0..rounds {
            let here = thread::current().id();
            let receipt = remote.spawn(move || async move {
                yield_now().await;
                assert_ne!(here, thread::current().id());
                // It is made there, so what it holds need not be `Send`.
                let slip = spawn(async { sleep(Duration::from_nanos(1)).await });
                slip.await.unwrap();
                (round, thread::current().id())
            });
            outputs.push(run(receipt.unwrap()).unwrap().unwrap());
        }
        remote.call_soon_threadsafe(|| Handle::current().stop().unwrap()).unwrap();
        outputs
    });
    event_loop.run_forever();
    for (round, output) in other.join().unwrap().into_iter().enumerate() {
        assert_eq!(output, (round, home));
    }
}

#[test]
fn a_panic_of_a_task_from_another_thread_goes_back_to_it() {
    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.handle().remote();
    let other = thread::spawn(move || {
        let receipt = remote.spawn(|| async { panic!("a button is missing") });
        let outcome = run(receipt.unwrap()).unwrap();
        remote.call_soon_threadsafe(|| Handle::current().stop().unwrap()).unwrap();
        outcome.unwrap_err().to_string()
    });
    event_loop.run_forever();
    assert_eq!(other.join().unwrap(), "the task panicked: a button is missing");
}

#[test]
fn a_task_from_another_thread_goes_on_if_its_receipt_is_torn_up() {
    let event_loop = EventLoop::new().unwrap();
    let remote: RemoteHandle = event_loop.handle().remote();
    let torn_up = async {
        yield_now().await;
        note("over");
        Handle::current().call_soon(|| Handle::current().stop().unwrap()).unwrap();
        Dropped("output")
    };
    thread::spawn(move || drop(remote.spawn(|| torn_up))).join().unwrap();
    event_loop.run_forever();
    assert_eq!(noted(), ["over", "output"]);
}

#[test]
fn a_deep_chain_of_spawns_needs_no_deep_stack() {
    fn chain(left: u32) {
        if left > 0 {
            drop(spawn(async move { chain(left - 1) }));
        } else {
            note("the last");
        }
    }
    let links = if cfg!(miri) { 100 } else { 100_000 };
    let event_loop = EventLoop::new().unwrap();
    event_loop.block_on(async {
        chain(links);
        for _ in 0..=links {
            yield_now().await;
        }
    });
    assert_eq!(noted(), ["the last"]);
}

#[test]
fn a_last_wish_may_wake_its_own_task() {
    let event_loop = EventLoop::new().unwrap();
    let place = Rc::new(RefCell::new(None::<Waker>));
    let its = Rc::clone(&place);
    let wish = LastWish(move || its.take().unwrap().wake());
    let task = event_loop.handle().spawn(poll_fn(move |context| {
        let _wish = &wish;
        place.replace(Some(context.waker().clone()));
        Poll::Ready(7)
    }));
    let task = task.unwrap();
    (0..3).for_each(|_| one_turn(&event_loop));
    assert_eq!(event_loop.block_on(in_time(task)).unwrap(), 7);
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn the_ledger_tells_how_many_wakers_of_a_task_are_with_others() {
    let event_loop = EventLoop::new().unwrap();
    let (counts, ledger) = record(|| {
        let mut step = 0;
        let mut kept = Vec::new();
        let task = event_loop.handle().spawn(poll_fn(move |context| {
            step += 1;
            match step {
                // Nobody has one.
                1 => context.waker().wake_by_ref(),
                // Two are with us, and it is in line.
                2 => {
                    kept.extend([context.waker().clone(), context.waker().clone()]);
                    context.waker().wake_by_ref();
                }
                // The two, and it is not.
                3 => {}
                _ => kept.clear(),
            }
            Poll::<()>::Pending
        }));
        let task = task.unwrap();
        (0..4).for_each(|_| one_turn(&event_loop));
        task.is_finished()
    });
    assert!(!counts);
    let wakers = ledger
        .iter()
        .filter(|entry| entry.verb == "pending")
        .map(|entry| entry.object("wakers").map(ToString::to_string))
        .collect::<Vec<_>>();
    assert_eq!(wakers, ["0", "2", "2"].map(|n| Some(n.to_owned())));
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn the_ledger_tells_the_life_of_a_task_and_nothing_of_it_after_its_end() {
    let event_loop = EventLoop::new().unwrap();
    let ((), ledger) = record(|| {
        let (watched, task) =
            Watched::spawn_with(&event_loop.handle(), |_| Poll::Ready(()));
        let naps = event_loop.handle().spawn(yield_now()).unwrap();
        one_turn(&event_loop);
        watched.waker().wake();
        event_loop.block_on(naps).unwrap();
        assert!(event_loop.block_on(task).is_ok());
    });
    let verbs = |task| {
        ledger.by(task).iter().map(|entry| entry.verb.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(verbs("task 1"), ["poll", "ready"]);
    assert_eq!(verbs("task 2"), ["poll", "wake", "pending", "poll", "ready"]);
}
