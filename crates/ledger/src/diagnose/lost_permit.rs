//! Somebody who had waited for a permit was woken, and was gone before their turn.

use std::collections::BTreeMap;

use super::{
    Finding, Weight,
    facts::Facts,
    polled::{Polled, is_over},
};
use crate::Entry;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.asleep_for_ever().is_none() {
        return Vec::new();
    }
    let waits = |left: &&super::facts::Left<'_>| is_for_a_permit(left.entry);
    let Some(next) = facts.left.iter().find(waits) else { return Vec::new() };
    chosen_and_gone(facts)
        .filter(|(_, _, end)| next.entry.n < end.n)
        .map(|(task, woken, end)| {
            let says = format!(
                "{} waited for a permit and was woken, and then it was dropped before it had its \
                 turn. If it was woken because the permit was its own, nobody has that now, and \
                 {} waits for it.",
                task.who(),
                next.whose
            );
            let evidence = format!("entries {}, {} and {}", woken.n, end.n, next.entry.n);
            Finding::new("lost-permit", Weight::Fault, says).because(evidence)
        })
        // Once is enough to know.
        .take(1)
        .collect()
}

fn is_for_a_permit(entry: &Entry) -> bool {
    entry.verb == "wait" && entry.text("until").is_some_and(|it| it.contains("permit"))
}

/// Those who were woken while they waited for a permit, and ended without another poll, after which
/// nobody was woken in their place.
fn chosen_and_gone<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<Item = (Polled, &'a Entry, &'a Entry)> {
    let entries = facts.entries;
    let mut waits: BTreeMap<Polled, Option<&Entry>> = BTreeMap::new();
    let mut gone = Vec::new();
    let mut aborted = None;
    for (n, entry) in entries.iter().enumerate() {
        let meant = Polled::meant_by(entry);
        let actor = Polled::named(&entry.actor);
        match (entry.verb.as_str(), actor) {
            ("wait", Some(actor)) if is_for_a_permit(entry) => {
                waits.insert(actor, None);
            }
            ("poll", Some(actor)) => drop(waits.remove(&actor)),
            // To end is another reason to be woken.
            ("wake", _) if aborted != Some(meant) => {
                if let Some(woken) = waits.get_mut(&meant) {
                    woken.get_or_insert(entry);
                }
            }
            _ => {}
        }
        aborted = (entry.verb == "abort").then_some(meant);
        let Some(over) = is_over(entry) else { continue };
        let Some(Some(woken)) = waits.remove(&over) else { continue };
        let passed_on = entries[n + 1..].iter().take_while(|e| e.verb != "park");
        let mut passed_on = passed_on.filter(|e| e.verb == "wake");
        if !passed_on.any(|wake| waits.contains_key(&Polled::meant_by(wake))) {
            gone.push((over, woken, entry));
        }
    }
    gone.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::ledger, Facts, find};

    fn says(text: &str) -> Vec<String> {
        let ledger = ledger(&format!(
            "task 1: poll
             task 1: wait until \"there is a permit\"
             task 1: pending wakers 1
             task 2: poll
             task 2: wait until \"there is a permit\"
             task 2: pending wakers 1
             {text}
             clerk: park until \"an event\""
        ));
        find(&Facts::of(ledger.entries()))
            .into_iter()
            .map(|f| format!("{} ({})", f.says, f.evidence))
            .collect()
    }

    const CHOSEN: &str = "future: wake task 1\nfuture: abort task 1";

    #[test]
    fn whoever_is_chosen_and_goes_passes_the_permit_on() {
        assert_eq!(
            says(&format!("{CHOSEN}\nclerk: drop task 1")),
            [
                "task 1 waited for a permit and was woken, and then it was dropped before it had its \
              turn. If it was woken because the permit was its own, nobody has that now, and task \
              2 waits for it. (entries 7, 9 and 5)"
            ]
        );
    }

    #[test]
    fn a_permit_that_was_passed_on_or_had_or_never_given_is_not_lost() {
        let end = "clerk: drop task 1";
        for text in [
            format!("{CHOSEN}\n{end}\nclerk: wake task 2"),
            format!("future: wake task 1\ntask 1: poll\n{end}"),
            format!("future: abort task 1\nfuture: wake task 1\n{end}"),
            format!("{end}\nfuture: wake task 2"),
            format!("{CHOSEN}\n{end}\ntask 2: ready"),
        ] {
            assert!(says(&text).is_empty(), "{text}");
        }
    }
}
