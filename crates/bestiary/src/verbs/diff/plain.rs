//! The unified diff that other programs read.

use std::fmt::Write as _;

use bookbinder::Chapter;
use bookbinder::changes::{Hunk, LineKind, Status};

use super::view::View;

/// All files, as `diff -u` would print them.
pub fn diff(old: &Chapter, new: &Chapter, views: &[View<'_>]) -> String {
    let mut text = String::new();
    for view in views {
        let name = |chapter: &Chapter, missing| {
            if view.status == missing {
                return "/dev/null".to_owned();
            }
            format!("{}/{}", chapter.package, view.path)
        };
        let _ = writeln!(
            text,
            "--- {}\n+++ {}",
            name(old, Status::New),
            name(new, Status::Gone)
        );
        for hunk in &view.hunks {
            let _ = writeln!(text, "{}", head(hunk));
            for line in &hunk.lines {
                let sign = match line.kind {
                    LineKind::Same => ' ',
                    LineKind::Added => '+',
                    LineKind::Removed => '-',
                };
                let _ = writeln!(text, "{sign}{}", line.text);
            }
        }
    }
    text
}

/// `@@ -3,5 +3,6 @@ impl Poller`
pub fn head(hunk: &Hunk<'_>) -> String {
    let count = |missing| hunk.lines.iter().filter(|line| line.kind != missing).count();
    let span = |start: usize, lines: usize| match lines {
        // A span without lines is named by the line before it.
        0 => format!("{},0", start - 1),
        1 => start.to_string(),
        _ => format!("{start},{lines}"),
    };
    let old = span(hunk.old_start, count(LineKind::Added));
    let new = span(hunk.new_start, count(LineKind::Removed));
    let scope = hunk.scope.map(|scope| format!(" {scope}")).unwrap_or_default();
    format!("@@ -{old} +{new} @@{scope}")
}

#[cfg(test)]
mod tests {
    use bookbinder::changes::{FileChange, compare_texts};

    use super::super::view;
    use super::*;

    fn between(file: FileChange) -> String {
        let chapter = |number, package: &str| Chapter {
            number,
            package: package.into(),
            slug: package.into(),
            title: package.into(),
            dir: package.into(),
        };
        diff(&chapter(1, "one"), &chapter(2, "two"), &view::of_changes(&[file]))
    }

    #[test]
    fn it_reads_like_diff_u() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = old.replace("5\n", "five\n");
        assert_eq!(
            between(compare_texts("src/a.rs", old, &new)),
            "--- one/src/a.rs\n+++ two/src/a.rs\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
        );
    }

    #[test]
    fn a_span_of_no_or_one_line_is_written_as_patch_expects_it() {
        let text = between(compare_texts("a", "", "1\n"));
        assert!(text.contains("\n@@ -0,0 +1 @@\n"), "{text}");
    }

    #[test]
    fn files_that_do_not_differ_are_left_out() {
        assert_eq!(between(compare_texts("a", "1\n", "1\n")), "");
    }
}
