//! Why is this line there? Which chapter brought it, what stood there before, and the paragraph
//! that explains it: a by-product of knowing what each chapter changed and what its text shows.

use crate::changes::{self, FileChange, Status};
use crate::directives::{self, Shown};
use crate::items::{self, Items};
use crate::{Chapter, Workspace, headings, markdown, near};
use anyhow::{Context, Result, bail, ensure};
use std::ops::RangeInclusive;
use std::path::Path;

/// A line of a chapter's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The chapter.
    pub chapter: &'a Chapter,
    /// The file, by its path in the chapter's folder.
    pub file: String,
    /// The line's number, from 1.
    pub number: usize,
}

/// What is known about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why<'a> {
    /// The line, where the chapter that brought it has it.
    pub since: Line<'a>,
    /// Its text.
    pub text: String,
    /// What stood in its place in the chapter before; nothing, if nothing did.
    pub before: Vec<String>,
    /// The innermost item around it, and the item's lines.
    pub item: Option<(String, RangeInclusive<usize>)>,
    /// Is it a brace, a `use`, a `mod`: nothing that anybody explains by itself?
    pub is_frame: bool,
    /// Where the text explains it.
    pub passage: Option<Passage>,
}

/// The place in a chapter's text that leads to a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The paragraph right before the listing, as Markdown.
    pub paragraph: String,
    /// Where it begins in the text, from 1.
    pub line: usize,
    /// The nearest heading above it; none below the title alone.
    pub heading: Option<String>,
    /// Its page in the book, and the heading there: `ch02-readiness/index.html#two-kernels`.
    pub address: String,
}

impl<'a> Line<'a> {
    /// Understands `chapters/ch02-readiness/src/net.rs:12`, the same without `chapters/` or as an
    /// absolute path, and, with `chapter` given, `src/net.rs:12`.
    ///
    /// # Errors
    ///
    /// There is no such chapter, file or line; the message says what there is.
    pub fn find(
        workspace: &'a Workspace,
        chapter: Option<&'a Chapter>,
        place: &str,
    ) -> Result<Line<'a>> {
        let numbered =
            place.rsplit_once(':').and_then(|(path, n)| Some((path, n.parse().ok()?)));
        let (path, number): (&str, usize) = numbered.with_context(|| {
            format!("`{place}` is no FILE:LINE, such as src/net.rs:12")
        })?;
        let (chapter, file) = match chapter {
            Some(chapter) => (chapter, path.to_owned()),
            None => of_chapter(workspace, path)?,
        };
        if !chapter.dir.join(&file).is_file() {
            let files = changes::files(chapter)?;
            let hint = near::hint(&file, files.keys().map(String::as_str));
            bail!("there is no {}{hint}", chapter.path(&file));
        }
        ensure!(
            !file.ends_with(".md"),
            "{} is prose; ask about code",
            chapter.path(&file)
        );
        let text = chapter.read(&file)?;
        let count = text.lines().count();
        ensure!(
            (1..=count).contains(&number),
            "{} has lines 1 to {count}, and no line {number}",
            chapter.path(&file)
        );
        Ok(Line { chapter, file, number })
    }

    /// The line's text.
    fn text(&self) -> Result<String> {
        let text = self.chapter.read(&self.file)?;
        Ok(text.lines().nth(self.number - 1).unwrap_or_default().to_owned())
    }
}

/// The chapter that a path leads into, and the rest of the path.
fn of_chapter<'a>(workspace: &'a Workspace, path: &str) -> Result<(&'a Chapter, String)> {
    let below = |from: &Path| {
        let chapter = workspace.owner(&from.join(path))?;
        let file = from.join(path);
        let file =
            file.strip_prefix(&chapter.dir).ok()?.to_string_lossy().replace('\\', "/");
        Some((chapter, file))
    };
    let here = std::env::current_dir().unwrap_or_default();
    let roots = [here.as_path(), workspace.root(), &workspace.root().join("chapters")];
    if let Some(found) = roots.into_iter().find_map(below) {
        return Ok(found);
    }
    let all = workspace.chapters();
    match all.iter().find(|chapter| chapter.dir.join(path).is_file()) {
        Some(first) => bail!("{path} of which chapter? For example {}", first.path(path)),
        None => {
            let example = all.first().map(|chapter| chapter.path("src/lib.rs"));
            bail!("{path} is in no chapter; for example {}", example.unwrap_or_default())
        }
    }
}

