//! The diff for a reader at a terminal: both line numbers, and the words that differ.

use std::fmt::Write as _;
use std::ops::Range;

use bookbinder::changes::{Line, LineKind};

use super::view::View;
use super::{plain, stat};
use crate::paint::{Paint, Style};

/// All files, behind a table of them.
pub fn diff(views: &[View<'_>], paint: Paint) -> String {
    let mut text = stat::table(views, paint);
    for view in views {
        let _ = writeln!(
            text,
            "\n{}  {}  {} {}",
            paint.style(Style::Bold, view.path),
            view.status.word(),
            paint.style(Style::Green, format!("+{}", view.plus())),
            paint.style(Style::Red, format!("-{}", view.minus())),
        );
        let wide = view.last_line().to_string().len();
        for hunk in &view.hunks {
            let _ = writeln!(text, "{}", paint.style(Style::Cyan, plain::head(hunk)));
            for line in &hunk.lines {
                let _ = writeln!(text, "{}", shown(line, wide, paint));
            }
        }
    }
    text
}

/// `  12  12   let x` with both numbers, a sign, and its changed words marked.
fn shown(line: &Line<'_>, wide: usize, paint: Paint) -> String {
    let number = |n: Option<usize>| {
        format!("{:>wide$}", n.map(|n| n.to_string()).unwrap_or_default())
    };
    let numbers =
        paint.style(Style::Dim, format!("{} {}", number(line.old), number(line.new)));
    let text = match line.kind {
        LineKind::Same => format!("  {}", line.text),
        LineKind::Added => marked("+ ", line, Style::Green, Style::NewPart, paint),
        LineKind::Removed => marked("- ", line, Style::Red, Style::OldPart, paint),
    };
    format!("{numbers} {text}").trim_end().to_owned()
}

fn marked(sign: &str, line: &Line<'_>, all: Style, part: Style, paint: Paint) -> String {
    let mut text = paint.style(all, sign).to_string();
    for (range, is_marked) in pieces(line.text.len(), &line.marks) {
        let style = if is_marked { part } else { all };
        text.push_str(&paint.style(style, &line.text[range]).to_string());
    }
    text
}

/// The whole of `0..len`, cut where a mark begins or ends.
fn pieces(len: usize, marks: &[Range<usize>]) -> Vec<(Range<usize>, bool)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for mark in marks {
        pieces.push((at..mark.start, false));
        pieces.push((mark.clone(), true));
        at = mark.end;
    }
    pieces.push((at..len, false));
    pieces.retain(|(range, _)| !range.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use bookbinder::changes::compare_texts;

    use super::super::view;
    use super::*;

    #[test]
    fn both_line_numbers_stand_before_each_line() {
        let text = diff(
            &view::of_changes(&[compare_texts("a.rs", "1\n2\n", "1\n3\n")]),
            Paint::PLAIN,
        );
        assert!(
            text.ends_with(
                "a.rs  changed  +1 -1\n@@ -1,2 +1,2 @@\n1 1   1\n2   - 2\n  2 + 3\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn the_words_that_differ_are_marked() {
        assert_eq!(
            pieces(9, &[2..4, 6..7]),
            [(0..2, false), (2..4, true), (4..6, false), (6..7, true), (7..9, false)]
        );
        let file = compare_texts("a", "let price = total;\n", "let cost = total;\n");
        let text = diff(&view::of_changes(&[file]), Paint::ALWAYS);
        assert!(
            text.contains("\x1b[1;4;31mprice\x1b[0m")
                && text.contains("\x1b[1;4;32mcost\x1b[0m"),
            "{text:?}"
        );
    }
}
