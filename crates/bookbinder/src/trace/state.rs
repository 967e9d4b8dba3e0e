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
    /// The deadlines that are to come.
    pub timers: Vec<Timer>,
    /// The wakers that have been left for news, each once, the oldest first.
    pub wakers: Vec<Left>,
    /// The descriptors that are open.
    pub open: BTreeSet<i64>,
    /// Whether what runs here are futures: then news of a descriptor put nobody in line, for that
    /// is what wakers do.
    pub has_futures: bool,
    /// What has rung for somebody, whose waker has not been called for it yet, the first one first.
    pub rung: Vec<Rung>,
    /// The tasks that are over. What is said in their turn after that, does not bring them back.
    over: BTreeSet<String>,
    /// Whether the poller was last asked without waiting.
    pub looked: bool,
    /// Whether somebody has rung the poller's bell since it was last asked.
    pub notified: bool,
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
    /// Whom it is polling, if it is in the middle of that. What is said outside of all futures,
    /// others say.
    pub polls: Option<String>,
}

/// A customer or a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patron {
    /// `customer 1`
    pub name: String,
    /// The descriptors it has used and that are open.
    pub fds: Vec<i64>,
    /// Has it done anything yet? A task has not, until it is polled.
    pub has_begun: bool,
}

/// Somebody who can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// `fd 2`, `customer 1`, `task 3`
    pub name: String,
    /// Was it the poller who said so? What it says holds until it is asked again.
    pub from_poller: bool,
}

/// A deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    /// `timer 1`; without a number, the one who has it: `customer 1`
    pub name: String,
    /// Who has it.
    pub whose: String,
    /// Who is polled for it.
    pub polled: String,
}

/// A waker that somebody has left for news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// For news of what: `fd 2`, `task 3`, `a promise`
    pub with: String,
    /// For a descriptor: `read` or `write`.
    pub to: Option<String>,
    /// Who left it.
    pub by: String,
    /// Who is polled for it.
    pub polled: String,
}

