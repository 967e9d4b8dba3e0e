//! `{{#item src/net.rs TcpListener::bind}}`: an item's code, marked against the chapter before.

use super::selection::Selection;
use super::{Context, Directive, Outside, Placed, Shown};
use crate::held::{Held, ROOT};
use crate::listing::{self, Row, RowKind};
use crate::{changes, highlight, html};
use anyhow::{Result, bail};
use std::fmt::Write;
use std::ops::RangeInclusive;

pub(super) struct Item;

impl Directive for Item {
    fn name(&self) -> &'static str {
        "item"
    }

    fn form(&self) -> &'static str {
        "{{#item FILE [NAME] [from=\"first line\"] [to=\"last line\"] [cfg=\"linux\"] [chapter=\"1\"]}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=usize::MAX - 1
    }

    fn keys(&self) -> &'static [&'static str] {
        &["from", "to", "cfg", "chapter"]
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        match call.key("chapter") {
            None => Selection::of(call, cx)?.figure("listing", cx, held),
            Some(number) => {
                let cx = earlier(number, cx)?;
                Selection::of(call, &cx)?.figure("listing earlier", &cx, held)
            }
        }
    }

    fn render_outside(
        &self,
        call: &Placed,
        page: &Outside<'_>,
        held: &mut Held,
    ) -> Result<String> {
        let Some(cx) = &page.code else {
            bail!(
                "there is no crate whose code it could show; a chapter has one, and a page that is \
                 the README.md of one"
            );
        };
        self.render(call, cx, held)
    }

    fn shows(&self, call: &Placed, cx: &Context<'_>) -> Result<Vec<Shown>> {
        if call.key("chapter").is_some() {
            return Ok(Vec::new());
        }
        Ok(vec![Selection::of(call, cx)?.shown(call.line)])
    }
}

/// The context in which code of an earlier chapter is shown as it was: with nothing to compare
/// it with.
fn earlier<'a>(number: &str, cx: &Context<'a>) -> Result<Context<'a>> {
    let found = cx.earlier.iter().find(|c| number.parse() == Ok(c.number));
    let Some(chapter) = found else {
        bail!("chapter=\"{number}\" is no chapter before chapter {}", cx.chapter.number);
    };
    Ok(Context::alone(chapter))
}

impl Selection {
    /// The listing as a figure of this class.
    pub(super) fn figure(
        &self,
        class: &str,
        cx: &Context<'_>,
        held: &mut Held,
    ) -> Result<String> {
        let mut out = format!("<figure class=\"{class}\"><figcaption>");
        out.push_str(&self.path_link(cx, held));
        if !self.what.is_empty() {
            let _ = write!(
                out,
                " <span class=\"what\">{}</span>",
                html::escaped(self.caption_name())
            );
        }
        let (first, last) = (*self.lines.start(), *self.lines.end());
        let _ = write!(
            out,
            " <span class=\"where\">{}</span>",
            listing::line_span(first, last)
        );
        if class.ends_with("earlier") {
            let _ = write!(
                out,
                " <span class=\"since\">in chapter {}</span>",
                cx.chapter.number
            );
        }
        if let Some(since) = self.since(cx)? {
            let _ = write!(out, " <span class=\"since\">{since}</span>");
        }
        out.push_str("</figcaption>");
        out.push_str(&listing::pre(&self.rows()));
        out.push_str("</figure>");
        Ok(out)
    }

    fn caption_name(&self) -> &str {
        if self.what == "//!" { "the head of the file" } else { &self.what }
    }

    /// The file's name, with a link to the line on the page of the chapter's whole code, if there
    /// is one.
    fn path_link(&self, cx: &Context<'_>, held: &mut Held) -> String {
        let anchor = listing::anchor(&self.file, Some(*self.lines.start()));
        let file = html::escaped(&self.file);
        if !cx.has_code_page || !crate::code_page::has(&self.file) {
            return format!("<span class=\"path\">{file}</span>");
        }
        let package = &cx.chapter.package;
        held.hold(format!(
            "<a class=\"path\" href=\"{ROOT}{package}/code.html#{anchor}\">{file}</a>"
        ))
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let new = highlight::file(&self.file, &self.text);
        let old = highlight::file(&self.file, &self.old_text);
        let struck = |before: usize| {
            let old = &old;
            self.struck.iter().filter(move |(_, b)| *b == before).map(move |(n, _)| Row {
                number: *n,
                kind: RowKind::Old,
                pieces: old[n - 1].clone(),
                id: None,
            })
        };
        let mut rows = Vec::new();
        for number in self.lines.clone() {
            rows.extend(struck(number));
            let is_new = self.new.binary_search(&number).is_ok();
            rows.push(Row {
                number,
                kind: if is_new { RowKind::New } else { RowKind::Plain },
                pieces: new[number - 1].clone(),
                id: None,
            });
        }
        rows.extend(struck(self.lines.end() + 1));
        listing::dedent(&mut rows);
        rows
    }

