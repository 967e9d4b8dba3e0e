//! The signs of the picture: one for each kind of thing that an entry can say.

use super::state::{only_looks, worked};
use ledger::{Entry, Lane};

/// What an entry looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    /// Something was done.
    Done,
    /// Nothing was to be had yet.
    NotYet,
    /// The thread stands still from here on.
    Still,
    /// Something is watched from here on.
    Watched,
    /// No news of it is wanted from here on.
    Unwatched,
    /// A deadline is set.
    Deadline,
    /// Somebody can go on.
    Ready,
    /// Something is gone.
    Gone,
}

impl Symbol {
    /// All of them, in the order in which the key explains them.
    const ALL: [Symbol; 8] = [
        Symbol::Done,
        Symbol::Still,
        Symbol::NotYet,
        Symbol::Watched,
        Symbol::Unwatched,
        Symbol::Deadline,
        Symbol::Ready,
        Symbol::Gone,
    ];

    /// The sign of an entry.
    pub fn of(entry: &Entry) -> Symbol {
        match (entry.verb.as_str(), entry.lane()) {
            ("park", _) if only_looks(entry) => Symbol::Done,
            ("block" | "park", _) => Symbol::Still,
            ("call", _) => Symbol::Done,
            ("due" | "wake", _) => Symbol::Ready,
            ("close" | "drop" | "panic", _) => Symbol::Gone,
            ("pending", _) => Symbol::NotYet,
            _ if !worked(entry) => Symbol::NotYet,
            ("disarm", _) => Symbol::Unwatched,
            ("timer", _) => Symbol::Deadline,
            (_, Lane::Reactor) if entry.text("interest") == Some("nothing") => {
                Symbol::Unwatched
            }
            (_, Lane::Reactor) => Symbol::Watched,
            (_, Lane::Queue) => Symbol::Ready,
            _ => Symbol::Done,
        }
    }

    /// Those of some entries, each once, in the key's order.
    pub fn used<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Symbol> {
        let used: Vec<Symbol> = entries.map(Symbol::of).collect();
        Symbol::ALL.into_iter().filter(|symbol| used.contains(symbol)).collect()
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Symbol::Done => "s-done",
            Symbol::NotYet => "s-notyet",
            Symbol::Still => "s-still",
            Symbol::Watched => "s-watched",
            Symbol::Unwatched => "s-unwatched",
            Symbol::Deadline => "s-deadline",
            Symbol::Ready => "s-ready",
            Symbol::Gone => "s-gone",
        }
    }

    /// What the key says of it.
    pub fn means(self) -> &'static str {
        match self {
            Symbol::Done => "done at once",
            Symbol::NotYet => "not yet",
            Symbol::Still => "the thread stands still",
            Symbol::Watched => "watched",
            Symbol::Unwatched => "not watched for now",
            Symbol::Deadline => "a deadline",
            Symbol::Ready => "can go on",
            Symbol::Gone => "closed, or gone",
        }
    }

    /// Its outline around a point, as the data of an SVG path.
    pub fn path(self, x: i32, y: i32) -> String {
        match self {
            Symbol::Done => format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", x - 4),
            Symbol::NotYet => {
                format!(
                    "M{} {y}a5 5 0 1 0 10 0a5 5 0 1 0-10 0zM{} {}l7-7",
                    x - 5,
                    x - 3,
                    y + 4
                )
            }
            Symbol::Still => format!("M{} {}h10v10h-10z", x - 5, y - 5),
            Symbol::Watched | Symbol::Unwatched => {
                format!("M{} {y}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", x - 5)
            }
            Symbol::Deadline => {
                format!(
                    "M{} {y}a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM{x} {}v3.5h2.5",
                    x - 6,
                    y - 3
                )
            }
            Symbol::Ready => format!("M{x} {}l6 6-6 6-6-6z", y - 6),
            Symbol::Gone => format!("M{} {}l8 8m0-8l-8 8", x - 4, y - 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, written};
    use super::*;

    #[test]
    fn entries_of_different_kinds_look_different() {
        let ledger = ledger(LEDGER);
        let signs: Vec<Symbol> = ledger.iter().map(Symbol::of).collect();
        use Symbol::*;
        assert_eq!(signs, [Done, Done, Watched, Still, Done, Ready, Done, NotYet, Gone]);
        assert_eq!(
            Symbol::used(ledger.iter()),
            [Done, Still, NotYet, Watched, Ready, Gone]
        );
    }

    #[test]
    fn what_a_loop_does_has_its_signs_too() {
        let loops = written(&[
            "clerk|park|until=looks",
            "future|wait|fd=2 to=read",
            "future|timer|timer=1",
            "future|pending|wakers=2",
            "clerk|due|timer=1",
            "clerk|wake|",
            "clerk|call|",
            "clerk|disarm|timer=2",
            "clerk 2|notify|",
            "clerk|ready|key=1",
        ]);
        let signs: Vec<Symbol> = loops.iter().map(Symbol::of).collect();
        use Symbol::*;
        assert_eq!(
            signs,
            [Done, Watched, Deadline, NotYet, Ready, Ready, Done, Unwatched, Done, Ready]
        );
    }

    #[test]
    fn no_two_signs_share_outline_and_class() {
        for (n, a) in Symbol::ALL.iter().enumerate() {
            for b in &Symbol::ALL[..n] {
                assert_ne!(a.class(), b.class());
                assert_ne!(a.means(), b.means());
            }
        }
    }

    #[test]
    fn a_task_that_panics_or_is_dropped_is_gone() {
        let ends = written(&[
            "future|spawn|task=1",
            "future|wait|task=1",
            "future|abort|task=1",
            "future|cancel|",
            "task 1|panic|",
            "clerk|drop|task=2",
        ]);
        let signs: Vec<Symbol> = ends.iter().map(Symbol::of).collect();
        use Symbol::*;
        assert_eq!(signs, [Ready, Watched, Done, Done, Gone, Gone]);
    }
}
