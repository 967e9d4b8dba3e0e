//! What changed from one chapter to the next: the one model that the listings, the
//! diff page, the coverage check and `cargo bestiary diff` read.
//!
//! Before two files are compared, each crate's own name is replaced by `shop` in
//! both, so `use ch02_readiness::net` is the same line as `use ch01_blocking::net`.
//! What is shown afterwards is the text as it stands in the file.

use crate::Chapter;
use anyhow::{Context, Result};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The chapter before does not have it.
    New,
    /// This chapter does not have it any more.
    Gone,
    /// Both have it, and it differs.
    Changed,
    /// Both have it, and only the crate's own name differs, if anything.
    Same,
}

impl Status {
    /// The status as a word.
    pub fn word(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Gone => "gone",
            Status::Changed => "changed",
            Status::Same => "unchanged",
        }
    }
}

/// A file of a chapter beside the same file of the chapter before.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// Its path in the chapter's folder: `src/net.rs`.
    pub path: String,
    /// What became of it.
    pub status: Status,
    /// Its text in the chapter before; empty when it is new.
    pub old: String,
    /// Its text in this chapter; empty when it is gone.
    pub new: String,
    ops: Vec<DiffOp>,
}

/// A run of changed lines with a few unchanged ones around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// The first line's number in the old file (where it would be, if no old line is shown).
    pub old_start: usize,
    /// The first line's number in the new file.
    pub new_start: usize,
    /// The line that opens the item around the hunk, such as `impl Poller`.
    pub scope: Option<&'a str>,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<Line<'a>>,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Whether the line stayed, came or went.
    pub kind: LineKind,
    /// Its number in the old file, from 1.
    pub old: Option<usize>,
    /// Its number in the new file, from 1.
    pub new: Option<usize>,
    /// Its text, without its end.
    pub text: &'a str,
    /// The bytes of the text that changed, where the line is a new form of another.
    pub marks: Vec<Range<usize>>,
}

/// Whether a line stayed, came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The line is in both files.
    Same,
    /// The line is in the new file only.
    Added,
    /// The line is in the old file only.
    Removed,
}

/// Compares the `Cargo.toml`, `src/` and `tests/` of two chapters, file by file, by path.
pub fn compare(old: Option<&Chapter>, new: &Chapter) -> Result<Vec<FileChange>> {
    let mut pairs: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    if let Some(old) = old {
        for (path, text) in files(old)? {
            pairs.entry(path).or_default().0 = Some(text);
        }
    }
    for (path, text) in files(new)? {
        pairs.entry(path).or_default().1 = Some(text);
    }
    let normal = |chapter: &Chapter, text: &str| normalised(chapter, text);
    Ok(pairs
        .into_iter()
        .map(|(path, (before, after))| {
            let plain_old = old.zip(before.as_deref()).map(|(c, t)| normal(c, t));
            let plain_new = after.as_deref().map(|t| normal(new, t));
            let status = match (&plain_old, &plain_new) {
                (None, _) => Status::New,
                (_, None) => Status::Gone,
                (Some(a), Some(b)) if a == b => Status::Same,
                _ => Status::Changed,
            };
            let ops = lines_diff(
                &plain_old.unwrap_or_default(),
                &plain_new.unwrap_or_default(),
            );
            FileChange {
                path,
                status,
                old: before.unwrap_or_default(),
                new: after.unwrap_or_default(),
                ops,
            }
        })
        .collect())
}

/// Compares two versions of one text, without regard to chapters.
pub fn compare_texts(path: &str, old: &str, new: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        status: if old == new { Status::Same } else { Status::Changed },
        old: old.to_owned(),
        new: new.to_owned(),
        ops: lines_diff(old, new),
    }
}

/// `text` with the names of the chapter's own crate replaced by `shop`.
pub fn normalised(chapter: &Chapter, text: &str) -> String {
    text.replace(&chapter.lib_name(), "shop").replace(&chapter.package, "shop")
}