    /// What the caption says about the listing as a whole: `new`, or `unchanged since chapter 2`.
    fn since(&self, cx: &Context<'_>) -> Result<Option<String>> {
        if cx.before().is_none() || cx.change(&self.file)?.is_none() {
            return Ok(None);
        }
        if self.new.len() == self.lines.clone().count() && self.struck.is_empty() {
            return Ok(Some("new".to_owned()));
        }
        if !self.new.is_empty() || !self.struck.is_empty() {
            return Ok(None);
        }
        let normal = changes::normalised(cx.chapter, &self.text);
        let lines: Vec<&str> = normal.lines().collect();
        let ours = &lines[self.lines.start() - 1..*self.lines.end()];
        let mut since = None;
        for chapter in &cx.earlier {
            let Ok(text) = chapter.read(&self.file) else { break };
            let normal = changes::normalised(chapter, &text);
            let lines: Vec<&str> = normal.lines().collect();
            if !lines.windows(ours.len()).any(|w| w == ours) {
                break;
            }
            since = Some(format!("unchanged since chapter {}", chapter.number));
        }
        Ok(since)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, render_outside, scan};
    use super::*;
    use crate::beasts;
    use crate::testing::Scratch;

    const OLD: &str = "//! Head.\n\nuse ch01_one::x;\n\n/// Adds.\nfn add(a: u8) -> u8 {\n    let b = a;\n    b + 1\n}\n\nfn gone() {}\n\nfn same() {\n    x();\n}\n";
    const NEW: &str = "//! Head.\n\nuse ch02_two::x;\n\n/// Adds.\nfn add(a: u8) -> u8 {\n    let c = a;\n    log();\n    c + 1\n}\n\nfn same() {\n    x();\n}\n\nfn fresh() {}\n";

    fn scratch() -> Scratch {
        Scratch::two(
            &[("src/net.rs", OLD)],
            &[("src/net.rs", NEW), ("examples/e.rs", "fn main() {}\n")],
        )
    }

    fn html(scratch: &Scratch, chapter: u32, line: &str) -> Result<String> {
        let workspace = scratch.workspace();
        let chapter = workspace.chapter(&chapter.to_string()).unwrap();
        let cx = Context::of(&workspace, chapter);
        render(&scan(line).0[0], &cx, &mut Held::default())
    }

    /// The listing's lines as text: `+` for new ones, `-` for struck ones.
    fn plain(html: &str) -> Vec<String> {
        let body =
            html.split("nohighlight\">").nth(1).unwrap().split("</code>").next().unwrap();
        body.lines()
            .map(|line| {
                let sign = if line.contains("class=\"l new\"") {
                    "+"
                } else if line.contains("class=\"l old\"") {
                    "-"
                } else {
                    " "
                };
                let mut text = String::new();
                let mut tag = false;
                for c in line.chars() {
                    match c {
                        '<' => tag = true,
                        '>' => tag = false,
                        c if !tag => text.push(c),
                        _ => {}
                    }
                }
                format!("{sign}{text}")
            })
            .collect()
    }

    #[test]
    fn changed_lines_are_marked_and_gone_ones_struck_in_place() {
        let html = html(&scratch(), 2, "{{#item src/net.rs add}}").unwrap();
        assert_eq!(
            plain(&html),
            [
                " /// Adds.",
                " fn add(a: u8) -&gt; u8 {",
                "-    let b = a;",
                "-    b + 1",
                "+    let c = a;",
                "+    log();",
                "+    c + 1",
                " }",
            ]
        );
        assert!(html.contains("<span class=\"what\">add</span> <span class=\"where\">lines 5\u{2013}10</span>"));
        assert!(!html.contains("since"));
    }

    #[test]
    fn a_neighbour_that_is_gone_is_not_struck_here() {
        let html = html(&scratch(), 2, "{{#item src/net.rs same}}").unwrap();
        assert_eq!(plain(&html), [" fn same() {", "     x();", " }"]);
        assert!(
            html.contains("<span class=\"since\">unchanged since chapter 1</span>"),
            "{html}"
        );
    }

    #[test]
    fn a_new_item_says_so() {
        let html = html(&scratch(), 2, "{{#item src/net.rs fresh}}").unwrap();
        assert_eq!(plain(&html), ["+fn fresh() {}"]);
        assert!(html.contains("<span class=\"since\">new</span>"));
    }

    #[test]
    fn nothing_is_marked_in_the_first_chapter() {
        let html = html(&scratch(), 1, "{{#item src/net.rs gone}}").unwrap();
        assert_eq!(plain(&html), [" fn gone() {}"]);
        assert!(!html.contains("since"));
    }

