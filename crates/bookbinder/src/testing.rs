//! Small workspaces in temporary folders, for the tests of this crate.

use crate::{Chapter, Workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder that is gone when the test is.
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("bookbinder-{}-{n}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Scratch { path: path.canonicalize().unwrap() }
    }

    /// A workspace with a `book.toml`, and these files (paths relative to the root).
    pub(crate) fn with(files: &[(&str, &str)]) -> Scratch {
        let scratch = Scratch::new();
        scratch
            .file("book/book.toml", "[book]\ntitle = \"Test\"\nsrc = \"../chapters\"\n");
        scratch.file("chapters/SUMMARY.md", "# Summary\n");
        for (path, text) in files {
            scratch.file(path, text);
        }
        scratch
    }

    /// Two chapters, `ch01-one` and `ch02-two`, with these sources and the second one's text.
    pub(crate) fn two(first: &[(&str, &str)], second: &[(&str, &str)]) -> Scratch {
        let scratch = Scratch::with(&[
            (
                "chapters/SUMMARY.md",
                "# Summary\n\n- [One](ch01-one/README.md)\n- [Two](ch02-two/README.md)\n",
            ),
            ("chapters/ch01-one/Cargo.toml", "[package]\nname = \"ch01-one\"\n"),
            ("chapters/ch01-one/README.md", "# One\n"),
            ("chapters/ch02-two/Cargo.toml", "[package]\nname = \"ch02-two\"\n"),
            ("chapters/ch02-two/README.md", "# Two\n"),
        ]);
        for (path, text) in first {
            scratch.file(&format!("chapters/ch01-one/{path}"), text);
        }
        for (path, text) in second {
            scratch.file(&format!("chapters/ch02-two/{path}"), text);
        }
        scratch
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::at(&self.path).unwrap()
    }

    /// A chapter by its number.
    pub(crate) fn chapter(&self, number: u32) -> Chapter {
        let workspace = self.workspace();
        workspace.chapter(&number.to_string()).unwrap().clone()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
