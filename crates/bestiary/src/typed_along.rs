//! Holds a reader's own crate to the promises of a chapter: for those who type along.
//!
//! The reader's `src/` and manifest are copied, the chapter's `tests/` are put beside them with
//! the crate's name adapted, and each test file is built and run by itself. So a crate that is
//! half typed keeps some promises, and is told which it cannot keep yet.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bookbinder::{Chapter, Workspace, changes};
use toml::{Table, Value as Toml};

use crate::child::finish;
use crate::crate_copy::{Built, Crate, Unpacked};
use crate::patch::Files;

/// Only tells a hang: the chapters' own tests give up by themselves, sooner.
const WATCHDOG: std::time::Duration = std::time::Duration::from_secs(300);

/// What came of holding a crate to a chapter's promises.
#[derive(Debug)]
pub struct Outcome {
    /// The chapter's test files, in order.
    pub files: Vec<TestFile>,
}

/// A test file of the chapter.
#[derive(Debug)]
pub struct TestFile {
    /// Its name without the ending: `net`.
    pub name: String,
    /// Its tests.
    pub promises: Vec<Promise>,
    /// What the compiler said, if it does not compile against this crate.
    pub refused: Option<String>,
}

/// A test, as a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Promise {
    /// `a line may come a byte at a time`
    pub name: String,
    /// Whether it passed.
    pub kept: bool,
    /// What it said when it failed.
    pub said: String,
}

impl Outcome {
    /// How many promises are kept, of how many. A file that does not compile is one not kept.
    pub fn count(&self) -> (usize, usize) {
        let promises = || self.files.iter().flat_map(|file| &file.promises);
        let refused = self.files.iter().filter(|file| file.refused.is_some()).count();
        (promises().filter(|promise| promise.kept).count(), promises().count() + refused)
    }
}

/// Runs the chapter's tests against the crate in `folder`.
///
/// # Errors
///
/// There is no crate, or it does not compile by itself: the error is what the compiler says.
pub fn check(
    workspace: &Workspace,
    chapter: &Chapter,
    folder: &Path,
    target: &Path,
    colour: bool,
) -> Result<Outcome> {
    let typed = Typed::at(folder)?;
    let (mut copy, tests) = typed.with_tests_of(chapter)?;
    copy.files.extend(tests.files);
    let there =
        copy.unpack(workspace, target, &format!("{}-typed-along", chapter.package))?;
    // The compiler speaks of the copy.
    let (sources, tests_at) =
        (format!("{}/src/", typed.name), format!("{}/tests/", typed.name));
    let own = format!("{}/src/", folder.display());
    let placed = |said: String| {
        said.replace(&sources, &own).replace(&tests_at, &chapter.path("tests/"))
    };
    if let Built::Refused(said) = there.build_library(colour)? {
        bail!("{}", placed(said));
    }
    let mut files = Vec::new();
    for name in tests.names {
        let mut file = run(&there, name, colour)?;
        file.refused = file.refused.map(placed);
        files.push(file);
    }
    Ok(Outcome { files })
}

/// A reader's crate.
struct Typed {
    folder: PathBuf,
    name: String,
    lib: String,
    manifest: Table,
}

/// The tests of a chapter, under the names of another crate.
struct Tests {
    names: Vec<String>,
    files: Files,
}

impl Typed {
    fn at(folder: &Path) -> Result<Self> {
        let folder = fs::canonicalize(folder)
            .with_context(|| format!("{} is not there", folder.display()))?;
        let path = folder.join("Cargo.toml");
        if !path.is_file() || !folder.join("src/lib.rs").is_file() {
            bail!(
                "{} is no crate to hold to a chapter: it needs a Cargo.toml and a src/lib.rs",
                folder.display()
            );
        }
        let manifest: Table = fs::read_to_string(&path)?
            .parse()
            .with_context(|| format!("{} cannot be understood", path.display()))?;
        let name =
            manifest.get("package").and_then(|p| p.get("name")).and_then(Toml::as_str);
        let Some(name) = name.map(str::to_owned) else {
            bail!("{} has no name under [package]", path.display());
        };
        let lib = manifest.get("lib").and_then(|l| l.get("name")).and_then(Toml::as_str);
        let lib = lib.map_or_else(|| name.replace('-', "_"), str::to_owned);
        Ok(Self { folder, name, lib, manifest })
    }

    fn with_tests_of(&self, chapter: &Chapter) -> Result<(Crate, Tests)> {
        let of_chapter = changes::files(chapter)?;
        let theirs: Table = of_chapter["Cargo.toml"].parse()?;
        let mut files = Files::new();
        read_into(&self.folder.join("src"), "src", &mut files)?;
        files.insert("Cargo.toml".into(), self.manifest_with(&theirs).to_string());
        let mut tests = Tests { names: Vec::new(), files: Files::new() };
        for (path, text) in
            of_chapter.iter().filter(|(path, _)| path.starts_with("tests/"))
        {
            let text = text
                .replace(&chapter.lib_name(), &self.lib)
                .replace(&chapter.package, &self.name);
            let name =
                path.strip_prefix("tests/").and_then(|path| path.strip_suffix(".rs"));
            if let Some(name) = name.filter(|name| !name.contains('/')) {
                tests.names.push(name.to_owned());
            }
            tests.files.insert(path.clone(), text);
        }
        Ok((Crate { package: self.name.clone(), files }, tests))
    }

