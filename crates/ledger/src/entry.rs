//! What a ledger is made of, and the questions it answers.

use serde::{Deserialize, Serialize};

/// What was recorded, in the order in which it happened.
///
/// It prints as aligned text, one line an entry. `{:#}` leaves out the numbers and the source
/// lines, for comparisons that should survive an edit of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its number: 1 for the first entry of the recording.
    pub n: u64,
    /// Who did it: `clerk`, `clerk 2`, `task 3`.
    pub actor: String,
    /// What was done: `read`, `poll`, `wake`.
    pub verb: String,
    /// What it was done to or with, in the order in which the source names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// The line of source that said so.
    pub at: Place,
}

/// What something was done to or with: `fd 1`, `bytes 12`, `"DROP silk shirt"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What kind of thing it is: the field's name in the event.
    pub kind: String,
    /// Which one of its kind, or how much of it.
    pub value: Value,
}

/// The value of an [`Object`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A field that was `true` or `false`.
    Flag(bool),
    /// A whole number. Prints after its kind: `bytes 12`.
    Number(i64),
    /// A string. Prints in quotes, without its kind.
    Text(String),
    /// Anything else (`?value`, `%value`), as it prints itself. Prints after its kind:
    /// `interest READ`.
    Word {
        /// How the value printed itself.
        word: String,
    },
}

/// A line of source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to its package: `src/net.rs`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Ledger {
    /// The entries, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How often `verb` was done.
    pub fn count(&self, verb: &str) -> usize {
        self.iter().filter(|e| e.verb == verb).count()
    }

    /// What was done, in order, without who did it and to what.
    pub fn verbs(&self) -> Vec<&str> {
        self.iter().map(|e| e.verb.as_str()).collect()
    }

    /// Who did something, each named once, in order of first appearance.
    pub fn actors(&self) -> Vec<&str> {
        let mut actors: Vec<&str> = Vec::new();
        for entry in self {
            if !actors.contains(&entry.actor.as_str()) {
                actors.push(&entry.actor);
            }
        }
        actors
    }

    /// The part of this ledger that `keep` says yes to. The entries keep their numbers.
    pub fn filter(&self, mut keep: impl FnMut(&Entry) -> bool) -> Ledger {
        self.iter().filter(|entry| keep(entry)).cloned().collect()
    }

    /// What `actor` did.
    pub fn by(&self, actor: &str) -> Ledger {
        self.filter(|e| e.actor == actor)
    }

    /// What was done to or with one thing: `ledger.about("fd", 1)`.
    pub fn about(&self, kind: &str, value: impl Into<Value>) -> Ledger {
        let value = value.into();
        self.filter(|e| {
            e.objects.iter().any(|object| object.kind == kind && object.value == value)
        })
    }
}

impl Entry {
    /// The value of this entry's first object of a kind.
    pub fn object(&self, kind: &str) -> Option<&Value> {
        let object = self.objects.iter().find(|object| object.kind == kind)?;
        Some(&object.value)
    }

    /// The number of this entry's first object of a kind, if it is a number.
    pub fn number(&self, kind: &str) -> Option<i64> {
        match self.object(kind)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text of this entry's first object of a kind, if it is a string or a word.
    pub fn text(&self, kind: &str) -> Option<&str> {
        match self.object(kind)? {
            Value::Text(text) | Value::Word { word: text } => Some(text),
            _ => None,
        }
    }
}

impl FromIterator<Entry> for Ledger {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Ledger {
        Ledger { entries: entries.into_iter().collect() }
    }
}

impl<'a> IntoIterator for &'a Ledger {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Ledger {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl Place {
    /// The place of a source file as the compiler names it (`chapters/ch01-blocking/src/net.rs`),
    /// which depends on where the workspace lies and who built it.
    pub(crate) fn new(file: Option<&str>, line: Option<u32>) -> Place {
        Place {
            file: within_package(file.unwrap_or("?")).to_owned(),
            line: line.unwrap_or(0),
        }
    }
}

/// The part of a path that starts at the package's `src/`, `examples/`, `tests/` or `benches/`.
fn within_package(path: &str) -> &str {
    let is_root = |name| matches!(name, "src" | "examples" | "tests" | "benches");
    let mut start = None;
    let mut before = "";
    let mut at = 0;
    for name in path.split('/') {
        // `src/tests/wake.rs` is a module below `src`; `shop/tests/src/lib.rs` is a package of tests.
        let is_module_of_src = before == "src" && name != "src";
        if is_root(name) && !is_module_of_src {
            start = Some(at);
        }
        before = name;
        at += name.len() + 1;
    }
    &path[start.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::within_package;

    #[test]
    fn a_place_does_not_depend_on_where_the_workspace_lies() {
        for (path, place) in [
            ("chapters/ch01-blocking/src/net.rs", "src/net.rs"),
            ("/home/ada/src/bestiary/chapters/ch01/src/net.rs", "src/net.rs"),
            ("/home/ada/src/bestiary/chapters/ch01/examples/nap.rs", "examples/nap.rs"),
            ("tests/src/lib.rs", "src/lib.rs"),
            ("crates/ledger/src/tests/wake.rs", "src/tests/wake.rs"),
            ("crates/ledger/tests/wake.rs", "tests/wake.rs"),
            ("src/shop/mod.rs", "src/shop/mod.rs"),
            ("net.rs", "net.rs"),
            ("?", "?"),
        ] {
            assert_eq!(within_package(path), place, "from {path}");
        }
    }
}
