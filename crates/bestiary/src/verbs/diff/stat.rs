//! How much changed in which file.

use std::fmt::Write as _;

use super::view::View;
use crate::paint::{Paint, Style};

/// How wide the bar of the file with the most changes is.
const BAR: usize = 30;

/// A line for each file, and a line with the sums.
pub fn table(views: &[View<'_>], paint: Paint) -> String {
    let wide = views.iter().map(|view| view.path.len()).max().unwrap_or(0);
    let most = views.iter().map(|view| view.plus() + view.minus()).max().unwrap_or(0);
    let (mut text, mut plus, mut minus) = (String::new(), 0, 0);
    for view in views {
        let (p, m) = (view.plus(), view.minus());
        let _ = writeln!(
            text,
            " {:<wide$}  {:<9} {:>5} {:>5}  {}{}",
            view.path,
            view.status.word(),
            format!("+{p}"),
            format!("-{m}"),
            paint.style(Style::Green, "+".repeat(share(p, most))),
            paint.style(Style::Red, "-".repeat(share(m, most))),
        );
        plus += p;
        minus += m;
    }
    let files = if views.len() == 1 { "file" } else { "files" };
    let _ = writeln!(text, " {} {files}, +{plus} -{minus} lines", views.len());
    text
}

/// The length of a bar for `lines`, at least 1 where there is any.
fn share(lines: usize, most: usize) -> usize {
    if most <= BAR { lines } else { (lines * BAR).div_ceil(most) }
}

#[cfg(test)]
mod tests {
    use bookbinder::changes::compare_texts;

    use super::super::view;
    use super::*;

    #[test]
    fn every_changed_file_has_a_line_and_the_sums_come_last() {
        let files = [
            compare_texts("src/a.rs", "1\n2\n", "1\n3\n4\n"),
            compare_texts("src/same.rs", "1\n", "1\n"),
        ];
        assert_eq!(
            table(&view::of_changes(&files), Paint::PLAIN),
            " src/a.rs  changed      +2    -1  ++-\n 1 file, +2 -1 lines\n",
        );
    }

    #[test]
    fn bars_stay_short_and_are_never_empty_for_a_change() {
        assert_eq!((share(400, 400), share(1, 400), share(0, 400)), (BAR, 1, 0));
    }
}
