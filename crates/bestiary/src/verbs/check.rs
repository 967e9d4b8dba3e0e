//! `check`: looks at a reader's work on an exercise, or at a whole chapter typed along.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bestiary::crate_copy::target_dir;
use bestiary::exercises::{
    self, Graded, Mark, Work, begin, place, solution, start, work,
};
use bestiary::patch;
use bestiary::typed_along::{self, TestFile};
use bookbinder::exercises::Exercise;
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::links::written_out;
use crate::pager;
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "check",
    usage: "N [NAME] [--path PATH] [--hint [K]] [--solution] [--diff]",
    about: "looks at your work on an exercise of chapter N, and says what is missing",
    help: "Without NAME it lists the chapter's exercises. The first `check N NAME` puts the files\n\
           to change into exercises/chNN/NAME; change them there, and type it again. Whether the\n\
           work is right is judged by what the program does.\n\n\
           --path PATH    looks at PATH instead: a folder with a src/ in it, or the one file\n\
           --hint [K]     shows a hint, the first or the K-th\n\
           --solution     shows what we would have changed\n\
           --diff         shows what you have changed\n\n\
           check N --path DIR, without NAME, is for those who type the chapter along: it runs the\n\
           chapter's own tests against the crate in DIR.",
    audience: Audience::Readers,
    run,
};

/// What the reader asked for.
#[derive(Debug, Default)]
struct Wish {
    chapter: Option<String>,
    exercise: Option<String>,
    path: Option<PathBuf>,
    hint: Option<usize>,
    solution: bool,
    diff: bool,
}

fn run(args: Parser) -> Result<ExitCode> {
    let wish = understand(args)?;
    let workspace = Workspace::find()?;
    let Some(chapter) = &wish.chapter else {
        bail!(
            "which chapter? For example: cargo bestiary check 1\n`cargo bestiary list` lists them."
        );
    };
    let chapter = workspace.chapter(chapter)?;
    let paint = Paint::for_stdout();
    let Some(name) = &wish.exercise else {
        if wish.hint.is_some() || wish.solution || wish.diff {
            bail!(
                "of which exercise?\n{}",
                listed(&workspace, chapter, Paint::for_stdout())?
            );
        }
        return match &wish.path {
            Some(path) => check_along(&workspace, chapter, path, paint),
            None => pager::show(&listed(&workspace, chapter, paint)?, false)
                .map(|()| ExitCode::SUCCESS),
        };
    };
    let exercise = Exercise::find(chapter, name)?;
    if let Some(which) = wish.hint {
        return hint(chapter, &exercise, which);
    }
    if wish.solution {
        let diff = patch::between(
            &start(chapter, &exercise)?.files,
            &solution(chapter, &exercise)?.files,
        );
        let warning = "What follows gives it away. There are other ways to do it.\n\n";
        return pager::show(&format!("{warning}{}", painted_patch(&diff, paint)), false)
            .map(|()| ExitCode::SUCCESS);
    }
    let path = match wish.path {
        Some(path) => path,
        None => at_home(&workspace, chapter, &exercise)?,
    };
    let work = work(chapter, &exercise, &path)?;
    if wish.diff {
        let diff = patch::between(&start(chapter, &exercise)?.files, &work.with.files);
        return pager::show(&painted_patch(&diff, paint), false)
            .map(|()| ExitCode::SUCCESS);
    }
    look_at(&workspace, chapter, &exercise, work, paint)
}

fn understand(mut args: Parser) -> Result<Wish> {
    let mut wish = Wish::default();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("path") => wish.path = Some(args.value()?.into()),
            Arg::Long("solution") => wish.solution = true,
            Arg::Long("diff") => wish.diff = true,
            Arg::Long("hint") => wish.hint = Some(which_hint(&mut args)?),
            Arg::Value(value) if wish.chapter.is_none() => {
                wish.chapter = Some(value.string()?)
            }
            Arg::Value(value) if wish.exercise.is_none() => {
                wish.exercise = Some(value.string()?)
            }
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    Ok(wish)
}

/// `--hint`, `--hint 2` and `--hint=2`. A word behind it is none of its own.
fn which_hint(args: &mut Parser) -> Result<usize> {
    if let Some(value) = args.optional_value() {
        return Ok(value.parse()?);
    }
    let number = |word: &std::ffi::OsStr| word.to_str()?.parse().ok();
    if let Some(mut rest) = args.try_raw_args()
        && let Some(which) = rest.peek().and_then(number)
    {
        rest.next();
        return Ok(which);
    }
    Ok(1)
}

