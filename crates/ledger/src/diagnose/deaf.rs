//! Work was asked to stop, and nobody there was waiting to be asked.

use super::{
    Finding, Weight,
    facts::{Facts, list},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let turns = facts.entries.split(|entry| entry.verb == "poll" || entry.verb == "park");
    // Whoever was woken by the first request may be asked again before they have their turn.
    let requests = turns.filter_map(|turn| {
        let first = turn.iter().position(|entry| entry.verb == "cancel")?;
        let later = &turn[first..];
        (!later.iter().any(|entry| entry.verb == "wake")).then_some(later)
    });
    let numbers = |turn: &[Entry]| -> Vec<String> {
        let requests = turn.iter().filter(|entry| entry.verb == "cancel");
        requests.map(|entry| entry.n.to_string()).collect()
    };
    // Once is enough to know.
    let Some(asked) = requests.map(numbers).next() else { return Vec::new() };
    let says = "Somebody was asked to stop, and no waker was called for that: whoever it was did \
                not wait to be asked.";
    let word = if asked.len() == 1 { "entry" } else { "entries" };
    let evidence = format!("{word} {}", list(&asked));
    vec![Finding::new("deaf", Weight::Note, says.to_owned()).because(evidence)]
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn evidence(text: &str) -> Vec<String> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.evidence).collect()
    }

    #[test]
    fn a_request_that_wakes_nobody_is_told() {
        let asked = "future: poll
                     future: wake task 7
                     future: cancel
                     future: cancel
                     future: pending wakers 1
                     clerk: park until \"nothing: it only looks\"
                     clerk: wake task 8";
        assert_eq!(evidence(asked), ["entries 3 and 4"]);
        assert_eq!(
            evidence("future: poll\ntailor: cancel\ntask 1: poll\ntask 1: wake task 1"),
            ["entry 2"]
        );
    }

    #[test]
    fn whoever_was_woken_has_heard() {
        let asked = "future: poll\nfuture: cancel\nfuture: wake task 1\nfuture: cancel";
        assert!(evidence(asked).is_empty());
        assert!(evidence("future: poll\nfuture: pending wakers 0").is_empty());
    }
}
