//! The verbs: one a file, each with its own help, gathered in [`VERBS`].
//!
//! A new verb is a file with a `pub const VERB: Verb` and a line in the table.

mod break_;
mod build;
mod carry;
mod check;
mod diff;
mod list;
mod read;
mod record;
mod run;
mod rush;
mod talk;
mod verify;
mod welcome;
mod why;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use bestiary::near;
use lexopt::{Arg, Parser};

use crate::pager;
use crate::paint::{Paint, Style};

/// One thing that `cargo bestiary` does.
pub struct Verb {
    /// What to type.
    pub name: &'static str,
    /// What may follow the name.
    pub usage: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The rest of what a reader may want to know.
    pub help: &'static str,
    /// Whom it is for.
    pub audience: Audience,
    /// Does it. The parser stands behind the verb's name.
    pub run: fn(Parser) -> Result<ExitCode>,
}

/// Whom a verb is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who reads the book.
    Readers,
    /// Who writes it.
    Authors,
}

/// All verbs, in the order in which the help lists them.
pub const VERBS: &[Verb] = &[
    read::VERB,
    build::VERB,
    list::VERB,
    run::VERB,
    talk::VERB,
    diff::VERB,
    break_::VERB,
    check::VERB,
    why::VERB,
    rush::VERB,
    record::VERB,
    carry::VERB,
    verify::VERB,
];

/// Finds the verb in the arguments and hands the others on to it.
pub fn dispatch(args: Vec<OsString>) -> Result<ExitCode> {
    let Some((first, others)) = args.split_first() else {
        return welcome::run();
    };
    let first = first.to_string_lossy();
    let wants_help = |arg: &OsString| arg == "--help" || arg == "-h";
    match first.as_ref() {
        "--help" | "-h" => {
            return pager::show(&overview(Paint::for_stdout()), false)
                .map(|()| ExitCode::SUCCESS);
        }
        "help" => {
            let text = match others.first() {
                None => overview(Paint::for_stdout()),
                Some(name) => help_of(find(&name.to_string_lossy())?),
            };
            return pager::show(&text, false).map(|()| ExitCode::SUCCESS);
        }
        _ => {}
    }
    let verb = find(&first)?;
    // What stands behind `--` is for the program that is run, its `--help` too.
    if others.iter().take_while(|arg| *arg != "--").any(wants_help) {
        return pager::show(&help_of(verb), false).map(|()| ExitCode::SUCCESS);
    }
    (verb.run)(Parser::from_args(others.to_vec()))
}

fn find(name: &str) -> Result<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name).ok_or_else(|| {
        let hint = near::hint(name, VERBS.iter().map(|verb| verb.name));
        let names: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
        anyhow!(
            "there is no verb `{name}`{hint}\nThere are: {}.\n`cargo bestiary --help` says what each does.",
            names.join(", "),
        )
    })
}

/// The error for an argument that the verb does not know.
pub fn unexpected(arg: &Arg<'_>, verb: &Verb) -> anyhow::Error {
    let what = match arg {
        Arg::Short(c) => format!("-{c}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(value) => value.to_string_lossy().into_owned(),
    };
    anyhow!("`{}` does not know `{what}`\n{}", verb.name, usage_of(verb))
}

fn usage_of(verb: &Verb) -> String {
    format!("Usage: cargo bestiary {} {}", verb.name, verb.usage).trim_end().to_owned()
}

fn help_of(verb: &Verb) -> String {
    format!(
        "{}: {}\n\n{}\n\n{}\n",
        verb.name,
        verb.about,
        usage_of(verb),
        verb.help.trim()
    )
}

fn overview(paint: Paint) -> String {
    let mut text =
        "cargo bestiary: read the book, run its programs, see what a chapter changed\n"
            .to_owned();
    for (audience, title) in
        [(Audience::Readers, "For readers"), (Audience::Authors, "For authors")]
    {
        let _ = write!(text, "\n{}\n", paint.style(Style::Bold, title));
        for verb in VERBS.iter().filter(|verb| verb.audience == audience) {
            let _ = writeln!(
                text,
                "  {:<8} {}",
                paint.style(Style::Cyan, verb.name),
                verb.about
            );
        }
    }
    text.push_str(
        "\nWithout a verb: the chapters, their programs, and what to type next.\n",
    );
    text.push_str("A chapter is written 5, 05, ch05, event-loop or ch05-event-loop.\n");
    text.push_str("`cargo bestiary VERB --help` says more about each.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_have_names_of_their_own_and_help() {
        for (n, verb) in VERBS.iter().enumerate() {
            assert!(
                VERBS[..n].iter().all(|other| other.name != verb.name),
                "two verbs `{}`",
                verb.name
            );
            assert!(!verb.help.trim().is_empty(), "`{}` has no help", verb.name);
            assert!(
                !verb.about.ends_with('.') && verb.about.len() < 80,
                "`{}`: {}",
                verb.name,
                verb.about
            );
        }
    }

    #[test]
    fn an_unknown_verb_is_told_the_nearest_and_all() {
        let error = find("raed").err().unwrap().to_string();
        assert!(
            error.contains("did you mean `read`?") && error.contains("carry"),
            "{error}"
        );
        assert!(!find("zzz").err().unwrap().to_string().contains("did you mean"));
    }
}
