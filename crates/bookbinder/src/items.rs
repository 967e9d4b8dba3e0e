//! Finds an item of a Rust file by its name: no markers stand in the code.
//!
//! A name is a path as one would write it: `serve`, `TcpListener`, `TcpListener::bind`,
//! `tests::a_waker_wakes`, `Status::Ready`, `impl TcpListener`, `impl Read for TcpStream`.
//! A leading `fn`, `struct`, `mod` … tells two items of one name apart, and
//! `<TcpStream as Read>::read` two methods. `//!` is the file's head comment.

mod walk;

use crate::near;
use anyhow::{Result, bail};
use std::ops::RangeInclusive;

/// An item, a method, a variant: anything with a name and lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name, as messages give it: no two items of a file should share it.
    pub name: String,
    /// `fn`, `struct`, `impl`, `use`, …
    pub kind: &'static str,
    /// Its lines, from 1, with its docs, attributes and the comments right above it.
    pub lines: RangeInclusive<usize>,
    /// The line on which it begins when docs, attributes and comments are left out.
    pub begins: usize,
    /// The `cfg` attributes of it and of what it stands in, without `#[` and `]`.
    pub cfg: Vec<String>,
    /// Other names under which it can be found.
    aliases: Vec<String>,
}

impl Item {
    /// Is it only there in tests?
    pub fn is_test(&self) -> bool {
        let is_test =
            |cfg: &String| cfg == "cfg(test)" || cfg.starts_with("cfg(all(test,");
        self.cfg.iter().any(is_test)
    }

    /// The name by which one would call it: `Pipe::read`, even where a trait demands it.
    fn usual_name(&self) -> &str {
        match self.aliases.first() {
            Some(plain) if self.kind != "impl" => plain,
            _ => &self.name,
        }
    }

    /// `TcpListener::bind (line 12)`
    fn described(&self) -> String {
        let cfg: String = self.cfg.iter().map(|c| format!(", {c}")).collect();
        format!("`{}` (line {}{cfg})", self.name, self.begins)
    }
}

/// The items of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// In the order of the file; an item comes before what stands in it.
    pub all: Vec<Item>,
    /// The lines of the file's head: its `//!` comment and `#![…]` attributes.
    pub head: Option<RangeInclusive<usize>>,
}

/// Reads the items of a Rust file. An error names the line that is no Rust.
pub fn read(source: &str) -> Result<Items> {
    walk::items(source)
}

/// The lines (from 1) of the one item called `name`, its docs and attributes included.
pub fn find(source: &str, name: &str) -> Result<RangeInclusive<usize>> {
    let items = read(source)?;
    if name == "//!" {
        return items.head();
    }
    Ok(items.find(name)?.lines.clone())
}

impl Items {
    /// The file's head, or an error that says it has none.
    pub fn head(&self) -> Result<RangeInclusive<usize>> {
        match &self.head {
            Some(lines) => Ok(lines.clone()),
            None => bail!("no head comment; the file's first lines are no `//!`"),
        }
    }

    /// The one item called `name`.
    pub fn find(&self, name: &str) -> Result<&Item> {
        match self.candidates(name).as_slice() {
            [item] => Ok(item),
            [] => bail!("no item `{name}`{}", self.hint(name)),
            several => {
                let list: Vec<String> = several.iter().map(|i| i.described()).collect();
                bail!(
                    "`{name}` is several items: {}; give more of the name",
                    list.join(", ")
                )
            }
        }
    }

    /// Every item that `name` may mean: those with exactly that name, else those with that
    /// alias, else those whose path ends so.
    pub fn candidates(&self, name: &str) -> Vec<&Item> {
        let wanted = Wanted::new(name);
        let by = |is: &dyn Fn(&Item) -> bool| -> Vec<&Item> {
            self.all.iter().filter(|i| wanted.is_kind(i) && is(i)).collect()
        };
        let exact = by(&|i| canonical(&i.name) == wanted.name);
        if !exact.is_empty() {
            return exact;
        }
        let alias = by(&|i| i.aliases.contains(&wanted.name));
        if !alias.is_empty() {
            return alias;
        }
        let tail = format!("::{}", wanted.name);
        by(&|i| {
            canonical(&i.name).ends_with(&tail)
                || i.aliases.iter().any(|a| a.ends_with(&tail))
        })
    }

    /// The innermost item around a line.
    pub fn around(&self, line: usize) -> Option<&Item> {
        self.all.iter().rev().find(|i| i.lines.contains(&line))
    }

