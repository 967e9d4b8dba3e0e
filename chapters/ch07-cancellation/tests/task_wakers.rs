//! What the wakers of tasks promise, wherever they are.

mod notes;
mod run;

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::{JoinHandle, spawn};
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use notes::{Dropped, note, noted, one_turn};
use run::{in_time, run};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::hint::spin_loop;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// How often threads race.
const ROUNDS: u32 = if cfg!(miri) { 20 } else { 20_000 };

/// A task that leaves its waker here, and then, when it is woken, says this.
fn leaves_waker<T: Clone + 'static>(
    event_loop: &EventLoop,
    output: T,
) -> (mpsc::Receiver<Waker>, JoinHandle<T>) {
    let (leave, fetch) = mpsc::channel();
    let mut leave = Some(leave);
    let task = event_loop.handle().spawn(poll_fn(move |context| match leave.take() {
        Some(leave) => {
            leave.send(context.waker().clone()).unwrap();
            Poll::Pending
        }
        None => Poll::Ready(output.clone()),
    }));
    (fetch, task.unwrap())
}

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

#[test]
fn another_thread_can_wake_a_task_of_a_loop_that_sleeps_or_is_about_to() {
    let (leave, fetch) = mpsc::channel::<Waker>();
    let wakes = thread::spawn(move || {
        for (round, waker) in fetch.iter().enumerate() {
            // Now at once, now when the loop is about to wait, now when it does.
            (0..round % 499).for_each(|_| spin_loop());
            waker.wake();
        }
    });
    run(async {
        let task = spawn(async move {
            for _ in 0..ROUNDS {
                leave_the_waker(|waker| leave.send(waker).unwrap()).await;
            }
        });
        task.await.unwrap();
    });
    wakes.join().unwrap();
}