/// The exercises of a chapter, and how far the reader is with each.
fn listed(workspace: &Workspace, chapter: &Chapter, paint: Paint) -> Result<String> {
    let all = Exercise::all(chapter)?;
    let mut text = format!(
        "{:>3}  {}\n\n",
        chapter.number,
        paint.style(Style::Bold, &chapter.title)
    );
    let Some(first) = all.first() else {
        text.push_str("     There are no exercises in this chapter.\n");
        return Ok(text);
    };
    let width = all.iter().map(|exercise| exercise.name.len()).max().unwrap_or(0);
    for exercise in &all {
        let level = "*".repeat(exercise.level.into());
        let _ = writeln!(
            text,
            "     {:<width$}  {level:<3}  {}",
            paint.style(Style::Cyan, &exercise.name),
            exercise.title,
        );
        let state = state(workspace, chapter, exercise);
        let _ =
            writeln!(text, "     {:width$}       {}", "", paint.style(Style::Dim, state));
    }
    let first = all
        .iter()
        .find(|exercise| !is_passed(workspace, chapter, exercise))
        .unwrap_or(first);
    let _ = writeln!(
        text,
        "\n     {:<width$}  begins it, or looks at what you have done",
        paint.style(Style::Cyan, first.command(chapter)),
    );
    Ok(text)
}

fn state(workspace: &Workspace, chapter: &Chapter, exercise: &Exercise) -> String {
    let folder = place(workspace, chapter, exercise);
    let place = workspace.relative(&folder);
    if !folder.exists() {
        return "not begun".to_owned();
    }
    if is_passed(workspace, chapter, exercise) {
        return format!("done, in {place}");
    }
    format!("begun, in {place}")
}

/// The reader's folder; made now, if it is not there.
fn at_home(
    workspace: &Workspace,
    chapter: &Chapter,
    exercise: &Exercise,
) -> Result<PathBuf> {
    let folder = place(workspace, chapter, exercise);
    if !begin(workspace, chapter, exercise)? {
        return Ok(folder);
    }
    let files = match exercise.files.as_slice() {
        [_] => "The file to change is yours now",
        _ => "The files to change are yours now",
    };
    let mut text =
        format!("{}\n\n{}\n\n", exercise.title, written_out(exercise.task.trim()));
    let _ = writeln!(text, "{files}; work on it there, and type this again:");
    for file in &exercise.files {
        let _ = writeln!(text, "  {}", workspace.relative(&folder.join(file)));
    }
    text.push_str("\nWhat it does so far:\n");
    say(&text)?;
    Ok(folder)
}

