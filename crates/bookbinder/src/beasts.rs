//! The bestiary: a card for each thing that the book is about.
//!
//! `book/beasts.toml` holds what the cards say, `book/beasts/ID.svg` what the beasts look like
//! (`drawing`). Where a beast is first met is written nowhere: it is where a chapter first
//! links to it (`links`). A beast that is to come has a *shadow*, one line and a chapter's
//! number. `card` makes HTML of it all.

mod card;
mod drawing;
mod links;

pub use drawing::Drawing;
pub use links::Mention;

use crate::{Chapter, Problem, Workspace, code_page, headings, items, near};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use toml::Spanned;

/// What the cards say.
const FILE: &str = "book/beasts.toml";
/// What the beasts look like.
const DRAWINGS: &str = "book/beasts";
/// What is left to see of a beast that has not been met.
const UNMET: &str = "unmet";
/// The page that has all the cards.
pub(crate) const PAGE: &str = "chapters/bestiary.md";

/// Every beast of the book. Without `book/beasts.toml` there are none.
#[derive(Debug, Default)]
pub struct Beasts {
    /// Those with a card, in the order in which the chapters introduce them.
    pub met: Vec<Beast>,
    /// Those to come, in the order of the chapters that will bring them.
    pub shadows: Vec<Shadow>,
    unmet: Drawing,
    /// The chapters, for links to them: package and title by number.
    chapters: BTreeMap<u32, (String, String)>,
}

/// Where a directive stands that knows of no beasts.
pub(crate) static NONE: Beasts = Beasts {
    met: Vec::new(),
    shadows: Vec::new(),
    unmet: Drawing::NONE,
    chapters: BTreeMap::new(),
};

/// A beast with a card. What it says is Markdown, a paragraph each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beast {
    id: Spanned<String>,
    /// The field's name for it.
    pub name: String,
    /// Other words under which somebody may look for it.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it is, in a sentence or two.
    pub is: String,
    /// What it is called in Rust.
    pub rust: String,
    /// What it is called in Python.
    pub python: String,
    /// What it is in the shop.
    pub shop: String,
    /// What it needs and what it uses up.
    pub eats: String,
    /// The classic mistake.
    pub bites: String,
    /// Where the shop's picture of it stops being true.
    pub ends: String,
    /// Where it lives.
    pub habitat: Habitat,
    /// A program that shows it alive.
    pub example: Option<String>,
    /// Where the reader can read more: links.
    pub read: Vec<String>,
    /// The line of the code in which it lives.
    #[serde(skip)]
    pub line: usize,
    /// Where each chapter that mentions it links to it, the first one first.
    #[serde(skip)]
    pub mentions: Vec<Place>,
    #[serde(skip)]
    drawing: Drawing,
    /// The number of the chapter that has the example.
    #[serde(skip)]
    example_chapter: u32,
}

/// An item of a chapter's code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habitat {
    /// The chapter's number.
    pub chapter: u32,
    /// The file, by its path in the chapter's folder.
    pub file: String,
    /// The item's name.
    pub item: String,
}

/// A beast that has not been met.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shadow {
    id: Spanned<String>,
    /// The field's name for it.
    pub name: String,
    /// The number of the chapter that will bring it.
    pub chapter: u32,
    /// What will be said of it, in a line.
    pub is: String,
}

/// A heading of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The chapter's number.
    pub chapter: u32,
    /// The heading, as Markdown; none for what stands before the first.
    pub heading: Option<String>,
    /// The line of the chapter's text on which the beast is mentioned.
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "beast")]
    beasts: Vec<Beast>,
    #[serde(default, rename = "shadow")]
    shadows: Vec<Shadow>,
}

impl Beast {
    /// Its name in links, and the name of its drawing: `system-call`.
    pub fn id(&self) -> &str {
        self.id.as_ref()
    }

    /// All its texts, with the keys they have in the file.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut texts = vec![
            ("name", &*self.name),
            ("is", &self.is),
            ("rust", &self.rust),
            ("python", &self.python),
            ("shop", &self.shop),
            ("eats", &self.eats),
            ("bites", &self.bites),
            ("ends", &self.ends),
        ];
        texts.extend(self.also.iter().map(|text| ("also", &**text)));
        texts.extend(self.read.iter().map(|text| ("read", &**text)));
        texts
    }
}

impl Shadow {
    /// Its name in links: `waker`.
    pub fn id(&self) -> &str {
        self.id.as_ref()
    }
}

