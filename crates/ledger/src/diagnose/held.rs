//! With whom the waker of a future is that waits.

use super::{
    Finding, Weight,
    facts::{self, Facts, list},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let asleep = facts.waits.iter().find(|wait| wait.is_parked());
    let (Some(wait), Some(future)) = (asleep, facts.future) else { return Vec::new() };
    // What it said of its wakers may not hold any more.
    if future.woken.is_some() || facts.unheard.is_some() {
        return Vec::new();
    }
    let Some(pending) = future.pending.filter(|_| future.wakers() != Some(0)) else {
        return Vec::new();
    };
    let mut with: Vec<String> = facts.left.iter().map(|left| left.with()).collect();
    with.extend(facts.timers.keys().map(|timer| format!("timer {timer}")));
    with.dedup();
    let copies = match future.wakers() {
        None | Some(0) => return Vec::new(),
        Some(1) => "once".to_owned(),
        Some(2) => "twice".to_owned(),
        Some(n) => format!("{n} times"),
    };
    let mut says = format!("The future is pending. Others have its waker, {copies}");
    if with.is_empty() {
        says.push_str("; with whom, no entry says.");
    } else {
        says.push_str(&format!(": it was left with {}.", list(&with)));
    }
    if !with.is_empty() && with.iter().all(|with| with == "a promise") {
        says.push_str(" As this thread sleeps, only another one can keep that promise");
        says.push_str(if wait.is_at_poller() { ", and has to ring." } else { "." });
    }
    vec![Finding::new("held", Weight::Note, says).because(facts::entry(pending))]
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn whoever_has_the_waker_is_named() {
        assert_eq!(
            says(
                "future: poll
                 customer 1: wait fd 2; to \"read\"
                 customer 2: timer timer 1
                 future: pending wakers 2
                 clerk: park until \"an event or a deadline\""
            ),
            [
                "The future is pending. Others have its waker, twice: it was left with fd 2 and \
              timer 1."
            ]
        );
        assert_eq!(
            says(
                "future: poll\nfuture: pending wakers 1\nclerk: park until \"it is woken\""
            ),
            [
                "The future is pending. Others have its waker, once; with whom, no entry says."
            ]
        );
    }

    #[test]
    fn a_promise_is_kept_by_somebody_who_is_awake() {
        let promise = "future: poll
                       future: wait until \"the promise is kept\"
                       future: pending wakers 1";
        assert!(
            says(&format!("{promise}\nclerk: park until \"it is woken\""))[0].ends_with(
                "As this thread sleeps, only another one can keep that promise."
            )
        );
        assert!(
            says(&format!("{promise}\nclerk: park until \"an event\""))[0]
                .ends_with("keep that promise, and has to ring.")
        );
    }

    #[test]
    fn nobody_who_has_it_and_nobody_who_sleeps_are_not_spoken_of() {
        let pending = "future: poll\nfuture: pending wakers";
        assert!(says(&format!("{pending} 0\nclerk: park until \"an event\"")).is_empty());
        assert!(says(&format!("{pending} 1")).is_empty());
        let woken = format!("{pending} 1\nclerk 2: wake\nclerk: park until \"an event\"");
        assert!(says(&woken).is_empty(), "that waker may be used up");
    }
}
