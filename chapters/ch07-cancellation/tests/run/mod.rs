//! Runs futures, and gives up on those that will never be ready.

#![allow(dead_code, reason = "each test file has its own use for a loop")]

use ch07_cancellation::both::{Either, join, select};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::timer::sleep;
use std::any::Any;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// After how long a silence is called a failure. No test that passes waits for it.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// Runs a future on a loop of its own.
pub fn run<F: Future>(future: F) -> F::Output {
    EventLoop::new().unwrap().block_on(in_time(future))
}

/// Waits for a future, but not for ever.
pub async fn in_time<F: Future>(future: F) -> F::Output {
    match select(future, sleep(WATCHDOG)).await {
        Either::Left(output) => output,
        Either::Right(()) => panic!("nothing has come of it in a minute"),
    }
}

/// A door on a port that was free.
pub fn door() -> (TcpListener, SocketAddrV4) {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let addr = door.local_addr().unwrap();
    (door, addr)
}

/// The two ends of a connection.
pub async fn pair() -> (TcpStream, TcpStream) {
    let (door, addr) = door();
    let (one, other) = join(TcpStream::connect(addr), door.accept()).await;
    (one.unwrap(), other.unwrap())
}

/// Waits, with the whole thread, until there is something to read.
pub fn has_arrived(line: &impl AsFd) {
    let (fd, start) = (line.as_fd().as_raw_fd(), Instant::now());
    let mut byte = 0_u8;
    // SAFETY: the kernel writes at most the one byte of `byte`.
    while unsafe { libc::recv(fd, (&raw mut byte).cast(), 1, libc::MSG_PEEK) } < 0 {
        assert!(start.elapsed() < WATCHDOG, "nothing has arrived");
        thread::yield_now();
    }
}

/// What somebody says who panics.
pub fn complaint<T>(work: impl FnOnce() -> T) -> String {
    let panic =
        catch_unwind(AssertUnwindSafe(|| drop(work()))).expect_err("no complaint");
    words(&*panic)
}

fn words(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    literal.or_else(|| panic.downcast_ref().cloned()).expect("a panic says something")
}

/// A waker that counts.
#[derive(Default)]
pub struct Count(AtomicUsize);

impl Count {
    pub fn waker() -> (Arc<Count>, Waker) {
        let count = Arc::<Count>::default();
        (Arc::clone(&count), Waker::from(count))
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Count>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
