//! What a directive knows: its chapter, and the chapters before; or the page that is no chapter's.

use crate::beasts::{self, Beasts};
use crate::changes::{self, FileChange};
use crate::items::{self, Items};
use crate::{Chapter, Workspace, near};
use anyhow::{Context as _, Result, bail};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

/// What a directive knows: its chapter and those before it.
pub(crate) struct Context<'a> {
    /// The chapter whose text it stands in.
    pub chapter: &'a Chapter,
    /// The chapters before, the nearest first.
    pub earlier: Vec<&'a Chapter>,
    /// The bestiary; it is empty where no page is made.
    pub beasts: &'a Beasts,
    /// Has the book a page with the whole of its code?
    pub has_code_page: bool,
    changes: OnceCell<Vec<FileChange>>,
    items: RefCell<HashMap<PathBuf, Rc<Items>>>,
}

/// What a directive knows on a page that is no chapter's.
pub(crate) struct Outside<'a> {
    /// The page's file, as messages name it.
    pub file: &'a str,
    /// The bestiary.
    pub beasts: &'a Beasts,
    /// The crate in whose folder the page is, if there is one.
    pub code: Option<Context<'a>>,
}

impl<'a> Context<'a> {
    /// For a chapter among the others of its workspace.
    pub(crate) fn of(workspace: &'a Workspace, chapter: &'a Chapter) -> Context<'a> {
        let before = workspace.chapters().iter().rev();
        let earlier = before.filter(|c| c.number < chapter.number).collect();
        Context { earlier, ..Context::alone(chapter) }
    }

    /// For a chapter of which only the one before it is known.
    pub(crate) fn between(old: Option<&'a Chapter>, new: &'a Chapter) -> Context<'a> {
        Context { earlier: old.into_iter().collect(), ..Context::alone(new) }
    }

    /// For a chapter that is compared with nothing.
    pub(crate) fn alone(chapter: &'a Chapter) -> Context<'a> {
        Context {
            chapter,
            earlier: Vec::new(),
            beasts: &beasts::NONE,
            has_code_page: true,
            changes: OnceCell::new(),
            items: RefCell::default(),
        }
    }

    /// For a crate that is no chapter.
    pub(crate) fn beside(code: &'a Chapter) -> Context<'a> {
        Context { has_code_page: false, ..Context::alone(code) }
    }

    /// The same, with the bestiary.
    pub(crate) fn with_beasts(self, beasts: &'a Beasts) -> Context<'a> {
        Context { beasts, ..self }
    }

    /// The chapter before.
    pub(crate) fn before(&self) -> Option<&'a Chapter> {
        self.earlier.first().copied()
    }

    /// What changed since the chapter before.
    pub(crate) fn changes(&self) -> Result<&[FileChange]> {
        if self.changes.get().is_none() {
            let changes = changes::compare(self.before(), self.chapter)?;
            let _ = self.changes.set(changes);
        }
        Ok(self.changes.get().expect("just set"))
    }

    /// What changed in one file; none when the file is not compared.
    pub(crate) fn change(&self, path: &str) -> Result<Option<&FileChange>> {
        Ok(self.changes()?.iter().find(|c| c.path == path))
    }

    /// The items of a chapter's Rust file with this text. Each file is read once: a chapter's text
    /// shows dozens of items of a few files.
    pub(crate) fn items(
        &self,
        chapter: &Chapter,
        file: &str,
        text: &str,
    ) -> Result<Rc<Items>> {
        let path = chapter.dir.join(file);
        if let Some(items) = self.items.borrow().get(&path) {
            return Ok(items.clone());
        }
        let items = items::read(text).with_context(|| {
            format!("{} is no Rust that can be read", chapter.path(file))
        })?;
        let items = Rc::new(items);
        self.items.borrow_mut().insert(path, items.clone());
        Ok(items)
    }

    /// The text of a file that a directive names, with a remedy when there is none.
    pub(crate) fn file(&self, path: &str) -> Result<String> {
        const SHOWN: [&str; 5] = ["src/", "examples/", "python/", "tests/", "breaks/"];
        if path.split('/').any(|p| p == "..")
            || !(path == "Cargo.toml" || SHOWN.iter().any(|s| path.starts_with(s)))
        {
            bail!(
                "{path} is no file that a chapter shows; it may show Cargo.toml and what is in {}",
                SHOWN.join(", ")
            );
        }
        if self.chapter.dir.join(path).is_file() {
            return self.chapter.read(path);
        }
        let files = changes::files(self.chapter)?;
        let programs = self
            .chapter
            .examples()
            .into_iter()
            .filter_map(|e| self.chapter.example_path(&e));
        let names: Vec<String> = files.into_keys().chain(programs).collect();
        bail!(
            "no file {path} in {}{}",
            self.chapter.path(""),
            near::hint(path, names.iter().map(String::as_str))
        );
    }
}
