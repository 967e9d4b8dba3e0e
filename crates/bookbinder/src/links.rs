//! Reads the finished pages as a browser would, and says what is wrong with them: links that
//! lead nowhere, `id`s given twice, images without a description, anything that would be
//! fetched from elsewhere, pages without text.

use crate::Problem;
use anyhow::{Context, Result};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Checks the book in the folder `out`; gives everything that is wrong with it.
///
/// # Errors
///
/// The folder or one of its pages cannot be read.
pub fn check(out: &Path) -> Result<Vec<Problem>> {
    let mut pages = BTreeMap::new();
    read_pages(out, out, &mut pages)?;
    if pages.is_empty() {
        return Ok(vec![Problem::in_file(
            out.to_string_lossy(),
            "there is no page; build the book first: `cargo bestiary build`",
        )]);
    }
    let mut problems = Vec::new();
    for (path, page) in &pages {
        let name = path.to_string_lossy().replace('\\', "/");
        let mut say = |what: String| problems.push(Problem::in_file(&*name, what));
        page.problems.iter().for_each(|p| say(p.clone()));
        for id in page.twice() {
            say(format!("the id `{id}` is given twice"));
        }
        if page.text == 0 && !is_frame(path) {
            say("the page has no text".to_owned());
        }
        for load in page.loads.iter().filter(|l| is_elsewhere(l)) {
            say(format!(
                "the page fetches {load}; put a copy into book/theme or book/static"
            ));
        }
        let links: BTreeSet<&String> = page.links.iter().chain(&page.loads).collect();
        for link in links.into_iter().filter(|l| !is_elsewhere(l)) {
            if let Err(what) = follow(out, path, link, &pages) {
                say(format!("the link to {link} leads nowhere: {what}"));
            }
        }
    }
    Ok(problems)
}

/// mdBook's own pages: a contents list within a frame.
fn is_frame(path: &Path) -> bool {
    path == Path::new("toc.html")
}

/// `https://…`, `//…`, `mailto:…`, `data:…`: nothing of ours.
fn is_elsewhere(link: &str) -> bool {
    let scheme = link.split([':', '/', '#', '?']).next().unwrap_or("");
    let has_scheme = !scheme.is_empty() && link[scheme.len()..].starts_with(':');
    has_scheme || link.starts_with("//")
}

/// Goes where a link of `page` leads.
fn follow(
    out: &Path,
    page: &Path,
    link: &str,
    pages: &BTreeMap<PathBuf, Page>,
) -> Result<(), &'static str> {
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let file = decoded(file.split('?').next().unwrap_or(""));
    let mut target = page.to_path_buf();
    if !file.is_empty() {
        target = joined(page, &file).ok_or("it leaves the book")?;
        if out.join(&target).is_dir() {
            target.push("index.html");
        }
    }
    if !out.join(&target).is_file() {
        return Err("there is no such file");
    }
    let fragment = decoded(fragment);
    let found = fragment.is_empty()
        || pages.get(&target).is_none_or(|p| p.ids.contains_key(&fragment));
    if found { Ok(()) } else { Err("there is no such place on the page") }
}

/// A link's path, seen from the page that has it; none when it leads out of the book.
fn joined(page: &Path, file: &str) -> Option<PathBuf> {
    // An absolute path is the book's root, as on the preview server.
    let mut target = match file.strip_prefix('/') {
        Some(_) => PathBuf::new(),
        None => page.parent()?.to_path_buf(),
    };
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir if target.pop() => {}
            Component::ParentDir => return None,
            Component::Normal(part) => target.push(part),
            _ => {}
        }
    }
    Some(target)
}

/// `%20` and the like undone.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex =
            text.get(at + 1..at + 3).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn read_pages(
    root: &Path,
    dir: &Path,
    pages: &mut BTreeMap<PathBuf, Page>,
) -> Result<()> {
    for entry in
        fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            read_pages(root, &path, pages)?;
        } else if path.extension().is_some_and(|e| e == "html") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("reading {}", path.display()))?;
            pages.insert(path.strip_prefix(root)?.to_path_buf(), Page::read(text));
        }
    }
    Ok(())
}

