//! Who waits, where, and whether a clock will end it.

use super::{
    Finding, Weight,
    facts::{self, Facts, Wait, who},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    facts.waits.iter().map(finding).collect()
}

fn finding(wait: &Wait<'_>) -> Finding {
    let says = if wait.is_parked() { parked(wait) } else { blocked(wait) };
    let weight = if wait.has_deadline() { Weight::Note } else { Weight::Waits };
    Finding::new("waiting", weight, says).because(facts::entry(wait.entry))
}

fn parked(wait: &Wait<'_>) -> String {
    let actor = who(&wait.entry.actor);
    if wait.has_deadline() {
        format!("{actor} waits for an event or a deadline; one is set.")
    } else {
        format!("{actor} waits for an event, and no deadline is set.")
    }
}

fn blocked(wait: &Wait<'_>) -> String {
    let actor = who(&wait.entry.actor);
    let call = wait.entry.text("call").unwrap_or("a call");
    let on = match wait.entry.number("fd") {
        Some(fd) => format!(" on fd {fd}"),
        None => String::new(),
    };
    format!("{actor} stands still in {call}{on}, until that call returns.")
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, Finding, Weight, find};

    fn found(text: &str) -> Vec<Finding> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries()))
    }

    #[test]
    fn a_clerk_at_the_bell_waits_for_ever_or_for_a_deadline() {
        let for_ever = &found("clerk: park until \"an event\"")[0];
        assert_eq!(for_ever.weight, Weight::Waits);
        assert_eq!(
            for_ever.says,
            "The clerk waits for an event, and no deadline is set."
        );
        let a_while = &found("clerk: park until \"an event or a deadline\"")[0];
        assert_eq!(a_while.weight, Weight::Note);
    }

    #[test]
    fn a_thread_in_a_call_stands_still() {
        let found = found(
            "clerk: block call \"accept\"; fd 1
             clerk 2: block call \"sleep\"; ticket 4",
        );
        assert_eq!(
            found[0].says,
            "The clerk stands still in accept on fd 1, until that call returns."
        );
        assert_eq!(found[0].weight, Weight::Waits);
        assert_eq!(
            found[1].says,
            "clerk 2 stands still in sleep, until that call returns."
        );
        assert_eq!(found[1].weight, Weight::Note);
    }
}
