//! An outcome as a drawing: horizontal bars, a panel a metric.

use std::fmt::Write;

use crate::{Metric, Outcome};

/// Sizes, in the drawing's own units: about pixels at its natural width.
const CHARACTER: f64 = 7.6;
const GAP: f64 = 10.0;
const LONGEST_BAR: f64 = 260.0;
/// What is more than nothing shows.
const LEAST_BAR: f64 = 1.5;
const LABEL: f64 = 100.0;
const ROW: usize = 24;
const PANEL_HEAD: usize = 30;
const PANEL_GAP: usize = 14;

/// Inside a page, the drawing takes the page's text colour, and its bars the page's
/// `--rush-bar` if there is one. Alone in a window (there, and only there, the SVG is the root), it
/// follows the reader's light or dark.
const STYLE: &str = "\
svg:root{color:#1d1d1f;background:#fff}
@media(prefers-color-scheme:dark){svg:root{color:#ececf1;background:#17171a}}
.rush text{font:14px system-ui,sans-serif;fill:currentColor}
.rush .metric{font-weight:600}
.rush .name{text-anchor:end}
.rush .bar{fill:var(--rush-bar,currentColor);fill-opacity:.62}
.rush .spread{stroke:currentColor;stroke-width:1.5}
";

impl Outcome {
    /// This outcome as an SVG: a panel for each metric, a bar for each shop, the median as text
    /// and the spread of the rounds as a line. `id` makes its ids unique in a page.
    ///
    /// Every number in it is text; a screen reader is given the title and the table in words.
    pub fn svg(&self, id: &str) -> String {
        let mut panels = String::new();
        let mut top = 0;
        for metric in self.told().filter(|metric| metric.is_drawn) {
            self.panel(&mut panels, metric, top);
            top += PANEL_HEAD + ROW * self.shops.len() + PANEL_GAP;
        }
        let width = self.names_end() + GAP + LONGEST_BAR + LABEL;
        let id = escaped(id);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rush\" role=\"img\" \
             viewBox=\"0 0 {width:.0} {top}\" aria-labelledby=\"{id}-title {id}-desc\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
             <style>\n{STYLE}</style>\n{panels}</svg>\n",
            escaped(&self.title()),
            escaped(&self.in_words()),
        )
    }

    fn panel(&self, svg: &mut String, metric: &Metric, top: usize) {
        let base = top + 18;
        let title = escaped(metric.title);
        let _ =
            writeln!(svg, "<text class=\"metric\" x=\"0\" y=\"{base}\">{title}</text>");
        let most = self.most(metric);
        let names_end = self.names_end();
        let at = |number: f64| names_end + GAP + LONGEST_BAR * number / most;
        for (row, shop) in self.shops.iter().enumerate() {
            let y = top + PANEL_HEAD + ROW * row;
            let (text_y, middle) = (y + 15, y + 10);
            let name = escaped(&shop.name);
            let _ = writeln!(
                svg,
                "<text class=\"name\" x=\"{names_end:.1}\" y=\"{text_y}\">{name}</text>"
            );
            let mut end = at(0.0);
            let mut label = "not measured".to_owned();
            if let Some(figure) = metric.of(shop) {
                let (start, length) = (at(0.0), at(figure.median) - at(0.0));
                let length =
                    if figure.median > 0.0 { length.max(LEAST_BAR) } else { 0.0 };
                let _ = writeln!(
                    svg,
                    "<rect class=\"bar\" x=\"{start:.1}\" y=\"{y}\" width=\"{length:.1}\" \
                     height=\"20\"/>"
                );
                if figure.low < figure.high {
                    let (low, high) = (at(figure.low), at(figure.high));
                    let _ = writeln!(
                        svg,
                        "<path class=\"spread\" d=\"M{low:.1} {middle}H{high:.1}\"/>"
                    );
                }
                end = at(figure.high);
                label = metric.unit.show(figure.median);
            }
            let x = end + GAP;
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{text_y}\">{label}</text>");
        }
    }

    /// Where the shops' names end, with room for the longest.
    fn names_end(&self) -> f64 {
        let longest = self.shops.iter().map(|shop| shop.name.chars().count()).max();
        GAP + CHARACTER * longest.unwrap_or(0) as f64
    }

    fn title(&self) -> String {
        format!("What {} cost each shop", self.plan)
    }

    /// What the bars show, as sentences.
    fn in_words(&self) -> String {
        let mut words = String::new();
        for metric in self.told().filter(|metric| metric.is_drawn) {
            let figures: Vec<String> = self
                .shops
                .iter()
                .map(|shop| match metric.of(shop) {
                    Some(figure) => format!("{}, {}", shop.name, metric.label(&figure)),
                    None => format!("{}, not measured", shop.name),
                })
                .collect();
            let _ = write!(words, "{}: {}. ", metric.title, figures.join("; "));
        }
        words.trim_end().to_owned()
    }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::outcome::tests::example;

    #[test]
    fn the_drawing_names_every_shop_and_escapes_it() {
        let mut outcome = example();
        outcome.shops[1].name = "<a & \"b\">".to_owned();
        let svg = outcome.svg("rush-1");
        assert!(svg.contains("<title id=\"rush-1-title\">What 200 customers"));
        assert!(svg.contains("aria-labelledby=\"rush-1-title rush-1-desc\""));
        assert!(svg.contains(">&lt;a &amp; &quot;b&quot;&gt;</text>"));
        assert!(!svg.contains("<a &"));
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        let outcome = example();
        let svg = outcome.svg("x");
        let drawn = outcome.told().filter(|metric| metric.is_drawn);
        let measured: usize = drawn
            .map(|metric| outcome.shops.iter().filter_map(|shop| metric.of(shop)).count())
            .sum();
        assert_eq!(svg.matches("<rect").count(), measured);
        assert!(svg.contains("not measured"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