    #[test]
    fn a_part_takes_its_removed_lines_along_once() {
        let first =
            html(&scratch(), 2, "{{#item src/net.rs add to=\"fn add(a: u8)\"}}").unwrap();
        assert_eq!(plain(&first), [" /// Adds.", " fn add(a: u8) -&gt; u8 {"]);
        let second =
            html(&scratch(), 2, "{{#item src/net.rs add from=\"let c = a;\"}}").unwrap();
        let lines = plain(&second);
        assert_eq!(lines[..2], ["-    let b = a;", "-    b + 1"].map(String::from));
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn heads_whole_files_and_programs_are_shown() {
        let head = html(&scratch(), 2, "{{#item src/net.rs //!}}").unwrap();
        assert_eq!(plain(&head), [" //! Head."]);
        let program = html(&scratch(), 2, "{{#item examples/e.rs}}").unwrap();
        assert_eq!(plain(&program), [" fn main() {}"]);
        let manifest = html(&scratch(), 2, "{{#item Cargo.toml}}").unwrap();
        assert!(manifest.contains("[package]"));
    }

    #[test]
    fn a_wrong_name_or_part_is_an_error_with_a_remedy() {
        let error = |line: &str| html(&scratch(), 2, line).unwrap_err().to_string();
        assert_eq!(
            error("{{#item src/net.rs fesh}}"),
            "no item `fesh` in src/net.rs; did you mean `fresh`?"
        );
        assert!(
            error("{{#item src/net.rs add from=\"let d = a;\"}}")
                .contains("did you mean `let c = a;`?")
        );
        assert!(
            error("{{#item src/net.rs from=\"}\"}}")
                .contains("fits lines 10, 14; give the text of a line")
        );
        assert!(error("{{#item Cargo.toml name}}").contains("leave out `name`"));
    }

    #[test]
    fn code_of_an_earlier_chapter_is_shown_as_it_was() {
        let old = html(&scratch(), 2, "{{#item src/net.rs gone chapter=\"1\"}}").unwrap();
        assert_eq!(plain(&old), [" fn gone() {}"]);
        assert!(old.contains("in chapter 1"));
        let error =
            html(&scratch(), 2, "{{#item src/net.rs add chapter=\"2\"}}").unwrap_err();
        assert!(error.to_string().contains("no chapter before chapter 2"));
    }

    #[test]
    fn the_first_method_brings_the_line_that_opens_its_impl() {
        let old = "struct A;\n";
        let new = "struct A;\n\nimpl A {\n    fn a() {}\n\n    fn b() {}\n}\n";
        let scratch = Scratch::two(&[("src/a.rs", old)], &[("src/a.rs", new)]);
        let first = html(&scratch, 2, "{{#item src/a.rs A::a}}").unwrap();
        assert_eq!(plain(&first), ["+impl A {", "+    fn a() {}"]);
        let second = html(&scratch, 2, "{{#item src/a.rs A::b}}").unwrap();
        assert_eq!(plain(&second), ["+fn b() {}"]);
    }

    #[test]
    fn a_page_that_is_no_chapters_shows_the_code_beside_it() {
        let scratch = scratch();
        scratch.file("chapters/shared/Cargo.toml", "[package]\nname = \"shared\"\n");
        scratch.file("chapters/shared/src/main.rs", "fn a() {}\n\nfn b() {}\n");
        let workspace = scratch.workspace();
        let code = workspace.crate_beside("chapters/shared/README.md".as_ref()).unwrap();
        let html = |line: &str, code: Option<Context<'_>>| {
            let page = Outside { file: "x.md", beasts: &beasts::NONE, code };
            render_outside(&scan(line).0[0], &page, &mut Held::default())
        };
        let b = html("{{#item src/main.rs b}}", Some(Context::beside(&code))).unwrap();
        assert_eq!(plain(&b), [" fn b() {}"]);
        assert!(b.contains("<span class=\"path\">src/main.rs</span>"), "{b}");
        let error = |line: &str, code| html(line, code).unwrap_err().to_string();
        assert_eq!(
            error("{{#item src/main.rs c}}", Some(Context::beside(&code))),
            "no item `c` in src/main.rs; there are `a`, `b`"
        );
        assert!(
            error("{{#item src/main.rs b}}", None)
                .contains("there is no crate whose code")
        );
        assert!(
            error("{{#diff}}", Some(Context::beside(&code)))
                .contains("only the text of a chapter")
        );
    }

    #[test]
    fn one_of_two_items_is_chosen_by_its_cfg() {
        let source = "#[cfg(target_os = \"linux\")]\nfn wait() {}\n#[cfg(not(target_os = \"linux\"))]\nfn wait() {}\n";
        let scratch = Scratch::two(&[("src/sys.rs", source)], &[]);
        assert!(html(&scratch, 1, "{{#item src/sys.rs wait}}").is_err());
        let found = html(&scratch, 1, "{{#item src/sys.rs wait cfg=\"linux\"}}").unwrap();
        assert!(found.contains("lines 1\u{2013}2"));
    }
}
