//! What holds after an entry: who is where, what is watched, who can go on.
//!
//! All of it is read from the entries. What no entry says (that a customer is at the door, that
//! bytes have arrived) is not in here, for the program does not know it either.

use ledger::{Entry, Lane, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the entries so far have said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The threads, in order of first appearance.
    pub threads: Vec<Thread>,
    /// Which of them did something last.
    pub latest: usize,
    /// The customers or tasks that are there.
    pub patrons: Vec<Patron>,
    /// Who can go on, in the order in which that became known.
    pub queue: Vec<Token>,
    /// The descriptors that are watched.
    pub watched: BTreeMap<i64, Watch>,
    /// Whose deadlines are to come.
    pub timers: Vec<String>,
    /// The descriptors that are open.
    pub open: BTreeSet<i64>,
}

/// A thread, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thread {
    /// As whom it acts.
    pub actor: String,
    /// Where that one is at home.
    pub home: Lane,
    /// What it stands still for, in the kernel.
    pub waits: Option<String>,
}

/// A customer or a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patron {
    /// `customer 1`
    pub name: String,
    /// The descriptors it has used and that are open.
    pub fds: Vec<i64>,
}

/// Somebody who can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// `fd 2`, `customer 1`, `task 3`
    pub name: String,
    /// Was it the poller who said so? What it says holds until it is asked again.
    pub from_poller: bool,
}

/// How a descriptor is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    /// What its events are known by.
    pub key: Option<i64>,
    /// `read`, `nothing`, `read, on the edge`
    pub interest: String,
}

impl Watch {
    /// Are news of it wanted?
    pub fn wants_news(&self) -> bool {
        self.interest != "nothing"
    }

    /// Is it told once for each piece of news?
    pub fn on_edge(&self) -> bool {
        self.interest.ends_with("on the edge")
    }
}

impl State {
    /// Adds what an entry says.
    pub fn take(&mut self, entry: &Entry) {
        self.move_thread(entry);
        self.know_patron(entry);
        let fd = entry.number("fd");
        self.queue.retain(|token| {
            token.name != entry.actor && fd.is_none_or(|fd| token.name != fd_name(fd))
        });
        match (entry.verb.as_str(), fd) {
            ("listen" | "accept" | "connect", Some(fd)) if worked(entry) => {
                self.open.insert(fd);
            }
            ("close", Some(fd)) => self.close(fd),
            ("arm" | "rearm", Some(fd)) => {
                let interest = entry.text("interest").unwrap_or("read").to_owned();
                self.watched.insert(fd, Watch { key: entry.number("key"), interest });
            }
            ("disarm", Some(fd)) => {
                self.watched.remove(&fd);
            }
            ("park", _) => self.queue.retain(|token| !token.from_poller),
            ("ready", _) => {
                if let Some(name) = self.news_of(entry) {
                    self.enqueue(name, true);
                }
            }
            ("timer", _) => self.timers.push(entry.actor.clone()),
            ("due", _) => {
                if let Some(name) = subject(entry) {
                    self.timers.retain(|timer| *timer != name);
                    self.enqueue(name, false);
                }
            }
            ("spawn" | "wake", _) => {
                if let Some(name) = subject(entry) {
                    self.enqueue(name, false);
                }
            }
            ("drop", _) => {
                let name = subject(entry).unwrap_or_else(|| entry.actor.clone());
                self.forget(&name);
            }
            _ => {}
        }
    }

    /// Whose news an entry `ready` brings: the descriptor's that was armed with its key.
    pub fn news_of(&self, entry: &Entry) -> Option<String> {
        let key = entry.number("key")?;
        let armed = self.watched.iter().find(|(_, watch)| watch.key == Some(key));
        Some(armed.map_or_else(|| format!("key {key}"), |(fd, _)| fd_name(*fd)))
    }

    /// The patron of this name.
    pub fn patron(&self, name: &str) -> Option<&Patron> {
        self.patrons.iter().find(|patron| patron.name == name)
    }

    /// Finds out which thread did this, and where it stands now.
    ///
    /// The entries name no threads. But who stands still in the kernel does nothing else, so an
    /// actor that turns up meanwhile must be on another thread.
    fn move_thread(&mut self, entry: &Entry) {
        let same = self.threads.iter().position(|thread| thread.actor == entry.actor);
        let free = |n: &usize| self.threads.get(*n).is_some_and(|t| t.waits.is_none());
        let idle =
            Some(self.latest).filter(free).or_else(|| (0..self.threads.len()).find(free));
        let thread = Thread {
            actor: entry.actor.clone(),
            home: entry.home(),
            waits: stands_still(entry),
        };
        self.latest = match same.or(idle) {
            Some(n) => {
                self.threads[n] = thread;
                n
            }
            None => {
                self.threads.push(thread);
                self.threads.len() - 1
            }
        };
    }

    fn know_patron(&mut self, entry: &Entry) {
        if entry.home() != Lane::Task {
            return;
        }
        let known = self.patrons.iter().position(|patron| patron.name == entry.actor);
        let at = known.unwrap_or_else(|| {
            self.patrons.push(Patron { name: entry.actor.clone(), fds: Vec::new() });
            self.patrons.len() - 1
        });
        let fds = &mut self.patrons[at].fds;
        if let Some(fd) = entry.number("fd").filter(|fd| !fds.contains(fd)) {
            fds.push(fd);
        }
    }