impl Beasts {
    /// Reads the bestiary, and says everything that is wrong with it.
    pub fn read(workspace: &Workspace) -> (Beasts, Vec<Problem>) {
        let text = match fs::read_to_string(workspace.root().join(FILE)) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return (Beasts::default(), Vec::new());
            }
            Err(e) => return (Beasts::default(), vec![Problem::in_file(FILE, e)]),
        };
        match toml::from_str::<File>(&text) {
            Ok(file) => Reading::new(workspace, &text).beasts(file),
            Err(e) => {
                let line = e.span().map_or(1, |span| line_at(&text, span.start));
                (Beasts::default(), vec![Problem::at(FILE, line, e.message())])
            }
        }
    }

    /// The beast of this name, met or not.
    ///
    /// # Errors
    ///
    /// There is none; the message names the nearest.
    pub fn find(&self, id: &str) -> Result<Found<'_>> {
        if let Some(beast) = self.met.iter().find(|b| b.id() == id) {
            return Ok(Found::Beast(beast));
        }
        if let Some(shadow) = self.shadows.iter().find(|s| s.id() == id) {
            return Ok(Found::Shadow(shadow));
        }
        let plain = |name: &str| name.replace('`', "").to_lowercase();
        let called = |b: &&Beast| b.also.iter().any(|also| plain(also) == plain(id));
        let hint = match self.met.iter().find(called) {
            Some(beast) => format!("; did you mean `{}`?", beast.id()),
            None => near::hint(id, self.ids()),
        };
        bail!("there is no beast `{id}`{hint} ({FILE} has them)");
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.met.iter().map(Beast::id).chain(self.shadows.iter().map(Shadow::id))
    }
}

