//! A shop with a thread of its own, or one that the test itself asks again and again.

#![allow(dead_code, reason = "each test file has its own use for a shop")]

use super::customers::{Customer, WATCHDOG, door};
use ch04_waker::executor::block_on;
use ch04_waker::net::TcpListener;
use ch04_waker::shop::Shop;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Longer than any test takes: a garment that is being cleaned stays so.
pub const LONG: Duration = Duration::from_secs(60 * 60);

/// A shop with a clerk in a thread of its own, who goes home when this is dropped.
pub struct Open {
    /// Where its door is.
    pub addr: SocketAddrV4,
    inside: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
    clerk: Option<JoinHandle<()>>,
}

/// Opens a shop.
pub fn open(takes: Duration) -> Open {
    let (door, addr) = door();
    leave_little_room(&door);
    let (inside, closing) = <(Arc<AtomicUsize>, Arc<AtomicBool>)>::default();
    let (tell, closes) = (Arc::clone(&inside), Arc::clone(&closing));
    let clerk = thread::spawn(move || {
        let shop = Shop::new(takes);
        let mut serving = pin!(shop.serve(&door));
        block_on(poll_fn(|context| {
            let Poll::Pending = serving.as_mut().poll(context);
            tell.store(shop.customers(), Ordering::Relaxed);
            if closes.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            Poll::Pending
        }));
    });
    Open { addr, inside, closing, clerk: Some(clerk) }
}

impl Open {
    /// Somebody comes to its door.
    pub fn enters(&self) -> Customer {
        Customer::enters(self.addr)
    }

    /// Waits until so many customers are inside.
    pub fn has_inside(&self, customers: usize) {
        until(|| self.inside.load(Ordering::Relaxed) == customers);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        let outcome = self.clerk.take().map(JoinHandle::join);
        if !thread::panicking() {
            outcome.unwrap().expect("the clerk does not panic");
        }
    }
}

/// Lets the kernel take few bytes for a customer who does not listen.
pub fn leave_little_room(door: &TcpListener) {
    let (fd, few) = (door.as_fd().as_raw_fd(), 4096);
    let size = size_of_val(&few) as libc::socklen_t;
    // SAFETY: the kernel reads `size` bytes at the pointer, and `few` outlives the call.
    let outcome = unsafe {
        let value = (&raw const few).cast();
        libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, value, size)
    };
    assert_eq!(outcome, 0, "{}", io::Error::last_os_error());
}

/// Looks again and again until it is so.
pub fn until(mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < WATCHDOG, "it does not come to that");
        thread::yield_now();
    }
}

/// Polls a future once.
pub fn ask<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future that does not end until something is so.
pub fn ask_until(mut future: Pin<&mut impl Future>, mut so: impl FnMut() -> bool) {
    until(|| {
        assert!(ask(future.as_mut()).is_pending(), "it has ended");
        so()
    });
}
