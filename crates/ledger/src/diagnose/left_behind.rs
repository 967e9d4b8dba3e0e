//! Somebody within the future has not finished, and has left no waker anywhere.

use std::collections::BTreeMap;

use super::{
    Finding, Weight,
    facts::{Facts, said_not_yet},
};
use crate::Entry;

/// How many customers are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.parked_for_ever().is_none() || facts.live.is_empty() {
        return Vec::new();
    }
    // What each customer did last with a descriptor that is still open: so they are still there.
    let mut last: BTreeMap<&str, (&Entry, i64)> = BTreeMap::new();
    for entry in facts.entries.iter().filter(|e| e.actor.starts_with("customer ")) {
        if let Some(fd) = entry.number("fd") {
            last.insert(&entry.actor, (entry, fd));
        }
    }
    last.retain(|_, (_, fd)| facts.fds.get(fd).is_some_and(|fd| fd.closed.is_none()));
    last.into_iter()
        .filter(|(customer, _)| !waits(facts, customer))
        .take(NAMED)
        .map(|(customer, (did, fd))| {
            let says = format!(
                "{customer} is in the middle of something, and no waker has been left for its sake: {}.",
                how(did, fd)
            );
            let evidence = format!("entry {}", did.n);
            Finding::new("left-behind", Weight::Fault, says).because(evidence)
        })
        .collect()
}

/// Has this one something that will wake it?
fn waits(facts: &Facts<'_>, customer: &str) -> bool {
    facts.left.iter().any(|left| left.entry.actor == customer)
        || facts.timers.values().any(|timer| timer.entry.actor == customer)
}

fn how(did: &Entry, fd: i64) -> String {
    let verb = &did.verb;
    match verb.as_str() {
        "wait" => {
            format!("its waker for fd {fd} is used up, and it has not been asked since")
        }
        _ if said_not_yet(did) => format!(
            "its last {verb} on fd {fd} said WouldBlock, and it did not wait for more"
        ),
        _ => format!(
            "the last it did was to {verb} from fd {fd}, and it was not asked since"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(did: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: accept fd 2
             future: arm fd 2; key 7; interest read and write, on the edge
             {did}
             future: pending wakers 1
             clerk: park until \"an event\""
        ));
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn a_customer_in_the_middle_of_a_visit_needs_a_waker_somewhere() {
        assert_eq!(
            says("customer 1: read fd 2; bytes 9"),
            [
                "customer 1 is in the middle of something, and no waker has been left for its sake: the \
              last it did was to read from fd 2, and it was not asked since."
            ]
        );
        assert!(
            says("customer 1: read fd 2; error WouldBlock")[0]
                .ends_with("said WouldBlock, and it did not wait for more.")
        );
        let news = "customer 1: wait fd 2; to \"read\"\nclerk: ready key 7; can \"read\"";
        assert!(says(news)[0].contains("its waker for fd 2 is used up"));
    }

    #[test]
    fn whoever_has_left_one_or_has_gone_is_not_left_behind() {
        let read = "customer 1: read fd 2; bytes 9";
        for then in [
            "customer 1: wait fd 2; to \"read\"",
            "customer 1: wait until \"the promise is kept\"",
            "customer 1: timer timer 1",
            "future: close fd 2",
        ] {
            assert!(says(&format!("{read}\n{then}")).is_empty(), "{then}");
        }
    }
}
