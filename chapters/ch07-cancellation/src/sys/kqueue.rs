//! The queue on macOS and BSD: kqueue, with a user event for `notify`.

use super::{check, check_fd};
use crate::poller::{Event, Interest, NOTIFY};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::time::Duration;

/// How many events one wait brings at most; the rest come with the next.
const BATCH: usize = 256;

#[derive(Debug)]
pub(crate) struct Queue {
    kqueue: OwnedFd,
}

impl Queue {
    pub(crate) fn new() -> io::Result<Queue> {
        // SAFETY: `kqueue` takes nothing, `fcntl` numbers only.
        let kqueue = check_fd(|| unsafe { libc::kqueue() })?;
        let fd = kqueue.as_raw_fd();
        // SAFETY: as above.
        check(|| unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } as isize)?;
        let queue = Queue { kqueue };
        queue.change(0, NOTIFY, libc::EVFILT_USER, libc::EV_ADD | libc::EV_CLEAR, 0)?;
        Ok(queue)
    }

    pub(crate) fn add(&self, fd: RawFd, key: usize, want: Interest) -> io::Result<()> {
        self.watch(fd, key, libc::EVFILT_READ, want.readable, want.edge)?;
        self.watch(fd, key, libc::EVFILT_WRITE, want.writable, want.edge)
    }

    /// Adding what is there would change its key, but not level to edge.
    pub(crate) fn modify(&self, fd: RawFd, key: usize, want: Interest) -> io::Result<()> {
        self.delete(fd)?;
        self.add(fd, key, want)
    }

    pub(crate) fn delete(&self, fd: RawFd) -> io::Result<()> {
        self.add(fd, NOTIFY, Interest::NONE)
    }

    pub(crate) fn wait(
        &self,
        events: &mut Vec<Event>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        // SAFETY: the struct holds integers and a pointer that may be null: zero is a value.
        let mut batch: [libc::kevent; BATCH] = unsafe { std::mem::zeroed() };
        let (fd, room) = (self.kqueue.as_raw_fd(), BATCH as libc::c_int);
        let timeout = timeout.map(timespec);
        let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: the kernel reads no changes and one `timespec`, if any, that is still alive;
        // it writes at most `room` events, which is all that `batch` has.
        let n = unsafe {
            libc::kevent(fd, ptr::null(), 0, batch.as_mut_ptr(), room, timeout)
        };
        let n = usize::try_from(n).map_err(|_| io::Error::last_os_error())?;
        events.extend(batch[..n].iter().map(understand));
        Ok(())
    }

    /// Triggers an event that is in the queue once, however often this is called.
    pub(crate) fn notify(&self) -> io::Result<()> {
        self.change(0, NOTIFY, libc::EVFILT_USER, 0, libc::NOTE_TRIGGER)
    }

    /// Reading and writing are two entries of a kqueue, each there or not.
    fn watch(
        &self,
        fd: RawFd,
        key: usize,
        filter: i16,
        on: bool,
        edge: bool,
    ) -> io::Result<()> {
        let flags = match (on, edge) {
            (false, _) => libc::EV_DELETE,
            (true, false) => libc::EV_ADD,
            (true, true) => libc::EV_ADD | libc::EV_CLEAR,
        };
        match self.change(fd as usize, key, filter, flags, 0) {
            // It was not there.
            Err(error) if !on && error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
            outcome => outcome,
        }
    }

    fn change(
        &self,
        ident: usize,
        key: usize,
        filter: i16,
        flags: u16,
        fflags: u32,
    ) -> io::Result<()> {
        let udata = ptr::without_provenance_mut(key);
        let change = libc::kevent { ident, filter, flags, fflags, data: 0, udata };
        let (fd, change, none) =
            (self.kqueue.as_raw_fd(), &raw const change, ptr::null_mut());
        // SAFETY: the kernel reads one change and writes no events; `udata` is a number to it.
        check(|| unsafe { libc::kevent(fd, change, 1, none, 0, ptr::null()) } as isize)?;
        Ok(())
    }
}

/// What an event of kqueue says. `EV_EOF` means that the peer has gone, in one way or both.
fn understand(event: &libc::kevent) -> Event {
    let gone = event.filter == libc::EVFILT_WRITE && event.flags & libc::EV_EOF != 0;
    Event {
        key: event.udata.addr(),
        readable: event.filter == libc::EVFILT_READ || gone,
        writable: event.filter == libc::EVFILT_WRITE,
    }
}

/// A timeout as kqueue wants it: nanoseconds, so there is nothing to round; at most a day, because
/// a kernel may refuse more.
fn timespec(timeout: Duration) -> libc::timespec {
    let timeout = timeout.min(Duration::from_secs(24 * 60 * 60));
    libc::timespec {
        tv_sec: timeout.as_secs() as libc::time_t,
        tv_nsec: timeout.subsec_nanos() as libc::c_long,
    }
}
