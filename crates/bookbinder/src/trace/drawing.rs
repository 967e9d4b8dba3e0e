//! The picture of a trace: four lanes side by side, time going down, one row a step.
//!
//! A row is drawn from what held before its step and what holds after it, and from nothing else.
//! The thread is one line through all rows: it comes from whoever it was with, reaches out to the
//! lane where the entry happened, and comes back, or stays in the kernel and stands still.

use super::columns::{Columns, OTHERS, own, short};
use super::state::{State, Thread, fd_name};
use super::steps::{Step, What};
use super::symbols::Symbol;
use super::{Trace, label};
use crate::html::escaped;
use anyhow::Result;
use ledger::{Entry, Lane};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The height of a row.
const ROW: i32 = 24;

/// The height of a row after which the thread stands still: that takes long, or may.
const WAIT: i32 = 38;

/// Where in its row something happens.
const MID: i32 = ROW / 2;

/// The height of the lanes' names.
const HEAD: i32 = 38;

/// The picture of a trace: the names of the lanes, to stay in view, and the rows.
pub(super) struct Drawing {
    /// Its width and its height without the names.
    pub size: (i32, i32),
    /// The names of the lanes, as an SVG.
    pub head: String,
    /// The rows, as an SVG.
    pub rows: String,
}

/// Draws the steps.
///
/// # Errors
///
/// They do not fit a phone.
pub(super) fn of(trace: &Trace, steps: &[Step]) -> Result<Drawing> {
    let columns = Columns::of(trace, steps)?;
    let rows: Vec<Row<'_>> = steps.iter().map(|step| Row::of(&columns, step)).collect();
    let size = (columns.width, rows.iter().map(|row| row.height).sum());
    Ok(Drawing {
        size,
        head: head(trace, steps, &columns),
        rows: drawn(trace, &columns, &rows, size),
    })
}

fn head(trace: &Trace, steps: &[Step], columns: &Columns) -> String {
    let mut out = format!(
        "<svg class=\"trace-head\" viewBox=\"0 0 {0} {HEAD}\" width=\"{0}\" height=\"{HEAD}\" aria-hidden=\"true\" focusable=\"false\">",
        columns.width
    );
    for (lane, (left, right)) in Lane::ALL.into_iter().zip(columns.lanes) {
        let used = steps.iter().any(|step| uses(step, lane));
        let _ = write!(
            out,
            "<text class=\"lane{}\" x=\"{}\" y=\"15\">{}</text>",
            if used { "" } else { " unused" },
            (left + right) / 2,
            escaped(&trace.lane(lane, steps)),
        );
    }
    let lane = trace.lane(Lane::Task, steps);
    for (name, x) in columns.patrons.iter().filter(|(name, _)| *name != lane) {
        let short = short(name);
        let _ = write!(
            out,
            "<text class=\"who\" x=\"{x}\" y=\"32\">{}</text>",
            escaped(short)
        );
    }
    out + "</svg>"
}

/// Does a lane have anything in this step?
fn uses(step: &Step, lane: Lane) -> bool {
    let here = |entry: &Entry| step.before.lane(entry) == lane || entry.home() == lane;
    step.entry().is_some_and(here)
}

fn drawn(
    trace: &Trace,
    columns: &Columns,
    rows: &[Row<'_>],
    (width, height): (i32, i32),
) -> String {
    let mut out = format!(
        "<svg class=\"trace-rows\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        escaped(&format!(
            "{}: a picture of its {} steps, which the table below tells in words",
            trace.title(),
            rows.len()
        )),
    );
    for (n, (left, right)) in columns.lanes.iter().enumerate() {
        let _ = write!(
            out,
            "<rect class=\"band{}\" x=\"{left}\" y=\"0\" width=\"{}\" height=\"{height}\"/>",
            if n % 2 == 0 { "" } else { " odd" },
            right - left
        );
    }
    let mut top = 0;
    for (n, row) in rows.iter().enumerate() {
        let _ = write!(
            out,
            "<g class=\"row\" data-step=\"{n}\" transform=\"translate(0 {top})\">{}</g>",
            row.drawn()
        );
        top += row.height;
    }
    out + "</svg>"
}

/// One row.
struct Row<'a> {
    columns: &'a Columns,
    step: &'a Step,
    height: i32,
}

