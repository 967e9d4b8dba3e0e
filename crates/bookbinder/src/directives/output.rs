//! `{{#output print_future}}`: what a program printed when it was run and recorded.

use super::{Context, Directive, Placed};
use crate::held::Held;
use crate::html;
use crate::{Chapter, near};
use anyhow::{Context as _, Result, bail};
use std::ops::RangeInclusive;

pub(super) struct Output;

impl Directive for Output {
    fn name(&self) -> &'static str {
        "output"
    }

    fn form(&self) -> &'static str {
        "{{#output EXAMPLE [via=\"strace\"] [args=\"…\"] [env=\"K=V\"] [ledger] [measured] [release]}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn keys(&self) -> &'static [&'static str] {
        &["via", "args", "env"]
    }

    fn flags(&self) -> &'static [&'static str] {
        &["ledger", "measured", "release"]
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, _: &mut Held) -> Result<String> {
        Run::of(call, cx)?.figure(cx.chapter)
    }

    fn runs(&self, call: &Placed, cx: &Context<'_>) -> Result<Vec<Run>> {
        Ok(vec![Run::of(call, cx)?])
    }
}

/// One run of a program whose output the text shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What is run.
    pub program: Program,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables that are set for it.
    pub env: Vec<(String, String)>,
    /// Is it run under `strace -f -qq`, and that output shown?
    pub strace: bool,
    /// Is it run with `LEDGER=-`, and its standard error shown?
    pub ledger: bool,
    /// Do its numbers differ from machine to machine?
    pub measured: bool,
    /// Is it a release build whose numbers are shown?
    pub release: bool,
    /// The line of the text that shows it.
    pub line: usize,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// An example program of the chapter: `cargo run --example NAME`.
    Example(String),
    /// A Python program of the chapter: `python/NAME.py`.
    Python(String),
}

impl Run {
    fn of(call: &Placed, cx: &Context<'_>) -> Result<Run> {
        let name = &call.words[0];
        let mut run = Run::example(name, call.line, cx.chapter)?;
        run.args = call
            .key("args")
            .unwrap_or("")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        run.ledger = call.has("ledger");
        run.measured = call.has("measured");
        run.release = call.has("release");
        if run.release && !run.measured {
            bail!("`release` is for numbers that are measured; say `measured` as well");
        }
        run.strace = match call.key("via") {
            None => false,
            Some("strace") => true,
            Some(other) => bail!("via=\"{other}\" is unknown; there is via=\"strace\""),
        };
        if run.strace && run.ledger {
            bail!("a run is shown via strace or as a ledger, not both");
        }
        for pair in call.key("env").unwrap_or("").split_whitespace() {
            match pair.split_once('=') {
                Some((key, value)) if !key.is_empty() => {
                    run.env.push((key.to_owned(), value.to_owned()))
                }
                _ => bail!("env=\"{pair}\" is no NAME=VALUE"),
            }
        }
        Ok(run)
    }

    /// The plain run of an example, which must exist.
    pub(super) fn example(name: &str, line: usize, chapter: &Chapter) -> Result<Run> {
        if name == chapter.package {
            bail!(
                "{name} is the shop, which does not end by itself; show the output of an example"
            );
        }
        if chapter.example_path(name).is_none() {
            let all = chapter.examples();
            let hint = near::hint(name, all.iter().map(String::as_str));
            bail!("no program examples/{name}.rs in {}{hint}", chapter.path(""));
        }
        Ok(Run::new(Program::Example(name.to_owned()), line))
    }

    pub(super) fn new(program: Program, line: usize) -> Run {
        Run {
            program,
            args: Vec::new(),
            env: Vec::new(),
            strace: false,
            ledger: false,
            measured: false,
            release: false,
            line,
        }
    }

    /// The name under which its output is stored, without folder and ending.
    pub fn stem(&self) -> String {
        let mut stem = match &self.program {
            Program::Example(name) => name.clone(),
            Program::Python(name) => format!("{name}.py"),
        };
        if self.strace {
            stem.push_str(".strace");
        }
        if self.ledger {
            stem.push_str(".ledger");
        }
        if !self.args.is_empty() {
            let keep = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            stem.push('.');
            stem.extend(
                self.args.join(" ").chars().map(|c| if keep(c) { c } else { '-' }),
            );
        }
        stem
    }

    /// The file in the chapter's folder in which its output is stored.
    pub fn snapshot(&self) -> String {
        format!("outputs/{}.snap", self.stem())
    }

