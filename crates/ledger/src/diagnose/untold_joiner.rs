//! A task is over, and whoever waits for it was not woken.

use super::{
    Finding, Weight,
    facts::{Facts, whom},
    polled::Polled,
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.asleep_for_ever().is_none() {
        return Vec::new();
    }
    // Whoever is in line finds out without being told.
    let waits =
        |whose: &Polled| facts.live.get(whose).is_some_and(|it| it.woken.is_none());
    let untold = facts.untold.iter().filter(|(_, left)| waits(&left.whose));
    untold
        .take(NAMED)
        .map(|(end, left)| {
            let joiner = whom(&left.entry.actor);
            let says = format!(
                "{task} is over, and whoever waits for it was not told: {joiner} had left the \
                 waker with it, and nobody called that.",
                task = left.with(),
            );
            let evidence = format!("entries {} and {}", left.entry.n, end.n);
            Finding::new("untold-joiner", Weight::Fault, says).because(evidence)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(then: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: spawn task 1
             future: wait task 1
             future: pending wakers 1
             task 1: poll
             {then}
             clerk: park until \"an event\""
        ));
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
    }

    #[test]
    fn whoever_waits_for_a_task_has_to_be_told_of_its_end() {
        for end in ["task 1: ready", "task 1: panic", "clerk: drop task 1"] {
            assert_eq!(
                says(end),
                [
                    "task 1 is over, and whoever waits for it was not told: the future had left the \
                     waker with it, and nobody called that. (entries 3 and 6)"
                ]
            );
        }
    }

    #[test]
    fn whoever_was_woken_or_has_gone_has_been_told_enough() {
        for then in [
            "task 1: ready\ntask 1: wake",
            "clerk 2: wake\ntask 1: ready",
            "task 1: ready\nfuture: poll\nfuture: pending wakers 1",
            "task 1: ready\nfuture: ready",
            "task 1: pending wakers 1",
        ] {
            assert!(says(then).is_empty(), "{then}");
        }
    }
}
