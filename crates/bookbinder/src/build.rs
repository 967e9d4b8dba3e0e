//! Builds the book, in this process: nobody installs anything but Rust.
//!
//! mdBook loads `book/book.toml` and the pages of `chapters/SUMMARY.md`, our preprocessor
//! turns them into Markdown and HTML, mdBook renders them, and a last pass puts in the HTML
//! that was held back. Whatever goes wrong on the way is collected, and reported together.

use crate::pages::{Outcome, Pages};
use crate::{Problem, Problems, Workspace, strict};
use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::{RenderContext, Renderer};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The folder that holds the book.
    pub out: PathBuf,
    /// The number of its pages, without the one that prints the whole book.
    pub pages: usize,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// The page to open.
    pub fn index(&self) -> PathBuf {
        self.out.join("index.html")
    }
}

/// Builds the book into the folder `out`, replacing the book that is there.
///
/// # Errors
///
/// Everything that is wrong with the book, as [`Problems`], one line each. Whatever stood in
/// `out` stays there. So does a folder that holds something other than a book: it is an error.
pub fn build(workspace: &Workspace, out: &Path) -> Result<Report> {
    let out = std::path::absolute(out)?;
    ensure_replaceable(workspace, &out)?;
    let next = beside(&out, "next")?;
    remove(&next)?;
    let report = match build_into(workspace, &next) {
        Ok(report) => report,
        Err(e) => {
            remove(&next)?;
            return Err(e);
        }
    };
    swap(&next, &out)?;
    Ok(Report { out, ..report })
}

/// Builds what can be built of a book that is still being written: what is wrong stands in the
/// page, in its place, and is returned beside the report.
///
/// # Errors
///
/// There is too much wrong for a book, such as a chapter that `SUMMARY.md` names and that is not
/// there.
pub fn draft(workspace: &Workspace, out: &Path) -> Result<(Report, Problems)> {
    let out = std::path::absolute(out)?;
    ensure_replaceable(workspace, &out)?;
    let next = beside(&out, "next")?;
    remove(&next)?;
    let (report, problems) = run(workspace, &next)?;
    swap(&next, &out)?;
    Ok((Report { out, ..report }, problems))
}

/// Builds the book into a folder that is not there yet or may be overwritten.
pub(crate) fn build_into(workspace: &Workspace, out: &Path) -> Result<Report> {
    let (report, problems) = run(workspace, out)?;
    problems.into_result()?;
    Ok(report)
}

/// Builds into the folder; gives what is wrong together with the result.
fn run(workspace: &Workspace, out: &Path) -> Result<(Report, Problems)> {
    strict::can_hear()?;
    let start = Instant::now();
    // The chapters may have changed since the workspace was looked at.
    let workspace = Workspace::at(workspace.root())?;
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let (rendered, heard) = strict::listen(|| render(&workspace, out, &outcome));
    let mut outcome = outcome.lock().unwrap_or_else(|e| e.into_inner());
    let mut problems = std::mem::take(&mut outcome.problems);
    problems.extend(heard.into_iter().map(|heard| with_file(heard, &workspace)));
    problems.sort();
    problems.dedup();
    let problems = Problems(problems);
    let pages = match rendered {
        Ok(pages) => pages,
        Err(e) if problems.0.is_empty() => return Err(e),
        Err(e) => {
            let mut problems = problems;
            problems.0.push(Problem::in_file("book", format!("{e:#}")));
            return Err(problems.into());
        }
    };
    outcome.held.put_in(out)?;
    Ok((Report { out: out.to_path_buf(), pages, took: start.elapsed() }, problems))
}

/// What mdBook says of `ch01-blocking/index.md` is said of the file that was written.
fn with_file(problem: Problem, workspace: &Workspace) -> Problem {
    let quoted = problem.what.split('`').skip(1).step_by(2);
    let files = quoted.filter(|q| q.ends_with(".md")).map(|page| {
        let file = page.strip_suffix("index.md").map(|dir| format!("{dir}README.md"));
        format!("chapters/{}", file.as_deref().unwrap_or(page))
    });
    let mut files = files.filter(|file| workspace.root().join(file).is_file());
    match files.next() {
        Some(file) => Problem { file, ..problem },
        None => problem,
    }
}

