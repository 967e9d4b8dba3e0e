//! Where everything stands from left to right.

use super::state::{State, fd_name, left_with, subject, timer_name, woken};
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

/// How far apart the things of a lane are: those who do something, and all others.
#[derive(Clone, Copy, Debug)]
struct Pitch {
    track: i32,
    slot: i32,
}

/// As it looks best, and as it must be where there is much to show.
const WIDE: Pitch = Pitch { track: 17, slot: 9 };
const TIGHT: Pitch = Pitch { track: 13, slot: 7 };
const TIGHTEST: Pitch = Pitch { track: 12, slot: 6 };

/// How much room the thread that keeps the deadlines has beside them.
const CLOCK: i32 = 10;

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
    /// How far apart they stand in the kernel.
    slot: i32,
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
        let own: Vec<usize> = (0..shown.watches.len()).collect();
        let shared = shared(&shown.watches, steps);
        let mut width = 0;
        for (pitch, slots) in
            [(WIDE, &own), (TIGHT, &own), (TIGHT, &shared), (TIGHTEST, &shared)]
        {
            let columns = Columns::with(pitch, trace, steps, &shown, slots);
            if columns.width <= WIDEST {
                return Ok(columns);
            }
            width = columns.width;
        }
        bail!(
            "{}: the picture is {width} wide, and a phone has room for {WIDEST}; leave out more of its {} customers or tasks and {} descriptors and deadlines",
            trace.toml(),
            shown.patrons.len(),
            shown.watches.len()
        );
    }

    /// The columns at this pitch, if each of the watched stands in this slot.
    fn with(
        pitch: Pitch,
        trace: &Trace,
        steps: &[Step],
        shown: &Shown,
        slots: &[usize],
    ) -> Columns {
        let Pitch { track, slot } = pitch;
        let threads = steps.last().map_or(&[][..], |step| &step.after.threads);
        let clock = threads.iter().any(|thread| thread.home == Lane::Reactor);
        let clock = if clock { CLOCK } else { 0 };
        let threads = threads.len().max(1) as i32;
        let patrons = spread(&shown.patrons, track);
        let mut lanes = [(0, 0); 4];
        let widths = [
            10 + track + patrons.last().copied().unwrap_or(0),
            18 + 5 * (threads - 1) + slot * shown.queue.len() as i32,
            12 + clock + slot * slots.iter().max().map_or(0, |last| *last as i32 + 1),
            20 + slot * threads,
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
        let queue = (0..shown.queue.len() as i32).map(|n| n * slot).collect();
        let watches = slots.iter().map(|n| *n as i32 * slot).collect();
        Columns {
            lanes,
            patrons: centred(&shown.patrons, lanes[0], patrons),
            queue: centred(
                &shown.queue,
                (lanes[1].0 + 10 + 5 * (threads - 1), lanes[1].1),
                queue,
            ),
            watches: centred(&shown.watches, (lanes[2].0 + clock, lanes[2].1), watches),
            threads,
            slot,
            words,
            width: (words + longest + 2).max(PHONE),
        }
    }

    /// Where an actor is at home.
    pub fn home(&self, actor: &str, home: Lane, thread: usize) -> i32 {
        match home {
            Lane::Task => place(&self.patrons, actor),
            Lane::Reactor => self.lanes[2].0 + 7,
            _ => self.lanes[1].0 + 9 + 5 * thread as i32,
        }
    }

    /// Where a thread stands while it is in the kernel.
    pub fn kernel(&self, thread: usize) -> i32 {
        let (left, right) = self.lanes[3];
        (left + right) / 2 + self.slot * thread as i32
            - self.slot * (self.threads - 1) / 2
    }

    /// Where an entry is drawn, by the thread that it is of.
    pub fn at(&self, entry: &Entry, before: &State, thread: usize) -> i32 {
        match before.lane(entry) {
            Lane::Task => {
                let whom = before.dropped(entry).unwrap_or_else(|| entry.actor.clone());
                self.home(&whom, Lane::Task, thread)
            }
            Lane::Kernel => self.kernel(thread),
            Lane::Queue => match queued(entry, before) {
                Some(name) => self.token(&name, before),
                None => self.home(&entry.actor, entry.home(), thread),
            },
            Lane::Reactor => self.watch(&watched(entry, before), before),
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
        "ready" if before.has_futures => None,
        "ready" => before.news_of(entry),
        "due" if entry.number("timer").is_some() => None,
        "due" => subject(entry),
        "spawn" | "wake" => Some(woken(entry)),
        _ => None,
    }
}

/// What an entry of the reactor is about: a descriptor, a timer, a promise, or somebody's deadline.
fn watched(entry: &Entry, state: &State) -> String {
    let fd = || entry.number("fd").map(fd_name);
    match entry.verb.as_str() {
        "ready" => state.news_of(entry),
        "wait" => Some(left_with(entry)),
        _ => timer_name(entry).or_else(fd),
    }
    .unwrap_or_else(|| entry.actor.clone())
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
    names: &[String],
    (left, right): (i32, i32),
    at: Vec<i32>,
) -> Vec<(String, i32)> {
    let first = (left + right - at.iter().max().copied().unwrap_or(0)) / 2;
    names.iter().cloned().zip(at.into_iter().map(|x| first + x)).collect()
}

/// How far each patron stands from the first: as far as the tracks are apart, or as what is written
/// above the columns is wide.
fn spread(names: &[String], track: i32) -> Vec<i32> {
    let half = |name: &String| short(name).chars().count() as i32 * 5 / 2;
    let mut at = vec![0; names.len()];
    for n in 1..names.len() {
        let words = half(&names[n - 1]) + half(&names[n]) + 4;
        at[n] = at[n - 1] + track.max(words);
    }
    at
}

/// A slot for each of the watched, where one that comes when another has gone has the same: a
/// descriptor after a descriptor, a timer after a timer.
fn shared(names: &[String], steps: &[Step]) -> Vec<usize> {
    let is_there = |name: &str, state: &State| {
        let timers = || state.timers.iter().map(|timer| own(&timer.name, state));
        state.watched.keys().any(|fd| fd_name(*fd) == name)
            || timers().any(|t| t == name)
            || state.wakers.iter().any(|left| left.with == name)
    };
    let kind = |name: &str| match name.split(' ').next() {
        // All that is neither in the kernel nor on the clock: what somebody here will do.
        Some("fd" | "timer") => name.split(' ').next().map(str::to_owned),
        _ => None,
    };
    // For each slot: of what kind they are, and until when the last of them is there.
    let mut taken: Vec<(Option<String>, Option<usize>)> = Vec::new();
    names
        .iter()
        .map(|name| {
            let here =
                |step: &Step| is_there(name, &step.before) || is_there(name, &step.after);
            let from = steps.iter().position(here);
            let to = steps.iter().rposition(here);
            let kind = kind(name);
            let free = taken.iter().position(|(of, until)| {
                *of == kind
                    && matches!((until, from), (Some(until), Some(from)) if *until < from)
            });
            let slot = free.unwrap_or(taken.len());
            taken.resize(taken.len().max(slot + 1), (None, None));
            taken[slot] = (kind, to);
            slot
        })
        .collect()
}

/// What is written above the column of a customer or a task: its number, if it has one.
pub(super) fn short(name: &str) -> &str {
    match name.rsplit_once(' ') {
        _ if name == OTHERS => "\u{2026}",
        Some((_, number)) => number,
        None => name,
    }
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
            if step.before.lane(entry) == Lane::Reactor {
                let name = watched(entry, &step.before);
                add(&mut shown.watches, own(&name, &step.after));
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
                || s.timers.iter().any(|t| !shown.watches.contains(&own(&t.name, s)))
                || s.wakers.iter().any(|left| !shown.watches.contains(&left.with))
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
