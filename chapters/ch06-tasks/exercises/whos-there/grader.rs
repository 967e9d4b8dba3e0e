//! Is everybody on the list, and where they are?

mod grading;

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::handle::{Closed, Handle};
use ch06_tasks::oneshot;
use ch06_tasks::task::{State, spawn};
use ch06_tasks::yield_now::yield_now;
use grading::{Expectation, Outcome, grade, miss};
use std::future::{pending, poll_fn};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "tasks that wait are on the list, in the order in which they were spawned",
            hint: 1,
            look: three_wait,
        },
        Expectation {
            what: "whoever is over is off the list, and nobody takes their place on it",
            hint: 2,
            look: one_is_over,
        },
        Expectation {
            what: "each says how often it has been polled",
            hint: 3,
            look: polls,
        },
        Expectation {
            what: "whoever has not begun, or has been woken, is in line",
            hint: 4,
            look: in_line,
        },
        Expectation {
            what: "whoever asks is having their turn",
            hint: 5,
            look: the_one_who_asks,
        },
        Expectation {
            what: "whoever was woken by another thread is in line",
            hint: 6,
            look: by_another_thread,
        },
        Expectation {
            what: "a loop that is gone has no list",
            hint: 1,
            look: gone,
        },
    ])
}

fn in_a_loop<F: Future<Output = Outcome>>(look: impl FnOnce() -> F) -> Outcome {
    EventLoop::new().expect("there is a poller").block_on(look())
}

fn is(seen: &[String], expected: &[&str]) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    let shown = |list: String| if list.is_empty() { "nobody".to_owned() } else { list };
    miss(shown(expected.join("; ")), shown(seen.join("; ")))
}

/// The list, a sentence each.
fn list() -> Vec<String> {
    let tasks = Handle::current().tasks().expect("the loop is there");
    let say = |task: &ch06_tasks::task::Report| {
        let state = state(task.state);
        format!("task {} {state}, after {} polls", task.number, task.polls)
    };
    tasks.iter().map(say).collect()
}

fn state(state: State) -> &'static str {
    match state {
        State::Running => "has its turn",
        State::InLine => "is in line",
        State::Waiting => "waits",
    }
}

/// The list without its polls and states.
fn numbers() -> Vec<String> {
    let of = |line: &String| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    list().iter().map(of).collect()
}

/// The list without its polls.
fn states() -> Vec<String> {
    let of = |line: &String| line.split(',').next().unwrap_or_default().to_owned();
    list().iter().map(of).collect()
}

fn three_wait() -> Outcome {
    in_a_loop(async || {
        for _ in 0..3 {
            drop(spawn(pending::<()>()));
        }
        yield_now().await;
        is(&numbers(), &["task 1", "task 2", "task 3"])
    })
}

fn one_is_over() -> Outcome {
    in_a_loop(async || {
        drop(spawn(async {}));
        drop(spawn(pending::<()>()));
        drop(spawn(pending::<()>()));
        yield_now().await;
        is(&numbers(), &["task 2", "task 3"])?;
        drop(spawn(pending::<()>()));
        is(&numbers(), &["task 2", "task 3", "task 4"])
    })
}

fn polls() -> Outcome {
    in_a_loop(async || {
        for yields in 0..3 {
            drop(spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
                pending::<()>().await;
            }));
        }
        let polls = || -> Vec<String> {
            let tasks = Handle::current().tasks().expect("the loop is there");
            tasks.iter().map(|t| format!("task {}: {} polls", t.number, t.polls)).collect()
        };
        is(&polls(), &["task 1: 0 polls", "task 2: 0 polls", "task 3: 0 polls"])?;
        for _ in 0..5 {
            yield_now().await;
        }
        is(&polls(), &["task 1: 1 polls", "task 2: 2 polls", "task 3: 3 polls"])
    })
}

fn in_line() -> Outcome {
    in_a_loop(async || {
        let (promise, receipt) = oneshot::channel();
        drop(spawn(async {
            let _ = receipt.await;
            pending::<()>().await;
        }));
        is(&states(), &["task 1 is in line"])?;
        yield_now().await;
        is(&states(), &["task 1 waits"])?;
        let _ = promise.send(());
        is(&states(), &["task 1 is in line"])?;
        yield_now().await;
        is(&states(), &["task 1 waits"])
    })
}

fn the_one_who_asks() -> Outcome {
    in_a_loop(async || {
        drop(spawn(pending::<()>()));
        let slip = spawn(async { states() });
        match slip.await {
            Ok(seen) => is(&seen, &["task 1 waits", "task 2 has its turn"]),
            Err(error) => miss("a list", error),
        }
    })
}

fn by_another_thread() -> Outcome {
    in_a_loop(async || {
        let number: Arc<Mutex<Option<Waker>>> = Arc::default();
        let left = Arc::clone(&number);
        drop(spawn(poll_fn(move |context| {
            *left.lock().expect("nobody panics") = Some(context.waker().clone());
            Poll::<()>::Pending
        })));
        yield_now().await;
        is(&states(), &["task 1 waits"])?;
        let waker = number.lock().expect("nobody panics").take();
        let thread = thread::spawn(move || waker.expect("it has left one").wake());
        thread.join().expect("it does not panic");
        is(&states(), &["task 1 is in line"])
    })
}

fn gone() -> Outcome {
    let event_loop = EventLoop::new().expect("there is a poller");
    let handle = event_loop.handle();
    drop(event_loop);
    match handle.tasks() {
        Err(Closed) => Ok(()),
        Ok(tasks) => miss("the error `Closed`", format!("a list of {}", tasks.len())),
    }
}
