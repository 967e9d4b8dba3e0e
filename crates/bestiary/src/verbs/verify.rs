//! `verify`: every promise of the book, a line each.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use bestiary::programs::cargo;
use bookbinder::Workspace;
use lexopt::{Arg, Parser};

use super::{Audience, Verb, unexpected};
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "verify",
    usage: "[WORD]",
    about: "checks every promise of the book, a line each",
    help: "It runs the tests of the package `promises`: the printed outputs, the lines that\n\
           the text must show, the printed commands, the shops' conversations, the built\n\
           book, the house rules. With WORD, only the promises with that word in their name.\n\
           The chapters' own tests are `cargo test --workspace`.",
    audience: Audience::Authors,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let mut word = None;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(value) if word.is_none() => word = Some(value),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let mut tests = Command::new(cargo())
        .args([
            "test",
            "--quiet",
            "--package",
            "promises",
            "--test",
            "promises",
            "--",
            "--format=pretty",
        ])
        .args(word)
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let paint = Paint::for_stdout();
    if let Some(lines) = tests.stdout.take() {
        for line in BufReader::new(lines).lines() {
            if let Some(line) = told(&line?, paint) {
                println!("{line}");
            }
        }
    }
    Ok(if tests.wait()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What to print for a line of the test runner's.
fn told(line: &str, paint: Paint) -> Option<String> {
    let Some((name, outcome)) =
        line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... "))
    else {
        let noise = line.is_empty()
            || line.starts_with("running ")
            || line.starts_with("test result");
        return (!noise).then(|| line.to_owned());
    };
    let promise = name.rsplit("::").next().unwrap_or(name).replace('_', " ");
    Some(match outcome {
        "ok" => format!("{}    {promise}", paint.style(Style::Green, "kept")),
        "FAILED" => format!("{}  {promise}", paint.style(Style::Red, "BROKEN")),
        other => format!("{}  {promise}", paint.style(Style::Dim, other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_reads_as_a_sentence() {
        let told = |line| told(line, Paint::PLAIN);
        assert_eq!(
            told("test book::no_page_is_empty ... ok").as_deref(),
            Some("kept    no page is empty"),
        );
        assert_eq!(told("test a::b_c ... FAILED").as_deref(), Some("BROKEN  b c"));
        assert_eq!(told("running 3 tests"), None);
        assert_eq!(
            told("chapters/ch01-blocking: line 3").as_deref(),
            Some("chapters/ch01-blocking: line 3")
        );
    }
}
