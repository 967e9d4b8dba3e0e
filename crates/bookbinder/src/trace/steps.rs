//! What a trace shows, one step after another.

use super::state::State;
use super::{LeftOut, Trace, phrases};
use anyhow::{Context as _, Result, bail};
use ledger::{Entry, Ledger};

/// One step of a trace: an entry, or several that are left out.
#[derive(Clone, Debug)]
pub struct Step {
    /// What happened.
    pub what: What,
    /// The sentence that says so.
    pub say: String,
    /// What holds before it.
    pub(super) before: State,
    /// What holds after it.
    pub(super) after: State,
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum What {
    /// This.
    Entry(Entry),
    /// Some things that are not shown one by one.
    LeftOut {
        /// The number of the first one.
        from: u64,
        /// The number of the last one.
        to: u64,
    },
}

impl Step {
    /// The entry, unless the step stands for several.
    pub fn entry(&self) -> Option<&Entry> {
        match &self.what {
            What::Entry(entry) => Some(entry),
            What::LeftOut { .. } => None,
        }
    }

    /// The number under which the ledger has it: `9`, `14–134`.
    pub fn number(&self) -> String {
        match &self.what {
            What::Entry(entry) => entry.n.to_string(),
            What::LeftOut { from, to } => format!("{from}\u{2013}{to}"),
        }
    }
}

/// The steps of a recorded run.
///
/// # Errors
///
/// A sentence or a range of the TOML fits no entry, or a verb has no phrase.
pub(super) fn of(trace: &Trace, ledger: &Ledger) -> Result<Vec<Step>> {
    let entries = ledger.entries();
    check_ranges(&trace.told.left_out, entries)?;
    check_sentences(trace, entries)?;
    let mut steps = Vec::new();
    let mut state = State::default();
    let mut at = 0;
    while let Some(entry) = entries.get(at) {
        let before = state.clone();
        let left_out = trace.told.left_out.iter().find(|range| range.from == entry.n);
        let (what, say, next) = match left_out {
            Some(range) => {
                let next =
                    at + entries[at..].iter().take_while(|e| e.n <= range.to).count();
                let what = What::LeftOut { from: range.from, to: range.to };
                (what, range.say.clone(), next)
            }
            None => {
                let own = trace.told.sentences.get(&key(entry)).cloned();
                let say = match own {
                    Some(say) => say,
                    None => phrases::of(entry, &state).with_context(|| {
                        format!(
                            "entry {}: write a sentence for it, [sentences] \"{}\" = \"…\"",
                            entry.n,
                            key(entry)
                        )
                    })?,
                };
                (What::Entry(entry.clone()), say, at + 1)
            }
        };
        entries[at..next].iter().for_each(|entry| state.take(entry));
        at = next;
        steps.push(Step { what, say, before, after: state.clone() });
    }
    Ok(steps)
}

/// How the TOML names an entry. With its verb, so that a sentence cannot slip to another entry
/// when the run is recorded anew.
fn key(entry: &Entry) -> String {
    format!("{} {}", entry.n, entry.verb)
}

fn check_ranges(ranges: &[LeftOut], entries: &[Entry]) -> Result<()> {
    let last = entries.last().map_or(0, |entry| entry.n);
    for (n, range) in ranges.iter().enumerate() {
        let LeftOut { from, to, say } = range;
        if from >= to || *from == 0 || *to > last {
            bail!(
                "[[left_out]] from = {from}, to = {to}: there are the entries 1 to {last}, and a range has at least two"
            );
        }
        if say.trim().is_empty() {
            bail!(
                "[[left_out]] from = {from}: say = \"…\" is missing what they would have shown"
            );
        }
        if ranges[..n].iter().any(|other| other.from <= *to && *from <= other.to) {
            bail!("[[left_out]] from = {from}, to = {to} overlaps another range");
        }
    }
    Ok(())
}

fn check_sentences(trace: &Trace, entries: &[Entry]) -> Result<()> {
    for (name, say) in &trace.told.sentences {
        let number = name.split(' ').next().and_then(|n| n.parse::<u64>().ok());
        let Some(entry) = entries.iter().find(|entry| Some(entry.n) == number) else {
            bail!("[sentences] \"{name}\": the run has no such entry");
        };
        if key(entry) != *name {
            bail!(
                "[sentences] \"{name}\": entry {} is `{}`; has the run changed since this was written?",
                entry.n,
                entry.verb
            );
        }
        if say.trim().is_empty() {
            bail!("[sentences] \"{name}\" is empty");
        }
        let hides = |range: &&LeftOut| (range.from..=range.to).contains(&entry.n);
        if let Some(range) = trace.told.left_out.iter().find(hides) {
            bail!(
                "[sentences] \"{name}\" is not shown: [[left_out]] from = {} covers it",
                range.from
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, steps, trace};
    use super::*;

    fn told(more: &str) -> Result<Vec<Step>> {
        of(&trace(more), &ledger(LEDGER))
    }

    fn error(more: &str) -> String {
        told(more).unwrap_err().to_string()
    }

    #[test]
    fn every_entry_is_a_step_with_a_sentence() {
        let steps = steps();
        let numbers: Vec<String> = steps.iter().map(Step::number).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        assert!(steps.iter().all(|step| step.say.ends_with('.')));
    }

    #[test]
    fn entries_that_are_left_out_are_one_step_and_still_count() {
        let steps =
            told("[[left_out]]\nfrom = 2\nto = 3\nsay = \"Somebody comes.\"").unwrap();
        assert_eq!(steps.len(), 8);
        assert_eq!(
            (steps[1].number().as_str(), steps[1].say.as_str()),
            ("2–3", "Somebody comes.")
        );
        // The customer who came in meanwhile is known afterwards.
        assert!(steps[2].before.watched.contains_key(&2));
    }

    #[test]
    fn a_sentence_of_ones_own_replaces_the_phrase() {
        let steps = told("[sentences]\n\"7 read\" = \"Ann speaks.\"").unwrap();
        assert_eq!(steps[6].say, "Ann speaks.");
        assert_ne!(steps[7].say, "Ann speaks.");
    }

    #[test]
    fn a_sentence_whose_entry_has_changed_is_an_error() {
        assert!(error("[sentences]\n\"7 write\" = \"x\"").contains("entry 7 is `read`"));
        assert!(error("[sentences]\n\"70 write\" = \"x\"").contains("no such entry"));
        assert!(error("[sentences]\n\"7 read\" = \" \"").contains("is empty"));
        let hidden = "[sentences]\n\"2 accept\" = \"x\"\n[[left_out]]\nfrom = 2\nto = 3\nsay = \"y\"";
        assert!(error(hidden).contains("is not shown"));
    }

    #[test]
    fn a_range_that_fits_no_entries_is_an_error() {
        let range = |from: u8, to: u8| {
            format!("[[left_out]]\nfrom = {from}\nto = {to}\nsay = \"x\"\n")
        };
        assert!(error(&range(3, 3)).contains("at least two"));
        assert!(error(&range(3, 10)).contains("the entries 1 to 9"));
        assert!(error(&(range(2, 4) + &range(4, 6))).contains("overlaps"));
        assert!(error("[[left_out]]\nfrom = 2\nto = 4\nsay = \"\"").contains("say"));
    }

    #[test]
    fn a_verb_without_a_phrase_asks_for_a_sentence() {
        let strange = LEDGER.replace("\"listen\"", "\"yawn\"");
        let error = format!("{:#}", of(&trace(""), &ledger(&strange)).unwrap_err());
        assert!(error.contains("\"1 yawn\" = \"…\""), "{error}");
        assert!(
            of(&trace("[sentences]\n\"1 yawn\" = \"It is late.\""), &ledger(&strange))
                .is_ok()
        );
    }
}
