//! `cargo bestiary why` knows where a line comes from, and where the book explains it.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use bestiary::child::{WATCHDOG, finish};
use bookbinder::why::{Line, Why, why};
use bookbinder::{Chapter, changes};
use promises::workspace::{programs, workspace};

use crate::{assert_none, book};

/// What is known about the line of a chapter's file that holds this text.
fn why_of(chapter: &'static Chapter, file: &str, text: &str) -> Why<'static> {
    let source = chapter.read(file).expect("the file can be read");
    let at = source.lines().position(|line| line.contains(text));
    let number = at.unwrap_or_else(|| panic!("{file} has no line with `{text}`")) + 1;
    let line = Line { chapter, file: file.to_owned(), number };
    why(workspace(), &line).unwrap_or_else(|error| panic!("{file}:{number}: {error:#}"))
}

fn chapter(number: usize) -> &'static Chapter {
    &workspace().chapters()[number - 1]
}

#[test]
fn a_line_of_the_second_chapter_that_the_first_one_brought_is_explained_there() {
    let why = why_of(chapter(2), "src/net.rs", "libc::getsockname");
    assert_eq!(why.since.chapter.number, 1);
    assert_eq!(why.before, [""; 0]);
    assert_eq!(why.item.expect("it is in a method").0, "TcpListener::local_addr");
    let passage = why.passage.expect("it is in a listing");
    assert!(passage.paragraph.contains("Port 0"), "{}", passage.paragraph);
    assert!(
        passage.address.starts_with("ch01-blocking/index.html#"),
        "{}",
        passage.address
    );
}

#[test]
fn a_line_that_the_second_chapter_changed_knows_what_it_was() {
    let why = why_of(chapter(2), "src/sys.rs", "const SOCKET_FLAGS");
    assert_eq!(why.since.chapter.number, 2);
    assert_eq!(why.before, ["const SOCKET_FLAGS: libc::c_int = libc::SOCK_CLOEXEC;"]);
    assert!(why.passage.is_some());
}

#[test]
fn a_line_of_a_new_file_was_nothing_before() {
    let why = why_of(chapter(2), "src/poller.rs", "self.queue.wait(events, timeout)");
    assert_eq!((why.since.chapter.number, why.before.len()), (2, 0));
    assert_eq!(why.item.expect("it is in a method").0, "Poller::wait");
}

#[test]
fn every_line_that_a_text_must_show_leads_to_a_paragraph_and_to_an_address_in_the_book() {
    // Every line would take minutes; these are spread over all files.
    const ONE_IN: usize = 17;
    let book = book::built().expect("the book builds");
    let mut pages = BTreeMap::new();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for chapter in workspace().chapters() {
        let sources = changes::files(chapter).expect("the chapter can be read");
        for (file, text) in sources.iter().filter(|(file, _)| file.starts_with("src/")) {
            for (n, line) in text.lines().enumerate().skip(3).step_by(ONE_IN) {
                let trimmed = line.trim();
                if trimmed.is_empty() || trimmed.starts_with("//!") {
                    continue;
                }
                asked += 1;
                let place = chapter.path(&format!("{file}:{}", n + 1));
                let line = Line { chapter, file: file.clone(), number: n + 1 };
                let why = why(workspace(), &line).expect("the chapters can be read");
                let Some(passage) = &why.passage else {
                    if !why.is_frame {
                        wrong.push(format!("{place}: `{trimmed}` is explained nowhere"));
                    }
                    continue;
                };
                let (page, id) =
                    passage.address.split_once('#').unwrap_or((&passage.address, ""));
                let html = pages.entry(page.to_owned()).or_insert_with(|| {
                    fs::read_to_string(book.join(page)).unwrap_or_default()
                });
                let found = match id {
                    "" => !html.is_empty(),
                    id => html.contains(&format!("id=\"{id}\"")),
                };
                if !found {
                    wrong.push(format!("{place}: the book has no {}", passage.address));
                }
            }
        }
    }
    assert!(asked > 50, "only {asked} lines were asked about");
    assert_none(&wrong, "`cargo bestiary why` does not know enough");
}

#[test]
fn a_line_that_is_none_gets_a_clear_message() {
    let program = programs().path("bestiary").expect("the command line is built");
    for (args, said) in [
        (&["why"][..], "which line?"),
        (&["why", "rustfmt.toml:1"], "is in no chapter"),
        (&["why", "1", "README.md:1"], "is prose"),
        (&["why", "src/net.rs:1"], "of which chapter?"),
        (&["why", "2", "src/net.rs"], "is no FILE:LINE"),
        (&["why", "2", "src/nut.rs:1"], "did you mean `src/net.rs`"),
        (&["why", "chapters/ch01-blocking/src/net.rs:9999"], "and no line 9999"),
        (&["why", "ch01-blocking/src/net.rs:2"], "is blank"),
        (&["why", "99", "src/net.rs:1"], "no chapter is called `99`"),
    ] {
        let mut command = Command::new(program);
        command.args(args).current_dir(workspace().root());
        let done = finish(&mut command, WATCHDOG).expect("it ends");
        let out = done.stdout + &done.stderr;
        assert!(!done.status.success() && out.contains(said), "{args:?}: {out}");
    }
    let mut command = Command::new(program);
    command.args(["why", "2", "src/poller.rs:1"]).current_dir(workspace().root());
    let done =
        finish(&mut command, WATCHDOG).expect("it ends").ok("why").expect("it knows");
    assert!(done.stdout.contains("Chapter 2, A bell on the counter"), "{}", done.stdout);
}
