//! `{{#break undrained-edge}}`: one thing forgotten, and what came of it.

use super::diff;
use super::{Context, Directive, Placed};
use crate::breaks::Break;
use crate::changes::FileChange;
use crate::held::Held;
use crate::html::{self, escaped, with_code};
use anyhow::Result;
use std::fmt::Write;
use std::ops::RangeInclusive;

/// How many unchanged lines stand around what is forgotten.
const CONTEXT: usize = 2;

pub(super) struct BreakIt;

impl Directive for BreakIt {
    fn name(&self) -> &'static str {
        "break"
    }

    fn form(&self) -> &'static str {
        "{{#break NAME}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, _: &mut Held) -> Result<String> {
        let chapter = cx.chapter;
        let it = Break::find(chapter, &call.words[0])?;
        let changes = it.changes(chapter)?;
        let diagnosis = it.recorded(chapter)?;
        let id = format!("break-{}-{}", chapter.number, it.name);
        let mut out = format!(
            "<figure class=\"break\" id=\"{id}\" aria-labelledby=\"{id}-title\"><figcaption>\
             <span class=\"break-title\" id=\"{id}-title\"><span class=\"break-word\">Break it:</span> {}</span> \
             <span class=\"break-forget\">{}</span></figcaption>",
            with_code(&it.title),
            with_code(&it.forget),
        );
        for change in &changes {
            patch(change, &mut out);
        }
        let _ = write!(
            out,
            "<p class=\"break-run\"><code class=\"cmd\">{}</code> <span class=\"break-must\">{}</span></p>\
             <pre class=\"diagnosis\" tabindex=\"0\"><code class=\"nohighlight\">",
            escaped(&it.command(chapter)),
            it.must.does(),
        );
        told(&diagnosis, &mut out);
        out.push_str("</code></pre></figure>");
        Ok(out)
    }
}

fn patch(change: &FileChange, out: &mut String) {
    let _ = write!(
        out,
        "<p class=\"break-file\"><code>{}</code></p><pre class=\"diff\" tabindex=\"0\">",
        escaped(&change.path)
    );
    diff::hunks(change, CONTEXT, out);
    out.push_str("</pre>");
}

/// What was told, line by line. A finding is one line here, however long: the page wraps it.
fn told(text: &str, out: &mut String) {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        let hangs = line.strip_prefix(&" ".repeat(MARGIN));
        match (hangs, lines.last_mut()) {
            (Some(rest), Some((class, finding))) if !class.is_empty() => {
                finding.push(' ');
                finding.push_str(rest);
            }
            _ => lines.push((class_of(line), line.to_owned())),
        }
    }
    for (class, line) in lines {
        if class.is_empty() {
            html::escape(&line, out);
            out.push('\n');
        } else {
            let _ = writeln!(out, "<span class=\"{class}\">{}</span>", escaped(&line));
        }
    }
}

/// Where the text of a finding begins, behind the word that says what it means.
const MARGIN: usize = "wrong  ".len();

fn class_of(line: &str) -> &'static str {
    match line.split_once(' ') {
        Some(("wrong", _)) => "finding wrong",
        Some(("waits" | "sees", _)) => "finding",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    fn html(line: &str) -> Result<String> {
        let toml = "title = \"An `edge`\"\nforget = \"It reads once.\"\nprogram = \"hello\"\nmust = \"stuck\"\n";
        let patch = "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,2 +1,2 @@\n fn a() {}\n-fn b() {}\n+fn c() {}\n";
        let scratch = Scratch::two(
            &[
                ("examples/hello.rs", "fn main() {}\n"),
                ("src/lib.rs", "fn a() {}\nfn b() {}\n"),
                ("breaks/edge/break.toml", toml),
                ("breaks/edge/change.patch", patch),
                (
                    "breaks/edge/diagnosis.snap",
                    "---\nsource: x\n---\nIt waits.\n  + a\n\nwaits  <fd 1>\nwrong  a\n       b\n",
                ),
                ("breaks/fresh/break.toml", toml),
                ("breaks/fresh/change.patch", patch),
            ],
            &[],
        );
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, &workspace.chapters()[0]);
        render(&scan(line).0[0], &cx, &mut Held::default())
    }

    #[test]
    fn a_break_shows_what_is_forgotten_how_to_run_it_and_what_came_of_it() {
        let html = html("{{#break edge}}").unwrap();
        for part in [
            "<figure class=\"break\" id=\"break-1-edge\"",
            "An <code>edge</code></span>",
            "It reads once.",
            "<p class=\"break-file\"><code>src/lib.rs</code></p>",
            "<del class=\"rem\" data-o=\"2\">",
            "<ins class=\"add\" data-n=\"2\">",
            "<code class=\"cmd\">cargo bestiary break 1 edge</code> <span class=\"break-must\">gets stuck</span>",
            "It waits.\n  + a\n\n<span class=\"finding\">waits  &lt;fd 1&gt;</span>\n\
             <span class=\"finding wrong\">wrong  a b</span>\n</code></pre></figure>",
        ] {
            assert!(html.contains(part), "{part} is not in\n{html}");
        }
    }

    #[test]
    fn a_break_that_is_not_there_or_was_never_run_is_an_error() {
        let error = |line: &str| html(line).unwrap_err().to_string();
        assert!(error("{{#break edg}}").contains("did you mean `edge`?"));
        assert!(
            error("{{#break fresh}}").contains("run `cargo bestiary record 1 fresh`")
        );
    }
}
