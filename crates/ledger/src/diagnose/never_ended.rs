//! A task was spawned, and at the end of the program it is there still.

use super::{
    Finding, Weight,
    facts::{Facts, Future, list},
    polled::Polled,
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let is_over = facts.waits.is_empty() && !facts.live.contains_key(&Polled::Future);
    // Whose turn has not ended, took everybody else with it.
    let in_a_turn = |it: &Future<'_>| it.polled.is_some() && it.pending.is_none();
    if !is_over || facts.live.values().any(in_a_turn) {
        return Vec::new();
    }
    let mut there = facts.live.iter().filter(|(_, task)| task.spawned.is_some());
    let mut found: Vec<Finding> = there
        .by_ref()
        .take(NAMED)
        .map(|(task, it)| {
            let mut says =
                format!("{} was spawned, and neither ended nor was dropped.", task.who());
            says.push_str(&cycle(facts, *task, it));
            let entries = [it.spawned, it.pending];
            let entries: Vec<String> =
                entries.iter().flatten().map(|entry| entry.n.to_string()).collect();
            let word = if entries.len() == 1 { "entry" } else { "entries" };
            fault(says).because(format!("{word} {}", list(&entries)))
        })
        .collect();
    match there.count() {
        0 => {}
        more => found.push(fault(format!("So it is with {more} more."))),
    }
    found
}

/// A waker owns its task. Where it was left, entries say; of those that it has itself, none does.
fn cycle(facts: &Facts<'_>, task: Polled, it: &Future<'_>) -> String {
    let left = facts.left.iter().any(|left| left.whose == task)
        || facts.timers.values().any(|timer| timer.whose == task);
    let owner = "and whoever has a waker keeps the task";
    match it.wakers() {
        _ if left => String::new(),
        None | Some(0) => String::new(),
        Some(1) => format!(
            " One copy of its waker is somewhere, {owner}: if it has that copy itself, it keeps \
             itself for ever."
        ),
        Some(n) => format!(
            " {n} copies of its waker are somewhere, {owner}: if it has one of them itself, it \
             keeps itself for ever."
        ),
    }
}

fn fault(says: String) -> Finding {
    Finding::new("never-ended", Weight::Fault, says)
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says_why(find, text)
    }

    const PENDING: &str = "future: poll
                           future: spawn task 1
                           task 1: poll
                           task 1: pending wakers 1";

    #[test]
    fn a_task_that_is_there_at_the_end_may_keep_itself() {
        assert_eq!(
            says(&format!("{PENDING}\nfuture: ready")),
            [
                "task 1 was spawned, and neither ended nor was dropped. One copy of its waker is \
              somewhere, and whoever has a waker keeps the task: if it has that copy itself, it \
              keeps itself for ever. (entries 2 and 4)"
            ]
        );
        assert_eq!(
            says("clerk: spawn task 1"),
            ["task 1 was spawned, and neither ended nor was dropped. (entry 1)"]
        );
        let left = "future: poll
                    future: spawn task 1
                    task 1: poll
                    task 1: timer timer 1
                    task 1: pending wakers 1
                    future: ready";
        assert_eq!(
            says(left),
            ["task 1 was spawned, and neither ended nor was dropped. (entries 2 and 5)"]
        );
    }

    #[test]
    fn a_task_that_is_over_or_whose_loop_is_not_has_to_be_nowhere() {
        for end in ["future: ready\nclerk: drop task 1", "task 1: ready\nfuture: ready"] {
            assert!(says(&format!("{PENDING}\n{end}")).is_empty(), "{end}");
        }
        let in_a_turn = format!("{PENDING}\nfuture: ready\ntask 1: poll");
        assert!(says(&in_a_turn).is_empty(), "that is another matter");
        let parks = "clerk: park until \"an event\"";
        for on in ["future: pending wakers 1", parks, "task 1: poll"] {
            assert!(says(&format!("{PENDING}\n{on}")).is_empty(), "{on}");
        }
    }

    #[test]
    fn a_crowd_is_counted() {
        let text: String = (1..=9).map(|n| format!("clerk: spawn task {n}\n")).collect();
        assert!(says(&text).last().unwrap().starts_with("So it is with 6 more."));
    }
}