/// What has rung for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    /// `fd 2`, `timer 1`, `task 3`
    pub with: String,
    /// Who is to be woken for that: `future`, `task 1`
    pub polled: String,
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
        // Whoever is polled may be put in line again before that is over.
        let has_turn = entry.verb == "poll" || !is_polled(&entry.actor);
        self.queue.retain(|token| {
            (token.name != entry.actor || !has_turn)
                && fd.is_none_or(|fd| token.name != fd_name(fd))
        });
        if let Some(timer) = timer_name(entry) {
            return self.take_timer(entry, timer);
        }
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
            ("wait", _) => self.leave_waker(entry),
            ("park", _) => {
                self.queue.retain(|token| !token.from_poller);
                self.rung.clear();
                self.looked = only_looks(entry);
            }
            ("unpark", _) => self.notified = false,
            ("notify", _) => self.notified = true,
            // What it does, nothing has rung for.
            ("call", _) => self.rung.clear(),
            ("poll", _) => {
                self.has_futures = true;
                self.rung.clear();
                self.wakers.retain(|left| left.is_kept() || left.polled != entry.actor);
            }
            ("ready", _) => match self.news_of(entry) {
                Some(name) if self.has_futures => self.ring(entry, name),
                Some(name) => self.enqueue(name, true),
                None => self.end(&entry.actor),
            },
            ("panic", _) => self.end(&entry.actor),
            ("timer", _) => self.timers.push(Timer {
                name: entry.actor.clone(),
                whose: entry.actor.clone(),
                polled: entry.actor.clone(),
            }),
            ("due", _) => {
                if let Some(name) = subject(entry) {
                    self.timers.retain(|timer| timer.name != name);
                    self.enqueue(name, false);
                }
            }
            ("spawn" | "wake", _) => {
                let whom = woken(entry);
                self.rung.retain(|rung| !rung.is_for(&whom));
                if entry.verb == "spawn" {
                    self.over.remove(&whom);
                    self.patron_at(&whom);
                }
                self.enqueue(whom, false);
            }
            ("drop", _) => {
                let name = subject(entry).unwrap_or_else(|| entry.actor.clone());
                self.end(&name);
            }
            _ => {}
        }
    }

    /// Where an entry happened. Among futures, news of a descriptor stay with the reactor: who stands
    /// in line because of them, an entry `wake` says.
    pub fn lane(&self, entry: &Entry) -> Lane {
        match entry.lane() {
            Lane::Queue if entry.verb == "ready" && self.has_futures => Lane::Reactor,
            _ if self.dropped(entry).is_some() => Lane::Task,
            lane => lane,
        }
    }

    /// Which of those who are there an entry drops.
    pub fn dropped(&self, entry: &Entry) -> Option<String> {
        let dropped = subject(entry).filter(|_| entry.verb == "drop")?;
        self.patron(&dropped).map(|patron| patron.name.clone())
    }

    /// What has rung for the one who is woken.
    pub fn rung_for(&self, whom: &str) -> Option<&str> {
        let rung = self.rung.iter().find(|rung| rung.is_for(whom))?;
        Some(&rung.with)
    }

    /// Who is polled when this one does something: whose turn it is.
    pub fn polled_for(&self, actor: &str) -> String {
        if is_polled(actor) {
            return actor.to_owned();
        }
        // A customer speaks in somebody's turn, a thread in nobody's.
        let mut turns = self.threads.iter().filter_map(|thread| thread.polls.clone());
        let turn = turns.next().filter(|_| is_served(actor));
        turn.unwrap_or_else(|| actor.to_owned())
    }

    /// The wakers that an entry `ready` concerns.
    pub fn rung_by(&self, entry: &Entry) -> impl Iterator<Item = &Left> {
        let name = self.news_of(entry);
        let can = entry.text("can").unwrap_or("read").to_owned();
        self.wakers.iter().filter(move |left| {
            Some(&left.with) == name.as_ref()
                && left.to.as_ref().is_none_or(|to| can.contains(to))
        })
    }

    fn leave_waker(&mut self, entry: &Entry) {
        let left = Left {
            with: left_with(entry),
            to: entry.text("to").map(str::to_owned),
            by: entry.actor.clone(),
            polled: self.polled_for(&entry.actor),
        };
        if !self.wakers.contains(&left) {
            self.wakers.push(left);
        }
    }

    fn ring(&mut self, entry: &Entry, name: String) {
        let heard: Vec<Left> = self.rung_by(entry).cloned().collect();
        self.wakers.retain(|left| !heard.contains(left));
        for left in heard {
            self.rung.push(Rung { with: name.clone(), polled: left.polled });
        }
    }

    /// A future is ready, has panicked, or is dropped. Whoever waits for it is to be told.
    fn end(&mut self, name: &str) {
        self.forget(name);
        self.wakers.retain(|left| left.polled != name);
        for left in self.wakers.extract_if(.., |left| left.with == name) {
            self.rung.push(Rung { with: left.with, polled: left.polled });
        }
        if name != FUTURE {
            self.over.insert(name.to_owned());
        }
    }

    fn take_timer(&mut self, entry: &Entry, name: String) {
        match entry.verb.as_str() {
            "timer" => self.timers.push(Timer {
                name,
                whose: entry.actor.clone(),
                polled: self.polled_for(&entry.actor),
            }),
            "due" => {
                let set = self.timers.iter().find(|timer| timer.name == name);
                let polled = set.map_or(FUTURE, |timer| &timer.polled).to_owned();
                self.timers.retain(|timer| timer.name != name);
                self.rung.push(Rung { with: name, polled });
            }
            "disarm" => self.timers.retain(|timer| timer.name != name),
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
    /// actor that turns up meanwhile must be on another thread; and in the middle of a poll, what
    /// no future and no customer does is done by others.
    fn move_thread(&mut self, entry: &Entry) {
        let same = self.threads.iter().position(|thread| thread.actor == entry.actor);
        let free = |n: &usize| self.threads.get(*n).is_some_and(|t| could_be(t, entry));
        let polling =
            |n: &usize| is_served(&entry.actor) && self.threads[*n].polls.is_some();
        let all = || std::iter::once(self.latest).chain(0..self.threads.len());
        let idle = all().filter(free).find(polling).or_else(|| all().find(|n| free(n)));
        let thread = Thread {
            actor: entry.actor.clone(),
            home: entry.home(),
            waits: stands_still(entry),
            polls: None,
        };
        let polls = match entry.verb.as_str() {
            "poll" => Some(entry.actor.clone()),
            "pending" | "panic" => None,
            "ready" if entry.home() == Lane::Task => None,
            _ => same.or(idle).and_then(|n| self.threads[n].polls.clone()),
        };
        let thread = Thread { polls, ..thread };
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
        if entry.home() != Lane::Task || self.over.contains(&entry.actor) {
            return;
        }
        let at = self.patron_at(&entry.actor);
        self.patrons[at].has_begun = true;
        if is_polled(&entry.actor) {
            // A future opens and closes descriptors for others: they say nothing about it.
            return;
        }
        let fds = &mut self.patrons[at].fds;
        if let Some(fd) = entry.number("fd").filter(|fd| !fds.contains(fd)) {
            fds.push(fd);
        }
    }

    /// Where among the patrons this one is, new or known.
    fn patron_at(&mut self, name: &str) -> usize {
        let known = self.patrons.iter().position(|patron| patron.name == name);
        known.unwrap_or_else(|| {
            self.patrons.push(Patron {
                name: name.to_owned(),
                fds: Vec::new(),
                has_begun: false,
            });
            self.patrons.len() - 1
        })
    }

    fn close(&mut self, fd: i64) {
        self.open.remove(&fd);
        self.watched.remove(&fd);
        self.wakers.retain(|left| left.with != fd_name(fd));
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
        self.timers.retain(|timer| timer.name != name);
        self.queue.retain(|token| token.name != name);
    }

    fn enqueue(&mut self, name: String, from_poller: bool) {
        if !self.queue.iter().any(|token| token.name == name) {
            self.queue.push(Token { name, from_poller });
        }
    }
}

impl Left {
    /// Is it kept until there is news, however often the one who left it is polled meanwhile?
    fn is_kept(&self) -> bool {
        self.with.starts_with("fd ")
    }
}

impl Rung {
    /// Is this the one who is to be woken for it?
    fn is_for(&self, whom: &str) -> bool {
        self.polled == whom || (whom == FUTURE && !self.polled.starts_with("task "))
    }
}

/// What a promise is called: it has no number.
pub(super) const PROMISE: &str = "a promise";

/// What tasks share and wait for has no number either.
const SHARED: [(&str, &str); 3] =
    [("permit", "a permit"), ("message", "a message"), ("notified", "a bell")];

/// With what or for what an entry leaves a waker: `fd 2`, `task 3`, `a permit`, `a promise`.
pub(super) fn left_with(entry: &Entry) -> String {
    if let Some(numbered) = subject(entry) {
        return numbered;
    }
    let until = entry.text("until").unwrap_or_default();
    let shared = SHARED.iter().find(|(word, _)| until.contains(word));
    shared.map_or(PROMISE, |(_, name)| name).to_owned()
}

/// The one future of a program that has no tasks.
pub(super) const FUTURE: &str = "future";

/// Does this one have its turn when it is polled, and at no other time?
fn is_polled(actor: &str) -> bool {
    actor == FUTURE || actor.starts_with("task ")
}

/// Is this somebody's name, and not a thread's? A thread acts for one after the other.
fn is_served(actor: &str) -> bool {
    matches!(actor.split(' ').next(), Some(FUTURE | "customer" | "task"))
}

/// Is this a thread of its own, which acts for nobody else: one that keeps deadlines, or one with a
/// name of its own?
fn is_apart(actor: &str, home: Lane) -> bool {
    home != Lane::Queue && !is_served(actor)
}

/// Could it be this thread that did this?
fn could_be(thread: &Thread, entry: &Entry) -> bool {
    thread.waits.is_none()
        && (thread.polls.is_none() || is_served(&entry.actor))
        && !is_apart(&thread.actor, thread.home)
        && !is_apart(&entry.actor, entry.home())
}

/// Whom an entry `wake` or `spawn` puts in line.
pub(super) fn woken(entry: &Entry) -> String {
    subject(entry).unwrap_or_else(|| FUTURE.to_owned())
}

/// `timer 1`, if it is about a timer that has a number.
pub(super) fn timer_name(entry: &Entry) -> Option<String> {
    Some(format!("timer {}", entry.number("timer")?))
}

/// Is this a wait that ends at once?
pub(super) fn only_looks(entry: &Entry) -> bool {
    entry.verb == "park" && entry.text("until").is_some_and(|u| u.ends_with("looks"))
}

/// A name as it stands in a sentence: `the future`, `the clerk`, `the tailor`; but `customer 1`.
pub(super) fn called(name: &str) -> String {
    let has_article = name.starts_with(char::is_lowercase) && !name.contains(' ');
    if has_article { format!("the {name}") } else { name.to_owned() }
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
        "park" if only_looks(entry) => None,
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
        assert_eq!(after(&waits).timers[0].name, "customer 1");
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
    fn a_future_that_is_woken_stands_in_line_until_it_is_polled() {
        let woken = ["future|poll|", "customer 1|wake|"];
        assert_eq!(queue(&after(&woken)), ["future"]);
        // What it does in the rest of its turn is not the turn that it is in line for.
        let goes_on = [woken[0], woken[1], "future|accept|fd=1 error=WouldBlock"];
        assert_eq!(queue(&after(&goes_on)), ["future"]);
        let polled = [woken[0], woken[1], "future|pending|wakers=0", "future|poll|"];
        assert!(after(&polled).queue.is_empty());
    }

    #[test]
    fn news_wake_whoever_left_a_waker_for_them() {
        let left = [
            "future|poll|",
            "future|arm|fd=2 key=7 interest=x",
            "customer 1|wait|fd=2 to=read",
            "future|pending|wakers=1",
        ];
        let with = |more: &[&str]| after(&[&left[..], more].concat());
        assert_eq!(
            with(&[]).wakers,
            [Left {
                with: "fd 2".into(),
                to: Some("read".into()),
                by: "customer 1".into(),
                polled: FUTURE.into(),
            }]
        );
        // The other direction is nobody's news.
        let write = with(&["clerk|ready|key=7 can=write"]);
        assert_eq!((write.wakers.len(), write.rung_for(FUTURE)), (1, None));
        let read = with(&["clerk|ready|key=7 can=read"]);
        assert_eq!((read.wakers.len(), read.rung_for(FUTURE)), (0, Some("fd 2")));
        assert!(read.queue.is_empty(), "to stand in line is for those who are woken");
        let woken = with(&["clerk|ready|key=7 can=read", "clerk|wake|"]);
        assert_eq!((queue(&woken), woken.rung_for(FUTURE)), (vec!["future"], None));
        assert!(with(&["future|close|fd=2"]).wakers.is_empty());
    }

    #[test]
    fn a_promise_is_waited_for_until_the_next_poll() {
        let waits = ["future|poll|", "future|wait|until=kept"];
        assert_eq!(after(&waits).wakers[0].with, PROMISE);
        assert!(after(&[waits[0], waits[1], "future|poll|"]).wakers.is_empty());
    }

    #[test]
    fn a_timer_is_of_the_one_who_set_it_until_it_is_due_or_taken_back() {
        let set = ["future|poll|", "customer 1|timer|timer=1", "future|timer|timer=2"];
        let timers = after(&set).timers;
        assert_eq!(
            (&*timers[0].name, &*timers[0].whose, &*timers[1].whose),
            ("timer 1", "customer 1", "future")
        );
        for end in ["timer|due|timer=1", "future|disarm|timer=1"] {
            let state = after(&[set[0], set[1], set[2], end]);
            assert_eq!(state.timers.len(), 1, "{end}");
            assert!(state.queue.is_empty(), "{end}");
        }
    }

    #[test]
    fn a_thread_that_keeps_the_deadlines_is_nobody_else() {
        let state = after(&[
            "future|poll|",
            "timer|due|timer=1",
            "timer|wake|",
            "future|pending|wakers=0",
            "clerk|park|until=woken",
            "clerk|unpark|",
            "future|poll|",
        ]);
        let actors: Vec<&str> = state.threads.iter().map(|t| t.actor.as_str()).collect();
        assert_eq!(actors, ["future", "timer"]);
        assert_eq!(state.threads[1].home, Lane::Reactor);
        assert!(state.patrons.iter().all(|patron| patron.name == FUTURE));
    }

    #[test]
    fn who_speaks_outside_of_a_poll_that_is_going_on_is_on_another_thread() {
        for other in ["clerk 2", "street", "timer"] {
            let wakes = format!("{other}|wake|");
            let state = after(&["future|poll|", &wakes, "customer 1|read|fd=2"]);
            let actors: Vec<&str> =
                state.threads.iter().map(|t| t.actor.as_str()).collect();
            assert_eq!(actors, ["customer 1", other]);
            assert_eq!(state.latest, 0);
        }
    }

    #[test]
    fn a_thread_with_a_name_of_its_own_acts_for_nobody_else() {
        for (entries, actors) in [
            (["clerk|call|", "tailor|wake|", "clerk|call|"], ["clerk", "tailor"]),
            (
                ["tailor|wake|", "customer 1|read|fd=2", "tailor|wake|"],
                ["tailor", "customer 1"],
            ),
        ] {
            let state = after(&entries);
            let names: Vec<&str> =
                state.threads.iter().map(|t| t.actor.as_str()).collect();
            assert_eq!(names, actors);
        }
    }

    #[test]
    fn whoever_only_looks_does_not_stand_still() {
        let state = after(&["clerk|park|until=looks"]);
        assert!(state.looked && state.threads[0].waits.is_none());
        let state = after(&["clerk|park|until=x", "clerk 2|notify|"]);
        assert!(!state.looked && state.notified);
    }

    #[test]
    fn a_future_is_there_until_it_is_ready() {
        let polled = ["future|poll|", "future|accept|fd=2", "future|close|fd=2"];
        assert!(after(&polled).patron(FUTURE).is_some(), "with descriptors or without");
        let done = [polled[0], "future|ready|"];
        assert!(after(&done).patron(FUTURE).is_none());
    }

    #[test]
    fn a_call_that_failed_opens_nothing() {
        let refused = ledger(&LEDGER.replace("\"verb\":\"read\"", "\"verb\":\"accept\""));
        let mut state = State::default();
        state.take(&refused.entries()[7]);
        assert!(state.open.is_empty());
    }

    /// A future that waits for a task, which waits for the clock.
    const SLIP: [&str; 6] = [
        "future|poll|",
        "future|spawn|task=1",
        "future|wait|task=1",
        "future|pending|wakers=1",
        "task 1|poll|",
        "task 1|timer|timer=1",
    ];

    fn on_the_slip(more: &[&str]) -> State {
        after(&[&SLIP[..], more].concat())
    }

    #[test]
    fn whoever_waits_for_a_task_is_rung_for_when_it_is_over() {
        let waits = on_the_slip(&[]);
        assert_eq!(waits.wakers[0].with, "task 1");
        assert_eq!(on_the_slip(&["task 1|pending|wakers=1"]).wakers, waits.wakers);
        for end in ["task 1|ready|", "task 1|panic|", "clerk|drop|task=1"] {
            let over = on_the_slip(&[end]);
            assert_eq!(over.rung_for(FUTURE), Some("task 1"), "{end}");
            assert!(over.wakers.is_empty() && over.patron("task 1").is_none(), "{end}");
            let left = on_the_slip(&["task 1|wait|until=permit", end]);
            assert!(left.wakers.is_empty(), "what it has left is nobody's: {end}");
            let woken = on_the_slip(&[end, "task 1|wake|"]);
            assert_eq!((queue(&woken), woken.rung_for(FUTURE)), (vec!["future"], None));
            assert!(
                woken.patron("task 1").is_none(),
                "what it says now, it says as a ghost"
            );
        }
        let asked = on_the_slip(&["task 1|pending|wakers=1", "future|poll|"]);
        assert!(asked.wakers.is_empty(), "it may have the slip no more");
    }

    #[test]
    fn a_task_is_there_from_its_spawn_and_begins_when_it_is_polled() {
        let begun = |state: &State| state.patron("task 1").map(|patron| patron.has_begun);
        assert_eq!(begun(&after(&SLIP[..1])), None);
        assert_eq!(begun(&after(&SLIP[..2])), Some(false));
        assert_eq!(begun(&on_the_slip(&[])), Some(true));
        let again = on_the_slip(&["task 1|ready|", "clerk|spawn|task=1"]);
        assert_eq!(begun(&again), Some(false), "the number may be another loop's");
        let polled = ["task 1|ready|", "clerk|spawn|task=1", "task 1|poll|"];
        assert_eq!(begun(&on_the_slip(&polled)), Some(true));
    }

    #[test]
    fn what_rings_rings_for_the_one_who_left_the_waker() {
        let two = [
            "task 1|pending|wakers=1",
            "task 2|poll|",
            "customer 4|timer|timer=2",
            "task 2|pending|wakers=1",
            "clerk|due|timer=1",
            "clerk|due|timer=2",
        ];
        let rung = on_the_slip(&two);
        assert_eq!(rung.rung_for("task 1"), Some("timer 1"));
        assert_eq!(rung.rung_for("task 2"), Some("timer 2"), "its customer set it");
        assert_eq!(rung.rung_for(FUTURE), None);
        let woken = on_the_slip(&[&two[..], &["clerk|wake|task=1"]].concat());
        assert_eq!(woken.rung_for("task 1"), None);
        assert_eq!(woken.rung_for("task 2"), Some("timer 2"));
    }

    #[test]
    fn a_turn_ends_when_the_task_says_so_or_panics() {
        let polls = |end: &str| on_the_slip(&[end]).threads[0].polls.clone();
        assert_eq!(polls("task 1|close|fd=2").as_deref(), Some("task 1"));
        for end in ["pending|wakers=1", "ready|", "panic|"] {
            assert_eq!(polls(&format!("task 1|{end}")), None, "{end}");
        }
    }

    #[test]
    fn what_tasks_share_has_a_name_of_its_own() {
        let with = |object: &str| {
            let ledger = written(&[&format!("task 1|wait|{object}")]);
            left_with(&ledger.entries()[0])
        };
        assert_eq!(with("fd=2 to=read"), "fd 2");
        assert_eq!(with("task=3"), "task 3");
        assert_eq!(with("until=permit"), "a permit");
        assert_eq!(with("until=message"), "a message");
        assert_eq!(with("until=notified"), "a bell");
        assert_eq!(with("until=kept"), PROMISE);
    }

    #[test]
    fn a_task_that_is_dropped_is_dropped_where_it_is() {
        let state = on_the_slip(&[]);
        let drops = written(&["clerk|drop|task=1", "clerk|drop|task=2"]);
        let lanes: Vec<Lane> = drops.iter().map(|entry| state.lane(entry)).collect();
        assert_eq!(lanes, [Lane::Task, Lane::Queue]);
    }
}