/// Answers for one line.
///
/// # Errors
///
/// The line is blank, or a chapter's text has a directive that shows nothing.
pub fn why<'a>(workspace: &'a Workspace, line: &Line<'a>) -> Result<Why<'a>> {
    let text = line.text()?;
    ensure!(
        !text.trim().is_empty(),
        "line {} of {} is blank",
        line.number,
        line.chapter.path(&line.file)
    );
    let (since, mut before) = origin(workspace, line.clone())?;
    let items = items_of(&since)?;
    let around = items.around(since.number);
    let is_frame = is_frame(text.trim(), around);
    if is_brackets(text.trim()) {
        // One brace is like another: what it replaced says nothing.
        before.clear();
    }
    let item = match around {
        Some(item) if item.kind != "use" => Some((item.name.clone(), item.lines.clone())),
        _ => None,
    };
    let passage = passage(workspace, &since, item.as_ref().map(|(_, lines)| lines))?;
    Ok(Why { since, text, before, item, is_frame, passage })
}

/// The earliest chapter from which on the line has not changed, and what it replaced there.
fn origin<'a>(
    workspace: &'a Workspace,
    mut line: Line<'a>,
) -> Result<(Line<'a>, Vec<String>)> {
    while let Some(before) = workspace.before(line.chapter) {
        let changes = changes::compare(Some(before), line.chapter)?;
        let Some(change) = changes.into_iter().find(|change| change.path == line.file)
        else {
            break;
        };
        if change.status == Status::New {
            break;
        }
        let added = change.added();
        if added.binary_search(&line.number).is_ok() {
            let replaced = replaced(&change, &added, line.number);
            return Ok((line, replaced));
        }
        let came = added.iter().filter(|n| **n < line.number).count();
        let went = change.removed().iter().filter(|(_, at)| *at <= line.number).count();
        line =
            Line { chapter: before, file: line.file, number: line.number - came + went };
    }
    Ok((line, Vec::new()))
}

/// The old lines in whose place the new line stands: the one that it is a new form of, if one is
/// like it, else all that went where it came.
fn replaced(change: &FileChange, added: &[usize], number: usize) -> Vec<String> {
    let mut first = number;
    while added.binary_search(&(first - 1)).is_ok() {
        first -= 1;
    }
    let old: Vec<&str> = change.old.lines().collect();
    let here = change.removed().into_iter().filter(|(_, at)| *at == first);
    let gone: Vec<&str> =
        here.map(|(n, _)| old[n - 1]).filter(|l| !l.trim().is_empty()).collect();
    let new = change.new.lines().nth(number - 1).unwrap_or_default();
    match near::names(new, gone.iter().copied(), 1).as_slice() {
        [one] => vec![(*one).to_owned()],
        _ => gone.into_iter().map(str::to_owned).collect(),
    }
}

fn items_of(line: &Line<'_>) -> Result<Items> {
    if !line.file.ends_with(".rs") {
        return Ok(Items::default());
    }
    items::read(&line.chapter.read(&line.file)?).with_context(|| {
        format!("{} is no Rust that can be read", line.chapter.path(&line.file))
    })
}

/// Lines that hold others, or bring them, and say nothing themselves.
fn is_frame(text: &str, around: Option<&items::Item>) -> bool {
    let declares = around.is_some_and(|item| match item.kind {
        "use" => true,
        // A module whose text is elsewhere.
        "mod" => text.ends_with(';'),
        _ => false,
    });
    is_brackets(text) || declares
}

fn is_brackets(text: &str) -> bool {
    text.chars().all(|c| "{}()[];,?".contains(c))
}

