//! An outcome for the terminal: a table of medians, and bars.

use std::fmt::Write;

use crate::{Figure, METRICS, Metric, Outcome, ShopOutcome};

/// What stands where nothing was measured.
const NOTHING: &str = "–";

impl Outcome {
    /// The medians, a line a shop, under a line about the plan; then what went wrong, and what
    /// could not be measured.
    pub fn table(&self) -> String {
        let metrics: Vec<&Metric> = self.told().collect();
        let mut head = vec!["shop".to_owned()];
        head.extend(metrics.iter().map(|metric| metric.head.to_owned()));
        let mut rows = vec![head];
        for shop in &self.shops {
            let mut row = vec![shop.name.clone()];
            row.extend(metrics.iter().map(|metric| match metric.of(shop) {
                Some(figure) => metric.unit.show(figure.median),
                None => NOTHING.to_owned(),
            }));
            rows.push(row);
        }
        let mut table = format!("{}\n{}\n\n", self.plan, self.machine);
        table += &aligned(&rows);
        for remark in self.remarks() {
            let _ = write!(table, "\n{remark}");
        }
        table.trim_end().to_owned() + "\n"
    }

    /// A bar a shop for each metric, the longest `width` characters, with its median and, of
    /// several rounds, the lowest and the highest.
    pub fn bars(&self, width: usize) -> String {
        let names = self.shops.iter().map(|shop| shop.name.chars().count());
        let name_width = names.max().unwrap_or(0);
        let mut bars = String::new();
        for metric in self.told().filter(|metric| metric.is_drawn) {
            let most = self.most(metric);
            let _ = writeln!(bars, "{}", metric.title);
            for shop in &self.shops {
                let (mut bar, label) = match metric.of(shop) {
                    Some(figure) => {
                        (bar(figure.median / most, width), metric.label(&figure))
                    }
                    None => (String::new(), NOTHING.to_owned()),
                };
                if !bar.is_empty() {
                    bar.push(' ');
                }
                let _ = writeln!(bars, "  {:<name_width$}  {bar}{label}", shop.name);
            }
            bars.push('\n');
        }
        bars.trim_end().to_owned() + "\n"
    }

    /// The metrics that have something to tell here: measured somewhere, and not failures that did
    /// not happen.
    pub(crate) fn told(&self) -> impl Iterator<Item = &'static Metric> {
        METRICS.iter().filter(|metric| {
            let mut figures = self.shops.iter().filter_map(|shop| metric.of(shop));
            match metric.head {
                "failed" => figures.any(|figure| figure.high > 0.0),
                _ => figures.next().is_some(),
            }
        })
    }

    /// The highest median of a metric, for scale; never 0.
    pub(crate) fn most(&self, metric: &Metric) -> f64 {
        let medians = self.shops.iter().filter_map(|shop| metric.of(shop));
        medians.map(|figure| figure.high).fold(f64::MIN_POSITIVE, f64::max)
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.shops.iter().flat_map(troubles).collect();
        remarks.extend(self.notes.iter().cloned());
        remarks
    }
}

impl Metric {
    /// A figure as people read it, with the spread if there is one: `61 ms (58 ms to 70 ms)`.
    pub(crate) fn label(&self, figure: &Figure) -> String {
        let [median, low, high] =
            [figure.median, figure.low, figure.high].map(|number| self.unit.show(number));
        if low == high { median } else { format!("{median} ({low} to {high})") }
    }
}

/// What went wrong in a shop, each thing once.
fn troubles(shop: &ShopOutcome) -> Vec<String> {
    let fell_over = shop.rounds.iter().find_map(|round| round.fell_over.as_ref());
    let failure = shop.rounds.iter().find_map(|round| round.first_failure.as_ref());
    let fell_over = fell_over.map(|how| format!("{} fell over: {how}", shop.name));
    let failure = failure.map(|why| format!("{}: first failure: {why}", shop.name));
    fell_over.into_iter().chain(failure).collect()
}

/// Columns two spaces apart: the first to the left, numbers to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let _ = write!(text, "{:<1$}", row[0], widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    text
}

/// A bar of eighths of a character; what is more than nothing shows.
fn bar(share: f64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let mut eighths = (share * width as f64 * 8.0).round() as usize;
    if share > 0.0 {
        eighths = eighths.max(1);
    }
    "█".repeat(eighths / 8) + PARTS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::example;

    #[test]
    fn the_table_has_a_line_a_shop_and_says_what_went_wrong() {
        insta::assert_snapshot!(example().table(), @r#"
        200 customers, all at once; patience 2000 ms, cleaning 50 ms; 2 rounds, medians
        linux x86_64, 2 cores, which the customers share with the shop

        shop           served  lost    wait     p99  threads   memory      each    CPU  blocked  preempted  calls
        one clerk          38   162  1.01 s  2.02 s        1  1.5 MiB   0.1 KiB  12 ms      400          7   10.2
        a thread each     200     0   63 ms  125 ms      199  7.3 MiB  29.9 KiB  12 ms      400          7      –
        broken              0   200       –       –        1  1.5 MiB   0.1 KiB  12 ms      400          7      –

        broken fell over: it ended (exit status: 101): <panic> & "more"
        system calls were not counted: an example
        "#);
    }

    #[test]
    fn bars_have_the_same_scale_within_a_metric() {
        insta::assert_snapshot!(example().bars(20), @r#"
        customers served
          one clerk      ███▉ 38 (38 to 39)
          a thread each  ████████████████████ 200
          broken         0

        wait for the garment, median
          one clerk      ███████████████████▉ 1.01 s (1.00 s to 1.02 s)
          a thread each  █▎ 63 ms (61 ms to 64 ms)
          broken         –

        wait for the garment, 99th percentile
          one clerk      ███████████████████▉ 2.02 s (2.01 s to 2.04 s)
          a thread each  █▎ 125 ms (122 ms to 129 ms)
          broken         –

        threads, at most
          one clerk      ▏ 1
          a thread each  ███████████████████▊ 199 (197 to 201)
          broken         ▏ 1

        memory, at most
          one clerk      ████▏ 1.5 MiB
          a thread each  ███████████████████▉ 7.3 MiB (7.2 MiB to 7.4 MiB)
          broken         ████▏ 1.5 MiB

        memory for each customer, beyond that of an empty shop
          one clerk      ▏ 0.1 KiB
          a thread each  ███████████████████▊ 29.9 KiB (29.6 KiB to 30.1 KiB)
          broken         ▏ 0.1 KiB

        processor time
          one clerk      ████████████████████ 12 ms
          a thread each  ████████████████████ 12 ms
          broken         ████████████████████ 12 ms

        system calls a customer
          one clerk      ████████████████████ 10.2
          a thread each  –
          broken         –
        "#);
    }

    #[test]
    fn the_least_bar_shows_and_nothing_does_not() {
        assert_eq!(bar(0.0, 10), "");
        assert_eq!(bar(0.0001, 10), "▏");
        assert_eq!(bar(0.55, 10), "█████▌");
        assert_eq!(bar(1.0, 10), "█".repeat(10));
    }
}
