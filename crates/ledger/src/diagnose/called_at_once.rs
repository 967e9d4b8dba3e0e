//! A call that belongs in line was made in the middle of somebody's turn.

use super::{
    Finding, Weight,
    facts::{self, Facts, whom},
    polled::has_turns,
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let mut calls = facts.entries.iter().filter(|entry| entry.verb == "call");
    // Once is enough to know.
    let Some(call) = calls.find(|call| has_turns(&call.actor)) else { return Vec::new() };
    let says = format!(
        "A call was made within the turn of {}, and not in one of its own: it has gone before \
         everybody who was in line.",
        whom(&call.actor)
    );
    vec![Finding::new("called-at-once", Weight::Fault, says).because(facts::entry(call))]
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    #[test]
    fn a_call_has_its_turn_and_is_made_in_it() {
        for actor in ["task 1", "the future", "customer 2"] {
            let entry = format!("{}: call", actor.trim_start_matches("the "));
            assert_eq!(
                says(&format!("task 1: poll\ntask 1: ready\n{entry}\n{entry}")),
                [format!(
                    "A call was made within the turn of {actor}, and not in one of its own: it has \
                     gone before everybody who was in line."
                )]
            );
        }
        for thread in ["clerk", "clerk 2", "tailor"] {
            assert!(says(&format!("{thread}: call")).is_empty(), "{thread}");
        }
    }
}
