//! The page under each chapter with the whole of its code, where the listings' links lead.

use crate::held::Held;
use crate::html;
use crate::listing::{self, Row, RowKind};
use crate::{Chapter, highlight};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The page's title, in the sidebar and at its top.
pub(crate) const TITLE: &str = "The whole code";

/// Does the page show this file of a chapter?
pub(crate) fn has(path: &str) -> bool {
    path == "Cargo.toml"
        || ["src/", "examples/", "tests/"].iter().any(|top| path.starts_with(top))
}

/// The page's text: a heading, and a comment in whose place the listings are put at the end.
pub(crate) fn page(chapter: &Chapter, held: &mut Held) -> Result<String> {
    let files = files(chapter)?;
    let mut out = String::from("<ul class=\"code-files\">\n");
    for path in files.keys() {
        let _ = writeln!(
            out,
            "<li><a href=\"#{}\"><code>{}</code></a></li>",
            listing::anchor(path, None),
            html::escaped(path)
        );
    }
    out.push_str("</ul>\n");
    for (path, text) in &files {
        file(path, text, &mut out);
    }
    let folder = chapter.path("");
    let print = format!("<p>It is in the folder <code>{folder}</code>.</p>");
    let comment = held.hold_with_print(out, print);
    Ok(format!(
        "# {TITLE}\n\nEverything in `{folder}` as it stands at the end of chapter {}: \
         `cargo run -p {}` runs it.\n\n{comment}\n",
        chapter.number, chapter.package
    ))
}

/// The files of the page: `src/` first, then the rest.
fn files(chapter: &Chapter) -> Result<BTreeMap<String, String>> {
    let mut files = crate::changes::files(chapter)?;
    for name in chapter.examples() {
        if let Some(path) = chapter.example_path(&name) {
            let text = chapter.read(&path)?;
            files.insert(path, text);
        }
    }
    Ok(files)
}

fn file(path: &str, text: &str, out: &mut String) {
    let lines = highlight::file(path, text).into_iter().enumerate();
    let rows: Vec<Row<'_>> = lines
        .map(|(n, pieces)| Row {
            number: n + 1,
            kind: RowKind::Plain,
            pieces,
            id: Some(listing::anchor(path, Some(n + 1))),
        })
        .collect();
    let count = match rows.len() {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    };
    let _ = writeln!(
        out,
        "<details class=\"code-file\" id=\"{}\" open><summary><code>{}</code> <span class=\"where\">{count}</span></summary>{}</details>",
        listing::anchor(path, None),
        html::escaped(path),
        listing::pre(&rows),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    #[test]
    fn the_page_has_every_file_with_an_anchor_for_every_line() {
        let scratch = Scratch::two(
            &[
                ("src/net.rs", "fn a() {}\n\nfn b() {}\n"),
                ("examples/e.rs", "fn main() {}\n"),
                ("python/p.py", "pass\n"),
            ],
            &[],
        );
        let mut held = Held::default();
        let text = page(&scratch.chapter(1), &mut held).unwrap();
        assert!(text.starts_with("# The whole code\n"));
        let out = Scratch::new();
        out.file("a.html", &text);
        held.put_in(out.path()).unwrap();
        let html = std::fs::read_to_string(out.path().join("a.html")).unwrap();
        for part in [
            "<li><a href=\"#src-net-rs\">",
            "id=\"src-net-rs\" open>",
            "data-n=\"3\" id=\"src-net-rs-L3\">",
            "id=\"examples-e-rs-L1\">",
            "id=\"Cargo-toml\"",
        ] {
            assert!(html.contains(part), "{part} is not in\n{html}");
        }
        assert!(!html.contains("python"));
    }
}