/// Lets mdBook do its work; gives the number of pages.
fn render(
    workspace: &Workspace,
    out: &Path,
    outcome: &Arc<Mutex<Outcome>>,
) -> Result<usize> {
    let root = workspace.root().join("book");
    let config_file = root.join("book.toml");
    let mut config =
        Config::from_disk(&config_file).context("book/book.toml cannot be read")?;
    // A page that is missing is an error, and not to be made up.
    config.build.create_missing = false;
    if !workspace.root().join("chapters/SUMMARY.md").is_file() {
        bail!(
            "chapters/SUMMARY.md is missing; it lists the book's pages, such as `- [Title](ch01-slug/README.md)`"
        );
    }
    let mut book =
        MDBook::load_with_config(&root, config).context("chapters/SUMMARY.md")?;
    book.with_preprocessor(Pages {
        workspace: workspace.clone(),
        outcome: outcome.clone(),
    });
    let html = HtmlHandlebars::new();
    let (pages, _) = book.preprocess_book(&html)?;
    let count = pages.chapters().filter(|c| !c.is_draft_chapter()).count();

    let mut config = book.config.clone();
    // mdBook copies everything but Markdown from `src` into the book, a chapter's `target/`
    // too; this folder holds nothing else than what is to be copied.
    config.book.src = static_files(&root)?;
    leave_out_of_search(&mut config, outcome)?;
    html.render(&RenderContext::new(&root, pages, config, out))?;
    Ok(count)
}

/// `book/static`, whose files are copied into the book as they are.
fn static_files(root: &Path) -> Result<PathBuf> {
    let dir = root.join("static");
    fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
    Ok(dir)
}

fn leave_out_of_search(config: &mut Config, outcome: &Arc<Mutex<Outcome>>) -> Result<()> {
    let outcome = outcome.lock().unwrap_or_else(|e| e.into_inner());
    if outcome.code_pages.is_empty() {
        return Ok(());
    }
    let off = BTreeMap::from([("enable", false)]);
    let pages: BTreeMap<&str, _> =
        outcome.code_pages.iter().map(|p| (p.as_str(), &off)).collect();
    config.set("output.html.search.chapter", pages)
}

/// Puts the new book in the old one's place.
pub(crate) fn swap(next: &Path, out: &Path) -> Result<()> {
    let old = beside(out, "old")?;
    remove(&old)?;
    if out.exists() {
        fs::rename(out, &old)
            .with_context(|| format!("moving {} away", out.display()))?;
    }
    fs::rename(next, out)
        .with_context(|| format!("moving the new book to {}", out.display()))?;
    remove(&old)
}

/// `target/book` → `target/book.next`
pub(crate) fn beside(out: &Path, ending: &str) -> Result<PathBuf> {
    let name = out
        .file_name()
        .with_context(|| format!("{} is no folder for a book", out.display()))?;
    let mut name = name.to_os_string();
    name.push(".");
    name.push(ending);
    Ok(out.with_file_name(name))
}

/// Only a book, or nothing, may be replaced by a book, and not where the book comes from.
fn ensure_replaceable(workspace: &Workspace, out: &Path) -> Result<()> {
    for source in ["chapters", "book"] {
        if out.starts_with(workspace.root().join(source)) {
            bail!("{} is where the book is written; build it elsewhere", out.display());
        }
    }
    if !out.exists() {
        return Ok(());
    }
    let empty = out.is_dir() && fs::read_dir(out)?.next().is_none();
    let book = out.join("toc.html").is_file() && out.join(".nojekyll").is_file();
    if !empty && !book {
        let out = out.display();
        bail!("{out} holds something other than a book; name an empty or a new folder");
    }
    Ok(())
}

