//! `{{#trace second-customer}}`: a recorded run, step by step.

use super::{Context, Directive, Placed, scan};
use crate::held::Held;
use crate::trace::{self, Trace};
use anyhow::{Result, bail};
use std::ops::RangeInclusive;

pub(super) struct Replay;

impl Directive for Replay {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn form(&self) -> &'static str {
        "{{#trace NAME}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        let name = &call.words[0];
        let trace = Trace::of(cx.chapter, name)?;
        // Twice on a page, it would give every `id` twice.
        let (calls, _) = scan(&cx.chapter.text()?);
        let same = |c: &&Placed| c.name == self.name() && c.words.first() == Some(name);
        if let Some(first) =
            calls.iter().find(same).filter(|first| first.line < call.line)
        {
            bail!(
                "this trace stands on line {} already; refer the reader to it",
                first.line
            );
        }
        Ok(held.hold(trace::figure(&trace, cx.chapter)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    fn scratch(text: &str) -> Scratch {
        let toml = "program = \"nap\"\ntitle = \"A nap\"\nabout = \"It naps.\"\n";
        let json = "[\n{\"n\":1,\"actor\":\"clerk\",\"verb\":\"park\",\"at\":{\"file\":\"src/lib.rs\",\"line\":1}}\n]\n";
        Scratch::two(
            &[
                ("README.md", text),
                ("examples/nap.rs", "fn main() {}\n"),
                ("src/lib.rs", "fn a() { trace!(\"park\"); }\n"),
                ("traces/nap.toml", toml),
                ("traces/nap.json", json),
            ],
            &[],
        )
    }

    fn last(text: &str) -> Result<String> {
        let scratch = scratch(text);
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, &workspace.chapters()[0]);
        render(scan(text).0.last().unwrap(), &cx, &mut Held::default())
    }

    #[test]
    fn a_trace_is_held_back() {
        assert_eq!(last("# One\n\n{{#trace nap}}\n").unwrap(), "<!--bestiary 0-->");
    }

    #[test]
    fn a_trace_that_is_not_there_or_there_twice_is_an_error() {
        let error = |text: &str| last(text).unwrap_err().to_string();
        assert!(error("{{#trace nup}}\n").contains("did you mean `nap`?"));
        assert!(
            error("{{#trace nap}}\n\n{{#trace nap}}\n").contains("on line 1 already")
        );
    }
}
