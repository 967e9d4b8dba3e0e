//! A ledger of a whole program, asked for through the environment.
//!
//! The program is this test binary, run again as a child: see `the_program`.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output},
    thread,
};

use ledger::Ledger;
use tracing::trace;

/// What the child does.
#[test]
#[ignore = "the other tests run this as a program of its own"]
fn the_program() {
    ledger::init();
    trace!(target: "shop", fd = 3, "listen");
    trace!(target: "shop", line = %Talkative, "read");
    let clerk_2 = thread::Builder::new().name("clerk 2".into());
    let work = || trace!(target: "shop", fd = 4, "accept");
    clerk_2.spawn(work).unwrap().join().unwrap();
    if env::var_os("AND_DIE").is_some() {
        std::process::abort();
    }
}

/// A value that logs while it prints itself, as the ledger reads it.
struct Talkative;

impl std::fmt::Display for Talkative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        trace!(target: "shop", "print");
        f.write_str("talk")
    }
}

fn run(ledger: &str, die: bool) -> Output {
    let mut program = Command::new(env::current_exe().unwrap());
    program.args(["--exact", "the_program", "--ignored", "--nocapture"]);
    program.env("LEDGER", ledger);
    if die {
        program.env("AND_DIE", "yes");
    }
    program.output().unwrap()
}

fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

const DEEDS: &str = "\
clerk    listen  fd 1
clerk    print
clerk    read    line talk
clerk 2  accept  fd 2
";

#[test]
fn a_program_that_is_killed_leaves_a_whole_file() {
    let file = temporary("killed.json");
    let died = run(file.to_str().unwrap(), true);
    assert!(!died.status.success());

    let json = fs::read_to_string(&file).unwrap();
    let ledger = Ledger::from_json(&json).unwrap();
    assert_eq!(format!("{ledger:#}"), DEEDS);
    assert_eq!(json, ledger.to_json());
}

#[test]
fn a_dash_prints_each_entry_on_stderr() {
    let output = run("-", false);
    assert!(output.status.success());

    let text = String::from_utf8(output.stderr).unwrap();
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("   1  clerk        listen    fd 1 "), "{text}");
    assert!(first.contains(" tests/everywhere.rs:"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn nothing_is_recorded_unless_asked_for() {
    let output = run("", false);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_file_that_cannot_be_written_ends_the_program_with_a_message() {
    let file = temporary("no such folder/ledger.json");
    let output = run(file.to_str().unwrap(), false);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("LEDGER is set, but its file "), "{message}");
    assert!(message.contains("no such folder/ledger.json"), "{message}");
}
