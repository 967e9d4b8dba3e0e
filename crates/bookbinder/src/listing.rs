//! How code looks on a page: numbered lines, coloured, new ones marked, gone ones struck.

use crate::highlight::{self, Piece};
use crate::html;
use std::fmt::Write;

/// One line of a listing.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its number in its file.
    pub number: usize,
    /// What it is.
    pub kind: RowKind,
    /// Its coloured text.
    pub pieces: Vec<Piece<'a>>,
    /// The `id` by which links find it, if it has one.
    pub id: Option<String>,
}

/// What a line of a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// As in the chapter before, or nothing was there to compare it with.
    Plain,
    /// Not in the chapter before.
    New,
    /// In the chapter before, and here no more.
    Old,
}

/// Takes away the indentation that all lines share.
pub fn dedent(rows: &mut [Row<'_>]) {
    let shared = rows.iter().filter_map(|r| indentation(&r.pieces)).min();
    for row in rows {
        let mut cut = shared.unwrap_or(0);
        for piece in &mut row.pieces {
            let take = cut.min(piece.text.len());
            piece.text = &piece.text[take..];
            cut -= take;
        }
    }
}

/// The number of blanks a line starts with; none for a line of blanks alone.
fn indentation(pieces: &[Piece<'_>]) -> Option<usize> {
    let mut count = 0;
    for piece in pieces {
        let rest = piece.text.trim_start_matches([' ', '\t']);
        count += piece.text.len() - rest.len();
        if !rest.is_empty() {
            return Some(count);
        }
    }
    None
}

/// Appends the lines, each in an element and followed by a newline.
pub fn write_rows(rows: &[Row<'_>], out: &mut String) {
    for row in rows {
        let (tag, class) = match row.kind {
            RowKind::Plain => ("span", "l"),
            RowKind::New => ("span", "l new"),
            RowKind::Old => ("del", "l old"),
        };
        let _ = write!(out, "<{tag} class=\"{class}\"");
        if row.kind != RowKind::Old {
            let _ = write!(out, " data-n=\"{}\"", row.number);
        }
        if let Some(id) = &row.id {
            let _ = write!(out, " id=\"{id}\"");
        }
        out.push('>');
        for piece in row.pieces.iter().filter(|p| !p.text.is_empty()) {
            highlight::write(*piece, None, out);
        }
        let _ = writeln!(out, "</{tag}>");
    }
}

/// `<pre>` with the lines.
pub fn pre(rows: &[Row<'_>]) -> String {
    let mut out = String::from("<pre tabindex=\"0\"><code class=\"nohighlight\">");
    write_rows(rows, &mut out);
    out.push_str("</code></pre>");
    out
}

/// The `id` of a line on the page of a chapter's whole code; without a line, of the file.
pub fn anchor(file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{}-L{line}", html::slug(file)),
        None => html::slug(file),
    }
}

/// `line 7`, `lines 7–9`
pub fn line_span(first: usize, last: usize) -> String {
    if first == last {
        format!("line {first}")
    } else {
        format!("lines {first}\u{2013}{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<'a>(path: &str, text: &'a str) -> Vec<Row<'a>> {
        let lines = highlight::file(path, text).into_iter().enumerate();
        lines
            .map(|(n, pieces)| Row {
                number: n + 1,
                kind: RowKind::Plain,
                pieces,
                id: None,
            })
            .collect()
    }

    fn text(row: &Row<'_>) -> String {
        row.pieces.iter().map(|p| p.text).collect()
    }

    #[test]
    fn shared_indentation_goes_and_the_rest_stays() {
        let mut rows = rows("a.rs", "    if é {\n\n        x();\n    // c\n    }\n");
        dedent(&mut rows);
        let lines: Vec<String> = rows.iter().map(text).collect();
        assert_eq!(lines, ["if é {", "", "    x();", "// c", "}"]);
    }

    #[test]
    fn a_listing_of_blanks_is_left_alone() {
        let mut rows = rows("a.txt", "  \n\n");
        dedent(&mut rows);
        assert_eq!(text(&rows[0]), "  ");
    }

    #[test]
    fn rows_carry_their_numbers_and_marks() {
        let mut rows = rows("a.txt", "a<b\nnew\nold\n");
        rows[1].kind = RowKind::New;
        rows[1].id = Some("x".into());
        rows[2].kind = RowKind::Old;
        let mut out = String::new();
        write_rows(&rows, &mut out);
        assert_eq!(
            out,
            "<span class=\"l\" data-n=\"1\">a&lt;b</span>\n\
             <span class=\"l new\" data-n=\"2\" id=\"x\">new</span>\n\
             <del class=\"l old\">old</del>\n"
        );
    }
}
