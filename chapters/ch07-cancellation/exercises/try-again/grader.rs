//! How often is it tried, when, and what is left of it?

mod grading;

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::retry::retry;
use ch07_cancellation::timer::sleep;
use grading::{Expectation, Outcome, grade, miss};
use std::cell::{Cell, RefCell};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "whoever is too late is given up, and tried again",
            hint: 1,
            look: tried_again,
        },
        Expectation {
            what: "an attempt that is ready in time is the last",
            hint: 1,
            look: in_time,
        },
        Expectation {
            what: "each pause is twice the one before, and there is none after the last attempt",
            hint: 2,
            look: nobody_answers,
        },
        Expectation {
            what: "who answers in the turn in which the time is over has answered",
            hint: 3,
            look: at_the_last_moment,
        },
        Expectation {
            what: "what was given up is gone before the pause",
            hint: 4,
            look: gone_before_the_pause,
        },
        Expectation {
            what: "a hundred attempts are a hundred",
            hint: 5,
            look: a_hundred,
        },
    ])
}

const LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(1);

/// What happened, and when.
#[derive(Clone)]
struct Story {
    began: Instant,
    told: Rc<RefCell<Vec<String>>>,
}

impl Story {
    fn tell(&self, what: &str) {
        let time = (now() - self.began).as_secs();
        self.told.borrow_mut().push(format!("{what} at {time} s"));
    }
}

/// An attempt, for as long as it exists.
struct Attempt(Story);

impl Drop for Attempt {
    fn drop(&mut self) {
        self.0.tell("over");
    }
}

/// Tries several times something that takes so long the first time, so long the second, and so on.
fn story_of(times: u32, seconds: &'static [u64]) -> Vec<String> {
    EventLoop::with_clock(Clock::Virtual).expect("there is a poller").block_on(async {
        let story = Story { began: now(), told: Rc::default() };
        let made = Cell::new(0);
        let attempt = || {
            let (story, number) = (story.clone(), made.get());
            made.set(number + 1);
            async move {
                let attempt = Attempt(story);
                attempt.0.tell("tried");
                sleep(Duration::from_secs(seconds.get(number).copied().unwrap_or(1000)))
                    .await;
                number + 1
            }
        };
        let answer = match retry(times, LIMIT, PAUSE, attempt).await {
            Ok(number) => format!("answer {number}"),
            Err(_) => "no answer".to_owned(),
        };
        story.tell(&answer);
        story.told.take()
    })
}

/// The same, without a word about when an attempt was over.
fn attempts_of(times: u32, seconds: &'static [u64]) -> String {
    let mut story = story_of(times, seconds);
    story.retain(|line| !line.starts_with("over"));
    story.join(", ")
}

fn is(expected: &str, seen: &str) -> Outcome {
    if seen == expected { Ok(()) } else { miss(expected, seen) }
}

fn tried_again() -> Outcome {
    is("tried at 0 s, tried at 11 s, answer 2 at 14 s", &attempts_of(2, &[1000, 3]))
}

fn in_time() -> Outcome {
    is("tried at 0 s, answer 1 at 4 s", &attempts_of(3, &[4, 4, 4]))
}

fn nobody_answers() -> Outcome {
    let seen = attempts_of(4, &[]);
    is(
        "tried at 0 s, tried at 11 s, tried at 23 s, tried at 37 s, no answer at 47 s",
        &seen,
    )
}

fn at_the_last_moment() -> Outcome {
    is("tried at 0 s, answer 1 at 10 s", &attempts_of(3, &[10, 10, 10]))
}

fn gone_before_the_pause() -> Outcome {
    is(
        "tried at 0 s, over at 10 s, tried at 11 s, over at 14 s, answer 2 at 14 s",
        &story_of(2, &[1000, 3]).join(", "),
    )
}

fn a_hundred() -> Outcome {
    let tried =
        story_of(100, &[]).iter().filter(|line| line.starts_with("tried")).count();
    is("100 attempts", &format!("{tried} attempts"))
}
