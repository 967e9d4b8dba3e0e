//! What every grader of an exercise has: expectations, customers, patience.
//!
//! This file is compiled twice: here, and beside each `grader.rs` as its module `grading`, for a
//! grader cannot depend on this crate. It uses nothing but `std` and `libc`.
//!
//! A grader states what it expects in the order in which a reader will get there, and stops at the
//! first thing that is otherwise. It looks at what a shop does, and never at how it is written.
//! Nothing is judged by the clock: [`PATIENCE`] only says when a silence counts as one.

#![allow(dead_code, reason = "each grader has its own use for these")]

use std::fmt::Display;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddrV4, TcpStream};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long a grader waits for something before it says that it never comes.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Something that should have been so.
pub struct Expectation {
    /// What is expected, as a sentence without its full stop.
    pub what: &'static str,
    /// Which hint to read if it is otherwise.
    pub hint: usize,
    /// Looks whether it is so.
    pub look: fn() -> Outcome,
}

/// Either all is as expected, or this is not.
pub type Outcome<T = ()> = Result<T, Miss>;

/// What should have been seen, and what was.
#[derive(Debug, PartialEq, Eq)]
pub struct Miss {
    /// What should have been seen.
    pub expected: String,
    /// What was seen instead.
    pub seen: String,
}

/// Says that something was otherwise than expected.
pub fn miss<T>(expected: impl Display, seen: impl Display) -> Outcome<T> {
    Err(Miss { expected: expected.to_string(), seen: seen.to_string() })
}

/// Looks at one expectation after another; stops at the first that is not met.
///
/// Prints a line for each: `kept`, `MISSED` with what was expected and seen and the hint to read,
/// `left` for those that were not looked at.
pub fn grade(expectations: &[Expectation]) -> ExitCode {
    note_panics();
    for (n, expectation) in expectations.iter().enumerate() {
        let Err(miss) = looked_at(expectation.look) else {
            println!("kept    {}", expectation.what);
            continue;
        };
        println!("MISSED  {}", expectation.what);
        println!("        expected: {}", indented(&miss.expected));
        println!("        seen:     {}", indented(&miss.seen));
        for panic in panics() {
            println!("        panic:    {}", indented(&panic));
        }
        println!("        hint: {}", expectation.hint);
        let left = expectations.len() - n - 1;
        if left > 0 {
            println!("left    {left} not looked at yet");
        }
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Looks, on a thread of its own: it may panic, and it may never come back.
fn looked_at(look: fn() -> Outcome) -> Outcome {
    let all_in_all = 6 * PATIENCE;
    match on_another_thread(all_in_all, look) {
        Ended(outcome) => outcome,
        Panicked => miss("no panic", "a panic"),
        Hangs => miss(
            "an end",
            format!(
                "your program hangs: the grader waited for {} s",
                all_in_all.as_secs()
            ),
        ),
    }
}

/// Does something that must come to an end, and waits for it with [`PATIENCE`].
pub fn within<T: Send + 'static>(
    what: impl Display,
    work: impl FnOnce() -> T + Send + 'static,
) -> Outcome<T> {
    match on_another_thread(PATIENCE, work) {
        Ended(value) => Ok(value),
        Panicked => miss(what, "a panic"),
        Hangs => miss(
            what,
            format!("your program hangs: the grader waited for {} s", PATIENCE.as_secs()),
        ),
    }
}

/// Looks again and again until something is so.
pub fn until(what: impl Display, mut so: impl FnMut() -> bool) -> Outcome {
    let start = Instant::now();
    while !so() {
        if start.elapsed() > PATIENCE {
            let seen = format!("nothing of the kind for {} s", PATIENCE.as_secs());
            return miss(what, seen);
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

enum End<T> {
    Ended(T),
    Panicked,
    Hangs,
}
use End::{Ended, Hangs, Panicked};

fn on_another_thread<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> End<T> {
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    match outcome.recv_timeout(patience) {
        Ok(value) => Ended(value),
        Err(mpsc::RecvTimeoutError::Disconnected) => Panicked,
        Err(mpsc::RecvTimeoutError::Timeout) => Hangs,
    }
}

static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on panics are noted, on whatever thread, and not printed.
fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let message = text.or(payload.downcast_ref::<&str>().copied());
        let message = message.unwrap_or("(without a message)");
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
        panics.push(format!("{message}{}", place.unwrap_or_default()));
    }));
}

/// Up to three panics that have been noted.
fn panics() -> Vec<String> {
    let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    panics.iter().take(3).cloned().collect()
}

