//! A chapter's crate, copied out of the workspace to be changed and built elsewhere.
//!
//! The copy lies in a small workspace of its own below `target/`, with the same dependencies, the
//! same versions of them, and one folder for what is built, which all copies share: only the
//! crate itself is compiled again. Nothing is fetched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use bookbinder::{Chapter, Workspace, changes};
use serde_json::Value;
use toml::{Table, Value as Toml};

use crate::child::finish;
use crate::patch::Files;
use crate::programs::cargo;

/// Only tells a hang from a long build.
const BUILD_WATCHDOG: std::time::Duration = std::time::Duration::from_secs(900);

/// The text files of a crate, and its name.
#[derive(Clone, Debug)]
pub struct Crate {
    /// The package's name.
    pub package: String,
    /// Its files, by path: `Cargo.toml`, `src/…`, and what is added to them.
    pub files: Files,
}

impl Crate {
    /// The `Cargo.toml` and the `src/` of a chapter.
    pub fn of(chapter: &Chapter) -> Result<Self> {
        let mut files = changes::files(chapter)?;
        files.retain(|path, _| !path.starts_with("tests/"));
        Ok(Self { package: chapter.package.clone(), files })
    }

    /// Gives the crate a test program with a `main` of its own: files below `tests/NAME/`.
    pub fn add_test_program(&mut self, name: &str, files: &[(&str, String)]) {
        let manifest = self.files.entry("Cargo.toml".to_owned()).or_default();
        manifest.push_str(&format!(
            "\n[[test]]\nname = \"{name}\"\npath = \"tests/{name}/main.rs\"\nharness = false\n"
        ));
        for (path, text) in files {
            self.files.insert(format!("tests/{name}/{path}"), text.clone());
        }
    }

    /// Writes the crate into `target/copies/NAME/`, with a workspace around it.
    ///
    /// Files that are as they should be are left alone, so that cargo need not build them again.
    pub fn unpack(
        &self,
        workspace: &Workspace,
        target: &Path,
        name: &str,
    ) -> Result<Unpacked> {
        let root = target.join("copies").join(name);
        let folder = root.join(&self.package);
        put(&root.join("Cargo.toml"), &manifest(workspace.root(), &self.package, name)?)?;
        let lock = fs::read_to_string(workspace.root().join("Cargo.lock"));
        if let Ok(lock) = lock {
            put(&root.join("Cargo.lock"), &lock)?;
        }
        for (path, text) in &self.files {
            put(&folder.join(path), text)?;
        }
        remove_others(&folder, "", &self.files)?;
        Ok(Unpacked {
            root,
            package: self.package.clone(),
            target: target.join("copies/build"),
        })
    }
}

/// A crate that lies somewhere and can be built there.
#[derive(Debug)]
pub struct Unpacked {
    root: PathBuf,
    package: String,
    target: PathBuf,
}

/// What came of building something.
#[derive(Debug)]
pub enum Built {
    /// It is built; the compiler may have had something to remark all the same.
    Program {
        /// Where the program is, if it is one that can be run.
        path: PathBuf,
        /// The compiler's warnings.
        warnings: String,
    },
    /// The compiler refused, and said this.
    Refused(String),
}

impl Unpacked {
    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The crate's folder.
    pub fn folder(&self) -> PathBuf {
        self.root.join(&self.package)
    }

    /// Cargo, about to do something with this crate.
    pub fn cargo(&self, verb: &str) -> Command {
        let mut command = Command::new(cargo());
        command
            .arg(verb)
            .args(["--quiet", "--package", &self.package, "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.root)
            .env_remove("LEDGER");
        command
    }

    /// Builds the crate's library.
    ///
    /// # Errors
    ///
    /// Cargo could not be run.
    pub fn build_library(&self, colour: bool) -> Result<Built> {
        let mut command = self.cargo("build");
        command.arg("--lib");
        self.built(command, &self.package.replace('-', "_"), colour)
    }

    /// Builds an example program of the crate.
    ///
    /// # Errors
    ///
    /// Cargo could not be run.
    pub fn build_example(&self, name: &str, colour: bool) -> Result<Built> {
        let mut command = self.cargo("build");
        command.args(["--example", name]);
        self.built(command, name, colour)
    }

    /// Builds a test program of the crate.
    ///
    /// # Errors
    ///
    /// Cargo could not be run.
    pub fn build_test(&self, name: &str, colour: bool) -> Result<Built> {
        let mut command = self.cargo("test");
        command.args(["--no-run", "--test", name]);
        self.built(command, name, colour)
    }

    fn built(&self, mut command: Command, name: &str, colour: bool) -> Result<Built> {
        let format = if colour { "json-diagnostic-rendered-ansi" } else { "json" };
        command.arg(format!("--message-format={format}"));
        let done = finish(&mut command, BUILD_WATCHDOG)?;
        let messages = Messages::of(&done.stdout, &self.root);
        if !done.status.success() {
            // Without a word from the compiler, it is cargo that has something to say.
            let said =
                if messages.errors.is_empty() { done.stderr } else { messages.errors };
            return Ok(Built::Refused(said));
        }
        let path = messages.executables.into_iter().find(|(target, _)| target == name);
        let path = path.map_or_else(PathBuf::new, |(_, path)| path);
        Ok(Built::Program { path, warnings: messages.warnings })
    }
}

/// What cargo printed, taken apart.
#[derive(Default)]
struct Messages {
    /// The compiler's errors, whatever they are about.
    errors: String,
    /// Its warnings, where they are about the crates below a folder.
    warnings: String,
    /// The programs that were built, by the target's name.
    executables: Vec<(String, PathBuf)>,
}

impl Messages {
    /// Reads cargo's messages, one JSON object a line.
    fn of(output: &str, folder: &Path) -> Self {
        let mut all = Self::default();
        let folder = folder.to_string_lossy();
        for message in
            output.lines().filter_map(|l| serde_json::from_str::<Value>(l).ok())
        {
            let ours = || {
                message["manifest_path"].as_str().is_some_and(|m| m.starts_with(&*folder))
            };
            let rendered = message["message"]["rendered"].as_str();
            match (message["message"]["level"].as_str(), rendered) {
                (Some("error"), Some(said)) => all.errors.push_str(said),
                (Some("warning"), Some(said)) if ours() => all.warnings.push_str(said),
                _ => {}
            }
            if let Some(path) = message["executable"].as_str() {
                let target = message["target"]["name"].as_str().unwrap_or_default();
                all.executables.push((target.to_owned(), path.into()));
            }
        }
        all
    }
}

/// The folder in which cargo builds the workspace.
pub fn target_dir(workspace: &Workspace) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => workspace.root().join(dir),
        _ => workspace.root().join("target"),
    }
}

