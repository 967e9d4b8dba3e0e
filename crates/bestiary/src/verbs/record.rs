//! `record`: runs the programs of the pages again and stores what they print.

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bestiary::breaks;
use bestiary::near;
use bestiary::outputs::{Tool, again, snapshot};
use bestiary::programs::Programs;
use bestiary::traces;
use bookbinder::directives::{self, Program, Run};
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};

pub const VERB: Verb = Verb {
    name: "record",
    usage: "[N] [NAME]",
    about: "runs the programs whose output the pages show, and stores what they print",
    help: "For every {{#output}}, {{#python}}, {{#trace}} and break of the chapters, or of chapter\n\
           N, or of N's program, trace or break NAME. They are stored in outputs/*.snap,\n\
           traces/*.json and breaks/*/diagnosis.snap; `git diff` shows what is other than before.\n\
           What no page asks for is named, and left alone.",
    audience: Audience::Authors,
    run,
};

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
    let chapters = match &number {
        Some(number) => std::slice::from_ref(workspace.chapter(number)?),
        None => workspace.chapters(),
    };
    // All that the text asks for is known before anything is built.
    let mut all: Vec<(&Chapter, Run)> = Vec::new();
    for chapter in chapters {
        all.extend(directives::runs(chapter)?.into_iter().map(|run| (chapter, run)));
    }
    let traces = traces::asked(chapters, name.as_deref())?;
    let breaks = breaks::asked(chapters, name.as_deref())?;
    if let Some(name) = &name {
        let names: BTreeSet<String> =
            all.iter().map(|(_, run)| name_of(run).to_owned()).collect();
        all.retain(|(_, run)| name_of(run) == name);
        if all.is_empty() && traces.is_empty() && breaks.is_empty() {
            let hint = near::hint(name, names.iter().map(String::as_str));
            bail!(
                "no page of these chapters shows an output, a trace or a break of `{name}`{hint}"
            );
        }
    }
    let which: Vec<&str> =
        chapters.iter().flat_map(|chapter| ["-p", &chapter.package]).collect();
    let programs = Programs::build(workspace.root(), &which)?;
    let released = if all.iter().any(|(_, run)| run.release) {
        Some(Programs::build(workspace.root(), &[&["--release"], &which[..]].concat())?)
    } else {
        None
    };
    let mut failed = 0;
    for (chapter, run) in &all {
        let programs = released.as_ref().filter(|_| run.release).unwrap_or(&programs);
        let told = store(chapter, run, programs, &workspace).unwrap_or_else(|error| {
            failed += 1;
            format!("FAILED: {error:#}")
        });
        println!("{:<10} {}", told, chapter.path(&run.snapshot()));
    }
    failed += traces::record(&traces, &programs, workspace.root());
    failed += breaks::record(&breaks, &programs, &workspace);
    if name.is_none() {
        for chapter in chapters {
            for stray in strays(chapter, &all)? {
                println!("{:<10} {}", "unasked", chapter.path(&stray));
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn name_of(run: &Run) -> &str {
    match &run.program {
        Program::Example(name) | Program::Python(name) => name,
    }
}

/// Runs one program and stores its output; says what became of it.
fn store(
    chapter: &Chapter,
    run: &Run,
    programs: &Programs,
    workspace: &Workspace,
) -> Result<String> {
    if let Some(tool) = Tool::of(run).filter(|tool| !tool.is_here()) {
        bail!("{}", tool.remedy());
    }
    let text = again(run, chapter, programs, workspace.root())?;
    let path = chapter.dir.join(run.snapshot());
    let before = run.recorded(chapter).ok();
    fs::create_dir_all(path.parent().unwrap_or(&chapter.dir))?;
    fs::write(&path, snapshot(run, chapter, &text))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(match before {
        None => "new",
        Some(before) if before == text.trim_end() => "same",
        Some(_) => "changed",
    }
    .to_owned())
}

/// The snapshots of the chapter that none of its runs would store.
fn strays(chapter: &Chapter, all: &[(&Chapter, Run)]) -> Result<Vec<String>> {
    let asked: BTreeSet<String> = all
        .iter()
        .filter(|(c, _)| c.number == chapter.number)
        .map(|(_, run)| run.snapshot())
        .collect();
    let mut stray = bestiary::outputs::stored(chapter)?;
    stray.retain(|path| !asked.contains(path));
    Ok(stray)
}
