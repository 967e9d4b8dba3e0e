//! What a ledger still knows at its end.

use std::collections::BTreeMap;

use super::polled::{Polled, ends_turn, is_over};
use crate::Entry;

/// The facts that the rules look at.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// Everything that happened.
    pub entries: &'a [Entry],
    /// The descriptors, by name; those that are closed too.
    pub fds: BTreeMap<i64, Fd<'a>>,
    /// Who waits, in the order of their first entries.
    pub waits: Vec<Wait<'a>>,
    /// Whether there have been futures: then descriptors wake whoever has left a waker there.
    pub has_futures: bool,
    /// The future that is being run, and the tasks, those that are not over.
    pub live: BTreeMap<Polled, Future<'a>>,
    /// The timers that are set, by number.
    pub timers: BTreeMap<i64, Timer<'a>>,
    /// The wakers that have been left for news that has not come, the oldest first.
    pub left: Vec<Left<'a>>,
    /// News for those who had left a waker, which has not been called since.
    pub unheard: Vec<(&'a Entry, Left<'a>)>,
    /// The ends of tasks with which somebody had left a waker, which has not been called since.
    pub untold: Vec<(&'a Entry, Left<'a>)>,
    /// Whose turn it is.
    turn: Option<Polled>,
}

/// A future that is being run, or a task's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Future<'a> {
    /// When it was made a task.
    pub spawned: Option<&'a Entry>,
    /// When it was last polled.
    pub polled: Option<&'a Entry>,
    /// When it said since that it is pending.
    pub pending: Option<&'a Entry>,
    /// When its waker was called first since then.
    pub woken: Option<&'a Entry>,
}

/// A timer that is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timer<'a> {
    /// The `timer` that says so.
    pub entry: &'a Entry,
    /// Whose waker it has.
    pub whose: Polled,
}

/// A waker that was left for news.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<'a> {
    /// The `wait` that says so.
    pub entry: &'a Entry,
    /// For news of which descriptor.
    pub fd: Option<i64>,
    /// For the end of which task. Without either, for a promise or the like.
    pub task: Option<i64>,
    /// Whose waker it is.
    pub whose: Polled,
}

/// A descriptor.
#[derive(Debug, Default)]
pub(super) struct Fd<'a> {
    /// Does it let customers in?
    pub listens: bool,
    /// How it is being watched; for a closed one, how it was when it was closed.
    pub armed: Option<Armed<'a>>,
    /// The last attempt to take something from it: a read, an accept.
    pub tried: Option<&'a Entry>,
    /// When it was last told to be ready to read.
    pub told: Option<&'a Entry>,
    /// When it was closed.
    pub closed: Option<&'a Entry>,
}

/// How a descriptor is watched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armed<'a> {
    /// The key that its events carry.
    pub key: i64,
    /// For what: `read, on the edge`.
    pub interest: &'a str,
    /// The entry that said so last.
    pub entry: &'a Entry,
}

/// Somebody who waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait<'a> {
    /// The `park` or the `block` that has not ended.
    pub entry: &'a Entry,
}

