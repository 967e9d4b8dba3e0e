//! The `{{#…}}` lines of a chapter's text.
//!
//! A directive has a line of its own: `{{#name words… key="value" flag}}`. Each kind is
//! one file beside this one and one line in `ALL`.

mod beast;
mod bestiary;
mod break_;
mod context;
mod diff;
mod exercise;
mod item;
mod output;
mod parse;
mod python;
mod rush;
mod selection;
mod ticket;
mod trace;

pub(crate) use context::{Context, Outside};
pub use output::{Program, Run};
pub(crate) use parse::scan;
pub use parse::{Placed, parse};

use crate::held::Held;
use crate::{Chapter, Problem, Problems, near};
use anyhow::{Context as _, Result, bail};
use std::ops::RangeInclusive;

/// Every directive there is.
static ALL: &[&dyn Directive] = &[
    &item::Item,
    &output::Output,
    &python::Python,
    &ticket::Ticket,
    &trace::Replay,
    &diff::Diff,
    &break_::BreakIt,
    &exercise::Exercise,
    &beast::Beast,
    &bestiary::Bestiary,
    &rush::Rush,
];

/// One kind of directive.
pub(crate) trait Directive: Sync {
    /// The word after `{{#`.
    fn name(&self) -> &'static str;

    /// How it is written, for messages.
    fn form(&self) -> &'static str;

    /// How many words it takes.
    fn words(&self) -> RangeInclusive<usize>;

    /// The keys it takes.
    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// The flags it takes.
    fn flags(&self) -> &'static [&'static str] {
        &[]
    }

    /// The HTML that stands in its place.
    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String>;

    /// The same on a page that is no chapter's; few directives are about something else than
    /// their chapter.
    fn render_outside(
        &self,
        _call: &Placed,
        _page: &Outside<'_>,
        _held: &mut Held,
    ) -> Result<String> {
        bail!("only the text of a chapter (chapters/chNN-…/) has `{}`", self.name())
    }

    /// The lines of the chapter's files that it shows.
    fn shows(&self, _call: &Placed, _cx: &Context<'_>) -> Result<Vec<Shown>> {
        Ok(Vec::new())
    }

    /// The runs whose stored output it shows.
    fn runs(&self, _call: &Placed, _cx: &Context<'_>) -> Result<Vec<Run>> {
        Ok(Vec::new())
    }
}

/// Lines of a file that a directive shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The file, by its path in the chapter's folder.
    pub file: String,
    /// The lines of the file, from 1.
    pub lines: Vec<usize>,
    /// The lines of the same file in the chapter before that are shown struck.
    pub struck: Vec<usize>,
    /// The line of the chapter's text on which the directive stands.
    pub readme_line: usize,
    /// Is it a list of everything, such as the whole diff, and so no explanation?
    pub wholesale: bool,
}

/// The directive a line calls, if the call is well formed.
fn called(call: &Placed) -> Result<&'static dyn Directive> {
    let names = ALL.iter().map(|d| d.name());
    let Some(directive) = ALL.iter().find(|d| d.name() == call.name) else {
        let hint = near::hint(&call.name, names.clone());
        bail!(
            "there is no directive `{}`{hint} (there are {})",
            call.name,
            names.collect::<Vec<_>>().join(", ")
        );
    };
    let form = directive.form();
    for (n, (key, _)) in call.keys.iter().enumerate() {
        if !directive.keys().contains(&key.as_str()) {
            let hint = near::hint(key, directive.keys().iter().copied());
            bail!("`{}` takes no key `{key}`{hint}; it is written {form}", call.name);
        }
        if call.keys[..n].iter().any(|(k, _)| k == key) {
            bail!("the key `{key}` is given twice");
        }
    }
    Ok(*directive)
}

impl Placed {
    /// Takes the flags that `directive` knows out of the words, and checks how many words are left.
    fn sorted(&self, directive: &dyn Directive) -> Result<Placed> {
        let (flags, words): (Vec<String>, Vec<String>) = self
            .words
            .iter()
            .cloned()
            .partition(|w| directive.flags().contains(&w.as_str()));
        let form = directive.form();
        if words.len() < *directive.words().start() {
            bail!("something is missing; it is written {form}");
        }
        if words.len() > *directive.words().end() {
            let extra = &words[*directive.words().end()];
            let hint = near::hint(extra, directive.flags().iter().copied());
            bail!("`{}` takes no `{extra}`{hint}; it is written {form}", self.name);
        }
        Ok(Placed { flags, words, ..self.clone() })
    }
}

/// Renders one directive of a chapter's text.
pub(crate) fn render(call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
    let directive = called(call)?;
    directive.render(&call.sorted(directive)?, cx, held)
}

/// Renders one directive of a page that is no chapter's.
pub(crate) fn render_outside(
    call: &Placed,
    page: &Outside<'_>,
    held: &mut Held,
) -> Result<String> {
    let directive = called(call)?;
    directive.render_outside(&call.sorted(directive)?, page, held)
}

