//! Somebody stood still in a call in the middle of a turn, and the others waited for that.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding, Weight,
    facts::{self, list, who, whom},
    polled::{Polled, ends_turn, is_over},
};
use crate::Entry;

pub(super) fn find(facts: &facts::Facts<'_>) -> Vec<Finding> {
    let mut scene = Scene::default();
    let mut found = Vec::new();
    for entry in facts.entries {
        if entry.verb == "block" && scene.polls {
            let waited = scene.others(&entry.actor);
            if !waited.is_empty() {
                found.push((entry, waited));
            }
        }
        scene.take(entry);
    }
    // Once is enough to know; best where it has no end.
    let stands = |entry: &Entry| facts.waits.iter().any(|wait| wait.entry.n == entry.n);
    let worst = found.iter().find(|(entry, _)| stands(entry)).or(found.first());
    let Some((entry, waited)) = worst else { return Vec::new() };
    let mut says = format!(
        "{} stood still in {}, in the middle of a turn. Nobody else could have theirs meanwhile: \
         {} had to wait.",
        who(&entry.actor),
        entry.text("call").unwrap_or("a call"),
        list(waited),
    );
    if stands(entry) && entry.actor.starts_with("task ") {
        says.push_str(
            " If one of them has what it stands still for, it stands there for ever.",
        );
    }
    vec![Finding::new("stood-still", Weight::Fault, says).because(facts::entry(entry))]
}

/// Who else was there, and what for.
#[derive(Default)]
struct Scene<'a> {
    /// A future is being polled.
    polls: bool,
    timers: BTreeMap<i64, &'a str>,
    /// The descriptors for whose news somebody waits, and who.
    wakers: BTreeMap<i64, &'a str>,
    /// The tasks that could have had a turn.
    in_line: BTreeSet<Polled>,
}

impl<'a> Scene<'a> {
    fn take(&mut self, entry: &'a Entry) {
        let fd = entry.number("fd");
        if let Some(Polled::Task(_)) = is_over(entry) {
            return self.end(entry);
        }
        match (entry.verb.as_str(), fd, entry.number("timer")) {
            ("poll", ..) => {
                self.polls = true;
                Polled::named(&entry.actor).map(|polled| self.in_line.remove(&polled));
            }
            ("spawn" | "wake", ..) if entry.object("task").is_some() => {
                self.in_line.insert(Polled::meant_by(entry));
            }
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

    fn end(&mut self, entry: &Entry) {
        let Some(task) = is_over(entry) else { return };
        self.polls &= !ends_turn(entry);
        self.in_line.remove(&task);
        let is_theirs = |whose: &str| Polled::named(whose) == Some(task);
        self.timers.retain(|_, whose| !is_theirs(whose));
        self.wakers.retain(|_, whose| !is_theirs(whose));
    }

    /// The others: customers and tasks by name, timers, and the descriptors that the future itself watches.
    fn others(&self, actor: &str) -> Vec<String> {
        let wakers = || self.wakers.iter().filter(|(_, whose)| **whose != actor);
        let (of_all, of_one): (Vec<_>, Vec<_>) =
            wakers().partition(|(_, whose)| **whose == "future");
        let in_line = self.in_line.iter().map(Polled::to_string);
        let mut names: Vec<String> = in_line.filter(|name| name != actor).collect();
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
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
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

    #[test]
    fn tasks_in_line_wait_too() {
        let tasks = "task 1: spawn task 2
                     task 1: poll
                     task 1: wait fd 7; to \"read\"
                     task 1: pending wakers 1
                     task 3: poll
                     clerk 2: wake task 1
                     task 3: timer timer 1";
        let blocks = "task 3: block call \"lock\"";
        let stood = "task 3 stood still in lock, in the middle of a turn. Nobody else could have \
                     theirs meanwhile: task 1 and task 2 had to wait.";
        let on = "task 3: pending wakers 1";
        assert_eq!(says(&format!("{tasks}\n{blocks}\n{on}")), [stood]);
        assert_eq!(
            says(&format!("{tasks}\n{blocks}")),
            [format!(
                "{stood} If one of them has what it stands still for, it stands there for ever."
            )]
        );
        let own = "task 3: poll\ntask 3: wake task 3\ntask 3: block call \"lock\"";
        assert!(says(own).is_empty(), "it is in line itself, for its next turn");
        let no_turn = format!("{tasks}\ntask 3: ready\nclerk: block call \"lock\"");
        assert!(says(&no_turn).is_empty());
        let over = "clerk: drop task 2\nclerk: drop task 1";
        assert!(says(&format!("{tasks}\n{over}\n{blocks}")).is_empty());
    }

    #[test]
    fn of_several_calls_the_one_without_an_end_is_told() {
        let text = "clerk: spawn task 1
                    clerk: spawn task 2
                    task 1: poll
                    task 1: block call \"lock\"
                    task 1: wake task 1
                    task 1: pending wakers 0
                    task 2: poll
                    task 2: block call \"lock\"";
        assert!(says(text)[0].starts_with("task 2 stood still in lock"));
        let ends = format!("{text}\ntask 2: ready");
        assert!(says(&ends)[0].starts_with("task 1 stood still in lock"));
    }
}
