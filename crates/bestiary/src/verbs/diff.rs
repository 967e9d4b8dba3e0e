//! `diff`: what a chapter changed.

mod colour;
mod item;
mod plain;
mod stat;
mod view;

use std::process::ExitCode;

use anyhow::{Result, bail};
use bookbinder::changes;
use bookbinder::{Chapter, Workspace};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::pager;
use crate::paint::{Paint, Style};

pub const VERB: Verb = Verb {
    name: "diff",
    usage: "N [M] [--stat] [--item NAME] [--no-pager]",
    about: "shows what chapter N changed from the one before, or what lies between N and M",
    help: "It compares Cargo.toml, src/ and tests/; the crates' own names do not count. On a\n\
           terminal it is coloured and paged, elsewhere it is a plain unified diff.\n\n\
           --stat         only how much changed in which file\n\
           --item NAME    only that item, such as TcpStream or TcpListener::accept\n\
           --no-pager     no pager",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let (mut names, mut stat, mut item, mut paged) = (Vec::new(), false, None, true);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("stat") => stat = true,
            Arg::Long("item") => item = Some(args.value()?.string()?),
            Arg::Long("no-pager") => paged = false,
            Arg::Value(name) if names.len() < 2 => names.push(name.string()?),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let (old, new) = match &names[..] {
        [] => bail!("which chapter? For example: cargo bestiary diff 2"),
        [n] => {
            let new = workspace.chapter(n)?;
            (workspace.before(new), new)
        }
        [n, m, ..] => (Some(workspace.chapter(n)?), workspace.chapter(m)?),
    };
    let paint = Paint::for_stdout();
    let files = changes::compare(old, new)?;
    let parts = match &item {
        Some(item) => item::parts(&files, item)?,
        None => Vec::new(),
    };
    let views = match &item {
        Some(_) => view::of_parts(&parts),
        None => view::of_changes(&files),
    };
    // All of the first chapter is new: its code is better read than compared.
    let only_sums = stat || (old.is_none() && item.is_none());
    let text = if only_sums {
        format!("{}\n{}", title(old, new, paint), stat::table(&views, paint))
    } else if paint.is_on() {
        format!("{}\n{}", title(old, new, paint), colour::diff(&views, paint))
    } else {
        plain::diff(old.unwrap_or(new), new, &views)
    };
    pager::show(&text, paged)?;
    Ok(ExitCode::SUCCESS)
}

fn title(old: Option<&Chapter>, new: &Chapter, paint: Paint) -> String {
    let bold = |chapter: &Chapter| paint.style(Style::Bold, &chapter.package).to_string();
    match old {
        Some(old) => format!("From {} to {}\n", bold(old), bold(new)),
        None => format!("{} is the first chapter, so all of it is new.\n", bold(new)),
    }
}
