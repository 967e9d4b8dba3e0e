//! An edge has rung, and what it rang for was not taken to the end.

use super::{
    Finding, Weight,
    facts::{self, Armed, Facts, Fd, said_not_yet},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    // A future that has enough goes away with the rest unread, and nobody waits for that.
    if facts.has_futures || facts.parked_for_ever().is_none() {
        return Vec::new();
    }
    let watched = facts.open().filter_map(|(name, fd)| Some((name, fd, fd.armed?)));
    watched
        .filter(|(_, _, armed)| armed.on_edge() && armed.for_reading())
        .filter_map(|(name, fd, armed)| finding(name, fd, armed))
        .collect()
}

fn finding(name: i64, fd: &Fd<'_>, armed: Armed<'_>) -> Option<Finding> {
    // Arming again makes the kernel look again, so only what happened since counts.
    let since = |entry: &&crate::Entry| entry.n > armed.entry.n;
    let tried = fd.tried.filter(since);
    let told = fd.told.filter(since);
    let (how, shown_by) = match (tried, told) {
        (Some(tried), told) if told.is_none_or(|told| told.n < tried.n) => {
            if said_not_yet(tried) || tried.number("bytes") == Some(0) {
                return None;
            }
            let took = match tried.number("bytes") {
                Some(bytes) => format!("its last {} took {bytes} bytes", tried.verb),
                None => format!("its last {} took something", tried.verb),
            };
            (format!("{took} and did not go on until WouldBlock"), tried)
        }
        (_, Some(told)) => ("it has rung, and nobody has read since".to_owned(), told),
        (_, None) => return None,
    };
    let says = format!(
        "fd {name} has not been drained: {how}. By edge, what is left there has rung already. \
         Nothing wakes the clerk for it, unless more comes."
    );
    Some(Finding::new("undrained", Weight::Fault, says).because(facts::entry(shown_by)))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(&format!("{text}\nclerk: park until \"an event\""));
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    const TOLD: &str = "clerk: arm fd 1; key 4; interest read, on the edge
                        clerk: ready key 4; can \"read\"";

    #[test]
    fn one_read_does_not_drain_an_edge() {
        let says = says(&format!(
            "{TOLD}\nclerk: read fd 1; bytes 512\nclerk: write fd 1; bytes 9"
        ));
        assert!(says[0].starts_with("fd 1 has not been drained: its last read took 512"));
    }

    #[test]
    fn an_edge_that_nobody_heeded_is_lost() {
        assert!(says(TOLD)[0].contains("it has rung, and nobody has read since"));
        assert!(
            says(&format!("{TOLD}\nclerk: read fd 1; error WouldBlock\n{TOLD}")).len()
                == 1
        );
    }

    #[test]
    fn not_yet_drains_it_and_so_does_the_end() {
        for last in ["read fd 1; error WouldBlock", "read fd 1; bytes 0"] {
            let text = format!("{TOLD}\nclerk: read fd 1; bytes 512\nclerk: {last}");
            assert!(says(&text).is_empty(), "{last}");
        }
    }

    #[test]
    fn the_level_forgives_and_arming_again_looks_again() {
        let level = "clerk: arm fd 1; key 4; interest read\nclerk: read fd 1; bytes 512";
        assert!(says(level).is_empty());
        let again = format!(
            "{TOLD}\nclerk: read fd 1; bytes 512\nclerk: rearm fd 1; key 4; interest read, on the edge"
        );
        assert!(says(&again).is_empty());
    }

    #[test]
    fn room_to_write_is_no_news_for_a_reader() {
        let text = "clerk: arm fd 1; key 4; interest read and write, on the edge
                    clerk: read fd 1; error WouldBlock
                    clerk: ready key 4; can \"write\"";
        assert!(says(text).is_empty());
        assert_eq!(says(&text.replace("\"write\"", "\"read and write\"")).len(), 1);
    }

    #[test]
    fn a_future_may_leave_something_unread() {
        let text = format!("future: poll\n{TOLD}\nfuture: read fd 1; bytes 512");
        assert!(says(&text).is_empty());
    }
}
