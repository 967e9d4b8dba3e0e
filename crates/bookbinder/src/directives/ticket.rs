//! `{{#ticket}}`: what the chapter is about, as the dry cleaner's ticket.

use super::{Context, Directive, Placed};
use crate::changes;
use crate::held::Held;
use crate::html::{escaped, with_code};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::fmt::Write;
use std::ops::RangeInclusive;

pub(super) struct Ticket;

/// A chapter's `ticket.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// What happens at the counter.
    story: String,
    /// What the reader should know already.
    #[serde(default)]
    bring: Vec<String>,
    /// What the reader will know.
    #[serde(default)]
    take: Vec<String>,
    /// What is still wrong at the end.
    wrong: String,
}

impl Directive for Ticket {
    fn name(&self) -> &'static str {
        "ticket"
    }

    fn form(&self) -> &'static str {
        "{{#ticket}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        0..=0
    }

    fn render(&self, _: &Placed, cx: &Context<'_>, _: &mut Held) -> Result<String> {
        let chapter = cx.chapter;
        let path = chapter.path("ticket.toml");
        if !chapter.dir.join("ticket.toml").is_file() {
            bail!(
                "there is no {path}; write one with story = \"…\", bring = […], take = […] and wrong = \"…\""
            );
        }
        let text: Text = toml::from_str(&chapter.read("ticket.toml")?)
            .with_context(|| format!("{path} cannot be read"))?;
        let id = format!("ticket-{}", chapter.package);
        let mut out = format!(
            "<aside class=\"ticket\" aria-labelledby=\"{id}\">\n\
             <div class=\"ticket-head\"><span class=\"ticket-no\">No {:02}</span> \
             <span class=\"ticket-title\" id=\"{id}\">{}</span></div>\n\
             <p class=\"ticket-story\">{}</p>\n<dl>",
            chapter.number,
            with_code(&chapter.title),
            with_code(&text.story),
        );
        list(&mut out, "Bring", &text.bring);
        list(&mut out, "Take home", &text.take);
        let _ = writeln!(out, "<dt>Lines</dt><dd>{}</dd>", lines(cx)?);
        command(&mut out, "Run", &format!("cargo bestiary run {}", chapter.number));
        if cx.before().is_some() {
            command(&mut out, "Diff", &format!("cargo bestiary diff {}", chapter.number));
        }
        let _ = write!(
            out,
            "</dl>\n<p class=\"ticket-stub\"><span>Still wrong:</span> {}</p>\n</aside>",
            with_code(&text.wrong)
        );
        Ok(out)
    }
}

fn list(out: &mut String, title: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    let _ = write!(out, "<dt>{title}</dt>");
    for entry in entries {
        let _ = write!(out, "<dd>{}</dd>", with_code(entry));
    }
    out.push('\n');
}

fn command(out: &mut String, title: &str, command: &str) {
    let _ = writeln!(out, "<dt>{title}</dt><dd><code>{}</code></dd>", escaped(command));
}

/// How many lines of `src/` came and went.
fn lines(cx: &Context<'_>) -> Result<String> {
    let changes = cx.changes()?.iter().filter(|c| c.path.starts_with("src/"));
    let (plus, minus) = changes
        .fold((0, 0), |(p, m), c: &changes::FileChange| (p + c.plus(), m + c.minus()));
    Ok(match cx.before() {
        None => format!("<span class=\"diff-plus\">{plus}</span> in <code>src/</code>"),
        Some(before) => format!(
            "<span class=\"diff-plus\">+{plus}</span> <span class=\"diff-minus\">\u{2212}{minus}</span> \
             in <code>src/</code> since chapter {}",
            before.number
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    const TOML: &str = "story = \"One `clerk`.\"\nbring = [\"a\"]\ntake = [\"b\", \"c\"]\nwrong = \"All wait.\"\n";

    fn html(ticket: &[(&str, &str)], number: u32) -> Result<String> {
        let mut files = vec![("src/lib.rs", "1\n2\n3\n")];
        files.extend(ticket);
        let scratch =
            Scratch::two(&[("src/lib.rs", "1\n2\n"), ("ticket.toml", TOML)], &files);
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, workspace.chapter(&number.to_string()).unwrap());
        render(&scan("{{#ticket}}").0[0], &cx, &mut Held::default())
    }

    #[test]
    fn a_ticket_has_its_number_story_and_counted_lines() {
        let html = html(&[("ticket.toml", TOML)], 2).unwrap();
        for part in [
            "No 02",
            "id=\"ticket-ch02-two\">Two<",
            "One <code>clerk</code>.",
            "<dt>Take home</dt><dd>b</dd><dd>c</dd>",
            "+1</span> <span class=\"diff-minus\">\u{2212}0</span> in <code>src/</code> since chapter 1",
            "cargo bestiary diff 2",
            "All wait.",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }

    #[test]
    fn the_first_chapter_has_nothing_to_diff() {
        let html = html(&[], 1).unwrap();
        assert!(!html.contains("Diff"), "{html}");
        assert!(html.contains(">2</span> in"), "{html}");
    }

    #[test]
    fn a_missing_or_odd_file_is_an_error() {
        let error = |e: Result<String>| format!("{:#}", e.unwrap_err());
        assert!(
            error(html(&[], 2))
                .contains("there is no chapters/ch02-two/ticket.toml; write one")
        );
        let odd = error(html(&[("ticket.toml", "stroy = \"x\"\n")], 2));
        assert!(
            odd.contains("chapters/ch02-two/ticket.toml") && odd.contains("stroy"),
            "{odd}"
        );
    }
}
