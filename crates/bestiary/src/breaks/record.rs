//! Storing what came of each break, for the pages.

use std::fs;

use anyhow::{Context, Result, bail};
use bookbinder::breaks::Break;
use bookbinder::{Chapter, Workspace};

use super::{build, run};
use crate::crate_copy::target_dir;
use crate::programs::Programs;

/// The breaks of these chapters, or those of that name.
///
/// # Errors
///
/// A break that cannot be read.
pub fn asked<'a>(
    chapters: &'a [Chapter],
    name: Option<&str>,
) -> Result<Vec<(&'a Chapter, Break)>> {
    let mut asked = Vec::new();
    for chapter in chapters {
        let all = Break::all(chapter)?.into_iter();
        let wanted = all.filter(|it| name.is_none_or(|name| it.name == name));
        asked.extend(wanted.map(|it| (chapter, it)));
    }
    Ok(asked)
}

/// Runs the breaks and stores their diagnoses, a printed line each; says how many failed.
pub fn record(
    breaks: &[(&Chapter, Break)],
    programs: &Programs,
    workspace: &Workspace,
) -> usize {
    let mut failed = 0;
    for (chapter, it) in breaks {
        let told = store(chapter, it, programs, workspace).unwrap_or_else(|error| {
            failed += 1;
            format!("FAILED: {error:#}")
        });
        println!("{:<10} {}", told, chapter.path(&it.snapshot()));
    }
    failed
}

/// Runs one break and stores its diagnosis; says what became of it.
fn store(
    chapter: &Chapter,
    it: &Break,
    programs: &Programs,
    workspace: &Workspace,
) -> Result<String> {
    if !it.breaks_here() {
        return Ok("elsewhere".to_owned());
    }
    let broken = build(it, chapter, workspace, &target_dir(workspace))?;
    let unbroken = programs.path(&it.program)?;
    let experiment = run(it, unbroken, &broken.program, workspace.root())?;
    let wrong = experiment.otherwise(it);
    if !wrong.is_empty() {
        bail!("it does not break as stated: {}", wrong.join("\n"));
    }
    let told = experiment.told(it, workspace.root());
    let before = it.recorded(chapter).ok();
    let path = chapter.dir.join(it.snapshot());
    fs::write(&path, snapshot(it, chapter, &told))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(match before {
        None => "new",
        Some(before) if before == told.trim_end() => "same",
        Some(_) => "changed",
    }
    .to_owned())
}

/// The file in which it is stored: an insta snapshot.
fn snapshot(it: &Break, chapter: &Chapter, told: &str) -> String {
    format!(
        "---\nsource: {}\nexpression: {}\n---\n{}\n",
        chapter.path(&it.file("break.toml")),
        it.command(chapter),
        told.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::snapshot;
    use bookbinder::{Workspace, breaks::Break};

    #[test]
    fn what_is_stored_is_what_the_book_reads() {
        let workspace = Workspace::find().unwrap();
        let chapter = &workspace.chapters()[0];
        let it = Break::all(chapter).unwrap().remove(0);
        let stored = snapshot(&it, chapter, "It waits.\n\nwrong  all\n\n");
        let (head, body) =
            stored.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n")).unwrap();
        assert_eq!(body, "It waits.\n\nwrong  all\n");
        assert!(head.contains(&format!("expression: {}", it.command(chapter))), "{head}");
    }
}
