//! Breaks: a chapter's crate with one thing forgotten, run beside the crate as it should be.
//!
//! What a break is stands in [`bookbinder::breaks`]. Here it is built ([`build`]), in a copy of the
//! crate below `target/`; run ([`run`]) under a watchdog, as is the unbroken program; and judged
//! ([`Experiment::otherwise`]): did it break in the way that it says? [`record`] stores what came of
//! it, for the pages.

mod record;

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bookbinder::breaks::{Break, Must};
use bookbinder::{Chapter, Workspace};
use ledger::{Diagnosis, diagnose};
use similar::{ChangeTag, TextDiff};

use crate::crate_copy::{Built, Crate};
use crate::normal;
use crate::watch::{End, Watched, watch};
pub use record::{asked, record};

/// A broken program.
#[derive(Debug)]
pub struct Broken {
    /// Where it is.
    pub program: PathBuf,
    /// The crate that it was built from: the reader may change it, and the next run changes it back.
    pub folder: PathBuf,
}

/// Builds the break's program from a copy of the chapter's crate.
///
/// # Errors
///
/// The patch does not fit, or what it makes does not compile.
pub fn build(
    it: &Break,
    chapter: &Chapter,
    workspace: &Workspace,
    target: &Path,
) -> Result<Broken> {
    let mut copy = Crate::of(chapter)?;
    let example = chapter.example_path(&it.program).context("a break has a program")?;
    copy.files.insert(example.clone(), chapter.read(&example)?);
    for change in it.changes(chapter)? {
        copy.files.insert(change.path, change.new);
    }
    let name = format!("ch{:02}-break-{}", chapter.number, it.name);
    let _turn = Turn::wait_for(target)?;
    let unpacked = copy.unpack(workspace, target, &name)?;
    match unpacked.build_example(&it.program, false)? {
        Built::Refused(why) => {
            bail!(
                "{}: the broken crate does not compile:\n{why}",
                chapter.path(&it.file("change.patch"))
            )
        }
        Built::Program { path, .. } => {
            // All copies are built into one folder, where the next one would replace this.
            let program = unpacked.root().join(&it.program);
            let _ = fs::remove_file(&program);
            fs::hard_link(&path, &program)
                .or_else(|_| fs::copy(&path, &program).map(drop))
                .with_context(|| format!("{} cannot be kept", path.display()))?;
            Ok(Broken { program, folder: unpacked.folder() })
        }
    }
}

/// Building is done one at a time, also by different processes.
struct Turn {
    _file: File,
}

impl Turn {
    fn wait_for(target: &Path) -> Result<Turn> {
        let folder = target.join("copies");
        let path = folder.join("turn");
        let file = fs::create_dir_all(&folder)
            .and_then(|()| File::create(&path))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        // SAFETY: `flock` takes two numbers; the lock goes with the file.
        while unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) } < 0 {
            let error = std::io::Error::last_os_error();
            if error.kind() != std::io::ErrorKind::Interrupted {
                return Err(error).with_context(|| path.display().to_string());
            }
        }
        Ok(Turn { _file: file })
    }
}

/// What became of the program, as it should be and with one thing forgotten.
#[derive(Debug)]
pub struct Experiment {
    /// As it should be.
    pub unbroken: Watched,
    /// With one thing forgotten.
    pub broken: Watched,
    /// What the broken one's ledger says.
    pub diagnosis: Diagnosis,
}

/// Runs both programs.
///
/// # Errors
///
/// One of them cannot be run, or cannot be watched.
pub fn run(
    it: &Break,
    unbroken: &Path,
    broken: &Path,
    root: &Path,
) -> Result<Experiment> {
    let run = |program: &Path| {
        watch(Command::new(program).args(&it.args).current_dir(root), it.limit())
    };
    let (unbroken, broken) = (run(unbroken)?, run(broken)?);
    let diagnosis = diagnose(&broken.ledger);
    Ok(Experiment { unbroken, broken, diagnosis })
}