/// Where the text of the line's chapter leads to a listing of the line; if none shows the line
/// itself, to one of the item around it.
fn passage(
    workspace: &Workspace,
    line: &Line<'_>,
    item: Option<&RangeInclusive<usize>>,
) -> Result<Option<Passage>> {
    let shown = directives::shown(workspace.before(line.chapter), line.chapter)?;
    let listings = || shown.iter().filter(|s| !s.wholesale && s.file == line.file);
    let shares = |s: &&Shown| item.is_some_and(|i| s.lines.iter().any(|n| i.contains(n)));
    let shows = listings().find(|s| s.lines.contains(&line.number));
    let Some(listing) = shows.or_else(|| listings().find(shares)) else {
        return Ok(None);
    };
    let text = line.chapter.text()?;
    Ok(paragraph(&text, listing.readme_line).map(|(at, paragraph)| {
        let heading = headings::above(&text, at);
        let page = format!("{}/index.html", line.chapter.package);
        let address = match &heading {
            Some(heading) => format!("{page}#{}", headings::id(heading)),
            None => page,
        };
        Passage { paragraph, line: at, heading, address }
    }))
}

/// The paragraph before a line of a text, and where it begins; if only a heading stands before
/// it, the one after.
fn paragraph(text: &str, line: usize) -> Option<(usize, String)> {
    let prose = prose(text);
    let above = || prose.iter().rev().find(|(lines, _)| *lines.end() < line);
    let below = || prose.iter().find(|(lines, _)| *lines.start() > line);
    let heading = headings_in(text).into_iter().rfind(|at| *at < line).unwrap_or(0);
    let found = above()
        .filter(|(lines, _)| *lines.start() > heading)
        .or_else(below)
        .or_else(above);
    found.map(|(lines, text)| (*lines.start(), text.clone()))
}

/// The paragraphs of a text, with their lines. What stands in fences, side notes, lists and
/// tables is none of it.
fn prose(text: &str) -> Vec<(RangeInclusive<usize>, String)> {
    let code = markdown::code_lines(text);
    let mut found: Vec<(RangeInclusive<usize>, String)> = Vec::new();
    let mut aside = false;
    for (n, line) in text.lines().enumerate() {
        aside |= line.starts_with("<aside");
        let html = line.starts_with('<');
        let other =
            line.trim().is_empty() || line.starts_with(['#', '|', '{', ' ', '-', '>']);
        if !(aside || html || other || code[n]) {
            match found.last_mut() {
                Some((lines, paragraph)) if *lines.end() == n => {
                    *lines = *lines.start()..=n + 1;
                    paragraph.push('\n');
                    paragraph.push_str(line);
                }
                _ => found.push((n + 1..=n + 1, line.to_owned())),
            }
        }
        aside &= !line.starts_with("</aside");
    }
    found
}

