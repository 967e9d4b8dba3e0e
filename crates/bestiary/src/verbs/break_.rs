//! `break`: forgets one thing in a copy of a chapter, and shows what comes of it.

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bestiary::breaks::{self, Broken, Experiment};
use bestiary::crate_copy::target_dir;
use bestiary::programs::Programs;
use bestiary::watch::{End, Watched, heed_interrupts};
use bookbinder::breaks::{Break, Must};
use bookbinder::{Chapter, Workspace};
use ledger::{Entry, Ledger};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::pager;
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "break",
    usage: "N [NAME]",
    about: "forgets one thing in a copy of chapter N, runs it, and says what is wrong",
    help: "Without NAME it lists what can be forgotten. With NAME it copies the chapter's crate\n\
           into target/, forgets one thing there, runs one of the chapter's programs, and ends it\n\
           if it hangs or spins. Then it shows the last entries of the ledger and a diagnosis:\n\
           who waits for what, and why nothing can wake it.\n\n\
           The chapter itself is not touched. The copy is yours to change, and the next run\n\
           changes it back. The exit code is 0 if it broke as it should.",
    audience: Audience::Readers,
    run,
};

/// How many of the ledger's last entries are shown; those that repeat the one before count once.
const TAIL: usize = 12;

fn run(mut args: Parser) -> Result<ExitCode> {
    let (mut number, mut name) = (None, None);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(value) if number.is_none() => number = Some(value.string()?),
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let paint = Paint::for_stdout();
    let Some(number) = number else {
        bail!(
            "which chapter? For example: cargo bestiary break 1\n`cargo bestiary list` lists them."
        );
    };
    let chapter = workspace.chapter(&number)?;
    match name {
        None => pager::show(&listed(chapter, paint)?, false).map(|()| ExitCode::SUCCESS),
        Some(name) => break_it(&Break::find(chapter, &name)?, chapter, &workspace, paint),
    }
}

/// The chapter's breaks, each with what it forgets.
fn listed(chapter: &Chapter, paint: Paint) -> Result<String> {
    let all = Break::all(chapter)?;
    if all.is_empty() {
        return Ok(format!("Chapter {} has nothing to break.\n", chapter.number));
    }
    let mut text = format!(
        "What can be forgotten in {}:\n\n",
        paint.style(Style::Bold, &chapter.package)
    );
    let wide = all.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for it in &all {
        let _ = writeln!(
            text,
            "  {:<wide$}  {}",
            paint.style(Style::Cyan, &it.name),
            it.forget
        );
    }
    let _ = writeln!(
        text,
        "\nSee what comes of it: {}",
        paint.style(Style::Cyan, all[0].command(chapter))
    );
    Ok(text)
}

fn break_it(
    it: &Break,
    chapter: &Chapter,
    workspace: &Workspace,
    paint: Paint,
) -> Result<ExitCode> {
    if let Some(system) = it.only.as_deref().filter(|_| !it.breaks_here()) {
        bail!("`{}` breaks on {system}, and this is {}", it.name, std::env::consts::OS);
    }
    it.changes(chapter)?;
    let patch = chapter.read(&it.file("change.patch"))?;
    show(&format!(
        "{}\n{}\n\n{}\n",
        paint.style(Style::Bold, &it.title),
        it.forget,
        coloured(&patch, paint)
    ))?;

    eprintln!("{}", paint.style(Style::Dim, "building it, unbroken and broken"));
    let unbroken = Programs::build(workspace.root(), &["-p", &chapter.package])?;
    let broken = breaks::build(it, chapter, workspace, &target_dir(workspace))?;
    heed_interrupts();
    eprintln!("{}", paint.style(Style::Dim, "running it, unbroken and broken"));
    let experiment =
        breaks::run(it, unbroken.path(&it.program)?, &broken.program, workspace.root())?;

    show(&story(it, &experiment, paint))?;
    show(&tail(&experiment.broken.ledger, &broken, workspace, paint)?)?;
    show(&format!(
        "\n{}\n{}",
        paint.style(Style::Bold, "Diagnosis"),
        indented(&experiment.diagnosis.to_string())
    ))?;
    let wrong = experiment.otherwise(it);
    show(&format!("\n{}", verdict(it, &wrong, paint)))?;
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(text: &str) -> Result<()> {
    pager::show(text, false)
}

/// A patch in colour.
fn coloured(patch: &str, paint: Paint) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => Style::Bold,
            [b'-', ..] => Style::Red,
            [b'+', ..] => Style::Green,
            [b'@', ..] => Style::Cyan,
            _ => return format!("{line}\n"),
        };
        format!("{}\n", paint.style(style, line))
    };
    patch.lines().map(line).collect()
}

/// What both programs printed, and how they ended.
fn story(it: &Break, experiment: &Experiment, paint: Paint) -> String {
    let command = format!("{} {}", it.program, it.args.join(" "));
    let told = |which: &str, seen: &Watched| {
        let printed = format!("{}{}", seen.stdout, seen.stderr);
        let printed = if printed.is_empty() { "(nothing)" } else { &printed };
        format!(
            "\n{} prints\n{}and {}.\n",
            paint.style(Style::Bold, format!("{which}, {}", command.trim_end())),
            indented(printed),
            how_it_ended(seen),
        )
    };
    told("Unbroken", &experiment.unbroken) + &told("Broken", &experiment.broken) + "\n"
}