/// The workspace's manifest, for a workspace elsewhere with this one member.
///
/// The lints go: they are the authors', and a reader's first attempt is not to be told that it
/// lacks documentation. And the copy's name becomes a part of the version: all copies share one
/// folder for what is built, where cargo would otherwise take one copy of a crate for another.
fn manifest(root: &Path, member: &str, name: &str) -> Result<String> {
    let text =
        fs::read_to_string(root.join("Cargo.toml")).context("reading Cargo.toml")?;
    let mut manifest: Table = text.parse().context("Cargo.toml cannot be understood")?;
    let workspace = manifest.get_mut("workspace").and_then(Toml::as_table_mut);
    let workspace = workspace.context("Cargo.toml has no [workspace]")?;
    workspace.insert("members".into(), Toml::Array(vec![member.into()]));
    workspace.insert("lints".into(), Toml::Table(Table::new()));
    if let Some(package) = workspace.get_mut("package").and_then(Toml::as_table_mut) {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let build: String = name.chars().map(plain).collect();
        let version = package.get("version").and_then(Toml::as_str).unwrap_or("0.0.0");
        package.insert("version".into(), Toml::String(format!("{version}+{build}")));
    }
    let dependencies = workspace.get_mut("dependencies").and_then(Toml::as_table_mut);
    for (_, dependency) in dependencies.into_iter().flatten() {
        if let Some(path) = dependency.get_mut("path") {
            let absolute = root.join(path.as_str().unwrap_or_default());
            *path = Toml::String(absolute.to_string_lossy().into_owned());
        }
    }
    Ok(manifest.to_string())
}

/// Writes a file, unless it says this already.
fn put(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Removes what an earlier copy has left behind.
fn remove_others(folder: &Path, below: &str, files: &Files) -> Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            remove_others(folder, &path, files)?;
        } else if !files.contains_key(&path) {
            fs::remove_file(entry.path()).with_context(|| {
                format!("{} cannot be removed", entry.path().display())
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_manifest_keeps_versions_and_finds_the_crates_from_elsewhere() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = manifest(&root, "ch01-blocking", "ch01/x").unwrap();
        let there: Table = text.parse().unwrap();
        let workspace = &there["workspace"];
        assert_eq!(
            workspace["members"].as_array().unwrap()[0].as_str(),
            Some("ch01-blocking")
        );
        let ledger = workspace["dependencies"]["ledger"]["path"].as_str().unwrap();
        assert!(Path::new(ledger).join("Cargo.toml").is_file(), "{ledger}");
        assert!(workspace["lints"].as_table().unwrap().is_empty());
        let version = workspace["package"]["version"].as_str().unwrap();
        assert!(version.ends_with("+ch01-x"), "{version}");
    }

    #[test]
    fn errors_are_everybodys_and_warnings_are_ours() {
        let line = |level: &str, folder: &str| {
            format!(
                "{{\"manifest_path\":\"{folder}/Cargo.toml\",\"message\":{{\"level\":\"{level}\",\"rendered\":\"{level} in {folder}\\n\"}}}}\n"
            )
        };
        let output =
            line("warning", "/a") + &line("warning", "/b") + &line("error", "/b");
        let messages = Messages::of(&output, Path::new("/a"));
        assert_eq!(messages.warnings, "warning in /a\n");
        assert_eq!(messages.errors, "error in /b\n");
    }

    #[test]
    fn an_unpacked_crate_has_its_files_and_no_older_ones() {
        let workspace = Workspace::find().unwrap();
        let scratch = Scratch::new().unwrap();
        let mut copy = Crate::of(&workspace.chapters()[0]).unwrap();
        copy.files.insert("src/old/mod.rs".into(), "// old\n".into());
        let there = copy.unpack(&workspace, scratch.path(), "x").unwrap();
        let folder = there.root().join(&copy.package);
        assert!(folder.join("src/old/mod.rs").is_file());
        copy.files.remove("src/old/mod.rs");
        copy.add_test_program("grader", &[("main.rs", "fn main() {}\n".into())]);
        copy.unpack(&workspace, scratch.path(), "x").unwrap();
        assert!(!folder.join("src/old/mod.rs").exists());
        assert!(
            folder.join("tests/grader/main.rs").is_file()
                && folder.join("src/lib.rs").is_file()
        );
    }
}
