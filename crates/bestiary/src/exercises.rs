//! Exercises: what a reader starts from, where their work lies, and whether it does what it should.
//!
//! An exercise changes its chapter's crate. The reader gets the files to change, in a folder of
//! their own ([`begin`]). To [`grade`] them, they are laid over a copy of the crate, the exercise's
//! `grader.rs` is put beside it as a test program, and the program is run under a watchdog.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use bookbinder::exercises::Exercise;
use bookbinder::{Chapter, Workspace};

use crate::child::finish;
use crate::crate_copy::{Built, Crate};
use crate::patch::{self, Files};

/// Only tells a hang that the grader itself has not noticed.
const WATCHDOG: std::time::Duration = std::time::Duration::from_secs(300);

/// What a grader consists of, besides the exercise's own part.
const GRADING: &str = include_str!("grading.rs");

/// The crate that a reader starts from: the chapter's, with the exercise's `stub.patch`, which
/// changes files, and with what lies in its `stub/`, which are files that the chapter has not.
///
/// # Errors
///
/// The patch does not fit the chapter, or a file that the reader is to change is not there.
pub fn start(chapter: &Chapter, exercise: &Exercise) -> Result<Crate> {
    let mut start = Crate::of(chapter)?;
    let mut new = Vec::new();
    collect(&exercise.dir.join("stub/src"), "src", &mut new)?;
    for (file, path) in new {
        start.files.insert(file, read(&path)?);
    }
    if exercise.dir.join("stub.patch").is_file() {
        change(&mut start.files, chapter, exercise, "stub.patch")?;
    }
    for file in &exercise.files {
        ensure!(
            start.files.contains_key(file),
            "{} is about {file}, which neither the chapter nor the exercise's stub/ has",
            exercise.name
        );
    }
    Ok(start)
}

/// The crate that the exercise asks for: the start, with `solution.patch`.
///
/// # Errors
///
/// The patch is not there, or does not fit.
pub fn solution(chapter: &Chapter, exercise: &Exercise) -> Result<Crate> {
    let mut solved = start(chapter, exercise)?;
    change(&mut solved.files, chapter, exercise, "solution.patch")?;
    Ok(solved)
}

fn change(
    files: &mut Files,
    chapter: &Chapter,
    exercise: &Exercise,
    name: &str,
) -> Result<()> {
    let said = chapter.path(&format!("exercises/{}/{name}", exercise.name));
    patch::apply(&said, &read(&exercise.dir.join(name))?, files)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Where a reader's work on an exercise lies: `exercises/ch01/three-clerks`, in the workspace.
pub fn place(workspace: &Workspace, chapter: &Chapter, exercise: &Exercise) -> PathBuf {
    let chapter = format!("ch{:02}", chapter.number);
    workspace.root().join("exercises").join(chapter).join(&exercise.name)
}

/// Puts the files to change into the reader's folder, unless there is one.
///
/// Says whether it has.
pub fn begin(
    workspace: &Workspace,
    chapter: &Chapter,
    exercise: &Exercise,
) -> Result<bool> {
    let folder = place(workspace, chapter, exercise);
    if folder.exists() {
        return Ok(false);
    }
    let start = start(chapter, exercise)?;
    for file in &exercise.files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&folder))
            .and_then(|()| fs::write(&path, &start.files[file]))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(true)
}

/// The crate with a reader's work in it, and where each of its files came from.
#[derive(Clone, Debug)]
pub struct Work {
    /// The start, with the reader's files over it.
    pub with: Crate,
    /// The reader's files: the path in the crate, and where it lies.
    pub from: Vec<(String, PathBuf)>,
}

