//! `cargo bestiary`: read the book, run its programs, see what a chapter changed.
//!
//! Each verb is a file in [`verbs`]; the table there is all that a new one needs.

mod links;
mod open;
mod pager;
mod paint;
mod verbs;

use std::process::ExitCode;

fn main() -> ExitCode {
    verbs::dispatch(std::env::args_os().skip(1).collect()).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(2)
    })
}
