//! Running a program that may never end, and telling from its ledger why not.
//!
//! A program that is stuck writes nothing more into its ledger and lies asleep: after a while of
//! that it is ended. One that spins writes and writes: it is ended after so many wake-ups, and its
//! ledger is cut where the last of them ends, so that it is as long on every machine. The while is
//! a matter of patience only; what is said about the program is said by its ledger.

mod asleep;

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ledger::Ledger;

use crate::child::WATCHDOG;
use crate::scratch::Scratch;
use asleep::Sleeper;

/// How long a program must be silent and asleep to count as stuck. No program that is watched may
/// nap for as long.
const SILENCE: Duration =
    Duration::from_secs(if cfg!(target_os = "linux") { 1 } else { 4 });

/// How long a ledger may grow, for a program that never waits at all.
const LONGEST: usize = 20_000;

/// How often to look.
const LOOK: Duration = Duration::from_millis(10);

/// What became of a program.
#[derive(Debug)]
pub struct Watched {
    /// How it ended.
    pub end: End,
    /// What it printed.
    pub stdout: String,
    /// What it said on its standard error.
    pub stderr: String,
    /// What its runtime did.
    pub ledger: Ledger,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself.
    ByItself(ExitStatus),
    /// It was silent and asleep, and was ended.
    Stuck,
    /// It woke up too often, or never stopped doing something, and was ended.
    Spinning,
}

impl Watched {
    /// How often it woke up: how many waits it has begun. If it never waits, how often its future
    /// was polled.
    pub fn wake_ups(&self) -> usize {
        if !self.rests() {
            return self.ledger.count("poll");
        }
        let mut turns = Turns::default();
        self.ledger.iter().filter(|entry| turns.begins(&entry.verb)).count()
    }

    /// Whether it has waited at all.
    pub fn rests(&self) -> bool {
        self.ledger.iter().any(|entry| is_wait(&entry.verb))
    }
}

fn is_wait(verb: &str) -> bool {
    verb == "park" || verb == "block"
}

/// Tells from its verbs how often a program goes on: after a wait, or, without a rest, to the next
/// poll of a future that has just been pending.
#[derive(Debug, Default)]
struct Turns {
    /// A future is pending, and nobody has waited since.
    restless: bool,
}

impl Turns {
    /// Does a turn begin with this verb?
    fn begins(&mut self, verb: &str) -> bool {
        match verb {
            "pending" => {
                self.restless = true;
                false
            }
            "poll" => std::mem::take(&mut self.restless),
            verb if is_wait(verb) => {
                self.restless = false;
                true
            }
            _ => false,
        }
    }
}

/// Runs `command`, which must write a ledger where `LEDGER` says, until it ends, is stuck, or has
/// woken up more than `limit` times.
///
/// # Errors
///
/// It cannot be started, it uses the processor for a minute without a word, it writes no ledger,
/// or the reader has had enough ([`heed_interrupts`]).
pub fn watch(command: &mut Command, limit: usize) -> Result<Watched> {
    let scratch = Scratch::new().context("a folder for temporary files")?;
    let at = |name: &str| scratch.path().join(name);
    let what = format!("{:?}", command.get_program());
    command
        .env("LEDGER", at("ledger"))
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(File::create(at("out"))?)
        .stderr(File::create(at("err"))?);
    die_with_parent(command);
    let mut child =
        command.spawn().with_context(|| format!("{what} cannot be started"))?;
    let end = until_it_ends(&mut child, &at("ledger"), limit);
    // A child that has ended by itself does not mind.
    let _ = child.kill();
    let _ = child.wait();
    let end = end.with_context(|| format!("while {what} ran"))?;
    let text = |name| read(&at(name));
    let ledger = Ledger::from_json(&text("ledger")?)
        .with_context(|| format!("the ledger of {what}"))?;
    let ledger = if end == End::Spinning { cut(ledger, limit + 1) } else { ledger };
    Ok(Watched { end, stdout: text("out")?, stderr: text("err")?, ledger })
}