/// Lays the work that lies at `path` over the start.
///
/// `path` is a folder that holds `src/`, or, where the exercise is about one file, that file.
///
/// # Errors
///
/// There is nothing, or none of the files that the exercise is about.
pub fn work(chapter: &Chapter, exercise: &Exercise, path: &Path) -> Result<Work> {
    let start = start(chapter, exercise)?;
    let from = match fs::metadata(path) {
        Err(error) => bail!("{}: {error}", path.display()),
        Ok(there) if there.is_dir() => below(exercise, path)?,
        Ok(_) => match exercise.files.as_slice() {
            [file] => vec![(file.clone(), path.to_owned())],
            several => bail!(
                "{} is one file, and {} is about {}; give a folder that has them",
                path.display(),
                exercise.name,
                several.join(" and ")
            ),
        },
    };
    let mut with = start;
    for (file, path) in &from {
        with.files.insert(file.clone(), read(path)?);
    }
    Ok(Work { with, from })
}

/// The Rust files below `folder/src`. `main.rs` only counts where the exercise is about it: a
/// reader's own crate has another name, and opens its own door.
fn below(exercise: &Exercise, folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut from = Vec::new();
    collect(&folder.join("src"), "src", &mut from)?;
    from.retain(|(file, _)| file != "src/main.rs" || exercise.files.contains(file));
    let has = |file: &&String| from.iter().any(|(found, _)| found == *file);
    if !exercise.files.iter().any(|file| has(&file)) {
        bail!(
            "{} has none of the files that {} is about: {}",
            folder.display(),
            exercise.name,
            exercise.files.join(", ")
        );
    }
    Ok(from)
}

fn collect(folder: &Path, inside: &str, from: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let inside = format!("{inside}/{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &inside, from)?;
        } else if name.ends_with(".rs") {
            from.push((inside, entry.path()));
        }
    }
    from.sort();
    Ok(())
}

/// What came of grading.
#[derive(Debug)]
pub struct Graded {
    /// How it ended.
    pub mark: Mark,
    /// What the grader, or the compiler, had to say about it.
    pub said: String,
    /// The compiler's warnings.
    pub warnings: String,
}

/// How grading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Everything is as the exercise expects it.
    Passed,
    /// Something is not.
    Missed,
    /// The compiler refused it.
    Refused,
}

/// Builds a crate together with the exercise's grader, and runs the grader.
///
/// `name` is the copy's, below `target`: two that are made at the same time need two names.
///
/// # Errors
///
/// The grader is not there, or cargo could not be run.
pub fn grade(
    workspace: &Workspace,
    exercise: &Exercise,
    mut work: Work,
    target: &Path,
    name: &str,
    colour: bool,
) -> Result<Graded> {
    let grader = read(&exercise.dir.join("grader.rs"))?;
    let files = [("main.rs", grader), ("grading.rs", GRADING.to_owned())];
    work.with.add_test_program("grader", &files);
    let copy = work.with.unpack(workspace, target, name)?;
    let told = |text: &str| with_places(text, &work);
    let (program, warnings) = match copy.build_test("grader", colour)? {
        Built::Program { path, warnings } => (path, told(&warnings)),
        Built::Refused(said) => {
            return Ok(Graded {
                mark: Mark::Refused,
                said: told(&said),
                warnings: String::new(),
            });
        }
    };
    let mut command = Command::new(program);
    command.current_dir(copy.root()).env_remove("LEDGER").env_remove("RUST_BACKTRACE");
    let done = finish(&mut command, WATCHDOG)?;
    let mark = if done.status.success() { Mark::Passed } else { Mark::Missed };
    let mut said = told(&done.stdout);
    // A grader that ends without a verdict was ended: by a stack overflow, by `abort`.
    if mark == Mark::Missed && !said.contains("MISSED") {
        said +=
            &format!("MISSED  the program lives\n        seen:     {}\n", done.status);
        said += done.stderr.trim_end();
    }
    Ok(Graded { mark, said, warnings })
}

