//! What the one who waits at the poller can be told of.

use super::{
    Finding, Weight,
    facts::{Facts, Fd, list, said_not_yet, who},
};

/// How many descriptors are named. A shop may have thousands.
const NAMED: usize = 6;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if !facts.waits.iter().any(|wait| wait.is_at_poller()) {
        return Vec::new();
    }
    let mut watched = facts.open().filter_map(|(name, fd)| Some((name, fd, fd.armed?)));
    let mut found: Vec<Finding> = watched
        .by_ref()
        .take(NAMED)
        .map(|(name, fd, armed)| {
            let mut says =
                format!("fd {name} (key {}) is armed for {}.", armed.key, armed.interest);
            if facts.has_futures {
                says.push_str(&who_waits(facts, name));
            } else if drained(fd) && armed.for_reading() {
                says.push_str(
                    " It said WouldBlock last, so it will ring when more comes.",
                );
            }
            note(says)
        })
        .collect();
    match watched.count() {
        0 => {}
        1 => found.push(note("1 more is armed.".to_owned())),
        more => found.push(note(format!("{more} more are armed."))),
    }
    found
}

fn drained(fd: &Fd<'_>) -> bool {
    fd.tried.is_some_and(said_not_yet)
}

/// Among futures it is a waker that is told, and not the one who waits at the poller.
fn who_waits(facts: &Facts<'_>, fd: i64) -> String {
    let left = facts.left.iter().filter(|left| left.fd == Some(fd));
    let mut waits: Vec<String> = left
        .map(|left| {
            let to = left.entry.text("to").unwrap_or("use");
            format!("{} has left the waker there, to {to}", who(&left.entry.actor))
        })
        .collect();
    waits.dedup();
    match &waits[..] {
        [] => " No waker is left there: its news wake nobody.".to_owned(),
        some => format!(" {}.", list(some)),
    }
}

fn note(says: String) -> Finding {
    Finding::new("watched", Weight::Note, says)
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    #[test]
    fn whoever_waits_is_shown_what_may_ring() {
        let says = says(
            "clerk: listen fd 1
             clerk: arm fd 1; key 0; interest read
             clerk: accept fd 2
             clerk: arm fd 2; key 1; interest write
             clerk: accept fd 3
             clerk: arm fd 3; key 2; interest read
             clerk: close fd 3
             clerk: accept fd 1; error WouldBlock
             clerk: park until \"an event\"",
        );
        assert_eq!(
            says,
            [
                "fd 1 (key 0) is armed for read. It said WouldBlock last, so it will ring when more comes.",
                "fd 2 (key 1) is armed for write.",
            ]
        );
    }

    #[test]
    fn a_crowd_is_counted() {
        let mut text: String = (1..=9)
            .map(|fd| format!("clerk: arm fd {fd}; key {fd}; interest read\n"))
            .collect();
        text.push_str("clerk: park until \"an event\"");
        assert_eq!(says(&text).last().unwrap(), "3 more are armed.");
    }

    #[test]
    fn nobody_at_the_poller_is_shown_nothing() {
        assert!(says("clerk: arm fd 1; key 0; interest read").is_empty());
    }

    #[test]
    fn among_futures_it_matters_who_has_left_a_waker() {
        let says = says(
            "future: poll
             future: arm fd 1; key 1; interest read and write, on the edge
             future: arm fd 2; key 2; interest read and write, on the edge
             customer 1: read fd 2; error WouldBlock
             customer 1: wait fd 2; to \"read\"
             future: pending wakers 1
             clerk: park until \"an event\"",
        );
        assert!(
            says[0]
                .ends_with("on the edge. No waker is left there: its news wake nobody.")
        );
        assert!(
            says[1]
                .ends_with("on the edge. customer 1 has left the waker there, to read.")
        );
    }
}
