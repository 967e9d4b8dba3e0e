//! There was news that somebody waited for, and no waker was called.

use super::{
    Finding, Weight,
    facts::{Facts, whom},
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(wait) = facts.parked_for_ever() else { return Vec::new() };
    let unheard = facts.unheard.iter().filter(|(told, left)| {
        let woken = facts.live.get(&left.whose).is_some_and(|it| it.woken.is_some());
        !woken && told.n < wait.entry.n
    });
    let findings = unheard.map(|(told, left)| {
        let says = format!(
            "There was news of {fd}, for which {who} had left the waker, and nobody called it: \
             {fd} will not ring for that again.",
            fd = left.with(),
            who = whom(&left.entry.actor),
        );
        let evidence = format!("entries {} and {}", left.entry.n, told.n);
        Finding::new("told-nobody", Weight::Fault, says).because(evidence)
    });
    findings.take(NAMED).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(news: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: arm fd 2; key 7; interest read and write, on the edge
             customer 1: wait fd 2; to \"read\"
             future: pending wakers 1
             clerk: park until \"an event\"
             clerk: unpark events 1
             {news}
             clerk: park until \"an event\""
        ));
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn news_have_to_be_passed_on() {
        assert_eq!(
            says("clerk: ready key 7; can \"read\""),
            [
                "There was news of fd 2, for which customer 1 had left the waker, and nobody called \
              it: fd 2 will not ring for that again."
            ]
        );
    }

    #[test]
    fn news_that_were_passed_on_or_concern_nobody_are_no_fault() {
        assert!(says("clerk: ready key 7; can \"read\"\nclerk: wake").is_empty());
        assert!(says("clerk: ready key 7; can \"read\"\nfuture: poll").is_empty());
        assert!(says("clerk: ready key 7; can \"write\"").is_empty());
        let in_line = "clerk 2: wake\nclerk: ready key 7; can \"read\"";
        assert!(says(in_line).is_empty(), "whoever is in line is put there once");
    }

    #[test]
    fn of_two_tasks_the_one_that_was_not_woken_is_named() {
        let tasks = "task 1: poll
                     task 1: arm fd 1; key 1; interest read and write, on the edge
                     task 1: wait fd 1; to \"read\"
                     task 1: pending wakers 1
                     task 2: poll
                     task 2: arm fd 2; key 2; interest read and write, on the edge
                     task 2: wait fd 2; to \"read\"
                     task 2: pending wakers 1
                     clerk: ready key 1; can \"read\"
                     clerk: ready key 2; can \"read\"
                     clerk: wake task 2
                     clerk: park until \"an event\"";
        let ledger = ledger(tasks);
        let found = find(&Facts::of(ledger.entries()));
        assert_eq!(found.len(), 1);
        assert!(found[0].says.contains("fd 1, for which task 1 had left the waker"));
    }
}