    fn close(&mut self, fd: i64) {
        self.open.remove(&fd);
        self.watched.remove(&fd);
        let gone: Vec<String> = self
            .patrons
            .iter()
            .filter(|patron| patron.fds == [fd])
            .map(|patron| patron.name.clone())
            .collect();
        gone.iter().for_each(|name| self.forget(name));
        for patron in &mut self.patrons {
            patron.fds.retain(|used| *used != fd);
        }
    }

    fn forget(&mut self, name: &str) {
        self.patrons.retain(|patron| patron.name != name);
        self.timers.retain(|timer| timer != name);
        self.queue.retain(|token| token.name != name);
    }

    fn enqueue(&mut self, name: String, from_poller: bool) {
        if !self.queue.iter().any(|token| token.name == name) {
            self.queue.push(Token { name, from_poller });
        }
    }
}

/// `fd 2`
pub(super) fn fd_name(fd: i64) -> String {
    format!("fd {fd}")
}

/// Whom an entry is about, if it is about somebody with a number: `customer 1`, `task 3`.
pub(super) fn subject(entry: &Entry) -> Option<String> {
    entry.objects.iter().find_map(|object| match &object.value {
        Value::Number(number) => Some(format!("{} {number}", object.kind)),
        _ => None,
    })
}

/// Did the call do what it was asked?
pub(super) fn worked(entry: &Entry) -> bool {
    entry.object("error").is_none()
}

/// What the thread stands still for, if this entry says that it does.
fn stands_still(entry: &Entry) -> Option<String> {
    match entry.verb.as_str() {
        "park" => Some(format!("until {}", entry.text("until").unwrap_or("it is woken"))),
        "block" => {
            let call = entry.text("call").unwrap_or("a call");
            Some(match subject(entry) {
                Some(subject) => format!("{call}, {subject}"),
                None => call.to_owned(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, written};
    use super::*;

    fn after(entries: &[&str]) -> State {
        let mut state = State::default();
        written(entries).iter().for_each(|entry| state.take(entry));
        state
    }

    fn queue(state: &State) -> Vec<&str> {
        state.queue.iter().map(|token| token.name.as_str()).collect()
    }

    #[test]
    fn a_thread_that_blocks_stands_in_the_kernel_until_it_is_heard_of_again() {
        let state = after(&["clerk|accept|fd=1", "customer 1|block|call=read fd=1"]);
        assert_eq!(state.threads.len(), 1);
        assert_eq!(state.threads[0].waits.as_deref(), Some("read, fd 1"));
        let state = after(&["customer 1|block|call=read fd=1", "customer 1|read|fd=1"]);
        assert_eq!(state.threads[0].waits, None);
    }

    #[test]
    fn who_acts_while_another_stands_still_is_on_another_thread() {
        let state = after(&[
            "clerk|block|call=accept fd=1",
            "customer 1|block|call=read fd=2",
            "customer 2|read|fd=3",
            "clerk|accept|fd=4",
        ]);
        let actors: Vec<&str> = state.threads.iter().map(|t| t.actor.as_str()).collect();
        assert_eq!(actors, ["clerk", "customer 1", "customer 2"]);
        assert_eq!(state.latest, 0);
    }

    #[test]
    fn one_thread_goes_from_one_customer_to_the_next() {
        let state =
            after(&["customer 1|write|fd=2", "customer 2|write|fd=3", "clerk|park|"]);
        assert_eq!(state.threads.len(), 1);
        assert_eq!(state.patrons.len(), 2);
    }

    #[test]
    fn news_of_a_key_are_news_of_the_descriptor_until_somebody_uses_it() {
        let armed = ["clerk|arm|fd=2 key=7 interest=read", "clerk|ready|key=7 can=read"];
        assert_eq!(queue(&after(&armed)), ["fd 2"]);
        let used = [armed[0], armed[1], "customer 7|read|fd=2 bytes=3"];
        assert!(after(&used).queue.is_empty());
        let parked = [armed[0], armed[1], "clerk|park|until=x"];
        assert!(after(&parked).queue.is_empty());
        assert_eq!(queue(&after(&["clerk|ready|key=9"])), ["key 9"]);
    }

    #[test]
    fn a_deadline_becomes_a_turn() {
        let waits = ["customer 1|timer|ticket=1"];
        assert_eq!(after(&waits).timers, ["customer 1"]);
        let due = [waits[0], "clerk|due|customer=1"];
        assert_eq!(
            (after(&due).timers.len(), queue(&after(&due))),
            (0, vec!["customer 1"])
        );
        let acts = [waits[0], due[1], "customer 1|write|fd=2 bytes=1"];
        assert!(after(&acts).queue.is_empty());
    }

    #[test]
    fn a_woken_task_stays_on_the_queue_while_the_thread_sleeps() {
        let state = after(&["clerk|wake|task=3", "clerk|park|until=x"]);
        assert_eq!(queue(&state), ["task 3"]);
        assert!(after(&["clerk|wake|task=3", "task 3|poll|"]).queue.is_empty());
    }

    #[test]
    fn with_their_last_descriptor_a_customer_is_gone() {
        let state = after(&[
            "clerk|accept|fd=2",
            "clerk|arm|fd=2 key=1 interest=read",
            "customer 1|read|fd=2",
            "customer 1|timer|ticket=1",
            "clerk|close|fd=2",
        ]);
        assert!(state.patrons.is_empty() && state.watched.is_empty());
        assert!(state.timers.is_empty() && state.open.is_empty());
    }

    #[test]
    fn a_call_that_failed_opens_nothing() {
        let refused = ledger(&LEDGER.replace("\"verb\":\"read\"", "\"verb\":\"accept\""));
        let mut state = State::default();
        state.take(&refused.entries()[7]);
        assert!(state.open.is_empty());
    }
}