/// The compiler speaks of the copy; the reader wants to hear of their own file.
fn with_places(text: &str, work: &Work) -> String {
    let mut text = text.to_owned();
    for (file, path) in &work.from {
        let here = std::env::current_dir().unwrap_or_default();
        let path = path.strip_prefix(&here).unwrap_or(path);
        text = text.replace(
            &format!("{}/{file}:", work.with.package),
            &format!("{}:", path.display()),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn exercise(files: &[&str]) -> Exercise {
        Exercise {
            name: "a-task".into(),
            dir: PathBuf::from("nowhere"),
            title: "A task".into(),
            level: 1,
            files: files.iter().map(|f| (*f).to_owned()).collect(),
            task: String::new(),
            hints: vec![String::new()],
            after: String::new(),
        }
    }

    fn first() -> Chapter {
        Workspace::find().unwrap().chapters()[0].clone()
    }

    #[test]
    fn a_reader_gets_the_files_once_and_keeps_what_is_in_them() {
        let scratch = Scratch::new().unwrap();
        let put = |path: &str, text: &str| {
            let path = scratch.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("chapters/ch01-one/Cargo.toml", "[package]\nname = \"ch01-one\"\n");
        put("chapters/ch01-one/src/lib.rs", "mod new;\nfn a() {}\n");
        put("chapters/ch01-one/exercises/a-task/stub/src/new.rs", "// Your turn.\n");
        put(
            "chapters/ch01-one/exercises/a-task/stub.patch",
            "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,2 +1,2 @@\n mod new;\n-fn a() {}\n+fn b() {}\n",
        );
        let workspace = Workspace::at(scratch.path()).unwrap();
        let chapter = &workspace.chapters()[0];
        let mut exercise = exercise(&["src/new.rs"]);
        exercise.dir = chapter.dir.join("exercises/a-task");

        let start = start(chapter, &exercise).unwrap();
        assert_eq!(start.files["src/lib.rs"], "mod new;\nfn b() {}\n");
        assert!(begin(&workspace, chapter, &exercise).unwrap());
        let mine = place(&workspace, chapter, &exercise).join("src/new.rs");
        assert!(mine.ends_with("exercises/ch01/a-task/src/new.rs"));
        assert_eq!(fs::read_to_string(&mine).unwrap(), "// Your turn.\n");
        fs::write(&mine, "// Mine.\n").unwrap();
        assert!(!begin(&workspace, chapter, &exercise).unwrap());
        assert_eq!(fs::read_to_string(&mine).unwrap(), "// Mine.\n");
    }

    #[test]
    fn a_readers_files_are_laid_over_the_chapters() {
        let scratch = Scratch::new().unwrap();
        fs::create_dir_all(scratch.path().join("src/shop")).unwrap();
        fs::write(scratch.path().join("src/shop/mod.rs"), "// mine\n").unwrap();
        fs::write(scratch.path().join("src/main.rs"), "// my door\n").unwrap();
        let work =
            work(&first(), &exercise(&["src/shop/mod.rs"]), scratch.path()).unwrap();
        assert_eq!(work.with.files["src/shop/mod.rs"], "// mine\n");
        assert_ne!(work.with.files["src/main.rs"], "// my door\n");
        assert_eq!(work.from.len(), 1);
        let text = "  --> ch01-blocking/src/shop/mod.rs:3:1\n";
        let told = with_places(text, &work);
        assert!(
            told.ends_with("/src/shop/mod.rs:3:1\n") && !told.contains("ch01-blocking"),
            "{told}"
        );
    }

    #[test]
    fn what_is_not_there_is_said_with_what_should_be() {
        let scratch = Scratch::new().unwrap();
        let said = |path: &Path, files: &[&str]| {
            work(&first(), &exercise(files), path).unwrap_err().to_string()
        };
        assert!(
            said(&scratch.path().join("x"), &["src/net.rs"]).contains("No such file")
        );
        assert!(said(scratch.path(), &["src/net.rs"]).ends_with("is about: src/net.rs"));
        let file = scratch.path().join("net.rs");
        fs::write(&file, "").unwrap();
        assert!(
            said(&file, &["src/net.rs", "src/sys.rs"])
                .contains("src/net.rs and src/sys.rs")
        );
        assert!(work(&first(), &exercise(&["src/net.rs"]), &file).is_ok());
        assert!(said(&file, &["src/nut.rs"]).contains("about src/nut.rs"));
    }
}