/// Text of several lines, the later ones set under the first.
fn indented(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("\n                  ")
}

/// A customer with a name, on a socket of the standard library.
pub struct Customer {
    name: &'static str,
    line: BufReader<TcpStream>,
    last_words: String,
}

impl Customer {
    /// Comes to the door.
    pub fn enters(name: &'static str, addr: SocketAddrV4) -> Outcome<Customer> {
        let arrived = || -> io::Result<TcpStream> {
            let line = TcpStream::connect_timeout(&addr.into(), PATIENCE)?;
            line.set_nodelay(true)?;
            line.set_read_timeout(Some(PATIENCE))?;
            line.set_write_timeout(Some(PATIENCE))?;
            Ok(line)
        };
        match arrived() {
            Ok(line) => Ok(Customer {
                name,
                line: BufReader::new(line),
                last_words: String::new(),
            }),
            Err(error) => {
                miss(format!("{name} comes to the door"), format!("no door: {error}"))
            }
        }
    }

    /// Says these bytes, ends of lines included.
    pub fn says(&mut self, words: impl AsRef<[u8]>) -> Outcome {
        let words = words.as_ref();
        let text = String::from_utf8_lossy(words);
        let lines = text.lines().collect::<Vec<_>>().join(" / ");
        self.last_words = match lines.char_indices().nth(60) {
            Some((end, _)) => format!("{} …", &lines[..end]),
            None => lines,
        };
        match self.line.get_mut().write_all(words) {
            Ok(()) => Ok(()),
            Err(error) => miss(
                format!(
                    "the shop listens to {}, who says `{}`",
                    self.name, self.last_words
                ),
                error,
            ),
        }
    }

    /// Waits for the shop's next line, and gives it without its end.
    pub fn hears_something(&mut self) -> Outcome<String> {
        self.hears_next("an answer")
    }

    /// Waits for the shop's next line, which must be this one.
    pub fn hears(&mut self, answer: &str) -> Outcome {
        let heard = self.hears_next(&format!("`{answer}`"))?;
        if heard == answer {
            return Ok(());
        }
        miss(
            format!("{} hears `{answer}` {}", self.name, self.after_what()),
            format!("`{heard}`"),
        )
    }

    /// Says a line, and must get this answer.
    pub fn asks(&mut self, line: &str, answer: &str) -> Outcome {
        self.says(format!("{line}\n"))?;
        self.hears(answer)
    }

    /// Waits until the shop closes the connection, and must hear nothing more until then.
    pub fn hears_the_end(&mut self) -> Outcome {
        let expected = format!("the shop closes {}'s connection", self.name);
        let mut line = String::new();
        match self.line.read_line(&mut line) {
            Ok(0) => Ok(()),
            Ok(_) => miss(expected, format!("`{}`", line.trim_end())),
            Err(error) if is_silence(&error) => {
                miss(expected, format!("it is still open after {} s", PATIENCE.as_secs()))
            }
            // It is closed, if not politely.
            Err(_) => Ok(()),
        }
    }

    /// Looks whether the shop has said something, and does not wait. It must not have.
    pub fn has_heard_nothing(&mut self) -> Outcome {
        let expected = format!("{} has heard nothing yet", self.name);
        let calm = |line: &TcpStream, on| line.set_nonblocking(on);
        if let Err(error) = calm(self.line.get_ref(), true) {
            return miss(expected, error);
        }
        let heard = self.line.fill_buf().map(<[u8]>::to_vec);
        let _ = calm(self.line.get_ref(), false);
        match heard {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Ok(bytes) if bytes.is_empty() => miss(expected, "the shop has closed"),
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                miss(expected, format!("`{}`", text.lines().next().unwrap_or_default()))
            }
            Err(error) => miss(expected, error),
        }
    }

    /// Closes one direction, and goes on listening.
    pub fn says_no_more(&mut self) {
        let _ = self.line.get_ref().shutdown(Shutdown::Write);
    }

    /// Is gone without goodbye: the connection is reset.
    pub fn vanishes(self) {
        let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
        let (fd, size) = (self.line.get_ref().as_raw_fd(), size_of_val(&at_once));
        // SAFETY: the kernel reads `size` bytes at the pointer, and `at_once` outlives the call.
        unsafe {
            let (value, size) = ((&raw const at_once).cast(), size as libc::socklen_t);
            libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, value, size);
        }
    }

    /// A second handle to the line, for somebody who talks while this one listens.
    pub fn mouth(&self) -> Outcome<TcpStream> {
        self.line
            .get_ref()
            .try_clone()
            .or_else(|error| miss("a second descriptor", error))
    }

    /// Everything that the shop says until it closes.
    pub fn hears_the_rest(&mut self) -> Outcome<String> {
        let mut heard = String::new();
        match self.line.read_to_string(&mut heard) {
            Err(error) if is_silence(&error) => miss(
                format!("the shop closes {}'s connection", self.name),
                format!("it is still open after {} s", PATIENCE.as_secs()),
            ),
            _ => Ok(heard),
        }
    }

    fn hears_next(&mut self, what: &str) -> Outcome<String> {
        let expected = format!("{} hears {what} {}", self.name, self.after_what());
        let mut line = String::new();
        match self.line.read_line(&mut line) {
            Ok(_) if line.ends_with('\n') => Ok(line.trim_end_matches('\n').to_owned()),
            Ok(0) => miss(expected, "the shop closed the connection"),
            Ok(_) => miss(expected, format!("half a line, `{line}`, and the end")),
            Err(error) if is_silence(&error) => miss(
                expected,
                format!("nothing, and the grader waited for {} s", PATIENCE.as_secs()),
            ),
            Err(error) => miss(expected, error),
        }
    }

    fn after_what(&self) -> String {
        match &*self.last_words {
            "" => "without having said anything".to_owned(),
            words => format!("after `{words}`"),
        }
    }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Does something, and tells how busy this process was meanwhile: in percent of a thread that did
