//! Turns the text of the book's pages into what mdBook renders: directives into HTML, code
//! fences into coloured code, links to a `README.md` into links to its page.

use crate::beasts::Beasts;
use crate::directives::{self, Context, Outside};
use crate::held::Held;
use crate::highlight;
use crate::listing::{self, Row, RowKind};
use crate::markdown::{self, Fence};
use crate::{Chapter, Problem, Workspace, code_page, html};
use mdbook_preprocessor::book::{Book, BookItem, Chapter as Page};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Our preprocessor. It is called `links`, and so replaces mdBook's own of that name, which
/// shows an empty block where an include points at nothing, and goes on.
pub(crate) struct Pages {
    pub workspace: Workspace,
    pub outcome: Arc<Mutex<Outcome>>,
}

/// What comes of a run beside the book itself.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The HTML to put in at the end.
    pub held: Held,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
    /// The pages of whole code, which the search must leave out.
    pub code_pages: Vec<String>,
}

impl Preprocessor for Pages {
    fn name(&self) -> &str {
        "links"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut outcome = self.outcome.lock().unwrap_or_else(|e| e.into_inner());
        let (beasts, problems) = Beasts::read(&self.workspace);
        outcome.problems.extend(problems);
        book.for_each_mut(|item| {
            if let BookItem::Chapter(page) = item {
                self.page(page, &beasts, &mut outcome);
            }
        });
        Ok(book)
    }
}

impl Pages {
    fn page(&self, page: &mut Page, beasts: &Beasts, outcome: &mut Outcome) {
        let Some(source) = page.source_path.clone() else {
            return;
        };
        let path = self.workspace.root().join("chapters").join(&source);
        let file = self.workspace.relative(&path);
        let chapter = self.workspace.owner(&path);
        if page.content.trim().is_empty() {
            outcome.problems.push(Problem::in_file(&*file, "the page is empty; write its text, or take it out of chapters/SUMMARY.md"));
            return;
        }
        let beside = self.workspace.crate_beside(&path);
        let place = match chapter {
            Some(chapter) => {
                Place::In(Context::of(&self.workspace, chapter).with_beasts(beasts))
            }
            None => {
                let code = beside.as_ref().map(Context::beside);
                Place::Outside(Outside { file: &file, beasts, code })
            }
        };
        let (linked, met) = beasts.link(&page.content, &file, &mut outcome.problems);
        page.content = text(&linked, &file, &place, outcome);
        if !met.is_empty() {
            // On paper nothing can be pointed at.
            let previews = beasts.previews(&met);
            let comment = outcome.held.hold_with_print(previews, String::new());
            push_block(&comment, &mut page.content);
        }
        if let Some(chapter) = chapter
            && source.file_name().is_some_and(|n| n == "README.md")
        {
            match self.code_page(page, chapter, outcome) {
                Ok(sub_page) => page.sub_items.push(BookItem::Chapter(sub_page)),
                Err(e) => outcome
                    .problems
                    .push(Problem::in_file(chapter.path(""), format!("{e:#}"))),
            }
        }
    }

    /// The page of a chapter's whole code, to stand below the chapter.
    fn code_page(
        &self,
        parent: &Page,
        chapter: &Chapter,
        outcome: &mut Outcome,
    ) -> Result<Page> {
        let path = format!("{}/code.md", chapter.package);
        let text = code_page::page(chapter, &mut outcome.held)?;
        let mut names = parent.parent_names.clone();
        names.push(parent.name.clone());
        let mut page = Page::new(code_page::TITLE, text, Path::new(&path), names);
        page.source_path = None;
        // A number below its chapter's makes mdBook indent it below its chapter.
        page.number = parent.number.as_ref().map(|number| {
            let next = u32::try_from(parent.sub_items.len()).unwrap_or(u32::MAX);
            number.iter().copied().chain([next.saturating_add(1)]).collect()
        });
        outcome.code_pages.push(path);
        Ok(page)
    }
}

