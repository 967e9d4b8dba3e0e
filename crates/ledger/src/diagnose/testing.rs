//! Ledgers written by hand, for the tests of the rules.

use super::{Rule, facts::Facts};
use crate::{Entry, Ledger, Object, Place, Value};

/// What a rule says about such a ledger.
pub(super) fn says(find: Rule, text: &str) -> Vec<String> {
    find(&Facts::of(ledger(text).entries())).into_iter().map(|f| f.says).collect()
}

/// The same, with its evidence in brackets.
pub(super) fn says_why(find: Rule, text: &str) -> Vec<String> {
    let ledger = ledger(text);
    let found = find(&Facts::of(ledger.entries())).into_iter();
    found.map(|f| format!("{} ({})", f.says, f.evidence)).collect()
}

/// A line an entry: `clerk: arm fd 1; key 0; interest read, on the edge`. Numbers are numbers,
/// what stands in quotes is text, and the rest are words.
pub(super) fn ledger(text: &str) -> Ledger {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.zip(1..).map(|(line, n)| entry(line, n)).collect()
}

fn entry(line: &str, n: u64) -> Entry {
    let (actor, deed) = line.split_once(": ").expect("an actor and a colon");
    let (verb, objects) = deed.split_once(' ').unwrap_or((deed, ""));
    Entry {
        n,
        actor: actor.to_owned(),
        verb: verb.to_owned(),
        objects: objects.split("; ").filter(|o| !o.is_empty()).map(object).collect(),
        at: Place::new(Some("src/hand.rs"), Some(1)),
    }
}

fn object(text: &str) -> Object {
    let (kind, value) = text.split_once(' ').expect("a kind and a value");
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = match (value.parse(), quoted) {
        (Ok(number), _) => Value::Number(number),
        (_, Some(text)) => Value::Text(text.to_owned()),
        _ => Value::Word { word: value.to_owned() },
    };
    Object { kind: kind.to_owned(), value }
}
