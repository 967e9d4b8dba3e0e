//! Somebody wakes up again and again and gets nothing done.

use std::collections::BTreeSet;

use super::{
    Finding, Weight,
    facts::{Facts, failed, is_wait, who},
};
use crate::Entry;

/// How many wake-ups in vain, one after another, are too many. A signal or a bell may cause a few.
const TOO_MANY: usize = 8;

/// How many turns of a future in vain are too many. It may give up its turn for the sake of others,
/// and of what it works at meanwhile the entries say nothing.
const TOO_MANY_TURNS: usize = 50;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(run) = longest_run(facts.entries) else { return Vec::new() };
    let turn = run.iter().find(|round| round.iter().any(|entry| entry.verb == "poll"));
    if run.len() < if turn.is_some() { TOO_MANY_TURNS } else { TOO_MANY } {
        return Vec::new();
    }
    let says = match turn {
        Some(turn) => match others_than(&run, turn) {
            0 => format!(
                "{} is polled again and again, and each time it is pending{}.",
                polled(turn),
                meanwhile(turn)
            ),
            // Of several, what one of them does is not what all do.
            others => format!(
                "{} and {others} more are polled again and again, and each time they are pending.",
                polled(turn)
            ),
        },
        None => format!(
            "{} spins: woken up again and again, and each time {}.",
            who(&run[0][0].actor),
            why(facts, run[0])
        ),
    };
    let evidence = format!("{} times in a row, from entry {} on", run.len(), run[0][0].n);
    vec![Finding::new("spinning", Weight::Fault, says).because(evidence)]
}

/// Who is polled in a round.
fn polled(turn: &[Entry]) -> String {
    let polled = turn.iter().find(|entry| entry.verb == "poll");
    who(polled.map_or("future", |poll| &poll.actor))
}

/// How many are polled beside the one that is polled first.
fn others_than(run: &[&[Entry]], turn: &[Entry]) -> usize {
    let polls = run.iter().flat_map(|round| round.iter()).filter(|e| e.verb == "poll");
    let who: BTreeSet<&str> = polls.map(|poll| poll.actor.as_str()).collect();
    let first = turn.iter().find(|entry| entry.verb == "poll");
    who.iter().filter(|who| first.is_some_and(|first| first.actor != **who)).count()
}

/// The most wake-ups in a row in which nothing was achieved. Each begins with the wait.
fn longest_run(entries: &[Entry]) -> Option<Vec<&[Entry]>> {
    let mut rested = false;
    let starts: Vec<usize> = (0..entries.len())
        .filter(|&n| {
            let waits = is_wait(&entries[n]);
            // A thread that never rests goes from one poll to the next.
            let polls = entries[n].verb == "poll" && !std::mem::take(&mut rested);
            rested |= waits;
            waits || polls
        })
        .collect();
    let rounds = starts.windows(2).map(|pair| &entries[pair[0]..pair[1]]);
    let (mut best, mut run) = (Vec::new(), Vec::new());
    for round in rounds {
        if in_vain(round) {
            run.push(round);
        } else {
            run.clear();
        }
        if run.len() > best.len() {
            best.clone_from(&run);
        }
    }
    (!best.is_empty()).then_some(best)
}

fn in_vain(round: &[Entry]) -> bool {
    round.iter().all(|entry| match entry.verb.as_str() {
        "ready" => entry.object("key").is_some(),
        "park" | "unpark" | "block" | "rearm" => true,
        "poll" | "pending" | "wait" | "wake" | "notify" => true,
        _ => failed(entry) || is_the_end(entry),
    })
}

/// A read of nothing: the other side has said its last.
fn is_the_end(entry: &Entry) -> bool {
    entry.verb == "read" && entry.number("bytes") == Some(0)
}

/// What comes of each poll, to be read after "each time it is pending".
fn meanwhile(round: &[Entry]) -> String {
    let rests = round.iter().any(|entry| {
        is_wait(entry) && !entry.text("until").unwrap_or_default().ends_with("looks")
    });
    let asks = round.iter().find(|entry| failed(entry)).map(|tried| {
        let fd = tried.number("fd").unwrap_or_default();
        let error = tried.text("error").unwrap_or("an error");
        format!("{} on fd {fd} says {error}", tried.verb)
    });
    let polled = round.iter().position(|entry| entry.verb == "poll").unwrap_or_default();
    let itself = || {
        let polling = &round[polled..];
        let pending = polling.iter().position(|entry| entry.verb == "pending");
        polling[..pending.unwrap_or(0)].iter().any(|entry| entry.verb == "wake")
    };
    let nothing = match (asks, rests) {
        (Some(asks), true) => {
            return format!(": {asks}, and the thread is woken for that");
        }
        (Some(asks), false) => format!(": {asks}. Nothing else happens in between"),
        (None, true) if itself() => return " and calls its own waker".to_owned(),
        (None, true) => return ": woken for nothing".to_owned(),
        (None, false) => ": nothing happens in between".to_owned(),
    };
    format!("{nothing}, and the thread never rests")
}

