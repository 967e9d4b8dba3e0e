//! Recorded runs, replayed on the page.
//!
//! A trace is two files in a chapter's `traces/`: `NAME.toml` says which program to run and how to
//! tell it, `NAME.json` is the ledger of one such run. From the two, `steps` picks what is
//! shown, `phrases` finds a sentence for each entry, `state` works out what holds after it,
//! `drawing` draws it, and `page` puts it all on the page. Nothing is simulated: what the
//! drawing shows, an entry said.

mod board;
mod columns;
mod drawing;
mod excerpt;
mod label;
mod page;
mod phrases;
mod state;
mod steps;
mod symbols;
#[cfg(test)]
mod testing;

pub(crate) use page::figure;
pub use steps::{Step, What};

use crate::{Chapter, near};
use anyhow::{Context as _, Result, bail};
use ledger::{Lane, Ledger};
use serde::Deserialize;
use state::FUTURE;
use std::collections::BTreeMap;
use std::fs;

/// One trace of a chapter: what to run, and how to tell what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The name of its two files.
    pub name: String,
    told: Told,
}

/// `traces/NAME.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// The example program that is run.
    program: String,
    /// Its arguments.
    #[serde(default)]
    args: Vec<String>,
    /// What the picture is called.
    title: String,
    /// What there is to see, in one line.
    about: String,
    /// Other names for the lanes.
    #[serde(default)]
    lanes: Lanes,
    /// The entries that are not shown.
    #[serde(default)]
    left_out: Vec<LeftOut>,
    /// Sentences for single entries, by number and verb (`"9 block"`), where the phrase book has
    /// nothing good enough.
    #[serde(default)]
    sentences: BTreeMap<String, String>,
}

/// What the lanes are called in one trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lanes {
    task: Option<String>,
    queue: Option<String>,
    reactor: Option<String>,
    kernel: Option<String>,
}

/// Entries that are not shown, and what they would have shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    /// The number of the first one.
    from: u64,
    /// The number of the last one.
    to: u64,
    /// The sentence that stands for them.
    say: String,
}

impl Trace {
    /// The chapter's traces, in the order of their names.
    ///
    /// # Errors
    ///
    /// A file in `traces/` cannot be read, or names a program that is not there.
    pub fn all(chapter: &Chapter) -> Result<Vec<Trace>> {
        names(chapter)?.iter().map(|name| Trace::of(chapter, name)).collect()
    }

    /// The chapter's trace of this name.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be read.
    pub fn of(chapter: &Chapter, name: &str) -> Result<Trace> {
        let path = format!("traces/{name}.toml");
        if !chapter.dir.join(&path).is_file() {
            let names = names(chapter)?;
            let hint = near::hint(name, names.iter().map(String::as_str));
            bail!("there is no {}{hint}", chapter.path(&path));
        }
        let told: Told = toml::from_str(&chapter.read(&path)?)
            .with_context(|| format!("{} cannot be read", chapter.path(&path)))?;
        if chapter.example_path(&told.program).is_none() {
            let all = chapter.examples();
            let hint = near::hint(&told.program, all.iter().map(String::as_str));
            bail!(
                "{}: no program examples/{}.rs{hint}",
                chapter.path(&path),
                told.program
            );
        }
        Ok(Trace { name: name.to_owned(), told })
    }

    /// What it is called on the page.
    pub fn title(&self) -> &str {
        &self.told.title
    }

    /// The example program that is run.
    pub fn program(&self) -> &str {
        &self.told.program
    }

    /// The program's arguments.
    pub fn args(&self) -> &[String] {
        &self.told.args
    }

    /// The file in the chapter's folder that holds the recorded ledger.
    pub fn json(&self) -> String {
        format!("traces/{}.json", self.name)
    }

    /// The file in the chapter's folder that says how to tell it.
    pub fn toml(&self) -> String {
        format!("traces/{}.toml", self.name)
    }

    /// The command that prints the same run as text.
    pub fn command(&self) -> String {
        let mut words = vec!["LEDGER=- cargo run -q --example", &self.told.program];
        if !self.told.args.is_empty() {
            words.push("--");
        }
        words.extend(self.told.args.iter().map(String::as_str));
        words.join(" ")
    }

    /// The command that records it.
    pub fn record_command(&self, chapter: &Chapter) -> String {
        format!("cargo bestiary record {} {}", chapter.number, self.name)
    }

