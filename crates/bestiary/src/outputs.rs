//! Making a stored output again.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use bookbinder::Chapter;
use bookbinder::directives::{Program, Run};

use crate::child::{WATCHDOG, finish};
use crate::programs::Programs;
use crate::scratch::Scratch;
use crate::{normal, strace};

/// A tool that some runs need and not every machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// `strace`, on the kernel and processor of the book's recordings.
    Strace,
    /// CPython, 3.11 or later.
    Python,
}

impl Tool {
    /// What the run needs, besides what cargo builds.
    pub fn of(run: &Run) -> Option<Self> {
        match run.program {
            Program::Python(_) => Some(Self::Python),
            Program::Example(_) => run.strace.then_some(Self::Strace),
        }
    }

    /// Whether this machine has it.
    pub fn is_here(self) -> bool {
        let runs = |program: &str, args: &[&str]| {
            let mut command = Command::new(program);
            command
                .args(args)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        match self {
            // Other processors have other system calls for the same thing.
            Self::Strace => {
                cfg!(all(target_os = "linux", target_arch = "x86_64"))
                    && runs("strace", &["-o", "/dev/null", "true"])
            }
            Self::Python => runs(
                "python3",
                &["-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            ),
        }
    }

    /// How to get it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Strace => "install strace, on Linux for x86-64",
            Self::Python => "install CPython 3.11 or later, as `python3`",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strace => "system calls seen by strace",
            Self::Python => "Python programs",
        })
    }
}

/// Runs the program again, as the page says it is run, and gives what the page would show.
///
/// # Errors
///
/// If it cannot be run, hangs, or ends with another code than 0.
pub fn again(
    run: &Run,
    chapter: &Chapter,
    programs: &Programs,
    root: &Path,
) -> Result<String> {
    let scratch = Scratch::new().context("a folder for temporary files")?;
    let trace = scratch.path().join("strace");
    let mut command = match (&run.program, run.strace) {
        (Program::Example(name), false) => Command::new(programs.path(name)?),
        (Program::Example(name), true) => {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-e", "signal=none", "-e", &strace::filter()]);
            // Into a file, for the program's own output would mix with it.
            strace.arg("-o").arg(&trace).arg(programs.path(name)?);
            strace
        }
        (Program::Python(name), _) => {
            let mut python = Command::new("python3");
            python.arg(chapter.dir.join("python").join(format!("{name}.py")));
            python.env("PYTHONDONTWRITEBYTECODE", "1");
            python
        }
    };
    command
        .args(&run.args)
        .current_dir(root)
        .env_remove("LEDGER")
        .env_remove("RUST_BACKTRACE");
    if run.ledger {
        command.env("LEDGER", "-");
    }
    command.envs(run.env.iter().map(|(key, value)| (key, value)));
    let done = finish(&mut command, WATCHDOG)?.ok(&run.command(chapter))?;
    let text = match (run.strace, run.ledger) {
        (true, _) => {
            strace::of_main(&fs::read_to_string(&trace).context("what strace wrote")?)?
        }
        (_, true) => done.stderr,
        _ => done.stdout,
    };
    Ok(normal::output(&text, root))
}

/// The file in which `text` is stored as the run's output: an insta snapshot.
pub fn snapshot(run: &Run, chapter: &Chapter, text: &str) -> String {
    format!(
        "---\nsource: {}\nexpression: {}\n---\n{}\n",
        chapter.path("README.md"),
        run.command(chapter),
        text.trim_end()
    )
}

/// The paths, in the chapter's folder, of all outputs that are stored there.
pub fn stored(chapter: &Chapter) -> Result<Vec<String>> {
    let folder = chapter.dir.join("outputs");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".snap") {
            paths.push(format!("outputs/{name}"));
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter() -> Chapter {
        Chapter {
            number: 1,
            package: "ch01-one".into(),
            slug: "one".into(),
            title: "One".into(),
            dir: std::env::temp_dir().join("ch01-one"),
        }
    }

    fn run(program: Program, strace: bool) -> Run {
        Run {
            program,
            args: vec![],
            env: vec![],
            strace,
            ledger: false,
            measured: false,
            release: false,
            line: 3,
        }
    }

    #[test]
    fn each_run_knows_the_tool_it_needs() {
        assert_eq!(Tool::of(&run(Program::Example("nap".into()), false)), None);
        assert_eq!(
            Tool::of(&run(Program::Example("nap".into()), true)),
            Some(Tool::Strace)
        );
        assert_eq!(
            Tool::of(&run(Program::Python("nap".into()), false)),
            Some(Tool::Python)
        );
    }

    #[test]
    fn what_is_stored_is_what_the_book_reads() {
        let (chapter, run) = (chapter(), run(Program::Example("nap".into()), false));
        let stored = snapshot(&run, &chapter, "a\n\nb\n\n");
        let (head, body) =
            stored.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n")).unwrap();
        assert_eq!(body, "a\n\nb\n");
        assert!(head.contains("expression: cargo run -q --example nap"), "{head}");
    }
}