/// Where a text stands.
enum Place<'a> {
    /// In a chapter.
    In(Context<'a>),
    /// On a page that is no chapter's.
    Outside(Outside<'a>),
}

/// The text of one page, ready for mdBook.
fn text(text: &str, file: &str, place: &Place<'_>, outcome: &mut Outcome) -> String {
    let (calls, wrong) = directives::scan(text);
    let problem = |(line, what)| Problem::at(file, line, what);
    outcome.problems.extend(wrong.into_iter().map(problem));
    let fences = markdown::fences(text);
    let code = markdown::code_lines(text);
    let mut out = String::with_capacity(text.len() * 2);
    let mut skip_to = 0;
    for (n, line) in text.lines().enumerate().map(|(n, line)| (n + 1, line)) {
        if n < skip_to {
            continue;
        }
        if let Some(call) = calls.iter().find(|c| c.line == n) {
            let rendered = match place {
                Place::In(cx) => directives::render(call, cx, &mut outcome.held),
                Place::Outside(page) => {
                    directives::render_outside(call, page, &mut outcome.held)
                }
            };
            match rendered {
                Ok(html) => push_block(&html, &mut out),
                Err(e) => {
                    let problem = Problem::at(file, n, format!("{}: {e:#}", call.text));
                    // Only a draft is ever seen with this in it.
                    push_block(
                        &format!(
                            "<p class=\"problem\">{}</p>",
                            html::escaped(&problem.to_string())
                        ),
                        &mut out,
                    );
                    outcome.problems.push(problem);
                }
            }
        } else if let Some(fence) = fences.iter().find(|f| f.line == n) {
            if let Err(what) = allowed(fence) {
                outcome.problems.push(Problem::at(file, n, what));
            }
            match fence.end {
                Some(end) if fence.at_margin => {
                    push_block(&coloured(fence), &mut out);
                    skip_to = end + 1;
                }
                _ => push_line(&clean_opening(line, fence), &mut out),
            }
        } else if code[n - 1] {
            push_line(line, &mut out);
        } else {
            push_line(&markdown::readme_links(line), &mut out);
        }
    }
    out
}

fn push_line(line: &str, out: &mut String) {
    out.push_str(line);
    out.push('\n');
}

fn push_block(html: &str, out: &mut String) {
    out.push('\n');
    out.push_str(&html::block(html));
    out.push_str("\n\n");
}

/// May this fence stand in the book?
fn allowed(fence: &Fence<'_>) -> Result<(), String> {
    if fence.end.is_none() {
        return Err(format!(
            "```{}: the fence is not closed; a line of ``` is missing",
            fence.language
        ));
    }
    let remedy = match fence.language {
        "rust" | "rs" => "{{#item src/…}} or {{#item examples/…}}",
        "python" | "py" => "{{#python NAME}} or {{#item python/…}}",
        "sh" => return markdown::command_kind(fence).map(|_| ()),
        _ => return Ok(()),
    };
    if fence.flags == ["sketch"] {
        return Ok(());
    }
    Err(format!(
        "```{0}: code in the book is code that runs; show it with {remedy}, \
         or mark what is not meant to run as ```{0},sketch",
        fence.language
    ))
}

/// A fence as HTML, coloured here and not by a script.
fn coloured(fence: &Fence<'_>) -> String {
    let code = fence.code();
    let lines = highlight::language(fence.language, &code);
    let rows: Vec<Row<'_>> = lines
        .into_iter()
        .enumerate()
        .map(|(n, pieces)| Row { number: n + 1, kind: RowKind::Plain, pieces, id: None })
        .collect();
    if fence.has("sketch") {
        return format!(
            "<figure class=\"sketch\"><figcaption>sketch</figcaption>{}</figure>",
            listing::pre(&rows)
        );
    }
    let language = if fence.language.is_empty() { "text" } else { fence.language };
    let mut out = format!(
        "<pre tabindex=\"0\"><code class=\"language-{} nohighlight\">",
        html::escaped(language)
    );
    for row in &rows {
        for piece in &row.pieces {
            highlight::write(*piece, None, &mut out);
        }
        out.push('\n');
    }
    out.push_str("</code></pre>");
    out
}

/// The opening line of a fence within a list, with our flags taken out.
fn clean_opening(line: &str, fence: &Fence<'_>) -> String {
    match line.find(['`', '~']) {
        Some(at) => {
            let marker: String =
                line[at..].chars().take_while(|c| matches!(c, '`' | '~')).collect();
            format!("{}{marker}{}", &line[..at], fence.language)
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beasts::NONE;
    use crate::testing::Scratch;

    fn bind(source: &str) -> (String, Vec<String>) {
        let scratch = Scratch::two(&[("src/lib.rs", "/// A.\n\nfn a() {}\n")], &[]);
        let workspace = scratch.workspace();
        let place = Place::In(Context::of(&workspace, &workspace.chapters()[0]));
        let mut outcome = Outcome::default();
        let out = text(source, "x.md", &place, &mut outcome);
        (out, outcome.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_directive_becomes_a_block_without_blank_lines() {
        let (out, problems) = bind("a\n{{#item src/lib.rs}}\nb\n");
        assert!(problems.is_empty(), "{problems:?}");
        let block = out.strip_prefix("a\n\n").unwrap().strip_suffix("\n\nb\n").unwrap();
        assert!(block.starts_with("<figure class=\"listing\">"));
        assert!(block.lines().all(|l| !l.trim().is_empty()));
    }

    #[test]
    fn problems_name_file_line_and_directive_and_are_all_there() {
        let (_, problems) =
            bind("{{#item src/lib.rs b}}\n\n{{#itme}}\n```rust\nlet x;\n```\n");
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems.iter().any(|p| p.starts_with(
                "x.md:1: {{#item src/lib.rs b}}: no item `b` in src/lib.rs"
            )),
            "{problems:?}"
        );
        assert!(
            problems
                .iter()
                .any(|p| p
                    .starts_with("x.md:4: ```rust: code in the book is code that runs")),
            "{problems:?}"
        );
    }

    #[test]
    fn command_fences_lose_their_flags_and_get_a_class() {
        let (out, problems) = bind("```sh,server\ncargo run # x\n\nls\n```\n");
        assert!(problems.is_empty());
        assert_eq!(
            out.trim(),
            "<pre tabindex=\"0\"><code class=\"language-sh nohighlight\">cargo run <span class=\"t-comment\"># x</span>&#10;\nls\n</code></pre>"
        );
        let (_, problems) = bind("```sh,sever\nx\n```\n");
        assert!(problems[0].contains("`server`"), "{problems:?}");
    }

    #[test]
    fn a_fence_in_a_list_stays_markdown() {
        let (out, _) = bind("- a\n\n  ```sh,server\n  ls\n  ```\n");
        assert!(out.contains("  ```sh\n  ls\n  ```"), "{out}");
    }

    #[test]
    fn sketches_are_labelled_and_other_code_is_refused() {
        let (out, problems) = bind("```rust,sketch\nlet x;\n```\n");
        assert!(problems.is_empty());
        assert!(out.contains("<figure class=\"sketch\"><figcaption>sketch</figcaption>"));
        assert_eq!(bind("```python\nx\n```\n").1.len(), 1);
        assert_eq!(bind("```rust,ignore\nx\n```\n").1.len(), 1);
        assert!(bind("```text\nx\n").1[0].contains("not closed"));
    }

    #[test]
    fn a_directive_outside_a_chapter_is_refused() {
        let mut outcome = Outcome::default();
        let file = "chapters/front.md";
        let place = Place::Outside(Outside { file, beasts: &NONE, code: None });
        text("{{#ticket}}\n", file, &place, &mut outcome);
        assert!(outcome.problems[0].to_string().contains("only the text of a chapter"));
    }
}
