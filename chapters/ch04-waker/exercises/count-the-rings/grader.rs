//! Is every ring counted, and does it arrive?

mod grading;

use ch04_waker::executor::block_on;
use ch04_waker::oneshot;
use ch04_waker::rings::counted;
use ch04_waker::yield_now::yield_now;
use grading::{Expectation, Outcome, grade, miss, within};
use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a ring wakes the clerk, and is counted",
            hint: 1,
            look: passed_on,
        },
        Expectation {
            what: "every ring is counted and passed on, and a copy that is dropped has not rung",
            hint: 2,
            look: three,
        },
        Expectation {
            what: "if a later poll brings another waker, that one is rung",
            hint: 3,
            look: newest,
        },
        Expectation {
            what: "a ring from another thread arrives",
            hint: 1,
            look: other_thread,
        },
    ])
}

/// A bell that counts, to be asked with.
#[derive(Default)]
struct Outside(AtomicUsize);

impl Outside {
    fn new() -> (Arc<Outside>, Waker) {
        let outside = Arc::new(Outside::default());
        (Arc::clone(&outside), Waker::from(outside))
    }

    fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Outside {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn is<T: PartialEq + Debug>(what: &str, expected: T, seen: T) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    miss(format!("{what}: {expected:?}"), format!("{seen:?}"))
}

fn passed_on() -> Outcome {
    let run = || block_on(counted(yield_now()));
    let ((), rings) = within("`block_on(counted(yield_now()))` ends", run)?;
    is("rings of one `yield_now`", 1, rings)
}

fn three() -> Outcome {
    let (outside, waker) = Outside::new();
    let mut begun = false;
    let mut future = counted(poll_fn(|context| {
        if std::mem::replace(&mut begun, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        context.waker().clone().wake();
        context.waker().wake_by_ref();
        Poll::Pending
    }));
    let mut context = Context::from_waker(&waker);
    let first = Pin::new(&mut future).poll(&mut context);
    is("the first poll", Poll::Pending, first)?;
    is("rings that have arrived", 3, outside.rings())?;
    let second = Pin::new(&mut future).poll(&mut context);
    is("the second poll", Poll::Ready(((), 3)), second)?;
    dropped()
}

fn dropped() -> Outcome {
    let (outside, waker) = Outside::new();
    let mut future = counted(poll_fn(|context| {
        drop([(); 5].map(|()| context.waker().clone()));
        Poll::Ready(())
    }));
    let outcome = Pin::new(&mut future).poll(&mut Context::from_waker(&waker));
    is("a poll with five copies", Poll::Ready(((), 0)), outcome)?;
    drop(future);
    is("rings that have arrived", 0, outside.rings())
}

fn newest() -> Outcome {
    let [(older, first), (newer, second)] = [(); 2].map(|()| Outside::new());
    let (promise, receipt) = oneshot::channel();
    let mut future = counted(receipt);
    for waker in [&first, &second] {
        let outcome = Pin::new(&mut future).poll(&mut Context::from_waker(waker));
        is("a poll before the promise is kept", Poll::Pending, outcome)?;
    }
    let _ = promise.send(());
    is("rings at the older and at the newer one", (0, 1), (older.rings(), newer.rings()))
}

fn other_thread() -> Outcome {
    within(
        "a thousand promises of another thread are heard, with a ring or none",
        || {
            for n in 0..1000 {
                let (promise, receipt) = oneshot::channel();
                let other = thread::spawn(move || promise.send(n));
                let (value, rings) = block_on(counted(receipt));
                is("the value", Ok(n), value)?;
                if rings > 1 {
                    return miss("one ring, or none if it was there", format!("{rings}"));
                }
                let _ = other.join();
            }
            Ok(())
        },
    )?
}