    /// The reader's manifest, with what the chapter's tests need besides.
    fn manifest_with(&self, chapter: &Table) -> Table {
        let mut manifest = self.manifest.clone();
        for part in [
            "workspace",
            "lints",
            "profile",
            "test",
            "example",
            "bench",
            "dev-dependencies",
        ] {
            manifest.remove(part);
        }
        let mut all = chapter
            .get("dependencies")
            .and_then(Toml::as_table)
            .cloned()
            .unwrap_or_default();
        let own = manifest
            .get("dependencies")
            .and_then(Toml::as_table)
            .cloned()
            .unwrap_or_default();
        for (name, mut dependency) in own {
            if let Some(path) = dependency.get_mut("path") {
                let absolute = self.folder.join(path.as_str().unwrap_or_default());
                *path = Toml::String(absolute.to_string_lossy().into_owned());
            }
            // Where both have it, the chapter's version is the one that the tests are written for.
            all.entry(name).or_insert(dependency);
        }
        manifest.insert("dependencies".into(), Toml::Table(all));
        manifest
    }
}

fn read_into(folder: &Path, inside: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let inside = format!("{inside}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_into(&entry.path(), &inside, files)?;
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(inside, text);
        }
    }
    Ok(())
}

fn run(there: &Unpacked, name: String, colour: bool) -> Result<TestFile> {
    let path = match there.build_test(&name, colour)? {
        Built::Program { path, .. } => path,
        Built::Refused(said) => {
            return Ok(TestFile { name, promises: Vec::new(), refused: Some(said) });
        }
    };
    let mut command = Command::new(path);
    command.current_dir(there.folder()).env_remove("LEDGER").env_remove("RUST_BACKTRACE");
    let promises = match finish(&mut command, WATCHDOG) {
        Ok(done) => promises(&done.stdout),
        Err(hung) => vec![Promise {
            name: "every test comes to an end".into(),
            kept: false,
            said: format!("{hung:#}"),
        }],
    };
    Ok(TestFile { name, promises, refused: None })
}

/// Reads the output of Rust's test runner.
fn promises(output: &str) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    for line in output.lines() {
        let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|l| l.split_once(" ... "))
        else {
            continue;
        };
        if outcome.starts_with("ignored") {
            continue;
        }
        let said = output
            .split(&format!("---- {name} stdout ----\n"))
            .nth(1)
            .unwrap_or_default();
        let said = said.split("\n\n").next().unwrap_or_default();
        let said = said.lines().filter(|line| !line.starts_with("note: run with"));
        promises.push(Promise {
            name: name.replace('_', " "),
            kept: outcome == "ok",
            said: said.map(|line| format!("          {line}\n")).collect(),
        });
    }
    promises
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_test_runners_output_is_read() {
        let output = "\nrunning 3 tests\ntest a_b ... ok\ntest c_d ... FAILED\ntest e ... ignored\n\n\
            failures:\n\n---- c_d stdout ----\n\nthread 'c_d' panicked at x.rs:1:1:\nleft: 1\nnote: run with `RUST`\n\n\nfailures:\n    c_d\n";
        let said = promises(&output.replace("----\n\nthread", "----\nthread"));
        assert_eq!(said.len(), 2);
        assert_eq!((said[0].name.as_str(), said[0].kept), ("a b", true));
        assert_eq!(
            said[1].said,
            "          thread 'c_d' panicked at x.rs:1:1:\n          left: 1\n"
        );
    }

    #[test]
    fn a_folder_without_a_crate_is_refused() {
        let scratch = Scratch::new().unwrap();
        let error = Typed::at(scratch.path()).err().unwrap().to_string();
        assert!(error.contains("a Cargo.toml and a src/lib.rs"), "{error}");
        assert!(
            Typed::at(&scratch.path().join("x"))
                .err()
                .unwrap()
                .to_string()
                .ends_with("is not there")
        );
    }

    #[test]
    fn the_tests_take_the_readers_name_and_the_manifest_what_they_need() {
        let scratch = Scratch::new().unwrap();
        fs::create_dir_all(scratch.path().join("src")).unwrap();
        fs::write(scratch.path().join("src/lib.rs"), "").unwrap();
        let manifest = "[package]\nname = \"my-shop\"\n[lints]\nworkspace = true\n[dependencies]\nmine = { path = \"../mine\" }\nlibc = \"0.1\"\n";
        fs::write(scratch.path().join("Cargo.toml"), manifest).unwrap();
        let workspace = Workspace::find().unwrap();
        let typed = Typed::at(scratch.path()).unwrap();
        let (copy, tests) = typed.with_tests_of(&workspace.chapters()[0]).unwrap();
        assert!(tests.names.iter().any(|name| name == "net"), "{:?}", tests.names);
        assert!(tests.files["tests/net.rs"].contains("use my_shop::net"));
        let manifest: Table = copy.files["Cargo.toml"].parse().unwrap();
        let dependencies = &manifest["dependencies"];
        assert!(Path::new(dependencies["mine"]["path"].as_str().unwrap()).is_absolute());
        assert_eq!(dependencies["libc"]["workspace"].as_bool(), Some(true));
        assert!(dependencies.get("ledger").is_some() && manifest.get("lints").is_none());
    }
}
