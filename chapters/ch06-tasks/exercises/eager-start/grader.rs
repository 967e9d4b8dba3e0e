//! Does a task begin at once, and does nobody notice?

mod grading;

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::handle::Handle;
use ch06_tasks::yield_now::yield_now;
use grading::{Expectation, Outcome, grade, miss};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::{pending, poll_fn};
use std::process::ExitCode;
use std::rc::Rc;
use std::task::Poll;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "the first turn is over when `spawn_now` returns",
            hint: 1,
            look: at_once,
        },
        Expectation {
            what: "whoever never waits is over at once, and never stands in line",
            hint: 1,
            look: never_waits,
        },
        Expectation {
            what: "whoever waits is not asked before they are called",
            hint: 2,
            look: waits,
        },
        Expectation {
            what: "whoever calls their own number in the first turn has a second one",
            hint: 2,
            look: calls_their_own_number,
        },
        Expectation {
            what: "a panic in the first turn is the task's own",
            hint: 3,
            look: ruined,
        },
        Expectation {
            what: "a loop that does not run begins nothing",
            hint: 4,
            look: not_running,
        },
        Expectation {
            what: "nothing begins on the loop of somebody else",
            hint: 4,
            look: on_another_loop,
        },
        Expectation {
            what: "16 are begun inside of one another, and no more",
            hint: 5,
            look: one_inside_of_the_other,
        },
        Expectation {
            what: "of a hundred, one after the other, each begins at once",
            hint: 6,
            look: one_after_the_other,
        },
    ])
}

/// What has happened, in this order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn note(&self, what: impl Display) {
        self.0.borrow_mut().push(what.to_string());
    }

    fn is(&self, expected: &[&str]) -> Outcome {
        let seen = self.0.borrow();
        if *seen == expected {
            return Ok(());
        }
        miss(expected.join(", "), seen.join(", "))
    }
}

fn new_loop() -> EventLoop {
    EventLoop::new().expect("there is a poller")
}

fn in_a_loop<F: Future<Output = Outcome>>(look: impl FnOnce(Log) -> F) -> Outcome {
    new_loop().block_on(look(Log::default()))
}

fn begin(work: impl Future<Output = ()> + 'static) {
    drop(Handle::current().spawn_now(work).expect("the loop is there"));
}

fn at_once() -> Outcome {
    in_a_loop(async |log: Log| {
        let mine = log.clone();
        begin(async move {
            mine.note("begun");
            pending::<()>().await;
        });
        log.note("spawned");
        log.is(&["begun", "spawned"])
    })
}

fn never_waits() -> Outcome {
    let (outcome, ledger) = ledger::record(|| {
        in_a_loop(async |_| {
            let slip = Handle::current().spawn_now(async { "silk shirt" });
            let slip = slip.expect("the loop is there");
            if !slip.is_finished() {
                return miss("a task that is over when `spawn_now` returns", "one that is not");
            }
            match slip.await {
                Ok("silk shirt") => Ok(()),
                other => miss("its output, `silk shirt`", format!("{other:?}")),
            }
        })
    });
    outcome?;
    let turns = ledger.iter().filter(|entry| entry.actor == "task 1" && entry.verb == "poll");
    match turns.count() {
        1 => Ok(()),
        turns => miss("one `poll` of task 1 in the ledger", format!("{turns} of them")),
    }
}

/// How often a task has been asked after so many turns.
async fn polls(turns: usize, calls_itself: bool) -> u32 {
    let polls = Rc::new(Cell::new(0));
    let mine = Rc::clone(&polls);
    begin(poll_fn(move |context| {
        mine.set(mine.get() + 1);
        if calls_itself && mine.get() == 1 {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }));
    for _ in 0..turns {
        yield_now().await;
    }
    polls.get()
}

fn calls_their_own_number() -> Outcome {
    in_a_loop(async |_| match polls(5, true).await {
        2 => Ok(()),
        polls => miss("2 polls: the first turn, and one for the call", format!("{polls}")),
    })
}

fn waits() -> Outcome {
    in_a_loop(async |_| match polls(5, false).await {
        1 => Ok(()),
        polls => miss("1 poll: nobody has called", format!("{polls} after 5 turns")),
    })
}

fn ruined() -> Outcome {
    in_a_loop(async |log: Log| {
        let slip = Handle::current().spawn_now(ruin());
        let slip = slip.expect("the loop is there");
        log.note("spawned");
        if let Err(error) = slip.await {
            log.note(error);
        }
        log.is(&["spawned", "the task panicked: the dye has run"])
    })
}

async fn ruin() {
    panic!("the dye has run");
}

fn not_running() -> Outcome {
    let (event_loop, log) = (new_loop(), Log::default());
    let mine = log.clone();
    let work = async move {
        mine.note("begun");
        // It needs the loop.
        ch06_tasks::timer::sleep(std::time::Duration::ZERO).await;
    };
    let slip = event_loop.handle().spawn_now(work).expect("the loop is there");
    log.note("spawned");
    event_loop.block_on(async {
        log.note("the loop runs");
        if let Err(error) = slip.await {
            log.note(error);
        }
    });
    log.is(&["spawned", "begun", "the loop runs"])
}

fn on_another_loop() -> Outcome {
    let (first, second, log) = (new_loop(), new_loop(), Log::default());
    let handle = first.handle();
    second.block_on(async {
        let mine = log.clone();
        let work = async move { mine.note("begun") };
        drop(handle.spawn_now(work).expect("the loop is there"));
        log.note("spawned");
        yield_now().await;
        yield_now().await;
        log.note("the other loop has run");
    });
    first.block_on(yield_now());
    log.is(&["spawned", "the other loop has run", "begun"])
}

/// Each begins the next before it has ended itself.
fn chain(left: usize, begun: Rc<Cell<usize>>) {
    begun.set(begun.get() + 1);
    if left > 1 {
        begin(async move { chain(left - 1, begun) });
    }
}

fn one_inside_of_the_other() -> Outcome {
    in_a_loop(async |_| {
        let begun = Rc::new(Cell::new(0));
        let first = Rc::clone(&begun);
        begin(async move { chain(100, first) });
        let at_once = begun.get();
        for _ in 0..100 {
            yield_now().await;
        }
        match (at_once, begun.get()) {
            (16, 100) => Ok(()),
            (at_once, in_the_end) => miss(
                "16 of 100 begun at once, and the others in later turns",
                format!("{at_once} begun at once, {in_the_end} in the end"),
            ),
        }
    })
}

fn one_after_the_other() -> Outcome {
    in_a_loop(async |_| {
        let begun = Rc::new(Cell::new(0));
        for _ in 0..100 {
            let mine = Rc::clone(&begun);
            begin(async move {
                mine.set(mine.get() + 1);
                yield_now().await;
            });
        }
        match begun.get() {
            100 => Ok(()),
            some => miss("100 that have begun", some),
        }
    })
}
