//! What is the matter with a program: who waits for what, and why nothing can wake it.
//!
//! A diagnosis is made from the entries alone. [`facts`] reads them once and keeps what can still
//! matter at their end: which descriptors are open and armed, what each was last asked and what it
//! answered, who waits. Then each rule of [`RULES`] looks at the facts and says what it finds.
//!
//! **A new rule** is a file with a function from [`Facts`] to findings, a unit test over a ledger
//! written by hand (`testing.rs` reads it), and a line in [`RULES`]. If it needs to know something
//! that nobody has asked yet, it goes into `facts.rs`.

mod aborted;
mod called_at_once;
mod closed_while_armed;
mod deaf;
mod facts;
mod held;
mod in_line_twice;
mod left_behind;
mod lost_permit;
mod lost_wake_up;
mod never_ended;
mod no_waker;
mod nobody_at_the_door;
mod nobody_left;
mod not_yet;
mod over;
mod polled;
mod spinning;
mod stood_still;
#[cfg(test)]
mod testing;
mod told_nobody;
mod undrained;
mod unended_turn;
mod unheard;
mod untold_joiner;
mod untried;
mod waiting;
mod watched;

use std::fmt;

use crate::Ledger;
use facts::Facts;

/// One thing to look for.
type Rule = fn(&Facts<'_>) -> Vec<Finding>;

/// All that is looked for, in the order in which a diagnosis says it: how things stand, then what
/// is wrong.
const RULES: &[Rule] = &[
    over::find,
    waiting::find,
    held::find,
    watched::find,
    no_waker::find,
    lost_wake_up::find,
    deaf::find,
    told_nobody::find,
    untold_joiner::find,
    lost_permit::find,
    nobody_left::find,
    untried::find,
    left_behind::find,
    stood_still::find,
    in_line_twice::find,
    called_at_once::find,
    aborted::find,
    unended_turn::find,
    never_ended::find,
    undrained::find,
    unheard::find,
    nobody_at_the_door::find,
    closed_while_armed::find,
    not_yet::find,
    spinning::find,
];

/// Says what state a program was in when its ledger ended, and what it has forgotten.
///
/// ```
/// let ledger = ledger::Ledger::from_json(r#"[
///     {"n": 1, "actor": "clerk", "verb": "block", "at": {"file": "src/net.rs", "line": 7},
///      "objects": [{"kind": "call", "value": "read"}, {"kind": "fd", "value": 2}]}
/// ]"#);
/// let diagnosis = ledger::diagnose(&ledger.unwrap());
///
/// assert!(diagnosis.waits_for_ever());
/// assert!(diagnosis.to_string().contains("stands still in read on fd 2"));
/// ```
pub fn diagnose(ledger: &Ledger) -> Diagnosis {
    let facts = Facts::of(ledger.entries());
    Diagnosis { findings: RULES.iter().flat_map(|find| find(&facts)).collect() }
}

/// What a ledger says about its program.
///
/// It prints as text, a paragraph a finding. `{:#}` leaves out the evidence (numbers of entries,
/// counts), for comparisons that should survive another machine and an edit of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    findings: Vec<Finding>,
}

/// One thing that a rule has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that found it: `undrained`.
    pub rule: &'static str,
    /// What it means for the program.
    pub weight: Weight,
    /// What was found, in sentences.
    pub says: String,
    /// What shows it: numbers of entries, counts. Empty if there is nothing to point at.
    pub evidence: String,
}

/// What a [`Finding`] means for the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// This is how things stand.
    Note,
    /// Somebody waits, and no clock will end it: something has to come from outside.
    Waits,
    /// Something has been forgotten.
    Fault,
}

impl Diagnosis {
    /// All that was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing has been forgotten. The program may well be waiting.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.weight != Weight::Fault)
    }

    /// Whether somebody waits for something that no clock will bring.
    pub fn waits_for_ever(&self) -> bool {
        self.findings.iter().any(|finding| finding.weight == Weight::Waits)
    }

    /// Whether a rule has found something.
    pub fn finds(&self, rule: &str) -> bool {
        self.findings.iter().any(|finding| finding.rule == rule)
    }
}

impl Finding {
    fn new(rule: &'static str, weight: Weight, says: String) -> Finding {
        Finding { rule, weight, says, evidence: String::new() }
    }

    fn because(self, evidence: String) -> Finding {
        Finding { evidence, ..self }
    }
}

impl Weight {
    /// The word before a finding.
    fn word(self) -> &'static str {
        match self {
            Weight::Note => "sees",
            Weight::Waits => "waits",
            Weight::Fault => "wrong",
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let mut says = finding.says.clone();
            if !f.alternate() && !finding.evidence.is_empty() {
                says.push_str(&format!(" ({})", finding.evidence));
            }
            write_paragraph(finding.weight.word(), &says, f)?;
        }
        Ok(())
    }
}

/// The widest line of a diagnosis, in characters.
const WIDTH: usize = 76;

/// Writes the text behind its label, in lines that hang below each other.
fn write_paragraph(label: &str, text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut line = format!("{label:<5} ");
    let margin = line.len();
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(f, "{line}")?;
            line = " ".repeat(margin);
        }
        line.push(' ');
        line.push_str(word);
        is_empty = false;
    }
    writeln!(f, "{line}")
}

#[cfg(test)]
mod tests {
    use super::{Weight, diagnose, testing::ledger};

    #[test]
    fn a_diagnosis_says_how_things_stand_and_then_what_is_wrong() {
        let diagnosis = diagnose(&ledger(
            "clerk: arm fd 1; key 4; interest read, on the edge
             clerk: park until \"an event\"
             clerk: unpark events 1
             clerk: ready key 4; can \"read\"
             clerk: read fd 1; bytes 512
             clerk: park until \"an event\"",
        ));
        let weights: Vec<Weight> =
            diagnosis.findings().iter().map(|f| f.weight).collect();
        assert_eq!(weights, [Weight::Waits, Weight::Note, Weight::Fault]);
        assert!(diagnosis.waits_for_ever() && !diagnosis.is_healthy());
        assert_eq!(
            diagnosis.to_string(),
            "\
waits  The clerk waits for an event, and no deadline is set. (entry 6)
sees   fd 1 (key 4) is armed for read, on the edge.
wrong  fd 1 has not been drained: its last read took 512 bytes and did not
       go on until WouldBlock. By edge, what is left there has rung already.
       Nothing wakes the clerk for it, unless more comes. (entry 5)
"
        );
        assert!(!format!("{diagnosis:#}").contains("entry"));
    }

    #[test]
    fn an_empty_ledger_has_a_diagnosis_too() {
        let diagnosis = diagnose(&ledger(""));
        assert!(diagnosis.is_healthy() && !diagnosis.waits_for_ever());
        assert_eq!(diagnosis.to_string(), "sees   The ledger is empty.\n");
    }
}
