//! Every "it breaks if you forget X" is an experiment that breaks in the way the text says.

use std::collections::BTreeSet;

use bestiary::breaks::{build, run};
use bookbinder::Chapter;
use bookbinder::breaks::Break;
use bookbinder::directives;
use promises::workspace::{programs, target_dir, workspace};

use crate::assert_none;

#[test]
fn every_break_breaks_in_the_way_it_says_and_the_unbroken_program_does_not() {
    let mut wrong = Vec::new();
    for (chapter, it) in all_breaks() {
        // Some break on one system only, and say so.
        if !it.breaks_here() {
            continue;
        }
        let place = chapter.path(&it.file(""));
        match tried(chapter, &it) {
            Ok(problems) => {
                wrong.extend(problems.into_iter().map(|what| format!("{place}: {what}")));
            }
            Err(error) => wrong.push(format!("{place}: {error:#}")),
        }
    }
    assert_none(
        &wrong,
        "these do not break as stated (`cargo bestiary break N NAME` shows one)",
    );
}

#[test]
fn every_break_is_in_its_chapters_text() {
    let mut wrong = Vec::new();
    for chapter in workspace().chapters() {
        let text = chapter.text().expect("the chapter has a text");
        let calls = directives::parse(&text).unwrap_or_else(|error| panic!("{error:#}"));
        let shown: BTreeSet<String> = calls
            .into_iter()
            .filter(|call| call.name == "break")
            .flat_map(|call| call.words)
            .collect();
        let all = Break::all(chapter).unwrap_or_else(|error| panic!("{error:#}"));
        let hidden = all.iter().filter(|it| !shown.contains(&it.name));
        wrong.extend(hidden.map(|it| chapter.path(&it.file(""))));
    }
    assert_none(&wrong, "no page has a {{#break …}} for these");
}

/// What was otherwise than the break says, or than what the page shows of it.
fn tried(chapter: &Chapter, it: &Break) -> anyhow::Result<Vec<String>> {
    let workspace = workspace();
    let broken = build(it, chapter, workspace, &target_dir().dir)?;
    let unbroken = programs().path(&it.program)?;
    let experiment = run(it, unbroken, &broken.program, workspace.root())?;
    let mut wrong = experiment.otherwise(it);
    let told = experiment.told(it, workspace.root());
    let recorded = it.recorded(chapter)?;
    if told.trim_end() != recorded {
        wrong.push(format!(
            "{} says\n{recorded}\nand now it is\n{told}\n(`cargo bestiary record {} {}` stores it anew)",
            it.snapshot(),
            chapter.number,
            it.name,
        ));
    }
    Ok(wrong)
}

fn all_breaks() -> Vec<(&'static Chapter, Break)> {
    let all = bestiary::breaks::asked(workspace().chapters(), None);
    all.unwrap_or_else(|error| panic!("{error:#}"))
}
