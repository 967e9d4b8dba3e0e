//! Descriptors that are open and wake nobody.

use super::{
    Finding, Weight,
    facts::{self, Facts},
};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    // With a deadline set, whoever is not listened to now may be taken up again when it is over.
    let Some(wait) = facts.parked_for_ever() else { return Vec::new() };
    let mut found = Vec::new();
    let mut ears = 0;
    for (name, fd) in facts.open() {
        match fd.armed {
            Some(armed) if armed.for_nothing() => found.push(
                fault(format!(
                    "fd {name} (key {}) is armed for nothing, and no deadline will take it up \
                     again: whatever is said there wakes nobody.",
                    armed.key
                ))
                .because(facts::entry(armed.entry)),
            ),
            Some(_) => ears += 1,
            None => found.push(fault(format!(
                "fd {name} is open and not armed: whatever is said there wakes nobody."
            ))),
        }
    }
    // What else can wake a future, and that nothing can, is told of its waker.
    if ears == 0 && facts.live.is_empty() {
        let says = "Nothing is armed and no deadline is set: nothing can ever wake it.";
        found.push(fault(says.to_owned()).because(facts::entry(wait.entry)));
    }
    found
}

fn fault(says: String) -> Finding {
    Finding::new("unheard", Weight::Fault, says)
}

#[cfg(test)]
mod tests {
    use super::{super::testing, find};

    fn says(text: &str) -> Vec<String> {
        testing::says(find, text)
    }

    const ON_THE_BENCH: &str = "clerk: arm fd 1; key 0; interest read
                                clerk: arm fd 2; key 1; interest read
                                clerk: rearm fd 2; key 1; interest nothing";

    #[test]
    fn armed_for_nothing_without_a_deadline_is_for_ever() {
        let says = says(&format!("{ON_THE_BENCH}\nclerk: park until \"an event\""));
        assert_eq!(says.len(), 1);
        assert!(says[0].starts_with("fd 2 (key 1) is armed for nothing"), "{says:?}");
    }

    #[test]
    fn a_deadline_may_take_it_up_again() {
        let waits = "clerk: park until \"an event or a deadline\"";
        assert!(says(&format!("{ON_THE_BENCH}\n{waits}")).is_empty());
    }

    #[test]
    fn nothing_armed_and_no_deadline_is_the_end() {
        let says = says(
            "clerk: accept fd 1
             clerk: arm fd 1; key 1; interest read
             clerk: disarm fd 1
             clerk: park until \"an event\"",
        );
        assert!(says[0].starts_with("fd 1 is open and not armed"), "{says:?}");
        assert!(says[1].ends_with("nothing can ever wake it."), "{says:?}");
    }

    #[test]
    fn where_there_is_no_poller_nobody_is_expected_to_arm_anything() {
        let says = says(
            "clerk: accept fd 1
             future: poll
             future: pending wakers 0
             clerk: park until \"it is woken\"",
        );
        assert!(says.is_empty(), "{says:?}");
    }

    #[test]
    fn what_can_wake_a_future_is_told_of_its_waker() {
        let future = "future: poll\nfuture: pending wakers 1";
        assert!(says(&format!("{future}\nclerk: park until \"an event\"")).is_empty());
    }
}
