//! `build`: the book as a folder of pages.

use std::process::ExitCode;

use anyhow::Result;
use bookbinder::Workspace;
use lexopt::Parser;

use super::{Audience, Verb, unexpected};
use crate::pager;

pub const VERB: Verb = Verb {
    name: "build",
    usage: "",
    about: "builds the book into target/book and prints where it is",
    help: "The pages need no server: open target/book/index.html with any browser.",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    if let Some(arg) = args.next()? {
        return Err(unexpected(&arg, &VERB));
    }
    let workspace = Workspace::find()?;
    let out = workspace.root().join("target/book");
    bookbinder::build::build(&workspace, &out)?;
    pager::show(&format!("{}\n", out.join("index.html").display()), false)?;
    Ok(ExitCode::SUCCESS)
}
