//! The page "Beside asyncio": each of its entries is held by something, and all that is named there
//! exists and is run.

use std::fmt;
use std::fs;
use std::path::Path;

use bookbinder::Chapter;
use bookbinder::directives::{self, Program};
use promises::workspace::workspace;

use crate::assert_none;

/// The page.
const PAGE: &str = "chapters/beside-asyncio.md";

/// Its sections, and how many cases the study of asyncio's behaviour has in each, with which the page
/// was begun: sections 2.1 to 2.6, 2.8 and 2.9 of those notes, which are not in the repository. An
/// entry may be split in two, but none may get lost.
const SECTIONS: [(&str, usize); 8] = [
    ("Loop and callbacks", 15),
    ("Timers", 10),
    ("Future", 11),
    ("Coroutine and task", 12),
    ("Cancelling", 18),
    ("Combinators and time-outs", 18),
    ("Synchronisation", 10),
    ("Streams", 8),
];

#[test]
fn every_case_of_asyncio_is_held_by_something_that_is_run() {
    let page = page();
    assert_none(
        &problems(&entries(&page)),
        "chapters/beside-asyncio.md promises too much",
    );
}

#[test]
fn no_case_of_asyncio_is_left_out() {
    let page = page();
    let entries = entries(&page);
    let mut wrong = Vec::new();
    for (section, least) in SECTIONS {
        let there = entries.iter().filter(|entry| entry.section == section).count();
        if there < least {
            wrong.push(format!("\"{section}\" has {there} entries of {least}"));
        }
    }
    assert_none(&wrong, "chapters/beside-asyncio.md has lost some");
}

fn page() -> String {
    fs::read_to_string(workspace().root().join(PAGE)).expect("the page can be read")
}

/// A term and its definitions: a case, what asyncio does, what ours does, and what holds it.
#[derive(Debug)]
struct Entry<'a> {
    section: &'a str,
    case: &'a str,
    line: usize,
    definitions: Vec<String>,
}

fn entries(page: &str) -> Vec<Entry<'_>> {
    let (mut section, mut entries) = ("", Vec::<Entry<'_>>::new());
    let lines: Vec<&str> = page.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).copied().unwrap_or_default();
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        } else if next.starts_with(": ") && !line.starts_with([':', ' ']) {
            let (case, definitions) = (*line, Vec::new());
            entries.push(Entry { section, case, line: index + 1, definitions });
        } else if let Some(entry) = entries.last_mut() {
            if let Some(definition) = line.strip_prefix(": ") {
                entry.definitions.push(definition.to_owned());
            } else if let (Some(more), Some(definition)) =
                (line.strip_prefix("  "), entry.definitions.last_mut())
            {
                *definition += &format!(" {more}");
            }
        }
    }
    entries
}

/// What an entry says it is held by.
#[derive(Debug, PartialEq)]
enum Hold<'a> {
    /// `timers.rs: a_sleep_is_never_over_early`
    Test { file: &'a str, name: &'a str },
    /// `src/oneshot.rs: compile_fail,E0382`: an example in the docs that must not compile.
    Refused { file: &'a str, fence: &'a str },
    /// [`turns`](ch05-event-loop/README.md#one-turn)
    Twins { name: &'a str, page: &'a str },
}

impl fmt::Display for Hold<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::Test { file, name } => write!(f, "`{file}: {name}`"),
            Hold::Refused { file, fence } => write!(f, "`{file}: {fence}`"),
            Hold::Twins { name, .. } => write!(f, "`{name}`"),
        }
    }
}

/// What is named in a list of such, or the piece of it that is nothing of the kind.
fn holds(list: &str) -> Result<Vec<Hold<'_>>, String> {
    // A fence may have a comma, so it is the backticks that count.
    let mut holds = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let unknown = || format!("`{rest}` is no test and no program");
        let is_link = rest.starts_with('[');
        let quoted = rest.trim_start_matches('[').strip_prefix('`');
        let (name, after) = quoted.and_then(|q| q.split_once('`')).ok_or_else(unknown)?;
        if is_link {
            let link = after.strip_prefix("](").and_then(|link| link.split_once(')'));
            let (target, after) = link.ok_or_else(unknown)?;
            let page = target.split('#').next().unwrap_or_default();
            holds.push(Hold::Twins { name, page });
            rest = after;
        } else {
            let (file, what) = name.split_once(": ").ok_or_else(unknown)?;
            holds.push(if what.starts_with("compile_fail") {
                Hold::Refused { file, fence: what }
            } else {
                Hold::Test { file, name: what }
            });
            rest = after;
        }
        rest = rest.trim_start_matches(',').trim_start();
    }
    Ok(holds)
}

