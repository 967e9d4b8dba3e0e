//! What holds after a step, in words: the board beside the picture.

use super::state::{State, fd_name};
use ledger::Lane;

/// The lines of one place: the thread's, then one for each lane.
pub(super) type Lines = Vec<String>;

/// How many names are given before the rest is counted.
const NAMED: usize = 4;

/// What holds: where the thread is, and what each lane has.
pub(super) fn of(state: &State) -> [Lines; 5] {
    [
        threads(state),
        one(names(state.patrons.iter().map(|patron| patron.name.clone()))),
        one(names(state.queue.iter().map(|token| token.name.clone()))),
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
            format!("stands still in the kernel, with {}: {waits}", thread.actor)
        }
        (None, Lane::Queue) => "runs: the clerk".to_owned(),
        (None, _) => format!("runs: {}", thread.actor),
    });
    lines.collect()
}

/// Whom the poller watches for what, and the deadlines.
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
    if !state.timers.is_empty() {
        lines.push(format!("deadline: {}", names(state.timers.iter().cloned())));
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
    use super::super::testing::steps;
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
    fn a_crowd_is_counted() {
        let crowd = |n: i64| names((1..=n).map(fd_name));
        assert_eq!(crowd(4), "fd 1, fd 2, fd 3, fd 4");
        assert_eq!(crowd(101), "fd 1, fd 2, fd 3 and 98 more");
    }
}