/// The lines of its own files that a chapter's text shows, directive by directive.
///
/// # Errors
///
/// Every directive that shows nothing, each with its line.
pub fn shown(old: Option<&Chapter>, new: &Chapter) -> Result<Vec<Shown>> {
    each(&Context::between(old, new), |directive, call, cx| directive.shows(call, cx))
}

/// The runs whose stored output a chapter's text shows, each once: what `record` must record
/// and what a test must find unchanged.
///
/// # Errors
///
/// Every malformed directive, and two different runs that would share a file.
pub fn runs(chapter: &Chapter) -> Result<Vec<Run>> {
    let mut runs = each(&Context::between(None, chapter), |directive, call, cx| {
        directive.runs(call, cx)
    })?;
    let mut problems = Problems::default();
    let mut kept: Vec<Run> = Vec::new();
    for run in runs.drain(..) {
        match kept.iter().find(|k| k.stem() == run.stem()) {
            None => kept.push(run),
            Some(k) if k.is_same(&run) => {}
            Some(k) => problems.0.push(Problem::at(
                chapter.path("README.md"),
                run.line,
                format!("this run and the one on line {} would both be stored as {}; give one of them other `args`", k.line, run.snapshot()),
            )),
        }
    }
    problems.into_result()?;
    Ok(kept)
}

/// Asks every directive of the chapter's text something; collects answers, or all the errors.
fn each<T>(
    cx: &Context<'_>,
    ask: impl Fn(&dyn Directive, &Placed, &Context<'_>) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let file = cx.chapter.path("README.md");
    let (calls, wrong) = scan(&cx.chapter.text()?);
    let mut problems: Vec<Problem> =
        wrong.into_iter().map(|(line, what)| Problem::at(&*file, line, what)).collect();
    let mut answers = Vec::new();
    for call in &calls {
        let answer = called(call).and_then(|d| ask(d, &call.sorted(d)?, cx));
        match answer.with_context(|| call.text.clone()) {
            Ok(answer) => answers.extend(answer),
            Err(e) => problems.push(Problem::at(&*file, call.line, format!("{e:#}"))),
        }
    }
    Problems(problems).into_result()?;
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    fn error(text: &str) -> String {
        let scratch =
            Scratch::two(&[], &[("README.md", text), ("src/lib.rs", "fn a() {}\n")]);
        shown(None, &scratch.chapter(2)).unwrap_err().to_string()
    }

    #[test]
    fn a_misspelt_directive_names_the_right_one() {
        let error = error("# Two\n\n{{#itme src/lib.rs a}}\n");
        assert!(
            error.starts_with("chapters/ch02-two/README.md:3: {{#itme src/lib.rs a}}: there is no directive `itme`; did you mean `item`?"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_or_flag_is_an_error_with_the_right_form() {
        assert!(
            error("{{#item src/lib.rs a form=\"x\"}}")
                .contains("takes no key `form`; did you mean `from`?")
        );
        assert!(
            error("{{#output x measurd}}")
                .contains("takes no `measurd`; did you mean `measured`?")
        );
        assert!(
            error("{{#ticket now}}")
                .contains("takes no `now`; it is written {{#ticket}}")
        );
        assert!(error("{{#item}}").contains("something is missing"));
        assert!(
            error("{{#item src/lib.rs a from=\"x\" from=\"y\"}}").contains("given twice")
        );
    }

    #[test]
    fn all_the_problems_of_a_text_come_at_once() {
        let error = error(
            "{{#itme a}}\n{{#item src/lib.rs b}}\n{{#item src/lib.rs a\n{{#item src/lob.rs a}}\n",
        );
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 4, "{error}");
        assert!(
            lines
                .iter()
                .any(|l| l.contains("README.md:4")
                    && l.contains("did you mean `src/lib.rs`?")),
            "{error}"
        );
    }

    #[test]
    fn a_file_outside_the_chapter_is_refused() {
        assert!(
            error("{{#item ../ch01-one/src/lib.rs a}}")
                .contains("is no file that a chapter shows")
        );
    }

    #[test]
    fn two_runs_that_would_share_a_file_are_told_apart_or_refused() {
        let text = "{{#output x}}\n{{#output x}}\n{{#output x env=\"A=1\"}}\n{{#output x args=\"1\"}}\n";
        let scratch =
            Scratch::two(&[], &[("README.md", text), ("examples/x.rs", "fn main() {}")]);
        let error = runs(&scratch.chapter(2)).unwrap_err().to_string();
        assert!(
            error.starts_with(
                "chapters/ch02-two/README.md:3: this run and the one on line 1"
            ),
            "{error}"
        );
        scratch.file(
            "chapters/ch02-two/README.md",
            "{{#output x}}\n{{#output x}}\n{{#output x args=\"1\"}}\n",
        );
        let stems: Vec<String> =
            runs(&scratch.chapter(2)).unwrap().iter().map(Run::stem).collect();
        assert_eq!(stems, ["x", "x.1"]);
    }
}
