//! Does everybody come in, and does nobody leave anything behind?

mod grading;

use ch04_waker::executor::block_on;
use ch04_waker::gate::Gate;
use futures::future::join_all;
use grading::{Expectation, Outcome, grade, miss, within};
use std::fmt::Debug;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "whoever waits is woken once, and comes in",
            hint: 1,
            look: crowd,
        },
        Expectation {
            what: "whoever comes late comes in at once, and leaves no waker",
            hint: 1,
            look: late,
        },
        Expectation {
            what: "whoever is asked again leaves one waker, the newest",
            hint: 2,
            look: newest,
        },
        Expectation {
            what: "whoever gives up is forgotten, and nobody else is",
            hint: 3,
            look: gives_up,
        },
        Expectation {
            what: "a waker that is called finds the gate open, and may look at it",
            hint: 4,
            look: looks,
        },
    ])
}

/// A bell that counts, to be asked with.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Bell {
    fn new() -> (Arc<Bell>, Waker) {
        let bell = Arc::new(Bell::default());
        (Arc::clone(&bell), Waker::from(bell))
    }

    fn rings(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// How many copies of its waker lie somewhere.
fn left(bell: &Arc<Bell>) -> usize {
    Arc::strong_count(bell) - 2
}

fn is<T: PartialEq + Debug>(what: &str, expected: T, seen: T) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    miss(format!("{what}: {expected:?}"), format!("{seen:?}"))
}

fn ask<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

fn crowd() -> Outcome {
    let gate = Gate::new();
    let mut crowd: Vec<_> = (0..10).map(|_| (gate.wait(), Bell::new())).collect();
    for (wait, (_, waker)) in &mut crowd {
        is("a wait at a closed gate", Poll::Pending, ask(wait, waker))?;
    }
    gate.open();
    gate.open();
    let rings: Vec<_> = crowd.iter().map(|(_, (bell, _))| bell.rings()).collect();
    is("rings at ten who wait", vec![1; 10], rings)?;
    for (wait, (_, waker)) in &mut crowd {
        is("a wait at an open gate", Poll::Ready(()), ask(wait, waker))?;
    }
    Ok(())
}

fn late() -> Outcome {
    let (bell, waker) = Bell::new();
    let gate = Gate::new();
    let mut begun = gate.wait();
    is("`is_open` of a new gate", false, gate.is_open())?;
    gate.open();
    is("`is_open` of an open gate", true, gate.is_open())?;
    is("a wait begun before and asked after", Poll::Ready(()), ask(&mut begun, &waker))?;
    is("a wait at an open gate", Poll::Ready(()), ask(&mut gate.wait(), &waker))?;
    is("copies of the waker at an open gate", 0, left(&bell))
}

fn newest() -> Outcome {
    let [(older, first), (newer, second)] = [(); 2].map(|()| Bell::new());
    let gate = Gate::new();
    let mut wait = gate.wait();
    for waker in [&first, &first, &second, &second] {
        is("a wait at a closed gate", Poll::Pending, ask(&mut wait, waker))?;
    }
    let copies = (left(&older), left(&newer));
    is("copies of the older waker and of the newer one at the gate", (0, 1), copies)?;
    gate.open();
    is("rings of the older and the newer", (0, 1), (older.rings(), newer.rings()))
}

fn gives_up() -> Outcome {
    let gate = Gate::new();
    let mut crowd: Vec<_> = (0..5).map(|_| (gate.wait(), Bell::new())).collect();
    for (wait, (_, waker)) in &mut crowd {
        is("a wait at a closed gate", Poll::Pending, ask(wait, waker))?;
    }
    let (given_up, (bell, waker)) = crowd.swap_remove(2);
    drop(given_up);
    is("copies of the waker of somebody who gave up", 0, left(&bell))?;
    drop(gate.wait());
    let copies: Vec<_> = crowd.iter().map(|(_, (bell, _))| left(bell)).collect();
    is("copies of the wakers of the others", vec![1; 4], copies)?;
    // Somebody new must not be taken for one of the others.
    let mut new = gate.wait();
    is("a wait at a closed gate", Poll::Pending, ask(&mut new, &waker))?;
    gate.open();
    let rings: Vec<_> = crowd.iter().map(|(_, (bell, _))| bell.rings()).collect();
    is("rings at the others", vec![1; 4], rings)?;
    is("rings at the new one", 1, bell.rings())
}

/// Looks at a gate when it is called, and when it is dropped.
struct Looks {
    gate: Arc<Gate>,
    seen: Arc<Mutex<Vec<bool>>>,
}

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        let late = ask(&mut self.gate.wait(), Waker::noop()).is_ready();
        self.seen.lock().expect("nobody panics").push(self.gate.is_open() && late);
    }
}

impl Drop for Looks {
    fn drop(&mut self) {
        self.gate.is_open();
    }
}

fn looks() -> Outcome {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    within("`open` comes back, whatever the wakers do", move || {
        let gate = Arc::new(Gate::new());
        let looks = || {
            let (gate, seen) = (Arc::clone(&gate), Arc::clone(&notes));
            Waker::from(Arc::new(Looks { gate, seen }))
        };
        let mut crowd: Vec<_> = (0..3).map(|_| gate.wait()).collect();
        for wait in &mut crowd {
            let _ = ask(wait, &looks());
            // The first waker is dropped here, in the place where the second one comes.
            let _ = ask(wait, &looks());
        }
        drop(crowd.pop());
        gate.open();
    })?;
    let seen = seen.lock().expect("nobody panics").clone();
    is(
        "what two wakers have seen when they were called: an open gate",
        vec![true; 2],
        seen,
    )?;
    threads()
}

fn threads() -> Outcome {
    within("all threads come in", || {
        for _ in 0..200 {
            let gate = Gate::new();
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| block_on(join_all([gate.wait(), gate.wait()])));
                }
                gate.open();
            });
        }
    })
}
