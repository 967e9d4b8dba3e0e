//! What holds after a step, in words: the board beside the picture.

use super::state::{State, called, fd_name};
use ledger::Lane;

/// The lines of one place: the thread's, then one for each lane.
pub(super) type Lines = Vec<String>;

/// How many names are given before the rest is counted.
const NAMED: usize = 4;

/// What holds: where the thread is, and what each lane has.
pub(super) fn of(state: &State) -> [Lines; 5] {
    [
        threads(state),
        one(names(state.patrons.iter().map(|patron| called(&patron.name)))),
        one(names(state.queue.iter().map(|token| called(&token.name)))),
        reactor(state),
        open(state),
    ]
}

/// What is said of a place where there is nothing.
pub(super) const NOTHING: [&str; 5] =
    ["not begun", "nobody", "nobody", "nothing", "nothing"];

fn one(line: String) -> Lines {
    if line.is_empty() { Vec::new() } else { vec![line] }
}

fn open(state: &State) -> Lines {
    match state.open.len() {
        0 => Vec::new(),
        _ => vec![format!("open: {}", names(state.open.iter().copied().map(fd_name)))],
    }
}

fn threads(state: &State) -> Lines {
    let threads = state.threads.iter();
    let lines = threads.map(|thread| match (&thread.waits, thread.home) {
        (Some(waits), Lane::Queue) => format!("stands still in the kernel: {waits}"),
        (Some(waits), _) => {
            format!("stands still in the kernel, with {}: {waits}", called(&thread.actor))
        }
        // Whether it sleeps until the next deadline, no entry says.
        (None, Lane::Reactor) => "another one watches the clock".to_owned(),
        (None, _) => format!("runs: {}", called(&thread.actor)),
    });
    lines.collect()
}

/// Whom the poller watches for what, who waits for it, and the deadlines.
fn reactor(state: &State) -> Lines {
    let mut interests: Vec<&str> = Vec::new();
    for watch in state.watched.values() {
        if !interests.contains(&watch.interest.as_str()) {
            interests.push(&watch.interest);
        }
    }
    let mut lines: Lines = interests
        .iter()
        .map(|interest| {
            let same =
                state.watched.iter().filter(|(_, watch)| watch.interest == *interest);
            format!("{interest}: {}", names(same.map(|(fd, _)| fd_name(*fd))))
        })
        .collect();
    let wakers = state.wakers.iter().map(|left| match &left.to {
        Some(to) => format!("{} to {to} {}", called(&left.by), left.with),
        None => format!("{} for {}", called(&left.by), left.with),
    });
    if !state.wakers.is_empty() {
        lines.push(format!("waits: {}", names(wakers)));
    }
    let timers = state.timers.iter().map(|timer| match &timer.whose {
        whose if *whose == timer.name => whose.clone(),
        whose => format!("{} ({})", timer.name, called(whose)),
    });
    if !state.timers.is_empty() {
        lines.push(format!("deadline: {}", names(timers)));
    }
    lines
}

/// `fd 1, fd 2, fd 3 and 98 more`
fn names(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    if all.len() <= NAMED {
        return all.join(", ");
    }
    let named = NAMED - 1;
    format!("{} and {} more", all[..named].join(", "), all.len() - named)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{steps, written};
    use super::*;

    fn board(step: usize) -> [Lines; 5] {
        of(&steps()[step - 1].after)
    }

    #[test]
    fn the_board_tells_where_the_thread_is() {
        assert_eq!(board(1)[0], ["runs: the clerk"]);
        assert_eq!(board(4)[0], ["stands still in the kernel: until an event"]);
        assert_eq!(board(7)[0], ["runs: customer 1"]);
    }

    #[test]
    fn the_board_tells_what_each_lane_has() {
        assert_eq!(board(6)[2], ["fd 2"]);
        assert_eq!(board(6)[3], ["read: fd 2"]);
        assert_eq!(board(6)[4], ["open: fd 1, fd 2"]);
        assert_eq!(board(7)[1], ["customer 1"]);
        let [_, tasks, queue, reactor, kernel] = board(9);
        assert!(tasks.is_empty() && queue.is_empty() && reactor.is_empty());
        assert_eq!(kernel, ["open: fd 1"]);
    }

    #[test]
    fn the_board_tells_who_has_left_a_waker_where() {
        let mut state = State::default();
        for entry in &written(&[
            "future|poll|",
            "future|arm|fd=2 key=1 interest=both",
            "customer 1|wait|fd=2 to=read",
            "customer 2|timer|timer=1",
            "future|wait|until=kept",
            "customer 2|wake|",
            "timer|due|timer=9",
        ]) {
            state.take(entry);
        }
        let [thread, tasks, queue, reactor, _] = of(&state);
        assert_eq!(thread, ["runs: customer 2", "another one watches the clock"]);
        assert_eq!(tasks, ["the future, customer 1, customer 2"]);
        assert_eq!(queue, ["the future"]);
        assert_eq!(
            reactor,
            [
                "both: fd 2",
                "waits: customer 1 to read fd 2, the future for a promise",
                "deadline: timer 1 (customer 2)",
            ]
        );
    }

    #[test]
    fn a_crowd_is_counted() {
        let crowd = |n: i64| names((1..=n).map(fd_name));
        assert_eq!(crowd(4), "fd 1, fd 2, fd 3, fd 4");
        assert_eq!(crowd(101), "fd 1, fd 2, fd 3 and 98 more");
    }
}
