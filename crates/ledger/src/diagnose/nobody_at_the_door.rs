//! Somebody stands still in a call, and nobody lets anybody in.

use super::{Finding, Weight, facts::Facts};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let blocked = || facts.waits.iter().filter(|wait| !wait.is_parked());
    if blocked().next().is_none() {
        return Vec::new();
    }
    let doors = facts.open().filter(|(_, fd)| fd.listens && fd.armed.is_none());
    doors
        .filter(|(name, _)| !blocked().any(|wait| wait.entry.number("fd") == Some(*name)))
        .map(|(name, _)| {
            let says = format!(
                "Meanwhile nobody is at the door, fd {name}: whoever comes there waits as well."
            );
            Finding::new("nobody-at-the-door", Weight::Fault, says)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn finds(text: &str) -> usize {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries())).len()
    }

    const SERVES: &str = "clerk: listen fd 1
                          clerk: block call \"accept\"; fd 1
                          clerk: accept fd 2
                          customer 1: block call \"read\"; fd 2";

    #[test]
    fn one_clerk_leaves_the_door_alone() {
        assert_eq!(finds(SERVES), 1);
    }

    #[test]
    fn with_a_clerk_for_each_customer_one_is_left_for_the_door() {
        assert_eq!(finds(&format!("{SERVES}\nclerk: block call \"accept\"; fd 1")), 0);
    }

    #[test]
    fn a_poller_watches_the_door() {
        assert_eq!(
            finds(
                "clerk: listen fd 1\nclerk: arm fd 1; key 0; interest read\nclerk: park until \"an event\""
            ),
            0
        );
    }
}
