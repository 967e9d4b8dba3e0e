//! HTML that is held back while mdBook works and put in at the end.
//!
//! A comment takes its place. mdBook indexes no comments for its search and does not
//! parse what will stand there, so diffs do not drown the search and markup stays as
//! it was written.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Stands for the way from a page to the book's root in held-back HTML.
pub(crate) const ROOT: &str = "\u{1}root\u{1}/";

const OPEN: &str = "<!--bestiary ";

/// The HTML that is held back in one build.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    page: String,
    print: Option<String>,
}

impl Held {
    /// Holds `html` back; gives the comment that stands for it.
    pub(crate) fn hold(&mut self, html: String) -> String {
        self.pieces.push(Piece { page: html, print: None });
        self.comment()
    }

    /// Holds `html` back, with another form for the page that prints the whole book.
    pub(crate) fn hold_with_print(&mut self, html: String, print: String) -> String {
        self.pieces.push(Piece { page: html, print: Some(print) });
        self.comment()
    }

    fn comment(&self) -> String {
        format!("{OPEN}{}-->", self.pieces.len() - 1)
    }

    /// Puts everything into the pages below `dir`.
    pub(crate) fn put_in(&self, dir: &Path) -> Result<()> {
        self.put_in_below(dir, "")
    }

    fn put_in_below(&self, dir: &Path, root: &str) -> Result<()> {
        for entry in
            fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                self.put_in_below(&path, &format!("../{root}"))?;
            } else if path.extension().is_some_and(|e| e == "html") {
                let page = fs::read_to_string(&path)
                    .with_context(|| format!("reading {}", path.display()))?;
                if page.contains(OPEN) {
                    let print = path.file_name().is_some_and(|n| n == "print.html");
                    fs::write(&path, self.fill(&page, root, print)?)
                        .with_context(|| format!("writing {}", path.display()))?;
                }
            }
        }
        Ok(())
    }

    fn fill(&self, page: &str, root: &str, print: bool) -> Result<String> {
        let mut parts = page.split(OPEN);
        let mut out = parts.next().unwrap_or("").to_owned();
        for part in parts {
            let (number, rest) =
                part.split_once("-->").context("a comment of ours does not end")?;
            let number: usize = number
                .parse()
                .with_context(|| format!("comment `{number}` is not ours"))?;
            let piece = self
                .pieces
                .get(number)
                .with_context(|| format!("nothing is held back for {number}"))?;
            let html = match &piece.print {
                Some(html) if print => html,
                _ => &piece.page,
            };
            out.push_str(&html.replace(ROOT, root));
            out.push_str(rest);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    #[test]
    fn html_is_put_in_with_the_way_to_the_root() {
        let mut held = Held::default();
        let first = held.hold(format!("<a href=\"{ROOT}x\">x</a>"));
        let second = held.hold_with_print("page".into(), "print".into());
        let scratch = Scratch::new();
        scratch.file("a/b/page.html", &format!("[{first}|{second}]"));
        scratch.file("print.html", &second);
        scratch.file("a/data.js", &first);
        held.put_in(scratch.path()).unwrap();
        let read = |p: &str| fs::read_to_string(scratch.path().join(p)).unwrap();
        assert_eq!(read("a/b/page.html"), "[<a href=\"../../x\">x</a>|page]");
        assert_eq!(read("print.html"), "print");
        assert_eq!(read("a/data.js"), first);
    }

    #[test]
    fn a_comment_that_holds_nothing_is_an_error() {
        let scratch = Scratch::new();
        scratch.file("a.html", "<!--bestiary 7-->");
        assert!(Held::default().put_in(scratch.path()).is_err());
    }
}
