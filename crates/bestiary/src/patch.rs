//! What leads from one version of a crate to another, as a unified diff.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// The text files of a crate, by path.
pub type Files = BTreeMap<String, String>;

/// Makes the changes of a patch in `files`; `name` is the patch's, for messages.
///
/// # Errors
///
/// Those of [`bookbinder::patch::apply`]: above all, the patch does not fit.
pub fn apply(name: &str, patch: &str, files: &mut Files) -> Result<()> {
    let there = |path: &str| files.get(path).cloned().context("there is no such file");
    for change in bookbinder::patch::apply(name, patch, there)? {
        files.insert(change.path, change.new);
    }
    Ok(())
}

/// The patch that leads from `old` to `new`; empty if nothing changes.
pub fn between(old: &Files, new: &Files) -> String {
    let mut patch = String::new();
    let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        let (before, after) = (old.get(path), new.get(path));
        if before == after {
            continue;
        }
        let side = |letter, text: Option<&String>| match text {
            Some(_) => format!("{letter}/{path}"),
            None => "/dev/null".to_owned(),
        };
        let mut options = diffy::DiffOptions::new();
        options.set_original_filename(side('a', before));
        options.set_modified_filename(side('b', after));
        let (before, after) = (before.map_or("", |t| t), after.map_or("", |t| t));
        patch.push_str(&options.create_patch(before, after).to_string());
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> Files {
        of.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_patch_names_its_files_as_git_does_and_leads_from_one_to_the_other() {
        let old = files(&[("src/a.rs", "1\n2\n"), ("src/c.rs", "=\n")]);
        let new = files(&[("src/a.rs", "1\n3\n"), ("src/c.rs", "=\n")]);
        let patch = between(&old, &new);
        assert!(patch.starts_with("--- a/src/a.rs\n+++ b/src/a.rs\n"), "{patch}");
        let mut patched = old.clone();
        apply("p", &patch, &mut patched).unwrap();
        assert_eq!(patched, new);
        assert!(apply("p", &patch, &mut patched).is_err(), "it does not fit twice");
        assert_eq!(between(&new, &new), "");
    }

    #[test]
    fn files_that_come_and_go_are_against_nothing() {
        let patch =
            between(&files(&[("old.rs", "1\n")]), &files(&[("src/new.rs", "2\n")]));
        assert!(patch.contains("--- a/old.rs\n+++ /dev/null\n"), "{patch}");
        assert!(patch.contains("--- /dev/null\n+++ b/src/new.rs\n"), "{patch}");
    }
}