fn headings_in(text: &str) -> Vec<usize> {
    let code = markdown::code_lines(text);
    let lines =
        text.lines().enumerate().filter(|(n, line)| line.starts_with('#') && !code[*n]);
    lines.map(|(n, _)| n + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    const ONE: &str = "//! Head.\n\nuse std::io;\n\nfn stays() {\n    a();\n}\n\nfn grows() {\n    let wait = 1;\n    b();\n}\n";
    const TWO: &str = "//! Head.\n\nuse std::io;\n\nfn new() {}\n\nfn stays() {\n    a();\n}\n\nfn grows() {\n    let wait = 2;\n    c();\n    b();\n}\n";
    const TEXT_ONE: &str = "# One\n\nHow it\nbegins.\n\n{{#item src/lib.rs stays}}\n\n## What `grows`\n\n{{#item src/lib.rs grows}}\n\nIt grows.\n";
    const TEXT_TWO: &str = "# Two\n\nMore of it.\n\n<aside class=\"side\">\n\nBy the way.\n\n</aside>\n\n{{#item src/lib.rs new}}\n\n{{#item src/lib.rs grows}}\n\n{{#diff}}\n";

    fn scratch() -> Scratch {
        Scratch::two(
            &[("src/lib.rs", ONE), ("README.md", TEXT_ONE)],
            &[("src/lib.rs", TWO), ("README.md", TEXT_TWO)],
        )
    }

    /// Asks, and gives what is asked of the answer: it borrows from the workspace.
    fn ask<T>(place: &str, answer: impl FnOnce(Result<Why<'_>>) -> T) -> T {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let line = Line::find(&workspace, None, place);
        answer(line.and_then(|line| why(&workspace, &line)))
    }

    fn error(place: &str) -> String {
        ask(place, |why| format!("{:#}", why.unwrap_err()))
    }

    #[test]
    fn an_unchanged_line_is_explained_where_it_first_was() {
        ask("chapters/ch02-two/src/lib.rs:8", |why| {
            let why = why.unwrap();
            assert_eq!((why.since.chapter.number, why.since.number), (1, 6));
            assert_eq!(why.text, "    a();");
            assert_eq!(why.item, Some(("stays".into(), 5..=7)));
            let passage = why.passage.unwrap();
            assert_eq!((passage.line, &*passage.paragraph), (3, "How it\nbegins."));
            assert_eq!(
                (passage.heading, &*passage.address),
                (None, "ch01-one/index.html")
            );
        });
    }

    #[test]
    fn a_changed_line_knows_what_it_was_and_a_new_one_that_it_was_not() {
        ask("ch02-two/src/lib.rs:12", |why| {
            let why = why.unwrap();
            assert_eq!(why.since.chapter.number, 2);
            assert_eq!(why.before, ["    let wait = 1;"]);
            assert_eq!(why.passage.unwrap().paragraph, "More of it.");
        });
        ask("ch02-two/src/lib.rs:5", |why| {
            let why = why.unwrap();
            assert_eq!((why.since.chapter.number, why.before.len()), (2, 0));
        });
    }

    #[test]
    fn a_listing_right_below_its_heading_is_explained_by_what_follows() {
        ask("ch01-one/src/lib.rs:11", |why| {
            let passage = why.unwrap().passage.unwrap();
            assert_eq!(passage.paragraph, "It grows.");
            assert_eq!(passage.address, "ch01-one/index.html#what-grows");
        });
    }

    #[test]
    fn braces_and_uses_are_frames_and_have_the_item_around_them() {
        ask("ch02-two/src/lib.rs:9", |why| {
            let why = why.unwrap();
            assert!(why.is_frame);
            assert_eq!(why.item.unwrap().0, "stays");
        });
        ask("ch02-two/src/lib.rs:3", |why| {
            let why = why.unwrap();
            assert!(why.is_frame && why.item.is_none());
        });
    }

    #[test]
    fn a_place_that_is_none_is_told_what_there_is() {
        assert!(error("src/lib.rs").contains("is no FILE:LINE"));
        assert!(
            error("ch02-two/src/lib.rs:99")
                .ends_with("has lines 1 to 15, and no line 99")
        );
        assert!(error("ch02-two/src/lib.rs:0").ends_with("no line 0"));
        assert!(error("ch02-two/src/lib.rs:2").ends_with("is blank"));
        assert!(error("ch02-two/src/lob.rs:2").contains("did you mean `src/lib.rs`?"));
        assert!(error("book/book.toml:1").contains("is in no chapter"));
        assert!(
            error("src/lib.rs:1")
                .contains("of which chapter? For example chapters/ch01-one/src/lib.rs")
        );
    }

    #[test]
    fn with_a_chapter_the_path_in_it_is_enough() {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let chapter = &workspace.chapters()[1];
        let line = Line::find(&workspace, Some(chapter), "src/lib.rs:5").unwrap();
        assert_eq!(line, Line { chapter, file: "src/lib.rs".into(), number: 5 });
        let absolute = format!("{}:5", chapter.dir.join("src/lib.rs").display());
        assert_eq!(Line::find(&workspace, None, &absolute).unwrap(), line);
    }
}
