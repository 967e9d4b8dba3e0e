//! Which lines of a file a directive shows, and what became of them since the chapter before.

use super::{Context, Placed, Shown};
use crate::Chapter;
use crate::changes::FileChange;
use crate::items::{self, Items};
use anyhow::{Result, bail};
use std::ops::RangeInclusive;

/// The lines that a directive chose, and what became of them since the chapter before.
pub(super) struct Selection {
    /// The file, by its path in the chapter's folder.
    pub(super) file: String,
    /// All of its text.
    pub(super) text: String,
    /// The item's name as the author gave it; empty for a whole file.
    pub(super) what: String,
    /// The lines of the file that were chosen.
    pub(super) lines: RangeInclusive<usize>,
    /// Those of them that are new or changed.
    pub(super) new: Vec<usize>,
    /// Lines of the chapter before that are gone, each with the line before which it stood.
    pub(super) struck: Vec<(usize, usize)>,
    /// All of the text that the file had in the chapter before.
    pub(super) old_text: String,
}

impl Selection {
    /// What an `item` directive asks for.
    pub(super) fn of(call: &Placed, cx: &Context<'_>) -> Result<Selection> {
        let name = call.words[1..].join(" ");
        Selection::new(&call.words[0], &name, call, cx)
    }

    /// All lines of a file.
    pub(super) fn whole(
        file: &str,
        call: &Placed,
        cx: &Context<'_>,
    ) -> Result<Selection> {
        Selection::new(file, "", call, cx)
    }

    fn new(file: &str, name: &str, call: &Placed, cx: &Context<'_>) -> Result<Selection> {
        let text = cx.file(file)?;
        let lines: Vec<&str> = text.lines().collect();
        let wanted = Wanted { file, name, cfg: call.key("cfg") };
        let found = wanted.find(cx.chapter, &text, cx)?;
        let part = part(&lines, found.lines.clone(), call.key("from"), call.key("to"))?;
        let mut selection = Selection {
            file: file.to_owned(),
            what: name.to_owned(),
            lines: part,
            new: Vec::new(),
            struck: Vec::new(),
            old_text: String::new(),
            text,
        };
        let change = if cx.before().is_some() { cx.change(file)? } else { None };
        let lead_is_new = change.is_none_or(|c| c.added().contains(&found.lead));
        if selection.lines.start() == found.lines.start() && lead_is_new {
            selection.lines = found.lead..=*selection.lines.end();
        }
        if let (Some(change), Some(before)) = (change, cx.before()) {
            let old = wanted.find(before, &change.old, cx).ok();
            selection.compare(change, &found.lines, old.map(|f| f.lines));
        }
        Ok(selection)
    }

    /// Notes what changed within the lines. `item` is the item in which they stand, `old` the
    /// lines that the item of the same name had in the chapter before.
    fn compare(
        &mut self,
        change: &FileChange,
        item: &RangeInclusive<usize>,
        old: Option<RangeInclusive<usize>>,
    ) {
        let lines = &self.lines;
        self.new = change.added().into_iter().filter(|n| lines.contains(n)).collect();
        self.old_text = change.old.clone();
        // The first and the last line of the item border on others: a line that is gone there
        // is this item's if it stood in the item of the same name.
        let ours = |line: usize| old.as_ref().is_some_and(|old| old.contains(&line));
        let whole_start = lines.start() <= item.start();
        let whole_end = lines.end() == item.end();
        let belongs = |(line, before): &(usize, usize)| {
            let inside = before > lines.start() && lines.contains(before);
            let at_start = before == lines.start() && (!whole_start || ours(*line));
            let at_end = *before == lines.end() + 1 && whole_end && ours(*line);
            inside || at_start || at_end
        };
        self.struck = change.removed().into_iter().filter(belongs).collect();
    }

    /// The same for the coverage check.
    pub(super) fn shown(&self, readme_line: usize) -> Shown {
        Shown {
            file: self.file.clone(),
            lines: self.lines.clone().collect(),
            struck: self.struck.iter().map(|(old, _)| *old).collect(),
            readme_line,
            wholesale: false,
        }
    }
}