impl<'a> Facts<'a> {
    /// Reads the entries.
    pub(super) fn of(entries: &'a [Entry]) -> Facts<'a> {
        let mut facts = Facts {
            entries,
            fds: BTreeMap::new(),
            waits: Vec::new(),
            has_futures: false,
            live: BTreeMap::new(),
            timers: BTreeMap::new(),
            left: Vec::new(),
            unheard: Vec::new(),
            untold: Vec::new(),
            turn: None,
        };
        let mut last: Vec<(&str, &Entry)> = Vec::new();
        for entry in entries {
            facts.take_future(entry);
            facts.take(entry);
            // A thread that parks says next that it does not park any more. Threads without a name
            // are called alike.
            let parks = last.iter().any(|(a, e)| *a == entry.actor && e.verb == "park");
            if parks && matches!(entry.verb.as_str(), "wake" | "notify") {
                continue;
            }
            match last.iter_mut().find(|(actor, _)| *actor == entry.actor) {
                Some(known) => known.1 = entry,
                None => last.push((&entry.actor, entry)),
            }
        }
        let lasts = last.into_iter().map(|(_, entry)| Wait { entry });
        facts.waits = lasts.filter(|wait| is_wait(wait.entry)).collect();
        facts
    }

    fn take(&mut self, entry: &'a Entry) {
        if entry.verb == "ready" {
            return self.told(entry);
        }
        let Some(name) = entry.number("fd") else { return };
        if entry.verb == "accept" && !failed(entry) {
            // The entry names the new descriptor; the door it came by is told when there is but one.
            self.at_the_door(entry);
            self.fds.insert(name, Fd::default());
            return;
        }
        let fd = self.fds.entry(name).or_default();
        match entry.verb.as_str() {
            "listen" => fd.listens = true,
            "arm" | "rearm" => fd.armed = Armed::of(entry),
            "disarm" => fd.armed = None,
            "read" | "accept" => fd.tried = Some(entry),
            "close" => fd.closed = Some(entry),
            _ => {}
        }
    }

    fn take_future(&mut self, entry: &'a Entry) {
        if let Some(timer) = entry.number("timer") {
            let whose = self.whose(entry);
            match entry.verb.as_str() {
                "timer" => drop(self.timers.insert(timer, Timer { entry, whose })),
                _ => drop(self.timers.remove(&timer)),
            }
        }
        match entry.verb.as_str() {
            "spawn" => {
                let task = Future { spawned: Some(entry), ..Future::default() };
                self.live.insert(Polled::meant_by(entry), task);
            }
            "poll" => self.poll(entry),
            "pending" => {
                let whose = self.whose(entry);
                if let Some(future) = self.live.get_mut(&whose) {
                    future.pending = Some(entry);
                }
            }
            "ready" if entry.object("key").is_some() => self.ring(entry),
            "wake" => {
                let whose = Polled::meant_by(entry);
                self.hear(whose);
                if let Some(future) = self.live.get_mut(&whose) {
                    future.woken.get_or_insert(entry);
                }
            }
            "wait" => {
                let left = Left {
                    entry,
                    fd: entry.number("fd"),
                    task: entry.number("task"),
                    whose: self.whose(entry),
                };
                self.left.retain(|old| !old.is_replaced_by(&left));
                self.left.push(left);
            }
            "close" => {
                let closed = entry.number("fd");
                self.left.retain(|left| left.fd.is_none() || left.fd != closed);
            }
            _ => {}
        }
        if let Some(whose) = is_over(entry) {
            self.end(entry, whose);
        }
        if ends_turn(entry) {
            self.turn = None;
        }
    }

    fn poll(&mut self, entry: &'a Entry) {
        let whose = Polled::named(&entry.actor).unwrap_or(Polled::Future);
        self.has_futures = true;
        self.turn = Some(whose);
        let future = self.live.entry(whose).or_default();
        let spawned = future.spawned;
        *future = Future { spawned, polled: Some(entry), ..Future::default() };
        self.left.retain(|left| left.fd.is_some() || left.whose != whose);
        self.hear(whose);
    }

    /// It knows of all that there is news of: it has been woken, or is asked.
    fn hear(&mut self, whose: Polled) {
        self.unheard.retain(|(_, left)| left.whose != whose);
        self.untold.retain(|(_, left)| left.whose != whose);
    }

    fn end(&mut self, entry: &'a Entry, whose: Polled) {
        self.live.remove(&whose);
        self.left.retain(|left| left.whose != whose);
        self.hear(whose);
        let Polled::Task(number) = whose else { return };
        let joiners = self.left.iter().filter(|left| left.task == Some(number));
        self.untold.extend(joiners.map(|left| (entry, *left)));
        self.left.retain(|left| left.task != Some(number));
    }

    /// Whose waker is meant by this: whose turn it is, whoever speaks in it.
    fn whose(&self, entry: &Entry) -> Polled {
        Polled::named(&entry.actor).or(self.turn).unwrap_or(Polled::Future)
    }

    /// News of a descriptor: who has left a waker for it?
    fn ring(&mut self, entry: &'a Entry) {
        let key = entry.number("key");
        let fd = self.fds.iter().find_map(|(name, fd)| {
            let armed = fd.armed.filter(|_| fd.closed.is_none())?;
            (Some(armed.key) == key).then_some(*name)
        });
        let heard =
            |left: &Left<'_>| left.fd.is_some() && left.fd == fd && left.hears(entry);
        for left in self.left.iter().filter(|left| heard(left)) {
            self.unheard.retain(|(_, old)| old.whose != left.whose);
            self.unheard.push((entry, *left));
        }
        self.left.retain(|left| !heard(left));
    }

    fn told(&mut self, entry: &'a Entry) {
        if !entry.text("can").is_none_or(|can| can.contains("read")) {
            return;
        }
        let key = entry.number("key");
        let owner = self.fds.values_mut().find(|fd| {
            fd.closed.is_none() && fd.armed.is_some_and(|armed| Some(armed.key) == key)
        });
        if let Some(fd) = owner {
            fd.told = Some(entry);
        }
    }

    fn at_the_door(&mut self, entry: &'a Entry) {
        let mut doors =
            self.fds.values_mut().filter(|fd| fd.listens && fd.closed.is_none());
        if let (Some(door), None) = (doors.next(), doors.next()) {
            door.tried = Some(entry);
        }
    }

    /// The descriptors that are open, with their names.
    pub(super) fn open(&self) -> impl Iterator<Item = (i64, &Fd<'a>)> {
        self.fds
            .iter()
            .filter(|(_, fd)| fd.closed.is_none())
            .map(|(name, fd)| (*name, fd))
    }

    /// Whoever waits at the poller, if no deadline will wake them.
    pub(super) fn parked_for_ever(&self) -> Option<Wait<'a>> {
        self.asleep_for_ever().filter(|wait| wait.is_at_poller())
    }

