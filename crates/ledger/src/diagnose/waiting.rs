//! Who waits, where, and whether a clock will end it.

use super::{
    Finding, Weight,
    facts::{self, Facts, Wait, list, who},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    facts.waits.iter().map(|wait| finding(facts, wait)).collect()
}

fn finding(facts: &Facts<'_>, wait: &Wait<'_>) -> Finding {
    let says = if wait.is_at_poller() {
        parked(facts, wait)
    } else if wait.is_parked() {
        asleep(facts, wait)
    } else {
        blocked(wait)
    };
    let weight = if facts.has_deadline(wait) { Weight::Note } else { Weight::Waits };
    Finding::new("waiting", weight, says).because(facts::entry(wait.entry))
}

fn asleep(facts: &Facts<'_>, wait: &Wait<'_>) -> String {
    let actor = who(&wait.entry.actor);
    let timers: Vec<String> =
        facts.timers.keys().map(|timer| format!("timer {timer}")).collect();
    match &timers[..] {
        [] => format!("{actor} sleeps until a waker is called, and no timer is set."),
        [one] => format!("{actor} sleeps until a waker is called; {one} is set."),
        all => format!("{actor} sleeps until a waker is called; {} are set.", list(all)),
    }
}

fn parked(facts: &Facts<'_>, wait: &Wait<'_>) -> String {
    let actor = who(&wait.entry.actor);
    if wait.entry.text("until").is_some_and(|until| until.ends_with("looks")) {
        return format!("{actor} looks for news, and does not wait.");
    }
    if facts.has_deadline(wait) {
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

    #[test]
    fn whoever_sleeps_until_a_waker_is_called_has_no_descriptors() {
        let sleeps = "clerk: park until \"it is woken\"";
        let for_ever = &found(sleeps)[0];
        assert_eq!(for_ever.weight, Weight::Waits);
        assert_eq!(
            for_ever.says,
            "The clerk sleeps until a waker is called, and no timer is set."
        );
        let a_while = &found(&format!("future: timer timer 3\n{sleeps}"))[0];
        assert_eq!(a_while.weight, Weight::Note);
        assert_eq!(
            a_while.says,
            "The clerk sleeps until a waker is called; timer 3 is set."
        );
    }

    #[test]
    fn whoever_looks_waits_for_nothing() {
        let looks = &found("clerk: park until \"nothing: it only looks\"")[0];
        assert_eq!(looks.weight, Weight::Note);
        assert_eq!(looks.says, "The clerk looks for news, and does not wait.");
    }
}