/// The files that are compared, by path: `Cargo.toml`, `src/**` and `tests/**`.
pub fn files(chapter: &Chapter) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for top in ["Cargo.toml", "src", "tests"] {
        collect(chapter, &chapter.dir.join(top), &mut files)?;
    }
    Ok(files)
}

fn collect(
    chapter: &Chapter,
    path: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<()> {
    if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
        for entry in entries {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with('.') {
                collect(chapter, &entry.path(), files)?;
            }
        }
    } else if path.is_file() {
        let inside =
            path.strip_prefix(&chapter.dir).expect("found below the chapter's folder");
        let inside = inside.to_string_lossy().replace('\\', "/");
        let text = chapter.read(&inside)?;
        files.insert(inside, text);
    }
    Ok(())
}

fn lines_diff(old: &str, new: &str) -> Vec<DiffOp> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    capture_diff_slices(Algorithm::Histogram, &old, &new)
}

impl FileChange {
    /// The numbers (from 1) of the new file's lines that the old one does not have, in order.
    pub fn added(&self) -> Vec<usize> {
        let changed = self.ops.iter().filter(|op| !is_equal(op));
        changed.flat_map(|op| op.new_range()).map(|n| n + 1).collect()
    }

    /// The old file's lines (numbered from 1) that are gone, each with the number of the new
    /// file's line before which it would stand.
    pub fn removed(&self) -> Vec<(usize, usize)> {
        let changed = self.ops.iter().filter(|op| !is_equal(op));
        changed
            .flat_map(|op| {
                let before = op.new_range().start + 1;
                op.old_range().map(move |n| (n + 1, before))
            })
            .collect()
    }

    /// How many lines came.
    pub fn plus(&self) -> usize {
        self.ops.iter().filter(|op| !is_equal(op)).map(|op| op.new_range().len()).sum()
    }

    /// How many lines went.
    pub fn minus(&self) -> usize {
        self.ops.iter().filter(|op| !is_equal(op)).map(|op| op.old_range().len()).sum()
    }

    /// The changes, each with up to `context` unchanged lines before and after it.
    pub fn hunks(&self, context: usize) -> Vec<Hunk<'_>> {
        let old: Vec<&str> = self.old.lines().collect();
        let new: Vec<&str> = self.new.lines().collect();
        // `group_diff_ops` gives a lone unchanged group for equal files.
        let groups = group_diff_ops(self.ops.clone(), context).into_iter();
        groups
            .filter(|group| !group.iter().all(is_equal))
            .map(|group| {
                let mut lines = Vec::new();
                for op in &group {
                    op_lines(op, &old, &new, &mut lines);
                }
                let (o, n) = (group[0].old_range().start, group[0].new_range().start);
                Hunk { old_start: o + 1, new_start: n + 1, scope: scope(&new, n), lines }
            })
            .collect()
    }
}

fn is_equal(op: &DiffOp) -> bool {
    matches!(op, DiffOp::Equal { .. })
}

