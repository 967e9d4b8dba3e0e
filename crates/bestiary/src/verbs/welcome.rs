//! What there is, and what to type next: `cargo bestiary` alone.

use std::process::ExitCode;

use anyhow::Result;
use bookbinder::Workspace;

use super::list;
use crate::pager;
use crate::paint::{Paint, Style};

pub fn run() -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let paint = Paint::for_stdout();
    let mut text =
        "A Bestiary of Async: an async runtime, built up from a blocking socket\n\n"
            .to_owned();
    for chapter in workspace.chapters() {
        text.push_str(&list::entry(chapter, paint));
    }
    text.push('\n');
    for (what, command) in next_steps(&workspace) {
        text.push_str(&format!("{what:<38}{}\n", paint.style(Style::Cyan, command)));
    }
    pager::show(&text, false)?;
    Ok(ExitCode::SUCCESS)
}

fn next_steps(workspace: &Workspace) -> Vec<(&'static str, String)> {
    let mut steps = vec![
        ("Read the book", "cargo bestiary read".to_owned()),
        ("Open a chapter's shop", "cargo bestiary run 1".to_owned()),
        ("Be its customer, in another terminal", "cargo bestiary talk".to_owned()),
    ];
    if let Some((chapter, example)) = workspace
        .chapters()
        .iter()
        .find_map(|c| Some((c, c.examples().into_iter().next()?)))
    {
        steps.push((
            "Run one of a chapter's programs",
            format!("cargo bestiary run {} {example}", chapter.number),
        ));
    }
    if let Some(second) = workspace.chapters().get(1) {
        steps.push((
            "See what a chapter changed",
            format!("cargo bestiary diff {}", second.number),
        ));
        steps.push((
            "Forget something, and see what breaks",
            format!("cargo bestiary break {}", second.number),
        ));
    }
    steps.push(("See a chapter's exercises", "cargo bestiary check 1".to_owned()));
    steps.push(("Everything else", "cargo bestiary --help".to_owned()));
    steps
}
