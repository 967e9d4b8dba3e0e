//! Tasks wait for what only other tasks could bring, and those wait too.

use super::{
    Finding, Weight,
    facts::{Facts, Left, list},
    polled::Polled,
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.asleep_for_ever().is_none() || somebody_goes_on(facts) {
        return Vec::new();
    }
    let stuck = facts.left.iter().filter_map(|left| Some((left, what(left)?)));
    stuck
        .take(NAMED)
        .map(|(left, (what, how))| {
            let others: Vec<String> = facts
                .left
                .iter()
                .filter(|other| other.whose != left.whose)
                .take(NAMED)
                .map(|other| format!("{} for {}", other.whose, thing(other)))
                .collect();
            let why = match &others[..] {
                [] => "all others are over".to_owned(),
                [one] => format!("who else is there waits as well, {one}"),
                some => format!("all who are there wait as well, {}", list(some)),
            };
            let says = format!(
                "{} waits for {what}, and nobody is left who could {how}: {why}.",
                left.whose.who()
            );
            let evidence = format!("entry {}", left.entry.n);
            Finding::new("nobody-left", Weight::Fault, says).because(evidence)
        })
        .collect()
}

/// Could anybody who is there be woken by something that no task does?
fn somebody_goes_on(facts: &Facts<'_>) -> bool {
    let from_outside = |left: &Left<'_>| left.fd.is_some() || left.is_promise();
    // Of whom no entry says where the waker is, it may be anywhere.
    let unknown = |whose: &Polled| facts.left.iter().all(|left| left.whose != *whose);
    let anywhere = facts.live.iter().any(|(whose, future)| {
        let pending = future.pending.is_some() && future.wakers() != Some(0);
        future.woken.is_some() || (pending && unknown(whose))
    });
    anywhere || facts.left.iter().any(from_outside)
}

/// What this one waits for, and what has to be done for that; only what never comes from another
/// thread.
fn what(left: &Left<'_>) -> Option<(&'static str, &'static str)> {
    match left.until() {
        until if until.contains("permit") => Some(("a permit", "give one back")),
        until if until.contains("message") => Some(("a message", "send one")),
        until if until.contains("notified") => Some(("a notification", "give it")),
        _ => None,
    }
}

fn thing(left: &Left<'_>) -> String {
    what(left).map_or_else(|| left.with(), |(what, _)| what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(&format!("{text}\nclerk: park until \"an event\""));
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
    }

    const MESSAGE: &str = "task 1: poll
                           task 1: wait until \"there is a message\"
                           task 1: pending wakers 1";
    const JOINS: &str = "future: poll
                         future: wait task 1
                         future: pending wakers 1";

    #[test]
    fn when_all_wait_for_each_other_nobody_is_left() {
        assert_eq!(
            says(MESSAGE),
            [
                "task 1 waits for a message, and nobody is left who could send one: all others are \
              over. (entry 2)"
            ]
        );
        assert_eq!(
            says(&format!("{MESSAGE}\n{JOINS}")),
            [
                "task 1 waits for a message, and nobody is left who could send one: who else \
                 is there waits as well, the future for task 1. (entry 2)"
            ]
        );
        let permit = "task 2: poll
                      task 2: wait until \"there is a permit\"
                      task 2: pending wakers 1";
        assert_eq!(
            says(&format!("{MESSAGE}\n{permit}")),
            [
                "task 1 waits for a message, and nobody is left who could send one: who else is \
                 there waits as well, task 2 for a permit. (entry 2)",
                "task 2 waits for a permit, and nobody is left who could give one back: who else \
                 is there waits as well, task 1 for a message. (entry 5)",
            ]
        );
    }

    #[test]
    fn somebody_who_may_be_woken_may_bring_it() {
        for other in [
            "future: poll\nfuture: wait fd 1; to \"read\"\nfuture: pending wakers 1",
            "future: poll\nfuture: wait until \"the promise is kept\"\nfuture: pending wakers 1",
            "future: poll\nfuture: timer timer 1\nfuture: pending wakers 1",
            "future: poll\nfuture: pending wakers 1",
            "future: poll\nfuture: wake\nfuture: pending wakers 0",
        ] {
            assert!(says(&format!("{MESSAGE}\n{other}")).is_empty(), "{other}");
        }
        assert!(says(JOINS).is_empty(), "why the task does not end is another matter");
    }
}