fn look_at(
    workspace: &Workspace,
    chapter: &Chapter,
    exercise: &Exercise,
    work: Work,
    paint: Paint,
) -> Result<ExitCode> {
    eprintln!("compiling it, and watching it …");
    let done = work.clone();
    let name = format!("{}-{}", chapter.package, exercise.name);
    let target = target_dir(workspace);
    let graded =
        exercises::grade(workspace, exercise, work, &target, &name, paint.is_on())?;
    let Graded { mark, said, warnings } = graded;
    eprint!("{warnings}");
    match mark {
        Mark::Refused => {
            eprint!("{said}");
            say("It does not compile yet; what the compiler says is above.\n")?;
            Ok(ExitCode::FAILURE)
        }
        Mark::Missed => {
            say(&painted(&said, &exercise.command(chapter), paint))?;
            Ok(ExitCode::FAILURE)
        }
        Mark::Passed => {
            note_pass(workspace, chapter, exercise, &done)?;
            let done = paint.style(Style::Green, "That is it.");
            let after = written_out(exercise.after.trim());
            say(&format!("{}\n{done}\n\n{after}\n", painted(&said, "", paint)))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Prints; a reader who has seen enough is not an error.
fn say(text: &str) -> Result<()> {
    pager::show(text, false)
}

/// The grader's lines in colour, with the command that shows the hint it names.
fn painted(said: &str, command: &str, paint: Paint) -> String {
    let mut out = String::new();
    for line in said.lines() {
        let _ = if let Some(rest) = line.strip_prefix("kept") {
            writeln!(out, "{}{rest}", paint.style(Style::Green, "kept"))
        } else if let Some(rest) = line.strip_prefix("MISSED") {
            writeln!(out, "{}{rest}", paint.style(Style::Red, "MISSED"))
        } else if let Some(rest) = line.strip_prefix("left") {
            writeln!(
                out,
                "{}{}",
                paint.style(Style::Dim, "left"),
                paint.style(Style::Dim, rest)
            )
        } else if let Some(which) = line.trim_start().strip_prefix("hint: ") {
            let ask = format!("{command} --hint {which}");
            writeln!(out, "        a hint:   {}", paint.style(Style::Cyan, ask))
        } else {
            writeln!(out, "{line}")
        };
    }
    out
}

fn painted_patch(diff: &str, paint: Paint) -> String {
    if diff.is_empty() {
        return "nothing has changed\n".to_owned();
    }
    let mut out = String::new();
    for line in diff.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => Style::Green,
            Some(b'-') => Style::Red,
            Some(b'@') => Style::Dim,
            _ => {
                let _ = writeln!(out, "{line}");
                continue;
            }
        };
        let _ = writeln!(out, "{}", paint.style(style, line));
    }
    out
}

fn hint(chapter: &Chapter, exercise: &Exercise, which: usize) -> Result<ExitCode> {
    let count = exercise.hints.len();
    let Some(hint) = which.checked_sub(1).and_then(|n| exercise.hints.get(n)) else {
        bail!("{} has hints 1 to {count}, and no hint {which}", exercise.name);
    };
    let command = exercise.command(chapter);
    let next = match which < count {
        true => format!("The next: {command} --hint {}", which + 1),
        false => {
            format!("That was the last. What we would have changed: {command} --solution")
        }
    };
    let title = &exercise.title;
    say(&format!(
        "{title}, hint {which} of {count}\n\n{}\n\n{next}\n",
        written_out(hint.trim())
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Where it is noted that an exercise is done: what passed, so that a later change counts anew.
fn passed(workspace: &Workspace, chapter: &Chapter, exercise: &Exercise) -> PathBuf {
    let name = format!("{}-{}.passed", chapter.package, exercise.name);
    target_dir(workspace).join("copies").join(name)
}

fn note_pass(
    workspace: &Workspace,
    chapter: &Chapter,
    exercise: &Exercise,
    work: &Work,
) -> Result<()> {
    let path = passed(workspace, chapter, exercise);
    let note = patch::between(&start(chapter, exercise)?.files, &work.with.files);
    fs::write(&path, note)
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Is what lies in the reader's folder what passed the last time?
fn is_passed(workspace: &Workspace, chapter: &Chapter, exercise: &Exercise) -> bool {
    let now = || -> Result<String> {
        let work = work(chapter, exercise, &place(workspace, chapter, exercise))?;
        Ok(patch::between(&start(chapter, exercise)?.files, &work.with.files))
    };
    let note = fs::read_to_string(passed(workspace, chapter, exercise));
    note.is_ok_and(|note| now().is_ok_and(|now| now == note))
}

/// Runs the chapter's promises against the reader's own crate.
fn check_along(
    workspace: &Workspace,
    chapter: &Chapter,
    path: &Path,
    paint: Paint,
) -> Result<ExitCode> {
    eprintln!("compiling it, and holding it to chapter {} …", chapter.number);
    let outcome = typed_along::check(
        workspace,
        chapter,
        path,
        &target_dir(workspace),
        paint.is_on(),
    )?;
    let (kept, all) = outcome.count();
    let mut text = String::new();
    for file in &outcome.files {
        told(file, paint, &mut text);
    }
    let _ = writeln!(
        text,
        "\n{kept} of {all} promises of chapter {} are kept",
        chapter.number
    );
    say(&text)?;
    Ok(if kept == all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A test file's promises, a line each, with what a broken one said.
fn told(file: &TestFile, paint: Paint, text: &mut String) {
    let broken = paint.style(Style::Red, "BROKEN");
    let _ = writeln!(text, "{}", paint.style(Style::Bold, &file.name));
    for promise in &file.promises {
        if promise.kept {
            let _ = writeln!(
                text,
                "  {}    {}",
                paint.style(Style::Green, "kept"),
                promise.name
            );
        } else {
            let _ = writeln!(
                text,
                "  {broken}  {}\n{}",
                promise.name,
                promise.said.trim_end()
            );
        }
    }
    if let Some(refused) = &file.refused {
        let _ = writeln!(text, "  {broken}  it does not compile against your crate:");
        let _ = writeln!(text, "{}", refused.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(args: &[&str]) -> Result<Wish> {
        understand(Parser::from_args(args))
    }

    #[test]
    fn a_hint_may_have_a_number_and_a_name_behind_it_is_not_one() {
        assert_eq!(wish(&["1", "a", "--hint"]).unwrap().hint, Some(1));
        assert_eq!(wish(&["1", "a", "--hint", "2"]).unwrap().hint, Some(2));
        assert_eq!(wish(&["1", "a", "--hint=3"]).unwrap().hint, Some(3));
        let wish = wish(&["1", "--hint", "a"]).unwrap();
        assert_eq!((wish.hint, wish.exercise.as_deref()), (Some(1), Some("a")));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(wish(&["1", "a", "b"]).is_err());
        assert!(wish(&["1", "--pth", "x"]).is_err());
        assert!(wish(&["1", "--hint=x"]).is_err());
    }

    #[test]
    fn a_hint_is_named_with_the_command_that_shows_it() {
        let said = "kept    a\nMISSED  b\n        expected: x\n        hint: 2\nleft    1 not looked at yet\n";
        let painted = painted(said, "cargo bestiary check 1 a", Paint::PLAIN);
        assert!(
            painted.contains("        a hint:   cargo bestiary check 1 a --hint 2\n"),
            "{painted}"
        );
        assert!(painted.starts_with("kept    a\nMISSED  b\n"));
    }
}
