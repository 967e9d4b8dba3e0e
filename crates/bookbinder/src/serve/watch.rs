//! Has anything changed? By looking: there is no library for it that is small.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// A number for the files below these folders: a change of any of them changes it.
pub(super) fn stamp(roots: &[PathBuf]) -> u64 {
    let mut sum = 0;
    for root in roots {
        add(root, &mut sum);
    }
    sum
}

fn add(path: &Path, sum: &mut u64) {
    let Ok(meta) = path.symlink_metadata() else { return };
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !(name.starts_with('.') || name == "target" || name == "node_modules") {
                add(&entry.path(), sum);
            }
        }
    } else {
        let mut hasher = DefaultHasher::new();
        (path, meta.modified().ok(), meta.len()).hash(&mut hasher);
        // A sum does not depend on the order in which a folder lists its files.
        *sum = sum.wrapping_add(hasher.finish());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    #[test]
    fn a_file_that_comes_changes_or_goes_changes_the_stamp() {
        let scratch = Scratch::new();
        let roots = [scratch.path().to_path_buf()];
        scratch.file("a/b.md", "1");
        let first = stamp(&roots);
        assert_eq!(stamp(&roots), first);
        scratch.file("a/b.md", "12");
        let second = stamp(&roots);
        assert_ne!(second, first);
        scratch.file("a/c.md", "");
        assert_ne!(stamp(&roots), second);
        std::fs::remove_file(scratch.path().join("a/c.md")).unwrap();
        assert_eq!(stamp(&roots), second);
    }

    #[test]
    fn what_a_build_writes_is_not_watched() {
        let scratch = Scratch::new();
        let roots = [scratch.path().to_path_buf()];
        let before = stamp(&roots);
        scratch.file("target/x", "1");
        scratch.file(".git/x", "1");
        assert_eq!(stamp(&roots), before);
    }
}
