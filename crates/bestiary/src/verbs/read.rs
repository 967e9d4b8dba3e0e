//! `read`: the book in the browser.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use bookbinder::Workspace;
use bookbinder::serve::{self, Event, Options};
use lexopt::{Arg, Parser, ValueExt};

use super::{Audience, Verb, unexpected};
use crate::open;

pub const VERB: Verb = Verb {
    name: "read",
    usage: "[N] [--port P] [--no-open]",
    about: "builds the book, serves it on 127.0.0.1 and opens your browser",
    help: "It opens at chapter N, or at the beginning. When a file changes, the book is\n\
           built again and the page reloads. Ctrl-C ends it.\n\n\
           --port P     tries port P first (3000 otherwise); another is taken if it is in use\n\
           --no-open    opens no browser",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let (mut name, mut port, mut browser) = (None, None, true);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("port") => port = Some(args.value()?.parse()?),
            Arg::Long("no-open") => browser = false,
            Arg::Value(value) if name.is_none() => name = Some(value.string()?),
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let workspace = Workspace::find()?;
    let page = match name {
        Some(name) => format!("{}/index.html", workspace.chapter(&name)?.package),
        None => String::new(),
    };
    let mut options = Options::new(&workspace);
    options.port = port.unwrap_or(options.port);
    let server = serve::serve(&workspace, options)?;
    let address = format!("{}{page}", server.url());
    say(&format!("{address}\nCtrl-C ends it."))?;
    if browser {
        open::in_browser(&address);
    }
    server.run(|event| match event {
        Event::Rebuilt(report) => {
            drop(say(&format!("built again, in {} ms", report.took.as_millis())))
        }
        Event::Failed(error) => eprintln!("not built, the old book stays:\n{error:#}"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Says a line at once: whoever reads it through a pipe waits for the address.
fn say(line: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .context("writing to standard output")
}
