//! One sentence for each entry: the phrase book.
//!
//! It says what an entry always means. What it means in this run, the trace's own sentences say.

use super::state::{State, subject, worked};
use anyhow::{Result, bail};
use ledger::Entry;

/// The sentence for an entry, given what held before it.
///
/// # Errors
///
/// The book has no phrase for its verb.
pub(super) fn of(entry: &Entry, before: &State) -> Result<String> {
    let fd = subject(entry).unwrap_or_else(|| "it".to_owned());
    let say = match entry.verb.as_str() {
        "listen" => format!("The door is open: the kernel queues whoever calls {fd}."),
        "accept" if worked(entry) => {
            format!("Somebody is let in: {fd} is the line to them.")
        }
        "accept" => refused(entry, "Nobody is at the door"),
        "connect" if worked(entry) => format!("{fd} is connected."),
        "connect" => refused(entry, &format!("{fd} is not connected yet")),
        "read" => read(entry, &fd),
        "write" if worked(entry) => {
            format!("The kernel takes {} for {fd}.", bytes(entry))
        }
        "write" => refused(entry, &format!("The kernel has no room for {fd}")),
        "close" => {
            format!("{fd} is closed: its number in the kernel is free for somebody else.")
        }
        "block" => block(entry, &fd),
        "arm" => {
            format!("From now on the poller watches {fd}: it tells {}.", interest(entry))
        }
        "rearm" if entry.text("interest") == Some("nothing") => {
            format!("No news of {fd} is wanted for now.")
        }
        "rearm" => {
            format!("The poller watches {fd} again: it tells {}.", interest(entry))
        }
        "disarm" => format!("The poller watches {fd} no more."),
        "park" => park(entry, before),
        "unpark" => match entry.number("events") {
            None => "The thread wakes up.".to_owned(),
            Some(0) => "The wait is over, and nobody has rung.".to_owned(),
            Some(1) => "The thread wakes up: one descriptor has news.".to_owned(),
            Some(n) => format!("The thread wakes up: {n} descriptors have news."),
        },
        "ready" if entry.object("key").is_some() => {
            let fd = before.news_of(entry).unwrap_or(fd);
            format!("{fd} has news: {} would not block.", calls(entry))
        }
        "timer" => match entry.number("ticket") {
            Some(ticket) => format!(
                "Ticket {ticket} is not clean yet: {} gets a deadline, and no answer so far.",
                entry.actor
            ),
            None => format!("{} is to go on when its deadline is over.", who(entry)),
        },
        "due" => format!("The deadline of {fd} is over: it is their turn."),
        "spawn" => format!("{fd} is new, and stands in the run queue."),
        "wake" => format!("{fd} can go on: it is put on the run queue."),
        "poll" => format!("{} is polled: it goes on from where it was.", who(entry)),
        "pending" => format!("{} has to wait, and says so: pending.", who(entry)),
        "ready" => format!("{} is done: ready.", who(entry)),
        "drop" => format!("{} is dropped.", subject(entry).unwrap_or_else(|| who(entry))),
        verb => bail!("the phrase book has nothing for `{verb}`"),
    };
    Ok(capital(&say))
}

fn who(entry: &Entry) -> String {
    match entry.actor.as_str() {
        "clerk" => "the clerk".to_owned(),
        actor => actor.to_owned(),
    }
}

fn read(entry: &Entry, fd: &str) -> String {
    match entry.number("bytes") {
        _ if !worked(entry) => {
            refused(entry, &format!("The kernel has nothing for {fd} yet"))
        }
        Some(0) => {
            format!("`read` gives 0 bytes: the other side of {fd} has said its last.")
        }
        _ => format!("`read` gives {} from {fd}.", bytes(entry)),
    }
}

fn bytes(entry: &Entry) -> String {
    match entry.number("bytes") {
        Some(1) => "1 byte".to_owned(),
        Some(n) => format!("{n} bytes"),
        None => "bytes".to_owned(),
    }
}

/// A call that gave nothing: `why` if that is because there is nothing yet.
fn refused(entry: &Entry, why: &str) -> String {
    let (call, error) = (&entry.verb, entry.text("error").unwrap_or("an error"));
    match error {
        "WouldBlock" => format!("{why}: `{call}` says `WouldBlock`."),
        error => format!("`{call}` fails: `{error}`."),
    }
}

