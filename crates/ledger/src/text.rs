//! A ledger as text: number, actor, verb, objects, source line, in columns.

use std::fmt::{self, Write};

use crate::{Entry, Ledger, Object, Place, Value};

/// How wide the columns are, in characters. What does not fit pushes the rest of its line aside.
#[derive(Clone, Copy)]
struct Widths {
    n: usize,
    actor: usize,
    verb: usize,
    objects: usize,
}

/// For entries that are printed one by one, before anyone knows what the others will need.
const STREAMED: Widths = Widths { n: 4, actor: 11, verb: 8, objects: 30 };

/// One long line of text should not push every source line off the screen.
const WIDEST_OBJECTS: usize = 40;

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest =
            |width: fn(&Entry) -> usize| self.iter().map(width).max().unwrap_or(0);
        let widths = Widths {
            n: widest(|e| e.n.to_string().len()),
            actor: widest(|e| e.actor.chars().count()),
            verb: widest(|e| e.verb.chars().count()),
            objects: widest(|e| objects(e).chars().count()).min(WIDEST_OBJECTS),
        };
        for entry in self {
            let row =
                if f.alternate() { deed(entry, widths) } else { row(entry, widths) };
            writeln!(f, "{row}")?;
        }
        Ok(())
    }
}

/// One line, in the columns of a program that runs with `LEDGER=-`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&row(self, STREAMED))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Text(text) => write!(f, "{text:?}"),
            value => write!(f, "{} {value}", self.kind),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) | Value::Word { word: text } => {
                f.write_str(&on_one_line(text))
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

fn row(entry: &Entry, widths: Widths) -> String {
    let Widths { n, actor, verb, objects: wide } = widths;
    format!(
        "{:>n$}  {:<actor$}  {:<verb$}  {:<wide$}  {}",
        entry.n,
        on_one_line(&entry.actor),
        on_one_line(&entry.verb),
        objects(entry),
        entry.at
    )
}

/// Who did what to what: a row without its number and its source line.
fn deed(entry: &Entry, widths: Widths) -> String {
    let Widths { actor, verb, .. } = widths;
    let deed = format!(
        "{:<actor$}  {:<verb$}  {}",
        on_one_line(&entry.actor),
        on_one_line(&entry.verb),
        objects(entry)
    );
    deed.trim_end().to_owned()
}

fn objects(entry: &Entry) -> String {
    let objects: Vec<String> = entry.objects.iter().map(Object::to_string).collect();
    objects.join(", ")
}

/// An entry is one line, and what a customer sent must not steer the reader's terminal.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            let _ = write!(line, "{}", c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}
