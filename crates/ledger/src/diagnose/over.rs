//! Nobody waits: the program ended, or was ended.

use super::{Finding, Weight, facts, facts::Facts};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(last) = facts.entries.last() else {
        return vec![note("The ledger is empty.".to_owned())];
    };
    if !facts.waits.is_empty() {
        return Vec::new();
    }
    let open = facts.open().count();
    vec![
        match open {
            0 => {
                note("Nobody waits, and all that was opened has been closed.".to_owned())
            }
            1 => note(
                "Nobody waits; 1 descriptor was still open when the ledger ended."
                    .to_owned(),
            ),
            n => note(format!(
                "Nobody waits; {n} descriptors were still open when the ledger ended."
            )),
        }
        .because(facts::entry(last)),
    ]
}

fn note(says: String) -> Finding {
    Finding::new("over", Weight::Note, says)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(text);
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn a_program_that_closed_everything_went_home() {
        assert_eq!(
            says("clerk: listen fd 1\n clerk: close fd 1"),
            ["Nobody waits, and all that was opened has been closed."]
        );
    }

    #[test]
    fn a_program_that_left_something_open_is_told_so() {
        assert_eq!(
            says("clerk: accept fd 1\n clerk: accept fd 2"),
            ["Nobody waits; 2 descriptors were still open when the ledger ended."]
        );
    }

    #[test]
    fn a_program_that_waits_is_not_over() {
        assert!(says("clerk: park until \"an event\"").is_empty());
    }
}
