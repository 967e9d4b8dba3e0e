//! A task was put in line although it stood there already.

use std::collections::BTreeMap;

use super::{
    Finding, Weight,
    facts::{Facts, list},
    polled::{Polled, has_turns, is_over},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    // What put each task in line since its last turn.
    let mut in_line: BTreeMap<Polled, Vec<&Entry>> = BTreeMap::new();
    for (n, entry) in facts.entries.iter().enumerate() {
        if let Some(task) = is_over(entry) {
            in_line.remove(&task);
        }
        match entry.verb.as_str() {
            "spawn" | "wake" if entry.object("task").is_some() => {
                in_line.entry(Polled::meant_by(entry)).or_default().push(entry);
            }
            "poll" => {
                let Some(task) = Polled::named(&entry.actor) else { continue };
                let calls = in_line.remove(&task).unwrap_or_default();
                if is_twice(&calls) {
                    // Once is enough to know.
                    return vec![finding(task, &calls, &facts.entries[n..])];
                }
            }
            _ => {}
        }
    }
    Vec::new()
}

/// Another thread may call while the task begins its turn: then it is in line anew, though no entry
/// has said yet that its turn has begun.
fn is_twice(calls: &[&Entry]) -> bool {
    let here = |call: &&&Entry| has_turns(&call.actor) || call.actor == "clerk";
    calls.iter().skip(1).any(|call| here(&call))
}

fn finding(task: Polled, calls: &[&Entry], from: &[Entry]) -> Finding {
    let next = from.iter().position(|e| e.verb == "wake" && Polled::meant_by(e) == task);
    let until = &from[..next.unwrap_or(from.len())];
    let is_poll = |e: &&Entry| e.verb == "poll" && Polled::named(&e.actor) == Some(task);
    let turns = until.iter().filter(is_poll).count().min(calls.len());
    let times = match calls.len() {
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    };
    let mut says =
        format!("{} was put in line {times} before it had its turn", task.who());
    if turns > 1 {
        says.push_str(&format!(". So it had {turns}, where one would have done"));
    }
    says.push('.');
    let entries: Vec<String> = calls.iter().map(|call| call.n.to_string()).collect();
    let evidence = format!("entries {}", list(&entries));
    Finding::new("in-line-twice", Weight::Fault, says).because(evidence)
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says_why(find, text)
    }

    const TURN: &str = "task 1: poll\ntask 1: pending wakers 1";

    #[test]
    fn whoever_is_in_line_already_has_no_second_turn() {
        assert_eq!(
            says(&format!(
                "future: wake task 1\nfuture: wake task 1\nclerk: wake task 1\n{TURN}\n{TURN}\n{TURN}"
            )),
            [
                "task 1 was put in line 3 times before it had its turn. So it had 3, where one would \
              have done. (entries 1, 2 and 3)"
            ]
        );
        assert_eq!(
            says(&format!("clerk: spawn task 1\nclerk: wake task 1\n{TURN}")),
            ["task 1 was put in line twice before it had its turn. (entries 1 and 2)"]
        );
    }

    #[test]
    fn a_call_for_each_turn_is_as_it_should_be() {
        let wake = "clerk: wake task 1";
        assert!(says(&format!("{wake}\n{TURN}\n{wake}\n{TURN}")).is_empty());
        let in_turn = "task 1: poll\ntask 1: wake task 1\ntask 1: pending wakers 0";
        assert!(says(&format!("{wake}\n{in_turn}\n{in_turn}\n{TURN}")).is_empty());
        assert!(
            says(&format!("{wake}\nclerk: wake task 2\nclerk: wake\n{TURN}")).is_empty()
        );
        assert!(says("clerk: wake\nclerk: wake\nfuture: poll").is_empty());
        let again = "clerk: spawn task 1\nclerk: drop task 1\nclerk: spawn task 1";
        assert!(says(&format!("{again}\n{TURN}")).is_empty(), "of another loop");
    }

    #[test]
    fn another_thread_may_call_while_the_turn_begins() {
        let text = format!("clerk: wake task 1\ntailor: wake task 1\n{TURN}\n{TURN}");
        assert!(says(&text).is_empty());
    }
}