    /// The first line to show with an item: its own, or, for the first member of an `impl`, a
    /// `trait` or a `mod`, the line that opens it. So each such line has a place to be shown.
    pub fn lead(&self, item: &Item) -> usize {
        let first = *item.lines.start();
        let encloses = |outer: &&Item| {
            let kind = matches!(outer.kind, "impl" | "trait" | "mod" | "extern");
            kind && outer.begins < first && outer.lines.contains(item.lines.end())
        };
        let Some(outer) = self.all.iter().rev().find(encloses) else {
            return first;
        };
        let earlier =
            |other: &Item| other.begins > outer.begins && *other.lines.end() < first;
        if self.all.iter().any(earlier) { first } else { self.lead(outer) }
    }

    fn hint(&self, name: &str) -> String {
        let named = self.all.iter().filter(|i| !matches!(i.kind, "use" | "extern crate"));
        let names: Vec<&str> = named.map(Item::usual_name).collect();
        let last = |n: &str| n.rsplit("::").next().unwrap_or(n).to_owned();
        let hint = near::hint(name, names.iter().copied());
        if !hint.is_empty() {
            return hint;
        }
        // `Listener::bind` is far from `TcpListener::bindd`, but `bind` is near `bindd`.
        let same_end = names.iter().copied().filter(|n| {
            let (a, b) = (last(n), last(name));
            !near::names(&b, [a.as_str()], 1).is_empty()
        });
        let found: Vec<String> = same_end.take(3).map(|n| format!("`{n}`")).collect();
        if !found.is_empty() {
            return format!("; did you mean {}?", found.join(" or "));
        }
        let top = names.iter().filter(|n| !n.contains("::")).take(12);
        let top: Vec<String> = top.map(|n| format!("`{n}`")).collect();
        if top.is_empty() {
            String::new()
        } else {
            format!("; there are {}", top.join(", "))
        }
    }
}

/// What the author wrote, taken apart.
struct Wanted<'a> {
    kind: Option<&'a str>,
    name: String,
}

