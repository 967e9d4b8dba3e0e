//! An entry in two or three words, beside its row of the picture.

use super::state::{left_with, only_looks};
use ledger::{Entry, Value};

/// How wide a letter is at most, on average, in the picture's units.
const LETTER: f32 = 6.3;

/// More would not fit beside the lanes on a phone.
const LONGEST: usize = 20;

/// The verb, and what tells this entry from others of the verb.
pub(super) fn of(entry: &Entry) -> (&str, String) {
    let verb = entry.verb.as_str();
    if let Some(error) = entry.text("error") {
        return (verb, short(verb, error.to_owned()));
    }
    let numbered = |kind: &str| entry.number(kind).map(|n| format!("{kind} {n}"));
    let said = |kind: &str| entry.text(kind).map(str::to_owned);
    let rest = match verb {
        "read" | "write" => entry.number("bytes").map(|n| match n {
            1 => "1 byte".to_owned(),
            n => format!("{n} bytes"),
        }),
        "unpark" => entry.number("events").map(|n| match n {
            1 => "1 event".to_owned(),
            n => format!("{n} events"),
        }),
        "block" => said("call").map(|call| format!("in {call}")),
        "park" if only_looks(entry) => Some("and look".to_owned()),
        "park" => Some(String::new()),
        "wait" => Some(left_with(entry).trim_start_matches("a ").to_owned()),
        "timer" => entry.number("timer").map(|n| n.to_string()),
        "pending" => entry.number("wakers").map(|n| match n {
            1 => "1 waker".to_owned(),
            n => format!("{n} wakers"),
        }),
        "ready" => numbered("key"),
        "rearm" if entry.text("interest") == Some("nothing") => {
            numbered("fd").map(|fd| format!("{fd} off"))
        }
        _ => None,
    };
    let rest = rest.or_else(|| numbered("fd")).or_else(|| {
        let object = entry.objects.first()?;
        Some(match &object.value {
            Value::Text(text) => format!("\u{201c}{text}\u{201d}"),
            _ => object.to_string(),
        })
    });
    (verb, short(verb, rest.unwrap_or_default()))
}

/// How wide the label of an entry is, generously.
pub(super) fn width(entry: &Entry) -> i32 {
    let (verb, rest) = of(entry);
    ((verb.chars().count() + 1 + rest.chars().count()) as f32 * LETTER) as i32
}

/// As much of the rest as fits behind the verb.
fn short(verb: &str, rest: String) -> String {
    let room = LONGEST.saturating_sub(verb.chars().count() + 1);
    if rest.chars().count() <= room {
        return rest;
    }
    let start: String = rest.chars().take(room.saturating_sub(1)).collect();
    format!("{}\u{2026}", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, written};
    use super::*;

    #[test]
    fn a_label_says_what_tells_an_entry_from_others() {
        let ledger = ledger(LEDGER);
        let labels: Vec<String> = ledger
            .iter()
            .map(|entry| {
                let (verb, rest) = of(entry);
                format!("{verb} {rest}").trim_end().to_owned()
            })
            .collect();
        assert_eq!(
            labels,
            [
                "listen fd 1",
                "accept fd 2",
                "arm fd 2",
                "park",
                "unpark 1 event",
                "ready key 1",
                "read 16 bytes",
                "read WouldBlock",
                "close fd 2",
            ]
        );
    }

    #[test]
    fn a_timer_is_called_by_its_number_and_wakers_are_counted() {
        let entries = written(&[
            "future|timer|timer=1",
            "clerk|due|timer=1",
            "future|wait|fd=4 to=read",
            "future|wait|until=promise",
            "future|pending|wakers=3",
            "future|pending|",
            "clerk|park|until=looks",
            "clerk|wake|",
        ]);
        let labels: Vec<String> = entries
            .iter()
            .map(|entry| format!("{} {}", entry.verb, of(entry).1).trim_end().to_owned())
            .collect();
        assert_eq!(
            labels,
            [
                "timer 1",
                "due timer 1",
                "wait fd 4",
                "wait promise",
                "pending 3 wakers",
                "pending",
                "park and look",
                "wake",
            ]
        );
    }

    #[test]
    fn a_long_label_is_cut() {
        let long = LEDGER.replace("WouldBlock", "ConnectionResetByPeer");
        let ledger = ledger(&long);
        let (verb, rest) = of(&ledger.entries()[7]);
        assert_eq!((verb, rest.as_str()), ("read", "ConnectionRese\u{2026}"));
        assert!(width(&ledger.entries()[7]) <= 130);
    }

    #[test]
    fn a_wait_is_labelled_with_what_will_end_it() {
        let entries = written(&[
            "future|wait|task=1",
            "task 1|wait|until=permit",
            "task 1|wait|until=message",
            "task 1|wait|until=notified",
            "task 1|panic|",
            "future|abort|task=1",
            "clerk|drop|task=1",
        ]);
        let labels: Vec<String> = entries
            .iter()
            .map(|entry| format!("{} {}", entry.verb, of(entry).1).trim_end().to_owned())
            .collect();
        assert_eq!(
            labels,
            [
                "wait task 1",
                "wait permit",
                "wait message",
                "wait bell",
                "panic",
                "abort task 1",
                "drop task 1",
            ]
        );
    }
}