impl<'a> Row<'a> {
    fn of(columns: &'a Columns, step: &'a Step) -> Row<'a> {
        let still = step.entry().is_some_and(|entry| Symbol::of(entry) == Symbol::Still);
        Row { columns, step, height: if still { WAIT } else { ROW } }
    }

    fn drawn(&self) -> String {
        let mut out = format!(
            "<rect class=\"hit\" x=\"0\" y=\"0\" width=\"{}\" height=\"{}\"/>",
            self.columns.width, self.height
        );
        let mut lines = Lines { height: self.height, by_class: BTreeMap::new() };
        self.bars(&mut lines);
        self.threads(&mut lines);
        if let Some(entry) = self.step.entry() {
            self.news(entry, &mut lines);
        }
        lines.write(&mut out);
        match &self.step.what {
            What::Entry(entry) => self.sign(entry, &mut out),
            What::LeftOut { from, to } => self.gap(to - from + 1, &mut out),
        }
        out
    }

    /// What lasts: customers who are there, descriptors that are watched, whoever can go on.
    fn bars(&self, lines: &mut Lines) {
        let (before, after) = (&self.step.before, &self.step.after);
        for (name, x) in &self.columns.patrons {
            let here = |state: &State| self.is_there(name, state).then_some("life");
            lines.bar(*x, here(before), here(after));
        }
        for (name, x) in self.columns.watches() {
            let how = |state: &State| self.watch(name, state);
            lines.bar(*x, how(before), how(after));
        }
        for (name, x) in self.columns.queue() {
            let here = |state: &State| self.is_queued(name, state).then_some("token");
            lines.bar(*x, here(before), here(after));
        }
    }

    fn is_there(&self, name: &str, state: &State) -> bool {
        let named = |name: &str| self.columns.patrons.iter().any(|(n, _)| n == name);
        match name {
            OTHERS => state.patrons.iter().any(|patron| !named(&patron.name)),
            name => state.patron(name).is_some(),
        }
    }

    fn is_queued(&self, name: &str, state: &State) -> bool {
        let named = |name: &str| self.columns.queue().iter().any(|(n, _)| n == name);
        state.queue.iter().any(|token| {
            let own = own(&token.name, state);
            if name == OTHERS { !named(&own) } else { own == name }
        })
    }

    /// How something is watched: the class of its bar.
    fn watch(&self, name: &str, state: &State) -> Option<&'static str> {
        let named = |name: &str| self.columns.watches().iter().any(|(n, _)| n == name);
        let ours =
            |other: &str| if name == OTHERS { !named(other) } else { other == name };
        if state.timers.iter().any(|timer| ours(&own(&timer.name, state))) {
            return Some("timer");
        }
        // By edge, what was left with a promise or a descriptor is called once, and then gone.
        if state.wakers.iter().any(|left| ours(&left.with)) {
            return Some("edge");
        }
        let mut watches =
            state.watched.iter().filter(|(fd, _)| ours(&fd_name(**fd))).peekable();
        watches.peek()?;
        let strongest = watches.map(|(_, watch)| match watch {
            watch if !watch.wants_news() => (0, "idle"),
            // It is told of news, and they wake nobody.
            _ if state.has_futures => (0, "idle"),
            watch if watch.on_edge() => (1, "edge"),
            _ => (2, "level"),
        });
        strongest.max().map(|(_, class)| class)
    }

    /// Where each thread goes in this row.
    fn threads(&self, lines: &mut Lines) {
        let (before, after) = (&self.step.before, &self.step.after);
        for (n, thread) in after.threads.iter().enumerate() {
            let from = before.threads.get(n);
            let to = self.rest(thread, n);
            let start = from.map(|from| (self.rest(from, n), from.waits.is_some()));
            match self.step.entry().filter(|_| n == after.latest) {
                Some(entry) => self.act(entry, thread, start, n, lines),
                None => match start {
                    Some((x, still)) if x == to => {
                        lines.add(line_class(still), format!("M{x} 0V{}", self.height));
                    }
                    // Several entries at once: how it came there is not shown.
                    Some((x, _)) => lines
                        .add("skip", format!("M{x} 0C{x} {MID} {to} {MID} {to} {ROW}")),
                    None => lines.add("skip", format!("M{to} {MID}V{ROW}")),
                },
            }
        }
    }

    /// The way of the thread that does something in this row.
    fn act(
        &self,
        entry: &Entry,
        thread: &Thread,
        start: Option<(i32, bool)>,
        n: usize,
        lines: &mut Lines,
    ) {
        let home = self.columns.home(&thread.actor, thread.home, n);
        let at = self.columns.at(entry, &self.step.before, n);
        let kernel = self.columns.kernel(n);
        match start {
            // It comes back from the kernel, where it stood.
            Some((x, true)) => {
                lines.add("still", format!("M{x} 0V{MID}"));
                lines.add("thread", format!("M{x} {MID}H{home}"));
            }
            Some((x, false)) if x == home => lines.add("thread", format!("M{x} 0V{MID}")),
            Some((x, false)) => {
                lines.add("thread", format!("M{x} 0C{x} 8 {home} 3 {home} {MID}"));
            }
            None => {}
        }
        if at != home {
            lines.add("thread", format!("M{home} {MID}H{at}"));
        }
        if thread.waits.is_some() {
            lines.add("still", format!("M{kernel} {MID}V{}", self.height));
        } else {
            lines.add("thread", format!("M{home} {MID}V{}", self.height));
        }
    }

    /// Where a thread is between two rows.
    fn rest(&self, thread: &Thread, n: usize) -> i32 {
        match thread.waits {
            Some(_) => self.columns.kernel(n),
            None => self.columns.home(&thread.actor, thread.home, n),
        }
    }

    /// News go from what was waited for to whoever waited.
    fn news(&self, entry: &Entry, lines: &mut Lines) {
        let before = &self.step.before;
        let Some(name) = super::columns::queued(entry, before) else { return };
        let from = match entry.verb.as_str() {
            "ready" | "due" => &name,
            // Its waker was left with what has rung before.
            "wake" => match before.rung_for(&name) {
                Some(rung) => rung,
                None => return,
            },
            _ => return,
        };
        let (from, to) =
            (self.columns.watch(from, before), self.columns.token(&name, before));
        lines.add("news", format!("M{from} {MID}H{to}"));
    }

    fn sign(&self, entry: &Entry, out: &mut String) {
        let (before, after) = (&self.step.before, &self.step.after);
        // Who arms a descriptor is known by it from then on; what is closed is not known any more.
        let is_news = entry.verb == "ready" || before.lane(entry) != Lane::Reactor;
        let state = if is_news { before } else { after };
        let at = self.columns.at(entry, state, self.step.after.latest);
        let symbol = Symbol::of(entry);
        let (verb, rest) = label::of(entry);
        let _ = write!(
            out,
            "<path class=\"sign {}\" d=\"{}\"/>\
             <text class=\"n\" x=\"22\" y=\"16\">{}</text>\
             <text class=\"what\" x=\"{}\" y=\"16\"><tspan class=\"verb\">{}</tspan> {}</text>",
            symbol.class(),
            symbol.path(at, MID),
            entry.n,
            self.columns.words,
            escaped(verb),
            escaped(&rest),
        );
    }

    fn gap(&self, count: u64, out: &mut String) {
        let (left, right) = (self.columns.lanes[0].0, self.columns.lanes[3].1);
        let mut tear = String::new();
        for (n, x) in (left..=right).step_by(8).enumerate() {
            let y = if n % 2 == 0 { MID - 3 } else { MID + 3 };
            let _ = write!(tear, "{}{x} {y}", if n == 0 { "M" } else { "L" });
        }
        let _ = write!(
            out,
            "<path class=\"tear under\" d=\"{tear}\"/><path class=\"tear\" d=\"{tear}\"/>\
             <text class=\"what gap\" x=\"{}\" y=\"16\">{count} more</text>",
            self.columns.words
        );
    }
}