fn op_lines<'a>(
    op: &DiffOp,
    old: &[&'a str],
    new: &[&'a str],
    lines: &mut Vec<Line<'a>>,
) {
    let (olds, news) = (op.old_range(), op.new_range());
    if is_equal(op) {
        lines.extend(olds.zip(news).map(|(o, n)| Line {
            kind: LineKind::Same,
            old: Some(o + 1),
            new: Some(n + 1),
            text: new[n],
            marks: Vec::new(),
        }));
        return;
    }
    let (mut old_marks, mut new_marks) = marks(&old[olds.clone()], &new[news.clone()]);
    for (i, o) in olds.enumerate() {
        lines.push(Line {
            kind: LineKind::Removed,
            old: Some(o + 1),
            new: None,
            text: old[o],
            marks: std::mem::take(&mut old_marks[i]),
        });
    }
    for (i, n) in news.enumerate() {
        lines.push(Line {
            kind: LineKind::Added,
            old: None,
            new: Some(n + 1),
            text: new[n],
            marks: std::mem::take(&mut new_marks[i]),
        });
    }
}

/// For each line of a run, the bytes that are marked.
type Marks = Vec<Vec<Range<usize>>>;

/// For each line of two runs that replace each other, the bytes that differ, by word.
/// Runs with little in common get no marks: then all of it is new.
fn marks(old: &[&str], new: &[&str]) -> (Marks, Marks) {
    let mut found = (vec![Vec::new(); old.len()], vec![Vec::new(); new.len()]);
    if old.is_empty() || new.is_empty() {
        return found;
    }
    let (old, new) = (old.join("\n"), new.join("\n"));
    let (old, new) = (words(&old), words(&new));
    let ops = capture_diff_slices(Algorithm::Patience, &old, &new);
    let letters = |words: &[&str]| words.iter().map(|w| w.trim().len()).sum::<usize>();
    let kept = ops.iter().filter(|op| is_equal(op));
    let common: usize = kept.map(|op| letters(&old[op.old_range()])).sum();
    if common * 4 < letters(&old) + letters(&new) {
        return found;
    }
    let (mut at_old, mut at_new) = (Place::default(), Place::default());
    for op in &ops {
        let changed = !is_equal(op);
        for word in &old[op.old_range()] {
            at_old.pass(word, changed.then_some(&mut found.0));
        }
        for word in &new[op.new_range()] {
            at_new.pass(word, changed.then_some(&mut found.1));
        }
    }
    found
}

/// Cuts code into names, runs of space, and single signs.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        '\n' => 0,
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: &char| kind(first) != 0 && kind(*c) == kind(first);
        let more =
            rest.chars().skip(1).take_while(same).map(char::len_utf8).sum::<usize>();
        let (word, after) = rest.split_at(first.len_utf8() + more);
        words.push(word);
        rest = after;
    }
    words
}

/// A place in a text: line and byte within it.
#[derive(Default)]
struct Place {
    line: usize,
    byte: usize,
}

impl Place {
    /// Walks over `text`, and notes it as marked.
    fn pass(&mut self, text: &str, mut marks: Option<&mut Marks>) {
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                self.line += 1;
                self.byte = 0;
            }
            let end = self.byte + part.len();
            if let Some(marks) = &mut marks
                && !part.is_empty()
            {
                let line = &mut marks[self.line];
                match line.last_mut() {
                    Some(last) if last.end == self.byte => last.end = end,
                    _ => line.push(self.byte..end),
                }
            }
            self.byte = end;
        }
    }
}

