//! The book in a real browser.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bestiary::child::finish;
use promises::absent::{not_checked, runs};

use crate::book;

/// Only tells a hang from a slow machine.
const WATCHDOG: Duration = Duration::from_secs(1800);

#[test]
fn the_book_works_in_a_browser() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/browser"));
    let absent = |remedy| not_checked("the book in a real browser", remedy);
    if !runs("node", &["--version"]) {
        return absent("install Node.js 20 or later");
    }
    if !folder.join("node_modules/playwright-core").is_dir() {
        return absent("run `npm ci` in tests/browser");
    }
    let chromium =
        std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !Path::new(&chromium).exists() {
        return absent("install Chromium, as /usr/bin/chromium or where $CHROMIUM says");
    }
    let book = book::built().expect("the book builds");
    let done = finish(
        Command::new("node").arg("run.mjs").arg(book).current_dir(folder),
        WATCHDOG,
    )
    .expect("node runs the checks to their end");
    assert!(done.status.success(), "{}{}", done.stdout, done.stderr);
    assert!(
        done.stdout.lines().any(|line| line.starts_with("ok ")),
        "no check was made:\n{}",
        done.stdout
    );
}