fn line_class(still: bool) -> &'static str {
    if still { "still" } else { "thread" }
}

/// The lines of a row, those of one class in one path.
struct Lines {
    /// Of the row.
    height: i32,
    by_class: BTreeMap<&'static str, String>,
}

/// What lies below comes first.
const LAYERS: [&str; 10] = [
    "life", "level", "edge", "idle", "timer", "token", "news", "still", "skip", "thread",
];

impl Lines {
    fn add(&mut self, class: &'static str, d: String) {
        debug_assert!(LAYERS.contains(&class), "{class} has no layer");
        self.by_class.entry(class).or_default().push_str(&d);
    }

    /// Something that lasts: through the row, or from its middle, or to it.
    fn bar(&mut self, x: i32, before: Option<&'static str>, after: Option<&'static str>) {
        let height = self.height;
        match (before, after) {
            (Some(a), Some(b)) if a == b => self.add(a, format!("M{x} 0V{height}")),
            _ => {
                if let Some(class) = before {
                    self.add(class, format!("M{x} 0V{MID}"));
                }
                if let Some(class) = after {
                    self.add(class, format!("M{x} {MID}V{height}"));
                }
            }
        }
    }

    fn write(&self, out: &mut String) {
        for class in LAYERS {
            if let Some(d) = self.by_class.get(class) {
                let _ = write!(out, "<path class=\"{class}\" d=\"{d}\"/>");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{steps, trace, written};
    use super::*;

    fn drawing() -> Drawing {
        of(&trace(""), &steps()).unwrap()
    }

    fn row(n: usize) -> String {
        let rows = drawing().rows;
        let row = rows.split("<g class=\"row\"").nth(n).unwrap();
        row.split("</g>").next().unwrap().to_owned()
    }

    #[test]
    fn every_step_has_a_row_of_its_own() {
        let rows = drawing().rows;
        let mut top = 0;
        for n in 1..=9 {
            let group =
                format!("data-step=\"{}\" transform=\"translate(0 {top})\"", n - 1);
            assert_eq!(rows.matches(&group).count(), 1, "{group}");
            // The fourth is a park.
            top += if n == 4 { WAIT } else { ROW };
        }
        assert!(rows.contains(&format!(" height=\"{top}\" role=\"img\"")));
        assert_eq!(rows.matches("class=\"sign ").count(), 9);
    }

    #[test]
    fn lanes_and_words_stand_side_by_side() {
        let columns = Columns::of(&trace(""), &steps()).unwrap();
        let mut right = super::super::columns::LEFT;
        for lane in columns.lanes {
            assert_eq!(lane.0, right);
            assert!(lane.1 > lane.0);
            right = lane.1;
        }
        assert!(columns.words > right);
        for (lane, (left, right)) in Lane::ALL.into_iter().zip(columns.lanes) {
            let name = trace("").lane(lane, &steps());
            assert!(super::super::columns::name_width(&name) <= right - left, "{name}");
        }
        let (left, right) = columns.lanes[2];
        assert!(columns.watches().iter().all(|(_, x)| left < *x && *x < right));
        for entry in steps().iter().filter_map(Step::entry) {
            assert!(columns.words + label::width(entry) <= columns.width, "{}", entry.n);
        }
    }

    #[test]
    fn a_thread_that_stands_still_stays_in_the_kernel() {
        let kernel = Columns::of(&trace(""), &steps()).unwrap().kernel(0);
        assert!(
            row(4).contains(&format!("class=\"still\" d=\"M{kernel} {MID}V{WAIT}\"")),
            "{}",
            row(4)
        );
        assert!(
            row(5).contains(&format!("class=\"still\" d=\"M{kernel} 0V{MID}\"")),
            "{}",
            row(5)
        );
        assert!(!row(6).contains("class=\"still\""));
    }

    #[test]
    fn what_is_watched_is_a_bar_from_the_row_that_arms_it_to_the_row_that_closes_it() {
        let x = Columns::of(&trace(""), &steps()).unwrap().watches()[0].1;
        let bar = |d: String| format!("class=\"level\" d=\"{d}\"");
        assert!(!row(2).contains("class=\"level\""));
        assert!(row(3).contains(&bar(format!("M{x} {MID}V{ROW}"))));
        for n in 5..=8 {
            assert!(row(n).contains(&bar(format!("M{x} 0V{ROW}"))), "row {n}");
        }
        assert!(row(9).contains(&bar(format!("M{x} 0V{MID}"))));
    }

    #[test]
    fn whoever_can_go_on_stands_in_the_queue_until_they_do() {
        assert!(row(6).contains("class=\"token\"") && row(6).contains("class=\"news\""));
        assert!(row(7).contains("class=\"token\""));
        assert!(!row(8).contains("class=\"token\""));
    }

    #[test]
    fn entries_that_are_left_out_tear_the_picture() {
        let told = trace("[[left_out]]\nfrom = 2\nto = 4\nsay = \"x\"");
        let steps = super::super::steps::of(
            &told,
            &super::super::testing::ledger(super::super::testing::LEDGER),
        )
        .unwrap();
        let rows = of(&told, &steps).unwrap().rows;
        assert!(rows.contains(">3 more</text>") && rows.contains("class=\"tear\""));
    }

    fn of_entries(entries: &[&str]) -> (Columns, Drawing) {
        let trace = trace("");
        let steps = super::super::steps::of(&trace, &written(entries)).unwrap();
        (Columns::of(&trace, &steps).unwrap(), of(&trace, &steps).unwrap())
    }

    #[test]
    fn two_threads_are_two_lines() {
        let (columns, drawing) = of_entries(&[
            "clerk|block|call=accept fd=1",
            "customer 1|block|call=read fd=2",
            "customer 2|read|fd=3 bytes=4",
        ]);
        assert_ne!(columns.kernel(0), columns.kernel(1));
        let last = drawing.rows.split("<g class=\"row\"").nth(3).unwrap();
        for thread in 0..2 {
            let still = format!("M{} 0V{ROW}", columns.kernel(thread));
            assert!(last.contains(&still), "{still} is not in {last}");
        }
    }

    #[test]
    fn a_task_goes_from_the_queue_to_its_lane_and_back() {
        let (columns, drawing) = of_entries(&[
            "clerk|spawn|task=1",
            "task 1|poll|",
            "task 1|arm|fd=4 key=1 interest=read",
            "task 1|pending|",
            "clerk|park|until=event",
            "clerk|unpark|events=1",
            "clerk|wake|task=1",
            "task 1|poll|",
            "task 1|ready|",
        ]);
        assert!(drawing.head.contains(">tasks</text>"));
        let rows: Vec<&str> = drawing.rows.split("<g class=\"row\"").skip(1).collect();
        let queued = |row: &str| row.contains("class=\"token\"");
        assert!(queued(rows[0]) && queued(rows[6]));
        assert!(!queued(rows[3]) && !queued(rows[8]));
        let task = columns.home("task 1", Lane::Task, 0);
        assert!(rows[1].contains(&format!("{task} {MID}V{ROW}")), "{}", rows[1]);
        assert!(rows[8].contains("s-done"));
    }

    /// A loop with a future, three customers, four descriptors and three timers.
    fn a_shop_on_a_loop() -> Vec<String> {
        let mut entries = vec![
            "future|poll|".to_owned(),
            "future|listen|fd=1".to_owned(),
            "future|arm|fd=1 key=1 interest=both".to_owned(),
        ];
        for n in 1..=3 {
            let fd = n + 1;
            entries.extend([
                format!("future|accept|fd={fd}"),
                format!("future|arm|fd={fd} key={fd} interest=both"),
                format!("customer {n}|timer|timer={n}"),
            ]);
        }
        let rest = [
            "customer 1|wait|fd=2 to=read",
            "future|accept|fd=1 error=WouldBlock",
            "future|wait|fd=1 to=read",
            "future|pending|wakers=5",
            "clerk|park|until=event-or-deadline",
            "clerk|unpark|events=1",
            "clerk|ready|key=2 can=read",
            "clerk|wake|",
            "clerk|due|timer=1",
            "clerk|park|until=looks",
            "clerk|unpark|events=0",
            "future|poll|",
        ];
        entries.extend(rest.map(str::to_owned));
        entries
    }

    #[test]
    fn a_phone_has_room_for_a_shop_on_a_loop() {
        let entries = a_shop_on_a_loop();
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, drawing) = of_entries(&entries);
        assert_eq!((columns.patrons.len(), columns.watches().len()), (4, 7));
        // Whatever is written above the columns stands side by side, too.
        let who: Vec<(i32, i32)> = columns
            .patrons
            .iter()
            .map(|(name, x)| (*x, short(name).chars().count() as i32 * 5))
            .collect();
        for pair in who.windows(2) {
            let [(left, a), (right, b)] = [pair[0], pair[1]];
            assert!(left + a / 2 < right - b / 2, "{pair:?}");
        }
        assert!(who[0].0 - who[0].1 / 2 > columns.lanes[0].0 - 8);
        assert!(drawing.head.contains(">customers</text>"));
        assert!(drawing.head.contains(">future</text>"));
    }

    #[test]
    fn where_it_is_crowded_whoever_comes_has_the_column_of_one_who_has_gone() {
        let mut entries = vec!["future|poll|".to_owned()];
        for n in 1..=30 {
            entries.push(format!("future|timer|timer={n}"));
            entries.push(format!("future|arm|fd={n} key={n} interest=both"));
            entries.push(format!("clerk|due|timer={n}"));
            if n > 2 {
                entries.push(format!("future|close|fd={}", n - 2));
            }
        }
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, _) = of_entries(&entries);
        let mut at: Vec<i32> = columns.watches().iter().map(|(_, x)| *x).collect();
        assert_eq!(at.len(), 60);
        at.sort();
        at.dedup();
        assert_eq!(at.len(), 4, "one timer and three descriptors are there at a time");
        let of = |name: &str| columns.watch(name, &State::default());
        assert_eq!(of("timer 1"), of("timer 30"));
        assert!(of("fd 1") != of("fd 2") && of("fd 2") != of("timer 1"));
    }

    #[test]
    fn news_go_from_what_was_watched_to_the_future_that_is_woken() {
        let entries = a_shop_on_a_loop();
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, drawing) = of_entries(&entries);
        let rows: Vec<&str> = drawing.rows.split("<g class=\"row\"").skip(1).collect();
        let row = |verb: &str, nth: usize| {
            let verb = format!("class=\"verb\">{verb}<");
            *rows.iter().filter(|row| row.contains(&verb)).nth(nth).unwrap()
        };
        let (fd, future) = (columns.watches()[1].1, columns.queue()[0].1);
        let news = format!("class=\"news\" d=\"M{fd} {MID}H{future}\"");
        assert!(row("wake", 0).contains(&news), "{}", row("wake", 0));
        assert!(!row("ready", 0).contains("class=\"token\""));
        // Watched with a waker, and then without.
        assert!(
            row("ready", 0)
                .contains(&format!("class=\"edge\" d=\"M{}", columns.watches()[0].1))
        );
        assert!(row("wake", 0).contains("class=\"idle\""));
        // To look is no wait.
        assert!(row("park", 0).contains("s-still") && row("park", 1).contains("s-done"));
    }

