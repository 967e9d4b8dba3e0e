//! Links to beasts: `[system call](beast:system-call)`.

use super::{Beasts, Found, PAGE};
use crate::{Problem, html};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use std::collections::BTreeSet;
use std::ops::Range;

const SCHEME: &str = "beast:";

/// A link to a beast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The beast's id.
    pub id: String,
    /// The words that are the link.
    pub text: String,
    /// Where in the text it stands.
    range: Range<usize>,
    /// Is it written out, with its target in brackets behind it?
    inline: bool,
}

/// The links to beasts in a Markdown text, in order. Those in code are none.
pub fn mentions(text: &str) -> Vec<Mention> {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let links = parser.into_offset_iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let id = dest_url.strip_prefix(SCHEME)?.to_owned();
            Some((id, range, link_type == LinkType::Inline))
        }
        _ => None,
    });
    links
        .map(|(id, range, inline)| {
            let written = &text[range.clone()];
            let words = written.rfind("](").map_or("", |end| &written[1..end]);
            Mention {
                line: super::line_at(text, range.start),
                id,
                text: words.to_owned(),
                range,
                inline,
            }
        })
        .collect()
}

impl Beasts {
    /// Makes HTML of the links to beasts in the text of a page. The lines stay where they are.
    /// Gives the text and the ids that it links to; a link to nowhere is a problem.
    pub(crate) fn link(
        &self,
        text: &str,
        file: &str,
        problems: &mut Vec<Problem>,
    ) -> (String, BTreeSet<String>) {
        let mut linked = BTreeSet::new();
        let to = way(file);
        let out = replace(text, |mention| {
            if !mention.inline {
                let what = "a link to a beast is written [words](beast:id)";
                problems.push(Problem::at(file, mention.line, what));
                return None;
            }
            if let Err(e) = self.find(&mention.id) {
                let what = format!("[{}](beast:{}): {e}", mention.text, mention.id);
                problems.push(Problem::at(file, mention.line, what));
                return None;
            }
            linked.insert(mention.id.clone());
            Some(anchor(&to, mention))
        });
        (out, linked)
    }

    /// The same for a text of a card, whose links have been checked.
    pub(super) fn linked(&self, text: &str, to: &str) -> String {
        replace(text, |mention| Some(anchor(to, mention)))
    }

    /// What the script shows beside a link: a template for each of these beasts. A link without
    /// a script leads to the card.
    pub(crate) fn previews(&self, ids: &BTreeSet<String>) -> String {
        ids.iter().filter_map(|id| self.find(id).ok()).map(|b| self.preview(&b)).collect()
    }

    fn preview(&self, found: &Found<'_>) -> String {
        let (id, drawing, name, is) = match found {
            Found::Beast(b) => (b.id(), &b.drawing, &b.name, &b.is),
            Found::Shadow(s) => (s.id(), &self.unmet, &s.name, &s.is),
        };
        let more = match found {
            Found::Beast(b) => {
                format!("<p><b>Bites:</b> {}</p>", super::card::plain(&b.bites))
            }
            Found::Shadow(s) => {
                format!("<p><b>Not met yet:</b> chapter {}</p>", s.chapter)
            }
        };
        format!(
            "<template data-beast=\"{id}\">{}<p class=\"beast-name\">{}</p><p>{}</p>{more}</template>",
            drawing.html(false),
            html::escaped(name),
            super::card::plain(is),
        )
    }
}

/// How a page of the book gets to the bestiary's: what stands before the `#`.
pub(super) fn way(file: &str) -> String {
    if file == PAGE {
        return String::new();
    }
    let depth = file.matches('/').count().saturating_sub(PAGE.matches('/').count());
    format!("{}bestiary.md", "../".repeat(depth))
}

fn anchor(to: &str, mention: &Mention) -> String {
    let Mention { id, text, .. } = mention;
    format!("<a class=\"beast-link\" data-beast=\"{id}\" href=\"{to}#{id}\">{text}</a>")
}

/// Puts something in the place of each link to a beast; none leaves its words.
fn replace(text: &str, mut with: impl FnMut(&Mention) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for mention in mentions(text) {
        out.push_str(&text[from..mention.range.start]);
        out.push_str(&with(&mention).unwrap_or_else(|| mention.text.clone()));
        from = mention.range.end;
    }
    out.push_str(&text[from..]);
    out
}
