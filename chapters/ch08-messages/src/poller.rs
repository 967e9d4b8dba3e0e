//! Waits for many descriptors at once.

use crate::sys::Queue;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;
use tracing::trace;

/// The key of the events that [`Poller::notify`] makes; nobody else may use it.
pub(crate) const NOTIFY: usize = usize::MAX;

/// What to be told about a descriptor, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest {
    /// Tell when a read would not block.
    pub readable: bool,
    /// Tell when a write would not block.
    pub writable: bool,
    /// Tell once, when something new makes it ready; else tell for as long as it is ready.
    pub edge: bool,
}

impl Interest {
    /// Nothing, for now. (epoll tells of errors and hang-ups even so.)
    pub const NONE: Interest = Interest { readable: false, writable: false, edge: false };
    /// When there is something to read.
    pub const READ: Interest = Interest { readable: true, ..Interest::NONE };
    /// When there is room to write.
    pub const WRITE: Interest = Interest { writable: true, ..Interest::NONE };
    /// Both.
    pub const BOTH: Interest = Interest { writable: true, ..Interest::READ };

    /// The same, told once for each piece of news ("edge-triggered").
    pub const fn on_edge(self) -> Interest {
        Interest { edge: true, ..self }
    }
}

/// News of a descriptor. A hang-up or an error makes it readable and writable: try, and you learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The key it was added with.
    pub key: usize,
    /// A read would not block.
    pub readable: bool,
    /// A write would not block.
    pub writable: bool,
}

/// A queue in the kernel of descriptors to watch: epoll on Linux, kqueue on macOS and BSD.
#[derive(Debug)]
pub struct Poller {
    queue: Queue,
}

impl Poller {
    /// Asks the kernel for a queue.
    ///
    /// # Errors
    /// What the kernel says: too many open descriptors.
    pub fn new() -> io::Result<Poller> {
        Ok(Poller { queue: Queue::new()? })
    }

    /// Starts to watch a descriptor; its events will carry the key.
    ///
    /// Delete it before you close it. A key that is used again for another descriptor may still
    /// get an event that was meant for the first one.
    ///
    /// # Errors
    /// The key is `usize::MAX`, or what the kernel says: it is watched already, cannot be watched.
    pub fn add(&self, fd: impl AsFd, key: usize, interest: Interest) -> io::Result<()> {
        if key == NOTIFY {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this key is the poller's own",
            ));
        }
        let fd = fd.as_fd().as_raw_fd();
        trace!(target: "shop", fd, key, interest = %interest, "arm");
        self.queue.add(fd, key, interest)
    }

    /// Changes what to be told about a descriptor, and when.
    ///
    /// # Errors
    /// What the kernel says: it is not being watched.
    pub fn modify(
        &self,
        fd: impl AsFd,
        key: usize,
        interest: Interest,
    ) -> io::Result<()> {
        let fd = fd.as_fd().as_raw_fd();
        trace!(target: "shop", fd, key, interest = %interest, "rearm");
        self.queue.modify(fd, key, interest)
    }

    /// Stops watching a descriptor.
    ///
    /// # Errors
    /// What the kernel says: it is not being watched.
    pub fn delete(&self, fd: impl AsFd) -> io::Result<()> {
        let fd = fd.as_fd().as_raw_fd();
        trace!(target: "shop", fd, "disarm");
        self.queue.delete(fd)
    }

    /// Waits until there is news, [`notify`](Poller::notify) is called, or the timeout is over.
    ///
    /// The events replace what the list held. None at all is no error, and may come early: a
    /// signal ends the wait too, so look at the clock. A timeout is never cut short by rounding.
    ///
    /// # Errors
    /// What the kernel says; none is expected.
    pub fn wait(
        &self,
        events: &mut Vec<Event>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        events.clear();
        let until = match timeout {
            Some(Duration::ZERO) => "nothing: it only looks",
            Some(_) => "an event or a deadline",
            None => "an event",
        };
        trace!(target: "shop", until, "park");
        match self.queue.wait(events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => outcome?,
        }
        events.retain(|event| event.key != NOTIFY);
        trace!(target: "shop", events = events.len(), "unpark");
        for Event { key, readable, writable } in events {
            trace!(target: "shop", key, can = words(*readable, *writable), "ready");
        }
        Ok(())
    }

    /// Ends the wait that is going on in another thread, or else the next one.
    ///
    /// # Errors
    /// What the kernel says; none is expected.
    pub fn notify(&self) -> io::Result<()> {
        trace!(target: "shop", "notify");
        self.queue.notify()
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(words(self.readable, self.writable))?;
        f.write_str(if self.edge { ", on the edge" } else { "" })
    }
}

fn words(readable: bool, writable: bool) -> &'static str {
    match (readable, writable) {
        (false, false) => "nothing",
        (true, false) => "read",
        (false, true) => "write",
        (true, true) => "read and write",
    }
}