    #[test]
    fn a_thread_that_keeps_the_deadlines_is_at_home_with_them() {
        let (columns, drawing) = of_entries(&[
            "future|poll|",
            "future|timer|timer=1",
            "future|pending|wakers=1",
            "clerk|park|until=woken",
            "timer|due|timer=1",
            "timer|wake|",
        ]);
        let home = columns.home("timer", Lane::Reactor, 1);
        let (left, right) = columns.lanes[2];
        assert!(left < home && home < columns.watches()[0].1);
        assert!(columns.watches()[0].1 < right);
        let rows: Vec<&str> = drawing.rows.split("<g class=\"row\"").skip(1).collect();
        assert!(rows[4].contains(&format!("M{home} {MID}V{ROW}")), "{}", rows[4]);
        assert!(rows[5].contains(&format!("M{home} {MID}H{}", columns.queue()[0].1)));
        assert!(drawing.head.contains(">future</text>"));
        assert!(!drawing.head.contains("class=\"who\""), "the lane says who");
    }

    #[test]
    fn a_crowd_that_no_phone_can_show_is_an_error() {
        let crowd: Vec<String> =
            (1..20).map(|n| format!("customer {n}|write|fd={n} bytes=1")).collect();
        let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
        let steps = super::super::steps::of(&trace(""), &written(&crowd)).unwrap();
        let error = Columns::of(&trace(""), &steps).unwrap_err().to_string();
        assert!(error.contains("leave out more of its 19 customers"), "{error}");
    }

