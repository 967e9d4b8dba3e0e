//! Counts this process's memory and descriptors, so no other test may run beside it.

mod run;

use ch07_cancellation::clock::Clock;
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::handle::Handle;
use ch07_cancellation::oneshot;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep;
use ch07_cancellation::yield_now::yield_now;
use futures::AsyncReadExt;
use run::pair;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counts;

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller keeps the promises that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: the memory came from `System`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counts = Counts;

/// How many descriptors this process has open.
fn open() -> usize {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    (0..1024).filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0).count()
}

const HOUR: Duration = Duration::from_secs(3600);

/// Tasks in every state that they can be left in; their wakers go here.
fn work(wakers: &RefCell<Vec<Waker>>) {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let handle: Handle = event_loop.handle();
    event_loop.block_on(async {
        let (mut ours, theirs) = pair().await;
        drop(spawn(async move { ours.read(&mut [0]).await }));
        drop(spawn(async {
            let _theirs = theirs;
            sleep(HOUR).await;
        }));
        let (promise, receipt) = oneshot::channel::<()>();
        drop(spawn(async {
            let waits = spawn(receipt);
            let _ = waits.await;
        }));
        // One that holds its own waker, its own handle, and has a callback with that handle.
        let (place, mut held) = (Rc::new(RefCell::new(None)), Vec::new());
        let (its, of_callback) = (Rc::clone(&place), Rc::clone(&place));
        let myself = spawn(poll_fn(move |context| {
            let _its = &its;
            held.push(context.waker().clone());
            Poll::<()>::Pending
        }));
        myself.add_done_callback(move |_| drop(of_callback));
        place.replace(Some(myself));
        // Some that are over: with the output fetched, left, or wanted by nobody; by a panic.
        spawn(ready(vec![7])).await.unwrap();
        let left = spawn(ready(vec![7]));
        drop(spawn(ready(vec![7])));
        drop(spawn(async { std::panic::resume_unwind(Box::new(vec![7])) }));
        for output in [Poll::Ready(vec![7]), Poll::Pending] {
            let mut is_first = true;
            let leaves = poll_fn(|context| {
                if std::mem::take(&mut is_first) {
                    wakers.borrow_mut().push(context.waker().clone());
                }
                Poll::Ready(())
            });
            leaves.await;
            let (tell, wakes) = (Rc::new(RefCell::new(None)), output.is_ready());
            let told = Rc::clone(&tell);
            drop(spawn(poll_fn(move |context| {
                told.replace(Some(context.waker().clone()));
                output.clone()
            })));
            yield_now().await;
            yield_now().await;
            wakers.borrow_mut().push(tell.take().expect("it has been polled"));
            assert_eq!(wakes, Rc::strong_count(&tell) == 1);
        }
        left.add_done_callback(|_| ());
        drop(promise);
        drop(handle.remote().spawn(pending::<()>));
    });
    drop(handle.call_soon(|| ()));
    let held = vec![7];
    drop(handle.call_later(HOUR, move || drop(held)));
    drop(handle.spawn(async { spawn(pending::<()>()).await }));
    drop(handle.remote().spawn(|| async { vec![7] }));
    drop(event_loop);
}

#[test]
fn a_thousand_loops_with_tasks_that_are_not_over_leave_nothing() {
    // Another thread is the last to have their wakers; meetings cost no memory.
    let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let meeting = Arc::new(Barrier::new(2));
    let (their_wakers, their_meeting) = (Arc::clone(&wakers), Arc::clone(&meeting));
    thread::spawn(move || {
        loop {
            their_meeting.wait();
            let wakers = std::mem::take(&mut *their_wakers.lock().unwrap());
            wakers.iter().for_each(Waker::wake_by_ref);
            drop(wakers);
            their_meeting.wait();
        }
    });
    let round = || {
        let left = RefCell::default();
        work(&left);
        *wakers.lock().unwrap() = left.take();
        meeting.wait();
        meeting.wait();
        (LIVE.load(Ordering::SeqCst), open())
    };
    round();
    let before = round();
    for _ in 0..1000 {
        round();
    }
    assert_eq!(round(), before);
}
