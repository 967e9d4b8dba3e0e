//! `carry`: what was changed in one chapter, merged into each later one.
//!
//! Every chapter is a whole copy of the runtime so far, so a fix must flow
//! forward. For each file this is a three-way merge: the chapter's file as it
//! was, as it is now, and as the later chapter has it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use anyhow::{Context, Result, bail};
use bestiary::scratch::Scratch;
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::pager;

pub const VERB: Verb = Verb {
    name: "carry",
    usage: "N [--base REV] [--dry-run]",
    about: "merges what was changed in chapter N into each later chapter",
    help: "The change is what the working tree's src/, tests/ and Cargo.toml of chapter N\n\
           have over git's HEAD. Where a later chapter has changed the same lines, both\n\
           are left between markers for you to settle, and the exit code is 1.\n\n\
           --base REV    the change since REV instead of HEAD\n\
           --dry-run     says what would be done and writes nothing",
    audience: Audience::Authors,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let (mut name, mut base, mut dry_run) = (None, "HEAD".to_owned(), false);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("base") => base = args.value()?.string()?,
            Arg::Long("dry-run") => dry_run = true,
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let Some(name) = name else {
        bail!("which chapter's change? For example: cargo bestiary carry 1")
    };
    let from = workspace.chapter(&name)?;
    let edits = edits(workspace.root(), from, &base)?;
    let mut report = String::new();
    if edits.is_empty() {
        report = format!("nothing has changed in {} since {base}\n", from.package);
    }
    let mut conflicts = 0;
    for to in workspace.chapters().iter().filter(|chapter| chapter.number > from.number) {
        for edit in &edits {
            let path = to.dir.join(&edit.path);
            let step =
                plan(&edit.renamed(from, to), read(&path)?, |ours, base, theirs| {
                    merge(&labels(from, to), ours, base, theirs)
                })?;
            if !dry_run {
                step.apply(&path)?;
            }
            conflicts += usize::from(step.needs_a_hand());
            report.push_str(&format!(
                "{:<28} {}\n",
                step.told(),
                workspace.relative(&path)
            ));
        }
    }
    pager::show(&report, false)?;
    if conflicts > 0 {
        eprintln!(
            "{conflicts} to settle by hand; `git diff --check` finds markers that are left"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// A file of the chapter before and after the change; `None` where it is not there.
struct Edit {
    path: PathBuf,
    before: Option<String>,
    after: Option<String>,
}

impl Edit {
    /// The same edit under the names of another chapter.
    fn renamed(&self, from: &Chapter, to: &Chapter) -> Self {
        let rename = |text: &String| {
            text.replace(&from.package, &to.package)
                .replace(&from.lib_name(), &to.lib_name())
        };
        Self {
            path: self.path.clone(),
            before: self.before.as_ref().map(rename),
            after: self.after.as_ref().map(rename),
        }
    }
}

/// What is to be done with one file of a later chapter.
#[derive(Debug, PartialEq)]
enum Step {
    /// It has the change already, or has no such file.
    Nothing(&'static str),
    /// The text is replaced, without or with conflicts.
    Write { text: String, clean: bool },
    /// The file goes.
    Remove,
    /// It was removed here and changed there.
    KeptThere,
}

impl Step {
    fn apply(&self, path: &Path) -> Result<()> {
        match self {
            Self::Write { text, .. } => {
                fs::create_dir_all(path.parent().unwrap_or(path))?;
                fs::write(path, text)
                    .with_context(|| format!("{} cannot be written", path.display()))
            }
            Self::Remove => fs::remove_file(path)
                .with_context(|| format!("{} cannot be removed", path.display())),
            Self::Nothing(_) | Self::KeptThere => Ok(()),
        }
    }

    fn told(&self) -> &'static str {
        match self {
            Self::Nothing(why) => why,
            Self::Write { clean: true, .. } => "carried",
            Self::Write { clean: false, .. } => "CONFLICT",
            Self::Remove => "removed",
            Self::KeptThere => "CONFLICT (removed, changed)",
        }
    }

    fn needs_a_hand(&self) -> bool {
        matches!(self, Self::Write { clean: false, .. } | Self::KeptThere)
    }
}

/// What becomes of the later chapter's text, `there`.
fn plan(
    edit: &Edit,
    there: Option<String>,
    merge: impl Fn(&str, &str, &str) -> Result<(String, bool)>,
) -> Result<Step> {
    Ok(match (&edit.before, &edit.after, there) {
        (before, after, there) if *after == there && before != after => {
            Step::Nothing("has it already")
        }
        (before, Some(after), there) if *before == there => {
            Step::Write { text: after.clone(), clean: true }
        }
        (Some(_), None, Some(there)) if edit.before.as_ref() == Some(&there) => {
            Step::Remove
        }
        (Some(_), None, Some(_)) => Step::KeptThere,
        (_, _, None) => Step::Nothing("has no such file"),
        (before, Some(after), Some(there)) => {
            let (text, clean) =
                merge(&there, before.as_deref().unwrap_or_default(), after)?;
            if text == there {
                return Ok(Step::Nothing("has it already"));
            }
            Step::Write { text, clean }
        }
        (None, None, Some(_)) => Step::Nothing("unchanged"),
    })
}

/// The files of the chapter that differ from `base`.
fn edits(root: &Path, chapter: &Chapter, base: &str) -> Result<Vec<Edit>> {
    let dir = format!("chapters/{}", chapter.package);
    let places: Vec<String> =
        ["src", "tests", "Cargo.toml"].map(|place| format!("{dir}/{place}")).into();
    let git = |args: &[&str]| -> Result<Output> {
        let out = Command::new("git").arg("-C").arg(root).args(args).output();
        out.context("git cannot be started; `carry` asks it what has changed")
    };
    let listed = |args: &[&str]| -> Result<Vec<String>> {
        let mut args = args.to_vec();
        args.push("--");
        args.extend(places.iter().map(String::as_str));
        let out = git(&args)?;
        if !out.status.success() {
            bail!(
                "git {}: {}",
                args.join(" "),
                String::from_utf8_lossy(&out.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&out.stdout)
            .split_terminator('\0')
            .map(str::to_owned)
            .collect())
    };
    let mut paths = listed(&["diff", "--name-only", "--no-renames", "-z", base])?;
    paths.extend(listed(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    paths.sort();
    paths.dedup();
    paths
        .into_iter()
        .map(|path| {
            let before = git(&["show", &format!("{base}:{path}")])?;
            let before = before
                .status
                .success()
                .then(|| String::from_utf8_lossy(&before.stdout).into_owned());
            let after = read(&root.join(&path))?;
            let path =
                PathBuf::from(path.strip_prefix(&format!("{dir}/")).unwrap_or(&path));
            Ok(Edit { path, before, after })
        })
        .collect()
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("{} cannot be read", path.display()))
        }
    }
}

fn labels(from: &Chapter, to: &Chapter) -> [String; 3] {
    [
        to.package.clone(),
        format!("{} before", from.package),
        format!("{} now", from.package),
    ]
}

/// git's three-way merge: the text, and whether it is free of conflicts.
fn merge(
    labels: &[String; 3],
    ours: &str,
    base: &str,
    theirs: &str,
) -> Result<(String, bool)> {
    let scratch = Scratch::new().context("a folder for temporary files")?;
    let mut command = Command::new("git");
    command.args(["merge-file", "-p", "--diff3"]);
    for label in labels {
        command.args(["-L", label]);
    }
    for (name, text) in [("ours", ours), ("base", base), ("theirs", theirs)] {
        fs::write(scratch.path().join(name), text)?;
        command.arg(scratch.path().join(name));
    }
    let out =
        command.output().context("git cannot be started; `carry` merges with it")?;
    match out.status.code() {
        // The exit code is the number of conflicts.
        Some(conflicts @ 0..128) => {
            Ok((String::from_utf8_lossy(&out.stdout).into_owned(), conflicts == 0))
        }
        _ => bail!("git merge-file: {}", String::from_utf8_lossy(&out.stderr).trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 3] = ["ours", "base", "theirs"];

    fn step(before: Option<&str>, after: Option<&str>, there: Option<&str>) -> Step {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let edit = Edit { path: "x".into(), before: own(before), after: own(after) };
        plan(&edit, own(there), |o, b, t| merge(&LABELS.map(String::from), o, b, t))
            .unwrap()
    }

    fn written(text: &str) -> Step {
        Step::Write { text: text.into(), clean: true }
    }

    #[test]
    fn a_file_that_was_the_same_stays_the_same() {
        assert_eq!(step(Some("a"), Some("b"), Some("a")), written("b"));
        assert_eq!(step(None, Some("b"), None), written("b"));
        assert_eq!(step(Some("a"), None, Some("a")), Step::Remove);
    }

    #[test]
    fn what_is_there_already_is_left_alone() {
        assert_eq!(
            step(Some("a"), Some("b"), Some("b")),
            Step::Nothing("has it already")
        );
        assert_eq!(step(Some("a"), None, None), Step::Nothing("has it already"));
        let both =
            step(Some("1\n2\n3\n4\n"), Some("one\n2\n3\n4\n"), Some("one\n2\n3\nfour\n"));
        assert_eq!(both, Step::Nothing("has it already"));
        assert_eq!(step(Some("a"), Some("b"), None), Step::Nothing("has no such file"));
    }

    #[test]
    fn changes_in_different_places_are_both_kept() {
        let before = "1\n2\n3\n4\n5\n";
        assert_eq!(
            step(Some(before), Some("one\n2\n3\n4\n5\n"), Some("1\n2\n3\n4\nfive\n")),
            written("one\n2\n3\n4\nfive\n")
        );
    }

    #[test]
    fn changes_in_the_same_place_are_left_to_the_author() {
        let conflict = step(Some("1\n"), Some("one\n"), Some("uno\n"));
        assert!(conflict.needs_a_hand());
        let Step::Write { text, .. } = conflict else { panic!("{conflict:?}") };
        assert!(
            text.contains("<<<<<<< ours\nuno\n") && text.contains("one\n>>>>>>> theirs"),
            "{text}"
        );
        assert!(step(Some("a"), None, Some("b")).needs_a_hand());
    }
}