    /// The command that gives the output, as the reader types it at the workspace's root.
    pub fn command(&self, chapter: &Chapter) -> String {
        let mut words: Vec<String> =
            self.env.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if self.ledger {
            words.push("LEDGER=-".to_owned());
        }
        match &self.program {
            Program::Example(name) if self.strace => {
                words.push(format!("strace -f -qq target/debug/examples/{name}"))
            }
            Program::Example(name) => {
                let release = if self.release { "--release " } else { "" };
                words.push(format!("cargo run -q {release}--example {name}"))
            }
            Program::Python(name) => words
                .push(format!("python3 {}", chapter.path(&format!("python/{name}.py")))),
        }
        let cargo = matches!(self.program, Program::Example(_)) && !self.strace;
        if cargo && !self.args.is_empty() {
            words.push("--".to_owned());
        }
        words.extend(self.args.iter().cloned());
        words.join(" ")
    }

    /// Is it the same run, wherever the text shows it?
    pub(super) fn is_same(&self, other: &Run) -> bool {
        let here = Run { line: other.line, ..self.clone() };
        here == *other
    }

    /// What it printed, as recorded.
    ///
    /// # Errors
    ///
    /// Nothing is recorded, or the file is no snapshot.
    pub fn recorded(&self, chapter: &Chapter) -> Result<String> {
        let path = self.snapshot();
        if !chapter.dir.join(&path).is_file() {
            bail!(
                "no output is stored in {}; run `cargo bestiary record {}`",
                chapter.path(&path),
                chapter.number
            );
        }
        let text = chapter.read(&path)?.replace("\r\n", "\n");
        let body = text.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n"));
        let (_, body) = body.with_context(|| {
            format!(
                "{} has no snapshot's head between two lines of `---`",
                chapter.path(&path)
            )
        })?;
        Ok(body.trim_end().to_owned())
    }

    /// The output as a figure.
    pub(super) fn figure(&self, chapter: &Chapter) -> Result<String> {
        let output = self.recorded(chapter)?;
        let mut out =
            String::from("<figure class=\"output\"><figcaption><code class=\"cmd\">");
        html::escape(&self.command(chapter), &mut out);
        out.push_str("</code>");
        if self.measured {
            out.push_str(" <span class=\"measured\">measured on the book's machine; run it on yours</span>");
        }
        out.push_str("</figcaption><pre tabindex=\"0\"><code class=\"nohighlight\">");
        html::escape(&output, &mut out);
        out.push_str("\n</code></pre></figure>");
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, render, scan};
    use super::*;
    use crate::testing::Scratch;

    fn scratch() -> Scratch {
        Scratch::two(
            &[
                ("examples/hello.rs", "fn main() {}\n"),
                ("outputs/hello.snap", "---\nsource: x\n---\na <b>\n\nc\n"),
                ("outputs/hello.strace.snap", "---\nsource: x\n---\nread(3)\n"),
                ("outputs/hello.--n-3.snap", "---\nsource: x\n---\n3\n"),
            ],
            &[],
        )
    }

    fn html(line: &str) -> Result<String> {
        let scratch = scratch();
        let workspace = scratch.workspace();
        let cx = Context::of(&workspace, &workspace.chapters()[0]);
        render(&scan(line).0[0], &cx, &mut Held::default())
    }

    #[test]
    fn an_output_shows_its_command_and_its_text() {
        assert_eq!(
            html("{{#output hello}}").unwrap(),
            "<figure class=\"output\"><figcaption><code class=\"cmd\">cargo run -q --example hello</code></figcaption>\
             <pre tabindex=\"0\"><code class=\"nohighlight\">a &lt;b&gt;\n\nc\n</code></pre></figure>"
        );
    }

    #[test]
    fn variants_have_their_own_commands_and_files() {
        let strace = html("{{#output hello via=\"strace\"}}").unwrap();
        assert!(strace.contains("strace -f -qq target/debug/examples/hello</code>"));
        assert!(strace.contains("read(3)"));
        let args = html("{{#output hello args=\"--n 3\" env=\"A=1\" measured}}").unwrap();
        assert!(args.contains(">A=1 cargo run -q --example hello -- --n 3</code> <span class=\"measured\">"), "{args}");
    }

    #[test]
    fn a_missing_output_names_the_remedy() {
        let error = html("{{#output hello ledger}}").unwrap_err().to_string();
        assert_eq!(
            error,
            "no output is stored in chapters/ch01-one/outputs/hello.ledger.snap; run `cargo bestiary record 1`"
        );
    }

    #[test]
    fn wrong_calls_are_errors() {
        let error = |line: &str| html(line).unwrap_err().to_string();
        assert!(error("{{#output helo}}").contains("did you mean `hello`?"));
        assert!(error("{{#output ch01-one}}").contains("is the shop"));
        assert!(error("{{#output hello via=\"gdb\"}}").contains("via=\"strace\""));
        assert!(error("{{#output hello env=\"A\"}}").contains("NAME=VALUE"));
        assert!(error("{{#output hello via=\"strace\" ledger}}").contains("not both"));
    }
}
