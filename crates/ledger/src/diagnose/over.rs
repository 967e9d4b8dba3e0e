//! Nobody waits: the program ended, or was ended.

use super::{Finding, Weight, facts, facts::Facts, polled::Polled};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(last) = facts.entries.last() else {
        let says = "The ledger is empty.".to_owned();
        return vec![Finding::new("over", Weight::Note, says)];
    };
    if !facts.waits.is_empty() {
        return Vec::new();
    }
    let tasks = facts.live.keys().filter(|who| matches!(who, Polled::Task(_))).count();
    let says = match (facts.open().count(), tasks) {
        (0, 0) => "Nobody waits, and all that was opened has been closed.".to_owned(),
        (open, 0) => format!(
            "Nobody waits; {} still open when the ledger ended.",
            many(open, "descriptor")
        ),
        (0, tasks) => format!(
            "Nobody waits; {} still there when the ledger ended.",
            many(tasks, "task")
        ),
        (open, tasks) => format!(
            "Nobody waits; {} still open and {} still there when the ledger ended.",
            many(open, "descriptor"),
            many(tasks, "task")
        ),
    };
    vec![Finding::new("over", Weight::Note, says).because(facts::entry(last))]
}

/// `1 task was`, `2 tasks were`
fn many(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what} was"),
        n => format!("{n} {what}s were"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    #[test]
    fn a_program_that_closed_everything_went_home() {
        assert_eq!(
            says("clerk: listen fd 1\n clerk: close fd 1"),
            ["Nobody waits, and all that was opened has been closed."]
        );
    }

    #[test]
    fn a_program_that_left_something_open_is_told_so() {
        assert_eq!(
            says("clerk: accept fd 1\n clerk: accept fd 2"),
            ["Nobody waits; 2 descriptors were still open when the ledger ended."]
        );
    }

    #[test]
    fn a_program_that_waits_is_not_over() {
        assert!(says("clerk: park until \"an event\"").is_empty());
    }

    #[test]
    fn a_task_that_is_not_over_is_still_there() {
        let spawned = "clerk: spawn task 1\nclerk: spawn task 2\ntask 2: ready";
        assert_eq!(
            says(spawned),
            ["Nobody waits; 1 task was still there when the ledger ended."]
        );
        assert_eq!(
            says(&format!("{spawned}\nclerk: spawn task 3\nclerk: accept fd 1")),
            [
                "Nobody waits; 1 descriptor was still open and 2 tasks were still there when the \
              ledger ended."
            ]
        );
        assert_eq!(
            says("future: poll\nfuture: pending wakers 0"),
            ["Nobody waits, and all that was opened has been closed."]
        );
        assert_eq!(
            says(&format!("{spawned}\nclerk: drop task 1")),
            ["Nobody waits, and all that was opened has been closed."]
        );
    }
}