#[test]
fn many_threads_can_wake_many_tasks_and_no_wake_is_lost() {
    const THREADS: u32 = 4;
    const TASKS: usize = 8;
    let said: Arc<[AtomicU32; TASKS]> = Arc::default();
    run(async {
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let tasks: Vec<_> = (0..TASKS)
            .map(|n| {
                let (wakers, said) = (Rc::clone(&wakers), Arc::clone(&said));
                let mut is_first = true;
                spawn(poll_fn(move |context| {
                    if std::mem::take(&mut is_first) {
                        wakers.borrow_mut().push(context.waker().clone());
                    }
                    let all =
                        said[n].load(Ordering::Relaxed) == ROUNDS / THREADS * THREADS;
                    if all { Poll::Ready(()) } else { Poll::Pending }
                }))
            })
            .collect();
        yield_now().await;
        let threads = [(); THREADS as usize].map(|()| {
            let (said, wakers) = (Arc::clone(&said), wakers.borrow().clone());
            thread::spawn(move || {
                for _ in 0..ROUNDS / THREADS {
                    for (said, waker) in said.iter().zip(&wakers) {
                        said.fetch_add(1, Ordering::Relaxed);
                        waker.wake_by_ref();
                    }
                }
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn what_was_written_before_a_wake_is_seen_by_the_poll_that_follows() {
    // The writer wakes twice: the second call may find the task in line, and has to be seen.
    let said = Arc::new(AtomicU32::new(0));
    run(async {
        let (leave, fetch) = mpsc::channel::<Waker>();
        let (their_said, our_said) = (Arc::clone(&said), Arc::clone(&said));
        let writes = thread::spawn(move || {
            for (round, waker) in (1..=ROUNDS).zip(fetch.iter()) {
                waker.wake_by_ref();
                (0..round % 97).for_each(|_| spin_loop());
                their_said.store(round, Ordering::Relaxed);
                waker.wake();
            }
        });
        let task = spawn(async move {
            for round in 1..=ROUNDS {
                let mut leave = Some(leave.clone());
                poll_fn(|context| {
                    if let Some(leave) = leave.take() {
                        leave.send(context.waker().clone()).unwrap();
                    }
                    let is_there = our_said.load(Ordering::Relaxed) == round;
                    if is_there { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            }
        });
        task.await.unwrap();
        writes.join().unwrap();
    });
}

#[test]
fn a_waker_may_outlive_its_task_its_loop_and_its_thread() {
    let (event_loop, home) = (EventLoop::new().unwrap(), Dropped("task"));
    let (fetch, task) = leaves_waker(&event_loop, 7);
    let (left, never_over) = leaves_waker(&event_loop, Rc::new(home));
    one_turn(&event_loop);
    let (of_over, of_left) = (fetch.recv().unwrap(), left.recv().unwrap());
    of_over.wake_by_ref();
    assert_eq!(event_loop.block_on(task).unwrap(), 7);
    let use_all = |wakers: &[Waker]| {
        for waker in wakers {
            let copy = waker.clone();
            waker.wake_by_ref();
            copy.wake();
        }
    };
    let wakers = [of_over, of_left];
    drop(never_over);
    drop(event_loop);
    assert_eq!(noted(), ["task"]);
    use_all(&wakers);
    EventLoop::new().unwrap().block_on(async { use_all(&wakers) });
    thread::scope(|scope| scope.spawn(|| use_all(&wakers)).join().unwrap());
    let of_a_thread = thread::spawn(|| {
        let event_loop = EventLoop::new().unwrap();
        let (fetch, task) = leaves_waker(&event_loop, 7);
        one_turn(&event_loop);
        drop(task);
        fetch.recv().unwrap()
    });
    use_all(&[of_a_thread.join().unwrap()]);
    thread::spawn(move || drop(wakers)).join().unwrap();
}

#[test]
fn a_waker_that_is_called_at_the_very_end_of_a_thread_does_no_harm() {
    thread_local! {
        static LAST: RefCell<Option<(Waker, Waker)>> = const { RefCell::new(None) };
        static WAKES_LAST: WakesLast = const { WakesLast };
    }
    struct WakesLast;
    impl Drop for WakesLast {
        fn drop(&mut self) {
            let wakers = LAST.try_with(RefCell::take);
            if let Ok(Some((gone, alive))) = wakers {
                gone.wake();
                alive.wake();
            }
        }
    }
    let (fetch_alive, ended) = (EventLoop::new().unwrap(), AtomicBool::new(false));
    let (fetch, task) = leaves_waker(&fetch_alive, 7);
    one_turn(&fetch_alive);
    let alive = fetch.recv().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            LAST.with(|_| ());
            WAKES_LAST.with(|_| ());
            let event_loop = EventLoop::new().unwrap();
            let (fetch, task) = leaves_waker(&event_loop, 7);
            one_turn(&event_loop);
            drop(task);
            LAST.set(Some((fetch.recv().unwrap(), alive)));
            ended.store(true, Ordering::SeqCst);
        });
    });
    assert!(ended.load(Ordering::SeqCst));
    assert_eq!(fetch_alive.block_on(in_time(task)).unwrap(), 7);
}

#[test]
fn the_last_waker_may_be_dropped_by_another_thread_and_drops_nothing_of_the_task() {
    // A task that is over and has a handle; one without; one whose loop is gone; one that panicked.
    let event_loop = EventLoop::new().unwrap();
    let with_handle = leaves_waker(&event_loop, Rc::new(Dropped("with a handle")));
    let without = leaves_waker(&event_loop, Rc::new(Dropped("without a handle")));
    one_turn(&event_loop);
    let (with_handle, handle) = (with_handle.0.recv().unwrap(), with_handle.1);
    let (without, torn_up) = (without.0.recv().unwrap(), without.1);
    drop(torn_up);
    with_handle.wake_by_ref();
    without.wake_by_ref();
    one_turn(&event_loop);
    // What the closure owned; it was the last to own the output's copy.
    assert_eq!(noted(), ["without a handle"]);
    let left = leaves_waker(&event_loop, Rc::new(Dropped("left")));
    one_turn(&event_loop);
    let (left, handle_of_left) = (left.0.recv().unwrap(), left.1);
    drop(event_loop);
    assert_eq!(noted(), ["left"]);
    drop((handle, handle_of_left));
    assert_eq!(noted(), ["with a handle"]);
    let elsewhere = thread::spawn(move || {
        drop([with_handle, without, left]);
        noted()
    });
    assert!(elsewhere.join().unwrap().is_empty());
    assert!(noted().is_empty());
}

#[test]
fn a_task_that_ends_while_other_threads_drop_its_wakers_drops_everything_at_home() {
    let event_loop = EventLoop::new().unwrap();
    let rounds = ROUNDS / 10;
    let (give, get) = mpsc::channel::<Waker>();
    let drops = thread::spawn(move || {
        for waker in get {
            waker.wake();
        }
        noted()
    });
    event_loop.block_on(in_time(async {
        for round in 0..rounds {
            let (give, mut is_first) = (give.clone(), true);
            let held = Dropped("future");
            let task = spawn(poll_fn(move |context| {
                let _held = &held;
                if std::mem::take(&mut is_first) {
                    give.send(context.waker().clone()).unwrap();
                    return Poll::Pending;
                }
                Poll::Ready(Dropped("output"))
            }));
            match round % 3 {
                0 => drop(task.await.unwrap()),
                1 => drop(task),
                _ => {
                    yield_now().await;
                    drop(task);
                }
            }
        }
        // The wakes of those without a handle may be under way.
        let all = 2 * rounds as usize;
        let mut seen = 0;
        while seen < all {
            seen += noted().len();
            yield_now().await;
        }
        assert_eq!(seen, all);
    }));
    drop(give);
    assert!(drops.join().unwrap().is_empty(), "dropped on another thread");
}

#[test]
fn a_loop_may_go_while_other_threads_wake_its_tasks() {
    for round in 0..ROUNDS / 100 {
        let event_loop = EventLoop::new().unwrap();
        let tasks: Vec<_> =
            (0..4).map(|_| leaves_waker(&event_loop, Rc::new(Dropped("task")))).collect();
        one_turn(&event_loop);
        let wakers: Vec<_> =
            tasks.iter().map(|(fetch, _)| fetch.recv().unwrap()).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let (tell, begun) = mpsc::channel();
        let wakes = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                wakers.iter().for_each(Waker::wake_by_ref);
                let _ = tell.send(());
            }
            drop(wakers);
            noted()
        });
        begun.recv().unwrap();
        (0..round % 3).for_each(|_| one_turn(&event_loop));
        if round % 2 == 0 {
            drop(tasks);
            drop(event_loop);
        } else {
            drop(event_loop);
            drop(tasks);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(wakes.join().unwrap().is_empty());
        assert_eq!(noted(), ["task"; 4]);
    }
}

#[test]
fn a_task_that_holds_its_own_waker_goes_with_its_loop() {
    let event_loop = EventLoop::new().unwrap();
    let inside = Rc::new(Cell::new(0));
    let weak: Weak<_> = Rc::downgrade(&inside);
    let mut held = Vec::new();
    drop(event_loop.handle().spawn(poll_fn(move |context| {
        inside.set(inside.get() + 1);
        held.push(context.waker().clone());
        Poll::<()>::Pending
    })));
    one_turn(&event_loop);
    assert_eq!(weak.upgrade().unwrap().get(), 1);
    drop(event_loop);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_waker_belongs_to_its_task_and_to_no_other_that_has_its_place() {
    let event_loop = EventLoop::new().unwrap();
    let (fetch, first) = leaves_waker(&event_loop, ());
    one_turn(&event_loop);
    let of_first = fetch.recv().unwrap();
    of_first.wake_by_ref();
    one_turn(&event_loop);
    drop(first);
    let (fetch, second) = leaves_waker(&event_loop, ());
    one_turn(&event_loop);
    let of_second = fetch.recv().unwrap();
    assert!(!of_first.will_wake(&of_second));
    of_first.wake_by_ref();
    let there = of_first.clone();
    thread::spawn(move || there.wake()).join().unwrap();
    (0..3).for_each(|_| one_turn(&event_loop));
    assert!(!second.is_finished());
    of_second.wake();
    one_turn(&event_loop);
    assert!(second.is_finished());
}

#[test]
fn a_waker_and_its_copies_are_known_to_wake_the_same_task() {
    run(async {
        let task = spawn(async {
            let once = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            yield_now().await;
            let again = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            assert!(once.will_wake(&again) && once.will_wake(&once.clone()));
        });
        task.await.unwrap();
    });
}

#[test]
fn by_a_virtual_clock_another_thread_wakes_a_task_of_a_loop_that_has_no_deadline() {
    let (leave, fetch) = mpsc::channel::<Waker>();
    let other = thread::spawn(move || fetch.iter().for_each(Waker::wake));
    EventLoop::with_clock(Clock::Virtual).unwrap().block_on(async {
        let task = spawn(async move {
            for _ in 0..ROUNDS / 20 {
                leave_the_waker(|waker| leave.send(waker).unwrap()).await;
                sleep(Duration::from_secs(60)).await;
            }
        });
        task.await.unwrap();
    });
    other.join().unwrap();
}

#[test]
fn a_promise_that_is_kept_elsewhere_wakes_the_task_that_waits_for_it() {
    run(in_time(async {
        let kept = Arc::new(Mutex::new(0));
        for round in 0..ROUNDS / 20 {
            let (promise, receipt) = oneshot::channel();
            let task = spawn(receipt);
            let kept = Arc::clone(&kept);
            let other = thread::spawn(move || match round % 2 {
                0 => {
                    *kept.lock().unwrap() += 1;
                    promise.send(round).unwrap();
                }
                _ => drop(promise),
            });
            assert_eq!(task.await.unwrap().is_ok(), round % 2 == 0);
            other.join().unwrap();
        }
        note(format!("{}", kept.lock().unwrap()));
    }));
    assert_eq!(noted(), [(ROUNDS / 20).div_ceil(2).to_string()]);
}