/// A sentence for each entry that is not as it must be.
fn problems(entries: &[Entry<'_>]) -> Vec<String> {
    let mut problems = Vec::new();
    for entry in entries {
        let mut say = |what: String| {
            problems.push(format!("{PAGE}:{}: \"{}\": {what}", entry.line, entry.case));
        };
        let [asyncio, ours, held] = &entry.definitions[..] else {
            let many = entry.definitions.len();
            say(format!(
                "what asyncio does, what ours does and what holds it are three, not {many}"
            ));
            continue;
        };
        if asyncio.trim().is_empty() || ours.trim().is_empty() {
            say("something is left empty".to_owned());
        }
        match holds(held) {
            Err(what) => say(what),
            Ok(holds) if holds.is_empty() => say("nothing holds it".to_owned()),
            Ok(holds) => {
                for hold in holds {
                    if let Err(what) = exists(&hold) {
                        say(format!("{hold}: {what}"));
                    }
                }
            }
        }
    }
    problems
}

fn exists(hold: &Hold<'_>) -> Result<(), String> {
    match *hold {
        Hold::Test { file, name } => {
            let source = newest(&format!("tests/{file}"))?;
            if has_test(&source, name) {
                Ok(())
            } else {
                Err("there is no such test in the last chapter that has the file"
                    .to_owned())
            }
        }
        Hold::Refused { file, fence } => {
            let source = newest(file)?;
            let opens = format!("```{fence}");
            let is_there = |line: &str| line.trim_start_matches(['/', ' ']) == opens;
            if source.lines().any(is_there) {
                Ok(())
            } else {
                Err("no example in its docs begins so".to_owned())
            }
        }
        Hold::Twins { name, page } => {
            let chapters = workspace().chapters().iter();
            let mut of_page =
                chapters.filter(|c| format!("{}/README.md", c.package) == page);
            let chapter =
                of_page.next().ok_or_else(|| format!("`{page}` is no chapter"))?;
            twins(chapter, name)
        }
    }
}

/// The file of the last chapter that has it.
fn newest(path: &str) -> Result<String, String> {
    let chapters = workspace().chapters().iter().rev();
    let mut found = chapters.filter_map(|c| fs::read_to_string(c.dir.join(path)).ok());
    found.next().ok_or_else(|| format!("no chapter has {path}"))
}

/// Whether a function of this name is a test, and not only on some days.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let begins = format!("fn {name}()");
    lines.iter().position(|line| line.starts_with(&begins)).is_some_and(|at| {
        let above = lines[..at].iter().rev().take_while(|l| l.starts_with("#["));
        let above: Vec<_> = above.collect();
        above.contains(&&"#[test]") && !above.iter().any(|l| l.starts_with("#[ignore"))
    })
}

/// Whether the chapter's text shows a program beside its Python twin, and both are recorded.
fn twins(chapter: &Chapter, name: &str) -> Result<(), String> {
    let runs = directives::runs(chapter).map_err(|error| format!("{error:#}"))?;
    let shown = |program: Program| {
        let run = runs.iter().find(|run| run.program == program);
        let run = run.ok_or_else(|| {
            format!("the text of {} has no {{{{#python {name}}}}}", chapter.package)
        })?;
        let stored = run.snapshot();
        if chapter.dir.join(Path::new(&stored)).exists() {
            Ok(())
        } else {
            Err(format!(
                "{} is not there; `cargo bestiary record`",
                chapter.path(&stored)
            ))
        }
    };
    shown(Program::Python(name.to_owned()))?;
    shown(Program::Example(name.to_owned()))
}

#[test]
fn an_entry_that_nothing_holds_is_noticed() {
    let page = "\
## Timers

It is held
: Early.
: Never early, since it is asked again
  and again.
: `timers.rs: a_sleep_is_never_over_early`,
  `src/oneshot.rs: compile_fail,E0382`, [`turns`](ch05-event-loop/README.md#one-turn)

By a test that is gone
: Early.
: Late.
: `timers.rs: a_sleep_is_always_early`

By a function that is no test
: Early.
: Late.
: `timers.rs: by_virtual_clock`

By a program without a twin
: Early.
: Late.
: [`echo_lines`](ch05-event-loop/README.md#one-turn)

By a program of another chapter
: Early.
: Late.
: [`turns`](ch06-tasks/README.md#one-turn)

By nobody
: Early.
: Late.

By our word
: Early.
: Late.
: trust us
";
    let entries = entries(page);
    assert_eq!(entries.len(), 7);
    assert!(entries.iter().all(|entry| entry.section == "Timers"));
    let problems = problems(&entries).join("\n");
    for case in
        ["a test that", "a function", "a program without", "a program of", "nobody"]
    {
        assert!(problems.contains(&format!("\"By {case}")), "{case}:\n{problems}");
    }
    assert!(problems.contains("`trust us` is no test and no program"), "{problems}");
    assert_eq!(problems.lines().count(), 6, "{problems}");
}
