//! The queue on Linux: epoll, with an eventfd for `notify`.

use super::{check, check_fd};
use crate::poller::{Event, Interest, NOTIFY};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// How many events one wait brings at most; the rest come with the next.
const BATCH: usize = 256;

#[derive(Debug)]
pub(crate) struct Queue {
    epoll: OwnedFd,
    notifier: OwnedFd,
}

impl Queue {
    pub(crate) fn new() -> io::Result<Queue> {
        // SAFETY: both calls take numbers only.
        let epoll = check_fd(|| unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        let flags = libc::EFD_CLOEXEC | libc::EFD_NONBLOCK;
        // SAFETY: as above.
        let notifier = check_fd(|| unsafe { libc::eventfd(0, flags) })?;
        let queue = Queue { epoll, notifier };
        queue.add(queue.notifier.as_raw_fd(), NOTIFY, Interest::READ.on_edge())?;
        Ok(queue)
    }

    pub(crate) fn add(&self, fd: RawFd, key: usize, want: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, key, want)
    }

    pub(crate) fn modify(&self, fd: RawFd, key: usize, want: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, key, want)
    }

    pub(crate) fn delete(&self, fd: RawFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, fd, 0, Interest::NONE)
    }

    pub(crate) fn wait(
        &self,
        events: &mut Vec<Event>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        let mut batch = [libc::epoll_event { events: 0, u64: 0 }; BATCH];
        let (fd, room) = (self.epoll.as_raw_fd(), BATCH as libc::c_int);
        // SAFETY: the kernel writes at most `room` events, which is all that `batch` has.
        let n = unsafe {
            libc::epoll_wait(fd, batch.as_mut_ptr(), room, milliseconds(timeout))
        };
        let n = usize::try_from(n).map_err(|_| io::Error::last_os_error())?;
        events.extend(batch[..n].iter().map(|event| self.understand(event)));
        Ok(())
    }

    /// Makes a number in the kernel one higher; while it is not zero, the notifier is readable.
    pub(crate) fn notify(&self) -> io::Result<()> {
        let (fd, one) = (self.notifier.as_raw_fd(), 1_u64);
        // SAFETY: the kernel reads the 8 bytes of `one`.
        match check(|| unsafe { libc::write(fd, (&raw const one).cast(), 8) }) {
            // The number is as high as it goes, so it is readable already.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    fn control(
        &self,
        what: libc::c_int,
        fd: RawFd,
        key: usize,
        want: Interest,
    ) -> io::Result<()> {
        let mut flags = 0;
        if want.readable {
            flags |= libc::EPOLLIN;
        }
        if want.writable {
            flags |= libc::EPOLLOUT;
        }
        if want.edge {
            flags |= libc::EPOLLET;
        }
        let mut event = libc::epoll_event { events: flags as u32, u64: key as u64 };
        let epoll = self.epoll.as_raw_fd();
        // SAFETY: the kernel reads one event, and keeps no pointer to it.
        check(|| unsafe { libc::epoll_ctl(epoll, what, fd, &raw mut event) } as isize)?;
        Ok(())
    }

    /// What an event of epoll says. A notification is taken: the number is zero again.
    fn understand(&self, event: &libc::epoll_event) -> Event {
        let (flags, key) = (event.events as libc::c_int, event.u64 as usize);
        if key == NOTIFY {
            let mut count = [0_u8; 8];
            // SAFETY: the kernel writes at most the 8 bytes of `count`. If it has nothing to
            // write, another thread has taken it, which is as good.
            unsafe {
                libc::read(self.notifier.as_raw_fd(), count.as_mut_ptr().cast(), 8)
            };
        }
        let gone = libc::EPOLLHUP | libc::EPOLLERR;
        Event {
            key,
            readable: flags & (libc::EPOLLIN | gone) != 0,
            writable: flags & (libc::EPOLLOUT | gone) != 0,
        }
    }
}

/// epoll counts in milliseconds. Rounded down, the last one would be waited for in a busy loop.
fn milliseconds(timeout: Option<Duration>) -> libc::c_int {
    const FOR_EVER: libc::c_int = -1;
    let Some(timeout) = timeout else { return FOR_EVER };
    let rounded_up = timeout.as_nanos().div_ceil(1_000_000);
    rounded_up.try_into().unwrap_or(libc::c_int::MAX)
}