fn how_it_ended(seen: &Watched) -> String {
    let turn = if seen.rests() { "wake-up" } else { "poll" };
    let wake_ups = match seen.wake_ups() {
        1 => format!("1 {turn}"),
        n => format!("{n} {turn}s"),
    };
    match seen.end {
        End::ByItself(status) if status.success() && seen.wake_ups() == 0 => {
            "ends".to_owned()
        }
        End::ByItself(status) if status.success() => format!("ends, after {wake_ups}"),
        End::ByItself(status) => {
            format!("ends with an error ({status}), after {wake_ups}")
        }
        End::Stuck => format!("lies asleep, after {wake_ups}, until it is ended"),
        End::Spinning => format!("goes on, until it is ended after {wake_ups}"),
    }
}

/// The ledger's last entries, and where all of it is.
fn tail(
    ledger: &Ledger,
    broken: &Broken,
    workspace: &Workspace,
    paint: Paint,
) -> Result<String> {
    let whole = broken.program.with_extension("ledger");
    fs::write(&whole, ledger.to_string())
        .with_context(|| format!("{} cannot be written", whole.display()))?;
    Ok(format!(
        "{}\n{}\n  all {}:           {}\n  the broken crate: {}\n",
        paint.style(Style::Bold, "The last entries of its ledger"),
        indented(&last_entries(ledger)),
        ledger.len(),
        workspace.relative(&whole),
        workspace.relative(&broken.folder),
    ))
}

/// The last entries as text; a row of equal ones is one line and a count.
fn last_entries(ledger: &Ledger) -> String {
    let same = |a: &Entry, b: &Entry| {
        a.actor == b.actor && a.verb == b.verb && a.objects == b.objects
    };
    let mut rows: Vec<&[Entry]> = ledger.entries().chunk_by(same).collect();
    rows.drain(..rows.len().saturating_sub(TAIL));
    let firsts: Ledger = rows.iter().map(|row| row[0].clone()).collect();
    let mut text = String::new();
    for (line, row) in firsts.to_string().lines().zip(&rows) {
        let _ = writeln!(text, "{line}");
        if row.len() > 1 {
            let wide = row[0].n.to_string().len();
            let _ = writeln!(text, "{:>wide$}  and {} more like it", "", row.len() - 1);
        }
    }
    text
}

fn verdict(it: &Break, wrong: &[String], paint: Paint) -> String {
    let must = match it.must {
        Must::Stuck => "get stuck",
        Must::Spins => "spin",
        Must::Wrong => "print something else",
        Must::Fails => "fail",
    };
    if wrong.is_empty() {
        return format!(
            "{} It must {must}, and it did.\n",
            paint.style(Style::Green, "As stated.")
        );
    }
    let mut text = format!("{}\n", paint.style(Style::Red, "Not as stated:"));
    for what in wrong {
        let _ = writeln!(text, "  {what}");
    }
    text
}

/// The lines, each behind two spaces.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_coloured_line_by_line() {
        let patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n a\n-b\n+c\n";
        assert_eq!(coloured(patch, Paint::PLAIN), patch);
        let colours = coloured(patch, Paint::ALWAYS);
        assert!(
            colours.contains("\x1b[31m-b\x1b[0m\n\x1b[32m+c\x1b[0m\n"),
            "{colours:?}"
        );
    }

    #[test]
    fn entries_that_repeat_the_one_before_are_counted() {
        let entry = |n: usize, verb: &str| {
            format!(
                r#"{{"n":{n},"actor":"clerk","verb":"{verb}","at":{{"file":"a","line":1}}}}"#
            )
        };
        let verbs = ["park", "write", "write", "write", "park"];
        let entries: Vec<String> =
            verbs.iter().zip(1..).map(|(verb, n)| entry(n, verb)).collect();
        let ledger = Ledger::from_json(&format!("[{}]", entries.join(","))).unwrap();
        let text = last_entries(&ledger);
        let words: Vec<&str> = text.lines().map(|line| line.trim()).collect();
        assert_eq!(
            words,
            [
                "1  clerk  park     a:1",
                "2  clerk  write    a:1",
                "and 2 more like it",
                "5  clerk  park     a:1"
            ]
        );
    }

    #[test]
    fn what_was_otherwise_is_said_line_by_line() {
        let toml =
            "title = \"T\"\nforget = \"F.\"\nprogram = \"nap\"\nmust = \"stuck\"\n";
        let it: Break = toml::from_str(toml).unwrap();
        assert_eq!(
            verdict(&it, &[], Paint::PLAIN),
            "As stated. It must get stuck, and it did.\n"
        );
        let wrong = ["it ended".to_owned(), "it was well".to_owned()];
        assert_eq!(
            verdict(&it, &wrong, Paint::PLAIN),
            "Not as stated:\n  it ended\n  it was well\n"
        );
    }
}
