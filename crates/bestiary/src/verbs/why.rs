//! `why`: which chapter brought a line, what stood there before, and where the book explains it.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Result, bail};
use bookbinder::Workspace;
use bookbinder::why::{Line, Why, why};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::links::written_out;
use crate::pager;
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "why",
    usage: "[N] FILE:LINE",
    about: "says which chapter brought a line, and what the book says about it",
    help: "FILE is a file of a chapter, such as chapters/ch02-readiness/src/net.rs, or, with the\n\
           chapter N before it, src/net.rs, which is how the ledger names it.",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let mut words = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(value) if words.len() < 2 => words.push(value.string()?),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let (chapter, place) = match words.as_slice() {
        [place] => (None, place),
        [chapter, place] => (Some(workspace.chapter(chapter)?), place),
        _ => bail!(
            "which line? For example: cargo bestiary why chapters/ch01-blocking/src/net.rs:12"
        ),
    };
    let line = Line::find(&workspace, chapter, place)?;
    let told = told(&line, &why(&workspace, &line)?, Paint::for_stdout());
    pager::show(&told, false)?;
    Ok(ExitCode::SUCCESS)
}

fn told(asked: &Line<'_>, why: &Why<'_>, paint: Paint) -> String {
    let path = asked.chapter.path(&format!("{}:{}", asked.file, asked.number));
    let mut text = format!("{}\n", paint.style(Style::Dim, path));
    let _ = writeln!(text, "    {}\n", paint.style(Style::Bold, why.text.trim()));

    let since = why.since.chapter;
    let here = if since.number == asked.chapter.number {
        String::new()
    } else {
        format!(", as line {} of its {}", why.since.number, why.since.file)
    };
    let _ = write!(text, "Chapter {}, {}, brought it{here}.", since.number, since.title);
    match why.before.as_slice() {
        [] => text.push('\n'),
        [one] => {
            let _ = writeln!(text, " Before, it was\n    {}", gone(one, paint));
        }
        several => {
            text.push_str(" It took the place of\n");
            for line in several {
                let _ = writeln!(text, "    {}", gone(line, paint));
            }
        }
    }
    if why.is_frame {
        text.push_str("Nobody explains such a line by itself");
    }
    match &why.item {
        Some((name, lines)) => {
            let lead = if why.is_frame { "; it belongs" } else { "It belongs" };
            let (first, last) = (lines.start(), lines.end());
            let _ = writeln!(text, "{lead} to `{name}` (lines {first} to {last}).");
        }
        None if why.is_frame => text.push_str(".\n"),
        None => {}
    }
    match &why.passage {
        Some(passage) => {
            let _ = writeln!(text, "\n{}\n", written_out(&passage.paragraph));
            let under = match &passage.heading {
                Some(heading) => format!(", under \"{heading}\""),
                None => String::new(),
            };
            let readme = since.path(&format!("README.md:{}", passage.line));
            let _ =
                writeln!(text, "{}", paint.style(Style::Dim, format!("{readme}{under}")));
            let command = format!("cargo bestiary read {}", since.number);
            let _ = writeln!(
                text,
                "{}  ({})",
                passage.address,
                paint.style(Style::Cyan, command)
            );
        }
        None if why.text.starts_with("//!") => {
            text.push_str(
                "It belongs to the head of the file, which speaks for itself.\n",
            );
        }
        None => text.push_str("No listing of that chapter's text shows it.\n"),
    }
    text
}

fn gone(line: &str, paint: Paint) -> String {
    format!("{}", paint.style(Style::Red, line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_with_its_chapter_its_item_and_its_paragraph() {
        let workspace = Workspace::find().unwrap();
        let chapter = &workspace.chapters()[0];
        let line = Line { chapter, file: "src/net.rs".into(), number: 7 };
        let why = Why {
            since: line.clone(),
            text: "    let b = a;".into(),
            before: vec!["    let b = 0;".into()],
            item: Some(("add".into(), 5..=9)),
            is_frame: false,
            passage: None,
        };
        let told = told(&line, &why, Paint::PLAIN);
        assert!(
            told.starts_with("chapters/ch01-blocking/src/net.rs:7\n    let b = a;\n"),
            "{told}"
        );
        assert!(told.contains("brought it. Before, it was\n    let b = 0;\n"), "{told}");
        assert!(told.contains("It belongs to `add` (lines 5 to 9)."), "{told}");
        assert!(
            told.ends_with("No listing of that chapter's text shows it.\n"),
            "{told}"
        );
    }
}
