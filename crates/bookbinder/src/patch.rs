//! Patches against a chapter's folder: read, applied in memory, never to the chapter itself.

use crate::changes::{self, FileChange};
use anyhow::{Context, Result, bail};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{Hunk, Line, Patch};

/// Applies `patch` to the files that `read` gives, and gives each changed file in both forms.
///
/// The patch is a unified diff, as `git diff --relative` or `diff -u` writes it. A hunk may have
/// moved in its file, but it must find the very lines that it was made for. `name` is the patch's
/// own path, for messages.
///
/// # Errors
///
/// The text is no patch, it makes or removes files, or one of its hunks does not fit.
pub fn apply(
    name: &str,
    patch: &str,
    read: impl Fn(&str) -> Result<String>,
) -> Result<Vec<FileChange>> {
    let mut changes = Vec::new();
    for file in PatchSet::parse(patch, ParseOptions::unidiff()) {
        let file = file.with_context(|| format!("{name}: is no unified diff"))?;
        let path = match file.operation() {
            FileOperation::Modify { modified, .. } => {
                modified.strip_prefix("b/").unwrap_or(modified)
            }
            _ => bail!("{name}: changes files, and makes, moves or removes none"),
        };
        let old = read(path).with_context(|| format!("{name}: changes {path}"))?;
        let hunks = file.patch().as_text().context("a unified diff is text")?;
        let new = fit(name, path, &old, hunks)?;
        changes.push(changes::compare_texts(path, &old, &new));
    }
    if changes.is_empty() {
        bail!(
            "{name}: has no `--- a/FILE`, `+++ b/FILE` and `@@` lines; it is no unified diff"
        );
    }
    Ok(changes)
}

/// The file with all hunks applied.
fn fit(name: &str, path: &str, old: &str, patch: &Patch<'_, str>) -> Result<String> {
    if let Ok(new) = diffy::apply(old, patch) {
        return Ok(new);
    }
    // Hunks that fit one by one may be in each other's way, so they are tried in a growing row.
    let misfit = (1..=patch.hunks().len()).find(|n| {
        let firsts: String = patch.hunks()[..*n].iter().map(text_of).collect();
        let some = format!("--- a\n+++ b\n{firsts}");
        Patch::from_str(&some).map_or(true, |some| diffy::apply(old, &some).is_err())
    });
    let n = misfit.unwrap_or(patch.hunks().len());
    let hunk = &patch.hunks()[n - 1];
    bail!(
        "{name}: hunk {n} (line {} of {path}) does not fit: {path} has no such lines:\n{}",
        hunk.old_range().start(),
        wanted(hunk),
    );
}

/// The hunk as it stands in a patch.
fn text_of(hunk: &Hunk<'_, str>) -> String {
    let (old, new) = (hunk.old_range(), hunk.new_range());
    let mut text =
        format!("@@ -{},{} +{},{} @@\n", old.start(), old.len(), new.start(), new.len());
    for line in hunk.lines() {
        let (sign, line) = match line {
            Line::Context(line) => (' ', line),
            Line::Delete(line) => ('-', line),
            Line::Insert(line) => ('+', line),
        };
        text.push(sign);
        text.push_str(line);
    }
    text
}

/// The lines that a hunk must find.
fn wanted(hunk: &Hunk<'_, str>) -> String {
    let lines = hunk.lines().iter().filter_map(|line| match line {
        Line::Context(line) | Line::Delete(line) => Some(line.trim_end()),
        Line::Insert(_) => None,
    });
    lines.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "a\nb\nc\nd\ne\nf\ng\nh\n";

    fn patched(patch: &str) -> Result<Vec<FileChange>> {
        apply("p.patch", patch, |path| {
            if path == "src/a.rs" { Ok(OLD.to_owned()) } else { bail!("no file {path}") }
        })
    }

    fn error(patch: &str) -> String {
        format!("{:#}", patched(patch).unwrap_err())
    }

    #[test]
    fn a_patch_changes_what_it_finds_even_where_it_has_moved() {
        let patch = "what git says\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,3 +1,3 @@\n c\n-d\n+D\n e\n";
        let changes = patched(patch).unwrap();
        assert_eq!(changes[0].path, "src/a.rs");
        assert_eq!(changes[0].new, OLD.replace('d', "D"));
        assert_eq!((changes[0].plus(), changes[0].minus()), (1, 1));
    }

    #[test]
    fn a_hunk_that_does_not_fit_is_named_with_what_it_looks_for() {
        let fits = "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n";
        let message = error(&format!("{fits}@@ -7,2 +7,2 @@\n g\n-x\n+y\n"));
        assert_eq!(
            message,
            "p.patch: hunk 2 (line 7 of src/a.rs) does not fit: src/a.rs has no such lines:\n    g\n    x"
        );
    }

    #[test]
    fn what_is_no_patch_of_these_files_is_refused() {
        assert!(error("").contains("no unified diff"));
        assert!(error("hello\n").contains("no unified diff"));
        assert!(
            error("--- a/src/b.rs\n+++ b/src/b.rs\n@@ -1 +1 @@\n-a\n+b\n")
                .contains("p.patch: changes src/b.rs: no file")
        );
        assert!(
            error("--- /dev/null\n+++ b/src/b.rs\n@@ -0,0 +1 @@\n+b\n")
                .contains("makes, moves or removes none")
        );
        assert!(
            error("--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,9 +1 @@\n-a\n+b\n")
                .contains("p.patch: is no unified diff")
        );
    }
}
