//! `{{#exercise three-clerks}}`: what to do, hints one inside the other, and the command that
//! looks at what the reader has done.

use super::{Context, Directive, Placed};
use crate::exercises::Exercise as Text;
use crate::held::Held;
use crate::html::{escaped, with_code};
use anyhow::Result;
use pulldown_cmark::{Options, Parser};
use std::ops::RangeInclusive;

pub(super) struct Exercise;

impl Directive for Exercise {
    fn name(&self) -> &'static str {
        "exercise"
    }

    fn form(&self) -> &'static str {
        "{{#exercise NAME}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, _: &mut Held) -> Result<String> {
        let exercise = Text::find(cx.chapter, &call.words[0])?;
        let id = format!("exercise-{}", exercise.name);
        Ok(format!(
            "<section class=\"exercise\" aria-labelledby=\"{id}\">\n\
             <h3 id=\"{id}\"><a class=\"header\" href=\"#{id}\">{}</a></h3>\n\
             <p class=\"exercise-level\">{}</p>\n\
             {}{}\
             <p class=\"exercise-check\"><code>{}</code></p>\n\
             </section>",
            with_code(&exercise.title),
            level(exercise.level),
            markdown(&exercise.task),
            hints(&exercise.hints),
            escaped(&exercise.command(cx.chapter)),
        ))
    }
}

fn level(level: u8) -> String {
    let words = ["a short one", "a longer one", "a hard one"];
    let word = words[usize::from(level.clamp(1, 3)) - 1];
    let filled = "\u{25cf}".repeat(level.into());
    let empty = "\u{25cb}".repeat(3_usize.saturating_sub(level.into()));
    format!("<span aria-hidden=\"true\">{filled}{empty}</span> {word}")
}

/// Each hint holds the next: nobody opens the last one by accident.
fn hints(hints: &[String]) -> String {
    let count = hints.len();
    let mut out = String::new();
    for (n, hint) in hints.iter().enumerate().rev() {
        let summary = if count == 1 {
            "A hint".to_owned()
        } else {
            format!("Hint {} of {count}", n + 1)
        };
        out = format!(
            "<details class=\"hint\"><summary>{summary}</summary>\n{}{out}</details>\n",
            markdown(hint)
        );
    }
    out
}

fn markdown(text: &str) -> String {
    let mut out = String::new();
    let options = Options::ENABLE_SMART_PUNCTUATION | Options::ENABLE_TABLES;
    pulldown_cmark::html::push_html(&mut out, Parser::new_ext(text, options));
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    const TOML: &str = "title = \"`converse` & co.\"\nlevel = 2\nfiles = [\"src/lib.rs\"]\n\
        task = \"\"\"\nDo *this*.\n\nAnd `a<b`.\n\"\"\"\nhints = [\"One.\", \"Two.\"]\nafter = \"Well.\"\n";

    fn html(line: &str) -> Result<String> {
        let scratch = Scratch::two(&[("exercises/a-task/exercise.toml", TOML)], &[]);
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, &workspace.chapters()[0]);
        render(&scan(line).0[0], &cx, &mut Held::default())
    }

    #[test]
    fn an_exercise_shows_its_task_and_command_and_hides_its_explanation() {
        let html = html("{{#exercise a-task}}").unwrap();
        assert!(
            html.contains(
                "<h3 id=\"exercise-a-task\"><a class=\"header\" href=\"#exercise-a-task\"><code>converse</code> &amp; co.</a></h3>"
            ),
            "{html}"
        );
        assert!(
            html.contains("<p>Do <em>this</em>.</p>\n<p>And <code>a&lt;b</code>.</p>"),
            "{html}"
        );
        assert!(html.contains("<code>cargo bestiary check 1 a-task</code>"), "{html}");
        assert!(html.contains("a longer one"));
        assert!(!html.contains("Well."));
    }

    #[test]
    fn a_hint_holds_the_next() {
        let html = html("{{#exercise a-task}}").unwrap();
        let hints = "<details class=\"hint\"><summary>Hint 1 of 2</summary>\n<p>One.</p>\n\
            <details class=\"hint\"><summary>Hint 2 of 2</summary>\n<p>Two.</p>\n</details>\n</details>";
        assert!(html.contains(hints), "{html}");
    }

    #[test]
    fn an_exercise_that_is_not_there_is_an_error_with_its_remedy() {
        let error = html("{{#exercise a-tsk}}").unwrap_err().to_string();
        assert!(error.contains("did you mean `a-task`?"), "{error}");
    }
}
