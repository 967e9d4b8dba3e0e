//! `run`: a chapter's shop, or one of its programs.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, anyhow, bail};
use bestiary::near;
use bestiary::programs::cargo;
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser};

use super::{Audience, Verb, unexpected};

pub const VERB: Verb = Verb {
    name: "run",
    usage: "N [PROGRAM] [--ledger[=FILE]] [--release] [-- ARGS]",
    about: "runs the shop of chapter N, or one of the chapter's programs",
    help: "Without PROGRAM it opens the shop, on 127.0.0.1:7878; Ctrl-C closes it, and\n\
           `cargo bestiary talk` in another terminal is a customer.\n\n\
           --ledger         also prints what the runtime does, on standard error\n\
           --ledger=FILE    writes that to FILE, as JSON\n\
           --release        builds it optimised first\n\
           -- ARGS          what the program itself gets; `run 1 -- --help` lists the shop's",
    audience: Audience::Readers,
    run,
};

/// What the reader asked for.
struct Wish {
    chapter: String,
    program: Option<String>,
    ledger: Option<OsString>,
    release: bool,
    args: Vec<OsString>,
}

fn run(args: Parser) -> Result<ExitCode> {
    let wish = understand(args)?;
    let workspace = Workspace::find()?;
    let chapter = workspace.chapter(&wish.chapter)?;
    let mut command = Command::new(cargo());
    command
        .args(["run", "--quiet", "--manifest-path"])
        .arg(workspace.root().join("Cargo.toml"));
    command.args(["--package", &chapter.package]);
    match &wish.program {
        Some(program) if *program != chapter.package => {
            command.args(["--example", example(&workspace, chapter, program)?.as_str()]);
        }
        _ => {
            command.args(["--bin", &chapter.package]);
        }
    }
    if wish.release {
        command.arg("--release");
    }
    if let Some(ledger) = wish.ledger {
        command.env("LEDGER", ledger);
    }
    command.arg("--").args(wish.args);
    // We become the program: its exit code is ours, and Ctrl-C reaches it alone.
    Err(command.exec()).context("cargo cannot be started")
}

fn understand(mut args: Parser) -> Result<Wish> {
    let mut wish = Wish {
        chapter: String::new(),
        program: None,
        ledger: None,
        release: false,
        args: Vec::new(),
    };
    loop {
        if let Some(behind) = behind_dashes(&mut args) {
            wish.args = behind;
        }
        let Some(arg) = args.next()? else { break };
        match arg {
            Arg::Long("ledger") => {
                wish.ledger = Some(match args.optional_value() {
                    Some(file) if file == "-" => file,
                    // The program may run elsewhere; the file belongs here.
                    Some(file) => std::path::absolute(PathBuf::from(file))?.into(),
                    None => "-".into(),
                });
            }
            Arg::Long("release") => wish.release = true,
            Arg::Value(chapter) if wish.chapter.is_empty() => {
                wish.chapter = chapter.to_string_lossy().into()
            }
            Arg::Value(program) if wish.program.is_none() => {
                wish.program = Some(program.to_string_lossy().into())
            }
            Arg::Long(option) if !wish.chapter.is_empty() => {
                bail!(
                    "`--{option}` is not an option of `run`. Is it meant for the program? Then put `--` before it:\n\
                     cargo bestiary run {}{} -- --{option} …",
                    wish.chapter,
                    wish.program.map(|p| format!(" {p}")).unwrap_or_default(),
                );
            }
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    if wish.chapter.is_empty() {
        bail!(
            "which chapter? For example: cargo bestiary run 1\n`cargo bestiary list` lists them."
        );
    }
    Ok(wish)
}

/// If `--` is next: everything behind it, which is the program's.
fn behind_dashes(args: &mut Parser) -> Option<Vec<OsString>> {
    let rest = args.try_raw_args()?;
    (rest.peek()? == "--").then(|| rest.skip(1).collect())
}

/// The example that is meant; a wrong name is told the nearest, or whose it is.
fn example(workspace: &Workspace, chapter: &Chapter, name: &str) -> Result<String> {
    let examples = chapter.examples();
    if examples.iter().any(|example| example == name) {
        return Ok(name.to_owned());
    }
    let elsewhere = workspace
        .chapters()
        .iter()
        .find(|c| c.examples().iter().any(|example| example == name));
    if let Some(other) = elsewhere {
        bail!(
            "`{name}` belongs to chapter {}: cargo bestiary run {} {name}",
            other.number,
            other.number
        );
    }
    let hint = near::hint(name, examples.iter().map(String::as_str));
    Err(anyhow!(
        "chapter {} has no program `{name}`{hint}\nIt has: {}. Without a name, `run {}` opens its shop.",
        chapter.number,
        examples.join(", "),
        chapter.number,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(args: &[&str]) -> Result<Wish> {
        understand(Parser::from_args(args))
    }

    #[test]
    fn what_stands_behind_the_dashes_is_the_programs() {
        let wish = wish(&[
            "1",
            "nap",
            "--release",
            "--",
            "--clean-ms",
            "500",
            "--",
            "--release",
        ])
        .unwrap();
        assert_eq!(
            (wish.chapter.as_str(), wish.program.as_deref(), wish.release),
            ("1", Some("nap"), true)
        );
        assert_eq!(wish.args, ["--clean-ms", "500", "--", "--release"]);
        assert_eq!(wish.ledger, None);
    }

    #[test]
    fn the_ledger_goes_to_standard_error_or_to_a_file_here() {
        assert_eq!(wish(&["2", "--ledger"]).unwrap().ledger.unwrap(), "-");
        let file =
            PathBuf::from(wish(&["2", "--ledger=out.json"]).unwrap().ledger.unwrap());
        assert!(file.is_absolute() && file.ends_with("out.json"));
    }

    #[test]
    fn the_shops_own_options_are_refused_with_the_way_to_give_them() {
        let error = wish(&["1", "--clean-ms", "500"]).err().unwrap().to_string();
        assert!(error.contains("cargo bestiary run 1 -- --clean-ms"), "{error}");
    }

    #[test]
    fn a_chapter_is_needed() {
        assert!(wish(&[]).err().unwrap().to_string().contains("which chapter"));
    }
}
