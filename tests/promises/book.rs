//! The book builds, its links lead somewhere, and no page is empty.

use std::path::Path;
use std::sync::OnceLock;

use bookbinder::{build, links};
use promises::workspace::{target_dir, workspace};

use crate::assert_none;

/// The book, built once for all tests that look at it.
pub fn built() -> Result<&'static Path, String> {
    static BOOK: OnceLock<Result<std::path::PathBuf, String>> = OnceLock::new();
    let built = BOOK.get_or_init(|| {
        let out = target_dir().dir.join("promised-book");
        build::build(workspace(), &out).map(|_| out).map_err(|error| format!("{error:#}"))
    });
    built.as_deref().map_err(Clone::clone)
}

#[test]
fn the_book_builds_without_a_warning() {
    if let Err(problems) = built() {
        panic!("the book does not build:\n{problems}");
    }
}

#[test]
fn every_link_in_the_book_leads_somewhere_and_no_page_is_empty() {
    let book = built().expect("the book builds");
    let wrong: Vec<String> = links::check(book)
        .expect("the pages can be read")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_none(&wrong, "the built book is not as it should be");
}

#[test]
fn every_chapter_is_in_the_table_of_contents() {
    let contents =
        std::fs::read_to_string(workspace().root().join("chapters/SUMMARY.md"));
    let contents = contents.expect("chapters/SUMMARY.md can be read");
    let chapters = workspace().chapters().iter();
    let missing: Vec<String> = chapters
        .map(|chapter| format!("{}/README.md", chapter.package))
        .filter(|page| !contents.contains(&format!("({page})")))
        .collect();
    assert_none(&missing, "chapters/SUMMARY.md does not list these");
}
