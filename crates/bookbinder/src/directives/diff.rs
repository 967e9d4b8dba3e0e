//! `{{#diff}}`: everything that changed since the chapter before, file by file.

use super::{Context, Directive, Placed, Shown};
use crate::changes::{FileChange, Line, LineKind, Status};
use crate::held::Held;
use crate::highlight::{self, Piece};
use crate::html;
use anyhow::{Result, bail};
use std::fmt::Write;
use std::ops::{Range, RangeInclusive};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

pub(super) struct Diff;

impl Directive for Diff {
    fn name(&self) -> &'static str {
        "diff"
    }

    fn form(&self) -> &'static str {
        "{{#diff}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        0..=0
    }

    fn render(&self, _: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        let Some(before) = cx.before() else {
            bail!(
                "chapter {} is the first: there is nothing to compare it with",
                cx.chapter.number
            );
        };
        let (same, changed): (Vec<_>, Vec<_>) =
            cx.changes()?.iter().partition(|c| c.status == Status::Same);
        let (plus, minus) =
            changed.iter().fold((0, 0), |(p, m), c| (p + c.plus(), m + c.minus()));
        let files = if changed.len() == 1 {
            "1 file"
        } else {
            &format!("{} files", changed.len())
        };
        let mut out = format!(
            "<p class=\"diff-summary\">Since chapter {}: {files} changed, \
             <span class=\"diff-plus\">+{plus}</span> <span class=\"diff-minus\">\u{2212}{minus}</span></p>\n",
            before.number,
        );
        for change in &changed {
            file(change, &mut out);
        }
        if !same.is_empty() {
            let names: Vec<String> = same
                .iter()
                .map(|c| format!("<code>{}</code>", html::escaped(&c.path)))
                .collect();
            let _ = writeln!(
                out,
                "<p class=\"diff-same\">Unchanged: {}</p>",
                names.join(", ")
            );
        }
        Ok(held.hold(out))
    }

    fn shows(&self, call: &Placed, cx: &Context<'_>) -> Result<Vec<Shown>> {
        let changes = cx.changes()?.iter().filter(|_| cx.before().is_some());
        Ok(changes
            .map(|change| Shown {
                file: change.path.clone(),
                lines: change.added(),
                struck: change.removed().into_iter().map(|(old, _)| old).collect(),
                readme_line: call.line,
                wholesale: true,
            })
            .collect())
    }
}

fn file(change: &FileChange, out: &mut String) {
    let _ = write!(
        out,
        "<details class=\"diff-file\"><summary><code>{}</code> <span class=\"diff-status\">{}</span> \
         <span class=\"diff-plus\">+{}</span> <span class=\"diff-minus\">\u{2212}{}</span></summary>\
         <pre class=\"diff\" tabindex=\"0\">",
        html::escaped(&change.path),
        change.status.word(),
        change.plus(),
        change.minus(),
    );
    hunks(change, CONTEXT, out);
    out.push_str("</pre></details>\n");
}

/// Writes the lines of a file's changes, each change with `context` lines around it.
pub(super) fn hunks(change: &FileChange, context: usize, out: &mut String) {
    let old = highlight::file(&change.path, &change.old);
    let new = highlight::file(&change.path, &change.new);
    for hunk in change.hunks(context) {
        if change.status == Status::Changed {
            let _ = write!(
                out,
                "<span class=\"hunk\">line {} \u{2192} {}",
                hunk.old_start, hunk.new_start
            );
            if let Some(scope) = hunk.scope {
                let _ = write!(out, " {}", html::escaped(scope));
            }
            out.push_str("</span>\n");
        }
        for line in &hunk.lines {
            row(line, &old, &new, out);
        }
    }
}

