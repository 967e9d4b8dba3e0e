//! With whom the wakers are of those who wait.

use super::{
    Finding, Weight,
    facts::{self, Facts, Wait, list},
    polled::Polled,
};

/// How many are named. A shop may have thousands.
const NAMED: usize = 6;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(wait) = facts.waits.iter().find(|wait| wait.is_parked()) else {
        return Vec::new();
    };
    // What they said of their wakers may not hold any more.
    let is_used_up = |whose: Polled| {
        let mut news = facts.unheard.iter().chain(&facts.untold);
        facts.live[&whose].woken.is_some() || news.any(|(_, left)| left.whose == whose)
    };
    let mut held = facts.live.iter().filter_map(|(&whose, future)| {
        let wakers = future.wakers().filter(|&n| n > 0 && !is_used_up(whose))?;
        Some((whose, future.pending?, wakers))
    });
    let mut found: Vec<Finding> = held
        .by_ref()
        .take(NAMED)
        .map(|(whose, pending, wakers)| {
            let says = says(facts, wait, whose, wakers);
            Finding::new("held", Weight::Note, says).because(facts::entry(pending))
        })
        .collect();
    match held.count() {
        0 => {}
        1 => found.push(note("1 more is pending.".to_owned())),
        more => found.push(note(format!("{more} more are pending."))),
    }
    found
}

fn note(says: String) -> Finding {
    Finding::new("held", Weight::Note, says)
}

fn says(facts: &Facts<'_>, wait: &Wait<'_>, whose: Polled, wakers: i64) -> String {
    let left = facts.left.iter().filter(|left| left.whose == whose);
    let mut with: Vec<String> = left.map(|left| left.with()).collect();
    let timers = facts.timers.iter().filter(|(_, timer)| timer.whose == whose);
    with.extend(timers.map(|(timer, _)| format!("timer {timer}")));
    with.dedup();
    let copies = match wakers {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    };
    let mut says = format!("{} is pending. Others have its waker, {copies}", whose.who());
    if with.is_empty() {
        says.push_str("; with whom, no entry says.");
    } else {
        says.push_str(&format!(": it was left with {}.", list(&with)));
    }
    let promises_only = with.iter().all(|with| with == "a promise");
    if !with.is_empty() && promises_only && nobody_wakes_up(facts) {
        says.push_str(" As this thread sleeps, only another one can keep that promise");
        says.push_str(if wait.is_at_poller() { ", and has to ring." } else { "." });
    }
    says
}

/// Is there nothing that could make anybody of this thread go on?
fn nobody_wakes_up(facts: &Facts<'_>) -> bool {
    facts.timers.is_empty() && facts.left.iter().all(|left| left.fd.is_none())
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
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

    #[test]
    fn of_tasks_each_is_spoken_of_by_name() {
        let tasks = "task 1: poll
                     task 1: wait until \"there is a permit\"
                     task 1: pending wakers 1
                     task 2: poll
                     task 2: wait fd 2; to \"read\"
                     task 2: wait until \"there is a message\"
                     task 2: pending wakers 2
                     future: poll
                     future: wait task 1
                     future: pending wakers 1";
        let parks = "clerk: park until \"an event\"";
        assert_eq!(
            says(&format!("{tasks}\n{parks}")),
            [
                "The future is pending. Others have its waker, once: it was left with task 1.",
                "task 1 is pending. Others have its waker, once: it was left with a semaphore.",
                "task 2 is pending. Others have its waker, twice: it was left with fd 2 and a channel.",
            ]
        );
        let over = "task 1: poll\ntask 1: ready";
        let said = says(&format!("{tasks}\n{over}\n{parks}"));
        assert!(said.iter().all(|says| says.starts_with("task 2")), "{said:?}");
    }

    #[test]
    fn a_promise_may_be_kept_by_a_task_that_will_be_woken() {
        let promise = "future: poll
                       future: wait until \"the promise is kept\"
                       future: pending wakers 1
                       task 1: poll
                       task 1: timer timer 1
                       task 1: pending wakers 1
                       clerk: park until \"an event or a deadline\"";
        assert!(says(promise)[0].ends_with("it was left with a promise."));
    }

    #[test]
    fn a_crowd_is_counted() {
        let mut text: String = (1..=9)
            .map(|n| format!("task {n}: poll\ntask {n}: pending wakers 1\n"))
            .collect();
        text.push_str("clerk: park until \"an event\"");
        assert_eq!(says(&text).last().unwrap(), "3 more are pending.");
    }
}
