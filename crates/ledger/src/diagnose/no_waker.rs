//! The future waits, and nobody has its waker.

use super::{
    Finding, Weight,
    facts::{self, Facts, Future, list},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let (Some(wait), Some(future)) = (facts.asleep_for_ever(), facts.future) else {
        return Vec::new();
    };
    // Whoever has been woken is another matter, for a waker may be called and used up.
    let (Some(0), None, Some(pending)) = (future.wakers(), future.woken, future.pending)
    else {
        return Vec::new();
    };
    let mut says = "The future is pending, and nobody holds its waker: ".to_owned();
    if wait.is_at_poller() {
        says.push_str(&descriptors(facts));
    }
    says.push_str("no timer is set, and nothing can ever wake it.");
    says.push_str(&gone(facts, future));
    vec![Finding::new("no-waker", Weight::Fault, says).because(facts::entry(pending))]
}

fn descriptors(facts: &Facts<'_>) -> String {
    let armed = facts.open().filter(|(_, fd)| fd.armed.is_some());
    let armed: Vec<String> = armed.map(|(name, _)| name.to_string()).collect();
    match &armed[..] {
        [] => "no descriptor is armed, ".to_owned(),
        [one] => format!("fd {one} is armed, and its news wake nobody; "),
        some => format!("fds {} are armed, and their news wake nobody; ", list(some)),
    }
}

/// What has become of the waker that it left, if it said that it left one.
fn gone(facts: &Facts<'_>, future: Future<'_>) -> String {
    let Some(left) = facts.left.iter().find(|left| left.entry.n > future.polled.n) else {
        return String::new();
    };
    let with = left.with();
    let mut earlier = facts.entries.iter().take_while(|entry| entry.n < future.polled.n);
    let old = earlier.any(|entry| entry.verb == "wait" && entry.number("fd") == left.fd);
    if old {
        format!(
            " It left its waker with {with}, and it is not there. Somebody had left one there \
             before: perhaps that one was kept in its place."
        )
    } else {
        format!(
            " It left its waker with {with}, and there it was dropped without being called."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    const SLEEPS: &str = "clerk: park until \"it is woken\"";
    const AT_POLLER: &str = "clerk: park until \"an event\"";

    fn says(text: &str, sleeps: &str) -> Vec<String> {
        let ledger = ledger(&format!("{text}\n{sleeps}"));
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn a_future_whose_waker_nobody_holds_is_lost() {
        let pending = "future: poll\nfuture: pending wakers 0";
        assert_eq!(
            says(pending, SLEEPS),
            [
                "The future is pending, and nobody holds its waker: no timer is set, and nothing \
              can ever wake it."
            ]
        );
        assert_eq!(
            says(pending, AT_POLLER),
            [
                "The future is pending, and nobody holds its waker: no descriptor is armed, no \
              timer is set, and nothing can ever wake it."
            ]
        );
        let armed = format!(
            "future: arm fd 1; key 1; interest read and write, on the edge
             future: arm fd 2; key 2; interest read and write, on the edge\n{pending}"
        );
        assert_eq!(
            says(&armed, AT_POLLER),
            [
                "The future is pending, and nobody holds its waker: fds 1 and 2 are armed, and \
              their news wake nobody; no timer is set, and nothing can ever wake it."
            ]
        );
    }

    #[test]
    fn whoever_may_still_be_woken_is_not() {
        assert!(says("future: poll\nfuture: pending wakers 1", SLEEPS).is_empty());
        assert!(says("future: poll\nfuture: pending", SLEEPS).is_empty());
        let woken = "future: poll\nfuture: wake\nfuture: pending wakers 0";
        assert!(says(woken, SLEEPS).is_empty(), "that is a wake-up which was lost");
        let awake = "clerk: park until \"an event or a deadline\"";
        assert!(says("future: poll\nfuture: pending wakers 0", awake).is_empty());
        assert!(says("future: poll\nfuture: ready", SLEEPS).is_empty());
    }

    #[test]
    fn a_waker_that_was_left_and_is_gone_is_asked_after() {
        let left = "future: poll
                    future: wait until \"the promise is kept\"
                    future: pending wakers 0";
        assert!(
            says(left, SLEEPS)[0].ends_with(
                "It left its waker with a promise, and there it was dropped without being called."
            )
        );
        let older = format!("clerk: wait until \"the promise is kept\"\n{left}");
        assert!(says(&older, SLEEPS)[0].ends_with(
            "Somebody had left one there before: perhaps that one was kept in its place."
        ));
    }
}
