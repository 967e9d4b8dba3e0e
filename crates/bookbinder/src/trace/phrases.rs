//! One sentence for each entry: the phrase book.
//!
//! It says what an entry always means. What it means in this run, the trace's own sentences say.

use super::state::{
    FUTURE, State, Timer, called, left_with, only_looks, subject, timer_name, woken,
    worked,
};
use anyhow::{Result, bail};
use ledger::Entry;

/// The sentence for an entry, given what held before it.
///
/// # Errors
///
/// The book has no phrase for its verb.
pub(super) fn of(entry: &Entry, before: &State) -> Result<String> {
    let fd = subject(entry).unwrap_or_else(|| "it".to_owned());
    if let Some(timer) = timer_name(entry) {
        return Ok(capital(&of_timer(entry, &timer, before)?));
    }
    let say = match entry.verb.as_str() {
        "listen" => format!("The door is open: the kernel queues whoever calls {fd}."),
        "accept" if worked(entry) => {
            format!("Somebody is let in: {fd} is the line to them.")
        }
        "accept" => refused(entry, "Nobody is at the door"),
        "connect" if worked(entry) => format!("{fd} is connected."),
        "connect" => refused(entry, &format!("{fd} is not connected yet")),
        "read" => read(entry, &fd),
        "write" if worked(entry) => {
            format!("The kernel takes {} for {fd}.", bytes(entry))
        }
        "write" => refused(entry, &format!("The kernel has no room for {fd}")),
        "close" => {
            format!("{fd} is closed: its number in the kernel is free for somebody else.")
        }
        "block" => block(entry, &fd),
        "arm" => {
            format!("From now on the poller watches {fd}: it tells {}.", interest(entry))
        }
        "rearm" if entry.text("interest") == Some("nothing") => {
            format!("No news of {fd} is wanted for now.")
        }
        "rearm" => {
            format!("The poller watches {fd} again: it tells {}.", interest(entry))
        }
        "disarm" => format!("The poller watches {fd} no more."),
        "park" => park(entry, before),
        "unpark" => unpark(entry, before),
        "wait" => wait(entry),
        "notify" => format!(
            "{} rings the poller's bell: whoever waits there waits no longer.",
            who(&entry.actor)
        ),
        "call" => {
            "A call that was left with the loop has its turn: it is made.".to_owned()
        }
        "ready" if entry.object("key").is_some() => {
            let fd = before.news_of(entry).unwrap_or(fd);
            format!(
                "{fd} has news: {} would not block{}.",
                calls(entry),
                for_whom(entry, before)
            )
        }
        "timer" => match entry.number("ticket") {
            Some(ticket) => format!(
                "Ticket {ticket} is not clean yet: {} gets a deadline, and no answer so far.",
                entry.actor
            ),
            None => {
                format!("{} is to go on when its deadline is over.", who(&entry.actor))
            }
        },
        "due" => format!("The deadline of {fd} is over: it is their turn."),
        "spawn" => format!("{fd} is new, and stands in the run queue."),
        "wake" => wake(entry, before),
        "poll" => poll(entry, before),
        "pending" => pending(entry),
        "ready" => format!("{} is done: ready.", who(&entry.actor)),
        "drop" => drop(entry, before),
        "panic" => format!(
            "{} has panicked: that is its end, and nobody else's.",
            who(&entry.actor)
        ),
        "abort" => format!(
            "{fd} is aborted: it has a mark now, and will end when its next turn comes."
        ),
        "cancel" => format!(
            "{} asks for work to come to an end: whoever does it may hear that when they wait.",
            who(&entry.actor)
        ),
        verb => bail!("the phrase book has nothing for `{verb}`"),
    };
    Ok(capital(&say))
}

fn who(actor: &str) -> String {
    match actor {
        "timer" => "the timer thread".to_owned(),
        actor => called(actor),
    }
}

/// What happens to a timer that has a number.
fn of_timer(entry: &Entry, timer: &str, before: &State) -> Result<String> {
    let theirs = |set: &&Timer| set.name == timer && set.whose != set.name;
    Ok(match entry.verb.as_str() {
        "timer" => format!(
            "{} sets {timer}, and leaves with it what is to be done when it is due.",
            who(&entry.actor)
        ),
        "due" => match before.timers.iter().find(theirs) {
            Some(set) => format!("{timer} is due: {} set it.", who(&set.whose)),
            None => format!("{timer} is due."),
        },
        "disarm" => format!("{timer} is taken back: nobody waits for it any more."),
        verb => bail!("the phrase book has nothing for `{verb}` with a timer"),
    })
}

