//! `{{#beast edge}}`: a beast's card, short, in the text of a chapter.

use super::{Context, Directive, Placed};
use crate::beasts::Beasts;
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

    fn render(&self, call: &Placed, cx: &Context<'_>, held: &mut Held) -> Result<String> {
        self.render_anywhere(call, &cx.chapter.path("README.md"), cx.beasts, held)
    }

    fn render_anywhere(
        &self,
        call: &Placed,
        file: &str,
        beasts: &Beasts,
        _: &mut Held,
    ) -> Result<String> {
        beasts.short(&call.words[0], file)
    }
}
