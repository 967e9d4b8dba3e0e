//! The breaks of a chapter: what happens if one thing is forgotten.
//!
//! A break is a folder, `breaks/NAME/` in its chapter's. `break.toml` says what is forgotten and
//! what must then happen ([`Break`]), `change.patch` forgets it, and `diagnosis.snap` is what came
//! of it in a real run, stored by `cargo bestiary record` for the page.

use crate::changes::FileChange;
use crate::{Chapter, near, patch};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::fs;

/// The folder of a chapter that holds its breaks.
const FOLDER: &str = "breaks";

/// How many lines a break may add, and how many it may take away: it forgets one thing.
const LINES: usize = 5;

/// How often a program may wake up if its break does not say.
const WAKE_UPS: usize = 1_000;

/// An experiment: a chapter's crate with one thing forgotten, and what must come of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Its name, which is its folder's: `undrained-edge`.
    #[serde(skip)]
    pub name: String,
    /// A few words: `An edge that is not drained`.
    pub title: String,
    /// What is forgotten, in one sentence.
    pub forget: String,
    /// The example program of the chapter that shows it.
    pub program: String,
    /// The program's arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// What must happen to the program.
    pub must: Must,
    /// What the diagnosis must contain.
    #[serde(default)]
    pub diagnosis: Vec<String>,
    /// How often the program may wake up, unbroken; if it must spin, more often is spinning.
    limit: Option<usize>,
    /// The one system on which it breaks, as [`std::env::consts::OS`] names it, if not on all.
    pub only: Option<String>,
}

/// What must happen to a broken program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Must {
    /// It never ends, and waits for something that never comes.
    Stuck,
    /// It wakes up again and again for nothing.
    Spins,
    /// It ends, and has printed something else.
    Wrong,
    /// It ends with an error.
    Fails,
}

impl Must {
    /// What it does, to be read after "the program".
    pub fn does(self) -> &'static str {
        match self {
            Must::Stuck => "gets stuck",
            Must::Spins => "spins",
            Must::Wrong => "prints something else",
            Must::Fails => "fails",
        }
    }
}

impl Break {
    /// The breaks of a chapter, by name.
    ///
    /// # Errors
    ///
    /// A folder whose `break.toml` is missing or says something else than it should.
    pub fn all(chapter: &Chapter) -> Result<Vec<Break>> {
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
                all.push(Break::read(chapter, name)?);
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// The break called `name`.
    ///
    /// # Errors
    ///
    /// There is none of that name; the message says which there are.
    pub fn find(chapter: &Chapter, name: &str) -> Result<Break> {
        let mut all = Break::all(chapter)?;
        if let Some(at) = all.iter().position(|b| b.name == name) {
            return Ok(all.swap_remove(at));
        }
        if all.is_empty() {
            bail!("chapter {} has no breaks", chapter.number);
        }
        let names: Vec<&str> = all.iter().map(|b| &*b.name).collect();
        bail!(
            "chapter {} has no break `{name}`{} (it has {})",
            chapter.number,
            near::hint(name, names.iter().copied()),
            names.join(", "),
        );
    }

    fn read(chapter: &Chapter, name: String) -> Result<Break> {
        let file = format!("{FOLDER}/{name}/break.toml");
        let path = chapter.path(&file);
        ensure!(
            chapter.dir.join(&file).is_file(),
            "there is no {path}; write one with title, forget, program, must and diagnosis"
        );
        let read: Break = toml::from_str(&chapter.read(&file)?)
            .with_context(|| format!("{path} cannot be read"))?;
        let read = Break { name, ..read };
        read.check(chapter).with_context(|| path)?;
        Ok(read)
    }

    fn check(&self, chapter: &Chapter) -> Result<()> {
        // It becomes part of a version number.
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(
            self.name.chars().all(plain),
            "`{}` is no name for a break; small letters, digits and - make one",
            self.name
        );
        let forget = self.forget.trim();
        ensure!(
            forget.ends_with('.') && !forget.contains(". ") && !forget.contains('\n'),
            "`forget` is one sentence, with a full stop: what is forgotten"
        );
        ensure!(
            self.limit.is_none() || self.must == Must::Spins,
            "`limit` is for a program that must spin"
        );
        if chapter.example_path(&self.program).is_none() {
            let all = chapter.examples();
            let hint = near::hint(&self.program, all.iter().map(String::as_str));
            bail!(
                "no program examples/{}.rs in {}{hint}",
                self.program,
                chapter.path("")
            );
        }
        Ok(())
    }

    /// What it changes: each file as it is in the chapter, and as it is with one thing forgotten.
    ///
    /// # Errors
    ///
    /// The patch does not fit the chapter, or it changes more than a break should.
    pub fn changes(&self, chapter: &Chapter) -> Result<Vec<FileChange>> {
        let file = self.file("change.patch");
        let path = chapter.path(&file);
        ensure!(
            chapter.dir.join(&file).is_file(),
            "there is no {path}; change the chapter, then \
             `git diff --relative={} > {path}`, and change it back",
            chapter.path("").trim_end_matches('/'),
        );
        let changes =
            patch::apply(&path, &chapter.read(&file)?, |file| chapter.read(file))?;
        let plus: usize = changes.iter().map(FileChange::plus).sum();
        let minus: usize = changes.iter().map(FileChange::minus).sum();
        ensure!(
            plus <= LINES && minus <= LINES,
            "{path}: adds {plus} lines and takes {minus} away; a break forgets one thing, in at \
             most {LINES} lines"
        );
        Ok(changes)
    }

    /// How often the program may wake up before it counts as spinning.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(WAKE_UPS)
    }

