//! `list`: the chapters, their programs, breaks and exercises.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use bookbinder::breaks::Break;
use bookbinder::exercises::Exercise;
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser};

use super::{Audience, Verb, unexpected};
use crate::pager;
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "list",
    usage: "[N]",
    about: "lists the chapters, their programs, breaks and exercises",
    help: "With a chapter, only that one.",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let mut only = None;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(name) if only.is_none() => {
                only = Some(workspace.chapter(&name.to_string_lossy())?)
            }
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let paint = Paint::for_stdout();
    let text = match only {
        Some(chapter) => whole(chapter, paint)?,
        None => {
            let chapters = workspace.chapters().iter();
            chapters.map(|chapter| whole(chapter, paint)).collect::<Result<String>>()?
        }
    };
    pager::show(&text, false)?;
    Ok(ExitCode::SUCCESS)
}

/// All that there is to a chapter.
fn whole(chapter: &Chapter, paint: Paint) -> Result<String> {
    let mut text = entry(chapter, paint);
    let breaks: Vec<String> =
        Break::all(chapter)?.into_iter().map(|it| it.name).collect();
    if !breaks.is_empty() {
        let label = paint.style(Style::Dim, format!("     break {}:", chapter.number));
        let _ = writeln!(text, "{label}\n{}", wrapped(&breaks, 7, 78));
    }
    let exercises: Vec<String> =
        Exercise::all(chapter)?.into_iter().map(|it| it.name).collect();
    if !exercises.is_empty() {
        let label = paint.style(Style::Dim, format!("     check {}:", chapter.number));
        let _ = writeln!(text, "{label}\n{}", wrapped(&exercises, 7, 78));
    }
    Ok(text)
}

/// A chapter's number, title and programs, as several lines of text.
pub fn entry(chapter: &Chapter, paint: Paint) -> String {
    let mut text = format!(
        "{:>3}  {}  {}\n",
        chapter.number,
        paint.style(Style::Bold, &chapter.title),
        paint.style(Style::Dim, &chapter.package),
    );
    let examples = chapter.examples();
    if !examples.is_empty() {
        let _ = writeln!(text, "{}", wrapped(&examples, 5, 78));
    }
    text
}

/// The names on as many lines as they need, each behind `indent` spaces.
fn wrapped(names: &[String], indent: usize, width: usize) -> String {
    let mut lines = vec![" ".repeat(indent)];
    for name in names {
        let line = lines.last_mut().expect("there is always a last line");
        if line.len() > indent && line.len() + 1 + name.len() > width {
            lines.push(format!("{}{name}", " ".repeat(indent)));
        } else {
            let gap = if line.len() > indent { "  " } else { "" };
            line.push_str(&format!("{gap}{name}"));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_wrapped_and_indented() {
        let names = ["three_calls", "two_customers", "a_thread_each"].map(String::from);
        assert_eq!(
            wrapped(&names, 2, 30),
            "  three_calls  two_customers\n  a_thread_each"
        );
    }
}
