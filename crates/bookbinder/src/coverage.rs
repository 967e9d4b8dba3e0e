//! Which of the lines that a chapter changes does its text not show?
//!
//! Every line of `src/` that comes or goes must stand in a listing of the chapter's text,
//! except blank lines, lone braces, `use` and `mod` lines, `//!` comments and test modules.
//! The first chapter changes every line it has.

use crate::Chapter;
use crate::changes::{self, FileChange, Status};
use crate::directives::{self, Shown};
use crate::items::{self, Items};
use anyhow::{Context, Result};
use std::fmt;

/// A changed line that the text does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The file, by its path in the chapter's folder.
    pub file: String,
    /// The line, from 1: of this chapter's file, or, for a line that is gone, of the file in
    /// the chapter before.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Is it a line that is gone?
    pub gone: bool,
}

impl fmt::Display for Uncovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.gone { " (gone)" } else { "" };
        write!(f, "{}:{}{sign}: {}", self.file, self.line, self.text.trim_end())
    }
}

/// A changed line that more than one listing shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The file, by its path in the chapter's folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// The lines of the chapter's text whose directives show it.
    pub readme_lines: Vec<usize>,
}

/// The changed lines of `src/` that the chapter's text does not show.
///
/// # Errors
///
/// A directive of the text that shows nothing, a file that is no Rust.
pub fn check(old: Option<&Chapter>, new: &Chapter) -> Result<Vec<Uncovered>> {
    let shown = directives::shown(old, new)?;
    let mut uncovered = Vec::new();
    for change in changed_sources(old, new)? {
        let shown: Vec<&Shown> = shown.iter().filter(|s| s.file == change.path).collect();
        Sides::of(&change)?.uncovered(&change, &shown, &mut uncovered);
    }
    Ok(uncovered)
}

/// The changed lines of `src/` that more than one listing of the chapter's text shows.
pub fn repeated(old: Option<&Chapter>, new: &Chapter) -> Result<Vec<Repeated>> {
    let shown = directives::shown(old, new)?;
    let mut repeated = Vec::new();
    for change in changed_sources(old, new)? {
        let sides = Sides::of(&change)?;
        for line in change.added().into_iter().filter(|n| sides.new.counts(*n)) {
            let by = shown.iter().filter(|s| {
                !s.wholesale && s.file == change.path && s.lines.contains(&line)
            });
            let readme_lines: Vec<usize> = by.map(|s| s.readme_line).collect();
            if readme_lines.len() > 1 {
                let text = sides.new.text(line).to_owned();
                repeated.push(Repeated {
                    file: change.path.clone(),
                    line,
                    text,
                    readme_lines,
                });
            }
        }
    }
    Ok(repeated)
}

fn changed_sources(old: Option<&Chapter>, new: &Chapter) -> Result<Vec<FileChange>> {
    let mut changes = changes::compare(old, new)?;
    changes.retain(|c| c.path.starts_with("src/") && c.status != Status::Same);
    Ok(changes)
}

/// Both versions of a file.
struct Sides<'a> {
    old: Side<'a>,
    new: Side<'a>,
}

impl<'a> Sides<'a> {
    fn of(change: &'a FileChange) -> Result<Sides<'a>> {
        Ok(Sides {
            old: Side::of(&change.path, &change.old)?,
            new: Side::of(&change.path, &change.new)?,
        })
    }

    fn uncovered(
        &self,
        change: &FileChange,
        shown: &[&Shown],
        uncovered: &mut Vec<Uncovered>,
    ) {
        let listed =
            |n: usize| shown.iter().any(|s| !s.wholesale && s.lines.contains(&n));
        for line in
            change.added().into_iter().filter(|n| self.new.counts(*n) && !listed(*n))
        {
            uncovered.push(self.new.line(change, line, false));
        }
        let in_diff = shown.iter().any(|s| s.wholesale);
        let struck =
            |n: usize| shown.iter().any(|s| !s.wholesale && s.struck.contains(&n));
        for (line, _) in change.removed().into_iter().filter(|(n, _)| self.old.counts(*n))
        {
            // What is gone as a whole, file or item, has no listing to be struck in: there
            // the whole diff on the page is enough.
            let whole =
                in_diff && (change.status == Status::Gone || self.item_is_gone(line));
            if !whole && !struck(line) {
                uncovered.push(self.old.line(change, line, true));
            }
        }
    }

    /// Is the old line's item not in the new file any more? A comment between items has none.
    fn item_is_gone(&self, line: usize) -> bool {
        let item = self.old.items.around(line);
        item.is_none_or(|item| !self.new.items.all.iter().any(|i| i.name == item.name))
    }
}

/// One version of a file.
struct Side<'a> {
    lines: Vec<&'a str>,
    items: Items,
}

