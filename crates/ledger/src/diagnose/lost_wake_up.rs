//! Somebody was woken, and the thread sleeps all the same.

use super::{
    Finding, Weight,
    facts::{Facts, Wait, whom},
    polled::Polled,
};
use crate::Entry;

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(wait) = facts.asleep_for_ever() else { return Vec::new() };
    let woken = facts.live.iter().filter_map(|(whose, future)| {
        let woken = future.woken?;
        let evidence = format!("entries {} and {}", woken.n, wait.entry.n);
        let says = says(facts, &wait, *whose, woken)?;
        Some(Finding::new("lost-wake-up", Weight::Fault, says).because(evidence))
    });
    woken.take(NAMED).collect()
}

fn says(
    facts: &Facts<'_>,
    wait: &Wait<'_>,
    whose: Polled,
    woken: &Entry,
) -> Option<String> {
    let (who, clerk) = (whose.who(), whom(&wait.entry.actor));
    if woken.n < wait.entry.n {
        return Some(format!(
            "{who} was woken before {clerk} went to sleep, and nothing remembered that: it is not \
             polled again."
        ));
    }
    if !wait.is_at_poller() {
        return Some(format!(
            "{who} was woken while {clerk} slept, and {clerk} sleeps on."
        ));
    }
    // If the bell has been rung, the thread is about to wake up.
    let rung = facts.entries.iter().any(|entry| is_ring(entry, woken.n));
    (!rung).then(|| {
        format!(
            "{who} was woken by {} while {clerk} waited at the poller, and nobody rang the \
             poller's bell: {clerk} does not know it.",
            whom(&woken.actor)
        )
    })
}

fn is_ring(entry: &Entry, after: u64) -> bool {
    entry.n > after && entry.verb == "notify"
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says_why(find, text)
    }

    #[test]
    fn a_wake_up_before_the_sleep_has_to_be_remembered() {
        assert_eq!(
            says(
                "future: poll
                 future: wake
                 future: pending wakers 0
                 clerk: park until \"it is woken\""
            ),
            [
                "The future was woken before the clerk went to sleep, and nothing remembered that: \
              it is not polled again. (entries 2 and 4)"
            ]
        );
    }

    #[test]
    fn whoever_is_polled_again_has_lost_nothing() {
        let polled = "future: poll
                      future: wake
                      future: pending wakers 0
                      clerk: park until \"it is woken\"
                      clerk: unpark";
        assert!(says(polled).is_empty());
        let again = "future: poll
                     future: pending wakers 1
                     clerk: park until \"it is woken\"";
        assert!(says(&format!("{polled}\n{again}")).is_empty());
    }

    #[test]
    fn a_sleeper_has_to_be_woken() {
        assert_eq!(
            says(
                "future: poll
                 future: pending wakers 1
                 clerk: park until \"it is woken\"
                 clerk 2: wake"
            ),
            ["The future was woken while the clerk slept, and the clerk sleeps on. \
              (entries 4 and 3)"]
        );
    }

    #[test]
    fn who_sleeps_at_the_poller_has_to_be_rung_for() {
        let wakes = "future: poll
                     future: pending wakers 1
                     clerk: park until \"an event\"
                     tailor: wake";
        assert_eq!(
            says(wakes),
            [
                "The future was woken by the tailor while the clerk waited at the poller, and nobody \
              rang the poller's bell: the clerk does not know it. (entries 4 and 3)"
            ]
        );
        assert!(says(&format!("{wakes}\ntailor: notify")).is_empty());
    }

    #[test]
    fn a_task_that_was_woken_and_forgotten_is_named() {
        let woken = "task 2: poll
                     task 2: pending wakers 1
                     future: poll
                     future: wake task 2
                     future: pending wakers 1
                     clerk: park until \"an event\"";
        assert_eq!(
            says(woken),
            [
                "task 2 was woken before the clerk went to sleep, and nothing remembered that: \
              it is not polled again. (entries 4 and 6)"
            ]
        );
        let over =
            woken.replace("clerk: park", "task 2: poll\ntask 2: ready\nclerk: park");
        assert!(says(&over).is_empty());
    }
}
