//! Where everything stands from left to right.

use super::state::{State, fd_name, subject};
use super::steps::Step;
use super::{Trace, label};
use anyhow::{Result, bail};
use ledger::{Entry, Lane};

/// Where the lanes begin; the numbers stand left of it.
pub(super) const LEFT: i32 = 30;

/// How wide a letter of a lane's name is at most, on average.
const LETTER: f32 = 6.2;

/// The width that a phone has for the picture.
const PHONE: i32 = 344;

/// Beyond this, a phone would have to make the letters too small to read.
const WIDEST: i32 = 400;

/// How far apart the things of a lane are.
const TRACK: i32 = 17;
const SLOT: i32 = 9;

/// Stands for all those that no step names.
pub(super) const OTHERS: &str = "the others";

/// The columns of one trace.
#[derive(Debug)]
pub(super) struct Columns {
    /// Left and right edge of each lane.
    pub lanes: [(i32, i32); 4],
    /// The customers or tasks, each with its column.
    pub patrons: Vec<(String, i32)>,
    /// Who can go on: columns by name.
    queue: Vec<(String, i32)>,
    /// What is watched: columns by name.
    watches: Vec<(String, i32)>,
    /// How many threads there are.
    threads: i32,
    /// Where the words begin.
    pub words: i32,
    /// How wide the whole is.
    pub width: i32,
}

impl Columns {
    /// The columns that these steps need.
    ///
    /// # Errors
    ///
    /// There are too many for a phone.
    pub fn of(trace: &Trace, steps: &[Step]) -> Result<Columns> {
        let shown = Shown::of(steps);
        let threads =
            steps.last().map_or(1, |step| step.after.threads.len().max(1)) as i32;
        let mut lanes = [(0, 0); 4];
        let widths = [
            10 + TRACK * shown.patrons.len() as i32,
            18 + 5 * (threads - 1) + SLOT * shown.queue.len() as i32,
            12 + SLOT * shown.watches.len() as i32,
            20 + SLOT * threads,
        ];
        let mut left = LEFT;
        for (n, lane) in lanes.iter_mut().enumerate() {
            *lane = (
                left,
                left + widths[n].max(name_width(&trace.lane(Lane::ALL[n], steps))),
            );
            left = lane.1;
        }
        let entries = steps.iter().filter_map(Step::entry);
        let longest = entries.map(label::width).max().unwrap_or(0);
        let words = left + 9;
        let width = (words + longest + 2).max(PHONE);
        if width > WIDEST {
            bail!(
                "{}: the picture is {width} wide, and a phone has room for {WIDEST}; leave out more of its {} customers or tasks and {} descriptors",
                trace.toml(),
                shown.patrons.len(),
                shown.watches.len()
            );
        }
        Ok(Columns {
            lanes,
            patrons: centred(shown.patrons, lanes[0], TRACK),
            queue: centred(
                shown.queue,
                (lanes[1].0 + 10 + 5 * (threads - 1), lanes[1].1),
                SLOT,
            ),
            watches: centred(shown.watches, lanes[2], SLOT),
            threads,
            words,
            width,
        })
    }

    /// Where an actor is at home.
    pub fn home(&self, actor: &str, home: Lane, thread: usize) -> i32 {
        match home {
            Lane::Task => place(&self.patrons, actor),
            _ => self.lanes[1].0 + 9 + 5 * thread as i32,
        }
    }

    /// Where a thread stands while it is in the kernel.
    pub fn kernel(&self, thread: usize) -> i32 {
        let (left, right) = self.lanes[3];
        (left + right) / 2 + SLOT * thread as i32 - SLOT * (self.threads - 1) / 2
    }

    /// Where an entry is drawn, by the thread that it is of.
    pub fn at(&self, entry: &Entry, before: &State, thread: usize) -> i32 {
        match entry.lane() {
            Lane::Task => self.home(&entry.actor, Lane::Task, thread),
            Lane::Kernel => self.kernel(thread),
            Lane::Queue => match queued(entry, before) {
                Some(name) => self.token(&name, before),
                None => self.home(&entry.actor, entry.home(), thread),
            },
            Lane::Reactor => self.watch(&watched(entry), before),
        }
    }