/// What comes of each wake-up, to be read after "each time".
fn why(facts: &Facts<'_>, round: &[Entry]) -> String {
    if let Some(end) = round.iter().find(|entry| is_the_end(entry)) {
        let fd = end.number("fd").unwrap_or_default();
        return format!(
            "a read of fd {fd} gave 0 bytes. That is no \"not yet\": the other side has said its \
             last, and there will never be more"
        );
    }
    if let Some(tried) = round.iter().find(|entry| failed(entry)) {
        let fd = tried.number("fd").unwrap_or_default();
        let error = tried.text("error").unwrap_or("an error");
        let verb = &tried.verb;
        let armed = facts.fds.get(&fd).and_then(|fd| fd.armed);
        return match armed.filter(|armed| !armed.on_edge()) {
            Some(_) => format!(
                "{verb} on fd {fd} failed ({error}). It stays ready, and by level that is told \
                 each time"
            ),
            None => format!("{verb} on fd {fd} failed ({error})"),
        };
    }
    if let Some(told) = round.iter().find(|entry| entry.verb == "ready") {
        let key = told.number("key").unwrap_or_default();
        return format!(
            "told that key {key} was ready, and nobody did anything about it"
        );
    }
    "there was no event and nothing due. A wait for a deadline ends before the deadline"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, TOO_MANY, find};

    fn says(round: &str, times: usize) -> Option<String> {
        let ledger = ledger(&(round.to_owned() + "\n").repeat(times + 1));
        find(&Facts::of(ledger.entries())).pop().map(|finding| finding.says)
    }

    const IDLE: &str =
        "clerk: park until \"an event or a deadline\"\nclerk: unpark events 0";

    #[test]
    fn waking_up_for_nothing_is_spinning_when_it_goes_on() {
        assert!(says(IDLE, TOO_MANY).unwrap().contains("no event and nothing due"));
        assert_eq!(says(IDLE, TOO_MANY - 1), None);
    }

    #[test]
    fn whoever_gets_something_done_does_not_spin() {
        for done in
            ["read fd 1; bytes 4", "write fd 1; bytes 4", "accept fd 9", "due customer 1"]
        {
            assert_eq!(says(&format!("{IDLE}\nclerk: {done}"), 100), None, "{done}");
        }
    }

    #[test]
    fn a_door_that_cannot_be_opened_rings_for_ever() {
        let full = "clerk: park until \"an event\"
                    clerk: unpark events 1
                    clerk: ready key 0; can \"read\"
                    clerk: accept fd 1; error Uncategorized";
        assert!(
            says(full, 100).unwrap().contains("accept on fd 1 failed (Uncategorized)")
        );
    }

    #[test]
    fn reading_nothing_for_ever_is_told_what_nothing_means() {
        let end = "customer 1: block call \"read\"; fd 2\ncustomer 1: read fd 2; bytes 0";
        assert!(says(end, 100).unwrap().contains("gave 0 bytes"));
    }

    #[test]
    fn news_that_nobody_heeds_is_named() {
        let unheeded = "clerk: park until \"an event\"
                        clerk: unpark events 1
                        clerk: ready key 3; can \"read\"";
        assert!(says(unheeded, 100).unwrap().contains("told that key 3 was ready"));
    }

    #[test]
    fn a_future_that_is_asked_without_a_rest_is_told_so() {
        let asks = "future: poll\nfuture: pending";
        assert_eq!(
            says(asks, 60).unwrap(),
            "The future is polled again and again, and each time it is pending: nothing happens in \
             between, and the thread never rests."
        );
        assert_eq!(says(asks, 30), None, "some patience is needed");
        let tries = "future: poll
                     future: accept fd 1; error WouldBlock
                     future: pending";
        assert_eq!(
            says(tries, 60).unwrap(),
            "The future is polled again and again, and each time it is pending: accept on fd 1 \
             says WouldBlock. Nothing else happens in between, and the thread never rests."
        );
        for done in
            ["customer 1: read fd 2; bytes 4", "future: due timer 1", "future: ready"]
        {
            assert_eq!(says(&format!("{asks}\n{done}"), 60), None, "{done}");
        }
    }

    #[test]
    fn a_future_that_wakes_itself_is_told_so_and_a_few_turns_are_forgiven() {
        let turn = "clerk: park until \"it is woken\"
                    clerk: unpark
                    future: poll
                    future: wake
                    future: pending wakers 0";
        assert!(
            says(turn, 60).unwrap().ends_with("it is pending and calls its own waker.")
        );
        assert_eq!(says(turn, 30), None);
        let looks = turn.replace("it is woken", "nothing: it only looks");
        assert!(says(&looks, 60).unwrap().ends_with("and the thread never rests."));
    }

    #[test]
    fn tasks_that_give_up_their_turns_for_ever_are_counted() {
        let turn = |task| {
            format!(
                "task {task}: poll\ntask {task}: wake task {task}\ntask {task}: pending wakers 0"
            )
        };
        let looks = "clerk: park until \"nothing: it only looks\"";
        assert_eq!(
            says(&format!("{looks}\n{}", turn(1)), 60).unwrap(),
            "task 1 is polled again and again, and each time it is pending: nothing happens in \
             between, and the thread never rests."
        );
        assert_eq!(
            says(&format!("{looks}\n{}\n{}\n{}", turn(1), turn(2), turn(3)), 60).unwrap(),
            "task 1 and 2 more are polled again and again, and each time they are pending."
        );
    }
}
