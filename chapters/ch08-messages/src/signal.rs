//! Signals as news: what ctrl-c says, told to whoever awaits it.
//!
//! A signal's handler may do next to nothing, since it runs in the middle of anything. This one
//! writes a byte to one end of a socket pair. The other end is watched by the reactor.

use crate::event_loop::Core;
use crate::net::Socket;
use crate::reactor::{Direction, Source};
use crate::sys::{self, check};
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::ptr;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The two that ask a program to end: ctrl-c, and `kill` without more.
const ASKED: [libc::c_int; 2] = [libc::SIGINT, libc::SIGTERM];

/// The pair, made when it is first needed, and never closed: a handler may be about to write to it.
static PAIR: OnceLock<(UnixStream, UnixStream)> = OnceLock::new();

/// The end that the handler writes to.
static BELL: AtomicI32 = AtomicI32::new(-1);

/// Somebody has the signals of this process.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// While it lives, SIGINT and SIGTERM do not end the process, but are told here: tokio's `ctrl_c`,
/// asyncio's `add_signal_handler`.
#[derive(Debug)]
pub struct Signals {
    source: Source,
    before: [libc::sigaction; 2],
}

impl Signals {
    /// Takes the signals of this process.
    ///
    /// # Errors
    /// Somebody else has them, or what the kernel says.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub fn new() -> io::Result<Signals> {
        let reactor = Rc::clone(&Core::current().reactor);
        let (hears, _) = pair()?;
        if TAKEN.swap(true, Ordering::AcqRel) {
            return Err(io::Error::new(
                ErrorKind::AlreadyExists,
                "the signals of this process are taken",
            ));
        }
        let signals = || {
            let socket = Socket::from(OwnedFd::from(hears.try_clone()?));
            let source = reactor.watch(socket)?;
            // What was rung for somebody before is no news.
            while { hears }.read(&mut [0; 64]).is_ok() {}
            Ok(Signals { source, before: [handle(ASKED[0])?, handle(ASKED[1])?] })
        };
        signals().inspect_err(|_| TAKEN.store(false, Ordering::Release))
    }

    /// Waits for one of the two signals. Several that come before they are told may be told as one.
    /// Cancel-safe.
    ///
    /// # Errors
    /// What the kernel says; none is expected.
    pub async fn next(&self) -> io::Result<()> {
        let fd = self.source.socket.fd();
        let hear = || {
            let mut rings = [0_u8; 64];
            let (start, len) = (rings.as_mut_ptr().cast(), rings.len());
            // SAFETY: the kernel writes at most `len` bytes, which is all that `rings` has.
            check(|| unsafe { libc::read(fd, start, len) })
        };
        self.source.until_ready(Direction::Read, hear).await.map(drop)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for (signal, before) in ASKED.iter().zip(&self.before) {
            // SAFETY: the kernel reads one `sigaction`, which it gave us itself.
            unsafe { libc::sigaction(*signal, before, ptr::null_mut()) };
        }
        TAKEN.store(false, Ordering::Release);
    }
}

fn pair() -> io::Result<&'static (UnixStream, UnixStream)> {
    if let Some(pair) = PAIR.get() {
        return Ok(pair);
    }
    let (hears, rings) = UnixStream::pair()?;
    hears.set_nonblocking(true)?;
    rings.set_nonblocking(true)?;
    let pair = PAIR.get_or_init(|| (hears, rings));
    BELL.store(pair.1.as_raw_fd(), Ordering::Release);
    Ok(pair)
}

/// Has a signal handled by `ring`, and gives how it was handled before.
fn handle(signal: libc::c_int) -> io::Result<libc::sigaction> {
    // SAFETY: the struct holds integers, a set of bits and addresses that may be null: zero is a
    // value.
    let (mut action, mut before): (libc::sigaction, libc::sigaction) =
        unsafe { (mem::zeroed(), mem::zeroed()) };
    action.sa_sigaction = ring as extern "C" fn(libc::c_int) as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the kernel reads one `sigaction` and writes one, and both are there. `ring` does only
    // what a handler may.
    check(|| unsafe { libc::sigaction(signal, &action, &mut before) } as isize)?;
    Ok(before)
}

/// The handler. It may come between a call of ours and the look at its `errno`, so it leaves that
/// as it was.
extern "C" fn ring(_signal: libc::c_int) {
    let fd = BELL.load(Ordering::Acquire);
    // SAFETY: `errno` is the thread's own. `write` may be called in a handler; it reads one byte.
    // If there is no room, there are bytes enough to be heard.
    unsafe {
        let errno = *sys::errno();
        libc::write(fd, [1_u8].as_ptr().cast(), 1);
        *sys::errno() = errno;
    }
}
