//! Making the recorded run of a trace again.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use bookbinder::Chapter;
use bookbinder::trace::Trace;
use ledger::{Entry, Ledger};

use crate::child::{WATCHDOG, finish};
use crate::programs::Programs;
use crate::scratch::Scratch;

/// The traces of some chapters; with a name, those of this name or of this program.
///
/// # Errors
///
/// If a trace's TOML cannot be read.
pub fn asked<'a>(
    chapters: &'a [Chapter],
    name: Option<&str>,
) -> Result<Vec<(&'a Chapter, Trace)>> {
    let mut asked = Vec::new();
    for chapter in chapters {
        let mut traces = Trace::all(chapter)?;
        traces.retain(|trace| {
            name.is_none_or(|name| name == trace.name || name == trace.program())
        });
        asked.extend(traces.into_iter().map(|trace| (chapter, trace)));
    }
    Ok(asked)
}

/// Runs the program of a trace again and gives what it wrote into its ledger.
///
/// # Errors
///
/// If it cannot be run, hangs, ends with another code than 0, or writes no ledger.
pub fn again(
    trace: &Trace,
    chapter: &Chapter,
    programs: &Programs,
    root: &Path,
) -> Result<Ledger> {
    let scratch = Scratch::new().context("a folder for temporary files")?;
    let file = scratch.path().join("ledger.json");
    let mut command = Command::new(programs.path(trace.program())?);
    command
        .args(trace.args())
        .current_dir(root)
        .env_remove("RUST_BACKTRACE")
        .env("LEDGER", &file);
    finish(&mut command, WATCHDOG)?.ok(&trace.command())?;
    let json = fs::read_to_string(&file).with_context(|| {
        format!(
            "{} has written no ledger; it should begin with `ledger::init()`",
            chapter.path(&format!("examples/{}.rs", trace.program()))
        )
    })?;
    Ok(Ledger::from_json(&json)?)
}

/// Records traces anew and prints a line for each; gives how many failed.
pub fn record(traces: &[(&Chapter, Trace)], programs: &Programs, root: &Path) -> usize {
    let mut failed = 0;
    for (chapter, trace) in traces {
        let told = store(trace, chapter, programs, root)
            .map(str::to_owned)
            .unwrap_or_else(|error| {
                failed += 1;
                format!("FAILED: {error:#}")
            });
        println!("{told:<10} {}", chapter.path(&trace.json()));
    }
    failed
}

/// Runs one and stores what happened; says what became of it.
fn store(
    trace: &Trace,
    chapter: &Chapter,
    programs: &Programs,
    root: &Path,
) -> Result<&'static str> {
    let before = trace.recorded(chapter).ok();
    let ledger = again(trace, chapter, programs, root)?;
    let path = chapter.dir.join(trace.json());
    fs::write(&path, ledger.to_json())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    // Does what the author wrote about the run still fit it?
    trace.places(chapter)?;
    Ok(match before {
        None => "new",
        Some(before) if before == ledger => "same",
        Some(_) => "changed",
    })
}

/// The first thing in which two runs differ, as a sentence.
pub fn difference(stored: &Ledger, fresh: &Ledger) -> Option<String> {
    let (mut stored, mut fresh) = (stored.iter(), fresh.iter());
    loop {
        let told = |entry: Option<&Entry>| {
            entry.map_or("the run is over".to_owned(), |entry| entry.to_string())
        };
        match (stored.next(), fresh.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                return Some(format!("stored: {}\n   now: {}", told(a), told(b)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bytes: &[u32]) -> Ledger {
        let entries: Vec<String> = bytes
            .iter()
            .zip(1..)
            .map(|(bytes, n): (_, u32)| {
                format!(
                    r#"{{"n":{n},"actor":"clerk","verb":"read","objects":[{{"kind":"bytes","value":{bytes}}}],"at":{{"file":"src/net.rs","line":1}}}}"#
                )
            })
            .collect();
        Ledger::from_json(&format!("[{}]", entries.join(","))).unwrap()
    }

    #[test]
    fn runs_that_did_the_same_do_not_differ() {
        assert_eq!(difference(&run(&[1, 2]), &run(&[1, 2])), None);
    }

    #[test]
    fn the_first_difference_is_told() {
        let told = difference(&run(&[1, 2, 3]), &run(&[1, 7, 8])).unwrap();
        assert!(told.contains("bytes 2") && told.contains("bytes 7"), "{told}");
        assert!(!told.contains("bytes 8"), "{told}");
    }

    #[test]
    fn a_run_that_ends_early_differs() {
        let told = difference(&run(&[1, 2]), &run(&[1])).unwrap();
        assert!(told.contains("now: the run is over"), "{told}");
        assert!(difference(&run(&[1]), &run(&[1, 2])).is_some());
    }
}
