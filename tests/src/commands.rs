//! Running the commands that a page tells its readers to type.
//!
//! They are run in the order of the page, from the workspace's root. A shop that
//! the page opens (```` ```sh,server ````) stays open for the commands below it,
//! as it would in the reader's other terminal, until the page opens the next one.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bestiary::child::{finish, kill_group};
use bookbinder::markdown::{Command, CommandKind};

/// Only tells a hang from a long build; a command may have to build everything.
const WATCHDOG: Duration = Duration::from_secs(900);

/// Runs a page's commands, and gives a sentence for each that does not do what its
/// fence says. `prepare` makes a shell ready: folder and environment.
pub fn run(
    file: &str,
    commands: &[Command],
    prepare: impl Fn(&mut Process),
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut open_shop = None;
    for command in commands {
        let mut shell = Process::new("sh");
        shell.args(["-c", &command.text]);
        prepare(&mut shell);
        let done = match command.kind {
            CommandKind::Skip => Ok(()),
            _ if runs_these_tests(&command.text) => Err(anyhow::anyhow!(
                "would run these tests inside themselves; mark it ```sh,skip"
            )),
            CommandKind::Server => {
                // The one before must have left its port before this one opens.
                drop(open_shop.take());
                Server::start(shell).map(|server| open_shop = Some(server))
            }
            CommandKind::Ends | CommandKind::Fails => {
                ends(shell, command.kind == CommandKind::Ends)
            }
        };
        if let Err(error) = done {
            wrong.push(format!("{file}:{}: `{}`: {error:#}", command.line, command.text));
        }
    }
    wrong
}

/// Whether the command's end is as the page says.
fn ends(mut shell: Process, well: bool) -> Result<()> {
    let done = finish(&mut shell, WATCHDOG)?;
    ensure!(
        done.status.success() == well,
        "ended with {}, and {}:\n{}{}",
        done.status,
        if well {
            "is printed as one that works"
        } else {
            "is printed as one that fails"
        },
        done.stdout,
        done.stderr,
    );
    Ok(())
}

fn runs_these_tests(text: &str) -> bool {
    let all = text.contains("cargo test")
        && !(text.contains(" -p ") || text.contains("--package"));
    all || text.contains("-p promises") || text.contains("cargo bestiary verify")
}

/// A program that does not end by itself.
struct Server {
    child: Child,
}

impl Server {
    /// Starts it and waits for its first line, which says that it is ready.
    fn start(mut shell: Process) -> Result<Self> {
        let child = shell
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .process_group(0)
            .spawn()
            .context("cannot be started")?;
        let mut server = Self { child };
        let (sender, first_line) = mpsc::channel();
        if let Some(stdout) = server.child.stdout.take() {
            thread::spawn(move || {
                let mut lines = BufReader::new(stdout);
                let mut line = String::new();
                if lines.read_line(&mut line).is_ok_and(|n| n > 0) {
                    let _ = sender.send(line);
                }
                drop(sender);
                let _ = std::io::copy(&mut lines, &mut std::io::sink());
            });
        }
        match first_line.recv_timeout(WATCHDOG) {
            Ok(_) => Ok(server),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                bail!("printed nothing for {} s", WATCHDOG.as_secs())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                bail!("ended ({}) before it had printed a line", server.child.wait()?)
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        kill_group(&mut self.child);
    }
}

/// A shell in `folder` for whom nothing is a terminal and no browser opens.
pub fn quiet_shell(shell: &mut Process, folder: &Path) {
    shell
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("PAGER", "cat")
        .env("BROWSER", "true");
    shell.env_remove("LEDGER");
}

#[cfg(test)]
mod tests {
    use bestiary::scratch::Scratch;

    use super::*;

    fn problems(commands: &[(CommandKind, &str)]) -> Vec<String> {
        let command = |(n, (kind, text)): (usize, &(CommandKind, &str))| Command {
            line: n + 1,
            text: (*text).into(),
            kind: *kind,
        };
        let commands: Vec<Command> = commands.iter().enumerate().map(command).collect();
        run("page.md", &commands, |shell| quiet_shell(shell, Path::new("/")))
    }

    #[test]
    fn commands_that_do_as_printed_pass() {
        use CommandKind::*;
        assert_eq!(
            problems(&[(Ends, "true"), (Fails, "exit 3"), (Skip, "no-such-program")]),
            [""; 0]
        );
    }

    #[test]
    fn a_command_that_ends_otherwise_is_told_with_its_line() {
        use CommandKind::*;
        let wrong =
            problems(&[(Ends, "true"), (Ends, "echo why >&2; exit 3"), (Fails, "true")]);
        assert!(
            wrong[0].starts_with("page.md:2: `echo why") && wrong[0].contains("\nwhy\n"),
            "{wrong:?}"
        );
        assert!(wrong[1].starts_with("page.md:3: `true`"), "{wrong:?}");
    }

    #[test]
    fn a_server_stays_for_the_commands_below_it_and_then_goes() {
        use CommandKind::*;
        let scratch = Scratch::new().unwrap();
        let pid = scratch.path().join("pid");
        let server = format!("echo $$ > {}; echo ready; sleep 1000; true", pid.display());
        let alive = format!("kill -0 $(cat {})", pid.display());
        assert_eq!(problems(&[(Server, &server), (Ends, &alive)]), [""; 0]);
        assert_eq!(problems(&[(Fails, &alive)]), [""; 0]);
    }

    #[test]
    fn a_server_that_ends_before_its_first_line_is_told() {
        let wrong = problems(&[(CommandKind::Server, "exit 2")]);
        assert!(wrong[0].contains("before it had printed a line"), "{wrong:?}");
    }

    #[test]
    fn the_tests_do_not_run_themselves() {
        assert_eq!(problems(&[(CommandKind::Ends, "cargo test --workspace")]).len(), 1);
        assert_eq!(problems(&[(CommandKind::Ends, "cargo bestiary verify")]).len(), 1);
        assert!(!runs_these_tests("cargo test -p ch01-blocking"));
    }
}