/// What the author asks for.
struct Wanted<'a> {
    file: &'a str,
    /// An item's name; empty for the whole file.
    name: &'a str,
    cfg: Option<&'a str>,
}

/// Where it is.
struct Found {
    lines: RangeInclusive<usize>,
    /// The first line to show with it: see [`Items::lead`].
    lead: usize,
}

impl Found {
    fn plain(lines: RangeInclusive<usize>) -> Found {
        Found { lead: *lines.start(), lines }
    }
}

impl Wanted<'_> {
    /// Finds it in the text of a chapter's file.
    fn find(&self, chapter: &Chapter, text: &str, cx: &Context<'_>) -> Result<Found> {
        let count = text.lines().count();
        if count == 0 {
            bail!("{} is empty", self.file);
        }
        if self.name.is_empty() {
            return Ok(Found::plain(1..=count));
        }
        if !self.file.ends_with(".rs") {
            bail!(
                "only Rust files have items; leave out `{}` to show all of {}",
                self.name,
                self.file
            );
        }
        let items = cx.items(chapter, self.file, text)?;
        if self.name == "//!" {
            let head = items.head().map_err(|e| in_file(&e, self.file))?;
            return Ok(Found::plain(head));
        }
        let item = self.choose(&items).map_err(|e| in_file(&e, self.file))?;
        Ok(Found { lines: item.lines.clone(), lead: items.lead(item) })
    }

    /// The item of this name, and with this `cfg` if one is asked for.
    fn choose<'i>(&self, items: &'i Items) -> Result<&'i items::Item> {
        let name = self.name;
        let candidates = items.candidates(name);
        let (Some(cfg), false) = (self.cfg, candidates.is_empty()) else {
            return items.find(name);
        };
        let fits = |item: &&&items::Item| {
            item.cfg.iter().any(|c| c.contains(cfg) && !c.contains("not("))
        };
        match candidates.iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [item] => Ok(item),
            [] => bail!("no `{name}` stands under a `cfg` with `{cfg}`"),
            _ => bail!(
                "several `{name}` stand under a `cfg` with `{cfg}`; give more of either"
            ),
        }
    }
}

/// `no item X; did …` → `no item X in FILE; did …`
fn in_file(error: &anyhow::Error, file: &str) -> anyhow::Error {
    let text = format!("{error:#}");
    match text.split_once(';') {
        Some((what, rest)) => anyhow::anyhow!("{what} in {file};{rest}"),
        None => anyhow::anyhow!("{text} in {file}"),
    }
}

/// The part of an item from one of its lines to another, each named by its text.
fn part(
    lines: &[&str],
    item: RangeInclusive<usize>,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<RangeInclusive<usize>> {
    let (first, last) = (*item.start(), *item.end());
    let first =
        from.map_or(Ok(first), |text| the_line(lines, first..=last, text, "from"))?;
    let last = to.map_or(Ok(last), |text| the_line(lines, first..=last, text, "to"))?;
    Ok(first..=last)
}

/// The one line of the range whose text is this; if there is none, the one that begins so.
fn the_line(
    lines: &[&str],
    range: RangeInclusive<usize>,
    text: &str,
    key: &str,
) -> Result<usize> {
    let text = text.trim();
    let fitting = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        range.clone().filter(|n| fits(lines[n - 1].trim())).collect()
    };
    let mut found = fitting(&|line| line == text);
    if found.is_empty() {
        found = fitting(&|line| line.starts_with(text));
    }
    match found.as_slice() {
        [n] => Ok(*n),
        [] => {
            let near = range.map(|n| lines[n - 1].trim()).filter(|l| !l.is_empty());
            bail!("no line of it is {key}=\"{text}\"{}", crate::near::hint(text, near))
        }
        several => {
            let numbers: Vec<String> = several.iter().map(ToString::to_string).collect();
            bail!(
                "{key}=\"{text}\" fits lines {}; give the text of a line that is there once",
                numbers.join(", ")
            )
        }
    }
}
