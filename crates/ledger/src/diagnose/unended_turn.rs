//! A task's turn has no end: a panic got away, and took everybody with it.

use super::{
    Finding, Weight,
    facts::{Facts, list},
    polled::{Polled, ends_turn, is_over},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if !facts.waits.is_empty() {
        return Vec::new();
    }
    let Some((task, n)) = open_turn(facts.entries) else { return Vec::new() };
    let after = &facts.entries[n + 1..];
    // Whoever ended with it, or was not asked again.
    let dropped = after.iter().filter_map(is_over).filter(|other| *other != task);
    let mut others: Vec<Polled> = dropped.chain(facts.live.keys().copied()).collect();
    others.retain(|other| *other != task);
    others.sort();
    others.dedup();
    let mut says = format!(
        "{} was polled, and that turn has no end: neither pending nor ready, nor a panic that was \
         caught. It was the end of everybody",
        task.who()
    );
    let others: Vec<String> = others.iter().map(Polled::to_string).collect();
    match &others[..] {
        [] => says.push('.'),
        [one] => says.push_str(&format!(": {one} had not come to its own.")),
        some => says.push_str(&format!(": {} had not come to theirs.", list(some))),
    }
    let evidence = format!("entry {}", facts.entries[n].n);
    vec![Finding::new("unended-turn", Weight::Fault, says).because(evidence)]
}

/// The task whose turn was the last one, if it has no end, and where it begins.
fn open_turn(entries: &[Entry]) -> Option<(Polled, usize)> {
    let mut turn = None;
    for (n, entry) in entries.iter().enumerate() {
        if entry.verb == "poll" {
            turn = Polled::named(&entry.actor).map(|polled| (polled, n));
        } else if ends_turn(entry) {
            turn = None;
        }
    }
    turn.filter(|(polled, _)| matches!(polled, Polled::Task(_)))
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says_why(find, text)
    }

    const POLLED: &str = "future: poll
                          future: wait task 2
                          future: pending wakers 1
                          task 2: poll
                          task 2: close fd 3";

    #[test]
    fn a_panic_that_nobody_catches_ends_everybody() {
        assert_eq!(
            says(&format!("{POLLED}\nclerk: drop task 2\nclerk: drop task 3")),
            [
                "task 2 was polled, and that turn has no end: neither pending nor ready, nor a panic \
              that was caught. It was the end of everybody: the future and task 3 had not come \
              to theirs. (entry 4)"
            ]
        );
        assert!(
            says("task 2: poll")[0].contains("It was the end of everybody. (entry 1)")
        );
    }

    #[test]
    fn a_turn_that_ends_or_stands_still_or_is_the_futures_is_no_such_thing() {
        for end in ["pending wakers 0", "ready", "panic", "block call \"lock\""] {
            assert!(says(&format!("{POLLED}\ntask 2: {end}")).is_empty(), "{end}");
        }
        // Its panic is for whoever called `block_on`.
        assert!(says("future: poll\nfuture: close fd 3").is_empty());
    }
}
