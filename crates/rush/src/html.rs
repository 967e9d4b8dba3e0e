//! An outcome for a page: the table, with the drawing under it.

use crate::{Metric, Outcome, chart::escaped};
use std::fmt::Write;

impl Outcome {
    /// This outcome as a `<figure>`: a table of medians and the [`svg`](Outcome::svg). `id` makes
    /// its ids unique in a page.
    pub fn html(&self, id: &str) -> String {
        let metrics: Vec<&Metric> = self.told().collect();
        let mut html = String::from(
            "<figure class=\"rush-figure\">\n<div class=\"rush-table\" tabindex=\"0\" \
             role=\"region\" aria-label=\"What each shop cost, as a table\">\n\
             <table>\n<thead><tr><th scope=\"col\">shop</th>",
        );
        for metric in &metrics {
            let (title, head) = (escaped(metric.title), escaped(metric.head));
            let _ = write!(
                html,
                "<th scope=\"col\"><abbr title=\"{title}\">{head}</abbr></th>"
            );
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for shop in &self.shops {
            let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escaped(&shop.name));
            for metric in &metrics {
                let cell = metric.of(shop).map(|figure| metric.unit.show(figure.median));
                let _ = write!(html, "<td>{}</td>", cell.as_deref().unwrap_or("–"));
            }
            html.push_str("</tr>\n");
        }
        let _ = write!(
            html,
            "</tbody>\n</table>\n</div>\n<details><summary>The same as bars</summary>\n{}</details>\n\
             <figcaption>{}. Measured on {}.</figcaption>\n</figure>\n",
            self.svg(id),
            escaped(&self.plan.to_string()),
            escaped(&self.machine.to_string()),
        );
        html
    }
}

#[cfg(test)]
mod tests {
    use crate::outcome::tests::example;

    #[test]
    fn the_table_has_a_cell_for_every_shop_and_metric() {
        let outcome = example();
        let html = outcome.html("x");
        let metrics = outcome.told().count();
        assert_eq!(html.matches("<td>").count(), metrics * outcome.shops.len());
        assert_eq!(html.matches("<th scope=\"col\">").count(), metrics + 1);
        assert!(html.contains("<td>–</td>"), "what was not measured is a dash");
        assert!(html.trim_end().ends_with("</figcaption>\n</figure>"));
    }
}
