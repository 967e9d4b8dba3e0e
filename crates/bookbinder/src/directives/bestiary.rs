//! `{{#bestiary}}`: all the cards, and an index of them.

use super::{Context, Directive, Outside, Placed};
use crate::beasts::PAGE;
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
        let file = cx.chapter.path("README.md");
        let page = Outside { file: &file, beasts: cx.beasts, code: None };
        self.render_outside(call, &page, held)
    }

    fn render_outside(
        &self,
        _: &Placed,
        page: &Outside<'_>,
        held: &mut Held,
    ) -> Result<String> {
        ensure!(
            page.file == PAGE,
            "the bestiary stands in {PAGE}, where all links to beasts lead"
        );
        page.beasts.page(held)
    }
}