/// What a page is made of, as far as it is checked.
#[derive(Debug, Default)]
struct Page {
    /// Each `id` with the number of times it is given.
    ids: BTreeMap<String, usize>,
    /// What a reader can follow.
    links: Vec<String>,
    /// What a browser fetches by itself.
    loads: Vec<String>,
    /// How many letters stand in `<main>`.
    text: usize,
    in_main: bool,
    problems: Vec<String>,
}

impl Page {
    fn read(text: String) -> Page {
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from(text));
        let tokenizer =
            Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    fn twice(&self) -> impl Iterator<Item = &String> {
        self.ids.iter().filter(|(_, n)| **n > 1).map(|(id, _)| id)
    }

    fn tag(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|a| &*a.name.local == name);
            found.map(|a| a.value.to_string())
        };
        if let Some(id) = attribute("id") {
            *self.ids.entry(id).or_default() += 1;
        }
        match &*tag.name {
            "main" => self.in_main = true,
            "a" => self.links.extend(attribute("href")),
            "link" => self.loads.extend(attribute("href")),
            "img" => {
                self.loads.extend(attribute("src"));
                if attribute("alt").is_none() {
                    let src = attribute("src").unwrap_or_default();
                    self.problems.push(format!(
                        "the image {src} has no description; give it an `alt`"
                    ));
                }
            }
            "script" | "iframe" | "source" | "video" | "audio" | "embed" => {
                self.loads.extend(attribute("src"))
            }
            "object" => self.loads.extend(attribute("data")),
            _ => {}
        }
    }
}

struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                page.tag(&tag);
                match &*tag.name {
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" => return TokenSinkResult::RawData(RawKind::Rawtext),
                    "title" | "textarea" => {
                        return TokenSinkResult::RawData(RawKind::Rcdata);
                    }
                    _ => {}
                }
            }
            Token::TagToken(tag) if &*tag.name == "main" => page.in_main = false,
            Token::CharacterTokens(text) if page.in_main => {
                page.text += text.trim().len()
            }
            Token::ParseError(error) => {
                page.problems.push(format!("broken HTML: {error}"))
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Scratch;

    fn check(pages: &[(&str, &str)]) -> Vec<String> {
        let scratch = Scratch::new();
        for (path, body) in pages {
            scratch.file(
                path,
                &format!(
                    "<!DOCTYPE html><html><body><main>text{body}</main></body></html>"
                ),
            );
        }
        scratch.file("style.css", "");
        super::check(scratch.path()).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_sound_book_has_no_problems() {
        let found = check(&[
            (
                "index.html",
                "<a href=\"a/b.html#x%20y\">b</a> <a href='a/'>a</a> <a href='https://x.org'>x</a><link href='style.css'>",
            ),
            (
                "a/b.html",
                "<p id='x y'></p><a href='#x y'>x</a><a href='/index.html'>i</a><img src='../style.css' alt=''>",
            ),
            (
                "a/index.html",
                "<a href='../index.html?a=b'>x</a><script>if (a < b) '<a href=\"no.html\">'</script>",
            ),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn each_kind_of_problem_is_found() {
        let found = check(&[(
            "index.html",
            "<a href='gone.html'>a</a><a href='#gone'>b</a><a href='../out.html'>c</a><i id=x></i><b id=x></b>\
             <img src='style.css'><script src='https://cdn.example/x.js'></script>",
        )]);
        for part in [
            "gone.html leads nowhere: there is no such file",
            "#gone leads nowhere: there is no such place",
            "out.html leads nowhere: it leaves the book",
            "the id `x` is given twice",
            "has no description",
            "fetches https://cdn.example/x.js",
        ] {
            assert!(
                found.iter().any(|f| f.contains(part)),
                "{part} is not in {found:#?}"
            );
        }
        assert_eq!(found.len(), 6, "{found:#?}");
    }

    #[test]
    fn an_empty_page_is_found() {
        let scratch = Scratch::new();
        scratch.file(
            "a.html",
            "<!DOCTYPE html><html><body>menu<main> <p></p></main></body></html>",
        );
        let found = super::check(scratch.path()).unwrap();
        assert_eq!(found[0].to_string(), "a.html: the page has no text");
    }

    #[test]
    fn a_folder_without_pages_says_what_to_do() {
        let found = super::check(Scratch::new().path()).unwrap();
        assert!(found[0].what.contains("cargo bestiary build"));
    }
}