impl<'a> Wanted<'a> {
    fn new(name: &'a str) -> Wanted<'a> {
        const KINDS: [&str; 10] = [
            "fn",
            "struct",
            "enum",
            "union",
            "trait",
            "mod",
            "const",
            "static",
            "type",
            "macro_rules!",
        ];
        let name = name.trim();
        let name = name.strip_prefix("unsafe ").unwrap_or(name);
        if let Some((kind, rest)) = name.split_once(' ')
            && KINDS.contains(&kind)
        {
            return Wanted { kind: Some(kind), name: canonical(rest) };
        }
        Wanted { kind: None, name: canonical(name.strip_suffix('!').unwrap_or(name)) }
    }

    fn is_kind(&self, item: &Item) -> bool {
        self.kind.is_none_or(|kind| kind == item.kind)
    }
}

/// Without space, save one between two words.
fn canonical(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let mut out = String::new();
    for part in text.split_whitespace() {
        let apart = out.ends_with(is_word) && part.starts_with(is_word);
        out.push_str(if apart { " " } else { "" });
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
//! Head.
#![allow(dead_code)]

use std::io::{
    Read, Write,
};

/// Doc.
#[derive(Debug)]
pub struct A {
    x: [u8; 2],
}

// Why there is a static.
static S: [u8; 1] = [b'{'];

impl Wake for A {
    fn wake(self) {
        println!(\"}}\"); // }
    }
}

impl<T> std::future::Future for Handle<T>
where
    T: Copy,
{
    fn poll(self) {}
}

impl A {
    const ONE: u8 = 1;
    /// Makes one.
    pub(crate) const fn new() -> A { A { x: [0; 2] } }
    fn wake(self) {}
}

enum Status {
    Ready,
    /// Not yet.
    Cleaning,
}

macro_rules! log {
    () => {};
}

#[cfg(target_os = \"linux\")]
mod sys {
    pub fn wait() {}
}

#[cfg(not(target_os = \"linux\"))]
mod sys {
    pub fn wait() {}
}

trait Wake {
    fn wake(self);
}

unsafe extern \"C\" {
    fn getpid() -> i32;
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_waker_wakes() {}
}
";

    fn lines(name: &str) -> (usize, usize) {
        let found = find(SOURCE, name).unwrap();
        (*found.start(), *found.end())
    }

    fn error(name: &str) -> String {
        find(SOURCE, name).unwrap_err().to_string()
    }

    #[test]
    fn a_thread_local_has_the_name_of_its_static() {
        let source =
            "thread_local! {\n    /// Doc.\n    static A: u8 = const { 1 };\n}\n";
        assert_eq!(find(source, "A").unwrap(), 1..=4);
    }

    #[test]
    fn items_are_found_with_docs_attributes_and_comments() {
        assert_eq!(lines("A"), (8, 12));
        assert_eq!(lines("S"), (14, 15));
        assert_eq!(lines("log"), (43, 45));
        assert_eq!(lines("log!"), (43, 45));
        assert_eq!(lines("getpid"), (62, 62));
        assert_eq!(lines("//!"), (1, 2));
    }

    #[test]
    fn methods_constants_and_variants_are_found_by_path() {
        assert_eq!(lines("A::new"), (32, 33));
        assert_eq!(lines("A::ONE"), (31, 31));
        assert_eq!(lines("Status::Cleaning"), (39, 40));
        assert_eq!(lines("Handle::poll"), (27, 27));
        assert_eq!(lines("tests::a_waker_wakes"), (67, 68));
        assert_eq!(lines("mod tests"), (65, 69));
    }

    #[test]
    fn impls_are_found_by_trait_and_type_without_generics() {
        assert_eq!(lines("impl Wake for A"), (17, 21));
        assert_eq!(lines("impl Future for Handle"), (23, 28));
        assert_eq!(lines("impl Future for Handle<T>"), (23, 28));
        assert_eq!(lines("impl<T> std::future::Future for Handle<T>"), (23, 28));
        assert_eq!(lines("impl A"), (30, 35));
    }

    #[test]
    fn a_types_own_method_comes_before_a_traits() {
        assert_eq!(lines("A::wake"), (34, 34));
        assert_eq!(lines("<A as Wake>::wake"), (18, 20));
        assert_eq!(lines("Wake::wake"), (58, 58));
    }

    #[test]
    fn a_wrong_name_suggests_near_ones() {
        assert!(
            error("A::nwe").starts_with("no item `A::nwe`; did you mean `A::new`"),
            "{}",
            error("A::nwe")
        );
        assert!(
            error("Statsu").contains("did you mean `Status`?"),
            "{}",
            error("Statsu")
        );
        assert!(
            error("Worker::polll").contains("Handle::poll"),
            "{}",
            error("Worker::polll")
        );
        assert!(
            error("zzzzz").starts_with("no item `zzzzz`; there are `A`, `S`"),
            "{}",
            error("zzzzz")
        );
    }

    #[test]
    fn an_ambiguous_name_lists_the_candidates() {
        assert_eq!(
            error("sys::wait"),
            "`sys::wait` is several items: \
             `sys::wait` (line 49, cfg(target_os=\"linux\")), \
             `sys::wait` (line 54, cfg(not(target_os=\"linux\"))); give more of the name"
        );
        assert!(error("wake").contains("several items"));
    }

    #[test]
    fn the_innermost_item_around_a_line_is_known() {
        let items = read(SOURCE).unwrap();
        assert_eq!(items.around(19).unwrap().name, "<A as Wake>::wake");
        assert_eq!(items.around(5).unwrap().kind, "use");
        assert!(items.around(7).is_none());
        assert!(items.around(68).unwrap().is_test());
        assert!(!items.around(50).unwrap().is_test());
    }

    #[test]
    fn the_first_member_leads_with_the_line_that_opens_its_impl() {
        let items = read(SOURCE).unwrap();
        let lead = |name: &str| items.lead(items.find(name).unwrap());
        assert_eq!(lead("A::ONE"), 30);
        assert_eq!(lead("A::new"), 32);
        assert_eq!(lead("<A as Wake>::wake"), 17);
        assert_eq!(lead("tests::a_waker_wakes"), 65);
        assert_eq!(lead("A"), 8);
    }

    #[test]
    fn a_reference_keeps_its_space_in_the_name() {
        let items = read("impl io::Read for &A {}").unwrap();
        assert_eq!(items.all[0].name, "impl Read for &A");
        assert!(
            items.find("impl Read for &A").is_ok()
                && items.find("impl io::Read for & A").is_ok()
        );
    }

    #[test]
    fn what_is_no_rust_is_named_with_its_line() {
        let error = read("fn a() {}\nfn b( {\n").unwrap_err().to_string();
        assert!(error.starts_with("line 2"), "{error}");
    }

    #[test]
    fn a_file_without_a_head_says_so() {
        assert!(
            find("fn a() {}", "//!").unwrap_err().to_string().contains("no head comment")
        );
    }
}
