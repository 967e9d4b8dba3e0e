//! Every command that the book prints works.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use bookbinder::markdown;
use promises::absent::not_checked;
use promises::commands::{quiet_shell, run};
use promises::workspace::{programs, target_dir, workspace};

use crate::assert_none;

#[test]
fn every_command_that_the_book_prints_works() {
    if TcpListener::bind("127.0.0.1:7878").is_err() {
        return not_checked(
            "the commands that the book prints, for 127.0.0.1:7878 is taken",
            "close the shop that is open there",
        );
    }
    // Built before any command of the book builds them anew.
    programs();
    let workspace = workspace();
    let target = target_dir().dir;
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page can be read");
        let file = workspace.relative(&page);
        let commands = markdown::commands_in(&file, &text)
            .expect("the fences of a page are as they should be");
        wrong.extend(run(&file, &commands, |shell| {
            quiet_shell(shell, workspace.root());
            shell.env("CARGO_TARGET_DIR", &target);
        }));
    }
    assert_none(&wrong, "these commands do not do what the page says");
}

/// The chapters' texts, and the pages before and behind them.
fn pages() -> Vec<PathBuf> {
    let workspace = workspace();
    let folder =
        fs::read_dir(workspace.root().join("chapters")).expect("chapters/ can be read");
    let entries = folder.map(|entry| entry.expect("an entry of chapters/").path());
    let page = |path: PathBuf| if path.is_dir() { path.join("README.md") } else { path };
    let mut pages: Vec<PathBuf> = entries.map(page).collect();
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages.retain(|path| path.is_file());
    pages.sort();
    pages
}