/// Someone leaves a waker.
fn wait(entry: &Entry) -> String {
    let who = who(&entry.actor);
    let with = left_with(entry);
    if entry.number("task").is_some() {
        return format!(
            "{who} leaves the waker with {with}, to be called when that task is over."
        );
    }
    if entry.number("fd").is_some() {
        let call = entry.text("to").unwrap_or("read");
        return format!(
            "{who} leaves the waker with {with}, to be called when a `{call}` is worth another try."
        );
    }
    match with.as_str() {
        "a permit" => format!(
            "No permit is free: {who} gets in line for one, and leaves the waker there."
        ),
        "a message" => format!(
            "There is no message yet: {who} leaves the waker with the channel, to be called when \
             there is one."
        ),
        "a bell" => {
            format!("{who} leaves the waker with the bell, to be called when it rings.")
        }
        _ => format!(
            "The promise is not kept yet: {who} leaves the waker there, to be called when it is."
        ),
    }
}

/// Whose waker is called because of some news, to stand at the end of a sentence.
fn for_whom(entry: &Entry, before: &State) -> String {
    if !before.has_futures {
        return String::new();
    }
    let mut left = before.rung_by(entry).map(|left| who(&left.by)).collect::<Vec<_>>();
    left.dedup();
    match &left[..] {
        [] => ", and nobody waits for that".to_owned(),
        [one] => format!(", and {one} waits for that"),
        [some @ .., last] => {
            format!(", and {} and {last} wait for that", some.join(", "))
        }
    }
}

fn wake(entry: &Entry, before: &State) -> String {
    let whom = woken(entry);
    let it = who(&whom);
    if before.queue.iter().any(|token| token.name == whom) {
        return format!("The waker is called again: {it} is in line already.");
    }
    let polled = before.threads.iter().any(|thread| thread.polls.as_ref() == Some(&whom));
    if polled && before.polled_for(&entry.actor) == whom {
        return match entry.actor == whom && whom != FUTURE {
            true => format!("{it} calls its own waker: it is to have another turn."),
            false => format!(
                "{} calls the waker itself: {it} is to have another turn.",
                who(&entry.actor)
            ),
        };
    }
    match before.rung_for(&whom) {
        Some(rung) => {
            format!("The waker that was left with {rung} is called: {it} gets in line.")
        }
        None if entry.actor == "clerk" => {
            format!("{it}'s waker is called: it gets in line.")
        }
        None if whom == FUTURE => {
            format!("{} calls the waker: {it} gets in line.", who(&entry.actor))
        }
        None => {
            format!("{} calls the waker of {it}: that gets in line.", who(&entry.actor))
        }
    }
}

fn poll(entry: &Entry, before: &State) -> String {
    let it = who(&entry.actor);
    if before.patron(&entry.actor).is_none_or(|patron| !patron.has_begun) {
        return format!("{it} is polled for the first time: it begins.");
    }
    format!("{it} is polled: it goes on from where it was.")
}

fn drop(entry: &Entry, before: &State) -> String {
    let Some(whom) = subject(entry) else {
        return format!("{} is dropped.", who(&entry.actor));
    };
    match before.patron(&whom) {
        Some(patron) if patron.has_begun => {
            format!("{whom} is dropped where it stands, and what it had with it.")
        }
        _ => format!("{whom} is dropped, and has never begun."),
    }
}

fn pending(entry: &Entry) -> String {
    let it = who(&entry.actor);
    match entry.number("wakers") {
        None => format!("{it} has to wait, and says so: pending."),
        Some(0) => format!("{it} is pending, and nobody else has its waker."),
        Some(1) => format!("{it} is pending; its waker is with others, once."),
        Some(2) => format!("{it} is pending; its waker is with others, twice."),
        Some(n) => format!("{it} is pending; its waker is with others, {n} times."),
    }
}

fn unpark(entry: &Entry, before: &State) -> String {
    match (entry.number("events"), before.looked) {
        (None, _) => "The thread wakes up.",
        (Some(0), true) => "There is no news.",
        (Some(0), false) if before.notified => {
            "The thread wakes up: somebody has rung the bell."
        }
        (Some(0), false) => "The wait is over, and nobody has rung.",
        (Some(1), true) => "One descriptor has news.",
        (Some(1), false) => "The thread wakes up: one descriptor has news.",
        (Some(n), true) => return format!("{n} descriptors have news."),
        (Some(n), false) => {
            return format!("The thread wakes up: {n} descriptors have news.");
        }
    }
    .to_owned()
}

