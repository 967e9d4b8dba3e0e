//! Is everybody asked, and nobody too often?

mod grading;

use ch03_future::join::join_all;
use grading::{Expectation, Outcome, grade, miss};
use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "the first poll asks all of them",
            hint: 1,
            look: all_begin,
        },
        Expectation {
            what: "each poll asks everybody who is not ready, once",
            hint: 3,
            look: all_go_on,
        },
        Expectation {
            what: "who is ready is not asked again",
            hint: 1,
            look: nobody_again,
        },
        Expectation {
            what: "the outputs come in the order of the futures",
            hint: 2,
            look: in_order,
        },
        Expectation {
            what: "who is ready is dropped at once",
            hint: 2,
            look: dropped_at_once,
        },
        Expectation {
            what: "when all are ready, so is it, and of none all are ready",
            hint: 3,
            look: when_all_are_ready,
        },
    ])
}

/// A customer who is ready when asked for the `ready_at`th time, and writes all into the log: a
/// capital when asked, a small letter when dropped, `!` when asked too often.
struct Customer<'a> {
    name: char,
    ready_at: usize,
    asked: usize,
    log: &'a RefCell<String>,
}

impl Future for Customer<'_> {
    type Output = char;

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<char> {
        self.asked += 1;
        self.log.borrow_mut().push(self.name);
        if self.asked > self.ready_at {
            self.log.borrow_mut().push('!');
        }
        if self.asked < self.ready_at { Poll::Pending } else { Poll::Ready(self.name) }
    }
}

impl Drop for Customer<'_> {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.name.to_ascii_lowercase());
    }
}

/// What happened in a poll, and what came of it.
type Round = (String, Poll<String>);

/// Joins customers who are ready after so many polls: Ann, Ben, Cleo and so on. Polls a few times,
/// or until it is ready.
fn rounds(ready_at: &[usize]) -> Vec<Round> {
    let log = RefCell::new(String::new());
    let customers: Vec<Customer<'_>> = ready_at
        .iter()
        .zip('A'..)
        .map(|(&ready_at, name)| Customer { name, ready_at, asked: 0, log: &log })
        .collect();
    let mut joined = pin!(join_all(customers));
    let mut rounds: Vec<Round> = Vec::new();
    while rounds.len() < 6 && rounds.last().is_none_or(|(_, said)| said.is_pending()) {
        let said = joined.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let said = said.map(|outputs| outputs.into_iter().collect());
        rounds.push((log.borrow_mut().split_off(0), said));
    }
    rounds
}

/// Who was asked in each poll.
fn asked(rounds: &[Round]) -> Vec<String> {
    let capitals = |log: &str| log.chars().filter(|c| !c.is_ascii_lowercase()).collect();
    rounds.iter().map(|(log, _)| capitals(log)).collect()
}

fn all_begin() -> Outcome {
    match asked(&rounds(&[3, 1, 2])).first().map(String::as_str) {
        Some("ABC") => Ok(()),
        first => miss(
            "of three futures, A, B and C, the first poll asks `ABC`",
            format!("`{}`", first.unwrap_or_default()),
        ),
    }
}

fn all_go_on() -> Outcome {
    let asked = asked(&rounds(&[4, 4, 4]));
    match asked.iter().take(3).find(|asked| *asked != "ABC") {
        None => Ok(()),
        Some(other) => miss(
            "of three futures that are pending, the next poll asks `ABC`",
            format!("`{other}`"),
        ),
    }
}

fn nobody_again() -> Outcome {
    let rounds = asked(&rounds(&[1, 3, 2]));
    match rounds.iter().find(|asked| asked.contains('!')) {
        None => Ok(()),
        Some(asked) => miss(
            "A is ready in poll 1, C in poll 2, B in poll 3: they ask `ABC`, `BC`, `B`",
            format!("a poll asks `{asked}` (`!`: who was ready before)"),
        ),
    }
}

fn in_order() -> Outcome {
    for ready_at in [[3, 1, 2], [1, 2, 3], [2, 3, 1]] {
        match rounds(&ready_at).pop() {
            Some((_, Poll::Ready(outputs))) if outputs == "ABC" => {}
            Some((_, Poll::Ready(outputs))) => {
                return miss("the outputs are `ABC`", format!("`{outputs}`"));
            }
            _ => return miss("outputs, after three polls", "it is pending after six"),
        }
    }
    Ok(())
}

fn dropped_at_once() -> Outcome {
    let rounds = rounds(&[2, 1, 3]);
    match rounds.first() {
        Some((log, _)) if log.contains('b') => Ok(()),
        _ => miss(
            "B is ready in the first poll, and dropped before the second",
            "B has not been dropped",
        ),
    }
}

fn when_all_are_ready() -> Outcome {
    for (ready_at, polls) in [(&[][..], 1), (&[1, 1], 1), (&[2, 1, 3], 3)] {
        let rounds = rounds(ready_at);
        let is_ready = rounds.last().is_some_and(|(_, said)| said.is_ready());
        if !is_ready || rounds.len() != polls {
            let how = if is_ready { "ready" } else { "pending" };
            return miss(
                format!("{} futures are all ready in poll {polls}, and so is it", ready_at.len()),
                format!("after poll {} it is {how}", rounds.len()),
            );
        }
    }
    Ok(())
}
