//! Running a program to its end, under a watchdog.
//!
//! A child that hangs must not hang the reader's terminal or the tests. It is
//! put in a process group of its own, so that the watchdog also reaches what
//! the child has started (`cargo run` starts the program it built).

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take before it counts as hung. Generous on purpose:
/// it says nothing about how long a program should take.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// Its standard output; bytes that are no UTF-8 are replaced by `\u{fffd}`.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// How it ended.
    pub status: ExitStatus,
}

impl Finished {
    /// Fails with the program's standard error if it did not end with 0.
    pub fn ok(self, what: &str) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        bail!("{what} ended with {}:\n{}", self.status, self.stderr.trim_end());
    }
}

/// Runs `command` to its end with nothing on its standard input.
///
/// # Errors
///
/// If it cannot be started, or has not ended after `limit`; it is then killed,
/// and the error holds what it printed so far.
pub fn finish(command: &mut Command, limit: Duration) -> Result<Finished> {
    let what = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("{what} cannot be started"))?;

    let (pieces, arrivals) = mpsc::channel();
    read_into(child.stdout.take(), Stream::Out, &pieces);
    read_into(child.stderr.take(), Stream::Err, &pieces);
    drop(pieces);

    let deadline = Instant::now() + limit;
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let hung = loop {
        match arrivals.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok((Stream::Out, bytes)) => stdout.extend(bytes),
            Ok((Stream::Err, bytes)) => stderr.extend(bytes),
            Err(mpsc::RecvTimeoutError::Disconnected) => break false,
            Err(mpsc::RecvTimeoutError::Timeout) => break true,
        }
    };
    if hung {
        kill_group(&mut child);
    }
    let status = child.wait().with_context(|| format!("{what} cannot be waited for"))?;
    let finished = Finished {
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        status,
    };
    if hung {
        bail!(
            "{what} was still running after {} s and was killed.\nIt had printed:\n{}{}",
            limit.as_secs(),
            finished.stdout,
            finished.stderr,
        );
    }
    Ok(finished)
}

/// Kills a child that was started in a process group of its own, and the group.
pub fn kill_group(child: &mut Child) {
    let group = child.id() as libc::pid_t;
    // SAFETY: killpg takes two integers. The child has not been waited for, so
    // its number still names its group and nobody else's.
    unsafe { libc::killpg(group, libc::SIGKILL) };
    let _ = child.wait();
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

fn read_into<R: Read + Send + 'static>(
    from: Option<R>,
    stream: Stream,
    to: &mpsc::Sender<(Stream, Vec<u8>)>,
) {
    let Some(mut from) = from else { return };
    let to = to.clone();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            if to.send((stream, buffer[..n].to_vec())).is_err() {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept_apart() {
        let done = finish(&mut sh("echo out; echo err >&2; exit 3"), WATCHDOG).unwrap();
        assert_eq!((&*done.stdout, &*done.stderr), ("out\n", "err\n"));
        assert_eq!(done.status.code(), Some(3));
        assert!(done.ok("it").unwrap_err().to_string().contains("err"));
    }

    #[test]
    fn a_hung_program_is_killed_with_what_it_started() {
        // The sleeping grandchild holds the pipe open: only killing the group ends this.
        let hung = finish(
            &mut sh("echo begun; sleep 1000 & sleep 1000"),
            Duration::from_millis(200),
        );
        let message = hung.unwrap_err().to_string();
        assert!(message.contains("begun"), "{message}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = finish(&mut Command::new("no-such-program"), WATCHDOG).unwrap_err();
        assert!(error.to_string().contains("no-such-program"));
    }
}
