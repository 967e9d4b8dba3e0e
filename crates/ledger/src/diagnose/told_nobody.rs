//! There was news that somebody waited for, and no waker was called.

use super::{
    Finding, Weight,
    facts::{Facts, whom},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let (Some(wait), Some((told, left))) = (facts.parked_for_ever(), facts.unheard)
    else {
        return Vec::new();
    };
    let was_woken = facts.future.is_some_and(|future| future.woken.is_some());
    if was_woken || told.n > wait.entry.n {
        return Vec::new();
    }
    let says = format!(
        "There was news of {fd}, for which {who} had left the waker, and nobody called it: {fd} \
         will not ring for that again.",
        fd = left.with(),
        who = whom(&left.entry.actor),
    );
    let evidence = format!("entries {} and {}", left.entry.n, told.n);
    vec![Finding::new("told-nobody", Weight::Fault, says).because(evidence)]
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(news: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "future: poll
             future: arm fd 2; key 7; interest read and write, on the edge
             customer 1: wait fd 2; to \"read\"
             future: pending wakers 1
             clerk: park until \"an event\"
             clerk: unpark events 1
             {news}
             clerk: park until \"an event\""
        ));
        find(&Facts::of(ledger.entries())).into_iter().map(|f| f.says).collect()
    }

    #[test]
    fn news_have_to_be_passed_on() {
        assert_eq!(
            says("clerk: ready key 7; can \"read\""),
            [
                "There was news of fd 2, for which customer 1 had left the waker, and nobody called \
              it: fd 2 will not ring for that again."
            ]
        );
    }

    #[test]
    fn news_that_were_passed_on_or_concern_nobody_are_no_fault() {
        assert!(says("clerk: ready key 7; can \"read\"\nclerk: wake").is_empty());
        assert!(says("clerk: ready key 7; can \"read\"\nfuture: poll").is_empty());
        assert!(says("clerk: ready key 7; can \"write\"").is_empty());
        let in_line = "clerk 2: wake\nclerk: ready key 7; can \"read\"";
        assert!(says(in_line).is_empty(), "whoever is in line is put there once");
    }
}