    /// The column of somebody who can go on.
    pub fn token(&self, name: &str, state: &State) -> i32 {
        place(&self.queue, &own(name, state))
    }

    /// The column of what is watched.
    pub fn watch(&self, name: &str, state: &State) -> i32 {
        place(&self.watches, &own(name, state))
    }

    /// The columns of the run queue.
    pub fn queue(&self) -> &[(String, i32)] {
        &self.queue
    }

    /// The columns of the reactor.
    pub fn watches(&self) -> &[(String, i32)] {
        &self.watches
    }
}

/// Whom an entry puts on the run queue.
pub(super) fn queued(entry: &Entry, before: &State) -> Option<String> {
    match entry.verb.as_str() {
        "ready" => before.news_of(entry),
        "due" | "spawn" | "wake" => subject(entry),
        _ => None,
    }
}

/// What an entry of the reactor is about: a descriptor, or somebody's deadline.
fn watched(entry: &Entry) -> String {
    entry.number("fd").map_or_else(|| entry.actor.clone(), fd_name)
}

/// Customers and their descriptor are one column of the reactor and the queue: what is known of
/// the one is known of the other.
pub(super) fn own(name: &str, state: &State) -> String {
    let fd = state.patron(name).and_then(|patron| patron.fds.first());
    fd.map_or_else(|| name.to_owned(), |fd| fd_name(*fd))
}

/// How wide a lane must be for its name to stand above it.
pub(super) fn name_width(name: &str) -> i32 {
    (name.chars().count() as f32 * LETTER) as i32 + 4
}

fn place(columns: &[(String, i32)], name: &str) -> i32 {
    let find = |name: &str| columns.iter().find(|(n, _)| n == name).map(|(_, x)| *x);
    find(name)
        .or_else(|| find(OTHERS))
        .or_else(|| columns.first().map(|c| c.1))
        .unwrap_or(LEFT)
}

fn centred(
    names: Vec<String>,
    (left, right): (i32, i32),
    pitch: i32,
) -> Vec<(String, i32)> {
    let count = names.len() as i32;
    let first = (left + right) / 2 - pitch * (count - 1) / 2;
    names
        .into_iter()
        .enumerate()
        .map(|(n, name)| (name, first + pitch * n as i32))
        .collect()
}

/// Who has a column of their own: those that an entry names which is shown.
#[derive(Default)]
struct Shown {
    patrons: Vec<String>,
    queue: Vec<String>,
    watches: Vec<String>,
}

impl Shown {
    fn of(steps: &[Step]) -> Shown {
        let mut shown = Shown::default();
        for step in steps {
            let Some(entry) = step.entry() else { continue };
            if entry.home() == Lane::Task {
                add(&mut shown.patrons, entry.actor.clone());
            }
            if let Some(name) = queued(entry, &step.before) {
                add(&mut shown.queue, own(&name, &step.before));
            }
            if entry.lane() == Lane::Reactor {
                add(&mut shown.watches, own(&watched(entry), &step.after));
            }
        }
        let states = || steps.iter().flat_map(|step| [&step.before, &step.after]);
        let others =
            states().any(|s| s.patrons.iter().any(|p| !shown.patrons.contains(&p.name)));
        let waiting = states().any(|s| {
            s.queue.iter().any(|token| !shown.queue.contains(&own(&token.name, s)))
        });
        let watched = states().any(|s| {
            s.watched.keys().any(|fd| !shown.watches.contains(&fd_name(*fd)))
                || s.timers.iter().any(|name| !shown.watches.contains(&own(name, s)))
        });
        for (some, names) in [
            (others, &mut shown.patrons),
            (waiting, &mut shown.queue),
            (watched, &mut shown.watches),
        ] {
            if some {
                names.push(OTHERS.to_owned());
            }
        }
        shown
    }
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}
