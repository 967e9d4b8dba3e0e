//! Somebody waits for an edge, and has not been told "not yet" since the last one.

use super::{
    Finding, Weight,
    facts::{Facts, said_not_yet, who},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let entries = facts.entries;
    let waits = entries.iter().enumerate().filter(|(_, entry)| entry.verb == "wait");
    let untried = waits.filter_map(|(n, wait)| {
        let fd = wait.number("fd")?;
        let to = wait.text("to").unwrap_or("read");
        let before = &entries[..n];
        let armed = before.iter().rev().find(|e| is_armed(e, fd))?;
        if !armed.text("interest").unwrap_or_default().ends_with("on the edge") {
            return None;
        }
        // A call that is being set up is tried in ways that no entry tells of.
        before.iter().find(|e| is_open(e, fd))?;
        let tried = before.iter().rev().find(|e| is_try(e, fd, to));
        let key = armed.number("key");
        let news = before.iter().rev().find(|e| is_news(e, key, to) && e.n > armed.n);
        let since = news.map_or(armed.n, |news| news.n);
        let not_yet = tried.filter(|tried| said_not_yet(tried));
        if not_yet.is_some_and(|tried| tried.n > since) {
            return None;
        }
        Some((wait, finding(wait, fd, to, news)))
    });
    let untried: Vec<(&Entry, Finding)> = untried.collect();
    // Once is enough to know; best where it still matters.
    let waits_still = |wait: &Entry| facts.left.iter().any(|left| left.entry.n == wait.n);
    let worst = untried.iter().find(|(wait, _)| waits_still(wait)).or(untried.first());
    worst.map(|(_, finding)| finding.clone()).into_iter().collect()
}

fn finding(wait: &Entry, fd: i64, to: &str, news: Option<&Entry>) -> Finding {
    let since = match news {
        Some(_) => "since it rang last",
        None => "since it was armed",
    };
    let says = format!(
        "{} waits to {to} at fd {fd}, and did not try first: no call there has said WouldBlock \
         {since}. By edge, what is there already does not ring again.",
        who(&wait.actor)
    );
    let evidence = match news {
        Some(news) => format!("entries {} and {}", news.n, wait.n),
        None => format!("entry {}", wait.n),
    };
    Finding::new("untried", Weight::Fault, says).because(evidence)
}

fn is_armed(entry: &Entry, fd: i64) -> bool {
    matches!(entry.verb.as_str(), "arm" | "rearm") && entry.number("fd") == Some(fd)
}

fn is_open(entry: &Entry, fd: i64) -> bool {
    matches!(entry.verb.as_str(), "listen" | "accept" | "connect")
        && entry.number("fd") == Some(fd)
}

fn is_try(entry: &Entry, fd: i64, to: &str) -> bool {
    let calls: &[&str] = if to == "write" { &["write"] } else { &["read", "accept"] };
    calls.contains(&entry.verb.as_str()) && entry.number("fd") == Some(fd)
}

fn is_news(entry: &Entry, key: Option<i64>, to: &str) -> bool {
    entry.verb == "ready"
        && entry.object("key").is_some()
        && entry.number("key") == key
        && entry.text("can").is_none_or(|can| can.contains(to))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: accept fd 2
             future: arm fd 2; key 7; interest read and write, on the edge
             {text}"
        ));
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
    }

    const NOT_YET: &str = "customer 1: read fd 2; error WouldBlock";
    const WAIT: &str = "customer 1: wait fd 2; to \"read\"";
    const NEWS: &str = "clerk: ready key 7; can \"read\"";

    #[test]
    fn whoever_waits_without_having_tried_may_wait_for_ever() {
        assert_eq!(
            says(WAIT),
            [
                "customer 1 waits to read at fd 2, and did not try first: no call there has said \
              WouldBlock since it was armed. By edge, what is there already does not ring again. \
              (entry 4)"
            ]
        );
        let once = format!("{NOT_YET}\n{WAIT}\n{NEWS}");
        let again = says(&format!("{once}\ncustomer 1: read fd 2; bytes 9\n{WAIT}"));
        assert!(again[0].contains("since it rang last"), "{again:?}");
        assert!(again[0].ends_with("(entries 6 and 8)"), "{again:?}");
    }

    #[test]
    fn of_several_the_one_that_is_not_over_is_told() {
        let over = format!("{WAIT}\n{NEWS}\ncustomer 1: read fd 2; bytes 9");
        assert!(says(&over)[0].ends_with("(entry 4)"));
        assert!(says(&format!("{over}\n{WAIT}"))[0].ends_with("(entries 5 and 7)"));
    }

    #[test]
    fn whoever_was_told_not_yet_may_wait() {
        assert!(says(&format!("{NOT_YET}\n{WAIT}")).is_empty());
        // News of the other direction change nothing.
        let write = NEWS.replace("read", "write");
        assert!(says(&format!("{NOT_YET}\n{write}\n{WAIT}")).is_empty());
        let full = "customer 1: write fd 2; error WouldBlock";
        let room = WAIT.replace("read", "write");
        assert!(says(&format!("{full}\n{room}")).is_empty());
        assert_eq!(
            says(&format!("{NOT_YET}\n{room}")).len(),
            1,
            "it asked the other way"
        );
    }

    #[test]
    fn a_line_that_is_not_up_yet_is_tried_otherwise() {
        let text = "future: arm fd 3; key 8; interest read and write, on the edge
                    future: wait fd 3; to \"write\"";
        assert!(says(text).is_empty());
        assert_eq!(says(&format!("future: connect fd 3\n{text}")).len(), 1);
    }
}
