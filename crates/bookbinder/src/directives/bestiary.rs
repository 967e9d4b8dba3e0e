//! `{{#bestiary}}`: all the cards, and an index of them.

use super::{Context, Directive, Placed};
use crate::beasts::{Beasts, PAGE};
use crate::held::Held;
use anyhow::{Result, ensure};
use std::ops::RangeInclusive;

pub(super) struct Bestiary;

impl Directive for Bestiary {
    fn name(&self) -> &'static str {
        "bestiary"
    }

    fn form(&self) -> &'static str {
        "{{#bestiary}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        0..=0
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        self.render_anywhere(call, &cx.chapter.path("README.md"), cx.beasts, held)
    }

    fn render_anywhere(
        &self,
        _: &Placed,
        file: &str,
        beasts: &Beasts,
        held: &mut Held,
    ) -> Result<String> {
        ensure!(
            file == PAGE,
            "the bestiary stands in {PAGE}, where all links to beasts lead"
        );
        beasts.page(held)
    }
}
