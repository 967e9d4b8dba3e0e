//! One item of a chapter beside the same item of another.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use anyhow::{Result, bail};
use bestiary::near;
use bookbinder::changes::{FileChange, Status, compare_texts};
use bookbinder::items::{self, Item};

/// A part of a file, compared with the same part of another.
pub struct Part {
    /// The two texts.
    pub change: FileChange,
    /// How many lines stand before it in the old file.
    pub old_at: usize,
    /// How many lines stand before it in the new file.
    pub new_at: usize,
}

/// The item called `name`, in every file that has one of that name. An item that was
/// moved within its file is compared with what it was.
pub fn parts(files: &[FileChange], name: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut known = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let (old, new) = (items::read(&file.old)?, items::read(&file.new)?);
        let (old_found, new_found) = (old.candidates(name), new.candidates(name));
        let names: BTreeSet<&str> =
            old_found.iter().chain(&new_found).map(|i| i.name.as_str()).collect();
        for name in names {
            let of = |found: &[&Item]| {
                found.iter().find(|i| i.name == name).map(|i| i.lines.clone())
            };
            parts.push(part(file, of(&old_found), of(&new_found)));
        }
        for item in new.all.iter().chain(&old.all) {
            let last = item.name.rsplit("::").next().unwrap_or(&item.name);
            known.extend([item.name.clone(), last.to_owned()]);
        }
    }
    if parts.is_empty() {
        let hint = near::hint(name, known.iter().map(String::as_str));
        bail!("neither chapter has an item `{name}`{hint}");
    }
    Ok(parts)
}

fn part(
    file: &FileChange,
    old: Option<RangeInclusive<usize>>,
    new: Option<RangeInclusive<usize>>,
) -> Part {
    let cut = |text: &str, lines: &Option<RangeInclusive<usize>>| match lines {
        Some(lines) => {
            let inside = text.split_inclusive('\n').skip(lines.start() - 1);
            inside.take(lines.end() + 1 - lines.start()).collect()
        }
        None => String::new(),
    };
    let before = |lines: &Option<RangeInclusive<usize>>| {
        lines.as_ref().map_or(0, |lines| lines.start() - 1)
    };
    let mut change =
        compare_texts(&file.path, &cut(&file.old, &old), &cut(&file.new, &new));
    match (&old, &new) {
        (None, _) => change.status = Status::New,
        (_, None) => change.status = Status::Gone,
        _ => {}
    }
    Part { change, old_at: before(&old), new_at: before(&new) }
}

#[cfg(test)]
mod tests {
    use super::super::view;
    use super::*;

    const OLD: &str = "fn a() {}\n\nfn b() {\n    1;\n}\n";
    const NEW: &str = "fn b() {\n    2;\n}\n\nfn c() {}\n";

    fn of(name: &str) -> Vec<Part> {
        parts(&[compare_texts("src/x.rs", OLD, NEW)], name).unwrap()
    }

    #[test]
    fn an_item_that_moved_is_compared_under_its_own_line_numbers() {
        let parts = of("b");
        let views = view::of_parts(&parts);
        let hunk = &views[0].hunks[0];
        let lines: Vec<_> =
            hunk.lines.iter().map(|line| (line.old, line.new, line.text)).collect();
        assert_eq!(
            lines,
            [
                (Some(3), Some(1), "fn b() {"),
                (Some(4), None, "    1;"),
                (None, Some(2), "    2;"),
                (Some(5), Some(3), "}"),
            ],
        );
        assert_eq!((hunk.old_start, hunk.new_start), (3, 1));
        assert_eq!((views[0].plus(), views[0].minus(), views[0].last_line()), (1, 1, 5));
    }

    #[test]
    fn an_item_may_have_come_or_gone_or_stayed() {
        assert_eq!(of("a")[0].change.status, Status::Gone);
        assert_eq!(of("c")[0].change.status, Status::New);
        let same = parts(&[compare_texts("src/x.rs", NEW, NEW)], "c").unwrap();
        let views = view::of_parts(&same);
        assert_eq!((views[0].status, views[0].hunks[0].lines.len()), (Status::Same, 1));
    }

    #[test]
    fn an_item_that_is_nowhere_is_an_error() {
        let files = [compare_texts("src/x.rs", "fn pick_up() {}\n", "fn pick_up() {}\n")];
        let error = parts(&files, "pickup").err().unwrap().to_string();
        assert_eq!(
            error,
            "neither chapter has an item `pickup`; did you mean `pick_up`?"
        );
    }
}