fn read(entry: &Entry, fd: &str) -> String {
    match entry.number("bytes") {
        _ if !worked(entry) => {
            refused(entry, &format!("The kernel has nothing for {fd} yet"))
        }
        Some(0) => {
            format!("`read` gives 0 bytes: the other side of {fd} has said its last.")
        }
        _ => format!("`read` gives {} from {fd}.", bytes(entry)),
    }
}

fn bytes(entry: &Entry) -> String {
    match entry.number("bytes") {
        Some(1) => "1 byte".to_owned(),
        Some(n) => format!("{n} bytes"),
        None => "bytes".to_owned(),
    }
}

/// A call that gave nothing: `why` if that is because there is nothing yet.
fn refused(entry: &Entry, why: &str) -> String {
    let (call, error) = (&entry.verb, entry.text("error").unwrap_or("an error"));
    match error {
        "WouldBlock" => format!("{why}: `{call}` says `WouldBlock`."),
        error => format!("`{call}` fails: `{error}`."),
    }
}

fn block(entry: &Entry, what: &str) -> String {
    match entry.text("call") {
        Some("accept") => {
            "The thread asks for a customer, and stands still until one comes.".to_owned()
        }
        Some("read") => format!(
            "The thread asks what {} says, and stands still until they say something.",
            who(&entry.actor)
        ),
        Some("sleep") => format!("The thread sleeps until {what} is clean."),
        Some(call) => {
            format!("The thread calls `{call}`, and stands still until it returns.")
        }
        None => "The thread stands still.".to_owned(),
    }
}

fn interest(entry: &Entry) -> &'static str {
    match entry.text("interest").unwrap_or("read") {
        "read" => "when there is something to read, for as long as there is",
        "write" => "when there is room to write, for as long as there is",
        "read and write" => "when there is something to read or room to write",
        "read, on the edge" => "each time that something new comes, and only then",
        "nothing" => "nothing, for now",
        _ => "each time that something new happens, and only then",
    }
}

fn park(entry: &Entry, before: &State) -> String {
    let until = entry.text("until").unwrap_or_default();
    if only_looks(entry) {
        let why = match before.queue.first() {
            Some(first) => format!(", for {} is in line", who(&first.name)),
            None => String::new(),
        };
        return format!("The thread looks for news, and does not wait{why}.");
    }
    if until.contains("woken") {
        return "The thread sleeps until the waker is called.".to_owned();
    }
    let deadline = until.contains("deadline");
    let watched = before.watched.values().filter(|watch| watch.wants_news()).count();
    let descriptors = match watched {
        0 if deadline || until.is_empty() => {
            return "The thread waits until a deadline is over.".to_owned();
        }
        0 => "somebody rings its bell".to_owned(),
        1 => "one descriptor has news".to_owned(),
        n => format!("one of {n} descriptors has news"),
    };
    let or = if deadline { ", or a deadline is over" } else { "" };
    format!("The thread waits until {descriptors}{or}.")
}

/// Which calls would not block.
fn calls(entry: &Entry) -> &'static str {
    match entry.text("can") {
        Some("write") => "a `write`",
        Some("read and write") => "a `read` or a `write`",
        _ => "a `read`",
    }
}

