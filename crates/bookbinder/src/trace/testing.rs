//! A small trace for the tests of this module.

use super::Trace;
use super::steps::{self, Step};
use crate::testing::Scratch;
use ledger::Ledger;

/// A run with a door, one customer, and everything that the picture can show.
pub(super) const LEDGER: &str = r#"[
{"n":1,"actor":"clerk","verb":"listen","objects":[{"kind":"fd","value":1}],"at":{"file":"src/net.rs","line":2}},
{"n":2,"actor":"clerk","verb":"accept","objects":[{"kind":"fd","value":2}],"at":{"file":"src/net.rs","line":3}},
{"n":3,"actor":"clerk","verb":"arm","objects":[{"kind":"fd","value":2},{"kind":"key","value":1},{"kind":"interest","value":{"word":"read"}}],"at":{"file":"src/net.rs","line":4}},
{"n":4,"actor":"clerk","verb":"park","objects":[{"kind":"until","value":"an event"}],"at":{"file":"src/net.rs","line":5}},
{"n":5,"actor":"clerk","verb":"unpark","objects":[{"kind":"events","value":1}],"at":{"file":"src/net.rs","line":6}},
{"n":6,"actor":"clerk","verb":"ready","objects":[{"kind":"key","value":1},{"kind":"can","value":"read"}],"at":{"file":"src/net.rs","line":7}},
{"n":7,"actor":"customer 1","verb":"read","objects":[{"kind":"fd","value":2},{"kind":"bytes","value":16}],"at":{"file":"src/net.rs","line":8}},
{"n":8,"actor":"customer 1","verb":"read","objects":[{"kind":"fd","value":2},{"kind":"error","value":{"word":"WouldBlock"}}],"at":{"file":"src/net.rs","line":8}},
{"n":9,"actor":"clerk","verb":"close","objects":[{"kind":"fd","value":2}],"at":{"file":"src/net.rs","line":9}}
]
"#;

/// The source that says so.
pub(super) const SOURCE: &str = "fn f() {\n    trace!(fd, \"listen\");\n    trace!(fd, \"accept\");\n    trace!(fd, \"arm\");\n    trace!(\"park\");\n    trace!(\"unpark\");\n    trace!(key, \"ready\");\n    trace!(fd, \"read\");\n    trace!(fd, \"close\");\n}\n";

/// A workspace whose first chapter has one trace, `a-nap`.
pub(super) fn scratch(toml: &str, json: &str) -> Scratch {
    Scratch::two(
        &[
            ("examples/nap.rs", "fn main() {}\n"),
            ("src/net.rs", SOURCE),
            ("traces/a-nap.toml", toml),
            ("traces/a-nap.json", json),
        ],
        &[],
    )
}

/// A trace of [`LEDGER`] with more in its TOML.
pub(super) fn trace(more: &str) -> Trace {
    let toml =
        format!("program = \"nap\"\ntitle = \"A <nap>\"\nabout = \"It naps.\"\n{more}\n");
    let told = toml::from_str(&toml).unwrap();
    Trace { name: "a-nap".into(), told }
}

/// The entries of some JSON.
pub(super) fn ledger(json: &str) -> Ledger {
    Ledger::from_json(json).unwrap()
}

/// The steps of [`LEDGER`].
pub(super) fn steps() -> Vec<Step> {
    steps::of(&trace(""), &ledger(LEDGER)).unwrap()
}

/// A ledger with these entries, each as `actor|verb|kind=value …`.
pub(super) fn written(entries: &[&str]) -> Ledger {
    let entries: Vec<String> =
        entries.iter().zip(1..).map(|(entry, n)| json(n, entry)).collect();
    ledger(&format!("[{}]", entries.join(",")))
}

fn json(n: usize, entry: &str) -> String {
    let mut parts = entry.split('|');
    let mut part = || parts.next().unwrap_or_default();
    let (actor, verb, objects) = (part(), part(), part());
    let objects: Vec<String> = objects.split_whitespace().map(object).collect();
    format!(
        r#"{{"n":{n},"actor":"{actor}","verb":"{verb}","objects":[{}],"at":{{"file":"src/net.rs","line":1}}}}"#,
        objects.join(",")
    )
}

fn object(object: &str) -> String {
    let (kind, value) = object.split_once('=').unwrap();
    match value.parse::<i64>() {
        Ok(number) => format!(r#"{{"kind":"{kind}","value":{number}}}"#),
        Err(_) => format!(r#"{{"kind":"{kind}","value":"{value}"}}"#),
    }
}
