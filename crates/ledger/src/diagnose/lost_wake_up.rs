//! The future was woken, and the thread sleeps all the same.

use super::{
    Finding, Weight,
    facts::{Facts, whom},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let (Some(wait), Some(future)) = (facts.asleep_for_ever(), facts.future) else {
        return Vec::new();
    };
    let Some(woken) = future.woken else { return Vec::new() };
    let says = if woken.n < wait.entry.n {
        format!(
            "The future was woken before {} went to sleep, and nothing remembered that: it is \
             not polled again.",
            whom(&wait.entry.actor)
        )
    } else if !wait.is_at_poller() {
        format!(
            "The future was woken while {} slept, and {} sleeps on.",
            whom(&wait.entry.actor),
            whom(&wait.entry.actor)
        )
    } else if !facts.entries.iter().any(|entry| is_ring(entry, woken.n)) {
        format!(
            "The future was woken by {} while {} waited at the poller, and nobody rang the \
             poller's bell: {} does not know it.",
            whom(&woken.actor),
            whom(&wait.entry.actor),
            whom(&wait.entry.actor),
        )
    } else {
        // The bell has been rung: the thread is about to wake up.
        return Vec::new();
    };
    let evidence = format!("entries {} and {}", woken.n, wait.entry.n);
    vec![Finding::new("lost-wake-up", Weight::Fault, says).because(evidence)]
}

fn is_ring(entry: &Entry, after: u64) -> bool {
    entry.n > after && entry.verb == "notify"
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
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
}
