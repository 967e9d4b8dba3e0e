//! Long output goes through the reader's pager.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write, stdout};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Shows `text`: through `$PAGER` (or `less`) on a terminal, as it is elsewhere.
pub fn show(text: &str, paged: bool) -> Result<()> {
    if paged && stdout().is_terminal() && through_pager(text).is_ok() {
        return Ok(());
    }
    unless_broken(stdout().lock().write_all(text.as_bytes()))
        .context("the output cannot be written")
}

fn through_pager(text: &str) -> io::Result<()> {
    let mut pager = match env::var("PAGER") {
        // It may hold options, so it is the shell's to read.
        Ok(pager) if !pager.trim().is_empty() => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("exec {pager}")]);
            shell
        }
        _ => Command::new("less"),
    };
    let mut pager = pager
        // Colours as they are, no paging for what fits, leave the text on the screen.
        .env("LESS", env::var("LESS").unwrap_or_else(|_| "-RFX".into()))
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = pager.stdin.take() {
        unless_broken(input.write_all(text.as_bytes()))?;
    }
    match pager.wait()?.code() {
        Some(126 | 127) => Err(ErrorKind::NotFound.into()),
        _ => Ok(()),
    }
}

/// A reader who has seen enough (`| head`, `q`) is not an error.
fn unless_broken(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
