//! Somebody stood still in a call in the middle of a turn, and the others waited for that.

use std::collections::BTreeMap;

use super::{
    Finding, Weight,
    facts::{self, list, who, whom},
};
use crate::Entry;

pub(super) fn find(facts: &facts::Facts<'_>) -> Vec<Finding> {
    let mut scene = Scene::default();
    for entry in facts.entries {
        if entry.verb == "block" && scene.polls {
            let waited = scene.others(&entry.actor);
            if !waited.is_empty() {
                let says = format!(
                    "{} stood still in {}, in the middle of a turn. Nobody else could have theirs \
                     meanwhile: {} had to wait.",
                    who(&entry.actor),
                    entry.text("call").unwrap_or("a call"),
                    list(&waited),
                );
                // Once is enough to know.
                return vec![
                    Finding::new("stood-still", Weight::Fault, says)
                        .because(facts::entry(entry)),
                ];
            }
        }
        scene.take(entry);
    }
    Vec::new()
}

/// Who else was there, and what for.
#[derive(Default)]
struct Scene<'a> {
    /// A future is being polled.
    polls: bool,
    timers: BTreeMap<i64, &'a str>,
    /// The descriptors for whose news somebody waits, and who.
    wakers: BTreeMap<i64, &'a str>,
}

impl<'a> Scene<'a> {
    fn take(&mut self, entry: &'a Entry) {
        let fd = entry.number("fd");
        match (entry.verb.as_str(), fd, entry.number("timer")) {
            ("poll", ..) => self.polls = true,
            ("pending", ..) => self.polls = false,
            ("ready", ..) if entry.object("key").is_none() => *self = Scene::default(),
            ("timer", _, Some(timer)) => {
                self.timers.insert(timer, &entry.actor);
            }
            ("due" | "disarm", _, Some(timer)) => {
                self.timers.remove(&timer);
            }
            ("wait", Some(fd), _) => {
                self.wakers.insert(fd, &entry.actor);
            }
            ("close", Some(fd), _) => {
                self.wakers.remove(&fd);
            }
            _ => {}
        }
    }

    /// The others: customers by name, timers, and the descriptors that the future itself watches.
    fn others(&self, actor: &str) -> Vec<String> {
        let wakers = || self.wakers.iter().filter(|(_, whose)| **whose != actor);
        let (of_all, of_one): (Vec<_>, Vec<_>) =
            wakers().partition(|(_, whose)| **whose == "future");
        let mut names: Vec<String> = Vec::new();
        for (_, whose) in of_one {
            if !names.contains(&whom(whose)) {
                names.push(whom(whose));
            }
        }
        names.sort();
        let timers = self.timers.iter().filter(|(_, whose)| **whose != actor);
        names.extend(timers.map(|(timer, _)| format!("timer {timer}")));
        let fds: Vec<String> = of_all.iter().map(|(fd, _)| fd.to_string()).collect();
        match &fds[..] {
            [] => {}
            [one] => names.push(format!("whoever speaks at fd {one}")),
            some => names.push(format!("whoever speaks at fds {}", list(some))),
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, facts::Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    const OTHERS: &str = "future: poll
                          customer 2: timer timer 2
                          customer 3: wait fd 7; to \"read\"
                          future: wait fd 1; to \"read\"";
    const BLOCKS: &str = "customer 1: block call \"sleep\"; ticket 1";

    #[test]
    fn whoever_stands_still_in_a_turn_keeps_everybody_else() {
        assert_eq!(
            says(&format!("{OTHERS}\n{BLOCKS}\nfuture: pending wakers 3")),
            [
                "customer 1 stood still in sleep, in the middle of a turn. Nobody else could have \
              theirs meanwhile: customer 3, timer 2 and whoever speaks at fd 1 had to wait."
            ]
        );
    }

    #[test]
    fn whoever_keeps_nobody_or_has_no_turn_may_stand_still() {
        assert!(says(&format!("future: poll\n{BLOCKS}")).is_empty());
        let own = "future: poll\ncustomer 1: timer timer 1";
        assert!(says(&format!("{own}\n{BLOCKS}")).is_empty());
        assert!(
            says(&format!("{OTHERS}\nfuture: pending wakers 3\n{BLOCKS}")).is_empty()
        );
        let gone = "future: disarm timer 2\nfuture: close fd 7\nfuture: close fd 1";
        assert!(says(&format!("{OTHERS}\n{gone}\n{BLOCKS}")).is_empty());
        assert!(says(BLOCKS).is_empty(), "a thread for each customer");
    }
}
