//! "Not yet" was taken for the end.

use super::{
    Finding, Weight,
    facts::{Facts, is_wait, said_not_yet},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, entry) in facts.entries.iter().enumerate() {
        let Some(fd) = entry.number("fd").filter(|_| is_not_yet(entry)) else { continue };
        let after = &facts.entries[n + 1..];
        let next = after.iter().position(|later| later.number("fd") == Some(fd));
        let Some(next) = next.filter(|&next| is_rude(&after[next..])) else { continue };
        let never_armed = facts.fds.get(&fd).is_some_and(|fd| fd.armed.is_none());
        if facts.has_futures && never_armed {
            // It may ask again at each poll, and be dropped in between.
            continue;
        }
        let next = &after[next];
        let says = format!(
            "\"Not yet\" was taken for the end: a {} of fd {fd} said WouldBlock, and the next \
             thing that was done to fd {fd} was to {} it.",
            entry.verb, next.verb
        );
        let evidence = format!("entries {} and {}", entry.n, next.n);
        found.push(Finding::new("not-yet", Weight::Fault, says).because(evidence));
    }
    // Once is enough to know.
    found.truncate(1);
    found
}

/// Does the first of these put a line down? Closing up at the end of the day is no rudeness, so
/// after a mere `close` somebody must go on.
fn is_rude(entries: &[Entry]) -> bool {
    match entries[0].verb.as_str() {
        "disarm" => true,
        "close" => entries.iter().any(is_wait),
        _ => false,
    }
}

fn is_not_yet(entry: &Entry) -> bool {
    said_not_yet(entry) && matches!(entry.verb.as_str(), "read" | "write")
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    #[test]
    fn putting_the_line_down_after_not_yet_is_rude() {
        let says = says(
            "customer 1: read fd 2; error WouldBlock
             clerk: accept fd 3
             customer 1: disarm fd 2
             customer 1: close fd 2",
        );
        assert_eq!(says.len(), 1);
        assert!(says[0].contains("a read of fd 2 said WouldBlock"), "{says:?}");
        assert!(says[0].ends_with("was to disarm it."), "{says:?}");
    }

    #[test]
    fn to_close_it_and_go_on_is_as_rude() {
        let closed = "clerk: read fd 2; error WouldBlock\nclerk: close fd 2";
        assert!(says(closed).is_empty());
        assert_eq!(says(&format!("{closed}\nclerk: park until \"an event\"")).len(), 1);
    }

    #[test]
    fn a_read_in_between_or_the_end_of_the_day_is_no_rudeness() {
        assert!(
            says(
                "customer 1: read fd 2; error WouldBlock
                 customer 1: read fd 2; bytes 0
                 customer 1: disarm fd 2
                 customer 2: read fd 3; error WouldBlock
                 customer 2: close fd 3"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_future_that_would_ask_again_may_be_dropped() {
        let dropped = "future: poll
                       customer 1: read fd 2; error WouldBlock
                       future: close fd 2
                       future: pending wakers 1
                       clerk: park until \"it is woken\"";
        assert!(says(dropped).is_empty());
        let armed = "future: arm fd 2; key 1; interest read and write, on the edge";
        assert_eq!(says(&format!("{armed}\n{dropped}")).len(), 1);
    }
}
