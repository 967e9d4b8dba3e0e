//! Somebody waits, and nobody has their waker.

use super::{
    Finding, Weight,
    facts::{self, Facts, Future, list},
    polled::Polled,
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 3;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(wait) = facts.asleep_for_ever() else { return Vec::new() };
    let lost = facts.live.iter().filter_map(|(whose, future)| {
        // Whoever has been woken is another matter, for a waker may be called and used up.
        let is_lost = future.wakers() == Some(0) && future.woken.is_none();
        let pending = future.pending.filter(|_| is_lost)?;
        let mut says =
            format!("{} is pending, and nobody holds its waker: ", whose.who());
        if wait.is_at_poller() {
            says.push_str(&descriptors(facts));
        }
        says.push_str("no timer is set, and nothing can ever wake it.");
        says.push_str(&gone(facts, *whose, future));
        Some(Finding::new("no-waker", Weight::Fault, says).because(facts::entry(pending)))
    });
    lost.take(NAMED).collect()
}

/// Those that nobody has left a waker with.
fn descriptors(facts: &Facts<'_>) -> String {
    let is_theirs = |fd: &i64| facts.left.iter().any(|left| left.fd == Some(*fd));
    let armed = facts.open().filter(|(_, fd)| fd.armed.is_some());
    let (theirs, armed): (Vec<i64>, Vec<i64>) =
        armed.map(|(name, _)| name).partition(is_theirs);
    let armed: Vec<String> = armed.iter().map(i64::to_string).collect();
    match (&armed[..], theirs.is_empty()) {
        ([], true) => "no descriptor is armed, ".to_owned(),
        ([], false) => "what is armed wakes others, ".to_owned(),
        ([one], _) => format!("fd {one} is armed, and its news wake nobody; "),
        (some, _) => {
            format!("fds {} are armed, and their news wake nobody; ", list(some))
        }
    }
}

/// What has become of the waker that it left, if it said that it left one.
fn gone(facts: &Facts<'_>, whose: Polled, future: &Future<'_>) -> String {
    let polled = future.polled.map_or(0, |polled| polled.n);
    let mut left = facts.left.iter().filter(|left| left.whose == whose);
    let Some(left) = left.find(|left| left.entry.n > polled) else {
        return called(whose).to_owned();
    };
    let with = left.with();
    let mut earlier = facts.entries.iter().take_while(|entry| entry.n < polled);
    if earlier.any(|entry| left.is_where(entry)) {
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

/// A task is not put in line twice, so a call in the middle of its turn may be taken for one that
/// came before.
fn called(whose: Polled) -> &'static str {
    match whose {
        Polled::Future => "",
        Polled::Task(_) => {
            " If it was called in the middle of its turn, that call put it in no line."
        }
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

    #[test]
    fn a_task_may_have_been_called_in_its_turn() {
        let task = "clerk: spawn task 1
                    task 1: poll
                    task 1: pending wakers 0
                    task 2: poll
                    task 2: arm fd 2; key 1; interest read and write, on the edge
                    task 2: wait fd 2; to \"read\"
                    task 2: pending wakers 1";
        assert_eq!(
            says(task, AT_POLLER),
            [
                "task 1 is pending, and nobody holds its waker: what is armed wakes others, no timer \
              is set, and nothing can ever wake it. If it was called in the middle of its turn, \
              that call put it in no line."
            ]
        );
        let over = format!("{task}\nclerk: drop task 1");
        assert!(says(&over, AT_POLLER).is_empty());
    }
}
