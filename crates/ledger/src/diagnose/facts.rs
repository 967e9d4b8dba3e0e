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
    /// When it was last told to be ready.
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
        let mut facts = Facts { entries, fds: BTreeMap::new(), waits: Vec::new() };
        let mut last: Vec<(&str, &Entry)> = Vec::new();
        for entry in entries {
            facts.take(entry);
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

    fn told(&mut self, entry: &'a Entry) {
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
        self.waits.iter().copied().find(|wait| wait.is_parked() && !wait.has_deadline())
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
    /// Is it at the poller, and not in a call that blocks?
    pub(super) fn is_parked(&self) -> bool {
        self.entry.verb == "park"
    }

    /// Will a clock end it?
    pub(super) fn has_deadline(&self) -> bool {
        let until = self.entry.text("until").unwrap_or_default();
        until.contains("deadline") || self.entry.text("call") == Some("sleep")
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

/// An actor as the subject of a sentence.
pub(super) fn who(actor: &str) -> String {
    if actor == "clerk" { "The clerk".to_owned() } else { actor.to_owned() }
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
}
