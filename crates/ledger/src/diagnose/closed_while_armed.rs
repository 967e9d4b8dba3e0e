//! A descriptor was closed while it was being watched, its key was given to another, and then
//! there was news that the other knows nothing of.

use super::{
    Finding, Weight,
    facts::{Facts, said_not_yet},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (late, fd) in &facts.fds {
        let (Some(armed), Some(closed)) = (fd.armed, fd.closed) else { continue };
        // Closing everything at the end of a program is no fault, and a new poller may use the old
        // one's keys. So somebody must have been told something that was not so.
        let heirs = facts.fds.iter().filter(|(_, heir)| {
            heir.armed.is_some_and(|a| a.key == armed.key && a.entry.n > closed.n)
        });
        for (heir, _) in heirs {
            let Some((told, tried)) = misled(facts, armed.key, *heir, closed.n) else {
                continue;
            };
            let says = format!(
                "fd {late} was closed while armed under key {key}, and never disarmed. Then fd \
                 {heir} was armed under the same key. What is told under key {key} may be meant \
                 for either: it said that fd {heir} was ready, and a {verb} there said WouldBlock.",
                key = armed.key,
                verb = tried.verb,
            );
            let evidence = format!("entries {}, {}, {}", closed.n, told.n, tried.n);
            found.push(
                Finding::new("closed-while-armed", Weight::Fault, says).because(evidence),
            );
        }
    }
    found
}

/// The news under `key` that led somebody to `fd` for nothing, and what they tried there.
fn misled<'a>(
    facts: &Facts<'a>,
    key: i64,
    fd: i64,
    after: u64,
) -> Option<(&'a crate::Entry, &'a crate::Entry)> {
    let later = || facts.entries.iter().filter(move |entry| entry.n > after);
    later().filter(|e| e.verb == "ready" && e.number("key") == Some(key)).find_map(
        |told| {
            let mut tries =
                later().filter(|e| e.n > told.n && e.number("fd") == Some(fd));
            tries.next().filter(|tried| said_not_yet(tried)).map(|tried| (told, tried))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    const TWO_OWNERS: &str = "clerk: arm fd 1; key 1; interest read
                              clerk: close fd 1
                              clerk: accept fd 2
                              clerk: arm fd 2; key 1; interest read
                              clerk: ready key 1; can \"read\"";

    #[test]
    fn news_for_the_one_who_left_reaches_the_one_who_came() {
        let says = says(&format!("{TWO_OWNERS}\nclerk: read fd 2; error WouldBlock"));
        assert!(
            says[0].starts_with("fd 1 was closed while armed under key 1"),
            "{says:?}"
        );
        assert!(says[0].contains("Then fd 2 was armed"), "{says:?}");
    }

    #[test]
    fn news_that_was_true_proves_nothing() {
        assert!(says(&format!("{TWO_OWNERS}\nclerk: read fd 2; bytes 4")).is_empty());
    }

    #[test]
    fn a_key_may_be_used_again_once_it_is_free() {
        let text = TWO_OWNERS.replace("clerk: close", "clerk: disarm fd 1\nclerk: close");
        assert!(says(&format!("{text}\nclerk: read fd 2; error WouldBlock")).is_empty());
    }
}
