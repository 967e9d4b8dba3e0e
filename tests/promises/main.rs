//! The promises that the book makes to its readers. `cargo test -p promises` checks
//! them all; `cargo bestiary verify` does so too and prints a line for each.

mod beasts;
mod book;
mod breaks;
mod browser;
mod commands;
mod conversations;
mod coverage;
mod door;
mod exercises;
mod hostile_street;
mod house;
mod outputs;
mod rush;
mod semantics;
mod traces;
mod why;

/// Fails with all that is wrong, a line each.
#[track_caller]
fn assert_none(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}