fn read(path: &Path) -> Result<String> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        // A program that has no `ledger::init()` writes none.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn until_it_ends(child: &mut Child, ledger: &Path, limit: usize) -> Result<End> {
    let mut counter = Counter::new(ledger);
    let mut sleeper = Sleeper::new(child.id());
    let (mut last_word, mut last_move) = (Instant::now(), Instant::now());
    loop {
        let ended = child.try_wait()?;
        // Ctrl-C reaches the child as well, so this comes first.
        if INTERRUPTED.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        if let Some(status) = ended {
            return Ok(End::ByItself(status));
        }
        if counter.look()? {
            last_word = Instant::now();
        }
        // One more than needed, so that the last one that counts is written to its end.
        if counter.wake_ups > limit + 1 || counter.entries > LONGEST {
            return Ok(End::Spinning);
        }
        if !sleeper.sleeps_on() {
            last_move = Instant::now();
        }
        if last_word.elapsed() > SILENCE && last_move.elapsed() > SILENCE {
            return Ok(End::Stuck);
        }
        if last_word.elapsed() > WATCHDOG {
            bail!(
                "it was busy for {} s and wrote nothing into its ledger",
                WATCHDOG.as_secs()
            );
        }
        thread::sleep(LOOK);
    }
}

/// The first entries of a ledger, up to the end of so many wake-ups.
fn cut(ledger: Ledger, wake_ups: usize) -> Ledger {
    let (mut seen, mut turns) = (0, Turns::default());
    ledger.filter(|entry| {
        seen += usize::from(turns.begins(&entry.verb));
        seen <= wake_ups && entry.n <= LONGEST as u64
    })
}

/// Counts the wake-ups in a ledger while it is being written.
struct Counter<'a> {
    path: &'a Path,
    /// Up to where the file has been read: the start of a line.
    at: u64,
    entries: usize,
    wake_ups: usize,
    turns: Turns,
}

