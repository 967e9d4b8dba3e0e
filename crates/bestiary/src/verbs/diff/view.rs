//! What is shown of two chapters' files: the lines around each change.

use bookbinder::changes::{FileChange, Hunk, LineKind, Status};

use super::item::Part;

/// Lines around a change, as `diff -u` shows them.
const CONTEXT: usize = 3;

/// A file, and those of its lines that are shown.
pub struct View<'a> {
    pub path: &'a str,
    pub status: Status,
    pub hunks: Vec<Hunk<'a>>,
}

impl View<'_> {
    /// How many lines came.
    pub fn plus(&self) -> usize {
        self.count(LineKind::Added)
    }

    /// How many lines went.
    pub fn minus(&self) -> usize {
        self.count(LineKind::Removed)
    }

    /// The greatest line number that is shown, on either side.
    pub fn last_line(&self) -> usize {
        let lines = self.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.flat_map(|line| [line.old, line.new]).flatten().max().unwrap_or(0)
    }

    fn count(&self, kind: LineKind) -> usize {
        let lines = self.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.filter(|line| line.kind == kind).count()
    }
}

/// The changes in all files that differ.
pub fn of_changes(files: &[FileChange]) -> Vec<View<'_>> {
    let differ = files.iter().filter(|file| file.status != Status::Same);
    differ
        .map(|file| View {
            path: &file.path,
            status: file.status,
            hunks: file.hunks(CONTEXT),
        })
        .collect()
}

/// Each part of a file whole, under the line numbers that it has in the file.
pub fn of_parts(parts: &[Part]) -> Vec<View<'_>> {
    parts.iter().map(of_part).collect()
}

fn of_part(part: &Part) -> View<'_> {
    let mut hunks = whole(&part.change);
    for hunk in &mut hunks {
        hunk.old_start += part.old_at;
        hunk.new_start += part.new_at;
        for line in &mut hunk.lines {
            line.old = line.old.map(|n| n + part.old_at);
            line.new = line.new.map(|n| n + part.new_at);
        }
    }
    View { path: &part.change.path, status: part.change.status, hunks }
}

/// The text as one hunk, also where it did not change and has no hunks of its own.
fn whole(change: &FileChange) -> Vec<Hunk<'_>> {
    let hunks = change.hunks(change.old.lines().count() + change.new.lines().count());
    if !hunks.is_empty() {
        return hunks;
    }
    let line = |(n, text)| bookbinder::changes::Line {
        kind: LineKind::Same,
        old: Some(n + 1),
        new: Some(n + 1),
        text,
        marks: Vec::new(),
    };
    let lines = change.new.lines().enumerate().map(line).collect();
    vec![Hunk { old_start: 1, new_start: 1, scope: None, lines }]
}