    /// Whoever waits at the poller, or for a waker to be called, if no deadline will wake them.
    pub(super) fn asleep_for_ever(&self) -> Option<Wait<'a>> {
        let mut parked = self.waits.iter().copied().filter(|wait| wait.is_parked());
        parked.find(|wait| !self.has_deadline(wait))
    }

    /// Will a clock end this wait?
    pub(super) fn has_deadline(&self, wait: &Wait<'_>) -> bool {
        if wait.is_parked() && !wait.is_at_poller() {
            // Whoever keeps the deadlines is somebody else.
            return !self.timers.is_empty();
        }
        wait.has_deadline()
    }
}

impl Future<'_> {
    /// How many copies of its waker others had when it said that it was pending, if it said so.
    pub(super) fn wakers(&self) -> Option<i64> {
        self.pending?.number("wakers")
    }
}

impl<'a> Left<'a> {
    /// Is this news what it was left for?
    fn hears(&self, news: &Entry) -> bool {
        let to = self.entry.text("to").unwrap_or_default();
        news.text("can").is_none_or(|can| can.contains(to))
    }

    fn is_replaced_by(&self, other: &Left<'_>) -> bool {
        self.entry.actor == other.entry.actor
            && self.fd.is_some()
            && self.fd == other.fd
            && self.entry.text("to") == other.entry.text("to")
    }

    /// With what it was left: `fd 2`, `task 3`, `a promise`.
    pub(super) fn with(&self) -> String {
        match (self.fd, self.task) {
            (Some(fd), _) => format!("fd {fd}"),
            (None, Some(task)) => format!("task {task}"),
            (None, None) => match self.until() {
                until if until.contains("permit") => "a semaphore".to_owned(),
                until if until.contains("message") => "a channel".to_owned(),
                until if until.contains("notified") => "a bell".to_owned(),
                _ => "a promise".to_owned(),
            },
        }
    }

    /// What has to come to pass: `there is a permit`; nothing, if it is not said so.
    pub(super) fn until(&self) -> &'a str {
        self.entry.text("until").unwrap_or_default()
    }

    /// Is it with a promise, which another thread may keep?
    pub(super) fn is_promise(&self) -> bool {
        self.with() == "a promise"
    }

    /// Was this one left at the same place?
    pub(super) fn is_where(&self, wait: &Entry) -> bool {
        wait.verb == "wait"
            && wait.number("fd") == self.fd
            && wait.number("task") == self.task
            && wait.text("until") == self.entry.text("until")
    }
}

impl<'a> Armed<'a> {
    fn of(entry: &'a Entry) -> Option<Armed<'a>> {
        let key = entry.number("key")?;
        Some(Armed {
            key,
            interest: entry.text("interest").unwrap_or("something"),
            entry,
        })
    }

    /// Is it told once for each piece of news, and not for as long as there is some?
    pub(super) fn on_edge(self) -> bool {
        self.interest.ends_with("on the edge")
    }

    /// Is it told of something to read?
    pub(super) fn for_reading(self) -> bool {
        self.interest.starts_with("read")
    }

    /// Is it told of nothing?
    pub(super) fn for_nothing(self) -> bool {
        self.interest.starts_with("nothing")
    }
}

impl Wait<'_> {
    /// Is it asleep until there is something to do, and not in a call that blocks?
    pub(super) fn is_parked(&self) -> bool {
        self.entry.verb == "park"
    }

    /// Can descriptors end it, and not only whoever calls a waker?
    pub(super) fn is_at_poller(&self) -> bool {
        self.is_parked() && !self.until().contains("woken")
    }

    fn until(&self) -> &str {
        self.entry.text("until").unwrap_or_default()
    }

    fn has_deadline(&self) -> bool {
        self.until().contains("deadline")
            || self.until().ends_with("looks")
            || self.entry.text("call") == Some("sleep")
    }
}

