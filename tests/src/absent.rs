//! Tools that a machine may not have: what was not checked, and how to get it.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};

/// Says in one line what was not checked. Where all tools must be there
/// (`CI=true`), that fails.
///
/// # Panics
///
/// With the same line, if the environment variable `CI` is `true`.
pub fn not_checked(what: &str, remedy: &str) {
    let line = format!("not checked: {what}; {remedy}");
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{line}");
    // Straight to the terminal: what a passing test prints is thrown away.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether `program` can be run with these arguments.
pub fn runs(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_there_or_it_is_not() {
        assert!(runs("sh", &["-c", "exit 0"]));
        assert!(!runs("sh", &["-c", "exit 1"]));
        assert!(!runs("no-such-program", &[]));
    }
}