/// A beast, met or not.
#[derive(Debug)]
pub enum Found<'a> {
    /// It has a card.
    Beast(&'a Beast),
    /// It has left footprints.
    Shadow(&'a Shadow),
}

/// A reading of the file, with what is found to be wrong on the way.
struct Reading<'a> {
    workspace: &'a Workspace,
    text: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    fn new(workspace: &'a Workspace, text: &'a str) -> Reading<'a> {
        Reading { workspace, text, problems: Vec::new() }
    }

    fn beasts(mut self, file: File) -> (Beasts, Vec<Problem>) {
        let chapters = self.workspace.chapters().iter();
        let titles =
            chapters.map(|c| (c.number, (c.package.clone(), c.title.clone()))).collect();
        let mut beasts = Beasts {
            met: file.beasts,
            shadows: file.shadows,
            unmet: self.drawing(UNMET, None),
            chapters: titles,
        };
        let mentions = self.mentions(&beasts);
        self.ids(&beasts);
        for beast in &mut beasts.met {
            beast.drawing = self.drawing(beast.id.as_ref(), Some(&beast.id));
            beast.mentions = mentions.get(beast.id()).cloned().unwrap_or_default();
            if let Err(e) = self.check(beast) {
                self.say(&beast.id, format!("{e:#}"));
            }
        }
        for shadow in &beasts.shadows {
            self.words(&shadow.id, &[("name", &*shadow.name), ("is", &*shadow.is)]);
        }
        self.links_of(&beasts);
        self.strays(&beasts);
        beasts.met.sort_by_key(|b| b.mentions.first().map(|m| (m.chapter, m.line)));
        beasts.shadows.sort_by_key(|s| s.chapter);
        (beasts, self.problems)
    }

    /// Notes a problem with the beast of this id.
    fn say(&mut self, id: &Spanned<String>, what: impl std::fmt::Display) {
        let line = line_at(self.text, id.span().start);
        let what = format!("the beast `{}`: {what}", id.as_ref());
        self.problems.push(Problem::at(FILE, line, what));
    }

    fn ids(&mut self, beasts: &Beasts) {
        let met = beasts.met.iter().map(|b| &b.id);
        let mut seen = BTreeSet::new();
        for id in met.chain(beasts.shadows.iter().map(|s| &s.id)) {
            let name: &str = id.as_ref();
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if name.is_empty() || !name.chars().all(fits) {
                self.say(id, "an id has small letters, digits and `-`, no more");
            }
            if !seen.insert(name) {
                self.say(id, "there are two of this id");
            }
        }
    }

    /// Whether the card's habitat, example and first mention are there.
    fn check(&mut self, beast: &mut Beast) -> Result<()> {
        let id = beast.id.clone();
        self.words(&id, &beast.texts());
        if beast.read.is_empty() {
            bail!("`read` is empty; name a page where the reader can read more");
        }
        beast.line = self.line_of(&beast.habitat)?;
        if let Some(example) = &beast.example {
            let chapters = self.workspace.chapters();
            let has = |c: &&Chapter| c.examples().contains(example);
            let Some(chapter) = chapters.iter().find(has) else {
                let all: Vec<String> =
                    chapters.iter().flat_map(Chapter::examples).collect();
                let hint = near::hint(example, all.iter().map(String::as_str));
                bail!("no chapter has an example `{example}`{hint}");
            };
            beast.example_chapter = chapter.number;
        }
        if beast.mentions.is_empty() {
            bail!(
                "no chapter introduces it; link to it where it is first met: \
                 [{}](beast:{})",
                beast.name.to_lowercase(),
                beast.id()
            );
        }
        Ok(())
    }

    fn words(&mut self, id: &Spanned<String>, texts: &[(&str, &str)]) {
        for (key, text) in texts {
            if text.trim().is_empty() {
                self.say(id, format!("`{key}` is empty"));
            } else if text.contains("\n\n") {
                self.say(id, format!("`{key}` has more than one paragraph"));
            }
        }
    }

    /// The line of the code in which a beast lives.
    fn line_of(&self, habitat: &Habitat) -> Result<usize> {
        let Habitat { chapter, file, item } = habitat;
        let chapter = self.workspace.chapter(&chapter.to_string())?;
        if !code_page::has(file) || file.split('/').any(|part| part == "..") {
            bail!(
                "its habitat {file} is not on a page of whole code; name a file of src/, examples/ or tests/"
            );
        }
        let text = chapter.read(file)?;
        let lines = items::find(&text, item)
            .with_context(|| format!("its habitat {}", chapter.path(file)))?;
        Ok(*lines.start())
    }

    /// Where the chapters link to beasts, the earliest chapter first; a chapter links to each
    /// beast once.
    fn mentions(&mut self, beasts: &Beasts) -> BTreeMap<String, Vec<Place>> {
        let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for chapter in self.workspace.chapters() {
            let Ok(text) = chapter.text() else { continue };
            for mention in links::mentions(&text) {
                if beasts.find(&mention.id).is_err() {
                    // Reported where the link is made.
                    continue;
                }
                let place = Place {
                    chapter: chapter.number,
                    heading: headings::above(&text, mention.line),
                    line: mention.line,
                };
                let places = places.entry(mention.id.clone()).or_default();
                match places.iter().find(|p| p.chapter == chapter.number) {
                    None => places.push(place),
                    Some(first) => self.problems.push(Problem::at(
                        chapter.path("README.md"),
                        mention.line,
                        format!(
                            "[{}](beast:{}): line {} links to this beast already, and once a chapter is enough",
                            mention.text, mention.id, first.line
                        ),
                    )),
                }
            }
        }
        places
    }

    /// Links from card to card.
    fn links_of(&mut self, beasts: &Beasts) {
        let met = beasts.met.iter().map(|b| (&b.id, b.texts()));
        let shadows = beasts.shadows.iter().map(|s| (&s.id, vec![("is", &*s.is)]));
        for (id, texts) in met.chain(shadows) {
            for (key, text) in texts {
                for mention in links::mentions(text) {
                    if let Err(e) = beasts.find(&mention.id) {
                        self.say(id, format!("`{key}`: {e}"));
                    }
                }
            }
        }
    }

    fn drawing(&mut self, name: &str, id: Option<&Spanned<String>>) -> Drawing {
        let path = format!("{DRAWINGS}/{name}.svg");
        let text = match fs::read_to_string(self.workspace.root().join(&path)) {
            Ok(text) => text,
            Err(e) => {
                let what = format!("{path} cannot be read ({e}); draw it");
                match id {
                    Some(id) => self.say(id, what),
                    None => self.problems.push(Problem::in_file(FILE, what)),
                }
                return Drawing::default();
            }
        };
        Drawing::read(&text).unwrap_or_else(|e| {
            self.problems.push(Problem::in_file(path, format!("{e:#}")));
            Drawing::default()
        })
    }

    /// Drawings of no beast.
    fn strays(&mut self, beasts: &Beasts) {
        let Ok(entries) = fs::read_dir(self.workspace.root().join(DRAWINGS)) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let known = name.strip_suffix(".svg").is_some_and(|name| {
                name == UNMET || beasts.met.iter().any(|b| b.id() == name)
            });
            if !known {
                self.problems.push(Problem::in_file(
                    format!("{DRAWINGS}/{name}"),
                    format!("{FILE} has no beast of this name with a card"),
                ));
            }
        }
    }
}

/// The line, from 1, of a place in the text.
fn line_at(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count()
}

#[cfg(test)]
mod tests;
