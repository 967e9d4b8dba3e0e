//! What is measured: the columns of a table, the bars of a drawing.

use crate::{Round, ShopOutcome};

/// A quantity that shops are compared by.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name, short enough for the head of a column.
    pub head: &'static str,
    /// Its name in full.
    pub title: &'static str,
    /// What its numbers count.
    pub unit: Unit,
    /// Whether it is drawn.
    pub is_drawn: bool,
    read: fn(&ShopOutcome) -> Vec<f64>,
}

/// What the numbers of a [`Metric`] count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Things, of which there may be parts: an average.
    Average,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Kibibytes.
    Kibibytes,
}

/// One number out of several rounds: the one in the middle, and how far the others lie from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// As many rounds were below as above.
    pub median: f64,
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// Everything that is measured, in the order of the table's columns.
#[rustfmt::skip]
pub const METRICS: [Metric; 13] = [
    metric("served", "customers served", Unit::Count, true,
        |shop| shop.each(|r| Some(r.served as f64))),
    metric("lost", "customers who lost patience", Unit::Count, false,
        |shop| shop.each(|r| Some(r.lost as f64))),
    metric("failed", "customers whom the shop failed", Unit::Count, false,
        |shop| shop.each(|r| Some(r.failed as f64))),
    metric("wait", "wait for the garment, median", Unit::Milliseconds, true,
        |shop| shop.each(|r| r.wait_median_ms)),
    metric("p99", "wait for the garment, 99th percentile", Unit::Milliseconds, true,
        |shop| shop.each(|r| r.wait_p99_ms)),
    metric("threads", "threads, at most", Unit::Count, true,
        |shop| shop.each(|r| Some(r.threads? as f64))),
    metric("memory", "memory, at most", Unit::Kibibytes, true,
        |shop| shop.each(|r| Some(r.memory_kib? as f64))),
    metric("each", "memory for each customer, beyond that of an empty shop", Unit::Bytes, true,
        |shop| shop.each(Round::memory_each)),
    metric("CPU", "processor time", Unit::Milliseconds, true,
        |shop| shop.each(|r| Some(r.cpu_ms))),
    metric("blocked", "times a thread blocked (voluntary context switches)", Unit::Count, false,
        |shop| shop.each(|r| Some(r.voluntary_switches as f64))),
    metric("preempted", "times a thread was preempted (involuntary context switches)", Unit::Count, false,
        |shop| shop.each(|r| Some(r.involuntary_switches as f64))),
    metric("calls", "system calls a customer", Unit::Average, true,
        |shop| shop.system_calls.iter().map(|calls| calls.per_customer).collect()),
    metric("lines", "lines of code", Unit::Count, false,
        |shop| shop.lines.iter().map(|lines| *lines as f64).collect()),
];

const fn metric(
    head: &'static str,
    title: &'static str,
    unit: Unit,
    is_drawn: bool,
    read: fn(&ShopOutcome) -> Vec<f64>,
) -> Metric {
    Metric { head, title, unit, is_drawn, read }
}

impl Metric {
    /// This quantity for one shop, if it could be measured.
    pub fn of(&self, shop: &ShopOutcome) -> Option<Figure> {
        Figure::of((self.read)(shop))
    }
}

impl Figure {
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Figure> {
        values.sort_by(f64::total_cmp);
        let (low, high) = (*values.first()?, *values.last()?);
        let middle = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Figure { median: f64::midpoint(middle.0, middle.1), low, high })
    }
}

/// The smallest of the sorted `values` that at least the `share` of them do not exceed.
pub(crate) fn percentile<T: Copy>(values: &[T], share: f64) -> Option<T> {
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

impl ShopOutcome {
    /// A number of each round that has it.
    fn each(&self, read: fn(&Round) -> Option<f64>) -> Vec<f64> {
        self.rounds.iter().filter_map(read).collect()
    }
}

impl Unit {
    /// A number of this unit as people read it: `61 ms`, `1.02 s`, `2.1 MiB`.
    pub fn show(self, number: f64) -> String {
        match self {
            Unit::Count => format!("{number:.0}"),
            Unit::Average => format!("{number:.1}"),
            Unit::Milliseconds if number < 9.95 => format!("{number:.1} ms"),
            Unit::Milliseconds if number < 999.5 => format!("{number:.0} ms"),
            Unit::Milliseconds => format!("{:.2} s", number / 1000.0),
            Unit::Bytes => format!("{:.1} KiB", number / 1024.0),
            Unit::Kibibytes => format!("{:.1} MiB", number / 1024.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 0.5), Some(50));
        assert_eq!(percentile(&hundred, 0.99), Some(99));
        assert_eq!(percentile(&[1, 2, 3], 0.5), Some(2));
        assert_eq!(percentile(&[1, 2, 3], 0.99), Some(3));
        assert_eq!(percentile(&[7], 0.5), Some(7));
        assert_eq!(percentile::<u32>(&[], 0.5), None);
    }

    #[test]
    fn a_figure_is_the_middle_round_with_its_spread() {
        let figure = Figure { median: 3.0, low: 1.0, high: 9.0 };
        assert_eq!(Figure::of(vec![9.0, 1.0, 3.0]), Some(figure));
        assert_eq!(Figure::of(vec![9.0, 1.0, 2.0, 4.0]), Some(figure));
        assert_eq!(Figure::of(vec![]), None);
    }

    #[test]
    fn numbers_are_shown_with_as_much_as_matters() {
        let shown =
            [9.94, 9.96, 61.2, 999.4, 1020.0].map(|ms| Unit::Milliseconds.show(ms));
        assert_eq!(shown, ["9.9 ms", "10 ms", "61 ms", "999 ms", "1.02 s"]);
        assert_eq!(Unit::Kibibytes.show(2150.0), "2.1 MiB");
        assert_eq!(Unit::Bytes.show(4461.0), "4.4 KiB");
        assert_eq!(Unit::Count.show(201.0), "201");
        assert_eq!(Unit::Average.show(10.24), "10.2");
    }
}
