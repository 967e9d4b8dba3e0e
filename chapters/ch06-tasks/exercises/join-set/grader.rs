//! Does it give what is over first, whoever asks when?

mod grading;

use ch06_tasks::both::{Either, select};
use ch06_tasks::clock::{Clock, now};
use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::join_set::JoinSet;
use ch06_tasks::timer::sleep;
use grading::{Expectation, Outcome, grade, miss};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "whatever is over first comes first, and at once",
            hint: 1,
            look: first_come,
        },
        Expectation {
            what: "there is an end to it",
            hint: 1,
            look: the_end,
        },
        Expectation {
            what: "what has ended before anybody asked comes in the order in which it ended",
            hint: 2,
            look: asked_late,
        },
        Expectation {
            what: "a panic is an outcome, and the others come all the same",
            hint: 3,
            look: ruined,
        },
        Expectation {
            what: "whoever gives up waiting loses nothing",
            hint: 4,
            look: given_up,
        },
        Expectation {
            what: "whoever ends is the only one to be asked",
            hint: 5,
            look: a_hundred,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Garments in the machines, and what is heard of them.
struct Cleaning {
    set: JoinSet<&'static str>,
    start: Instant,
    heard: Vec<String>,
}

impl Cleaning {
    fn of(garments: &[(&'static str, u64)]) -> Cleaning {
        let mut set = JoinSet::new();
        for &(garment, minutes) in garments {
            let nap = minutes_of(minutes);
            set.spawn(async move {
                sleep(nap).await;
                assert!(garment != "ruin", "the dye has run");
                garment
            });
        }
        Cleaning { set, start: now(), heard: Vec::new() }
    }

    async fn next(&mut self) {
        let next = self.set.next().await;
        let what = match next {
            None => "nothing".to_owned(),
            Some(Ok(garment)) => garment.to_owned(),
            Some(Err(error)) if error.is_panic() => "a panic".to_owned(),
            Some(Err(_)) => "a task that was dropped".to_owned(),
        };
        let minute = (now() - self.start).as_secs() / 60;
        self.heard.push(format!("{what} after {minute} min"));
    }

    fn is(self, expected: &[&str]) -> Outcome {
        if self.heard == expected {
            return Ok(());
        }
        miss(expected.join(", "), self.heard.join(", "))
    }
}

fn minutes_of(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn by_the_virtual_clock<F>(look: impl FnOnce() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let event_loop = EventLoop::with_clock(Clock::Virtual).expect("there is a poller");
    let look = async { select(look(), sleep(FOR_EVER)).await };
    match event_loop.block_on(look) {
        Either::Left(outcome) => outcome,
        Either::Right(()) => miss("an end", "`next` is pending, and nothing will wake it"),
    }
}

fn first_come() -> Outcome {
    by_the_virtual_clock(async || {
        let mut cleaning = Cleaning::of(&[("shirt", 30), ("coat", 10), ("hat", 20)]);
        for _ in 0..3 {
            cleaning.next().await;
        }
        cleaning.is(&["coat after 10 min", "hat after 20 min", "shirt after 30 min"])
    })
}

fn the_end() -> Outcome {
    by_the_virtual_clock(async || {
        let mut cleaning = Cleaning::of(&[("shirt", 10)]);
        let before = cleaning.set.len();
        cleaning.next().await;
        cleaning.next().await;
        let after = cleaning.set.len();
        if (before, after) != (1, 0) {
            return miss(
                "one in the set before it is told of, none after",
                format!("{before} before, {after} after"),
            );
        }
        cleaning.is(&["shirt after 10 min", "nothing after 10 min"])
    })
}

fn asked_late() -> Outcome {
    by_the_virtual_clock(async || {
        let mut cleaning = Cleaning::of(&[("shirt", 30), ("coat", 10), ("hat", 20)]);
        sleep(minutes_of(60)).await;
        for _ in 0..3 {
            cleaning.next().await;
        }
        cleaning.is(&["coat after 60 min", "hat after 60 min", "shirt after 60 min"])
    })
}

fn ruined() -> Outcome {
    by_the_virtual_clock(async || {
        let mut cleaning = Cleaning::of(&[("shirt", 20), ("ruin", 10)]);
        for _ in 0..3 {
            cleaning.next().await;
        }
        cleaning.is(&["a panic after 10 min", "shirt after 20 min", "nothing after 20 min"])
    })
}

fn given_up() -> Outcome {
    by_the_virtual_clock(async || {
        let mut cleaning = Cleaning::of(&[("shirt", 20), ("coat", 10)]);
        for _ in 0..3 {
            let patience = sleep(minutes_of(3));
            if let Either::Left(()) = select(cleaning.next(), patience).await {
                break;
            }
        }
        for _ in 0..3 {
            cleaning.next().await;
        }
        cleaning.is(&["coat after 10 min", "shirt after 20 min", "nothing after 20 min"])
    })
}

fn a_hundred() -> Outcome {
    const MANY: usize = 100;
    let (outcome, ledger) = ledger::record(|| {
        by_the_virtual_clock(async || {
            let mut set = JoinSet::new();
            for n in 0..MANY {
                set.spawn(sleep(minutes_of(n as u64)));
            }
            for n in 0..MANY {
                if set.next().await.is_none() {
                    return miss(format!("{MANY} that end"), n);
                }
            }
            Ok(())
        })
    });
    outcome?;
    let asked = ledger.count("wait");
    if asked > 5 * MANY {
        return miss(
            format!("{MANY} tasks, and so many `wait` lines in the ledger, or a few times so many"),
            format!("{asked} of them"),
        );
    }
    Ok(())
}
