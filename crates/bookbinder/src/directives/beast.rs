//! `{{#beast edge}}`: a beast's card, short, in a text.

use super::{Context, Directive, Outside, Placed};
use crate::held::Held;
use anyhow::Result;
use std::ops::RangeInclusive;

pub(super) struct Beast;

impl Directive for Beast {
    fn name(&self) -> &'static str {
        "beast"
    }

    fn form(&self) -> &'static str {
        "{{#beast NAME}}"
    }

    fn words(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn render(&self, call: &Placed, cx: &Context<'_>, _: &mut Held) -> Result<String> {
        cx.beasts.short(&call.words[0], &cx.chapter.path("README.md"))
    }

    fn render_outside(
        &self,
        call: &Placed,
        page: &Outside<'_>,
        _: &mut Held,
    ) -> Result<String> {
        page.beasts.short(&call.words[0], page.file)
    }
}
