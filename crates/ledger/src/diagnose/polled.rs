//! Who is polled: the future that `block_on` runs, or a task.

use std::fmt;

use super::facts;
use crate::Entry;

/// Somebody who is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Polled {
    /// The future that `block_on` runs.
    Future,
    /// The task of this number.
    Task(i64),
}

impl Polled {
    /// The one of this name; a customer and a clerk are not polled.
    pub fn named(actor: &str) -> Option<Polled> {
        if actor == "future" {
            return Some(Polled::Future);
        }
        actor.strip_prefix("task ")?.parse().ok().map(Polled::Task)
    }

    /// Whom an entry `spawn`, `wake`, `abort` or `drop` is about.
    pub fn meant_by(entry: &Entry) -> Polled {
        entry.number("task").map_or(Polled::Future, Polled::Task)
    }

    /// At the beginning of a sentence.
    pub fn who(self) -> String {
        facts::who(&self.name())
    }

    fn name(self) -> String {
        match self {
            Polled::Future => "future".to_owned(),
            Polled::Task(number) => format!("task {number}"),
        }
    }
}

/// In the middle of a sentence: `the future`, `task 3`.
impl fmt::Display for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&facts::whom(&self.name()))
    }
}

/// Is this somebody's name, and not a thread's: does it stand for one who has a turn?
pub(super) fn has_turns(actor: &str) -> bool {
    Polled::named(actor).is_some() || actor.starts_with("customer ")
}

/// Does this entry end somebody's turn?
pub(super) fn ends_turn(entry: &Entry) -> bool {
    match entry.verb.as_str() {
        "pending" | "panic" => true,
        "ready" => entry.object("key").is_none(),
        _ => false,
    }
}

/// Whose end this entry is, if it is one.
pub(super) fn is_over(entry: &Entry) -> Option<Polled> {
    match entry.verb.as_str() {
        "drop" if entry.object("task").is_some() => Some(Polled::meant_by(entry)),
        "ready" | "panic" | "drop" if entry.object("key").is_none() => {
            Polled::named(&entry.actor)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Polled, is_over};

    #[test]
    fn a_future_and_a_task_are_polled_and_nobody_else() {
        assert_eq!(Polled::named("future"), Some(Polled::Future));
        assert_eq!(Polled::named("task 12"), Some(Polled::Task(12)));
        for actor in ["clerk", "clerk 2", "customer 1", "timer", "taskmaster 3"] {
            assert_eq!(Polled::named(actor), None, "{actor}");
        }
        assert_eq!(Polled::Future.who(), "The future");
        assert_eq!(Polled::Future.to_string(), "the future");
        assert_eq!(Polled::Task(3).who(), "task 3");
        assert_eq!(Polled::Task(3).to_string(), "task 3");
    }

    #[test]
    fn a_task_is_over_when_it_is_ready_has_panicked_or_is_dropped() {
        let ledger = ledger(
            "task 3: ready
             task 4: panic
             task 3: drop task 5
             clerk: ready key 7; can \"read\"
             task 6: pending wakers 1
             clerk: drop fd 1",
        );
        let over: Vec<Option<Polled>> = ledger.iter().map(is_over).collect();
        let task = |number| Some(Polled::Task(number));
        assert_eq!(over, [task(3), task(4), task(5), None, None, None]);
    }
}