/// Is this the beginning of a wait?
pub(super) fn is_wait(entry: &Entry) -> bool {
    entry.verb == "park" || entry.verb == "block"
}

/// Did it come to nothing?
pub(super) fn failed(entry: &Entry) -> bool {
    entry.object("error").is_some()
}

/// Did it say "not yet"?
pub(super) fn said_not_yet(entry: &Entry) -> bool {
    entry.text("error") == Some("WouldBlock")
}

/// An actor at the beginning of a sentence.
pub(super) fn who(actor: &str) -> String {
    let whom = whom(actor);
    match whom.strip_prefix("the ") {
        Some(name) => format!("The {name}"),
        None => whom,
    }
}

/// An actor in the middle of a sentence: `the clerk`, `the tailor`; but `customer 1`.
pub(super) fn whom(actor: &str) -> String {
    let has_article = actor.starts_with(char::is_lowercase) && !actor.contains(' ');
    if has_article { format!("the {actor}") } else { actor.to_owned() }
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// `entry 3`
pub(super) fn entry(entry: &Entry) -> String {
    format!("entry {}", entry.n)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, Polled};

    #[test]
    fn a_descriptor_is_armed_until_it_is_disarmed() {
        let ledger = ledger(
            "clerk: arm fd 1; key 0; interest read
             clerk: rearm fd 1; key 0; interest nothing
             clerk: arm fd 2; key 1; interest read and write, on the edge
             clerk: disarm fd 1",
        );
        let facts = Facts::of(ledger.entries());
        assert!(facts.fds[&1].armed.is_none());
        let armed = facts.fds[&2].armed.unwrap();
        assert!(armed.on_edge() && armed.for_reading() && !armed.for_nothing());
    }

    #[test]
    fn whoever_did_something_after_it_waits_no_more() {
        let ledger = ledger(
            "clerk: block call \"accept\"; fd 1
             customer 1: block call \"read\"; fd 2
             clerk: accept fd 3
             clerk 2: park until \"an event or a deadline\"",
        );
        let facts = Facts::of(ledger.entries());
        let who: Vec<&str> = facts.waits.iter().map(|wait| &*wait.entry.actor).collect();
        assert_eq!(who, ["customer 1", "clerk 2"]);
        assert!(facts.parked_for_ever().is_none());
    }

    #[test]
    fn an_accept_is_tried_at_the_only_door_and_makes_a_new_descriptor() {
        let ledger = ledger(
            "clerk: listen fd 1
             clerk: accept fd 2
             clerk: read fd 2; bytes 3
             clerk: close fd 2",
        );
        let facts = Facts::of(ledger.entries());
        assert_eq!(facts.fds[&1].tried.unwrap().n, 2);
        assert_eq!(facts.fds[&2].tried.unwrap().n, 3);
        assert_eq!(facts.open().map(|(name, _)| name).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_future_is_polled_and_woken_until_it_is_ready() {
        let text = "future: poll
                    clerk 2: wake
                    clerk 3: wake
                    future: pending wakers 3";
        let ready = format!("{text}\nfuture: ready");
        let (running, done) = (ledger(text), ledger(&ready));
        let future = Facts::of(running.entries()).live[&Polled::Future];
        assert_eq!((future.polled.unwrap().n, future.woken.unwrap().n), (1, 2));
        assert_eq!(future.wakers(), Some(3));
        let facts = Facts::of(done.entries());
        assert!(facts.has_futures && facts.live.is_empty());
    }

    #[test]
    fn a_waker_is_left_until_there_is_news_for_it() {
        let left = |more: &str| {
            let ledger = ledger(&format!(
                "future: poll
                 future: arm fd 2; key 7; interest read and write, on the edge
                 customer 1: wait fd 2; to \"read\"
                 customer 1: wait fd 2; to \"read\"
                 future: wait until \"the promise is kept\"
                 {more}"
            ));
            let facts = Facts::of(ledger.entries());
            let left: Vec<String> = facts.left.iter().map(|left| left.with()).collect();
            let unheard = facts.unheard.last().copied();
            (left.join(", "), unheard.map(|(told, left)| (told.n, left.entry.n)))
        };
        assert_eq!(left(""), ("fd 2, a promise".into(), None));
        assert_eq!(left("clerk: ready key 7; can \"write\""), left(""));
        let news = "clerk: ready key 7; can \"read and write\"";
        assert_eq!(left(news), ("a promise".into(), Some((6, 4))));
        assert_eq!(left(&format!("{news}\nclerk: wake")).1, None);
        assert_eq!(left("future: poll").0, "fd 2");
        assert_eq!(left("future: close fd 2").0, "a promise");
    }

    #[test]
    fn a_task_is_there_from_its_spawn_to_its_end() {
        let live = |more: &str| {
            let ledger = ledger(&format!(
                "clerk: spawn task 1
                 clerk: spawn task 2
                 task 1: poll
                 clerk: wake task 1
                 task 1: pending wakers 2
                 {more}"
            ));
            let facts = Facts::of(ledger.entries());
            facts.live.keys().map(Polled::to_string).collect::<Vec<_>>()
        };
        assert_eq!(live(""), ["task 1", "task 2"]);
        assert_eq!(live("task 1: ready"), ["task 2"]);
        assert_eq!(live("task 1: panic"), ["task 2"]);
        assert_eq!(live("clerk: drop task 2"), ["task 1"]);
        assert_eq!(live("future: poll"), ["the future", "task 1", "task 2"]);
    }

    #[test]
    fn a_waker_is_of_the_one_who_is_polled_whoever_leaves_it() {
        let text = "future: poll
                    customer 1: wait fd 2; to \"read\"
                    future: pending wakers 1
                    task 3: poll
                    customer 2: wait fd 4; to \"read\"
                    customer 2: timer timer 1
                    task 3: wait until \"there is a permit\"
                    task 3: pending wakers 3";
        let whose = |more: &str| {
            let ledger = ledger(&format!("{text}\n{more}"));
            let facts = Facts::of(ledger.entries());
            let left = facts.left.iter();
            left.map(|left| format!("{}: {}", left.whose, left.with()))
                .collect::<Vec<_>>()
        };
        let [future, fd, permit] =
            ["the future: fd 2", "task 3: fd 4", "task 3: a semaphore"];
        assert_eq!(whose(""), [future, fd, permit]);
        assert_eq!(whose("future: poll"), [future, fd, permit]);
        assert_eq!(whose("task 3: poll"), [future, fd]);
        assert_eq!(whose("task 3: ready"), [future]);
        assert_eq!(whose("clerk: wait fd 5; to \"read\"")[3], "the future: fd 5");
        let ledger = ledger(text);
        assert_eq!(Facts::of(ledger.entries()).timers[&1].whose, Polled::Task(3));
    }

    #[test]
    fn whoever_waits_for_a_task_is_told_when_it_is_over() {
        let text = "future: poll
                    future: wait task 1
                    future: pending wakers 1
                    task 1: poll";
        let untold = |more: &str| {
            let ledger = ledger(&format!("{text}\n{more}"));
            let facts = Facts::of(ledger.entries());
            let untold = facts.untold.iter();
            untold.map(|(end, left)| (end.n, left.entry.n)).collect::<Vec<_>>()
        };
        assert_eq!(untold("task 1: pending wakers 1"), []);
        for end in ["task 1: ready", "task 1: panic", "clerk: drop task 1"] {
            assert_eq!(untold(end), [(5, 2)], "{end}");
            assert_eq!(untold(&format!("{end}\ntask 1: wake")), []);
            assert_eq!(untold(&format!("{end}\nfuture: poll")), []);
            assert_eq!(untold(&format!("{end}\nclerk: wake task 2")), [(5, 2)]);
        }
        assert_eq!(untold("future: poll\ntask 1: ready"), [], "it waits no more");
        assert_eq!(untold("task 1: ready\nfuture: ready"), [], "it is over itself");
        let over = ledger(&format!("{text}\ntask 1: ready"));
        assert!(Facts::of(over.entries()).left.is_empty());
    }

    #[test]
    fn a_thread_without_a_name_wakes_another_and_that_one_sleeps_on() {
        let ledger = ledger("clerk: park until \"it is woken\"\nclerk: wake");
        assert!(Facts::of(ledger.entries()).asleep_for_ever().is_some());
    }

    #[test]
    fn a_timer_ends_the_sleep_of_whoever_does_not_keep_it() {
        let sleeps = "clerk: park until \"it is woken\"";
        for (timers, for_ever) in [
            ("future: timer timer 1", false),
            ("future: timer timer 1\ntimer: due timer 1", true),
            ("future: timer timer 1\nfuture: disarm timer 1", true),
        ] {
            let ledger = ledger(&format!("{timers}\n{sleeps}"));
            let facts = Facts::of(ledger.entries());
            assert_eq!(facts.asleep_for_ever().is_some(), for_ever, "{timers}");
            assert!(facts.parked_for_ever().is_none(), "there is no poller");
        }
        let looks = ledger("clerk: park until \"nothing: it only looks\"");
        assert!(Facts::of(looks.entries()).asleep_for_ever().is_none());
    }
}
