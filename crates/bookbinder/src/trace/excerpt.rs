//! The lines of source that the entries came from, with their neighbours.

use super::Trace;
use super::steps::Step;
use crate::highlight;
use crate::listing::{self, Row, RowKind};
use crate::{Chapter, html};
use anyhow::{Result, bail};
use ledger::{Entry, Place};
use std::fmt::Write;
use std::ops::RangeInclusive;

/// How many lines are shown before the line and after it.
const NEIGHBOURS: usize = 3;

/// How far behind the line of an event its verb may stand.
const LONGEST_EVENT: usize = 8;

/// The source lines of a trace, each once.
pub(super) struct Excerpts {
    places: Vec<Place>,
    html: Vec<String>,
}

/// Reads the source line of each step.
///
/// # Errors
///
/// A line says something else than the entry that was recorded there.
pub(super) fn all(trace: &Trace, steps: &[Step], chapter: &Chapter) -> Result<Excerpts> {
    let mut excerpts = Excerpts { places: Vec::new(), html: Vec::new() };
    for entry in steps.iter().filter_map(Step::entry) {
        let text = chapter.read(&entry.at.file).unwrap_or_default();
        if let Err(what) = check(entry, &text) {
            bail!(
                "{} is older than the code: {what}; `{}` runs the program again",
                chapter.path(&trace.json()),
                trace.record_command(chapter)
            );
        }
        if !excerpts.places.contains(&entry.at) {
            excerpts.html.push(pre(&entry.at, &text));
            excerpts.places.push(entry.at.clone());
        }
    }
    Ok(excerpts)
}

impl Excerpts {
    /// The HTML of each.
    pub fn html(&self) -> &[String] {
        &self.html
    }

    /// Which one shows an entry's line.
    pub fn of(&self, entry: &Entry) -> Option<usize> {
        self.places.iter().position(|place| *place == entry.at)
    }

    /// The files and lines.
    pub fn places(&self) -> Vec<(String, usize)> {
        self.places.iter().map(|place| (place.file.clone(), line(place))).collect()
    }
}

fn line(place: &Place) -> usize {
    place.line as usize
}

/// Does an entry still come from the line that it was recorded with?
fn check(entry: &Entry, text: &str) -> Result<(), String> {
    let (n, at) = (entry.n, &entry.at);
    let lines: Vec<&str> = text.lines().collect();
    let Some(from) = line(at).checked_sub(1).filter(|from| *from < lines.len()) else {
        return Err(format!("entry {n} came from {at}, and there is no such line"));
    };
    let verb = format!("\"{}\"", entry.verb);
    let to = lines.len().min(from + LONGEST_EVENT);
    let says_so = lines[from].contains("trace!")
        && lines[from..to].iter().any(|line| line.contains(&verb));
    if says_so {
        return Ok(());
    }
    Err(format!(
        "entry {n} is a `{}` of {at}, which is now `{}`",
        entry.verb,
        lines[from].trim()
    ))
}

/// The lines around a place, the place's own one marked.
fn pre(place: &Place, text: &str) -> String {
    let coloured = highlight::file(&place.file, text);
    let shown = around(line(place), coloured.len());
    let first = *shown.start();
    let mut rows: Vec<Row<'_>> = shown
        .map(|number| Row {
            number,
            kind: RowKind::Plain,
            pieces: coloured[number - 1].clone(),
            id: None,
        })
        .collect();
    listing::dedent(&mut rows);
    let marked = line(place) - first;
    let mut out = String::from("<pre><code class=\"nohighlight\">");
    listing::write_rows(&rows[..marked], &mut out);
    out.push_str("<mark>");
    listing::write_rows(&rows[marked..=marked], &mut out);
    // The mark is a line, and its end is the line's.
    out.truncate(out.trim_end().len());
    let _ = writeln!(out, "</mark>");
    listing::write_rows(&rows[marked + 1..], &mut out);
    out.push_str("</code></pre>");
    out
}

fn around(line: usize, count: usize) -> RangeInclusive<usize> {
    line.saturating_sub(NEIGHBOURS).max(1)..=count.min(line + NEIGHBOURS)
}

/// The file and line of an entry as a link to the page of the chapter's whole code.
pub(super) fn link(at: &Place, chapter: &Chapter, root: &str) -> String {
    let name = html::escaped(&at.to_string());
    if !crate::code_page::has(&at.file) {
        return format!("<code>{name}</code>");
    }
    format!(
        "<a class=\"path\" href=\"{root}{}/code.html#{}\">{name}</a>",
        chapter.package,
        listing::anchor(&at.file, Some(line(at)))
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, SOURCE, scratch, steps, trace};
    use super::*;
    use crate::testing::Scratch;

    fn read(source: &str) -> Result<Excerpts> {
        let scratch: Scratch = scratch("", LEDGER);
        scratch.file("chapters/ch01-one/src/net.rs", source);
        all(&trace(""), &steps(), &scratch.chapter(1))
    }

    #[test]
    fn every_line_is_shown_once_with_its_neighbours() {
        let excerpts = read(SOURCE).unwrap();
        // Two of the nine entries are of one line.
        assert_eq!(excerpts.html().len(), 8);
        let html = &excerpts.html()[excerpts.of(steps()[3].entry().unwrap()).unwrap()];
        assert_eq!(html.matches("class=\"l\"").count(), 7);
        let mark = html.split("<mark>").nth(1).unwrap().split("</mark>").next().unwrap();
        assert!(mark.contains("data-n=\"5\"") && mark.contains("park"), "{mark}");
        assert!(!mark.ends_with('\n'));
    }

    #[test]
    fn a_line_that_is_gone_or_says_something_else_is_an_error() {
        let error = |source: &str| read(source).map(|_| ()).unwrap_err().to_string();
        let shorter: String =
            SOURCE.lines().take(6).map(|l| l.to_owned() + "\n").collect();
        assert!(
            error(&shorter)
                .contains("entry 6 came from src/net.rs:7, and there is no such line")
        );
        let moved = format!("// A comment.\n{SOURCE}");
        let error = error(&moved);
        assert_eq!(
            error,
            "chapters/ch01-one/traces/a-nap.json is older than the code: entry 1 is a `listen` of \
             src/net.rs:2, which is now `fn f() {`; `cargo bestiary record 1 a-nap` runs the program again"
        );
    }

    #[test]
    fn an_event_may_have_several_lines() {
        let long = SOURCE.replace(
            "trace!(fd, \"close\");",
            "trace!(\n        fd,\n        \"close\"\n    );",
        );
        assert!(read(&long).is_ok());
        assert!(read(&long.replace("close", "open")).is_err());
    }
}