/// Removes a folder, if it is there.
pub(crate) fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(e).with_context(|| format!("removing {}", dir.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    fn scratch() -> Scratch {
        let scratch = Scratch::two(
            &[
                ("src/lib.rs", "pub fn price() {}\n"),
                (
                    "README.md",
                    "# One\n\nTo [two](../ch02-two/README.md#there).\n\n{{#item src/lib.rs price}}\n",
                ),
            ],
            &[
                ("src/lib.rs", "pub fn cost() {}\n"),
                ("README.md", "# Two\n\n## There\n\n{{#diff}}\n"),
            ],
        );
        // mdBook makes the first page the book's index, at the top: it must not be in a folder.
        scratch.file("chapters/front.md", "# Front\n\nTo [one](ch01-one/README.md).\n");
        let summary = "# Summary\n\n[Front](front.md)\n\n- [One](ch01-one/README.md)\n- [Two](ch02-two/README.md)\n";
        scratch.file("chapters/SUMMARY.md", summary);
        scratch
    }

    fn built(scratch: &Scratch) -> Result<PathBuf> {
        let out = scratch.path().join("target/book");
        build(&scratch.workspace(), &out)?;
        Ok(out)
    }

    fn read(out: &Path, page: &str) -> String {
        fs::read_to_string(out.join(page)).unwrap()
    }

    #[test]
    fn the_book_has_its_pages_and_no_dead_links() {
        let scratch = scratch();
        let out = built(&scratch).unwrap();
        let one = read(&out, "ch01-one/index.html");
        assert!(
            one.contains("href=\"../ch01-one/code.html#src-lib-rs-L1\">src/lib.rs</a>"),
            "{one}"
        );
        assert!(one.contains("href=\"../ch02-two/index.html#there\""));
        assert!(
            read(&out, "ch02-two/index.html").contains("<details class=\"diff-file\">")
        );
        assert!(read(&out, "ch02-two/code.html").contains("id=\"src-lib-rs-L1\""));
        let problems = crate::links::check(&out).unwrap();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn nothing_of_a_chapter_but_its_text_is_copied() {
        let scratch = scratch();
        scratch.file("chapters/ch01-one/target/big.bin", "x");
        let out = built(&scratch).unwrap();
        let names: Vec<_> = fs::read_dir(out.join("ch01-one"))
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn the_search_knows_listings_but_neither_diffs_nor_whole_code() {
        let scratch = scratch();
        let out = built(&scratch).unwrap();
        let index = fs::read_dir(&out).unwrap().map(|e| e.unwrap().path());
        let index = index
            .into_iter()
            .find(|p| p.to_string_lossy().contains("searchindex"))
            .unwrap();
        let index = fs::read_to_string(index).unwrap();
        assert!(index.contains("price"));
        assert!(!index.contains("cost"));
        assert!(!index.contains("whole code"));
    }

    #[test]
    fn all_problems_come_at_once_and_the_old_book_stays() {
        let scratch = scratch();
        let out = built(&scratch).unwrap();
        scratch.file(
            "chapters/ch01-one/README.md",
            "# One\n\n{{#item src/lib.rs prize}}\n\n<aside>\n\n{{#itme}}\n",
        );
        let error = built(&scratch).unwrap_err().to_string();
        assert!(error.contains("chapters/ch01-one/README.md:3: {{#item src/lib.rs prize}}: no item `prize` in src/lib.rs; did you mean `price`?"), "{error}");
        assert!(error.contains("chapters/ch01-one/README.md:7: {{#itme}}"), "{error}");
        let aside =
            "chapters/ch01-one/README.md: warn from mdBook: unclosed HTML tag `<aside>`";
        assert!(error.contains(aside), "{error}");
        assert!(read(&out, "ch01-one/index.html").contains("price"));
        assert!(!beside(&out, "next").unwrap().exists());
    }

    #[test]
    fn a_draft_shows_what_is_wrong_in_its_place() {
        let scratch = scratch();
        scratch
            .file("chapters/ch01-one/README.md", "# One\n\n{{#item src/lib.rs prize}}\n");
        let out = scratch.path().join("draft");
        let (_, problems) = draft(&scratch.workspace(), &out).unwrap();
        assert_eq!(problems.0.len(), 1);
        assert!(
            read(&out, "ch01-one/index.html")
                .contains("<p class=\"problem\">chapters/ch01-one/README.md:3")
        );
    }

    #[test]
    fn an_unknown_key_of_the_configuration_is_an_error() {
        for (table, key) in [
            ("output.html", "no-such-key = 1"),
            ("book", "titel = \"x\""),
            ("output.html.search", "enabel = true"),
        ] {
            let scratch = scratch();
            let toml = format!("[book]\nsrc = \"../chapters\"\n\n[{table}]\n{key}\n")
                .replace("\n\n[book]", "");
            scratch.file("book/book.toml", &toml);
            let error = format!("{:#}", built(&scratch).unwrap_err());
            assert!(error.contains(key.split(' ').next().unwrap()), "{table}: {error}");
        }
    }

    #[test]
    fn what_is_no_book_is_not_overwritten() {
        let scratch = scratch();
        scratch.file("precious/letter.txt", "x");
        let error = build(&scratch.workspace(), &scratch.path().join("precious"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("something other than a book"), "{error}");
        assert!(scratch.path().join("precious/letter.txt").exists());
        let inside = scratch.path().join("chapters/out");
        let error = build(&scratch.workspace(), &inside).unwrap_err().to_string();
        assert!(error.contains("where the book is written"), "{error}");
    }

    #[test]
    fn pages_that_are_missing_or_empty_are_errors() {
        let scratch = scratch();
        scratch.file("chapters/ch01-one/README.md", "\n");
        assert!(
            built(&scratch)
                .unwrap_err()
                .to_string()
                .contains("chapters/ch01-one/README.md: the page is empty")
        );
        fs::remove_file(scratch.path().join("chapters/ch01-one/README.md")).unwrap();
        assert!(
            format!("{:#}", built(&scratch).unwrap_err()).contains("ch01-one/README.md")
        );
    }
}
