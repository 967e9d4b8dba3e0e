//! Where in a runtime something happens.

use std::fmt;

use crate::Entry;

/// One of the four places between which the work of a runtime goes to and fro.
///
/// A task (in the first chapters: a customer) does what it can and then has to wait; the reactor
/// remembers what for; the kernel knows when that has happened; whoever can go on stands in the
/// run queue until it is their turn.
///
/// ```
/// use ledger::Lane;
///
/// let (_, ledger) = ledger::record(|| {
///     tracing::trace!(target: "shop", fd = 7, key = 1, "arm");
///     tracing::trace!(target: "shop", "park");
///     tracing::trace!(target: "shop", key = 1, "ready");
/// });
/// let lanes: Vec<Lane> = ledger.iter().map(|entry| entry.lane()).collect();
/// assert_eq!(lanes, [Lane::Reactor, Lane::Kernel, Lane::Queue]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The code of a task or a customer.
    Task,
    /// Who can go on, in the order in which they will. The clerk is at home here.
    Queue,
    /// What is waited for: the descriptors that are watched, the deadlines, and the wakers that were
    /// left for them. A thread that keeps the deadlines is at home here.
    Reactor,
    /// What the system does: each of its calls, and every wait.
    Kernel,
}

impl Lane {
    /// The four, from those who want something done to those who do it.
    pub const ALL: [Lane; 4] = [Lane::Task, Lane::Queue, Lane::Reactor, Lane::Kernel];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Lane::Task => "task",
            Lane::Queue => "run queue",
            Lane::Reactor => "reactor",
            Lane::Kernel => "kernel",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Entry {
    /// Where this happened. What no other place has to do with, its [home](Entry::home) does.
    pub fn lane(&self) -> Lane {
        match self.verb.as_str() {
            "listen" | "connect" | "accept" | "read" | "write" | "close" | "block"
            | "park" | "unpark" | "notify" => Lane::Kernel,
            "arm" | "rearm" | "disarm" | "timer" | "wait" => Lane::Reactor,
            // A timer that is due is not somebody in line: that is whoever it wakes.
            "due" if self.object("timer").is_some() => Lane::Reactor,
            "spawn" | "wake" | "due" => Lane::Queue,
            // News of a descriptor has the key it was armed with; a task that is ready has not.
            "ready" if self.object("key").is_some() => Lane::Queue,
            _ => self.home(),
        }
    }

    /// Where the one who did it comes from and goes back to: the clerk to the run queue, a thread
    /// that keeps the deadlines (`timer`) to the reactor, everybody else to what they were doing.
    pub fn home(&self) -> Lane {
        match self.actor.split(' ').next() {
            Some("clerk") => Lane::Queue,
            Some("timer") => Lane::Reactor,
            _ => Lane::Task,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lane;
    use crate::{Entry, Object, Place, Value};

    fn entry(actor: &str, verb: &str, objects: &[&str]) -> Entry {
        let object =
            |kind: &&str| Object { kind: (*kind).into(), value: Value::Number(1) };
        Entry {
            n: 1,
            actor: actor.into(),
            verb: verb.into(),
            objects: objects.iter().map(object).collect(),
            at: Place { file: "src/net.rs".into(), line: 1 },
        }
    }

    #[test]
    fn a_system_call_is_the_kernels_whoever_makes_it() {
        for actor in ["clerk", "customer 1", "task 3"] {
            for verb in ["accept", "read", "block", "park", "unpark", "close", "notify"] {
                assert_eq!(entry(actor, verb, &["fd"]).lane(), Lane::Kernel, "{verb}");
            }
        }
    }

    #[test]
    fn what_is_waited_for_is_the_reactors() {
        for actor in ["task 3", "future"] {
            for verb in ["arm", "rearm", "disarm", "timer", "wait"] {
                assert_eq!(entry(actor, verb, &["fd"]).lane(), Lane::Reactor, "{verb}");
            }
        }
    }

    #[test]
    fn a_timer_that_is_due_puts_nobody_in_line_and_a_customer_who_is_due_stands_there() {
        assert_eq!(entry("timer", "due", &["timer"]).lane(), Lane::Reactor);
        assert_eq!(entry("clerk", "disarm", &["timer"]).lane(), Lane::Reactor);
        assert_eq!(entry("clerk", "due", &["customer"]).lane(), Lane::Queue);
    }

    #[test]
    fn ready_is_news_of_a_descriptor_or_the_end_of_a_task() {
        assert_eq!(entry("clerk", "ready", &["key"]).lane(), Lane::Queue);
        assert_eq!(entry("task 3", "ready", &[]).lane(), Lane::Task);
    }

    #[test]
    fn a_task_that_wakes_another_puts_it_on_the_queue() {
        assert_eq!(entry("task 3", "wake", &["task"]).lane(), Lane::Queue);
        assert_eq!(entry("task 3", "poll", &[]).lane(), Lane::Task);
        assert_eq!(entry("timer", "wake", &[]).lane(), Lane::Queue);
        assert_eq!(entry("future", "pending", &["wakers"]).lane(), Lane::Task);
    }

    #[test]
    fn a_call_is_made_by_the_one_who_keeps_the_queue() {
        assert_eq!(entry("clerk", "call", &[]).lane(), Lane::Queue);
        assert_eq!(entry("timer", "yawn", &[]).lane(), Lane::Reactor);
    }

    #[test]
    fn an_unknown_verb_is_done_at_home() {
        assert_eq!(entry("clerk", "yawn", &[]).lane(), Lane::Queue);
        assert_eq!(entry("clerk 2", "yawn", &[]).lane(), Lane::Queue);
        assert_eq!(entry("customer 2", "yawn", &[]).lane(), Lane::Task);
    }
}
