//! A task was aborted, and did not end at its next turn.

use std::collections::BTreeMap;

use super::{
    Finding, Weight,
    facts::{self, Facts, list, whom},
    polled::{Polled, has_turns, is_over},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let mut scene = Scene::default();
    for (n, entry) in facts.entries.iter().enumerate() {
        let wrong = scene.wrong(entry, &facts.entries[n + 1..]);
        if let Some((says, shown_by)) = wrong {
            let entries: Vec<String> = shown_by.iter().map(|e| e.n.to_string()).collect();
            let evidence = match shown_by[..] {
                [one] => facts::entry(one),
                _ => format!("entries {}", list(&entries)),
            };
            // Once is enough to know.
            return vec![Finding::new("aborted", Weight::Fault, says).because(evidence)];
        }
        scene.take(entry);
    }
    Vec::new()
}

/// The tasks that are in line, and those that are to end.
#[derive(Default)]
struct Scene<'a> {
    in_line: BTreeMap<Polled, &'a Entry>,
    aborted: BTreeMap<Polled, &'a Entry>,
}

impl<'a> Scene<'a> {
    fn take(&mut self, entry: &'a Entry) {
        let meant = Polled::meant_by(entry);
        match entry.verb.as_str() {
            "spawn" => {
                self.in_line.insert(meant, entry);
                self.aborted.remove(&meant);
            }
            "wake" => drop(self.in_line.insert(meant, entry)),
            "abort" => drop(self.aborted.entry(meant).or_insert(entry)),
            "poll" => {
                Polled::named(&entry.actor).map(|task| self.in_line.remove(&task));
            }
            _ => {}
        }
    }

    /// What is wrong with this entry, and what shows it.
    fn wrong(
        &self,
        entry: &'a Entry,
        after: &'a [Entry],
    ) -> Option<(String, Vec<&'a Entry>)> {
        let task = Polled::meant_by(entry);
        match entry.verb.as_str() {
            "abort" if !self.in_line.contains_key(&task) => {
                let is_wake = |e: &Entry| e.verb == "wake" && Polled::meant_by(e) == task;
                let drops = |e: &Entry| e.verb == "drop" && Polled::meant_by(e) == task;
                if after.first().is_some_and(|next| is_wake(next) || drops(next)) {
                    return None;
                }
                let end = after.iter().find(|e| is_over(e) == Some(task));
                let how = match end {
                    Some(_) => "it did not end before something else put it there",
                    None => "it has not ended",
                };
                let says = format!(
                    "{} was aborted, and not put in line for that: {how}.",
                    task.who()
                );
                Some((says, [entry].into_iter().chain(end).collect()))
            }
            "poll" => {
                let task = Polled::named(&entry.actor)?;
                let abort = *self.aborted.get(&task)?;
                let says = format!(
                    "{} was aborted, and went on all the same: it was polled after that.",
                    task.who()
                );
                Some((says, vec![abort, entry]))
            }
            "drop" if has_turns(&entry.actor) => {
                let abort = *self.aborted.get(&task)?;
                let itself = Polled::named(&entry.actor) == Some(task);
                let whose = if itself { "its own".to_owned() } else { of(&entry.actor) };
                let says = format!(
                    "{} was aborted, and dropped on the spot, in the middle of {whose} turn. It \
                     should have ended when its next one came.",
                    task.who()
                );
                Some((says, vec![abort, entry]))
            }
            _ => None,
        }
    }
}

/// `the future's`
fn of(actor: &str) -> String {
    format!("{}'s", whom(actor))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: spawn task 1
             future: pending wakers 1
             task 1: poll
             task 1: pending wakers 1
             future: poll
             {text}"
        ));
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
    }

    #[test]
    fn a_mark_is_seen_by_those_who_get_in_line() {
        let abort = "future: abort task 1\nfuture: pending wakers 1";
        assert_eq!(
            says(abort),
            [
                "task 1 was aborted, and not put in line for that: it has not ended. (entry 7)"
            ]
        );
        assert_eq!(
            says(&format!("{abort}\nclerk: wake task 1\nclerk: drop task 1")),
            [
                "task 1 was aborted, and not put in line for that: it did not end before something \
              else put it there. (entries 7 and 10)"
            ]
        );
    }

    #[test]
    fn whoever_is_aborted_is_not_asked_again() {
        let polled = "future: abort task 1\nfuture: wake task 1\ntask 1: poll";
        assert_eq!(
            says(polled),
            ["task 1 was aborted, and went on all the same: it was polled after that. \
              (entries 7 and 9)"]
        );
    }

    #[test]
    fn nobody_is_dropped_in_a_turn() {
        assert_eq!(
            says("future: abort task 1\nfuture: drop task 1"),
            [
                "task 1 was aborted, and dropped on the spot, in the middle of the future's turn. It \
              should have ended when its next one came. (entries 7 and 8)"
            ]
        );
        let itself = "task 1: poll\ntask 1: abort task 1\ntask 1: drop task 1";
        assert!(says(itself)[0].contains("in the middle of its own turn"));
    }

    #[test]
    fn a_task_that_ends_when_its_turn_comes_is_as_it_should_be() {
        let end = "clerk: drop task 1";
        for abort in [
            "future: abort task 1\nfuture: wake task 1",
            "future: abort task 1\nfuture: wake task 1\nfuture: abort task 1",
            "future: wake task 1\nfuture: abort task 1\nfuture: pending wakers 1",
            "task 1: poll\ntask 1: abort task 1\ntask 1: wake task 1\ntask 1: pending wakers 1",
        ] {
            assert!(says(&format!("{abort}\n{end}")).is_empty(), "{abort}");
        }
        let in_turn =
            "task 1: poll\ntask 1: abort task 1\ntask 1: wake task 1\ntask 1: ready";
        assert!(says(in_turn).is_empty(), "its turn was its last one");
        let before = "future: spawn task 2\nfuture: abort task 2\nclerk: drop task 2";
        assert!(says(before).is_empty());
    }
}