impl Counter<'_> {
    fn new(path: &Path) -> Counter<'_> {
        Counter { path, at: 0, entries: 0, wake_ups: 0, turns: Turns::default() }
    }

    /// Reads on; says whether there was something new.
    fn look(&mut self) -> Result<bool> {
        let Ok(mut file) = File::open(self.path) else { return Ok(false) };
        let mut news = Vec::new();
        file.seek(SeekFrom::Start(self.at))?;
        file.read_to_end(&mut news)?;
        // The last entry's line has no comma yet, and what stands after it will be overwritten.
        let Some(end) = news.windows(2).rposition(|pair| pair == b",\n") else {
            return Ok(false);
        };
        let whole = String::from_utf8_lossy(&news[..end]);
        let verb = |line: &str| {
            let (_, verb) = line.split_once(r#""verb":""#)?;
            Some(verb.split('"').next()?.to_owned())
        };
        for line in whole.lines() {
            self.entries += 1;
            let begins = verb(line).is_some_and(|verb| self.turns.begins(&verb));
            self.wake_ups += usize::from(begins);
        }
        self.at += end as u64 + 2;
        Ok(true)
    }
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C ends the program that is being watched, and then us, who clean up first.
pub fn heed_interrupts() {
    extern "C" fn note(_signal: libc::c_int) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
    let note: extern "C" fn(libc::c_int) = note;
    // SAFETY: the handler only stores to an atomic, which a signal handler may do.
    unsafe { libc::signal(libc::SIGINT, note as libc::sighandler_t) };
}

/// Has the kernel kill the child when this process is killed before it can do so itself.
#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: `prctl` is a bare system call, which may be made between `fork` and `exec`.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    const PARK: &str =
        r#"{"n":1,"actor":"clerk","verb":"park","at":{"file":"src/a.rs","line":1}}"#;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// A shell that writes `entries` as a program with a ledger would.
    fn writes(entries: usize) -> String {
        let entries = vec![PARK; entries].join(",\\n");
        format!("printf '[\\n{entries}\\n]\\n' > \"$LEDGER\"; echo done; ")
    }

    #[test]
    fn a_program_that_ends_is_let_alone() {
        let seen = watch(&mut sh(&(writes(3) + "echo no >&2; exit 3")), 2).unwrap();
        let End::ByItself(status) = seen.end else { panic!("{seen:?}") };
        assert_eq!(status.code(), Some(3));
        assert_eq!((&*seen.stdout, &*seen.stderr), ("done\n", "no\n"));
        assert_eq!(seen.wake_ups(), 3);
    }

    #[test]
    fn a_program_that_says_nothing_and_sleeps_is_stuck() {
        let seen = watch(&mut sh(&(writes(3) + "exec sleep 1000")), 100).unwrap();
        assert_eq!(seen.end, End::Stuck);
        assert_eq!(seen.wake_ups(), 3);
    }

    #[test]
    fn a_program_that_wakes_up_too_often_spins_and_its_ledger_is_cut() {
        let seen = watch(&mut sh(&(writes(50) + "exec sleep 1000")), 7).unwrap();
        assert_eq!(seen.end, End::Spinning);
        assert_eq!(seen.wake_ups(), 8);
    }

    #[test]
    fn a_program_that_never_waits_is_ended_too() {
        let read = PARK.replace("park", "read");
        let entries = LONGEST + 10;
        let script = format!(
            "{{ echo '['; yes '{read},' | head -n {entries}; }} > \"$LEDGER\"; exec sleep 1000"
        );
        let seen = watch(&mut sh(&script), 7).unwrap();
        assert_eq!(seen.end, End::Spinning);
        assert_eq!(seen.wake_ups(), 0);
    }

    #[test]
    fn a_program_that_polls_and_never_rests_spins() {
        let [poll, pending] = ["poll", "pending"].map(|verb| PARK.replace("park", verb));
        let polls = vec![format!("{poll},\\n{pending}"); 50].join(",\\n");
        let script =
            format!("printf '[\\n{polls}\\n]\\n' > \"$LEDGER\"; exec sleep 1000");
        let seen = watch(&mut sh(&script), 7).unwrap();
        assert_eq!((seen.end, seen.rests()), (End::Spinning, false));
        assert!(seen.wake_ups() > 7);
    }

    #[test]
    fn a_poll_after_a_wait_is_of_the_same_turn() {
        for (turns, verbs) in [
            (2, &["poll", "pending", "park", "unpark", "poll", "pending", "park"][..]),
            (3, &["poll", "pending", "poll", "pending", "poll", "pending", "poll"]),
            (0, &["poll", "ready", "poll", "ready"]),
            (2, &["park", "unpark", "call", "park", "unpark"]),
        ] {
            let mut all = Turns::default();
            let begun = verbs.iter().filter(|verb| all.begins(verb)).count();
            assert_eq!(begun, turns, "{verbs:?}");
        }
    }

    #[test]
    fn a_program_without_a_ledger_has_an_empty_one() {
        assert!(watch(&mut sh("true"), 1).unwrap().ledger.is_empty());
        let broken = watch(&mut sh("echo nonsense > \"$LEDGER\""), 1).unwrap_err();
        assert!(format!("{broken:#}").contains("not a ledger"), "{broken:#}");
    }

    #[test]
    fn a_ledger_that_grows_is_counted_once() {
        let scratch = Scratch::new().unwrap();
        let path = scratch.path().join("ledger");
        let mut counter = Counter::new(&path);
        assert!(!counter.look().unwrap(), "there is no file yet");
        for entries in [1, 2, 2, 5] {
            let lines = vec![PARK; entries].join(",\n");
            fs::write(&path, format!("[\n{lines}\n]\n")).unwrap();
            counter.look().unwrap();
            assert_eq!(counter.wake_ups, entries - 1, "the last one may not be whole");
        }
    }
}
