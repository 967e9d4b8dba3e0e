//! A shop as a child process: started, waited for, watched, and always killed.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fs,
    io::{self, BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Error, Shop,
    usage::{self, Spent},
};

/// How long a shop may take to say that it is open.
const OPENING: Duration = Duration::from_secs(10);
/// How long to wait for the last words of a shop that has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How many lines those are.
const LAST_LINES: usize = 5;
/// How much of a line is read at once.
const LONGEST_LINE: u64 = 1024;

/// A shop that is open. Dropping it kills its process.
#[derive(Debug)]
pub(crate) struct OpenShop {
    pub(crate) addr: SocketAddr,
    process: Process,
}

/// A child process that does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// It has been waited for: its number is no longer ours to signal.
    reaped: bool,
    /// The lines on its stdout, until it has opened.
    stdout: Option<Receiver<String>>,
    /// Its last lines on stderr, once it has ended.
    last_words: Receiver<String>,
}

impl OpenShop {
    /// Starts a shop on a free loopback port and waits until it is open.
    pub(crate) fn open(shop: &Shop, clean: Duration) -> Result<OpenShop, Error> {
        OpenShop::open_under(&[], shop, clean)
    }

    /// Like [`open`](OpenShop::open), with the shop run by another program, strace say.
    pub(crate) fn open_under(
        runner: &[OsString],
        shop: &Shop,
        clean: Duration,
    ) -> Result<OpenShop, Error> {
        let mut line: Vec<OsString> = runner.to_vec();
        line.push(within_reach(&shop.program).into());
        line.extend(shop.args.iter().cloned());
        line.extend(["--addr", "127.0.0.1:0", "--clean-ms"].map(OsString::from));
        line.push(clean.as_millis().to_string().into());

        let no_program = |why| Error::NoProgram {
            shop: shop.name.clone(),
            program: shop.program.clone(),
            why,
        };
        let did_not_open = |why| Error::DidNotOpen { shop: shop.name.clone(), why };
        // strace would report the absence of its program in its own way.
        fs::metadata(&line[runner.len()]).map_err(no_program)?;
        let mut process = Process::start(&line).map_err(no_program)?;
        let addr = process.opening_words().map_err(did_not_open)?;
        Ok(OpenShop { addr, process })
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Process {
    fn start(line: &[OsString]) -> io::Result<Process> {
        let mut command = Command::new(&line[0]);
        command
            .args(&line[1..])
            // A ledger would be measured along with the shop, and fill its file with every round.
            .env_remove("LEDGER")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        die_with_parent(&mut command);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().map(lines);
        let last_words = child.stderr.take().map(last_lines).expect("stderr is a pipe");
        Ok(Process { child, reaped: false, stdout, last_words })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for `open on ADDR` on stdout.
    fn opening_words(&mut self) -> Result<SocketAddr, String> {
        let deadline = Instant::now() + OPENING;
        let stdout = self.stdout.take().expect("a shop opens once");
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match stdout.recv_timeout(left) {
                Ok(line) => {
                    if let Some(addr) = line.strip_prefix("open on ") {
                        return loopback(addr);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let seconds = OPENING.as_secs();
                    return Err(format!(
                        "no `open on ADDR` on its stdout for {seconds} s"
                    ));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(match self.fell_over(LAST_WORDS) {
                        Ok(Some((_, how))) => how,
                        Ok(None) => "it closed its stdout".to_owned(),
                        Err(why) => why.to_string(),
                    });
                }
            }
        }
    }

    /// If the process ends by itself, now or within `patience`: how, and what it said last.
    pub(crate) fn fell_over(
        &mut self,
        patience: Duration,
    ) -> io::Result<Option<(Spent, String)>> {
        let Some(spent) = self.ends_within(patience)? else {
            return Ok(None);
        };
        let how = format!("it ended ({}){}", spent.status, self.last_words());
        Ok(Some((spent, how)))
    }

    /// Kills what the process has started: the shop, when the process is strace.
    pub(crate) fn kill_children(&self) {
        let pid = self.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        for child in children.unwrap_or_default().split_whitespace() {
            child.parse().into_iter().for_each(kill);
        }
    }

    /// Waits for a process that is about to end, but not longer than `patience`.
    pub(crate) fn ends_within(
        &mut self,
        patience: Duration,
    ) -> io::Result<Option<Spent>> {
        let deadline = Instant::now() + patience;
        loop {
            let spent = usage::wait(self.id(), false)?;
            self.reaped = spent.is_some();
            if spent.is_some() || Instant::now() >= deadline {
                return Ok(spent);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Kills the process and says what it used.
    pub(crate) fn end(&mut self) -> io::Result<Spent> {
        self.kill_children();
        kill(self.id());
        let spent = usage::wait(self.id(), true)?;
        self.reaped = true;
        Ok(spent.expect("a wait that blocks ends when the process has"))
    }

    /// What the process said last on stderr, as the end of a sentence.
    fn last_words(&self) -> String {
        match self.last_words.recv_timeout(LAST_WORDS) {
            Ok(words) if !words.is_empty() => format!(": {words}"),
            _ => String::new(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = self.end();
        }
    }
}

/// Kills a process that nobody has waited for, so that its number is still its own.
fn kill(pid: u32) {
    // SAFETY: `kill` touches no memory of ours.
    unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
}

/// A program's path such that it is found from anywhere: a bare name is a file here, not a name to
/// be looked up in `PATH`.
fn within_reach(program: &Path) -> PathBuf {
    std::path::absolute(program).unwrap_or_else(|_| program.to_owned())
}

fn loopback(addr: &str) -> Result<SocketAddr, String> {
    match addr.trim_end().parse::<SocketAddr>() {
        Ok(addr) if addr.ip().is_loopback() => Ok(addr),
        Ok(addr) => Err(format!("it opened on {addr}, which is not a loopback address")),
        Err(_) => Err(format!("`open on {addr}` names no address")),
    }
}

/// Sends the lines of a pipe for as long as someone takes them, and reads it to the end in any
/// case, so that the writer never waits.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        while let Some(line) = next_line(&mut pipe) {
            if sender.send(line).is_err() {
                let _ = io::copy(&mut pipe, &mut io::sink());
            }
        }
    });
    receiver
}

/// Sends the last lines of a pipe, once it has ended.
fn last_lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut last = VecDeque::new();
        while let Some(line) = next_line(&mut pipe) {
            last.push_back(line);
            if last.len() > LAST_LINES {
                last.pop_front();
            }
        }
        let _ = sender.send(Vec::from(last).join("\n"));
    });
    receiver
}

/// The next line; one that is too long to be remembered comes in pieces.
fn next_line(pipe: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    match pipe.take(LONGEST_LINE).read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&line).trim_end().to_owned()),
    }
}

/// Has the kernel kill the child when this process is killed before it can do so itself.
#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: `prctl` is a bare system call, which may be made between `fork` and `exec`.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}