fn block(entry: &Entry, what: &str) -> String {
    match entry.text("call") {
        Some("accept") => {
            "The thread asks for a customer, and stands still until one comes.".to_owned()
        }
        Some("read") => format!(
            "The thread asks what {} says, and stands still until they say something.",
            who(entry)
        ),
        Some("sleep") => format!("The thread sleeps until {what} is clean."),
        Some(call) => {
            format!("The thread calls `{call}`, and stands still until it returns.")
        }
        None => "The thread stands still.".to_owned(),
    }
}

fn interest(entry: &Entry) -> &'static str {
    match entry.text("interest").unwrap_or("read") {
        "read" => "when there is something to read, for as long as there is",
        "write" => "when there is room to write, for as long as there is",
        "read and write" => "when there is something to read or room to write",
        "read, on the edge" => "each time that something new comes, and only then",
        "nothing" => "nothing, for now",
        _ => "each time that something new happens, and only then",
    }
}

fn park(entry: &Entry, before: &State) -> String {
    let watched = before.watched.values().filter(|watch| watch.wants_news()).count();
    let descriptors = match watched {
        0 => return "The thread waits until a deadline is over.".to_owned(),
        1 => "one descriptor has news".to_owned(),
        n => format!("one of {n} descriptors has news"),
    };
    let deadline = entry.text("until").is_some_and(|until| until.contains("deadline"));
    let or = if deadline { ", or a deadline is over" } else { "" };
    format!("The thread waits until {descriptors}{or}.")
}

/// Which calls would not block.
fn calls(entry: &Entry) -> &'static str {
    match entry.text("can") {
        Some("write") => "a `write`",
        Some("read and write") => "a `read` or a `write`",
        _ => "a `read`",
    }
}

fn capital(sentence: &str) -> String {
    // A descriptor's name is not written otherwise because it comes first.
    if sentence.starts_with("fd ") {
        return sentence.to_owned();
    }
    let mut chars = sentence.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    first + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, steps};
    use super::*;

    #[test]
    fn an_entry_is_told_as_what_it_means() {
        let say: Vec<String> = steps().into_iter().map(|step| step.say).collect();
        assert_eq!(
            say,
            [
                "The door is open: the kernel queues whoever calls fd 1.",
                "Somebody is let in: fd 2 is the line to them.",
                "From now on the poller watches fd 2: it tells when there is something to read, for as long as there is.",
                "The thread waits until one descriptor has news.",
                "The thread wakes up: one descriptor has news.",
                "fd 2 has news: a `read` would not block.",
                "`read` gives 16 bytes from fd 2.",
                "The kernel has nothing for fd 2 yet: `read` says `WouldBlock`.",
                "fd 2 is closed: its number in the kernel is free for somebody else.",
            ]
        );
    }

    /// The sentence for entry 8 of the ledger, `read` with an error, after some replacing.
    fn eighth(from: &str, to: &str) -> String {
        let changed = ledger(&LEDGER.replace(from, to));
        of(&changed.entries()[7], &State::default()).unwrap()
    }

    #[test]
    fn not_yet_is_told_apart_from_never() {
        assert_eq!(
            eighth("WouldBlock", "ConnectionReset"),
            "`read` fails: `ConnectionReset`."
        );
        assert_eq!(
            eighth("\"verb\":\"read\"", "\"verb\":\"accept\""),
            "Nobody is at the door: `accept` says `WouldBlock`."
        );
        assert!(
            eighth("\"verb\":\"read\"", "\"verb\":\"write\"")
                .starts_with("The kernel has no room")
        );
    }

    #[test]
    fn every_verb_that_has_a_lane_has_a_phrase() {
        for verb in [
            "listen", "connect", "accept", "read", "write", "close", "block", "park",
            "unpark", "arm", "rearm", "disarm", "timer", "spawn", "wake", "due", "ready",
            "poll", "pending", "drop",
        ] {
            let say = eighth("\"verb\":\"read\"", &format!("\"verb\":\"{verb}\""));
            assert!(say.ends_with('.') && say.len() > 15, "{verb}: {say}");
        }
    }

    #[test]
    fn a_verb_that_is_not_in_the_book_is_an_error() {
        let strange = ledger(&LEDGER.replace("\"listen\"", "\"yawn\""));
        assert!(of(&strange.entries()[0], &State::default()).is_err());
    }
}