fn capital(sentence: &str) -> String {
    // A descriptor's name is not written otherwise because it comes first.
    if sentence.starts_with("fd ") {
        return sentence.to_owned();
    }
    let mut chars = sentence.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    first + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, ledger, steps};
    use super::*;

    #[test]
    fn an_entry_is_told_as_what_it_means() {
        let say: Vec<String> = steps().into_iter().map(|step| step.say).collect();
        assert_eq!(
            say,
            [
                "The door is open: the kernel queues whoever calls fd 1.",
                "Somebody is let in: fd 2 is the line to them.",
                "From now on the poller watches fd 2: it tells when there is something to read, for as long as there is.",
                "The thread waits until one descriptor has news.",
                "The thread wakes up: one descriptor has news.",
                "fd 2 has news: a `read` would not block.",
                "`read` gives 16 bytes from fd 2.",
                "The kernel has nothing for fd 2 yet: `read` says `WouldBlock`.",
                "fd 2 is closed: its number in the kernel is free for somebody else.",
            ]
        );
    }

    /// The sentence for entry 8 of the ledger, `read` with an error, after some replacing.
    fn eighth(from: &str, to: &str) -> String {
        let changed = ledger(&LEDGER.replace(from, to));
        of(&changed.entries()[7], &State::default()).unwrap()
    }

    #[test]
    fn not_yet_is_told_apart_from_never() {
        assert_eq!(
            eighth("WouldBlock", "ConnectionReset"),
            "`read` fails: `ConnectionReset`."
        );
        assert_eq!(
            eighth("\"verb\":\"read\"", "\"verb\":\"accept\""),
            "Nobody is at the door: `accept` says `WouldBlock`."
        );
        assert!(
            eighth("\"verb\":\"read\"", "\"verb\":\"write\"")
                .starts_with("The kernel has no room")
        );
    }

    #[test]
    fn every_verb_that_has_a_lane_has_a_phrase() {
        for verb in [
            "listen", "connect", "accept", "read", "write", "close", "block", "park",
            "unpark", "arm", "rearm", "disarm", "timer", "spawn", "wake", "due", "ready",
            "poll", "pending", "drop", "wait", "notify", "call", "panic", "abort",
            "cancel",
        ] {
            let say = eighth("\"verb\":\"read\"", &format!("\"verb\":\"{verb}\""));
            assert!(say.ends_with('.') && say.len() > 15, "{verb}: {say}");
        }
    }

    /// The sentence for the last of these entries.
    fn last(entries: &[&str]) -> String {
        let trace = super::super::testing::trace("");
        let steps =
            super::super::steps::of(&trace, &super::super::testing::written(entries));
        steps.unwrap().pop().unwrap().say
    }

    const WAITS: [&str; 5] = [
        "future|poll|",
        "future|arm|fd=2 key=7 interest=both",
        "customer 1|wait|fd=2 to=read",
        "future|timer|timer=1",
        "future|pending|wakers=2",
    ];

    fn then(entries: &[&str]) -> String {
        last(&[&WAITS[..], entries].concat())
    }

    #[test]
    fn a_future_is_told_as_one_who_leaves_its_waker_and_is_called() {
        for (said, entries) in [
            ("The future is polled for the first time: it begins.", 1),
            (
                "Customer 1 leaves the waker with fd 2, to be called when a `read` is worth another try.",
                3,
            ),
            (
                "The future sets timer 1, and leaves with it what is to be done when it is due.",
                4,
            ),
            ("The future is pending; its waker is with others, twice.", 5),
        ] {
            assert_eq!(last(&WAITS[..entries]), said);
        }
        let news = "clerk|ready|key=7 can=read";
        for (said, entries) in [
            (
                "The future is polled: it goes on from where it was.",
                &["future|poll|"][..],
            ),
            (
                "fd 2 has news: a `read` would not block, and customer 1 waits for that.",
                &[news],
            ),
            (
                "fd 2 has news: a `write` would not block, and nobody waits for that.",
                &["clerk|ready|key=7 can=write"],
            ),
            (
                "The waker that was left with fd 2 is called: the future gets in line.",
                &[news, "clerk|wake|"],
            ),
            (
                "The waker is called again: the future is in line already.",
                &["clerk 2|wake|", "clerk 2|wake|"],
            ),
            ("Timer 1 is due: the future set it.", &["clerk|due|timer=1"]),
            (
                "Timer 1 is taken back: nobody waits for it any more.",
                &["future|poll|", "future|disarm|timer=1"],
            ),
            (
                "The waker that was left with timer 1 is called: the future gets in line.",
                &["timer|due|timer=1", "timer|wake|"],
            ),
            (
                "Customer 1 calls the waker itself: the future is to have another turn.",
                &["future|poll|", "customer 1|wake|"],
            ),
            ("Clerk 2 calls the waker: the future gets in line.", &["clerk 2|wake|"]),
            ("The tailor calls the waker: the future gets in line.", &["tailor|wake|"]),
            ("The future's waker is called: it gets in line.", &["clerk|wake|"]),
            (
                "The future's waker is called: it gets in line.",
                &["clerk|due|timer=1", "clerk|call|", "clerk|wake|"],
            ),
        ] {
            assert_eq!(then(entries), said);
        }
    }

    #[test]
    fn a_wait_is_told_by_what_will_end_it() {
        let look = "clerk|park|until=looks";
        for (said, entries) in [
            ("The thread looks for news, and does not wait.", &[look][..]),
            ("There is no news.", &[look, "clerk|unpark|events=0"]),
            ("One descriptor has news.", &[look, "clerk|unpark|events=1"]),
            (
                "The thread looks for news, and does not wait, for the future is in line.",
                &["clerk|wake|", look],
            ),
            (
                "The thread waits until one descriptor has news, or a deadline is over.",
                &["clerk|park|until=event-or-deadline"],
            ),
            (
                "Clerk 2 rings the poller's bell: whoever waits there waits no longer.",
                &["clerk|park|until=event", "clerk 2|notify|"],
            ),
            (
                "The thread wakes up: somebody has rung the bell.",
                &["clerk|park|until=event", "clerk 2|notify|", "clerk|unpark|events=0"],
            ),
            ("The thread sleeps until the waker is called.", &["clerk|park|until=woken"]),
        ] {
            assert_eq!(then(entries), said);
        }
        assert_eq!(
            last(&["clerk|park|until=event"]),
            "The thread waits until somebody rings its bell."
        );
    }

    #[test]
    fn a_verb_that_is_not_in_the_book_is_an_error() {
        let strange = ledger(&LEDGER.replace("\"listen\"", "\"yawn\""));
        assert!(of(&strange.entries()[0], &State::default()).is_err());
    }

    /// The sentence for the last of these entries, after a future has spawned a task and waits for
    /// it.
    fn with_a_task(entries: &[&str]) -> String {
        let spawns = ["future|poll|", "future|spawn|task=1", "future|wait|task=1"];
        last(&[&spawns[..], entries].concat())
    }

    #[test]
    fn a_task_is_told_from_its_spawn_to_its_end() {
        let poll = "task 1|poll|";
        for (said, entries) in [
            (
                "The future leaves the waker with task 1, to be called when that task is over.",
                &[][..],
            ),
            ("Task 1 is polled for the first time: it begins.", &[poll]),
            ("Task 1 is polled: it goes on from where it was.", &[poll, poll]),
            (
                "Task 1 calls its own waker: it is to have another turn.",
                &[poll, "task 1|wake|task=1"],
            ),
            (
                "The waker is called again: task 1 is in line already.",
                &["future|wake|task=1"],
            ),
            (
                "The waker that was left with task 1 is called: the future gets in line.",
                &[poll, "task 1|ready|", "task 1|wake|"],
            ),
            (
                "Task 1 has panicked: that is its end, and nobody else's.",
                &[poll, "task 1|panic|"],
            ),
            (
                "Task 1 is aborted: it has a mark now, and will end when its next turn comes.",
                &["future|abort|task=1"],
            ),
            (
                "Task 1 is dropped where it stands, and what it had with it.",
                &[poll, "clerk|drop|task=1"],
            ),
            ("Task 1 is dropped, and has never begun.", &["clerk|drop|task=1"]),
        ] {
            assert_eq!(with_a_task(entries), said);
        }
    }

    #[test]
    fn it_is_told_whose_waker_is_called_and_by_whom() {
        let pending = ["task 1|poll|", "task 1|timer|timer=1", "task 1|pending|wakers=1"];
        let then = |more: &[&str]| with_a_task(&[&pending[..], more].concat());
        for (said, entries) in [
            (
                "The waker that was left with timer 1 is called: task 1 gets in line.",
                &["clerk|due|timer=1", "clerk|wake|task=1"][..],
            ),
            ("Task 1's waker is called: it gets in line.", &["clerk|wake|task=1"]),
            (
                "Task 2 calls the waker of task 1: that gets in line.",
                &["task 2|poll|", "task 2|wake|task=1"],
            ),
            (
                "Task 2 calls the waker: the future gets in line.",
                &["task 2|poll|", "task 2|wake|"],
            ),
            (
                "The tailor calls the waker: the future gets in line.",
                &["future|poll|", "tailor|wake|"],
            ),
            (
                "The tailor calls the waker of task 1: that gets in line.",
                &["tailor|wake|task=1"],
            ),
            (
                "The tailor asks for work to come to an end: whoever does it may hear that when \
                 they wait.",
                &["tailor|cancel|"],
            ),
        ] {
            assert_eq!(then(entries), said);
        }
    }

    #[test]
    fn a_wait_for_what_tasks_share_is_told_as_what_it_is() {
        for (said, until) in [
            (
                "No permit is free: task 2 gets in line for one, and leaves the waker there.",
                "permit",
            ),
            (
                "There is no message yet: task 2 leaves the waker with the channel, to be called \
                 when there is one.",
                "message",
            ),
            (
                "Task 2 leaves the waker with the bell, to be called when it rings.",
                "notified",
            ),
            (
                "The promise is not kept yet: task 2 leaves the waker there, to be called when it \
                 is.",
                "kept",
            ),
        ] {
            let waits = format!("task 2|wait|until={until}");
            assert_eq!(last(&["task 2|poll|", &waits]), said);
        }
    }
}