impl<'a> Side<'a> {
    fn of(path: &str, text: &'a str) -> Result<Side<'a>> {
        let items = if path.ends_with(".rs") {
            items::read(text)
                .with_context(|| format!("{path} is no Rust that can be read"))?
        } else {
            Items::default()
        };
        Ok(Side { lines: text.lines().collect(), items })
    }

    fn text(&self, line: usize) -> &'a str {
        self.lines[line - 1]
    }

    fn line(&self, change: &FileChange, line: usize, gone: bool) -> Uncovered {
        Uncovered {
            file: change.path.clone(),
            line,
            text: self.text(line).to_owned(),
            gone,
        }
    }

    /// Must this line be shown when it changes?
    fn counts(&self, line: usize) -> bool {
        let text = self.text(line).trim();
        let brackets = text.chars().all(|c| "{}()[];,?".contains(c));
        if brackets || text.starts_with("//!") {
            return false;
        }
        let around = self.items.around(line);
        !around.is_some_and(|item| {
            let declares = item.kind == "use"
                || item.kind == "extern crate"
                || self.is_bare_mod(item);
            item.is_test() || (declares && !text.starts_with("//"))
        })
    }

    /// `mod net;`, a module whose text is elsewhere.
    fn is_bare_mod(&self, item: &items::Item) -> bool {
        item.kind == "mod" && self.text(*item.lines.end()).trim_end().ends_with(';')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    const OLD: &str = "\
fn add(a: u8) -> u8 {
    let b = a;
    b + 1
}

fn gone() {
    x();
}
";
    const NEW: &str = "\
//! Head.

use std::{
    fmt,
};
mod net;

fn add(a: u8) -> u8 {
    let c = a;
    c + 1
}

#[cfg(test)]
mod tests {
    fn t() {}
}
";

    fn check(old: &str, new: &str, text: &str) -> Vec<String> {
        let scratch = Scratch::two(
            &[("src/lib.rs", old)],
            &[("src/lib.rs", new), ("README.md", text)],
        );
        let found = super::check(Some(&scratch.chapter(1)), &scratch.chapter(2)).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_that_no_listing_shows_are_found_the_gone_ones_too() {
        assert_eq!(
            check(OLD, NEW, "# Two\n"),
            [
                "src/lib.rs:9:     let c = a;",
                "src/lib.rs:10:     c + 1",
                "src/lib.rs:2 (gone):     let b = a;",
                "src/lib.rs:3 (gone):     b + 1",
                "src/lib.rs:6 (gone): fn gone() {",
                "src/lib.rs:7 (gone):     x();",
            ]
        );
    }

    #[test]
    fn a_listing_and_the_diff_cover_them() {
        assert_eq!(check(OLD, NEW, "{{#item src/lib.rs add}}\n\n{{#diff}}\n"), [""; 0]);
    }

    #[test]
    fn the_diff_alone_covers_only_what_is_gone_as_a_whole() {
        let left = check(OLD, NEW, "{{#diff}}\n");
        assert_eq!(left.len(), 4, "{left:?}");
        assert!(left.iter().all(|l| !l.contains("x();")));
    }

    #[test]
    fn a_part_covers_its_own_lines() {
        let left =
            check(OLD, NEW, "{{#item src/lib.rs add from=\"c + 1\"}}\n{{#diff}}\n");
        assert_eq!(left.iter().filter(|l| l.contains("let c")).count(), 1, "{left:?}");
    }

    #[test]
    fn the_first_chapter_shows_all_of_its_own() {
        let scratch = Scratch::two(
            &[("src/lib.rs", OLD), ("README.md", "# One\n\n{{#item src/lib.rs gone}}\n")],
            &[],
        );
        let left = super::check(None, &scratch.chapter(1)).unwrap();
        let lines: Vec<usize> = left.iter().map(|u| u.line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn what_is_shown_twice_is_known() {
        let text = "{{#item src/lib.rs add}}\n\n{{#item src/lib.rs add from=\"c + 1\"}}\n\n{{#diff}}\n";
        let scratch = Scratch::two(
            &[("src/lib.rs", OLD)],
            &[("src/lib.rs", NEW), ("README.md", text)],
        );
        let found = repeated(Some(&scratch.chapter(1)), &scratch.chapter(2)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].readme_lines.as_slice()), (10, &[1, 3][..]));
    }
}