    /// Whether it breaks on this system.
    pub fn breaks_here(&self) -> bool {
        self.only.as_deref().is_none_or(|os| os == std::env::consts::OS)
    }

    /// The command that runs it.
    pub fn command(&self, chapter: &Chapter) -> String {
        format!("cargo bestiary break {} {}", chapter.number, self.name)
    }

    /// A file of its folder, by its path in the chapter's.
    pub fn file(&self, name: &str) -> String {
        format!("{FOLDER}/{}/{name}", self.name)
    }

    /// Where its diagnosis is stored, in the chapter's folder.
    pub fn snapshot(&self) -> String {
        self.file("diagnosis.snap")
    }

    /// What came of it, as recorded.
    ///
    /// # Errors
    ///
    /// Nothing is recorded, or the file is no snapshot.
    pub fn recorded(&self, chapter: &Chapter) -> Result<String> {
        let path = self.snapshot();
        if !chapter.dir.join(&path).is_file() {
            bail!(
                "no diagnosis is stored in {}; run `cargo bestiary record {} {}`",
                chapter.path(&path),
                chapter.number,
                self.name,
            );
        }
        let text = chapter.read(&path)?.replace("\r\n", "\n");
        let body = text.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n"));
        let (_, body) = body.with_context(|| {
            format!(
                "{} has no snapshot's head between two lines of `---`",
                chapter.path(&path)
            )
        })?;
        Ok(body.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    const TOML: &str = "title = \"An edge\"\nforget = \"It reads once.\"\nprogram = \"hello\"\n\
                        must = \"stuck\"\ndiagnosis = [\"fd 1\"]\n";
    const PATCH: &str =
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,2 +1,1 @@\n fn a() {}\n-fn b() {}\n";

    fn scratch(files: &[(&str, &str)]) -> Scratch {
        let mut all = vec![
            ("examples/hello.rs", "fn main() {}\n"),
            ("src/lib.rs", "fn a() {}\nfn b() {}\n"),
        ];
        all.extend(files);
        Scratch::two(&all, &[])
    }

    fn with_toml(toml: &str) -> Result<Break> {
        Break::find(&scratch(&[("breaks/edge/break.toml", toml)]).chapter(1), "edge")
    }

    #[test]
    fn a_break_is_read_with_its_change() {
        let files =
            [("breaks/edge/break.toml", TOML), ("breaks/edge/change.patch", PATCH)];
        let scratch = scratch(&files);
        let chapter = scratch.chapter(1);
        let edge = Break::find(&chapter, "edge").unwrap();
        assert_eq!(
            (edge.must, edge.limit(), edge.breaks_here()),
            (Must::Stuck, WAKE_UPS, true)
        );
        assert_eq!(edge.changes(&chapter).unwrap()[0].new, "fn a() {}\n");
        assert_eq!(edge.command(&chapter), "cargo bestiary break 1 edge");
        let error = edge.recorded(&chapter).unwrap_err().to_string();
        assert_eq!(
            error,
            "no diagnosis is stored in chapters/ch01-one/breaks/edge/diagnosis.snap; run `cargo bestiary record 1 edge`"
        );
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let scratch = scratch(&[("breaks/edge/break.toml", TOML)]);
        let error = |number, name| {
            Break::find(&scratch.chapter(number), name).unwrap_err().to_string()
        };
        assert_eq!(
            error(1, "egde"),
            "chapter 1 has no break `egde`; did you mean `edge`? (it has edge)"
        );
        assert_eq!(error(2, "edge"), "chapter 2 has no breaks");
    }

    #[test]
    fn an_odd_break_toml_is_told_what_is_odd() {
        let error = |toml: &str| format!("{:#}", with_toml(toml).unwrap_err());
        assert!(
            error("").contains("chapters/ch01-one/breaks/edge/break.toml cannot be read")
        );
        assert!(
            error(&TOML.replace("stuck", "hangs")).contains("unknown variant `hangs`")
        );
        assert!(error(&TOML.replace("hello", "helo")).contains("did you mean `hello`?"));
        assert!(error(&format!("{TOML}limit = 3\n")).contains("must spin"));
        assert!(error(&TOML.replace("once.", "once")).contains("one sentence"));
        let scratch = scratch(&[("breaks/Edge!/break.toml", TOML)]);
        let error = format!("{:#}", Break::all(&scratch.chapter(1)).unwrap_err());
        assert!(error.contains("is no name for a break"), "{error}");
    }

    #[test]
    fn a_break_without_a_toml_or_a_patch_is_told_how_to_write_one() {
        let empty = scratch(&[("breaks/edge/change.patch", PATCH)]);
        let error = Break::all(&empty.chapter(1)).unwrap_err().to_string();
        assert!(error.contains("write one with title"), "{error}");
        let patchless = scratch(&[("breaks/edge/break.toml", TOML)]);
        let chapter = patchless.chapter(1);
        let edge = Break::find(&chapter, "edge").unwrap();
        let error = edge.changes(&chapter).unwrap_err().to_string();
        assert!(error.contains("git diff --relative=chapters/ch01-one >"), "{error}");
    }

    #[test]
    fn a_patch_that_forgets_too_much_or_does_not_fit_is_refused() {
        let error = |patch: &str| {
            let files =
                [("breaks/edge/break.toml", TOML), ("breaks/edge/change.patch", patch)];
            let scratch = scratch(&files);
            let chapter = scratch.chapter(1);
            let edge = Break::find(&chapter, "edge").unwrap();
            edge.changes(&chapter).unwrap_err().to_string()
        };
        let long = format!(
            "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,1 +1,7 @@\n fn a() {{}}\n{}",
            "+x\n".repeat(6)
        );
        assert!(error(&long).contains("adds 6 lines"), "{}", error(&long));
        let stale = PATCH.replace("fn b", "fn c");
        assert!(error(&stale).contains(
            "breaks/edge/change.patch: hunk 1 (line 1 of src/lib.rs) does not fit"
        ));
    }
}
