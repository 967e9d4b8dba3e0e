//! The exercises of a chapter: what they ask, and which files they ask it of.
//!
//! An exercise is a folder, `exercises/NAME/` in its chapter's. `exercise.toml` holds what a
//! reader sees ([`Exercise`]); `solution.patch`, `grader.rs` and, where the reader starts from
//! something else than the chapter itself, `stub.patch` belong to `cargo bestiary check`.

use crate::{Chapter, near};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;

/// What a reader is asked to do, and what they are told on the way.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Its name, which is its folder's: `three-clerks`.
    #[serde(skip)]
    pub name: String,
    /// Its folder.
    #[serde(skip)]
    pub dir: PathBuf,
    /// Its title, as plain text: `Three clerks`.
    pub title: String,
    /// How hard it is, from 1 to 3.
    pub level: u8,
    /// The files that the reader changes, by their paths in the chapter's folder.
    pub files: Vec<String>,
    /// What there is to do. Markdown.
    pub task: String,
    /// What helps, each a little more than the one before. Markdown.
    pub hints: Vec<String>,
    /// What is worth saying to somebody who has done it. Markdown.
    pub after: String,
}

/// The folder of a chapter that holds its exercises.
const FOLDER: &str = "exercises";

impl Exercise {
    /// The exercises of a chapter, the easiest first.
    ///
    /// # Errors
    ///
    /// A folder without an `exercise.toml`, or one that says something else than it should.
    pub fn all(chapter: &Chapter) -> Result<Vec<Exercise>> {
        let folder = chapter.dir.join(FOLDER);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("{}: cannot be read", chapter.path(FOLDER)))?;
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.path().is_dir() {
                let name = entry.file_name().to_string_lossy().into_owned();
                all.push(Exercise::read(chapter, name)?);
            }
        }
        all.sort_by(|a, b| (a.level, &a.name).cmp(&(b.level, &b.name)));
        Ok(all)
    }

    /// The exercise called `name`.
    ///
    /// # Errors
    ///
    /// There is none of that name; the message says which there are.
    pub fn find(chapter: &Chapter, name: &str) -> Result<Exercise> {
        let is_a_name = !name.contains(['/', '.']);
        if is_a_name && chapter.dir.join(FOLDER).join(name).is_dir() {
            return Exercise::read(chapter, name.to_owned());
        }
        let all = Exercise::all(chapter)?;
        if all.is_empty() {
            bail!("chapter {} has no exercises", chapter.number);
        }
        let names: Vec<&str> = all.iter().map(|exercise| &*exercise.name).collect();
        bail!(
            "chapter {} has no exercise `{name}`{} (it has {})",
            chapter.number,
            near::hint(name, names.iter().copied()),
            names.join(", ")
        );
    }

    fn read(chapter: &Chapter, name: String) -> Result<Exercise> {
        let path = format!("{FOLDER}/{name}/exercise.toml");
        let said = || chapter.path(&path);
        let exercise: Exercise = toml::from_str(&chapter.read(&path)?)
            .with_context(|| format!("{} cannot be understood", said()))?;
        ensure!(
            (1..=3).contains(&exercise.level),
            "{}: level = {}; there are 1, 2 and 3",
            said(),
            exercise.level
        );
        ensure!(!exercise.files.is_empty(), "{}: `files` names no file", said());
        ensure!(!exercise.hints.is_empty(), "{}: `hints` holds no hint", said());
        if let Some(file) = exercise.files.iter().find(|file| !belongs_to_a_crate(file)) {
            bail!("{}: `files` names {file}, which is not below src/", said());
        }
        Ok(Exercise { dir: chapter.dir.join(FOLDER).join(&name), name, ..exercise })
    }

    /// What a reader types to have their work looked at.
    pub fn command(&self, chapter: &Chapter) -> String {
        format!("cargo bestiary check {} {}", chapter.number, self.name)
    }
}

fn belongs_to_a_crate(path: &str) -> bool {
    path.starts_with("src/")
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    const TOML: &str = "title = \"T\"\nlevel = 2\nfiles = [\"src/lib.rs\"]\ntask = \"Do.\"\nhints = [\"So.\"]\nafter = \"Well.\"\n";

    fn scratch(toml: &str) -> Scratch {
        Scratch::two(&[("exercises/a-task/exercise.toml", toml)], &[])
    }

    fn error(toml: &str) -> String {
        format!("{:#}", Exercise::all(&scratch(toml).chapter(1)).unwrap_err())
    }

    #[test]
    fn exercises_are_read_and_found_by_name() {
        let scratch = scratch(TOML);
        scratch.file(
            "chapters/ch01-one/exercises/b-task/exercise.toml",
            &TOML.replace("level = 2", "level = 1"),
        );
        let chapter = scratch.chapter(1);
        let all = Exercise::all(&chapter).unwrap();
        let names: Vec<&str> = all.iter().map(|e| &*e.name).collect();
        assert_eq!(names, ["b-task", "a-task"], "the easier one first");
        let found = Exercise::find(&chapter, "a-task").unwrap();
        assert_eq!((found.title.as_str(), found.level), ("T", 2));
        assert_eq!(found.command(&chapter), "cargo bestiary check 1 a-task");
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let scratch = scratch(TOML);
        let said = Exercise::find(&scratch.chapter(1), "a-tsak").unwrap_err().to_string();
        assert!(
            said.contains("did you mean `a-task`?") && said.contains("(it has a-task)"),
            "{said}"
        );
        let said = Exercise::find(&scratch.chapter(2), "a").unwrap_err().to_string();
        assert_eq!(said, "chapter 2 has no exercises");
    }

    #[test]
    fn what_is_wrong_in_the_toml_is_said_with_its_file() {
        let path = "chapters/ch01-one/exercises/a-task/exercise.toml";
        assert!(error("title = \"T\"\n").starts_with(path));
        assert!(
            error(&TOML.replace("level = 2", "level = 4"))
                .contains("level = 4; there are 1, 2 and 3")
        );
        assert!(
            error(&TOML.replace("src/lib.rs", "src/../x.rs")).contains("not below src/")
        );
        assert!(error(&TOML.replace("[\"So.\"]", "[]")).contains("holds no hint"));
        assert!(error(&format!("{TOML}stub = 1\n")).contains("stub"));
    }
}