impl Experiment {
    /// What was otherwise than the break says; nothing, if it broke as it should.
    pub fn otherwise(&self, it: &Break) -> Vec<String> {
        let mut wrong = self.unbroken_otherwise(it);
        let broken = &self.broken;
        let as_stated = match it.must {
            Must::Stuck => broken.end == End::Stuck && self.diagnosis.waits_for_ever(),
            Must::Spins => {
                let too_often = broken.wake_ups() > it.limit();
                (broken.end == End::Spinning || too_often)
                    && self.diagnosis.finds("spinning")
            }
            Must::Wrong => ended_well(broken) && broken.stdout != self.unbroken.stdout,
            Must::Fails => {
                matches!(broken.end, End::ByItself(status) if !status.success())
            }
        };
        if !as_stated {
            wrong.push(format!(
                "broken, {} {}, and it did not: {}",
                it.program,
                must(it.must),
                self.how_it_ended()
            ));
        }
        let said = on_one_line(&self.diagnosis.to_string());
        for wanted in it.diagnosis.iter().filter(|w| !said.contains(&on_one_line(w))) {
            wrong.push(format!(
                "the diagnosis does not say `{wanted}`; it says:\n{:#}",
                self.diagnosis
            ));
        }
        wrong
    }

    fn unbroken_otherwise(&self, it: &Break) -> Vec<String> {
        let mut wrong = Vec::new();
        let seen = &self.unbroken;
        if !ended_well(seen) {
            wrong.push(format!(
                "unbroken, {} must end by itself with success, and it did not ({:?}): {}",
                it.program,
                seen.end,
                last_line(&seen.stderr),
            ));
        }
        if seen.wake_ups() > it.limit() {
            wrong.push(format!(
                "unbroken, {} may {} {} times, and it did {} times",
                it.program,
                does(seen),
                it.limit(),
                seen.wake_ups()
            ));
        }
        let diagnosis = diagnose(&seen.ledger);
        if !diagnosis.is_healthy() {
            wrong.push(format!(
                "unbroken, {} must be healthy, and its diagnosis is\n{diagnosis:#}",
                it.program
            ));
        }
        wrong
    }

    fn how_it_ended(&self) -> String {
        match self.broken.end {
            End::Stuck => "it got stuck".to_owned(),
            End::Spinning => format!("it spun, for {} turns", self.broken.wake_ups()),
            End::ByItself(status) => {
                format!(
                    "it ended by itself ({status}), after {} turns",
                    self.broken.wake_ups()
                )
            }
        }
    }

    /// What came of it, in a form that is the same on every machine: the page shows it.
    pub fn told(&self, it: &Break, root: &Path) -> String {
        let outcome = match it.must {
            Must::Stuck => format!("It {} and waits for ever.", self.printed()),
            Must::Spins if self.broken.rests() => format!(
                "It wakes up more than {} times. Unbroken, it does so less often.",
                it.limit()
            ),
            Must::Spins => format!(
                "It polls its future more than {} times. Unbroken, it does so less often.",
                it.limit()
            ),
            Must::Wrong => {
                format!(
                    "It ends as it should, and prints something else:\n{}",
                    self.difference()
                )
            }
            Must::Fails => {
                let said = normal::output(&self.broken.stderr, root);
                match last_line(&said) {
                    "" => format!("It {} and fails, without a word.", self.printed()),
                    word => format!("It {} and fails:\n  {word}", self.printed()),
                }
            }
        };
        format!("{outcome}\n\n{:#}", self.diagnosis)
    }

    /// How far it got with what it prints.
    fn printed(&self) -> String {
        let (all, some) = (&self.unbroken.stdout, &self.broken.stdout);
        let (n, of) = (some.lines().count(), all.lines().count());
        if !all.starts_with(&**some) {
            return format!("prints {n} lines, not all of them right,");
        }
        match n {
            0 => "prints nothing".to_owned(),
            _ if n == of => format!("prints all of its {n} lines"),
            _ => format!("prints {n} of its {of} lines"),
        }
    }