    /// What a lane is called in this trace.
    fn lane(&self, lane: Lane, steps: &[Step]) -> String {
        let own = match lane {
            Lane::Task => &self.told.lanes.task,
            Lane::Queue => &self.told.lanes.queue,
            Lane::Reactor => &self.told.lanes.reactor,
            Lane::Kernel => &self.told.lanes.kernel,
        };
        let anybody = |who: &str| {
            let mut entries = steps.iter().filter_map(Step::entry);
            entries.any(|entry| entry.actor.starts_with(who))
        };
        match (own, lane) {
            (Some(own), _) => own.clone(),
            (None, Lane::Task) if anybody("customer") => "customers".to_owned(),
            (None, Lane::Task) if anybody("task ") => "tasks".to_owned(),
            (None, Lane::Task) if anybody(FUTURE) => FUTURE.to_owned(),
            (None, Lane::Task) => "tasks".to_owned(),
            (None, lane) => lane.name().to_owned(),
        }
    }

    /// The recorded run.
    ///
    /// # Errors
    ///
    /// Nothing is recorded, or the file is no ledger.
    pub fn recorded(&self, chapter: &Chapter) -> Result<Ledger> {
        let path = chapter.path(&self.json());
        let record = self.record_command(chapter);
        if !chapter.dir.join(self.json()).is_file() {
            bail!("no run is stored in {path}; `{record}` makes one");
        }
        let ledger = Ledger::from_json(&chapter.read(&self.json())?)
            .with_context(|| format!("{path}; `{record}` makes a new one"))?;
        if ledger.is_empty() {
            bail!(
                "{path} holds no entry; does examples/{}.rs begin with `ledger::init()`?",
                self.told.program
            );
        }
        Ok(ledger)
    }

    /// What the page shows, step by step.
    ///
    /// # Errors
    ///
    /// The recorded run cannot be read, or does not fit what the TOML says of it.
    pub fn steps(&self, chapter: &Chapter) -> Result<Vec<Step>> {
        let ledger = self.recorded(chapter)?;
        steps::of(self, &ledger).with_context(|| chapter.path(&self.toml()))
    }

    /// The lines of source that the page shows beside the steps: file and line.
    ///
    /// # Errors
    ///
    /// As [`Trace::steps`]; or one of the lines is no longer where it was.
    pub fn places(&self, chapter: &Chapter) -> Result<Vec<(String, usize)>> {
        let steps = self.steps(chapter)?;
        Ok(excerpt::all(self, &steps, chapter)?.places())
    }
}

/// The names of the traces in a chapter's folder; a ledger without its TOML is one, too.
fn names(chapter: &Chapter) -> Result<Vec<String>> {
    let folder = chapter.dir.join("traces");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for file in fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", chapter.path("traces")))?
    {
        let path = file?.path();
        let is_ours = path.extension().is_some_and(|e| e == "toml" || e == "json");
        if let Some(stem) = path.file_stem().filter(|_| is_ours) {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::testing::{LEDGER, scratch};
    use super::*;

    const TOML: &str = "program = \"nap\"\ntitle = \"A nap\"\nabout = \"It naps.\"\n";

    #[test]
    fn a_trace_is_read_with_its_ledger() {
        let scratch = scratch(TOML, LEDGER);
        let chapter = scratch.chapter(1);
        let traces = Trace::all(&chapter).unwrap();
        assert_eq!(traces.len(), 1);
        assert_eq!(traces[0].name, "a-nap");
        assert_eq!(traces[0].command(), "LEDGER=- cargo run -q --example nap");
        assert_eq!(traces[0].recorded(&chapter).unwrap().len(), 9);
        assert_eq!(traces[0].steps(&chapter).unwrap().len(), 9);
    }

    #[test]
    fn a_missing_trace_names_the_nearest() {
        let scratch = scratch(TOML, LEDGER);
        let error = Trace::of(&scratch.chapter(1), "anap").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no chapters/ch01-one/traces/anap.toml; did you mean `a-nap`?"
        );
    }

    #[test]
    fn a_missing_ledger_names_the_command_that_makes_it() {
        let scratch = scratch(TOML, LEDGER);
        let chapter = scratch.chapter(1);
        fs::remove_file(chapter.dir.join("traces/a-nap.json")).unwrap();
        let trace = Trace::of(&chapter, "a-nap").unwrap();
        let error = trace.recorded(&chapter).unwrap_err().to_string();
        assert!(error.ends_with("`cargo bestiary record 1 a-nap` makes one"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let scratch = scratch(&TOML.replace("nap\"\ntitle", "nup\"\ntitle"), LEDGER);
        let error = format!("{:#}", Trace::all(&scratch.chapter(1)).unwrap_err());
        assert!(
            error.contains(
                "traces/a-nap.toml: no program examples/nup.rs; did you mean `nap`?"
            ),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let scratch = scratch(&format!("{TOML}sentence = 1\n"), LEDGER);
        let error = format!("{:#}", Trace::all(&scratch.chapter(1)).unwrap_err());
        assert!(error.contains("traces/a-nap.toml cannot be read"), "{error}");
        assert!(error.contains("sentences"), "{error}");
    }
}
