//! `{{#rush}}`: the cost table of the last recorded rush, with its chart.

use super::{Context, Directive, Placed};
use crate::held::Held;
use crate::rush::{FIGURE, FIGURE_ID, FIGURE_LABEL};
use anyhow::{Result, anyhow};
use std::ops::RangeInclusive;

pub(super) struct Rush;

impl Directive for Rush {
    fn name(&self) -> &'static str {
        "rush"
    }

    fn form(&self) -> &'static str {
        "{{#rush}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        0..=0
    }

    fn render(&self, _: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        let root = cx.chapter.dir.join("../..");
        let figure = std::fs::read_to_string(root.join(FIGURE)).map_err(|error| {
            anyhow!(
                "{FIGURE} cannot be read ({error}); run `cargo bestiary rush --record`"
            )
        })?;
        let id = format!("rush-{}", cx.chapter.package);
        let command =
            "<p class=\"rush-command\">Your own: <code>cargo bestiary rush</code></p>\n";
        // The page for printing has the table of every chapter, each a region of its own.
        let label = format!("{FIGURE_LABEL} (chapter {})", cx.chapter.number);
        let figure = figure.replace(FIGURE_ID, &id).replace(FIGURE_LABEL, &label);
        Ok(held.hold(figure + command))
    }
}
