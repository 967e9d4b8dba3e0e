//! The workspace and its chapters, as they lie on the disk.

use crate::near;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The book's workspace: the folder that holds `chapters/` and `book/`.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    chapters: Vec<Chapter>,
}

/// One chapter: its text and its crate, in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// 1 for `ch01-blocking`; 0 for a crate that is no chapter.
    pub number: u32,
    /// The package's name and the folder's: `ch01-blocking`.
    pub package: String,
    /// The name without the number: `blocking`.
    pub slug: String,
    /// The first heading of its text; the slug while there is no text yet.
    pub title: String,
    /// Its folder.
    pub dir: PathBuf,
}

impl Workspace {
    /// The workspace around the current folder, else the one this program was built in.
    pub fn find() -> Result<Workspace> {
        let here = std::env::current_dir().context("finding the current folder")?;
        let is_root =
            |dir: &&Path| dir.join("chapters").is_dir() && dir.join("book").is_dir();
        match here.ancestors().find(is_root) {
            Some(root) => Workspace::at(root),
            None => Workspace::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")),
        }
    }

    /// The workspace whose root is `root`.
    pub fn at(root: impl AsRef<Path>) -> Result<Workspace> {
        let root = root.as_ref();
        let root = root
            .canonicalize()
            .with_context(|| format!("{}: no such folder", root.display()))?;
        let folder = root.join("chapters");
        let entries = fs::read_dir(&folder).with_context(|| {
            format!(
                "{}: cannot be read; run this inside the book's workspace",
                folder.display()
            )
        })?;
        let mut chapters = Vec::new();
        for entry in entries {
            let dir = entry?.path();
            if dir.join("Cargo.toml").is_file() {
                chapters.extend(Chapter::at(&dir)?);
            }
        }
        chapters.sort_by(|a, b| (a.number, &a.slug).cmp(&(b.number, &b.slug)));
        if let Some(pair) = chapters.windows(2).find(|p| p[0].number == p[1].number) {
            bail!(
                "chapters/{} and chapters/{} have the same number; rename one of them",
                pair[0].package,
                pair[1].package
            );
        }
        Ok(Workspace { root, chapters })
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All chapters, in order.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// The chapter called `5`, `05`, `ch05`, `event-loop` or `ch05-event-loop`.
    pub fn chapter(&self, name: &str) -> Result<&Chapter> {
        if let Some(chapter) = self.chapters.iter().find(|c| c.is_called(name)) {
            return Ok(chapter);
        }
        let slugs = self.chapters.iter().map(|c| c.slug.as_str());
        let hint = near::hint(name, slugs);
        let list: String = self.chapters.iter().map(Chapter::in_list).collect();
        bail!("no chapter is called `{name}`{hint}\nThere are:{list}");
    }

    /// The chapter before this one.
    pub fn before(&self, chapter: &Chapter) -> Option<&Chapter> {
        self.chapters.iter().rev().find(|c| c.number < chapter.number)
    }

    /// The chapter that the file belongs to (`path` absolute or relative to the root).
    pub fn owner(&self, path: &Path) -> Option<&Chapter> {
        let path = self.root.join(path);
        self.chapters.iter().find(|c| path.starts_with(&c.dir))
    }

    /// The crate whose folder a page is in, if the page is no chapter's: a chapter without a
    /// number.
    pub(crate) fn crate_beside(&self, page: &Path) -> Option<Chapter> {
        let dir = self.root.join(page).parent()?.to_path_buf();
        if self.owner(page).is_some() || !dir.join("Cargo.toml").is_file() {
            return None;
        }
        let package = dir.file_name()?.to_string_lossy().into_owned();
        let (slug, title) = (package.clone(), package.clone());
        Some(Chapter { number: 0, package, slug, title, dir })
    }

    /// `path` relative to the root, with forward slashes, for messages.
    pub fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}

impl Chapter {
    /// The chapter in `dir`; none when the folder's name is not `chNN-slug`.
    fn at(dir: &Path) -> Result<Option<Chapter>> {
        let package = dir.file_name().unwrap_or_default().to_string_lossy();
        let Some((number, slug)) =
            package.strip_prefix("ch").and_then(|p| p.split_once('-'))
        else {
            return Ok(None);
        };
        let Ok(number) = number.parse() else {
            return Ok(None);
        };
        let text = match fs::read_to_string(dir.join("README.md")) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => {
                return Err(e)
                    .with_context(|| format!("reading chapters/{package}/README.md"));
            }
        };
        let title = text.lines().find_map(|l| l.strip_prefix("# "));
        Ok(Some(Chapter {
            number,
            title: title.unwrap_or(slug).trim().to_owned(),
            slug: slug.to_owned(),
            package: package.clone().into_owned(),
            dir: dir.to_path_buf(),
        }))
    }

    fn is_called(&self, name: &str) -> bool {
        let number = name.strip_prefix("ch").unwrap_or(name);
        name == self.package || name == self.slug || number.parse() == Ok(self.number)
    }

    /// `\n  5  event-loop  The back room`
    fn in_list(&self) -> String {
        format!("\n  {:>2}  {}  {}", self.number, self.slug, self.title)
    }