/// The line that opens the top-level item in which line `at` (from 0) stands.
fn scope<'a>(lines: &[&'a str], at: usize) -> Option<&'a str> {
    const OPENERS: [&str; 10] = [
        "fn ",
        "impl",
        "struct ",
        "enum ",
        "trait ",
        "mod ",
        "async ",
        "unsafe ",
        "const ",
        "macro_rules!",
    ];
    let above = lines[..at.min(lines.len())].iter().rev();
    // A line at the margin that closes an item ends the search: nothing is open there.
    let line = above
        .copied()
        .find(|l| !l.starts_with([' ', '\t', '/', '#']) && !l.is_empty())?;
    let bare = line.strip_prefix("pub").map_or(line, |l| {
        let l = l.strip_prefix('(').and_then(|l| l.split_once(')')).map_or(l, |(_, l)| l);
        l.trim_start()
    });
    let opens = OPENERS.iter().any(|o| bare.starts_with(o));
    opens.then(|| line.trim_end_matches('{').trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    fn change<'a>(changes: &'a [FileChange], path: &str) -> &'a FileChange {
        changes.iter().find(|c| c.path == path).unwrap()
    }

    #[test]
    fn a_crates_own_name_is_no_change() {
        let scratch = Scratch::two(
            &[("src/lib.rs", "use ch01_one::net;\nfn a() {}\n")],
            &[("src/lib.rs", "use ch02_two::net;\nfn a() {}\n")],
        );
        let changes = compare(Some(&scratch.chapter(1)), &scratch.chapter(2)).unwrap();
        assert_eq!(change(&changes, "src/lib.rs").status, Status::Same);
        assert_eq!(change(&changes, "Cargo.toml").status, Status::Same);
        assert_eq!(change(&changes, "src/lib.rs").new, "use ch02_two::net;\nfn a() {}\n");
    }

    #[test]
    fn files_come_go_and_change() {
        let scratch = Scratch::two(
            &[("src/a.rs", "1\n"), ("src/b.rs", "1\n2\n3\n"), ("examples/x.rs", "no")],
            &[("src/b.rs", "1\n3\n4\n"), ("tests/c.rs", "1\n"), ("src/.hidden", "no")],
        );
        let changes = compare(Some(&scratch.chapter(1)), &scratch.chapter(2)).unwrap();
        let all: Vec<_> = changes
            .iter()
            .map(|c| (c.path.as_str(), c.status, c.plus(), c.minus()))
            .collect();
        assert_eq!(
            all,
            [
                ("Cargo.toml", Status::Same, 0, 0),
                ("src/a.rs", Status::Gone, 0, 1),
                ("src/b.rs", Status::Changed, 1, 1),
                ("tests/c.rs", Status::New, 1, 0),
            ]
        );
        assert_eq!(change(&changes, "src/b.rs").added(), [3]);
        assert_eq!(change(&changes, "src/b.rs").removed(), [(2, 2)]);
    }

    #[test]
    fn without_a_chapter_before_everything_is_new() {
        let scratch = Scratch::two(&[("src/a.rs", "1\n2\n")], &[]);
        let changes = compare(None, &scratch.chapter(1)).unwrap();
        assert_eq!(change(&changes, "src/a.rs").status, Status::New);
        assert_eq!(change(&changes, "src/a.rs").added(), [1, 2]);
    }

    #[test]
    fn a_hunk_has_context_numbers_scope_and_marks() {
        let old = "fn a() {\n    1;\n    2;\n    3;\n    let total = price;\n    5;\n}\n";
        let new = old.replace("price", "cost");
        let file = compare_texts("a.rs", old, &new);
        let hunks = file.hunks(1);
        assert_eq!(hunks.len(), 1);
        let hunk = &hunks[0];
        assert_eq!((hunk.old_start, hunk.new_start, hunk.scope), (4, 4, Some("fn a()")));
        let kinds: Vec<_> = hunk.lines.iter().map(|l| (l.kind, l.old, l.new)).collect();
        assert_eq!(
            kinds,
            [
                (LineKind::Same, Some(4), Some(4)),
                (LineKind::Removed, Some(5), None),
                (LineKind::Added, None, Some(5)),
                (LineKind::Same, Some(6), Some(6)),
            ]
        );
        let marked: Vec<&str> =
            hunk.lines[1..3].iter().map(|l| &l.text[l.marks[0].clone()]).collect();
        assert_eq!(marked, ["price", "cost"]);
    }

    #[test]
    fn equal_files_have_no_hunks() {
        assert!(compare_texts("a", "1\n", "1\n").hunks(3).is_empty());
        assert!(compare_texts("a", "", "").hunks(3).is_empty());
    }

    #[test]
    fn lines_with_nothing_in_common_are_not_marked() {
        let file = compare_texts("a", "alpha beta gamma\n", "delta epsilon zeta\n");
        assert!(file.hunks(3)[0].lines.iter().all(|l| l.marks.is_empty()));
    }

    #[test]
    fn words_are_names_spaces_and_single_signs() {
        assert_eq!(
            words("a.bé(  c)\n;"),
            ["a", ".", "bé", "(", "  ", "c", ")", "\n", ";"]
        );
    }

    #[test]
    fn marks_survive_letters_of_several_bytes() {
        let file = compare_texts(
            "a",
            "let é = \"ü\"; // same words here\n",
            "let é = \"ö\"; // same words here\n",
        );
        for line in file.hunks(0)[0].lines.iter() {
            assert!(line.marks.iter().all(|m| line.text.get(m.clone()).is_some()));
            assert!(!line.marks.is_empty());
        }
    }
}