    /// The lines that differ: `-` for what it prints unbroken, `+` for what it prints broken.
    fn difference(&self) -> String {
        let diff = TextDiff::from_lines(&self.unbroken.stdout, &self.broken.stdout);
        let lines = diff.iter_all_changes().filter_map(|change| {
            let sign = match change.tag() {
                ChangeTag::Equal => return None,
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            Some(format!("  {sign} {}", change.value().trim_end()))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What it does at the beginning of a turn, to be read after "may".
fn does(seen: &Watched) -> &'static str {
    if seen.rests() { "wake up" } else { "poll its future" }
}

fn must(must: Must) -> &'static str {
    match must {
        Must::Stuck => "must get stuck",
        Must::Spins => "must spin",
        Must::Wrong => "must print something else",
        Must::Fails => "must fail",
    }
}

fn ended_well(seen: &Watched) -> bool {
    matches!(seen.end, End::ByItself(status) if status.success())
}

/// The last line that says something about this program: a panic is followed by advice.
fn last_line(text: &str) -> &str {
    let advice = "note: run with `RUST_BACKTRACE";
    text.trim_end().lines().rfind(|line| !line.starts_with(advice)).unwrap_or_default()
}

/// A diagnosis is wrapped, and what one looks for in it is not.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use ledger::Ledger;

    use super::*;

    fn it(must: Must) -> Break {
        let toml = format!(
            "title = \"T\"\nforget = \"F.\"\nprogram = \"nap\"\nmust = \"{}\"\n",
            format!("{must:?}").to_lowercase()
        );
        toml_of(&toml)
    }

    fn toml_of(toml: &str) -> Break {
        toml::from_str(toml).unwrap()
    }

    fn seen(end: End, stdout: &str, verbs: &[&str]) -> Watched {
        let entry = |(n, verb): (usize, &&str)| {
            format!(
                r#"{{"n":{},"actor":"clerk","verb":"{verb}","at":{{"file":"a","line":1}},"objects":[{{"kind":"until","value":"an event"}}]}}"#,
                n + 1
            )
        };
        let entries: Vec<String> = verbs.iter().enumerate().map(entry).collect();
        let ledger = Ledger::from_json(&format!("[{}]", entries.join(","))).unwrap();
        Watched { end, stdout: stdout.into(), stderr: "why\n".into(), ledger }
    }

    fn well() -> Watched {
        seen(End::ByItself(ExitStatus::from_raw(0)), "a\nb\n", &["listen"])
    }

    fn experiment(broken: Watched) -> Experiment {
        let diagnosis = diagnose(&broken.ledger);
        Experiment { unbroken: well(), broken, diagnosis }
    }

    fn spinning() -> Watched {
        seen(End::Spinning, "", &["park"; 1_001])
    }

    fn stuck() -> Watched {
        seen(End::Stuck, "a\n", &["park"])
    }

    fn other() -> Watched {
        seen(End::ByItself(ExitStatus::from_raw(0)), "a\nc\n", &["listen"])
    }

    fn failed() -> Watched {
        seen(End::ByItself(ExitStatus::from_raw(256)), "a\n", &["listen"])
    }

    #[test]
    fn each_end_is_as_stated_by_one_break_and_otherwise_for_the_others() {
        let all = [Must::Stuck, Must::Spins, Must::Wrong, Must::Fails];
        for (which, broken) in
            [stuck(), spinning(), other(), failed()].into_iter().enumerate()
        {
            let experiment = experiment(broken);
            for (n, must) in all.into_iter().enumerate() {
                let wrong = experiment.otherwise(&it(must));
                assert_eq!(wrong.is_empty(), n == which, "{must:?}: {wrong:?}");
            }
        }
        let wrong = experiment(well()).otherwise(&it(Must::Stuck));
        assert!(
            wrong[0].contains("nap must get stuck, and it did not: it ended by itself"),
            "{wrong:?}"
        );
    }

    #[test]
    fn a_program_that_is_not_well_unbroken_proves_nothing() {
        let mut experiment = experiment(stuck());
        experiment.unbroken = spinning();
        let wrong = experiment.otherwise(&it(Must::Stuck)).join("\n");
        for part in ["must end by itself", "may wake up 1000 times", "must be healthy"] {
            assert!(wrong.contains(part), "{part}: {wrong}");
        }
    }

    #[test]
    fn a_diagnosis_that_lacks_something_is_shown() {
        let mut it = it(Must::Stuck);
        it.diagnosis = vec!["no deadline\nis set".into(), "fd 7".into()];
        let wrong = experiment(stuck()).otherwise(&it);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("does not say `fd 7`; it says:\nwaits"), "{wrong:?}");
    }

    #[test]
    fn what_is_told_is_the_same_on_every_machine() {
        let told = |broken, must| experiment(broken).told(&it(must), Path::new("/r"));
        assert!(
            told(stuck(), Must::Stuck)
                .starts_with("It prints 1 of its 2 lines and waits")
        );
        assert!(told(other(), Must::Wrong).contains("  - b\n  + c\n\n"));
        assert!(told(failed(), Must::Fails).contains("and fails:\n  why\n"));
        assert!(
            told(spinning(), Must::Spins)
                .starts_with("It wakes up more than 1000 times.")
        );
        let busy = seen(End::Spinning, "", &["poll"; 1_001]);
        assert!(
            told(busy, Must::Spins)
                .starts_with("It polls its future more than 1000 times.")
        );
        assert!(!told(spinning(), Must::Spins).contains("in a row, from"));
    }
}
