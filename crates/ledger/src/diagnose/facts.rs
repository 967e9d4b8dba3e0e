//! What a ledger still knows at its end.

use std::collections::BTreeMap;

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
    /// The future that is being run, if it is not done.
    pub future: Option<Future<'a>>,
    /// The timers that are set, by number: the entry that set each.
    pub timers: BTreeMap<i64, &'a Entry>,
    /// The wakers that have been left for news that has not come, the oldest first.
    pub left: Vec<Left<'a>>,
    /// News for somebody who had left a waker, which has not been called since.
    pub unheard: Option<(&'a Entry, Left<'a>)>,
}

/// A future that is being run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Future<'a> {
    /// When it was last polled.
    pub polled: &'a Entry,
    /// When it said since that it is pending.
    pub pending: Option<&'a Entry>,
    /// When its waker was called first since then.
    pub woken: Option<&'a Entry>,
}

/// A waker that was left for news.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<'a> {
    /// The `wait` that says so.
    pub entry: &'a Entry,
    /// For news of which descriptor; without one, of a promise.
    pub fd: Option<i64>,
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
            future: None,
            timers: BTreeMap::new(),
            left: Vec::new(),
            unheard: None,
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
            match entry.verb.as_str() {
                "timer" => drop(self.timers.insert(timer, entry)),
                _ => drop(self.timers.remove(&timer)),
            }
        }
        match entry.verb.as_str() {
            "poll" => {
                self.has_futures = true;
                self.future = Some(Future { polled: entry, pending: None, woken: None });
                self.left.retain(|left| left.fd.is_some());
                self.unheard = None;
            }
            "pending" => {
                if let Some(future) = &mut self.future {
                    future.pending = Some(entry);
                }
            }
            "ready" if entry.object("key").is_none() => {
                self.future = None;
                self.left.clear();
            }
            "ready" => self.ring(entry),
            "wake" => {
                self.unheard = None;
                if let Some(future) = &mut self.future {
                    future.woken.get_or_insert(entry);
                }
            }
            "wait" => {
                let left = Left { entry, fd: entry.number("fd") };
                self.left.retain(|old| !old.is_replaced_by(&left));
                self.left.push(left);
            }
            "close" => {
                let closed = entry.number("fd");
                self.left.retain(|left| left.fd.is_none() || left.fd != closed);
            }
            _ => {}
        }
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
        if let Some(left) = self.left.iter().find(|left| heard(left)) {
            self.unheard = Some((entry, *left));
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

impl Left<'_> {
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

    /// With what it was left: `fd 2`, `a promise`.
    pub(super) fn with(&self) -> String {
        self.fd.map_or_else(|| "a promise".to_owned(), |fd| format!("fd {fd}"))
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
    use super::{super::testing::ledger, Facts};

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
        let future = Facts::of(running.entries()).future.unwrap();
        assert_eq!((future.polled.n, future.woken.unwrap().n), (1, 2));
        assert_eq!(future.wakers(), Some(3));
        let facts = Facts::of(done.entries());
        assert!(facts.has_futures && facts.future.is_none());
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
            (left.join(", "), facts.unheard.map(|(told, left)| (told.n, left.entry.n)))
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
