//! The cards as HTML: each whole on the bestiary's page, and short in a chapter.

use super::{Beast, Beasts, Found, Place, Shadow, links};
use crate::held::{Held, ROOT};
use crate::{headings, html, listing};
use anyhow::{Result, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::fmt::Write;

/// The line of a card that a reader should not miss.
const BITES: &str = "Bites";

impl Beasts {
    /// All of the bestiary: an index by name, then the cards, chapter by chapter.
    pub(crate) fn page(&self, held: &mut Held) -> Result<String> {
        ensure!(!self.met.is_empty(), "{} has no beast", super::FILE);
        let mut out = self.index();
        for (number, (package, title)) in &self.chapters {
            let here =
                |b: &&Beast| b.mentions.first().is_some_and(|m| m.chapter == *number);
            let cards: Vec<&Beast> = self.met.iter().filter(here).collect();
            if cards.is_empty() {
                continue;
            }
            let heading = format!("Met in chapter {number}");
            heading2(&heading, &mut out);
            let _ = write!(
                out,
                "<p class=\"beasts-from\"><a href=\"{package}/index.md\">{}</a></p>\n<div class=\"beasts\">",
                plain(title)
            );
            for beast in cards {
                self.card(beast, held, &mut out);
            }
            out.push_str("</div>\n");
        }
        if !self.shadows.is_empty() {
            heading2("Not met yet", &mut out);
            out.push_str("<div class=\"beasts shadows\">");
            for shadow in &self.shadows {
                self.shadow(shadow, &mut out);
            }
            out.push_str("</div>\n");
        }
        Ok(out)
    }

    /// A beast in a chapter's text, with a link to its whole card.
    pub(crate) fn short(&self, id: &str, file: &str) -> Result<String> {
        let to = links::way(file);
        let (drawing, name, rest) = match self.find(id)? {
            Found::Shadow(s) => {
                let is = self.text(&s.is, &to);
                (
                    &self.unmet,
                    &s.name,
                    format!("<p>{is} <em>Chapter {}.</em></p>", s.chapter),
                )
            }
            Found::Beast(b) => {
                let row = |key, text| {
                    format!("<dt>{key}</dt><dd>{}</dd>", self.text(text, &to))
                };
                let rest = format!(
                    "<p>{}</p><dl>{}{}</dl>",
                    self.text(&b.is, &to),
                    row(BITES, &b.bites),
                    row("The picture ends", &b.ends)
                );
                (&b.drawing, &b.name, rest)
            }
        };
        Ok(format!(
            "<aside class=\"beast-short\" aria-label=\"From the bestiary: {name}\">{}\
             <p class=\"beast-name\"><a href=\"{to}#{id}\">{name}</a></p>{rest}</aside>",
            drawing.html(true),
            name = html::escaped(name),
        ))
    }

    /// Every name under which a beast may be looked for, in the order of the alphabet.
    fn index(&self) -> String {
        let mut names: Vec<(String, &str, &str)> = Vec::new();
        for beast in &self.met {
            names.push((html::escaped(&beast.name), beast.id(), "is-name"));
            names.extend(
                beast.also.iter().map(|also| (plain(also), beast.id(), "is-also")),
            );
        }
        for shadow in &self.shadows {
            names.push((html::escaped(&shadow.name), shadow.id(), "is-shadow"));
        }
        let sorted = |name: &str| {
            name.replace("<code>", "")
                .replace("</code>", "")
                .replace('_', "")
                .to_lowercase()
        };
        names.sort_by_key(|(name, ..)| sorted(name));
        let mut out = String::from(
            "<nav class=\"beast-index\" aria-label=\"All beasts by name\"><ul>\n",
        );
        for (name, id, class) in names {
            let _ =
                writeln!(out, "<li class=\"{class}\"><a href=\"#{id}\">{name}</a></li>");
        }
        out.push_str("</ul></nav>\n");
        out
    }

    fn card(&self, beast: &Beast, held: &mut Held, out: &mut String) {
        let row = |out: &mut String, key: &str, html: &str| {
            let class = if key == BITES { " class=\"is-bite\"" } else { "" };
            let _ = writeln!(out, "<div{class}><dt>{key}</dt><dd>{html}</dd></div>");
        };
        let text = |text: &str| self.text(text, "");
        let drawing = beast.drawing.html(true);
        head("beast", beast.id(), &beast.name, &drawing, &text(&beast.is), out);
        out.push_str("<dl class=\"beast-names\">\n");
        row(out, "Rust", &text(&beast.rust));
        row(out, "Python", &text(&beast.python));
        row(out, "The shop", &text(&beast.shop));
        out.push_str("</dl>\n<dl>\n");
        row(out, "Lives in", &self.habitat(beast, held));
        row(out, "Eats", &text(&beast.eats));
        row(out, BITES, &text(&beast.bites));
        row(out, "The picture ends", &text(&beast.ends));
        out.push_str("</dl>\n<dl class=\"beast-foot\">\n");
        let places: Vec<String> = beast.mentions.iter().map(|p| self.place(p)).collect();
        row(out, "First met in", &places[..places.len().min(1)].concat());
        if places.len() > 1 {
            row(out, "Again in", &places[1..].join("<br>"));
        }
        if let Some(example) = &beast.example {
            let command =
                format!("cargo bestiary run {} {example}", beast.example_chapter);
            row(out, "See it", &format!("<code>{}</code>", html::escaped(&command)));
        }
        let read: Vec<String> = beast.read.iter().map(|r| text(r)).collect();
        row(out, "Read on", &read.join(", "));
        out.push_str("</dl>\n</article>\n");
    }

    fn shadow(&self, shadow: &Shadow, out: &mut String) {
        let (drawing, is) = (self.unmet.html(false), self.text(&shadow.is, ""));
        head("beast shadow", shadow.id(), &shadow.name, &drawing, &is, out);
        let _ = writeln!(
            out,
            "<p class=\"beast-when\">Not met yet: chapter {}</p>\n</article>",
            shadow.chapter
        );
    }

    /// The item, with a link to its line on the page of its chapter's whole code.
    fn habitat(&self, beast: &Beast, held: &mut Held) -> String {
        let habitat = &beast.habitat;
        let item = html::escaped(&habitat.item);
        let Some((package, _)) = self.chapters.get(&habitat.chapter) else { return item };
        let anchor = listing::anchor(&habitat.file, Some(beast.line));
        let link = held.hold(format!(
            "<a href=\"{ROOT}{package}/code.html#{anchor}\"><code>{item}</code></a>"
        ));
        format!(
            "{link} in <code>{}</code>, chapter {}",
            html::escaped(&habitat.file),
            habitat.chapter
        )
    }

    fn place(&self, place: &Place) -> String {
        let Some((package, title)) = self.chapters.get(&place.chapter) else {
            return String::new();
        };
        let (words, fragment) = match &place.heading {
            Some(heading) => (heading, format!("#{}", headings::id(heading))),
            None => (title, String::new()),
        };
        format!(
            "<a href=\"{package}/index.md{fragment}\">{}</a>, chapter {}",
            plain(words),
            place.chapter
        )
    }

    /// A text of a card, with its links to other beasts.
    fn text(&self, text: &str, to: &str) -> String {
        paragraph(&self.linked(text, to), true)
    }
}

/// A text of a card without links, for where none can be followed.
pub(super) fn plain(text: &str) -> String {
    paragraph(text, false)
}

fn heading2(words: &str, out: &mut String) {
    let id = headings::id(words);
    let _ = writeln!(
        out,
        "<h2 id=\"{id}\"><a class=\"header\" href=\"#{id}\">{words}</a></h2>"
    );
}

/// The upper part of a card, without its end.
fn head(class: &str, id: &str, name: &str, drawing: &str, is: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<article class=\"{class}\" aria-labelledby=\"{id}\"><div class=\"beast-head\">{drawing}\n\
         <h3 id=\"{id}\"><a class=\"header\" href=\"#{id}\">{}</a></h3>\n\
         <p class=\"beast-is\">{is}</p></div>",
        html::escaped(name)
    );
}

/// One paragraph of Markdown as HTML, without the `<p>` around it.
fn paragraph(text: &str, with_links: bool) -> String {
    let is_frame = |event: &Event<'_>| match event {
        Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => true,
        Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) => !with_links,
        _ => false,
    };
    let events = Parser::new_ext(text, Options::ENABLE_SMART_PUNCTUATION);
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events.filter(|event| !is_frame(event)));
    out.truncate(out.trim_end().len());
    out
}