    #[test]
    fn the_head_names_the_lanes() {
        let head = drawing().head;
        for name in ["customers", "run queue", "reactor", "kernel"] {
            assert!(head.contains(&format!(">{name}</text>")), "{name} is not in {head}");
        }
        assert!(head.contains("class=\"who\"") && head.contains(">1</text>"));
    }

    /// A future with five tasks: a door, two visits with a descriptor each, two garments with a
    /// timer each.
    fn a_shop_of_tasks() -> Vec<String> {
        let mut entries = vec!["future|poll|".to_owned()];
        for n in 1..=5 {
            entries.push(format!("future|spawn|task={n}"));
            entries.push(format!("future|arm|fd={n} key={n} interest=both"));
            entries.push(format!("future|wait|fd={n} to=read"));
        }
        entries.push("future|pending|wakers=5".to_owned());
        for n in 1..=5 {
            entries.push(format!("task {n}|poll|"));
            entries.push(match n {
                1 => "task 1|accept|fd=1 error=WouldBlock".to_owned(),
                2 | 3 => format!("task {n}|wait|until=kept"),
                _ => format!("task {n}|timer|timer={}", n - 3),
            });
            entries.push(format!("task {n}|pending|wakers=1"));
        }
        entries.extend(["clerk|wake|", "clerk|drop|task=1"].map(str::to_owned));
        entries
    }