fn row(
    line: &Line<'_>,
    old: &[Vec<Piece<'_>>],
    new: &[Vec<Piece<'_>>],
    out: &mut String,
) {
    let (tag, class) = match line.kind {
        LineKind::Same => ("span", "eq"),
        LineKind::Added => ("ins", "add"),
        LineKind::Removed => ("del", "rem"),
    };
    let pieces = match (line.new, line.old) {
        (Some(n), _) => &new[n - 1],
        (None, Some(o)) => &old[o - 1],
        (None, None) => return,
    };
    let _ = write!(out, "<{tag} class=\"{class}\"");
    for (side, number) in [("o", line.old), ("n", line.new)] {
        if let Some(number) = number {
            let _ = write!(out, " data-{side}=\"{number}\"");
        }
    }
    out.push('>');
    let mut at = 0;
    for piece in pieces {
        marked(*piece, at, &line.marks, out);
        at += piece.text.len();
    }
    let _ = writeln!(out, "</{tag}>");
}

/// Writes a piece that begins at byte `at` of its line, cut where marks begin and end.
fn marked(piece: Piece<'_>, at: usize, marks: &[Range<usize>], out: &mut String) {
    let end = at + piece.text.len();
    let mut from = at;
    for mark in marks.iter().filter(|m| m.start < end && m.end > at) {
        let (first, last) = (mark.start.max(at), mark.end.min(end));
        part(piece, from - at..first - at, None, out);
        part(piece, first - at..last - at, Some("w"), out);
        from = last;
    }
    part(piece, from - at..end - at, None, out);
}

fn part(piece: Piece<'_>, bytes: Range<usize>, mark: Option<&str>, out: &mut String) {
    if !bytes.is_empty() {
        highlight::write(Piece { text: &piece.text[bytes], ..piece }, mark, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;
    use std::fs;

    fn html(scratch: &Scratch, number: u32) -> Result<String> {
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, workspace.chapter(&number.to_string()).unwrap());
        let mut held = Held::default();
        let comment = render(&scan("{{#diff}}").0[0], &cx, &mut held)?;
        let page = Scratch::new();
        page.file("a.html", &comment);
        held.put_in(page.path())?;
        Ok(fs::read_to_string(page.path().join("a.html"))?)
    }

    fn scratch() -> Scratch {
        Scratch::two(
            &[
                ("src/a.rs", "fn a() {\n    let total = price;\n}\n"),
                ("src/b.rs", "fn b() {}\n"),
            ],
            &[
                ("src/a.rs", "fn a() {\n    let total = cost;\n}\n"),
                ("src/c.rs", "fn c() {}\n"),
            ],
        )
    }

    #[test]
    fn every_file_is_there_with_its_status_numbers_and_marks() {
        let html = html(&scratch(), 2).unwrap();
        for part in [
            "Since chapter 1: 3 files changed, <span class=\"diff-plus\">+2</span> <span class=\"diff-minus\">\u{2212}2</span>",
            "<summary><code>src/a.rs</code> <span class=\"diff-status\">changed</span> <span class=\"diff-plus\">+1</span>",
            "<span class=\"hunk\">line 1 \u{2192} 1</span>",
            "<span class=\"eq\" data-o=\"1\" data-n=\"1\">",
            "<span class=\"w\">price</span>",
            "<span class=\"w\">cost</span>",
            "<code>src/b.rs</code> <span class=\"diff-status\">gone</span>",
            "<code>src/c.rs</code> <span class=\"diff-status\">new</span>",
            "<ins class=\"add\" data-n=\"1\">",
            "Unchanged: <code>Cargo.toml</code>",
        ] {
            assert!(html.contains(part), "{part} is not in\n{html}");
        }
    }

    #[test]
    fn the_first_chapter_has_no_diff() {
        assert!(html(&scratch(), 1).unwrap_err().to_string().contains("is the first"));
    }

    #[test]
    fn marks_cut_pieces_and_lose_no_text() {
        let piece = Piece { kind: crate::highlight::Kind::Comment, text: "// abcdef" };
        let mut out = String::new();
        marked(piece, 4, &[5..7, 8..20], &mut out);
        assert_eq!(
            out,
            "<span class=\"t-comment\">/</span><span class=\"t-comment w\">/ </span>\
             <span class=\"t-comment\">a</span><span class=\"t-comment w\">bcdef</span>"
        );
    }
}
