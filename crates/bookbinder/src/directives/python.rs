//! `{{#python print_future}}`: a Python program beside its Rust twin.

use super::output::{Program, Run};
use super::selection::Selection;
use super::{Context, Directive, Placed, Shown};
use crate::held::Held;
use anyhow::{Result, bail};
use std::ops::RangeInclusive;

pub(super) struct Python;

impl Directive for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn form(&self) -> &'static str {
        "{{#python NAME [differs] [from=\"first line\"] [to=\"last line\"]}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn flags(&self) -> &'static [&'static str] {
        &["differs"]
    }

    fn keys(&self) -> &'static [&'static str] {
        &["from", "to"]
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        let name = &call.words[0];
        let source = listing(call, cx, held)?;
        let (python, rust) = twins(name, call, cx)?;
        let same = python.recorded(cx.chapter)? == rust.recorded(cx.chapter)?;
        let outputs = match (same, call.has("differs")) {
            (true, false) => format!(
                "{}<p class=\"same\">Its Rust twin, <code>examples/{name}.rs</code>, prints the same.</p>",
                python.figure(cx.chapter)?
            ),
            (false, true) => format!(
                "<div class=\"sides\">{}{}</div>",
                python.figure(cx.chapter)?,
                rust.figure(cx.chapter)?
            ),
            (true, true) => bail!(
                "{} and {} are the same; leave out `differs`",
                python.snapshot(),
                rust.snapshot()
            ),
            (false, false) => bail!(
                "{} and {} differ; add `differs`, and say in the text why",
                python.snapshot(),
                rust.snapshot()
            ),
        };
        Ok(format!("<div class=\"twin\">{source}{outputs}</div>"))
    }

    fn shows(&self, call: &Placed, cx: &Context<'_>) -> Result<Vec<Shown>> {
        Ok(vec![source(call, cx)?.shown(call.line)])
    }

    fn runs(&self, call: &Placed, cx: &Context<'_>) -> Result<Vec<Run>> {
        let (python, rust) = twins(&call.words[0], call, cx)?;
        Ok(vec![python, rust])
    }
}

fn source(call: &Placed, cx: &Context<'_>) -> Result<Selection> {
    Selection::whole(&format!("python/{}.py", call.words[0]), call, cx)
}

/// The lines that the author chose. If those are not all, the whole program is folded behind them.
fn listing(call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
    let mut source = source(call, cx)?;
    let mut shown = source.figure("listing python", cx, held)?;
    let all = 1..=source.text.lines().count();
    if source.lines != all {
        source.lines = all;
        let whole = source.figure("listing python", cx, held)?;
        shown.push_str(&format!(
            "<details><summary>The whole program</summary>{whole}</details>"
        ));
    }
    Ok(shown)
}

/// The runs of the Python program and of its Rust twin.
fn twins(name: &str, call: &Placed, cx: &Context<'_>) -> Result<(Run, Run)> {
    let rust = Run::example(name, call.line, cx.chapter)?;
    Ok((Run::new(Program::Python(name.to_owned()), call.line), rust))
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    fn html(python: &str, line: &str) -> Result<String> {
        let scratch = Scratch::two(
            &[
                ("examples/nap.rs", "fn main() {}\n"),
                ("python/nap.py", "import os\n\nprint('a')\n"),
                ("outputs/nap.snap", "---\nsource: x\n---\na\n"),
                ("outputs/nap.py.snap", &format!("---\nsource: x\n---\n{python}\n")),
            ],
            &[],
        );
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, &workspace.chapters()[0]);
        render(&scan(line).0[0], &cx, &mut Held::default())
    }

    #[test]
    fn equal_outputs_are_shown_once_and_said_to_be_equal() {
        let html = html("a", "{{#python nap}}").unwrap();
        assert!(
            html.starts_with("<div class=\"twin\"><figure class=\"listing python\">"),
            "{html}"
        );
        assert!(html.contains("<span class=\"path\">python/nap.py</span>"), "{html}");
        assert_eq!(html.matches("<figure class=\"output\">").count(), 1);
        assert!(html.contains("python3 chapters/ch01-one/python/nap.py"));
        assert!(html.contains("prints the same"));
    }

    #[test]
    fn different_outputs_stand_side_by_side() {
        let html = html("b", "{{#python nap differs}}").unwrap();
        assert!(html.contains("<div class=\"sides\"><figure class=\"output\">"));
        assert_eq!(html.matches("<figure class=\"output\">").count(), 2);
    }

    #[test]
    fn of_a_long_program_a_part_is_shown_and_the_whole_is_folded() {
        let html = html("a", "{{#python nap from=\"print\"}}").unwrap();
        let (part, rest) = html.split_once("<details>").unwrap();
        assert!(part.contains("line 3") && !part.contains("import"), "{part}");
        assert!(rest.contains("The whole program</summary>"), "{rest}");
        assert!(rest.contains("lines 1\u{2013}3") && rest.contains("import"), "{rest}");
    }

    #[test]
    fn the_flag_and_the_outputs_must_agree() {
        let error = |python, line| html(python, line).unwrap_err().to_string();
        assert!(error("b", "{{#python nap}}").contains("add `differs`"));
        assert!(error("a", "{{#python nap differs}}").contains("leave out `differs`"));
        assert!(error("a", "{{#python map}}").contains("python/map.py"));
    }
}