    #[test]
    fn a_shop_of_tasks_fits_a_phone_and_the_lane_is_theirs() {
        let entries = a_shop_of_tasks();
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, drawing) = of_entries(&entries);
        assert!(columns.width <= 400, "{}", columns.width);
        assert_eq!((columns.patrons.len(), columns.queue().len()), (6, 6));
        let all = [columns.patrons.as_slice(), columns.queue(), columns.watches()];
        for (n, (_, right)) in columns.lanes[..3].iter().enumerate() {
            let at: Vec<i32> = all[n].iter().map(|(_, x)| *x).collect();
            assert!(at.windows(2).all(|pair| pair[0] < pair[1]), "{at:?}");
            assert!(*at.last().unwrap() < right - 3, "{at:?} in {:?}", columns.lanes[n]);
        }
        assert!(drawing.head.contains(">tasks</text>"));
        assert!(drawing.head.contains(">future</text>") && drawing.head.contains(">5<"));
    }

    #[test]
    fn slips_that_come_one_after_another_have_one_column() {
        let mut entries: Vec<String> = Vec::new();
        for n in 1..=40 {
            entries.push("future|poll|".to_owned());
            entries.push(format!("future|wait|task={n}"));
            entries.push("future|pending|wakers=1".to_owned());
        }
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, _) = of_entries(&entries);
        let mut at: Vec<i32> = columns.watches().iter().map(|(_, x)| *x).collect();
        assert_eq!(at.len(), 40);
        at.dedup();
        assert!(at.len() <= 2, "{at:?}");
    }

    #[test]
    fn a_task_that_is_dropped_ends_in_its_own_column() {
        let entries = a_shop_of_tasks();
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let (columns, drawing) = of_entries(&entries);
        let row = drawing.rows.split("<g class=\"row\"").last().unwrap();
        let task = columns.patrons[1].1;
        assert_eq!(columns.patrons[1].0, "task 1");
        assert!(
            row.contains(&format!("d=\"{}\"", Symbol::Gone.path(task, MID))),
            "{row}"
        );
        assert!(
            row.contains(&format!("M{task} 0V{MID}")),
            "it is there until then: {row}"
        );
        assert!(!row.contains(&format!("M{task} 0V{ROW}")), "and no more: {row}");
    }

    #[test]
    fn news_of_a_task_that_is_over_go_to_whoever_waited_for_it() {
        let (columns, drawing) = of_entries(&[
            "future|poll|",
            "future|spawn|task=1",
            "future|wait|task=1",
            "future|pending|wakers=1",
            "task 1|poll|",
            "task 1|ready|",
            "task 1|wake|",
        ]);
        let row = drawing.rows.split("<g class=\"row\"").last().unwrap();
        let of = |name: &str, columns: &[(String, i32)]| {
            columns.iter().find(|(n, _)| n == name).unwrap().1
        };
        let (slip, future) =
            (of("task 1", columns.watches()), of("future", columns.queue()));
        assert!(
            row.contains(&format!("class=\"news\" d=\"M{slip} {MID}H{future}\"")),
            "{row}"
        );
    }
}