    /// The library's name in Rust code: `ch01_blocking`.
    pub fn lib_name(&self) -> String {
        self.package.replace('-', "_")
    }

    /// The names of its example programs, sorted.
    pub fn examples(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.join("examples"));
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let program = path.extension().is_some_and(|e| e == "rs")
                    || path.join("main.rs").is_file();
                let stem = path.file_stem()?.to_str()?.to_owned();
                program.then_some(stem)
            })
            .collect();
        names.sort();
        names
    }

    /// The chapter's text.
    pub fn text(&self) -> Result<String> {
        self.read("README.md")
    }

    /// A file of the chapter (`path` relative to its folder).
    pub fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.dir.join(path))
            .with_context(|| format!("chapters/{}/{path}: cannot be read", self.package))
    }

    /// `path` of this chapter as messages name it: `chapters/ch01-blocking/README.md`.
    pub fn path(&self, path: &str) -> String {
        format!("chapters/{}/{path}", self.package)
    }

    /// The source of an example program: `examples/NAME.rs` or `examples/NAME/main.rs`, if
    /// there is one.
    pub fn example_path(&self, name: &str) -> Option<String> {
        [format!("examples/{name}.rs"), format!("examples/{name}/main.rs")]
            .into_iter()
            .find(|p| self.dir.join(p).is_file())
    }
}

#[cfg(test)]
mod tests {
    use crate::Workspace;
    use crate::testing::Scratch;

    fn scratch() -> Scratch {
        let scratch = Scratch::two(
            &[
                ("examples/b.rs", ""),
                ("examples/a/main.rs", ""),
                ("examples/notes.txt", ""),
            ],
            &[],
        );
        scratch.file("chapters/ch10-event-loop/Cargo.toml", "");
        scratch.file(
            "chapters/ch10-event-loop/README.md",
            "intro\n\n# The back room\n\n# Not this\n",
        );
        scratch.file("chapters/ch11-text-only/README.md", "# No crate yet\n");
        scratch.file("chapters/shared/Cargo.toml", "");
        scratch
    }

    #[test]
    fn chapters_are_in_order_with_titles_and_names() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let names: Vec<_> = workspace
            .chapters()
            .iter()
            .map(|c| (c.number, c.slug.as_str(), c.title.as_str(), c.lib_name()))
            .collect();
        assert_eq!(
            names,
            [
                (1, "one", "One", "ch01_one".to_owned()),
                (2, "two", "Two", "ch02_two".to_owned()),
                (10, "event-loop", "The back room", "ch10_event_loop".to_owned()),
            ]
        );
        assert_eq!(workspace.chapters()[0].examples(), ["a", "b"]);
    }

    #[test]
    fn a_chapter_answers_to_all_its_names() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        for name in ["10", "010", "ch10", "event-loop", "ch10-event-loop"] {
            assert_eq!(workspace.chapter(name).unwrap().number, 10, "{name}");
        }
    }

    #[test]
    fn a_wrong_name_gets_the_list_back() {
        let scratch = scratch();
        let error = scratch.workspace().chapter("event-lop").unwrap_err().to_string();
        assert_eq!(
            error,
            "no chapter is called `event-lop`; did you mean `event-loop`?\n\
             There are:\n   1  one  One\n   2  two  Two\n  10  event-loop  The back room"
        );
    }

    #[test]
    fn the_chapter_before_is_the_nearest_lower_number() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let before = |name: &str| workspace.before(workspace.chapter(name).unwrap());
        assert_eq!(before("10").unwrap().number, 2);
        assert_eq!(before("1"), None);
    }

    #[test]
    fn a_file_belongs_to_the_chapter_around_it() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let owner = |path: &str| workspace.owner(path.as_ref()).map(|c| c.number);
        assert_eq!(owner("chapters/ch02-two/src/lib.rs"), Some(2));
        assert_eq!(owner("chapters/SUMMARY.md"), None);
        let file = scratch.path().join("chapters/ch02-two/README.md");
        assert_eq!(workspace.relative(&file), "chapters/ch02-two/README.md");
    }

    #[test]
    fn a_crate_that_is_no_chapter_is_found_beside_its_page() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let beside = |page: &str| workspace.crate_beside(page.as_ref()).map(|c| c.dir);
        let shared = scratch.path().join("chapters/shared");
        assert_eq!(beside("chapters/shared/README.md"), Some(shared));
        assert_eq!(beside("chapters/ch02-two/README.md"), None);
        assert_eq!(beside("chapters/front.md"), None);
    }

    #[test]
    fn two_chapters_of_one_number_are_an_error() {
        let scratch = scratch();
        scratch.file("chapters/ch02-other/Cargo.toml", "");
        let error = Workspace::at(scratch.path()).unwrap_err().to_string();
        assert!(
            error.contains("ch02-other") && error.contains("the same number"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_without_chapters_is_no_workspace() {
        let error = Workspace::at(Scratch::new().path()).unwrap_err().to_string();
        assert!(error.contains("run this inside the book's workspace"), "{error}");
    }
}