/// nothing but be busy. So it does not matter how busy the machine is with other things.
pub fn busy_while<T>(work: impl FnOnce() -> T) -> (T, u128) {
    let done = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&done);
    let before = processor_time(libc::CLOCK_PROCESS_CPUTIME_ID);
    let measure = thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
        processor_time(libc::CLOCK_THREAD_CPUTIME_ID)
    });
    let outcome = work();
    done.store(true, Ordering::Relaxed);
    let measure = measure.join().unwrap_or_default();
    let all = processor_time(libc::CLOCK_PROCESS_CPUTIME_ID) - before;
    let percent =
        all.saturating_sub(measure).as_nanos() * 100 / measure.as_nanos().max(1);
    (outcome, percent)
}

/// The processor time that this process, or this thread, has used.
fn processor_time(of: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`.
    unsafe { libc::clock_gettime(of, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener};

    fn pair() -> (Customer, TcpStream) {
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let Ok(SocketAddr::V4(addr)) = door.local_addr() else { panic!("IPv4") };
        let customer = Customer::enters("Ann", addr).unwrap();
        (customer, door.accept().unwrap().0)
    }

    #[test]
    fn a_customer_tells_what_they_should_have_heard_and_what_they_heard() {
        let (mut ann, mut shop) = pair();
        ann.has_heard_nothing().unwrap();
        shop.write_all(b"TICKET 1\nTICKET 3\n").unwrap();
        ann.asks("DROP silk shirt", "TICKET 1").unwrap();
        let miss = ann.asks("DROP coat", "TICKET 2").unwrap_err();
        assert_eq!(miss.expected, "Ann hears `TICKET 2` after `DROP coat`");
        assert_eq!(miss.seen, "`TICKET 3`");
    }

    #[test]
    fn a_closed_connection_is_no_silence() {
        let (mut ann, shop) = pair();
        drop(shop);
        assert_eq!(ann.hears("x").unwrap_err().seen, "the shop closed the connection");
        assert_eq!(ann.has_heard_nothing().unwrap_err().seen, "the shop has closed");
        ann.hears_the_end().unwrap();
    }

    #[test]
    fn who_sleeps_is_not_busy_and_who_does_not_is() {
        let a_while = Duration::from_millis(50);
        let ((), asleep) = busy_while(|| thread::sleep(a_while));
        let ((), awake) = busy_while(|| {
            let start = processor_time(libc::CLOCK_THREAD_CPUTIME_ID);
            while processor_time(libc::CLOCK_THREAD_CPUTIME_ID) - start < a_while {}
        });
        assert!(asleep < awake, "{asleep} and {awake}");
    }

    #[test]
    fn work_that_panics_or_never_ends_is_told_apart_from_work_that_ends() {
        assert_eq!(within("an end", || 3), Ok(3));
        assert_eq!(
            within("an end", || -> () { panic!("no") }).unwrap_err().seen,
            "a panic"
        );
        let hangs = on_another_thread(Duration::ZERO, thread::park);
        assert!(matches!(hangs, Hangs));
    }
}
